// SPDX-License-Identifier: Apache-2.0
//
// AVX2 with FMA and F16C: one register holds 8 rows.
#include "kernels_internal.h"
#ifdef IK_X86
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)

#define IK_LANES 8
#define IK_TILE_COLUMNS 4
#define IK_WIDE_COLUMNS 2
#include "ops.inc"

typedef uint8_t vq __attribute__((ext_vector_type(32)));

// Pairs are summed in 16 bits: 2 * 63 * 127 fits for the small unsigned formats.
IK_INLINE vi ik_dot(vi acc, vq w, const uint8_t *x, int i) {
    __m256i pairs = _mm256_maddubs_epi16((__m256i)w, _mm256_set1_epi32(ik_chunk(x, i)));
    return (vi)_mm256_add_epi32((__m256i)acc, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}
// Signed by signed: the weight's sign moves to the activation, so that 2 * 128 * 127 still fits.
IK_INLINE vi ik_dot128(vi acc, vq w, const uint8_t *x, int i) {
    __m256i size = _mm256_abs_epi8((__m256i)w);
    __m256i pairs = _mm256_maddubs_epi16(size, _mm256_sign_epi8(_mm256_set1_epi32(ik_chunk(x, i)), (__m256i)w));
    return (vi)_mm256_add_epi32((__m256i)acc, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}
IK_INLINE vi ik_start128(int32_t n) { (void)n; return (vi)0; }
IK_INLINE vq ik_prepare128(vq w) { return w ^ 0x80; }
IK_INLINE vq ik_lookup(vq indices) {
    __m128i table = _mm_xor_si128(_mm_loadu_si128((const __m128i *)ik_iq4_values), _mm_set1_epi8((char)0x80));
    return (vq)_mm256_shuffle_epi8(_mm256_broadcastsi128_si256(table), (__m256i)indices);
}

#include "matmul.inc"
#pragma clang attribute pop

const ik_kernels ik_kernels_avx2 = IK_TABLE("avx2", table_matmul);
#endif
