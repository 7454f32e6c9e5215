// SPDX-License-Identifier: Apache-2.0
//
// Sizes, the f16 conversions, and the levels of the non-linear 4-bit types.
#include "blocks.h"

const int8_t ik_iq4_values[16] = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};

float ik_f16_to_f32(uint16_t h) { return ik_half_to_float(h); }

uint16_t ik_f32_to_f16(float f) { return ik_float_to_half(f); }

size_t ik_block_length(int32_t type) {
    switch (type) {
    case IK_Q4_0: case IK_Q4_1: case IK_Q5_0: case IK_Q5_1: case IK_Q8_0: case IK_IQ4_NL:
        return IK_BLOCK;
    case IK_Q2_K: case IK_Q3_K: case IK_Q4_K: case IK_Q5_K: case IK_Q6_K: case IK_IQ4_XS:
        return IK_SUPER;
    default:
        return 1;
    }
}

size_t ik_block_bytes(int32_t type) {
    switch (type) {
    case IK_F32: return 4;
    case IK_F16: case IK_BF16: return 2;
    case IK_Q4_0: case IK_IQ4_NL: return 18;
    case IK_Q4_1: return 20;
    case IK_Q5_0: return 22;
    case IK_Q5_1: return 24;
    case IK_Q8_0: return 34;
    case IK_Q2_K: return 84;
    case IK_Q3_K: return 110;
    case IK_Q4_K: return 144;
    case IK_Q5_K: return 176;
    case IK_Q6_K: return 210;
    case IK_IQ4_XS: return 136;
    default: return 0;
    }
}

int32_t ik_wants_q8(int32_t weight_type) {
    return weight_type != IK_F32 && weight_type != IK_F16 && weight_type != IK_BF16;
}

size_t ik_tile_bytes(int32_t weight_type, size_t tile, size_t cols) {
    if (!ik_wants_q8(weight_type)) {
        return tile * cols * sizeof(float);
    }
    // 32 integers, three sums and a scale in float32, one integer sum.
    return tile * (cols / IK_BLOCK) * (IK_BLOCK + 4 * sizeof(float) + sizeof(int32_t));
}

size_t ik_kv_head_bytes(int32_t format, size_t head_dim) {
    if (format == IK_KV_Q8_0) {
        return head_dim * IK_KV_SLOTS + head_dim / IK_BLOCK * IK_KV_SLOTS * sizeof(uint16_t);
    }
    return head_dim * IK_KV_SLOTS * sizeof(uint16_t);
}
