// SPDX-License-Identifier: Apache-2.0
//
// Activation tiles, the operators on one row, and what a KV cache holds after a write or a move.
#include "conformance.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static float *normal_row(randomness *r, size_t n, float size) {
    float *row = memory(n * sizeof *row);
    for (size_t i = 0; i < n; i++) row[i] = random_normal(r) * size;
    return row;
}

static float *copy_of(const float *row, size_t n) {
    float *copy = memory(n * sizeof *copy);
    memcpy(copy, row, n * sizeof *copy);
    return copy;
}

static float largest_of(const float *x, size_t n) {
    float largest = 0;
    for (size_t i = 0; i < n; i++) largest = fabsf(x[i]) > largest ? fabsf(x[i]) : largest;
    return largest;
}

/// 8-bit integers for 32 values, as tiles and caches define them: x * 127 / max, ties to even. Where that factor is
/// beyond float32 the values are as good as zero.
static float quantise(const float *x, int8_t *q) {
    float largest = largest_of(x, 32), inverse = largest > 0 ? 127.0f / largest : 0;
    if (!(inverse <= FLT_MAX)) inverse = 0;
    for (size_t i = 0; i < 32; i++) q[i] = (int8_t)nearbyintf(x[i] * inverse);
    return largest / 127.0f;
}

// ---------------------------------------------------------------------------------------------------------------------
// Tiles.

/// A tile of 8-bit activations by its definition in CKernels.h.
static void define_tile(const float *x, size_t stride, size_t tile, size_t cols, uint8_t *act) {
    for (size_t k = 0; k < cols; k += IK_BLOCK, act += tile * (IK_BLOCK + 20))
        for (size_t c = 0; c < tile; c++) {
            int8_t *q = (int8_t *)act + c * IK_BLOCK;
            float d = quantise(x + c * stride + k, q);
            int32_t sums[2] = {0, 0};
            for (size_t i = 0; i < IK_BLOCK; i++) sums[i / 16] += q[i];
            float floats[4] = {d, d * (float)(sums[0] + sums[1]), d * (float)sums[0], d * (float)sums[1]};
            int32_t n128 = -128 * (sums[0] + sums[1]);
            uint8_t *meta = act + tile * IK_BLOCK;
            for (size_t i = 0; i < 4; i++) memcpy(meta + (i * tile + c) * 4, &floats[i], 4);
            memcpy(meta + (4 * tile + c) * 4, &n128, 4);
        }
}

static void check_tiles(subject *table) {
    randomness r = {11};
    for (size_t tile = 1; tile <= IK_MAX_TILE; tile++) {
        size_t cols = 96, stride = cols + tile;
        float *x = normal_row(&r, tile * stride, 1);
        // Blocks that are zero, nearly so, tiny, huge, and one where a value lies between two integers.
        static const float sizes[] = {0, 1e-45f, 1e-39f, 3e-37f, 4e-37f, 1e-30f, 1e30f, 1};
        for (size_t c = 0; c < tile; c++)
            for (size_t i = 0; i < 32; i++) x[c * stride + i] *= sizes[c % 8];
        for (size_t i = 32; i < 64; i++) x[i] = (float)((int)i - 48) + 0.5f;
        x[63] = -127;
        size_t bytes = ik_tile_bytes(IK_Q8_0, tile, cols);
        uint8_t *got = memory(bytes), *expected = memory(bytes);
        memset(got, 0xff, bytes);
        table->kernels->quantize_tile(x, stride, tile, cols, got);
        define_tile(x, stride, tile, cols, expected);
        check(table, memcmp(got, expected, bytes) == 0, "quantize_tile differs from its definition in a tile of %zu",
              tile);
        free(got);
        free(expected);

        cols = 37;
        float *act = blank_floats(tile * cols);
        bool same = ik_tile_bytes(IK_F32, tile, cols) == tile * cols * sizeof *act;
        table->kernels->interleave_tile(x, stride, tile, cols, act);
        for (size_t c = 0; c < tile; c++)
            for (size_t k = 0; k < cols; k++) same = same && act[k * tile + c] == x[c * stride + k];
        check(table, same, "interleave_tile differs from its definition in a tile of %zu", tile);
        free(act);
        free(x);
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// Operators.

static void check_norm(subject *table, size_t n, bool weighted) {
    randomness r = {n * 2 + weighted};
    float *x = normal_row(&r, n, 3), *weight = normal_row(&r, n, 1), *y = blank_floats(n);
    double sum = 0;
    bool near = true;
    table->kernels->rms_norm(x, weighted ? weight : NULL, n, 1e-5f, y);
    for (size_t i = 0; i < n; i++) sum += (double)x[i] * x[i];
    double factor = 1 / sqrt(sum / (double)n + (double)1e-5f);
    for (size_t i = 0; i < n; i++) {
        double expected = x[i] * factor * (weighted ? weight[i] : 1);
        near = near && is_near(y[i], expected, fabs(expected) * NORM_BOUND);
    }
    check(table, near, "rms_norm of %zu values, %s weights", n, weighted ? "with" : "without");
    // In place, as the runtime uses it.
    table->kernels->rms_norm(x, weighted ? weight : NULL, n, 1e-5f, x);
    check(table, same_bits(x, y, n), "rms_norm of %zu values in place", n);
    free(x);
    free(weight);
    free(y);
}

static void check_rope(subject *table, size_t head_dim, size_t dim, int paired) {
    enum { HEADS = 3 };
    randomness r = {head_dim * 1000 + dim * 2 + (size_t)paired};
    size_t n = HEADS * head_dim, half = dim / 2;
    float *x = normal_row(&r, n, 2), *y = copy_of(x, n), *cosines = blank_floats(half), *sines = blank_floats(half);
    for (size_t i = 0; i < half; i++) {
        double angle = 100 * pow(10000, -2.0 * (double)i / (double)dim);
        cosines[i] = (float)cos(angle);
        sines[i] = (float)sin(angle);
    }
    bool near = true, kept = true;
    table->kernels->rope(y, HEADS, head_dim, dim, cosines, sines, paired);
    for (size_t h = 0; h < HEADS; h++) {
        const float *from = x + h * head_dim, *to = y + h * head_dim;
        for (size_t i = 0; i < half; i++) {
            size_t p = paired ? 2 * i : i, q = paired ? 2 * i + 1 : i + half;
            double a = from[p], b = from[q], c = cosines[i], s = sines[i], bound = hypot(a, b) * ROPE_BOUND;
            near = near && is_near(to[p], a * c - b * s, bound) && is_near(to[q], a * s + b * c, bound);
        }
        kept = kept && same_bits(from + dim, to + dim, head_dim - dim);
    }
    check(table, near, "rope of %zu in heads of %zu, paired %d", dim, head_dim, paired);
    check(table, kept, "rope of %zu in heads of %zu, paired %d, changes what it should not", dim, head_dim, paired);
    free(x);
    free(y);
    free(cosines);
    free(sines);
}

enum elementwise { ADD, SCALE, AXPY, SILU, GELU, SOFTCAP, ELEMENTWISE };
static const char *const names[ELEMENTWISE] = {"add", "scale", "axpy", "silu_mul", "gelu_mul", "softcap"};

static void apply(const ik_kernels *k, enum elementwise operator, float *y, const float *x, size_t n) {
    switch (operator) {
    case ADD: k->add(y, x, n); return;
    case SCALE: k->scale(y, 0.37f, n); return;
    case AXPY: k->axpy(y, -1.7f, x, n); return;
    case SILU: k->silu_mul(y, x, n); return;
    case GELU: k->gelu_mul(y, x, n); return;
    default: k->softcap(y, 30, n); return;
    }
}

static bool is_right(enum elementwise operator, float got, float y, float x) {
    double dy = y, dx = x, expected;
    switch (operator) {
    case ADD: return got == y + x;
    case SCALE: return got == y * 0.37f;
    case AXPY: return got == fmaf(-1.7f, x, y);
    case SILU:
        expected = dy / (1 + exp(-dy)) * dx;
        return is_near(got, expected, fabs(expected) * SILU_BOUND + TINY_BOUND * (1 + fabs(dx * dy)));
    case GELU:
        expected = 0.5 * dy * (1 + tanh(0.7978845608028654 * dy * (1 + 0.044715 * dy * dy))) * dx;
        return is_near(got, expected, fabs(dy * dx) * GELU_BOUND + TINY_BOUND);
    default: return is_near(got, 30 * tanh(dy / 30), 30 * SOFTCAP_BOUND);
    }
}

/// Right at every length, written nowhere else, and an element's result the same wherever it stands.
static void check_elementwise(subject *table, enum elementwise operator, size_t n) {
    randomness r = {(uint64_t)operator * 1000 + n + 1};
    static const float special[] = {0, 1e-6f, -1e-6f, 88, -88, 200, -200, 1e-38f, -20, 20, 1e4f, -1e4f};
    float *y = normal_row(&r, n + 1, 4), *x = normal_row(&r, n + 1, 1);
    for (size_t i = 0; i < n && i < sizeof special / sizeof *special && n > 16; i++) y[i * n / 16] = special[i];
    float *got = copy_of(y, n + 1);
    apply(table->kernels, operator, got, x, n);
    bool right = same_bits(got + n, y + n, 1), alone = true;
    size_t wrong = n;
    for (size_t i = 0; i < n; i++) {
        if (!is_right(operator, got[i], y[i], x[i])) wrong = i;
        float one = y[i];
        apply(table->kernels, operator, &one, x + i, 1);
        alone = alone && same_bits(&one, got + i, 1);
    }
    check(table, wrong == n, "%s of %zu values: %g and %g give %g", names[operator], n, y[wrong], x[wrong], got[wrong]);
    check(table, right, "%s of %zu values writes beyond them", names[operator], n);
    check(table, alone, "%s of %zu values depends on where an element stands", names[operator], n);
    free(y);
    free(x);
    free(got);
}

// ---------------------------------------------------------------------------------------------------------------------
// Cache.

/// One slot of one head by its definition in CKernels.h; values lie [64][head_dim], keys the other way round.
static void define_slot(int32_t format, bool is_key, const float *x, size_t head_dim, uint8_t *block, size_t slot) {
    for (size_t i = 0; i < head_dim; i++) {
        size_t at = is_key ? i * IK_KV_SLOTS + slot : slot * head_dim + i;
        if (format == IK_KV_F16) {
            uint16_t half = ik_f32_to_f16(x[i]);
            memcpy(block + at * 2, &half, 2);
        } else if (i % 32 == 0) {
            int8_t q[32];
            uint16_t d = ik_f32_to_f16(quantise(x + i, q));
            for (size_t j = 0; j < 32; j++) {
                size_t to = is_key ? (i + j) * IK_KV_SLOTS + slot : at + j;
                memcpy(block + to, &q[j], 1);
            }
            size_t scale = is_key ? i / 32 * IK_KV_SLOTS + slot : slot * (head_dim / 32) + i / 32;
            memcpy(block + head_dim * IK_KV_SLOTS + scale * 2, &d, 2);
        }
    }
}

static void check_cache(subject *table, int32_t k_format, int32_t v_format, size_t head_dim) {
    enum { HEADS = 2, BLOCKS = 2 };
    static const size_t slots[] = {0, 1, 31, 63};
    const ik_kernels *k = table->kernels;
    randomness r = {head_dim + (size_t)k_format * 7 + (size_t)v_format * 13};
    size_t head[2] = {ik_kv_head_bytes(k_format, head_dim), ik_kv_head_bytes(v_format, head_dim)};
    uint8_t *got[2][BLOCKS], *expected[2][BLOCKS];
    for (int p = 0; p < 2; p++)
        for (size_t b = 0; b < BLOCKS; b++) {
            got[p][b] = memory(HEADS * head[p]);
            expected[p][b] = memory(HEADS * head[p]);
            memset(got[p][b], 0xa5, HEADS * head[p]);
            memset(expected[p][b], 0xa5, HEADS * head[p]);
        }
    // Writes go to block 0. The move after each one goes to the same block or to the other.
    for (size_t s = 0; s < sizeof slots / sizeof *slots; s++) {
        size_t block = s % BLOCKS, to = (slots[s] + 17) % IK_KV_SLOTS;
        for (size_t h = 0; h < HEADS; h++)
            for (int p = 0; p < 2; p++) {
                float *x = normal_row(&r, head_dim, s == 3 ? 1e-38f : 2);
                if (s == 2) memset(x, 0, 32 * sizeof *x);
                if (p == 0) k->kv_write_k(k_format, x, head_dim, got[0][0] + h * head[0], slots[s]);
                else k->kv_write_v(v_format, x, head_dim, got[1][0] + h * head[1], slots[s]);
                define_slot(p ? v_format : k_format, p == 0, x, head_dim, expected[p][0] + h * head[p], slots[s]);
                define_slot(p ? v_format : k_format, p == 0, x, head_dim, expected[p][block] + h * head[p], to);
                free(x);
            }
        ik_kv_move(k_format, v_format, head_dim, HEADS, got[0][0], got[1][0], slots[s], got[0][block], got[1][block],
                   to);
        for (int p = 0; p < 2; p++)
            for (size_t b = 0; b < BLOCKS; b++)
                check(table, memcmp(got[p][b], expected[p][b], HEADS * head[p]) == 0,
                      "%s of %zu in format %d, slot %zu written and moved to %zu: block %zu is not as defined",
                      p ? "values" : "keys", head_dim, p ? v_format : k_format, slots[s], to, b);
    }
    for (int p = 0; p < 2; p++)
        for (size_t b = 0; b < BLOCKS; b++) {
            free(got[p][b]);
            free(expected[p][b]);
        }
}

void check_operators(subject *tables, size_t count) {
    static const size_t lengths[] = {1, 3, 4, 15, 16, 17, 64, 100, 257};
    static const size_t heads[] = {32, 64, 80, 96, 128};
    for (size_t t = 0; t < count; t++) {
        subject *table = &tables[t];
        check_tiles(table);
        for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
            check_norm(table, lengths[i], true);
            check_norm(table, lengths[i], false);
            for (int o = 0; o < ELEMENTWISE; o++) check_elementwise(table, (enum elementwise)o, lengths[i]);
        }
        for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
            for (int paired = 0; paired < 2; paired++) {
                check_rope(table, heads[i], heads[i], paired);
                check_rope(table, heads[i], heads[i] / 4, paired);
            }
        for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
            for (int32_t k = 0; k < 2; k++)
                for (int32_t v = 0; v < 2; v++)
                    // 8 bits take heads of a multiple of 32.
                    if (heads[i] % 32 == 0 || (k == IK_KV_F16 && v == IK_KV_F16)) check_cache(table, k, v, heads[i]);
    }
}
