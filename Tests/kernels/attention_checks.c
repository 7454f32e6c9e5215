// SPDX-License-Identifier: Apache-2.0
//
// Attention: right against softmax in double, and the same bits however rows are cut and wherever a tree keeps its
// slots.
#include "conformance.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 6, KV_HEADS = 2, CACHE_SLOTS = 256, CACHE_BLOCKS = CACHE_SLOTS / IK_KV_SLOTS };

typedef struct {
    int32_t k_format, v_format;
    size_t head_dim, group;
    size_t context;                 // slots that all rows see
    size_t window;                  // 0: none
    float softcap;
} setting;

/// Keys and values of the sequence, and a cache that holds its tokens at slots of our choice.
typedef struct {
    uint8_t *keys[CACHE_BLOCKS], *values[CACHE_BLOCKS];
    /// What the cache holds, as numbers: [slot][head][head_dim].
    double *stored_keys, *stored_values;
} cache;

// ---------------------------------------------------------------------------------------------------------------------
// The cache.

/// Number i of a slot as the formats define it (CKernels.h).
static double stored(int32_t format, bool is_key, const uint8_t *block, size_t head_dim, size_t slot, size_t i) {
    size_t at = is_key ? i * IK_KV_SLOTS + slot : slot * head_dim + i;
    uint16_t half;
    if (format == IK_KV_F16) {
        memcpy(&half, block + at * 2, 2);
        return (double)ik_f16_to_f32(half);
    }
    size_t scale = is_key ? i / 32 * IK_KV_SLOTS + slot : slot * (head_dim / 32) + i / 32;
    memcpy(&half, block + head_dim * IK_KV_SLOTS + scale * 2, 2);
    return (double)(int8_t)block[at] * (double)ik_f16_to_f32(half);
}

static cache new_cache(const setting *s) {
    cache c;
    size_t k_bytes = KV_HEADS * ik_kv_head_bytes(s->k_format, s->head_dim);
    size_t v_bytes = KV_HEADS * ik_kv_head_bytes(s->v_format, s->head_dim);
    for (size_t b = 0; b < CACHE_BLOCKS; b++) {
        // All bits set are NaN in f16: a slot that nobody wrote must not reach a result.
        c.keys[b] = memory(k_bytes);
        c.values[b] = memory(v_bytes);
        memset(c.keys[b], 0xff, k_bytes);
        memset(c.values[b], 0xff, v_bytes);
    }
    c.stored_keys = memory(CACHE_SLOTS * KV_HEADS * s->head_dim * sizeof(double));
    c.stored_values = memory(CACHE_SLOTS * KV_HEADS * s->head_dim * sizeof(double));
    return c;
}

static void free_cache(cache *c) {
    for (size_t b = 0; b < CACHE_BLOCKS; b++) {
        free(c->keys[b]);
        free(c->values[b]);
    }
    free(c->stored_keys);
    free(c->stored_values);
}

/// Writes the keys and values of token `token` (its number is all they depend on) to a slot.
static void put(const ik_kernels *k, const setting *s, cache *c, size_t slot, uint64_t token) {
    randomness r = {token * 7919 + 1};
    size_t hd = s->head_dim, block = slot / IK_KV_SLOTS, at = slot % IK_KV_SLOTS;
    float row[128];
    for (size_t h = 0; h < KV_HEADS; h++) {
        uint8_t *keys = c->keys[block] + h * ik_kv_head_bytes(s->k_format, hd);
        uint8_t *values = c->values[block] + h * ik_kv_head_bytes(s->v_format, hd);
        size_t out = (slot * KV_HEADS + h) * hd;
        for (size_t i = 0; i < hd; i++) row[i] = random_normal(&r) * 2;
        k->kv_write_k(s->k_format, row, hd, keys, at);
        for (size_t i = 0; i < hd; i++) row[i] = random_normal(&r);
        k->kv_write_v(s->v_format, row, hd, values, at);
        for (size_t i = 0; i < hd; i++) {
            c->stored_keys[out + i] = stored(s->k_format, true, keys, hd, at, i);
            c->stored_values[out + i] = stored(s->v_format, false, values, hd, at, i);
        }
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// What rows see.

typedef struct {
    int32_t first[ROWS], prefix[ROWS], path_begin[ROWS + 1], path[ROWS * ROWS];
} view;

static int32_t first_seen(const setting *s, size_t keys) {
    return s->window && keys > s->window ? (int32_t)(keys - s->window) : 0;
}

/// Row r sees the context and the r + 1 tokens after it, in slots that follow each other.
static view chain_view(const setting *s) {
    view v = {.path = {0}};
    for (size_t r = 0; r < ROWS; r++) {
        size_t keys = s->context + r + 1;
        v.prefix[r] = (int32_t)keys;
        v.first[r] = first_seen(s, keys);
    }
    return v;
}

/// The same tokens, those after the context in slots `slot_of[token]`. `parent` of a row is the row before it on its
/// path, or -1.
static view tree_view(const setting *s, const int *parent, const int32_t *slot_of) {
    view v = {.path = {0}};
    for (int r = 0; r < ROWS; r++) {
        int32_t path[ROWS], length = 0;
        for (int node = r; node >= 0; node = parent[node]) path[length++] = slot_of[node];
        v.path_begin[r + 1] = v.path_begin[r] + length;
        for (int32_t i = 0; i < length; i++) v.path[v.path_begin[r] + i] = path[length - 1 - i];
        v.prefix[r] = (int32_t)s->context;
        v.first[r] = first_seen(s, s->context + (size_t)length);
    }
    return v;
}

/// The chain again, told differently: every other row has the last of its keys as a path, each from another place on,
/// so that rows with and without a path meet in a block.
static view mixed_view(const setting *s) {
    view v = chain_view(s);
    for (int r = 0; r < ROWS; r++) {
        v.path_begin[r + 1] = v.path_begin[r];
        if (r % 2) continue;
        v.prefix[r] = (int32_t)s->context + r / 2;
        for (int32_t slot = v.prefix[r]; slot <= (int32_t)s->context + r; slot++) v.path[v.path_begin[r + 1]++] = slot;
    }
    return v;
}

// ---------------------------------------------------------------------------------------------------------------------
// Running it.

static ik_attention arguments(const setting *s, const cache *c, const view *v, const float *queries, float *out) {
    ik_attention a = {
        .k_format = s->k_format, .v_format = s->v_format, .head_dim = s->head_dim, .kv_heads = KV_HEADS,
        .q_heads = KV_HEADS * s->group, .scale = 1 / sqrtf((float)s->head_dim), .softcap = s->softcap,
        .queries = queries, .out = out, .k_blocks = (const uint8_t *const *)c->keys,
        .v_blocks = (const uint8_t *const *)c->values, .first = v->first, .prefix = v->prefix,
        .path_begin = v->path_begin, .path = v->path,
    };
    return a;
}

/// All rows and heads, `step` rows a call. The caller frees the result, [ROWS][heads][head_dim].
static float *attend(const ik_kernels *k, const setting *s, const cache *c, const view *v, const float *queries,
                     size_t step) {
    float *out = blank_floats(ROWS * KV_HEADS * s->group * s->head_dim);
    float *scratch = blank_floats(ik_attention_scratch(s->head_dim, step, s->group));
    ik_attention a = arguments(s, c, v, queries, out);
    for (size_t h = 0; h < KV_HEADS; h++)
        for (size_t begin = 0; begin < ROWS; begin += step)
            k->attention(&a, h, begin, begin + step < ROWS ? begin + step : ROWS, scratch);
    free(scratch);
    return out;
}

/// The definition: softmax over the keys a row sees, in double. Returns the largest error relative to the largest
/// |value|.
static double error_of(const setting *s, const cache *c, const view *v, const float *queries, const float *out) {
    size_t hd = s->head_dim, heads = KV_HEADS * s->group;
    double worst = 0, largest = 0, weights[CACHE_SLOTS];
    for (size_t r = 0; r < ROWS; r++)
        for (size_t h = 0; h < heads; h++) {
            const float *q = queries + (r * heads + h) * hd;
            size_t slots[CACHE_SLOTS], count = 0;
            size_t keys = (size_t)(v->prefix[r] + v->path_begin[r + 1] - v->path_begin[r]);
            for (size_t i = (size_t)v->first[r]; i < keys; i++)
                slots[count++] = (int32_t)i < v->prefix[r]
                    ? i : (size_t)v->path[v->path_begin[r] + (int32_t)i - v->prefix[r]];
            double maximum = -INFINITY, sum = 0;
            for (size_t j = 0; j < count; j++) {
                const double *key = c->stored_keys + (slots[j] * KV_HEADS + h / s->group) * hd;
                double score = 0;
                for (size_t i = 0; i < hd; i++) score += key[i] * (double)q[i];
                score *= (double)(1 / sqrtf((float)hd));
                if (s->softcap > 0) score = (double)s->softcap * tanh(score / (double)s->softcap);
                weights[j] = score;
                maximum = score > maximum ? score : maximum;
            }
            for (size_t j = 0; j < count; j++) sum += weights[j] = exp(weights[j] - maximum);
            for (size_t i = 0; i < hd; i++) {
                double expected = 0;
                for (size_t j = 0; j < count; j++) {
                    double value = c->stored_values[(slots[j] * KV_HEADS + h / s->group) * hd + i];
                    expected += weights[j] / sum * value;
                    largest = fabs(value) > largest ? fabs(value) : largest;
                }
                double error = fabs((double)out[(r * heads + h) * hd + i] - expected);
                worst = error <= worst ? worst : error;
            }
        }
    return worst / largest;
}

// ---------------------------------------------------------------------------------------------------------------------
// Checks.

static void check_setting(subject *table, const setting *s) {
    const ik_kernels *k = table->kernels;
    char what[160];
    snprintf(what, sizeof what, "attention of %zu over %zu, formats %d and %d, %zu queries a head, window %zu, cap %g",
             s->head_dim, s->context, s->k_format, s->v_format, s->group, s->window, (double)s->softcap);
    randomness r = {s->head_dim + s->context};
    size_t width = KV_HEADS * s->group * s->head_dim, n = ROWS * width;
    float *queries = memory(n * sizeof *queries);
    for (size_t i = 0; i < n; i++) queries[i] = random_normal(&r) * 2;

    cache chain = new_cache(s);
    for (size_t i = 0; i < s->context + ROWS; i++) put(k, s, &chain, i, i);
    view seen = chain_view(s);
    float *out = attend(k, s, &chain, &seen, queries, ROWS);
    double error = error_of(s, &chain, &seen, queries, out);
    if (!(error <= table->attention_error)) table->attention_error = error;
    check(table, error <= ATTENTION_BOUND, "%s: %g from softmax in double", what, error);
    for (size_t step = 1; step < ROWS; step += 3) {
        float *cut = attend(k, s, &chain, &seen, queries, step);
        check(table, same_bits(cut, out, n), "%s: calls of %zu rows change them", what, step);
        free(cut);
    }

    seen = mixed_view(s);
    for (size_t step = 2; step <= ROWS; step += 4) {
        float *same = attend(k, s, &chain, &seen, queries, step);
        check(table, same_bits(same, out, n), "%s: rows of a tree change those of a chain (calls of %zu rows)", what,
              step);
        free(same);
    }

    // The same path in slots out of order, with gaps, over several blocks.
    static const int line[ROWS] = {-1, 0, 1, 2, 3, 4};
    int32_t slots[ROWS];
    for (int i = 0; i < ROWS; i++) slots[i] = (int32_t)(s->context + (size_t)(i * 5 + 3) % ROWS * 11 + 2);
    cache tree = new_cache(s);
    for (size_t i = 0; i < s->context; i++) put(k, s, &tree, i, i);
    for (size_t i = 0; i < ROWS; i++) put(k, s, &tree, (size_t)slots[i], s->context + i);
    seen = tree_view(s, line, slots);
    for (size_t step = 1; step <= ROWS; step += 5) {
        float *same = attend(k, s, &tree, &seen, queries, step);
        check(table, same_bits(same, out, n), "%s: a tree of one path is not its chain (calls of %zu rows)", what,
              step);
        free(same);
    }

    // Branches: rows 1, 2 and 3 follow row 0, row 4 follows 2, row 5 starts anew.
    static const int branches[ROWS] = {-1, 0, 0, 0, 2, -1};
    seen = tree_view(s, branches, slots);
    float *branched = attend(k, s, &tree, &seen, queries, ROWS);
    error = error_of(s, &tree, &seen, queries, branched);
    if (!(error <= table->attention_error)) table->attention_error = error;
    check(table, error <= ATTENTION_BOUND, "%s, tree: %g from softmax in double", what, error);
    check(table, same_bits(branched, out, 2 * width), "%s: a branch elsewhere changes a row", what);
    // Row 4 as the third token of a chain 0, 2, 4.
    put(k, s, &chain, s->context + 1, s->context + 2);
    put(k, s, &chain, s->context + 2, s->context + 4);
    view straight = chain_view(s);
    float *moved = memory(n * sizeof *moved);
    memcpy(moved, queries, n * sizeof *moved);
    memcpy(moved + 2 * width, queries + 4 * width, width * sizeof *moved);
    float *alone = attend(k, s, &chain, &straight, moved, 1);
    check(table, same_bits(alone + 2 * width, branched + 4 * width, width), "%s: a branch is not its chain", what);
    free(alone);
    free(moved);
    free(branched);
    free(out);
    free(queries);
    free_cache(&chain);
    free_cache(&tree);
}

void check_attention(subject *tables, size_t count) {
    static const size_t widths[] = {32, 64, 80, 96, 128}, groups[] = {1, 2, 7};
    // The last of the context in the first block and its rows beyond, a whole number of blocks, and no context at all.
    static const size_t contexts[] = {61, 128, 0};
    for (size_t t = 0; t < count; t++)
        for (size_t w = 0; w < 5; w++)
            for (size_t g = 0; g < 3; g++)
                for (int formats = 0; formats < 4; formats++) {
                    setting s = {.k_format = formats / 2, .v_format = formats % 2, .head_dim = widths[w],
                                 .group = groups[g]};
                    // 8 bits take heads of a multiple of 32; mixed formats need not be tried in all groups.
                    if (formats && widths[w] % 32) continue;
                    if (s.k_format != s.v_format && s.group != 2) continue;
                    for (size_t c = 0; c < 3; c++) {
                        s.context = contexts[c];
                        if (c && s.group != 2) continue;
                        s.window = 0;
                        s.softcap = 0;
                        check_setting(&tables[t], &s);
                        s.window = 40;
                        check_setting(&tables[t], &s);
                        // A window narrower than the path of a tree.
                        s.window = 3;
                        s.softcap = 20;
                        if (s.group == 2) check_setting(&tables[t], &s);
                    }
                }
}
