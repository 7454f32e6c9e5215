// SPDX-License-Identifier: Apache-2.0
//
// Products of packed weights with tiles of activations: right, and the same bits however columns and rows are cut.
#include "conformance.h"

#include "CKernelsReference.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    int32_t type;
    const char *name;
    size_t length, bytes;           // of a block
    int factors[2];                 // where its f16 factors are; -1: none
} block_format;

static const block_format formats[] = {
    {IK_F32, "F32", 1, 4, {-1, -1}},
    {IK_F16, "F16", 1, 2, {-1, -1}},
    {IK_BF16, "BF16", 1, 2, {-1, -1}},
    {IK_Q4_0, "Q4_0", 32, 18, {0, -1}},
    {IK_Q4_1, "Q4_1", 32, 20, {0, 2}},
    {IK_Q5_0, "Q5_0", 32, 22, {0, -1}},
    {IK_Q5_1, "Q5_1", 32, 24, {0, 2}},
    {IK_Q8_0, "Q8_0", 32, 34, {0, -1}},
    {IK_IQ4_NL, "IQ4_NL", 32, 18, {0, -1}},
    {IK_Q2_K, "Q2_K", 256, 84, {80, 82}},
    {IK_Q3_K, "Q3_K", 256, 110, {108, -1}},
    {IK_Q4_K, "Q4_K", 256, 144, {0, 2}},
    {IK_Q5_K, "Q5_K", 256, 176, {0, 2}},
    {IK_Q6_K, "Q6_K", 256, 210, {208, -1}},
    {IK_IQ4_XS, "IQ4_XS", 256, 136, {0, -1}},
};
enum { FORMATS = sizeof formats / sizeof *formats };

// ---------------------------------------------------------------------------------------------------------------------
// Weights in the form of a file.

/// How the integers of a block are chosen: at random, or all bits alike, which gives sums as large as they can be.
enum filling { RANDOM_BITS, ALL_ZEROS, ALL_ONES, TOP_BITS };

static uint16_t random_factor(randomness *r) {
    // One in eight is below f16's normal range.
    float size = random_bits(r) % 8 ? random_in(r, 0.5f, 1.5f) : random_in(r, 0, 0x1p-15f);
    return ik_f32_to_f16(random_bits(r) % 2 ? size : -size);
}

static void fill_weights(const block_format *format, enum filling filling, uint8_t *dst, size_t count, randomness *r) {
    for (size_t i = 0; i < count; i++, dst += format->bytes) {
        if (format->type == IK_F32) {
            float value = random_normal(r);
            memcpy(dst, &value, 4);
        } else if (format->type == IK_F16) {
            uint16_t half = (uint16_t)random_bits(r);
            // Every pattern but infinities and NaN; large ones become ordinary, so that small ones count.
            if ((half & 0x7c00) > 0x4000) half &= 0xbfff;
            memcpy(dst, &half, 2);
        } else if (format->type == IK_BF16) {
            float value = random_normal(r);
            uint32_t bits;
            memcpy(&bits, &value, 4);
            uint16_t half = (uint16_t)(bits >> 16);
            memcpy(dst, &half, 2);
        } else {
            for (size_t j = 0; j < format->bytes; j++) {
                uint8_t byte = (uint8_t)random_bits(r);
                dst[j] = filling == RANDOM_BITS ? byte : filling == ALL_ZEROS ? 0 : filling == ALL_ONES ? 0xff : 0x80;
            }
            for (int f = 0; f < 2; f++) {
                if (format->factors[f] < 0) continue;
                uint16_t factor = random_factor(r);
                memcpy(dst + format->factors[f], &factor, 2);
            }
        }
    }
}

static ik_weights packed(const block_format *format, const uint8_t *file, size_t rows, size_t cols) {
    size_t sizes[3];
    ik_packed_sizes(format->type, rows, cols, sizes);
    uint8_t *planes[3];
    for (int i = 0; i < 3; i++) planes[i] = sizes[i] ? memory(sizes[i]) : NULL;
    ik_pack(format->type, file, rows, cols, 0, (rows + IK_GROUP_ROWS - 1) / IK_GROUP_ROWS, planes[0], planes[1],
            planes[2]);
    ik_weights w = {.type = format->type, .rows = rows, .cols = cols, .quants = planes[0], .scales = planes[1],
                    .supers = planes[2]};
    return w;
}

static void release(ik_weights *w) {
    free((void *)w->quants);
    free((void *)w->scales);
    free((void *)w->supers);
}

// ---------------------------------------------------------------------------------------------------------------------
// One matrix and 16 columns.

typedef struct {
    const block_format *format;
    ik_weights weights;
    size_t rows, cols, groups, stride;  // stride: of x
    float *x;                           // [16][stride]
    float *expected;                    // of `scalar`, [16][rows]
    double *magnitude;                  // sum of |weight * activation|, [16][rows]
} product_case;

static void *tile_of(const ik_kernels *k, const product_case *p, size_t first, size_t tile) {
    void *act = memory(ik_tile_bytes(p->format->type, tile, p->cols));
    const float *x = p->x + first * p->stride;
    if (ik_wants_q8(p->format->type)) k->quantize_tile(x, p->stride, tile, p->cols, act);
    else k->interleave_tile(x, p->stride, tile, p->cols, act);
    return act;
}

/// The activations of one column as its tile (of that column alone) holds them.
static void decode_tile(const product_case *p, const void *act, float *x) {
    if (!ik_wants_q8(p->format->type)) {
        memcpy(x, act, p->cols * sizeof *x);
        return;
    }
    const uint8_t *block = act;
    for (size_t k = 0; k < p->cols; k += IK_BLOCK, block += IK_BLOCK + 20) {
        float d;
        memcpy(&d, block + IK_BLOCK, sizeof d);
        for (size_t i = 0; i < IK_BLOCK; i++) x[k + i] = d * (float)(int8_t)block[i];
    }
}

/// Fills `expected` from the table `scalar`, and holds that against sums in double.
static void expect(subject *scalar, product_case *p) {
    float *x = blank_floats(p->cols), *row = blank_floats(p->cols), *sizes = blank_floats(p->cols);
    double *sums = memory(p->rows * sizeof *sums);
    double worst = 0;
    for (size_t c = 0; c < IK_MAX_TILE; c++) {
        void *act = tile_of(scalar->kernels, p, c, 1);
        scalar->kernels->matmul(&p->weights, act, 1, 0, p->groups, p->expected + c * p->rows, p->rows);
        decode_tile(p, act, x);
        ik_reference_matmul(&p->weights, x, sums);
        for (size_t r = 0; r < p->rows; r++) {
            double size = 0;
            ik_unpack_row(&p->weights, r, row);
            for (size_t i = 0; i < p->cols; i++) size += fabs((double)row[i] * (double)x[i]);
            p->magnitude[c * p->rows + r] = size;
            double error = fabs((double)p->expected[c * p->rows + r] - sums[r]) / (size + TINY_BOUND);
            worst = error <= worst ? worst : error;
        }
        free(act);
    }
    check(scalar, worst <= MATMUL_REFERENCE_BOUND, "matmul %s %zu x %zu: %g from the sums in double", p->format->name,
          p->rows, p->cols, worst);
    free(x);
    free(row);
    free(sizes);
    free(sums);
}

/// Columns first ..< first + tile by one call a range of groups, `split` between the two; 0: one call.
static float *multiply(const ik_kernels *k, const product_case *p, size_t first, size_t tile, size_t split,
                       bool *kept_to_its_rows) {
    // One float more a column than rows: nothing may be written there.
    size_t stride = p->rows + 1;
    float *out = blank_floats(tile * stride), *blank = blank_floats(tile * stride);
    void *act = tile_of(k, p, first, tile);
    if (split) {
        k->matmul(&p->weights, act, tile, 0, split, out, stride);
        for (size_t c = 0; c < tile; c++) {
            size_t begin = c * stride + split * IK_GROUP_ROWS;
            if (!same_bits(out + begin, blank + begin, p->rows - split * IK_GROUP_ROWS)) *kept_to_its_rows = false;
        }
    }
    k->matmul(&p->weights, act, tile, split, p->groups, out, stride);
    for (size_t c = 0; c < tile; c++) {
        if (!same_bits(out + c * stride + p->rows, blank, 1)) *kept_to_its_rows = false;
        memmove(out + c * p->rows, out + c * stride, p->rows * sizeof *out);
    }
    free(act);
    free(blank);
    return out;
}

static void check_case(subject *table, const product_case *p, bool is_scalar) {
    const ik_kernels *k = table->kernels;
    const char *name = p->format->name;
    bool kept = true;
    float *single = blank_floats(IK_MAX_TILE * p->rows);
    double worst = 0;
    for (size_t c = 0; c < IK_MAX_TILE; c++) {
        float *out = multiply(k, p, c, 1, 0, &kept);
        memcpy(single + c * p->rows, out, p->rows * sizeof *out);
        free(out);
    }
    for (size_t i = 0; i < IK_MAX_TILE * p->rows; i++) {
        double error = fabs((double)single[i] - (double)p->expected[i]) / (p->magnitude[i] + TINY_BOUND);
        worst = error <= worst ? worst : error;
    }
    if (!(worst <= table->matmul_error)) table->matmul_error = worst;
    check(table, worst <= MATMUL_BOUND, "matmul %s %zu x %zu: %g from scalar", name, p->rows, p->cols, worst);

    for (size_t tile = 2; tile <= IK_MAX_TILE; tile++) {
        // Plain C does nothing else for one tile than for another, and takes its time.
        if (is_scalar && tile != 2 && tile != IK_MAX_TILE) continue;
        float *out = multiply(k, p, 0, tile, 0, &kept);
        check(table, same_bits(out, single, tile * p->rows), "matmul %s %zu x %zu: a tile of %zu changes a column",
              name, p->rows, p->cols, tile);
        free(out);
    }
    static const size_t tiles[] = {1, 2, 4, 5, 16};
    for (size_t split = 1; split < p->groups; split++)
        for (size_t i = 0; i < sizeof tiles / sizeof *tiles; i++) {
            if (is_scalar && i) continue;
            float *out = multiply(k, p, 0, tiles[i], split, &kept);
            check(table, same_bits(out, single, tiles[i] * p->rows),
                  "matmul %s %zu x %zu, tile %zu: cutting the rows at group %zu changes them", name, p->rows, p->cols,
                  tiles[i], split);
            free(out);
        }
    check(table, kept, "matmul %s %zu x %zu writes beyond its rows", name, p->rows, p->cols);
    free(single);
}

static void run_case(subject *tables, size_t count, const block_format *format, enum filling filling, size_t rows,
                     size_t cols, uint64_t seed) {
    randomness r = {seed};
    size_t blocks = rows * (cols / format->length);
    uint8_t *file = memory(blocks * format->bytes);
    fill_weights(format, filling, file, blocks, &r);
    product_case p = {.format = format, .weights = packed(format, file, rows, cols), .rows = rows, .cols = cols,
                      .groups = (rows + IK_GROUP_ROWS - 1) / IK_GROUP_ROWS, .stride = cols + 3};
    p.x = blank_floats(IK_MAX_TILE * p.stride);
    for (size_t c = 0; c < IK_MAX_TILE; c++)
        for (size_t i = 0; i < cols; i++) {
            float value = random_normal(&r) * (float)(c + 1);
            // Beside extreme weights go activations of one size: of one sign in half of the columns.
            if (filling != RANDOM_BITS) value = c % 2 && value < 0 ? -1 : 1;
            p.x[c * p.stride + i] = value;
        }
    p.expected = blank_floats(IK_MAX_TILE * rows);
    p.magnitude = memory(IK_MAX_TILE * rows * sizeof *p.magnitude);
    expect(&tables[count - 1], &p);
    for (size_t t = 0; t < count; t++) check_case(&tables[t], &p, t + 1 == count);
    free(file);
    free(p.x);
    free(p.expected);
    free(p.magnitude);
    release(&p.weights);
}

void check_matmul(subject *tables, size_t count) {
    // 97 rows are seven groups: four at once and three more, where float weights go by fours.
    static const size_t rows[] = {1, 15, 16, 17, 33, 64, 97};
    static const size_t columns[3][3] = {{1, 33, 129}, {32, 96, 288}, {256, 512, 0}};
    uint64_t seed = 1;
    for (size_t f = 0; f < FORMATS; f++) {
        const size_t *cols = columns[formats[f].length == 1 ? 0 : formats[f].length == 32 ? 1 : 2];
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
            for (size_t j = 0; j < 3 && cols[j]; j++)
                run_case(tables, count, &formats[f], RANDOM_BITS, rows[i], cols[j], seed++);
        if (formats[f].length == 1) continue;
        run_case(tables, count, &formats[f], ALL_ZEROS, 17, cols[1], seed++);
        run_case(tables, count, &formats[f], ALL_ONES, 17, cols[1], seed++);
        run_case(tables, count, &formats[f], TOP_BITS, 17, cols[1], seed++);
    }
}
