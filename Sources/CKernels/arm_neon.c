// SPDX-License-Identifier: Apache-2.0
//
// NEON with the dot product extension (Armv8.2): one register holds 4 rows.
#include "kernels_internal.h"
#ifdef IK_ARM
#include <arm_neon.h>

#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)

#define IK_LANES 4
#define IK_TILE_COLUMNS 8
#define IK_WIDE_COLUMNS 4
#include "ops.inc"

typedef uint8_t vq __attribute__((ext_vector_type(16)));

IK_INLINE vi ik_dot(vi acc, vq w, const uint8_t *x, int i) {
    // A load of four chunks and a choice of lane, which is part of the instruction, cost less than four broadcasts.
    vi chunks;
    memcpy(&chunks, x + i / 4 * 16, sizeof chunks);
    return (vi)vdotq_s32((int32x4_t)acc, (int8x16_t)w, vreinterpretq_s8_s32(vdupq_n_s32(chunks[i % 4])));
}
IK_INLINE vi ik_dot128(vi acc, vq w, const uint8_t *x, int i) { return ik_dot(acc, w, x, i); }
IK_INLINE vi ik_start128(int32_t n) { (void)n; return (vi)0; }
IK_INLINE vq ik_prepare128(vq w) { return w ^ 0x80; }
IK_INLINE vq ik_lookup(vq indices) {
    return (vq)vqtbl1q_s8(vld1q_s8(ik_iq4_values), (uint8x16_t)indices) ^ 0x80;
}

#include "matmul.inc"
#pragma clang attribute pop

const ik_kernels ik_kernels_neon = IK_TABLE("neon", table_matmul);
#endif
