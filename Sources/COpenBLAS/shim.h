// SPDX-License-Identifier: Apache-2.0
//
// OpenBLAS: matrix products in float32.

#ifndef INKLING_COPENBLAS_H
#define INKLING_COPENBLAS_H

#include <stdbool.h>

// Where several BLAS are installed, plain `cblas.h` may be another one's.
#if __has_include(<cblas-openblas.h>)
#include <cblas-openblas.h>
#else
#include <cblas.h>
#endif

/// The library's own threads: 1 keeps a call on the thread that makes it. Holds for the whole program.
static inline void openblas_use_threads(int count) {
    openblas_set_num_threads(count);
}

/// C = alpha * op(A) * op(B) + beta * C, all row by row; op transposes where asked. C is m by n, and k is the length of
/// the sums. Strides are in elements.
static inline void openblas_multiply(
    bool transposes_a, bool transposes_b, int m, int n, int k, float alpha, const float *a, int a_stride,
    const float *b, int b_stride, float beta, float *c, int c_stride
) {
    cblas_sgemm(
        CblasRowMajor, transposes_a ? CblasTrans : CblasNoTrans, transposes_b ? CblasTrans : CblasNoTrans, m, n, k,
        alpha, a, a_stride, b, b_stride, beta, c, c_stride);
}

/// y = alpha * A * x + beta * y, A row by row, m by n.
static inline void openblas_multiply_vector(
    int m, int n, float alpha, const float *a, int a_stride, const float *x, float beta, float *y
) {
    cblas_sgemv(CblasRowMajor, CblasNoTrans, m, n, alpha, a, a_stride, x, 1, beta, y, 1);
}

#endif
