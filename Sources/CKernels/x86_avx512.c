// SPDX-License-Identifier: Apache-2.0
//
// AVX-512 with VNNI: one register holds 16 rows.
#include "kernels_internal.h"
#ifdef IK_X86
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,avx2,fma,f16c"))), \
                             apply_to = function)

#define IK_LANES 16
#define IK_TILE_COLUMNS 16
#define IK_WIDE_COLUMNS 4
#include "ops.inc"

typedef uint8_t vq __attribute__((ext_vector_type(64)));

IK_INLINE vi ik_dot(vi acc, vq w, const uint8_t *x, int i) {
    return (vi)_mm512_dpbusd_epi32((__m512i)acc, (__m512i)w, _mm512_set1_epi32(ik_chunk(x, i)));
}
IK_INLINE vi ik_dot128(vi acc, vq w, const uint8_t *x, int i) { return ik_dot(acc, w, x, i); }
IK_INLINE vi ik_start128(int32_t n) { return (vi)n; }
IK_INLINE vq ik_prepare128(vq w) { return w; }
IK_INLINE vq ik_lookup(vq indices) {
    __m128i table = _mm_xor_si128(_mm_loadu_si128((const __m128i *)ik_iq4_values), _mm_set1_epi8((char)0x80));
    return (vq)_mm512_shuffle_epi8(_mm512_broadcast_i32x4(table), (__m512i)indices);
}

#include "matmul.inc"
#pragma clang attribute pop

const ik_kernels ik_kernels_avx512vnni = IK_TABLE("avx512vnni", table_matmul);
#endif
