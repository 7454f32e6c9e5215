// SPDX-License-Identifier: Apache-2.0
//
// The witness that tests hold the kernels against. Slow and exact; no production code calls it.
#ifndef CKERNELS_REFERENCE_H
#define CKERNELS_REFERENCE_H

#include "CKernels.h"

#pragma clang assume_nonnull begin

#ifdef __cplusplus
extern "C" {
#endif

/// out[row] = sum over inputs of weight * x in double, for every row: exact weights times unrounded activations. `x` has
/// `w->cols` entries, `out` has `w->rows`.
void ik_reference_matmul(const ik_weights *w, const float *x, double *out);

#ifdef __cplusplus
}
#endif

#pragma clang assume_nonnull end
#endif
