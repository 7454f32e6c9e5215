// SPDX-License-Identifier: Apache-2.0
//
// The packed form of weights (see CKernels.h): from GGUF rows, and back to float32.
//
// Packing moves 32-bit words, one per chunk of 4 inputs: bytes of a word keep their places, so fields inside bytes are
// taken out and put together with shifts and masks on whole words.
#include "blocks.h"

#pragma STDC FP_CONTRACT OFF

typedef struct {
    uint16_t quants;    // bytes of a block of 32 inputs for 16 rows
    uint16_t scales;    // the same
    uint16_t supers;    // bytes of 256 inputs for 16 rows
} packed_shape;

static packed_shape shape_of(int32_t type) {
    switch (type) {
    case IK_Q8_0: return (packed_shape){512, 32, 0};
    case IK_Q4_0: case IK_IQ4_NL: return (packed_shape){256, 32, 0};
    case IK_Q4_1: return (packed_shape){256, 64, 0};
    case IK_Q5_0: return (packed_shape){320, 32, 0};
    case IK_Q5_1: return (packed_shape){320, 64, 0};
    case IK_Q4_K: return (packed_shape){256, 32, 64};
    case IK_Q5_K: return (packed_shape){320, 32, 64};
    case IK_Q6_K: return (packed_shape){384, 32, 32};
    case IK_Q2_K: return (packed_shape){128, 32, 64};
    case IK_Q3_K: return (packed_shape){192, 32, 32};
    case IK_IQ4_XS: return (packed_shape){256, 16, 32};
    default: return (packed_shape){0, 0, 0};
    }
}

static size_t round_up_64(size_t n) { return (n + 63) / 64 * 64; }

void ik_packed_sizes(int32_t type, size_t rows, size_t cols, size_t out[3]) {
    size_t groups = (rows + IK_GROUP_ROWS - 1) / IK_GROUP_ROWS;
    out[1] = 0;
    out[2] = 0;
    if (!ik_wants_q8(type)) {
        out[0] = round_up_64(groups * IK_GROUP_ROWS * cols * ik_block_bytes(type));
        return;
    }
    packed_shape shape = shape_of(type);
    out[0] = round_up_64(groups * (cols / IK_BLOCK) * shape.quants);
    out[1] = round_up_64(groups * (cols / IK_BLOCK) * shape.scales);
    out[2] = round_up_64(groups * (cols / IK_SUPER) * shape.supers);
}

// ---------------------------------------------------------------------------------------------------------------------
// Words. `out` points at the row's word in the first chunk of the plane; chunks are 64 bytes apart.

IK_INLINE void put_split_nibbles(const uint8_t *q, uint8_t *out) {
    // Inputs j and j + 16 share a byte in the file, chunks n and n + 4 do in the plane: the same thing.
    for (int n = 0; n < 4; n++) {
        ik_store32(out + n * 64, ik_load32(q + n * 4));
    }
}

IK_INLINE void put_nibbles(const uint8_t *q, int shift, uint8_t *out) {
    for (int n = 0; n < 4; n++) {
        uint32_t low = ik_load32(q + n * 4) >> shift & 0x0f0f0f0fu;
        uint32_t high = ik_load32(q + n * 4 + 16) >> shift & 0x0f0f0f0fu;
        ik_store32(out + n * 64, low | high << 4);
    }
}

IK_INLINE void put_pairs(const uint8_t *q, int shift, uint8_t *out) {
    for (int h = 0; h < 2; h++) {
        uint32_t word = 0;
        for (int i = 0; i < 4; i++) {
            word |= (ik_load32(q + h * 16 + i * 4) >> shift & 0x03030303u) << (2 * i);
        }
        ik_store32(out + h * 64, word);
    }
}

IK_INLINE void put_bits(const uint8_t *q, int shift, uint8_t *out) {
    uint32_t word = 0;
    for (int c = 0; c < 8; c++) {
        word |= (ik_load32(q + c * 4) >> shift & 0x01010101u) << c;
    }
    ik_store32(out, word);
}

/// Exchanges the bits of `x` at the positions in `mask` with those `distance` above.
IK_INLINE uint32_t swap_bits(uint32_t x, uint32_t mask, int distance) {
    uint32_t difference = (x >> distance ^ x) & mask;
    return x ^ difference ^ difference << distance;
}

/// Moves bit 4 * c + j (input order) to bit 8 * j + c: a rotation of the five bits of the position, as four exchanges.
IK_INLINE uint32_t transpose_fifth_bits(uint32_t x) {
    x = swap_bits(x, 0x0000ccccu, 14);
    x = swap_bits(x, 0x00aa00aau, 7);
    x = swap_bits(x, 0x0c0c0c0cu, 2);
    return swap_bits(x, 0x22222222u, 1);
}

// ---------------------------------------------------------------------------------------------------------------------
// One block of one row, to the planes of its group. `q`, `s` and `u` point at the group's data for this block.

static void pack_q8_0(const uint8_t *b, size_t row, uint8_t *q, uint8_t *s, uint8_t *u) {
    (void)u;
    for (int c = 0; c < 8; c++) {
        ik_store32(q + c * 64 + row * 4, ik_load32(b + 2 + c * 4) ^ 0x80808080u);
    }
    ik_store16(s + row * 2, ik_load16(b));
}

static void pack_q4_0(const uint8_t *b, size_t row, uint8_t *q, uint8_t *s, uint8_t *u) {
    (void)u;
    put_split_nibbles(b + 2, q + row * 4);
    ik_store16(s + row * 2, ik_load16(b));
}

static void pack_q4_1(const uint8_t *b, size_t row, uint8_t *q, uint8_t *s, uint8_t *u) {
    (void)u;
    put_split_nibbles(b + 4, q + row * 4);
    ik_store16(s + row * 2, ik_load16(b));
    ik_store16(s + 32 + row * 2, ik_load16(b + 2));
}

static void pack_q5_0(const uint8_t *b, size_t row, uint8_t *q, uint8_t *s, uint8_t *u) {
    (void)u;
    put_split_nibbles(b + 6, q + row * 4);
    ik_store32(q + 256 + row * 4, transpose_fifth_bits(ik_load32(b + 2)));
    ik_store16(s + row * 2, ik_load16(b));
}

static void pack_q5_1(const uint8_t *b, size_t row, uint8_t *q, uint8_t *s, uint8_t *u) {
    (void)u;
    put_split_nibbles(b + 8, q + row * 4);
    ik_store32(q + 256 + row * 4, transpose_fifth_bits(ik_load32(b + 4)));
    ik_store16(s + row * 2, ik_load16(b));
    ik_store16(s + 32 + row * 2, ik_load16(b + 2));
}

static void pack_q4_k(const uint8_t *b, size_t row, uint8_t *q, uint8_t *s, uint8_t *u) {
    uint8_t scales[8], mins[8];
    ik_unpack_scales_mins(b + 4, scales, mins);
    for (int i = 0; i < 8; i++) {
        put_nibbles(b + 16 + i / 2 * 32, i % 2 * 4, q + i * 256 + row * 4);
        s[i * 32 + row] = scales[i];
        s[i * 32 + 16 + row] = mins[i];
    }
    ik_store16(u + row * 2, ik_load16(b));
    ik_store16(u + 32 + row * 2, ik_load16(b + 2));
}

static void pack_q5_k(const uint8_t *b, size_t row, uint8_t *q, uint8_t *s, uint8_t *u) {
    uint8_t scales[8], mins[8];
    ik_unpack_scales_mins(b + 4, scales, mins);
    for (int i = 0; i < 8; i++) {
        put_nibbles(b + 48 + i / 2 * 32, i % 2 * 4, q + i * 320 + row * 4);
        put_bits(b + 16, i, q + i * 320 + 256 + row * 4);
        s[i * 32 + row] = scales[i];
        s[i * 32 + 16 + row] = mins[i];
    }
    ik_store16(u + row * 2, ik_load16(b));
    ik_store16(u + 32 + row * 2, ik_load16(b + 2));
}

static void pack_q6_k(const uint8_t *b, size_t row, uint8_t *q, uint8_t *s, uint8_t *u) {
    for (int i = 0; i < 8; i++) {
        int half = i / 4, k = i % 4;
        put_nibbles(b + half * 64 + k % 2 * 32, k / 2 * 4, q + i * 384 + row * 4);
        put_pairs(b + 128 + half * 32, k * 2, q + i * 384 + 256 + row * 4);
        s[i * 32 + row] = b[192 + i * 2];
        s[i * 32 + 16 + row] = b[192 + i * 2 + 1];
    }
    ik_store16(u + row * 2, ik_load16(b + 208));
}

static void pack_q2_k(const uint8_t *b, size_t row, uint8_t *q, uint8_t *s, uint8_t *u) {
    for (int i = 0; i < 8; i++) {
        put_pairs(b + 16 + i / 4 * 32, i % 4 * 2, q + i * 128 + row * 4);
        s[i * 32 + row] = b[i * 2];
        s[i * 32 + 16 + row] = b[i * 2 + 1];
    }
    ik_store16(u + row * 2, ik_load16(b + 80));
    ik_store16(u + 32 + row * 2, ik_load16(b + 82));
}

static void pack_q3_k(const uint8_t *b, size_t row, uint8_t *q, uint8_t *s, uint8_t *u) {
    int8_t scales[16];
    ik_unpack_q3_scales(b + 96, scales);
    for (int i = 0; i < 8; i++) {
        put_pairs(b + 32 + i / 4 * 32, i % 4 * 2, q + i * 192 + row * 4);
        put_bits(b, i, q + i * 192 + 128 + row * 4);
        s[i * 32 + row] = (uint8_t)scales[i * 2];
        s[i * 32 + 16 + row] = (uint8_t)scales[i * 2 + 1];
    }
    ik_store16(u + row * 2, ik_load16(b + 108));
}

static void pack_iq4_xs(const uint8_t *b, size_t row, uint8_t *q, uint8_t *s, uint8_t *u) {
    int8_t scales[8];
    ik_unpack_iq4_xs_scales(b, scales);
    for (int i = 0; i < 8; i++) {
        put_split_nibbles(b + 8 + i * 16, q + i * 256 + row * 4);
        s[i * 16 + row] = (uint8_t)scales[i];
    }
    ik_store16(u + row * 2, ik_load16(b));
}

// ---------------------------------------------------------------------------------------------------------------------
// Groups.

/// A block of any type whose values are all zero; what rows past the end are packed from.
static const uint8_t zero_block[256];

/// The rows of a group. Missing ones read `zero_block` again and again.
typedef struct {
    const uint8_t *row[IK_GROUP_ROWS];
    size_t stride[IK_GROUP_ROWS];
} group_rows;

IK_INLINE void each_block(const group_rows *rows, size_t blocks, size_t q_step, size_t s_step, size_t u_step,
                          uint8_t *q, uint8_t *s, uint8_t *u,
                          void (*pack)(const uint8_t *, size_t, uint8_t *, uint8_t *, uint8_t *)) {
    for (size_t i = 0; i < blocks; i++) {
        for (size_t r = 0; r < IK_GROUP_ROWS; r++) {
            pack(rows->row[r] + i * rows->stride[r], r, q + i * q_step, s + i * s_step, u + i * u_step);
        }
    }
}

static void pack_halves(const void *const *row_pointers, size_t row_count, size_t cols, uint8_t *dst) {
    for (size_t r = 0; r < IK_GROUP_ROWS; r++) {
        const uint8_t *row = r < row_count ? row_pointers[r] : NULL;
        for (size_t c = 0; c < cols; c++) {
            ik_store16(dst + (c * IK_GROUP_ROWS + r) * 2, row ? ik_load16(row + c * 2) : 0);
        }
    }
}

static void pack_words(const void *const *row_pointers, size_t row_count, size_t cols, uint8_t *dst) {
    for (size_t r = 0; r < IK_GROUP_ROWS; r++) {
        const uint8_t *row = r < row_count ? row_pointers[r] : NULL;
        for (size_t c = 0; c < cols; c++) {
            ik_store32(dst + (c * IK_GROUP_ROWS + r) * 4, row ? ik_load32(row + c * 4) : 0);
        }
    }
}

/// Float planes, some inputs at a time, so that the written lines stay in the first-level cache for all 16 rows.
static void pack_floats(size_t bytes, const void *const *row_pointers, size_t row_count, size_t cols, uint8_t *dst) {
    enum { SPAN = 256 };
    for (size_t begin = 0; begin < cols; begin += SPAN) {
        size_t count = cols - begin < SPAN ? cols - begin : SPAN;
        const void *pieces[IK_GROUP_ROWS];
        for (size_t r = 0; r < row_count; r++) {
            pieces[r] = (const uint8_t *)row_pointers[r] + begin * bytes;
        }
        uint8_t *out = dst + begin * IK_GROUP_ROWS * bytes;
        if (bytes == 2) {
            pack_halves(pieces, row_count, count, out);
        } else {
            pack_words(pieces, row_count, count, out);
        }
    }
}

void ik_pack_group(int32_t type, const void *const *row_pointers, size_t row_count, size_t cols, uint8_t *quants,
                   uint8_t *scales, uint8_t *supers) {
    if (!ik_wants_q8(type)) {
        pack_floats(ik_block_bytes(type), row_pointers, row_count, cols, quants);
        return;
    }
    group_rows rows;
    for (size_t r = 0; r < IK_GROUP_ROWS; r++) {
        rows.row[r] = r < row_count ? row_pointers[r] : zero_block;
        rows.stride[r] = r < row_count ? ik_block_bytes(type) : 0;
    }
    // A plane that the type lacks is never written; any address serves to step from.
    uint8_t *q = quants, *s = scales ? scales : quants, *u = supers ? supers : quants;
    size_t small = cols / IK_BLOCK, large = cols / IK_SUPER;
    switch (type) {
    case IK_Q8_0: each_block(&rows, small, 512, 32, 0, q, s, u, pack_q8_0); break;
    case IK_Q4_0: case IK_IQ4_NL: each_block(&rows, small, 256, 32, 0, q, s, u, pack_q4_0); break;
    case IK_Q4_1: each_block(&rows, small, 256, 64, 0, q, s, u, pack_q4_1); break;
    case IK_Q5_0: each_block(&rows, small, 320, 32, 0, q, s, u, pack_q5_0); break;
    case IK_Q5_1: each_block(&rows, small, 320, 64, 0, q, s, u, pack_q5_1); break;
    case IK_Q4_K: each_block(&rows, large, 8 * 256, 8 * 32, 64, q, s, u, pack_q4_k); break;
    case IK_Q5_K: each_block(&rows, large, 8 * 320, 8 * 32, 64, q, s, u, pack_q5_k); break;
    case IK_Q6_K: each_block(&rows, large, 8 * 384, 8 * 32, 32, q, s, u, pack_q6_k); break;
    case IK_Q2_K: each_block(&rows, large, 8 * 128, 8 * 32, 64, q, s, u, pack_q2_k); break;
    case IK_Q3_K: each_block(&rows, large, 8 * 192, 8 * 32, 32, q, s, u, pack_q3_k); break;
    case IK_IQ4_XS: each_block(&rows, large, 8 * 256, 8 * 16, 32, q, s, u, pack_iq4_xs); break;
    default: break;
    }
}

void ik_pack(int32_t type, const void *src, size_t rows, size_t cols, size_t begin, size_t end, uint8_t *quants,
             uint8_t *scales, uint8_t *supers) {
    packed_shape shape = shape_of(type);
    size_t row_bytes = cols / ik_block_length(type) * ik_block_bytes(type);
    size_t q_step = ik_wants_q8(type) ? cols / IK_BLOCK * shape.quants : IK_GROUP_ROWS * row_bytes;
    size_t s_step = cols / IK_BLOCK * shape.scales, u_step = cols / IK_SUPER * shape.supers;
    for (size_t g = begin; g < end; g++) {
        size_t first = g * IK_GROUP_ROWS;
        size_t count = rows - first < IK_GROUP_ROWS ? rows - first : IK_GROUP_ROWS;
        const void *pointers[IK_GROUP_ROWS];
        for (size_t r = 0; r < count; r++) {
            pointers[r] = (const uint8_t *)src + (first + r) * row_bytes;
        }
        ik_pack_group(type, pointers, count, cols, quants + g * q_step, scales ? scales + g * s_step : NULL,
                      supers ? supers + g * u_step : NULL);
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// Back to float32.

/// The place of each input in a row's words of one block.
IK_INLINE int nibble_at(const uint8_t *q, int i) {
    int chunk = i / 4;
    return q[chunk % 4 * 64 + i % 4] >> (chunk / 4 * 4) & 15;
}

IK_INLINE int bit_at(const uint8_t *q, int i) { return q[i % 4] >> (i / 4) & 1; }

IK_INLINE int pair_at(const uint8_t *q, int i) {
    int chunk = i / 4;
    return q[chunk / 4 * 64 + i % 4] >> (chunk % 4 * 2) & 3;
}

static void unpack_floats(const ik_weights *w, size_t row, size_t begin, size_t end, float *dst) {
    size_t base = row / IK_GROUP_ROWS * w->cols * IK_GROUP_ROWS + row % IK_GROUP_ROWS;
    for (size_t c = begin; c < end; c++) {
        size_t index = base + c * IK_GROUP_ROWS;
        switch (w->type) {
        case IK_F32: dst[c - begin] = ik_float_from_bits(ik_load32(w->quants + index * 4)); break;
        case IK_F16: dst[c - begin] = ik_load_half(w->quants + index * 2); break;
        default: dst[c - begin] = ik_bfloat_to_float(ik_load16(w->quants + index * 2)); break;
        }
    }
}

void ik_unpack_block(const ik_weights *w, size_t row, size_t block, float *dst) {
    if (!ik_wants_q8(w->type)) {
        size_t end = (block + 1) * IK_BLOCK;
        unpack_floats(w, row, block * IK_BLOCK, end < w->cols ? end : w->cols, dst);
        return;
    }
    packed_shape shape = shape_of(w->type);
    size_t group = row / IK_GROUP_ROWS, r = row % IK_GROUP_ROWS;
    size_t index = group * (w->cols / IK_BLOCK) + block;
    const uint8_t *q = w->quants + index * shape.quants + r * 4;
    const uint8_t *s = w->scales + index * shape.scales;
    const uint8_t *u = w->supers;
    if (shape.supers) {
        u += (group * (w->cols / IK_SUPER) + block / IK_BLOCKS_PER_SUPER) * shape.supers + r * 2;
    }
    float d = ik_load_half(shape.supers ? u : s + r * 2);
    switch (w->type) {
    case IK_Q8_0:
        for (int i = 0; i < IK_BLOCK; i++) {
            dst[i] = (float)(q[i / 4 * 64 + i % 4] - 128) * d;
        }
        break;
    case IK_Q4_0:
        for (int i = 0; i < IK_BLOCK; i++) {
            dst[i] = (float)(nibble_at(q, i) - 8) * d;
        }
        break;
    case IK_Q5_0:
        for (int i = 0; i < IK_BLOCK; i++) {
            dst[i] = (float)((nibble_at(q, i) | bit_at(q + 256, i) << 4) - 16) * d;
        }
        break;
    case IK_Q4_1: {
        float m = ik_load_half(s + 32 + r * 2);
        for (int i = 0; i < IK_BLOCK; i++) {
            dst[i] = (float)nibble_at(q, i) * d + m;
        }
        break;
    }
    case IK_Q5_1: {
        float m = ik_load_half(s + 32 + r * 2);
        for (int i = 0; i < IK_BLOCK; i++) {
            dst[i] = (float)(nibble_at(q, i) | bit_at(q + 256, i) << 4) * d + m;
        }
        break;
    }
    case IK_IQ4_NL:
        for (int i = 0; i < IK_BLOCK; i++) {
            dst[i] = (float)ik_iq4_values[nibble_at(q, i)] * d;
        }
        break;
    case IK_Q4_K: {
        float scale = d * (float)s[r], offset = ik_load_half(u + 32) * (float)s[16 + r];
        for (int i = 0; i < IK_BLOCK; i++) {
            dst[i] = scale * (float)nibble_at(q, i) - offset;
        }
        break;
    }
    case IK_Q5_K: {
        float scale = d * (float)s[r], offset = ik_load_half(u + 32) * (float)s[16 + r];
        for (int i = 0; i < IK_BLOCK; i++) {
            dst[i] = scale * (float)(nibble_at(q, i) | bit_at(q + 256, i) << 4) - offset;
        }
        break;
    }
    case IK_Q6_K:
        for (int i = 0; i < IK_BLOCK; i++) {
            float scale = d * (float)(int8_t)s[i / 16 * 16 + (int)r];
            dst[i] = scale * (float)((nibble_at(q, i) | pair_at(q + 256, i) << 4) - 32);
        }
        break;
    case IK_Q2_K: {
        float dmin = ik_load_half(u + 32);
        for (int i = 0; i < IK_BLOCK; i++) {
            int both = s[i / 16 * 16 + (int)r];
            dst[i] = d * (float)(both & 15) * (float)pair_at(q, i) - dmin * (float)(both >> 4);
        }
        break;
    }
    case IK_Q3_K:
        for (int i = 0; i < IK_BLOCK; i++) {
            float scale = d * (float)(int8_t)s[i / 16 * 16 + (int)r];
            dst[i] = scale * (float)((pair_at(q, i) | bit_at(q + 128, i) << 2) - 4);
        }
        break;
    case IK_IQ4_XS: {
        float scale = d * (float)(int8_t)s[r];
        for (int i = 0; i < IK_BLOCK; i++) {
            dst[i] = scale * (float)ik_iq4_values[nibble_at(q, i)];
        }
        break;
    }
    default:
        break;
    }
}

void ik_unpack_row(const ik_weights *w, size_t row, float *dst) {
    for (size_t block = 0; block * IK_BLOCK < w->cols; block++) {
        ik_unpack_block(w, row, block, dst + block * IK_BLOCK);
    }
}
