// SPDX-License-Identifier: Apache-2.0
//
// The C face of the compute layer: block formats, packed weights, and one table of kernels per instruction set.
//
// Nothing here allocates, locks, logs or knows what a model is. Sizes are checked by the Swift side, so the kernels
// assume them. A result for one column (one token) depends on that column alone: how many columns share a call, and how
// the caller cuts columns into tiles or rows into ranges, never changes a bit of it.
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stddef.h>
#include <stdint.h>
#include "CKernelsThreads.h"

#pragma clang assume_nonnull begin

#ifdef __cplusplus
extern "C" {
#endif

// ---------------------------------------------------------------------------------------------------------------------
// Element types, by their codes in GGUF files. A row of `n` values of a block type is n / block-length blocks.

enum ik_type {
    IK_F32 = 0, IK_F16 = 1, IK_Q4_0 = 2, IK_Q4_1 = 3, IK_Q5_0 = 6, IK_Q5_1 = 7, IK_Q8_0 = 8,
    IK_Q2_K = 10, IK_Q3_K = 11, IK_Q4_K = 12, IK_Q5_K = 13, IK_Q6_K = 14,
    IK_IQ4_NL = 20, IK_IQ4_XS = 23, IK_BF16 = 30,
};

/// Writes `n` values of a row in GGUF form as float32. `n` is a multiple of the type's block length.
void ik_dequantize_row(int32_t type, const void *src, size_t n, float *dst);

/// The reverse, by rounding to the nearest representable value (searching scales where the format allows it).
/// `weights` (importance, length n) may be null.
void ik_quantize_row(int32_t type, const float *src, size_t n, void *dst, const float *_Nullable weights);

float ik_f16_to_f32(uint16_t h);
uint16_t ik_f32_to_f16(float f);

// ---------------------------------------------------------------------------------------------------------------------
// Packed weights.
//
// Output rows go in groups of 16, so that one vector register holds 16 rows. Inputs go in blocks of 32, and inside a
// block in 8 chunks of 4: byte `chunk * 64 + row * 4 + j` of an unpacked block is input `chunk * 4 + j` of `row`. One
// integer dot instruction then feeds 16 rows from one broadcast of 4 activations. Rows past the end of the last group are
// zeros. Three planes, each contiguous over [group][block], keep every 64-byte load aligned:
//
//   type      quants plane, per block of 32               scales plane, per block      supers plane, per 256 inputs
//   Q8_0      512 B: value + 128 as u8                    f16 d[16]
//   Q4_0      256 B: nibbles                              f16 d[16]
//   Q4_1      256 B: nibbles                              f16 d[16], f16 m[16]
//   Q5_0      256 B nibbles, 64 B fifth bits              f16 d[16]
//   Q5_1      256 B nibbles, 64 B fifth bits              f16 d[16], f16 m[16]
//   IQ4_NL    256 B nibbles (table indices)               f16 d[16]
//   Q4_K      256 B nibbles                               u8 sc[16], u8 mn[16]         f16 d[16], f16 dmin[16]
//   Q5_K      256 B nibbles, 64 B fifth bits              u8 sc[16], u8 mn[16]         f16 d[16], f16 dmin[16]
//   Q6_K      256 B nibbles, 128 B upper two bits         i8 sc[2][16]                 f16 d[16]
//   Q2_K      128 B two-bit values                        u8 sc|mn<<4 [2][16]          f16 d[16], f16 dmin[16]
//   Q3_K      128 B two-bit values, 64 B third bits       i8 sc-32 [2][16]             f16 d[16]
//   IQ4_XS    256 B nibbles (table indices)               i8 sc-32 [16]                f16 d[16]
//   F16 BF16  [input][16] u16, no blocks                  -                            -
//   F32       [input][16] f32, no blocks                  -                            -
//
// Nibbles: byte `n * 64 + r * 4 + j` (n in 0..3) holds chunk n in its low half and chunk n + 4 in its high half.
// One-bit planes (64 B): bit c of byte `r * 4 + j` belongs to chunk c.
// Two-bit planes (128 B): byte `h * 64 + r * 4 + j` holds chunk 4h + i in bits 2i and 2i + 1.
// `sc[2][16]`: the first 16 scales serve inputs 0..15 of the block, the others inputs 16..31.

enum { IK_GROUP_ROWS = 16, IK_BLOCK = 32, IK_MAX_TILE = 16 };

typedef struct {
    int32_t type;
    size_t rows, cols;              // cols: inputs; a multiple of the type's block length
    const uint8_t *quants;
    const uint8_t *_Nullable scales;
    const uint8_t *_Nullable supers;
} ik_weights;

/// Byte counts of the three planes; each is a multiple of 64.
void ik_packed_sizes(int32_t type, size_t rows, size_t cols, size_t out[_Nonnull 3]);

/// Packs row groups `begin ..< end` from GGUF rows; `src` points at row 0 of the whole tensor.
void ik_pack(int32_t type, const void *src, size_t rows, size_t cols, size_t begin, size_t end, uint8_t *quants,
             uint8_t *_Nullable scales, uint8_t *_Nullable supers);

/// Packs one group from `row_count` (1...16) GGUF rows, given one by one, to
/// group 0 of the destination planes. For sources whose rows are permuted or lie in pieces.
void ik_pack_group(int32_t type, const void *const _Nonnull *_Nonnull row_pointers, size_t row_count, size_t cols,
                   uint8_t *quants, uint8_t *_Nullable scales, uint8_t *_Nullable supers);

/// Writes one packed row back as float32: the reference for tests, and for embeddings tied to a packed output matrix.
void ik_unpack_row(const ik_weights *w, size_t row, float *dst);

// ---------------------------------------------------------------------------------------------------------------------
// Activations.
//
// A pass over n columns is cut into tiles of at most IK_MAX_TILE columns. A tile for quantised weights holds, per block of
// 32 inputs: i8 q[T][32], then f32 d[T], f32 s[T] (d times the sum of q), f32 s0[T], f32 s1[T] (the same for the first and
// second 16 inputs), i32 n128[T] (-128 times the sum of q). A tile for float weights is f32 [input][T].

size_t ik_tile_bytes(int32_t weight_type, size_t tile, size_t cols);

/// 1 for weights that want 8-bit activations, 0 for float ones.
int32_t ik_wants_q8(int32_t weight_type);

// ---------------------------------------------------------------------------------------------------------------------
// Attention.
//
// Keys and values live in blocks of 64 slots. Inside a block one KV head holds its keys transposed, [head_dim][64], so
// that lanes are keys and a score needs no horizontal sum, and its values as [64][head_dim]. q8 adds one f16 scale per 32
// dimensions of a slot: keys [head_dim/32][64], values [64][head_dim/32], behind the integers.

enum { IK_KV_SLOTS = 64 };
enum ik_kv_format { IK_KV_F16 = 0, IK_KV_Q8_0 = 1 };

/// Bytes of one KV head's keys (or values) in one block.
size_t ik_kv_head_bytes(int32_t format, size_t head_dim);

/// Copies one slot (keys and values of all heads of one layer) over another.
void ik_kv_move(int32_t k_format, int32_t v_format, size_t head_dim, size_t kv_heads, const uint8_t *from_keys,
                const uint8_t *from_values, size_t from_slot, uint8_t *to_keys, uint8_t *to_values, size_t to_slot);

typedef struct {
    int32_t k_format, v_format;
    size_t head_dim;
    size_t kv_heads, q_heads;       // q_heads is a multiple of kv_heads
    float scale;                    // applied to q . k
    float softcap;                  // 0: none
    const float *queries;           // [row][q_heads][head_dim]
    float *out;                     // the same shape
    /// Per block of 64 slots: where this layer's keys and values begin, KV heads following each other.
    const uint8_t *const _Nonnull *_Nonnull k_blocks;
    const uint8_t *const _Nonnull *_Nonnull v_blocks;
    // What each row sees, as an ordered list of keys: slots first[row] ..< prefix[row], then path[path_begin[row] ..<
    // path_begin[row + 1]]. The order in the list, not the slot number, decides the order of summation, so that a row of a
    // tree equals the same row in a chain.
    const int32_t *first;
    const int32_t *prefix;
    const int32_t *path_begin;
    const int32_t *path;
} ik_attention;

/// Floats of scratch that one call needs.
size_t ik_attention_scratch(size_t head_dim, size_t row_count, size_t group_size);

// ---------------------------------------------------------------------------------------------------------------------
// The table of kernels. Every table is batch-invariant in itself; tables agree with `scalar` within named bounds.

typedef struct {
    const char *name;

    /// Quantises `tile` columns (x + c * stride floats, `cols` long) into an activation tile.
    void (*quantize_tile)(const float *x, size_t stride, size_t tile, size_t cols, void *act);
    /// The float form of the same.
    void (*interleave_tile)(const float *x, size_t stride, size_t tile, size_t cols, void *act);

    /// out[c * out_stride + row] = sum over inputs of weight[row] * activation[c], for the rows of groups begin ..< end.
    void (*matmul)(const ik_weights *w, const void *act, size_t tile, size_t begin, size_t end, float *out,
                   size_t out_stride);

    /// y = x / rms(x) * weight; `weight` null: ones.
    void (*rms_norm)(const float *x, const float *_Nullable weight, size_t n, float epsilon, float *y);
    /// Rotates `dim` values of each of `heads` heads (head_dim apart) in place; cos/sin have dim / 2 entries.
    /// paired: 1 rotates neighbours (2i, 2i + 1), 0 rotates halves (i, i + dim / 2).
    void (*rope)(float *x, size_t heads, size_t head_dim, size_t dim, const float *cosines, const float *sines,
                 int32_t paired);
    void (*add)(float *y, const float *x, size_t n);                       // y += x
    void (*scale)(float *y, float factor, size_t n);                       // y *= factor
    void (*axpy)(float *y, float factor, const float *x, size_t n);        // y += factor * x
    void (*silu_mul)(float *gate, const float *up, size_t n);              // gate = silu(gate) * up
    void (*gelu_mul)(float *gate, const float *up, size_t n);              // gate = gelu_tanh(gate) * up
    void (*softcap)(float *x, float cap, size_t n);                        // x = cap * tanh(x / cap)

    /// Writes one token's keys and values for one KV head into slot `slot` of a block.
    void (*kv_write_k)(int32_t format, const float *k, size_t head_dim, uint8_t *block, size_t slot);
    void (*kv_write_v)(int32_t format, const float *v, size_t head_dim, uint8_t *block, size_t slot);
    /// Attention of rows begin ..< end for one KV head and its group of query heads.
    void (*attention)(const ik_attention *a, size_t kv_head, size_t begin, size_t end, float *scratch);

    // One row of numbers, for drawing and assessing tokens. These give the same bits in every table. What is no number
    // counts as -infinity.

    /// The greatest; -infinity if there is none.
    float (*row_max)(const float *x, size_t n);
    /// sums[0] = sum of e^(x - peak), sums[1] = sum of e^(x - peak) * (x - peak). No value is above the peak.
    void (*row_soft_sums)(const float *x, size_t n, float peak, double sums[_Nonnull 2]);
    /// y = e^(x - peak) * factor. No value is above the peak.
    void (*row_soft)(const float *x, size_t n, float peak, float factor, float *y);
    /// y = matrix * x + bias; the matrix row by row.
    void (*row_affine)(const float *matrix, size_t rows, size_t cols, const float *x, const float *bias, float *y);
} ik_kernels;

/// Tables compiled in and runnable on this CPU, best first; null past the end.
const ik_kernels *_Nullable ik_kernels_at(size_t index);

/// A line of CPU features that matter here, for bench reports.
const char *ik_cpu_features(void);

#ifdef __cplusplus
}
#endif

#pragma clang assume_nonnull end
#endif
