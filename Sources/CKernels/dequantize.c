// SPDX-License-Identifier: Apache-2.0
//
// From the block types of GGUF files to float32. Products and sums are rounded one by one, in the order in which the
// formats define them, so that every machine gives the same bits.
#include "blocks.h"

#pragma STDC FP_CONTRACT OFF

static void dequantize_q4_0(const uint8_t *b, float *y) {
    float d = ik_load_half(b);
    for (int j = 0; j < 16; j++) {
        y[j] = (float)((b[2 + j] & 15) - 8) * d;
        y[j + 16] = (float)((b[2 + j] >> 4) - 8) * d;
    }
}

static void dequantize_q4_1(const uint8_t *b, float *y) {
    float d = ik_load_half(b), m = ik_load_half(b + 2);
    for (int j = 0; j < 16; j++) {
        y[j] = (float)(b[4 + j] & 15) * d + m;
        y[j + 16] = (float)(b[4 + j] >> 4) * d + m;
    }
}

static void dequantize_q5_0(const uint8_t *b, float *y) {
    float d = ik_load_half(b);
    uint32_t fifth = ik_load32(b + 2);
    for (int j = 0; j < 16; j++) {
        int low = (b[6 + j] & 15) | (int)(fifth >> j & 1u) << 4;
        int high = b[6 + j] >> 4 | (int)(fifth >> (j + 16) & 1u) << 4;
        y[j] = (float)(low - 16) * d;
        y[j + 16] = (float)(high - 16) * d;
    }
}

static void dequantize_q5_1(const uint8_t *b, float *y) {
    float d = ik_load_half(b), m = ik_load_half(b + 2);
    uint32_t fifth = ik_load32(b + 4);
    for (int j = 0; j < 16; j++) {
        int low = (b[8 + j] & 15) | (int)(fifth >> j & 1u) << 4;
        int high = b[8 + j] >> 4 | (int)(fifth >> (j + 16) & 1u) << 4;
        y[j] = (float)low * d + m;
        y[j + 16] = (float)high * d + m;
    }
}

static void dequantize_q8_0(const uint8_t *b, float *y) {
    float d = ik_load_half(b);
    for (int j = 0; j < IK_BLOCK; j++) {
        y[j] = (float)(int8_t)b[2 + j] * d;
    }
}

static void dequantize_iq4_nl(const uint8_t *b, float *y) {
    float d = ik_load_half(b);
    for (int j = 0; j < 16; j++) {
        y[j] = (float)ik_iq4_values[b[2 + j] & 15] * d;
        y[j + 16] = (float)ik_iq4_values[b[2 + j] >> 4] * d;
    }
}

static void dequantize_q2_k(const uint8_t *b, float *y) {
    float d = ik_load_half(b + 80), dmin = ik_load_half(b + 82);
    for (int i = 0; i < 16; i++) {
        // Sub-block i: 16 inputs, whose bits lie at the same shift of 16 neighbouring bytes.
        const uint8_t *q = b + 16 + i / 8 * 32 + i % 2 * 16;
        int shift = i % 8 / 2 * 2;
        float scale = d * (float)(b[i] & 15), offset = dmin * (float)(b[i] >> 4);
        for (int l = 0; l < 16; l++) {
            y[i * 16 + l] = scale * (float)(q[l] >> shift & 3) - offset;
        }
    }
}

static void dequantize_q3_k(const uint8_t *b, float *y) {
    float d = ik_load_half(b + 108);
    int8_t scales[16];
    ik_unpack_q3_scales(b + 96, scales);
    for (int i = 0; i < 16; i++) {
        const uint8_t *q = b + 32 + i / 8 * 32 + i % 2 * 16;
        const uint8_t *third = b + i % 2 * 16;
        int shift = i % 8 / 2 * 2, bit = i / 2;
        float scale = d * (float)scales[i];
        for (int l = 0; l < 16; l++) {
            int value = (q[l] >> shift & 3) | (third[l] >> bit & 1) << 2;
            y[i * 16 + l] = scale * (float)(value - 4);
        }
    }
}

static void dequantize_q4_k(const uint8_t *b, float *y) {
    float d = ik_load_half(b), dmin = ik_load_half(b + 2);
    uint8_t scales[8], mins[8];
    ik_unpack_scales_mins(b + 4, scales, mins);
    for (int i = 0; i < 8; i++) {
        const uint8_t *q = b + 16 + i / 2 * 32;
        int shift = i % 2 * 4;
        float scale = d * (float)scales[i], offset = dmin * (float)mins[i];
        for (int l = 0; l < 32; l++) {
            y[i * 32 + l] = scale * (float)(q[l] >> shift & 15) - offset;
        }
    }
}

static void dequantize_q5_k(const uint8_t *b, float *y) {
    float d = ik_load_half(b), dmin = ik_load_half(b + 2);
    uint8_t scales[8], mins[8];
    ik_unpack_scales_mins(b + 4, scales, mins);
    for (int i = 0; i < 8; i++) {
        const uint8_t *q = b + 48 + i / 2 * 32, *fifth = b + 16;
        int shift = i % 2 * 4;
        float scale = d * (float)scales[i], offset = dmin * (float)mins[i];
        for (int l = 0; l < 32; l++) {
            int value = (q[l] >> shift & 15) | (fifth[l] >> i & 1) << 4;
            y[i * 32 + l] = scale * (float)value - offset;
        }
    }
}

static void dequantize_q6_k(const uint8_t *b, float *y) {
    float d = ik_load_half(b + 208);
    for (int i = 0; i < 16; i++) {
        // Block k = i / 2 of 32 inputs; within a half of four, nibbles first run through both byte rows, then halves.
        int half = i / 8, k = i / 2 % 4, offset = i % 2 * 16;
        const uint8_t *low = b + half * 64 + k % 2 * 32 + offset;
        const uint8_t *high = b + 128 + half * 32 + offset;
        int low_shift = k / 2 * 4, high_shift = k * 2;
        float scale = d * (float)(int8_t)b[192 + i];
        for (int l = 0; l < 16; l++) {
            int value = (low[l] >> low_shift & 15) | (high[l] >> high_shift & 3) << 4;
            y[i * 16 + l] = scale * (float)(value - 32);
        }
    }
}

static void dequantize_iq4_xs(const uint8_t *b, float *y) {
    float d = ik_load_half(b);
    int8_t scales[8];
    ik_unpack_iq4_xs_scales(b, scales);
    for (int i = 0; i < 8; i++) {
        const uint8_t *q = b + 8 + i * 16;
        float scale = d * (float)scales[i];
        for (int j = 0; j < 16; j++) {
            y[i * 32 + j] = scale * (float)ik_iq4_values[q[j] & 15];
            y[i * 32 + j + 16] = scale * (float)ik_iq4_values[q[j] >> 4];
        }
    }
}

IK_INLINE void each_block(const uint8_t *src, size_t n, size_t length, size_t bytes, float *dst,
                          void (*dequantize)(const uint8_t *, float *)) {
    for (size_t i = 0; i < n / length; i++) {
        dequantize(src + i * bytes, dst + i * length);
    }
}

void ik_dequantize_row(int32_t type, const void *src, size_t n, float *dst) {
    const uint8_t *s = src;
    switch (type) {
    case IK_F32:
        memcpy(dst, s, n * sizeof(float));
        break;
    case IK_F16:
        for (size_t i = 0; i < n; i++) {
            dst[i] = ik_load_half(s + 2 * i);
        }
        break;
    case IK_BF16:
        for (size_t i = 0; i < n; i++) {
            dst[i] = ik_bfloat_to_float(ik_load16(s + 2 * i));
        }
        break;
    case IK_Q4_0: each_block(s, n, 32, 18, dst, dequantize_q4_0); break;
    case IK_Q4_1: each_block(s, n, 32, 20, dst, dequantize_q4_1); break;
    case IK_Q5_0: each_block(s, n, 32, 22, dst, dequantize_q5_0); break;
    case IK_Q5_1: each_block(s, n, 32, 24, dst, dequantize_q5_1); break;
    case IK_Q8_0: each_block(s, n, 32, 34, dst, dequantize_q8_0); break;
    case IK_IQ4_NL: each_block(s, n, 32, 18, dst, dequantize_iq4_nl); break;
    case IK_Q2_K: each_block(s, n, 256, 84, dst, dequantize_q2_k); break;
    case IK_Q3_K: each_block(s, n, 256, 110, dst, dequantize_q3_k); break;
    case IK_Q4_K: each_block(s, n, 256, 144, dst, dequantize_q4_k); break;
    case IK_Q5_K: each_block(s, n, 256, 176, dst, dequantize_q5_k); break;
    case IK_Q6_K: each_block(s, n, 256, 210, dst, dequantize_q6_k); break;
    case IK_IQ4_XS: each_block(s, n, 256, 136, dst, dequantize_iq4_xs); break;
    default: break;
    }
}
