// SPDX-License-Identifier: Apache-2.0
//
// What the kernel sources share: the list of tables, and the facts about packed formats.
#ifndef KERNELS_INTERNAL_H
#define KERNELS_INTERNAL_H

#include "CKernels.h"

#include <string.h>

#if defined(__x86_64__)
#define IK_X86 1
extern const ik_kernels ik_kernels_avx2;
extern const ik_kernels ik_kernels_avxvnni;
extern const ik_kernels ik_kernels_avx512vnni;
#endif
#if defined(__aarch64__)
#define IK_ARM 1
extern const ik_kernels ik_kernels_neon;
#endif
extern const ik_kernels ik_kernels_scalar;

#define IK_INLINE static inline __attribute__((always_inline))

// Facts about a packed format. They are functions of a constant wherever it matters, so that they fold away.

/// Inputs that share the scales of one entry of the supers plane; 32 where there is none.
IK_INLINE size_t ik_period(int32_t type) {
    switch (type) {
    case IK_Q2_K: case IK_Q3_K: case IK_Q4_K: case IK_Q5_K: case IK_Q6_K: case IK_IQ4_XS: return 256;
    default: return 32;
    }
}

/// Bytes of the quants plane for one group and one block of 32 inputs.
IK_INLINE size_t ik_quant_bytes(int32_t type) {
    switch (type) {
    case IK_Q8_0: return 512;
    case IK_Q5_0: case IK_Q5_1: case IK_Q5_K: return 320;
    case IK_Q6_K: return 384;
    case IK_Q2_K: return 128;
    case IK_Q3_K: return 192;
    default: return 256;
    }
}

/// Bytes of the scales plane for one group and one block of 32 inputs.
IK_INLINE size_t ik_scale_bytes(int32_t type) {
    switch (type) {
    case IK_Q4_1: case IK_Q5_1: return 64;
    case IK_IQ4_XS: return 16;
    default: return 32;
    }
}

/// Bytes of the supers plane for one group and 256 inputs.
IK_INLINE size_t ik_super_bytes(int32_t type) {
    switch (type) {
    case IK_Q2_K: case IK_Q4_K: case IK_Q5_K: return 64;
    case IK_Q3_K: case IK_Q6_K: case IK_IQ4_XS: return 32;
    default: return 0;
    }
}

/// The format's values are u8 minus 128, so that one signed-by-unsigned dot instruction serves them.
IK_INLINE int ik_is_offset128(int32_t type) {
    return type == IK_Q8_0 || type == IK_IQ4_NL || type == IK_IQ4_XS;
}

/// Scales change every 16 inputs, not every 32.
IK_INLINE int ik_is_half_scaled(int32_t type) { return type == IK_Q2_K || type == IK_Q3_K || type == IK_Q6_K; }

/// There is something to subtract: a stored minimum, or a constant offset of the unsigned values.
IK_INLINE int ik_has_min(int32_t type) { return !ik_is_offset128(type); }

/// Bytes of one block of a q8 activation tile: see "Activations" in CKernels.h.
IK_INLINE size_t ik_act_block_bytes(size_t tile) { return tile * (IK_BLOCK + 5 * 4); }

/// Chunk `i` of the activations of a block: four signed bytes as one word.
IK_INLINE int32_t ik_chunk(const uint8_t *x, int i) {
    int32_t v;
    memcpy(&v, x + i * 4, sizeof v);
    return v;
}

/// Values of the IQ4 formats' 16-entry table.
extern const int8_t ik_iq4_values[16];

#endif
