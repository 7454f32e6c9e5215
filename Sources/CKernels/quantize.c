// SPDX-License-Identifier: Apache-2.0
//
// From float32 to the block types of GGUF files: the layout of bytes. How scales are chosen is in quantize_fit.h.
#include "blocks.h"

#pragma STDC FP_CONTRACT OFF

#include "quantize_fit.h"

// ---------------------------------------------------------------------------------------------------------------------
// Fields. Values of q are whole numbers in range by construction.

/// Nibbles as the 32-value types keep them: j below, j + 16 above. `bias` makes levels unsigned.
static void put_split(const float *q, int bias, uint8_t *dst) {
    for (int j = 0; j < 16; j++) {
        unsigned low = (unsigned)((int)q[j] + bias), high = (unsigned)((int)q[j + 16] + bias);
        dst[j] = (uint8_t)((low & 15u) | (high & 15u) << 4);
    }
}

static uint32_t fifth_bits(const float *q, int bias) {
    uint32_t bits = 0;
    for (int i = 0; i < IK_BLOCK; i++) {
        bits |= (uint32_t)((int)q[i] + bias) >> 4 << i;
    }
    return bits;
}

/// The index in ik_iq4_values of a level.
static unsigned iq4_index(float level) {
    unsigned index = 0;
    for (int k = 1; k < 16; k++) {
        index += level >= (float)ik_iq4_values[k];
    }
    return index;
}

static void put_iq4(const float *q, uint8_t *dst) {
    for (int j = 0; j < 16; j++) {
        dst[j] = (uint8_t)(iq4_index(q[j]) | iq4_index(q[j + 16]) << 4);
    }
}

/// Two bits a value, as Q2_K and Q3_K keep them: four blocks of 32 share 32 bytes.
static void put_two_bits(const float *q, int bias, uint8_t *dst) {
    memset(dst, 0, 64);
    for (int i = 0; i < IK_SUPER; i++) {
        unsigned value = (unsigned)((int)q[i] + bias) & 3u;
        dst[i / 128 * 32 + i % 32] |= (uint8_t)(value << (i % 128 / 32 * 2));
    }
}

/// One bit a value (bit `from` of it), block k in bit k of 32 bytes.
static void put_one_bit(const float *q, int bias, int from, uint8_t *dst) {
    memset(dst, 0, 32);
    for (int i = 0; i < IK_SUPER; i++) {
        unsigned value = (unsigned)((int)q[i] + bias) >> from & 1u;
        dst[i % 32] |= (uint8_t)(value << (i / 32));
    }
}

/// Nibbles as Q4_K and Q5_K keep them: two blocks of 32 share 32 bytes.
static void put_paired_nibbles(const float *q, uint8_t *dst) {
    for (int i = 0; i < 128; i++) {
        unsigned low = (unsigned)(int)q[i / 32 * 64 + i % 32], high = (unsigned)(int)q[i / 32 * 64 + 32 + i % 32];
        dst[i] = (uint8_t)((low & 15u) | (high & 15u) << 4);
    }
}

static void put_scales_mins(const int *scales, const int *mins, uint8_t *dst) {
    for (int i = 0; i < 4; i++) {
        dst[i] = (uint8_t)(scales[i] | scales[i + 4] >> 4 << 6);
        dst[i + 4] = (uint8_t)(mins[i] | mins[i + 4] >> 4 << 6);
        dst[i + 8] = (uint8_t)((scales[i + 4] & 15) | (mins[i + 4] & 15) << 4);
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// Blocks, each from values and importance made finite.

static void quantize_q8_0(const float *x, const float *w, uint8_t *b) {
    (void)w;                        // with 255 levels, the scale that just reaches the extreme is as good as any
    float q[IK_BLOCK], top = extreme(x, IK_BLOCK);
    uint16_t d = scale_to_half((top < 0 ? -top : top) / 127);
    round_levels(&levels_q8, x, IK_BLOCK, ik_half_to_float(d), q);
    ik_store16(b, d);
    for (int j = 0; j < IK_BLOCK; j++) {
        b[2 + j] = (uint8_t)(int8_t)q[j];
    }
}

static void quantize_q4_0(const float *x, const float *w, uint8_t *b) {
    float q[IK_BLOCK];
    ik_store16(b, quantize_levels(&levels_q4, x, w, q));
    put_split(q, 8, b + 2);
}

static void quantize_q4_1(const float *x, const float *w, uint8_t *b) {
    float q[IK_BLOCK];
    uint16_t d, m;
    quantize_line(15, x, w, &d, &m, q);
    ik_store16(b, d);
    ik_store16(b + 2, m);
    put_split(q, 0, b + 4);
}

static void quantize_q5_0(const float *x, const float *w, uint8_t *b) {
    float q[IK_BLOCK];
    ik_store16(b, quantize_levels(&levels_q5, x, w, q));
    ik_store32(b + 2, fifth_bits(q, 16));
    put_split(q, 16, b + 6);
}

static void quantize_q5_1(const float *x, const float *w, uint8_t *b) {
    float q[IK_BLOCK];
    uint16_t d, m;
    quantize_line(31, x, w, &d, &m, q);
    ik_store16(b, d);
    ik_store16(b + 2, m);
    ik_store32(b + 4, fifth_bits(q, 0));
    put_split(q, 0, b + 8);
}

static void quantize_iq4_nl(const float *x, const float *w, uint8_t *b) {
    float q[IK_BLOCK];
    ik_store16(b, quantize_levels(&levels_iq4, x, w, q));
    put_iq4(q, b + 2);
}

static void quantize_q2_k(const float *x, const float *w, uint8_t *b) {
    float q[IK_SUPER];
    int scales[16], mins[16];
    uint16_t d, dmin;
    quantize_line_super(3, x, w, 16, 15, 0.8f, &d, &dmin, scales, mins, q);
    for (int i = 0; i < 16; i++) {
        b[i] = (uint8_t)(scales[i] | mins[i] << 4);
    }
    put_two_bits(q, 0, b + 16);
    ik_store16(b + 80, d);
    ik_store16(b + 82, dmin);
}

static void quantize_q3_k(const float *x, const float *w, uint8_t *b) {
    float q[IK_SUPER];
    int scales[16];
    uint16_t d = quantize_levels_super(&levels_q3, x, w, 16, -32, 31, scales, q);
    put_one_bit(q, 4, 2, b);
    put_two_bits(q, 4, b + 32);
    memset(b + 96, 0, 12);
    for (int i = 0; i < 16; i++) {
        int scale = scales[i] + 32;
        b[96 + i % 8] |= (uint8_t)((scale & 15) << (i / 8 * 4));
        b[104 + i % 4] |= (uint8_t)(scale >> 4 << (i / 4 * 2));
    }
    ik_store16(b + 108, d);
}

static void quantize_q4_k(const float *x, const float *w, uint8_t *b) {
    float q[IK_SUPER];
    int scales[16], mins[16];
    uint16_t d, dmin;
    quantize_line_super(15, x, w, 32, 63, 0.4f, &d, &dmin, scales, mins, q);
    ik_store16(b, d);
    ik_store16(b + 2, dmin);
    put_scales_mins(scales, mins, b + 4);
    put_paired_nibbles(q, b + 16);
}

static void quantize_q5_k(const float *x, const float *w, uint8_t *b) {
    float q[IK_SUPER];
    int scales[16], mins[16];
    uint16_t d, dmin;
    quantize_line_super(31, x, w, 32, 63, 0.25f, &d, &dmin, scales, mins, q);
    ik_store16(b, d);
    ik_store16(b + 2, dmin);
    put_scales_mins(scales, mins, b + 4);
    put_one_bit(q, 0, 4, b + 16);
    put_paired_nibbles(q, b + 48);
}

static void quantize_q6_k(const float *x, const float *w, uint8_t *b) {
    float q[IK_SUPER];
    int scales[16];
    uint16_t d = quantize_levels_super(&levels_q6, x, w, 16, -128, 127, scales, q);
    memset(b, 0, 192);
    for (int i = 0; i < IK_SUPER; i++) {
        unsigned value = (unsigned)((int)q[i] + 32);
        int half = i / 128, k = i % 128 / 32, l = i % 32;
        b[half * 64 + k % 2 * 32 + l] |= (uint8_t)((value & 15u) << (k / 2 * 4));
        b[128 + half * 32 + l] |= (uint8_t)(value >> 4 << (k * 2));
    }
    for (int i = 0; i < 16; i++) {
        b[192 + i] = (uint8_t)(int8_t)scales[i];
    }
    ik_store16(b + 208, d);
}

static void quantize_iq4_xs(const float *x, const float *w, uint8_t *b) {
    float q[IK_SUPER];
    int scales[16];
    uint16_t d = quantize_levels_super(&levels_iq4, x, w, 32, -32, 31, scales, q);
    uint16_t upper = 0;
    memset(b + 4, 0, 4);
    for (int i = 0; i < 8; i++) {
        int scale = scales[i] + 32;
        b[4 + i / 2] |= (uint8_t)((scale & 15) << (i % 2 * 4));
        upper |= (uint16_t)(scale >> 4 << (i * 2));
        put_iq4(q + i * 32, b + 8 + i * 16);
    }
    ik_store16(b, d);
    ik_store16(b + 2, upper);
}

// ---------------------------------------------------------------------------------------------------------------------
// Rows.

IK_INLINE void each_block(const float *src, size_t n, size_t length, size_t bytes, uint8_t *dst,
                          const float *importance, void (*quantize)(const float *, const float *, uint8_t *)) {
    float x[IK_SUPER], w[IK_SUPER];
    for (size_t i = 0; i < n / length; i++) {
        load_values(src + i * length, importance ? importance + i * length : NULL, length, x, w);
        quantize(x, w, dst + i * bytes);
    }
}

void ik_quantize_row(int32_t type, const float *src, size_t n, void *dst, const float *weights) {
    uint8_t *out = dst;
    switch (type) {
    case IK_F32:
        memcpy(out, src, n * sizeof(float));
        break;
    case IK_F16:
        for (size_t i = 0; i < n; i++) {
            ik_store16(out + 2 * i, ik_float_to_half(src[i]));
        }
        break;
    case IK_BF16:
        for (size_t i = 0; i < n; i++) {
            ik_store16(out + 2 * i, ik_float_to_bfloat(src[i]));
        }
        break;
    case IK_Q4_0: each_block(src, n, 32, 18, out, weights, quantize_q4_0); break;
    case IK_Q4_1: each_block(src, n, 32, 20, out, weights, quantize_q4_1); break;
    case IK_Q5_0: each_block(src, n, 32, 22, out, weights, quantize_q5_0); break;
    case IK_Q5_1: each_block(src, n, 32, 24, out, weights, quantize_q5_1); break;
    case IK_Q8_0: each_block(src, n, 32, 34, out, weights, quantize_q8_0); break;
    case IK_IQ4_NL: each_block(src, n, 32, 18, out, weights, quantize_iq4_nl); break;
    case IK_Q2_K: each_block(src, n, 256, 84, out, weights, quantize_q2_k); break;
    case IK_Q3_K: each_block(src, n, 256, 110, out, weights, quantize_q3_k); break;
    case IK_Q4_K: each_block(src, n, 256, 144, out, weights, quantize_q4_k); break;
    case IK_Q5_K: each_block(src, n, 256, 176, out, weights, quantize_q5_k); break;
    case IK_Q6_K: each_block(src, n, 256, 210, out, weights, quantize_q6_k); break;
    case IK_IQ4_XS: each_block(src, n, 256, 136, out, weights, quantize_iq4_xs); break;
    default: break;
    }
}
