// SPDX-License-Identifier: Apache-2.0
#include "CKernelsReference.h"

#include "blocks.h"

void ik_reference_matmul(const ik_weights *w, const float *x, double *out) {
    for (size_t row = 0; row < w->rows; row++) {
        double sum = 0;
        for (size_t begin = 0; begin < w->cols; begin += IK_BLOCK) {
            float values[IK_BLOCK];
            size_t count = w->cols - begin < IK_BLOCK ? w->cols - begin : IK_BLOCK;
            ik_unpack_block(w, row, begin / IK_BLOCK, values);
            for (size_t i = 0; i < count; i++) {
                sum += (double)values[i] * (double)x[begin + i];
            }
        }
        out[row] = sum;
    }
}
