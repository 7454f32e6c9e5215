// SPDX-License-Identifier: Apache-2.0
//
// Moving one position of a KV cache to another slot, in any format.
#include "kernels_internal.h"
#include <string.h>

/// Elements of `size` bytes of a transposed plane, [count][64]: one column to another.
static void move_column(const uint8_t *from, size_t from_slot, uint8_t *to, size_t to_slot, size_t count, size_t size) {
    for (size_t i = 0; i < count; i++)
        memcpy(to + (i * IK_KV_SLOTS + to_slot) * size, from + (i * IK_KV_SLOTS + from_slot) * size, size);
}

void ik_kv_move(int32_t k_format, int32_t v_format, size_t head_dim, size_t kv_heads, const uint8_t *from_keys,
                const uint8_t *from_values, size_t from_slot, uint8_t *to_keys, uint8_t *to_values, size_t to_slot) {
    size_t k_head = ik_kv_head_bytes(k_format, head_dim), v_head = ik_kv_head_bytes(v_format, head_dim);
    size_t k_size = k_format == IK_KV_F16 ? 2 : 1, v_size = v_format == IK_KV_F16 ? 2 : 1;
    for (size_t h = 0; h < kv_heads; h++) {
        const uint8_t *k = from_keys + h * k_head, *v = from_values + h * v_head;
        uint8_t *k_to = to_keys + h * k_head, *v_to = to_values + h * v_head;
        move_column(k, from_slot, k_to, to_slot, head_dim, k_size);
        memmove(v_to + to_slot * head_dim * v_size, v + from_slot * head_dim * v_size, head_dim * v_size);
        if (k_format == IK_KV_Q8_0)
            move_column(k + head_dim * IK_KV_SLOTS, from_slot, k_to + head_dim * IK_KV_SLOTS, to_slot, head_dim / 32, 2);
        if (v_format == IK_KV_Q8_0) {
            size_t scales = head_dim * IK_KV_SLOTS, width = head_dim / 32 * 2;
            memmove(v_to + scales + to_slot * width, v + scales + from_slot * width, width);
        }
    }
}
