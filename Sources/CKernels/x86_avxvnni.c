// SPDX-License-Identifier: Apache-2.0
//
// AVX-VNNI on 256-bit registers: the dot instruction of AVX-512 VNNI for CPUs without 512-bit ones.
#include "kernels_internal.h"
#ifdef IK_X86
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c,avxvnni"))), apply_to = function)

#define IK_LANES 8
#define IK_TILE_COLUMNS 4
#define IK_WIDE_COLUMNS 2
#include "ops.inc"

typedef uint8_t vq __attribute__((ext_vector_type(32)));

IK_INLINE vi ik_dot(vi acc, vq w, const uint8_t *x, int i) {
    return (vi)_mm256_dpbusd_avx_epi32((__m256i)acc, (__m256i)w, _mm256_set1_epi32(ik_chunk(x, i)));
}
IK_INLINE vi ik_dot128(vi acc, vq w, const uint8_t *x, int i) { return ik_dot(acc, w, x, i); }
IK_INLINE vi ik_start128(int32_t n) { return (vi)n; }
IK_INLINE vq ik_prepare128(vq w) { return w; }
IK_INLINE vq ik_lookup(vq indices) {
    __m128i table = _mm_xor_si128(_mm_loadu_si128((const __m128i *)ik_iq4_values), _mm_set1_epi8((char)0x80));
    return (vq)_mm256_shuffle_epi8(_mm256_broadcastsi128_si256(table), (__m256i)indices);
}

#include "matmul.inc"
#pragma clang attribute pop

const ik_kernels ik_kernels_avxvnni = IK_TABLE("avxvnni", table_matmul);
#endif
