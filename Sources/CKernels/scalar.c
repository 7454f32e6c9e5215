// SPDX-License-Identifier: Apache-2.0
//
// Every kernel in plain C: what the other tables are tested against, and what runs where none of them can.
#include "kernels_internal.h"

#define IK_LANES 4
#define IK_OWN_F16
#include "ops.inc"

static int32_t nibble_at(const uint8_t *q, size_t chunk, size_t at) {
    return (q[chunk % 4 * 64 + at] >> (chunk / 4 * 4)) & 15;
}
static int32_t pair_at(const uint8_t *q, size_t chunk, size_t at) {
    return (q[chunk / 4 * 64 + at] >> (chunk % 4 * 2)) & 3;
}
static int32_t bit_at(const uint8_t *q, size_t chunk, size_t at) { return (q[at] >> chunk) & 1; }

/// Value `input` (0..31) of `row` in one unpacked block, without its offset.
static int32_t quant_at(int32_t type, const uint8_t *q, size_t row, size_t input) {
    size_t chunk = input / 4, at = row * 4 + input % 4;
    switch (type) {
    case IK_Q8_0: return (int32_t)q[chunk * 64 + at] - 128;
    case IK_Q2_K: return pair_at(q, chunk, at);
    case IK_Q3_K: return pair_at(q, chunk, at) | bit_at(q + 128, chunk, at) << 2;
    case IK_Q5_0: case IK_Q5_1: case IK_Q5_K: return nibble_at(q, chunk, at) | bit_at(q + 256, chunk, at) << 4;
    case IK_Q6_K: return nibble_at(q, chunk, at) | pair_at(q + 256, chunk, at) << 4;
    case IK_IQ4_NL: case IK_IQ4_XS: return ik_iq4_values[nibble_at(q, chunk, at)];
    default: return nibble_at(q, chunk, at);
    }
}

static float half_at(const uint8_t *p, size_t index) {
    uint16_t h;
    memcpy(&h, p + index * 2, sizeof h);
    return ik_f16_to_f32(h);
}

static float product(const ik_weights *w, const uint8_t *act, size_t tile, size_t column, size_t row) {
    size_t group = row / IK_GROUP_ROWS, r = row % IK_GROUP_ROWS, blocks = w->cols / IK_BLOCK;
    int32_t type = w->type;
    float sum = 0;
    for (size_t b = 0; b < blocks; b++, act += ik_act_block_bytes(tile)) {
        const uint8_t *q = w->quants + (group * blocks + b) * ik_quant_bytes(type);
        const uint8_t *s = w->scales + (group * blocks + b) * ik_scale_bytes(type);
        const int8_t *x = (const int8_t *)act + column * IK_BLOCK;
        const float *meta = (const float *)(const void *)(act + tile * IK_BLOCK);
        float d = 0, dmin = 0, scale[2] = {0, 0}, least[2] = {0, 0};
        if (ik_super_bytes(type)) {
            size_t period = group * (w->cols / 256) + b / 8;
            d = half_at(w->supers + period * ik_super_bytes(type), r);
            if (ik_super_bytes(type) == 64) dmin = half_at(w->supers + period * 64 + 32, r);
        }
        switch (type) {
        case IK_Q8_0: case IK_IQ4_NL: scale[0] = half_at(s, r); break;
        case IK_Q4_0: scale[0] = half_at(s, r); least[0] = scale[0] * 8; break;
        case IK_Q5_0: scale[0] = half_at(s, r); least[0] = scale[0] * 16; break;
        case IK_Q4_1: case IK_Q5_1: scale[0] = half_at(s, r); least[0] = -half_at(s + 32, r); break;
        case IK_IQ4_XS: scale[0] = d * (float)(int8_t)s[r]; break;
        case IK_Q4_K: case IK_Q5_K: scale[0] = d * (float)s[r]; least[0] = dmin * (float)s[16 + r]; break;
        default:
            for (int h = 0; h < 2; h++) {
                uint8_t raw = s[h * 16 + (int)r];
                if (type == IK_Q2_K) {
                    scale[h] = d * (float)(raw & 15);
                    least[h] = dmin * (float)(raw >> 4);
                } else {
                    scale[h] = d * (float)(int8_t)raw;
                    least[h] = scale[h] * (type == IK_Q6_K ? 32 : 4);
                }
            }
        }
        int32_t dot[2] = {0, 0};
        for (size_t i = 0; i < IK_BLOCK; i++) dot[i / 16] += quant_at(type, q, r, i) * x[i];
        if (ik_is_half_scaled(type)) {
            for (int h = 0; h < 2; h++) {
                sum = fmaf((float)dot[h], scale[h] * meta[column], sum);
                sum = fmaf(-least[h], meta[(size_t)(2 + h) * tile + column], sum);
            }
        } else {
            sum = fmaf((float)(dot[0] + dot[1]), scale[0] * meta[column], sum);
            if (ik_has_min(type)) sum = fmaf(-least[0], meta[tile + column], sum);
        }
    }
    return sum;
}

static float product_float(const ik_weights *w, const float *act, size_t tile, size_t column, size_t row) {
    size_t at = row / IK_GROUP_ROWS * w->cols * IK_GROUP_ROWS + row % IK_GROUP_ROWS;
    float sum = 0;
    for (size_t k = 0; k < w->cols; k++, at += IK_GROUP_ROWS) {
        float weight;
        if (w->type == IK_F32) {
            memcpy(&weight, w->quants + at * 4, 4);
        } else {
            uint16_t h;
            memcpy(&h, w->quants + at * 2, 2);
            uint32_t bits = (uint32_t)h << 16;
            if (w->type == IK_F16) weight = ik_f16_to_f32(h);
            else memcpy(&weight, &bits, 4);
        }
        sum = fmaf(weight, act[k * tile + column], sum);
    }
    return sum;
}

static void scalar_matmul(const ik_weights *w, const void *act, size_t tile, size_t begin, size_t end, float *out,
                          size_t out_stride) {
    size_t last = end * IK_GROUP_ROWS < w->rows ? end * IK_GROUP_ROWS : w->rows;
    for (size_t row = begin * IK_GROUP_ROWS; row < last; row++)
        for (size_t c = 0; c < tile; c++)
            out[c * out_stride + row] =
                ik_wants_q8(w->type) ? product(w, act, tile, c, row) : product_float(w, act, tile, c, row);
}

const ik_kernels ik_kernels_scalar = IK_TABLE("scalar", scalar_matmul);
