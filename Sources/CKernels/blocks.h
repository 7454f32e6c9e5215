// SPDX-License-Identifier: Apache-2.0
//
// Byte layouts of the block types of GGUF files, and the few helpers that everything reading them shares.
//
// A field is named by its byte offset inside its block. Blocks of 32 values stand alone; blocks of 256 ("super-blocks")
// hold 8 or 16 sub-blocks whose small integer scales are multiplied by one or two f16 factors.
//
//   Q4_0    d f16 @0, 16 B nibbles @2                      value = d * (q - 8)
//   Q4_1    d f16 @0, m f16 @2, 16 B nibbles @4            value = d * q + m
//   Q5_0    d f16 @0, fifth bits u32 @2, nibbles @6        value = d * (q - 16)
//   Q5_1    d f16 @0, m f16 @2, bits u32 @4, nibbles @8    value = d * q + m
//   Q8_0    d f16 @0, 32 B i8 @2                           value = d * q
//   IQ4_NL  d f16 @0, 16 B nibbles @2                      value = d * ik_iq4_values[q]
//   (nibbles so far: byte j holds value j in its low half, value j + 16 in its high half; fifth bits: bit i of value i)
//   Q2_K    16 B scales (low half) and mins @0, 64 B q @16, d f16 @80, dmin f16 @82    16 sub-blocks of 16
//   Q3_K    32 B third bits @0, 64 B q @32, 12 B scales @96, d f16 @108                16 sub-blocks of 16
//   Q4_K    d f16 @0, dmin f16 @2, 12 B scales and mins @4, 128 B nibbles @16          8 sub-blocks of 32
//   Q5_K    d f16 @0, dmin f16 @2, 12 B scales and mins @4, 32 B bits @16, nibbles @48 8 sub-blocks of 32
//   Q6_K    128 B nibbles @0, 64 B upper bits @128, 16 B i8 scales @192, d f16 @208    16 sub-blocks of 16
//   IQ4_XS  d f16 @0, upper scale bits u16 @2, 4 B lower scale bits @4, nibbles @8     8 sub-blocks of 32
#ifndef IK_BLOCKS_H
#define IK_BLOCKS_H

#include "CKernels.h"

#include <string.h>

#if !defined(__BYTE_ORDER__) || __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "GGUF blocks are read in place, which needs a little-endian target"
#endif

#define IK_INLINE static inline __attribute__((always_inline, unused))

enum {
    IK_SUPER = 256,                 // values in a super-block
    IK_BLOCKS_PER_SUPER = 8,        // of IK_BLOCK values
};

/// The levels of IQ4_NL and IQ4_XS.
extern const int8_t ik_iq4_values[16];

/// Values in a block of `type`: 1, 32 or 256.
size_t ik_block_length(int32_t type);
/// Bytes of one block of `type`.
size_t ik_block_bytes(int32_t type);

/// Writes the 32 values of block `block` of a packed row; for float types the values block * 32 ..< min(+ 32, cols).
void ik_unpack_block(const ik_weights *w, size_t row, size_t block, float *dst);

IK_INLINE uint16_t ik_load16(const uint8_t *p) {
    uint16_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

IK_INLINE uint32_t ik_load32(const uint8_t *p) {
    uint32_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

IK_INLINE void ik_store16(uint8_t *p, uint16_t v) { memcpy(p, &v, sizeof v); }
IK_INLINE void ik_store32(uint8_t *p, uint32_t v) { memcpy(p, &v, sizeof v); }

IK_INLINE float ik_float_from_bits(uint32_t bits) {
    float f;
    memcpy(&f, &bits, sizeof f);
    return f;
}

IK_INLINE uint32_t ik_bits_from_float(float f) {
    uint32_t bits;
    memcpy(&bits, &f, sizeof bits);
    return bits;
}

/// Exact. Written without branches and without subnormal float32 intermediates, so that it vectorises and does not
/// depend on how the CPU treats subnormals.
IK_INLINE float ik_half_to_float(uint16_t h) {
    uint32_t sign = (uint32_t)(h & 0x8000u) << 16;
    uint32_t exponent = h & 0x7c00u;
    uint32_t magnitude = h & 0x7fffu;
    uint32_t normal = (magnitude << 13) + (112u << 23);
    uint32_t special = (magnitude << 13) | 0x7f800000u;
    uint32_t subnormal = ik_bits_from_float((float)(int32_t)(h & 0x03ffu) * 0x1p-24f);
    uint32_t bits = exponent == 0 ? subnormal : (exponent == 0x7c00u ? special : normal);
    return ik_float_from_bits(sign | bits);
}

/// Rounds to nearest, ties to even; too large becomes infinity; a NaN stays one (quiet, upper payload bits kept).
IK_INLINE uint16_t ik_float_to_half(float f) {
    uint32_t bits = ik_bits_from_float(f);
    uint32_t sign = bits >> 16 & 0x8000u;
    uint32_t magnitude = bits & 0x7fffffffu;
    uint32_t half;
    if (magnitude > 0x7f800000u) {
        half = 0x7e00u | (magnitude >> 13 & 0x01ffu);
    } else if (magnitude >= 0x47800000u) {
        half = 0x7c00u;
    } else if (magnitude < 0x38800000u) {
        // Below 2^-14 the spacing of f16 is 2^-24, that of float32 at 0.5: the addition does the rounding.
        half = ik_bits_from_float(ik_float_from_bits(magnitude) + 0.5f) - 0x3f000000u;
    } else {
        half = (magnitude + 0x0fffu + (magnitude >> 13 & 1u) - (112u << 23)) >> 13;
    }
    return (uint16_t)(sign | half);
}

IK_INLINE float ik_bfloat_to_float(uint16_t h) { return ik_float_from_bits((uint32_t)h << 16); }

/// Rounds to nearest, ties to even; a NaN stays one.
IK_INLINE uint16_t ik_float_to_bfloat(float f) {
    uint32_t bits = ik_bits_from_float(f);
    if ((bits & 0x7fffffffu) > 0x7f800000u) {
        return (uint16_t)(bits >> 16 | 0x40u);
    }
    return (uint16_t)((bits + 0x7fffu + (bits >> 16 & 1u)) >> 16);
}

IK_INLINE float ik_load_half(const uint8_t *p) { return ik_half_to_float(ik_load16(p)); }

/// The eight 6-bit scales and mins of Q4_K and Q5_K. The first four of each lie in the low 6 bits of bytes 0..3 and
/// 4..7; the last four have their low halves in bytes 8..11 and their upper two bits on top of the first four.
IK_INLINE void ik_unpack_scales_mins(const uint8_t *packed, uint8_t *scales, uint8_t *mins) {
    uint32_t a = ik_load32(packed), b = ik_load32(packed + 4), c = ik_load32(packed + 8);
    ik_store32(scales, a & 0x3f3f3f3fu);
    ik_store32(mins, b & 0x3f3f3f3fu);
    ik_store32(scales + 4, (c & 0x0f0f0f0fu) | (a >> 2 & 0x30303030u));
    ik_store32(mins + 4, (c >> 4 & 0x0f0f0f0fu) | (b >> 2 & 0x30303030u));
}

/// The sixteen signed scales of Q3_K: low halves in bytes 0..7 (scales 0..7 below, 8..15 above), upper two bits in
/// bytes 8..11, four scales deep; 32 is subtracted.
IK_INLINE void ik_unpack_q3_scales(const uint8_t *packed, int8_t *scales) {
    for (int i = 0; i < 16; i++) {
        int low = packed[i & 7] >> (i < 8 ? 0 : 4) & 15;
        int high = packed[8 + (i & 3)] >> (2 * (i >> 2)) & 3;
        scales[i] = (int8_t)((low | high << 4) - 32);
    }
}

/// The eight signed scales of IQ4_XS (block at `b`), 32 subtracted.
IK_INLINE void ik_unpack_iq4_xs_scales(const uint8_t *b, int8_t *scales) {
    uint32_t upper = ik_load16(b + 2);
    for (int i = 0; i < 8; i++) {
        int low = b[4 + i / 2] >> (4 * (i & 1)) & 15;
        int high = (int)(upper >> (2 * i) & 3u);
        scales[i] = (int8_t)((low | high << 4) - 32);
    }
}

#endif
