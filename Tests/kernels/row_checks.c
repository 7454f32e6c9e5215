// SPDX-License-Identifier: Apache-2.0
//
// What drawing and assessing a token takes of a row: right against double, and the same bits from every table on every
// kind of processor.
#include "conformance.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { AFFINE_ROWS = 5 };

/// FNV-1a of some bytes after others.
static uint64_t hashed(uint64_t hash, const void *bytes, size_t n) {
    const uint8_t *b = bytes;
    for (size_t i = 0; i < n; i++) hash = (hash ^ b[i]) * 0x100000001b3u;
    return hash;
}

/// Logits with gaps, as a model that excludes tokens gives them, and with what is no number.
static float *logits_row(randomness *r, size_t n) {
    float *row = memory(n * sizeof *row);
    for (size_t i = 0; i < n; i++) row[i] = i % 61 == 7 ? -INFINITY : i % 61 == 29 ? NAN : random_in(r, -40, 40);
    return row;
}

static uint64_t check_row(subject *table, const ik_kernels *plain, size_t n, uint64_t hash) {
    const ik_kernels *k = table->kernels;
    randomness r = {n + 1};
    float *row = logits_row(&r, n), *got = blank_floats(n), *expected = blank_floats(n);
    float peak = k->row_max(row, n), exact_peak = -INFINITY;
    for (size_t i = 0; i < n; i++) exact_peak = row[i] > exact_peak ? row[i] : exact_peak;
    check(table, peak == exact_peak, "row_max of %zu: %g, not %g", n, (double)peak, (double)exact_peak);
    hash = hashed(hash, &peak, sizeof peak);

    if (exact_peak > -INFINITY) {
        double sums[2], plain_sums[2], powers = 0, weighted = 0;
        k->row_soft_sums(row, n, peak, sums);
        plain->row_soft_sums(row, n, peak, plain_sums);
        for (size_t i = 0; i < n; i++) {
            double depth = (double)row[i] - (double)peak;
            if (!(depth > -87)) continue;
            powers += exp(depth);
            weighted += exp(depth) * depth;
        }
        check(table, is_near(sums[0], powers, 1e-6 * powers), "sum of %zu: %g, not %g", n, sums[0], powers);
        check(table, is_near(sums[1], weighted, 2e-6 * (1 - weighted)), "weighted sum of %zu: %g, not %g", n, sums[1],
              weighted);
        check(table, !memcmp(sums, plain_sums, sizeof sums), "sums of %zu are not those of plain C", n);
        k->row_soft(row, n, peak, 0.25f, got);
        plain->row_soft(row, n, peak, 0.25f, expected);
        check(table, same_bits(got, expected, n), "row_soft of %zu is not that of plain C", n);
        hash = hashed(hashed(hash, sums, sizeof sums), got, n * sizeof *got);
    }

    float *matrix = memory(AFFINE_ROWS * n * sizeof *matrix), *input = memory(n * sizeof *input);
    float bias[AFFINE_ROWS], product[AFFINE_ROWS], plain_product[AFFINE_ROWS];
    for (size_t i = 0; i < AFFINE_ROWS * n; i++) matrix[i] = random_in(&r, -1, 1);
    for (size_t i = 0; i < n; i++) input[i] = random_in(&r, -1, 1);
    for (size_t i = 0; i < AFFINE_ROWS; i++) bias[i] = random_in(&r, -1, 1);
    k->row_affine(matrix, AFFINE_ROWS, n, input, bias, product);
    plain->row_affine(matrix, AFFINE_ROWS, n, input, bias, plain_product);
    check(table, same_bits(product, plain_product, AFFINE_ROWS), "row_affine of %zu is not that of plain C", n);
    for (size_t i = 0; i < AFFINE_ROWS; i++) {
        double sum = (double)bias[i], size = 1;
        for (size_t j = 0; j < n; j++) {
            sum += (double)matrix[i * n + j] * (double)input[j];
            size += fabs((double)matrix[i * n + j] * (double)input[j]);
        }
        check(table, is_near((double)product[i], sum, 1e-6 * size), "row_affine of %zu: %g, not %g", n,
              (double)product[i], sum);
    }
    hash = hashed(hash, product, sizeof product);
    free(input);
    free(matrix);
    free(expected);
    free(got);
    free(row);
    return hash;
}

void check_rows(subject *tables, size_t count) {
    static const size_t lengths[] = {1, 3, 15, 16, 17, 31, 32, 33, 511, 512, 513, 1000, 8192};
    // What a seed draws must not depend on the machine.
    static const uint64_t everywhere = 0x1e681c70019527a4u;
    for (size_t t = 0; t < count; t++) {
        uint64_t hash = 0xcbf29ce484222325u;
        for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
            hash = check_row(&tables[t], tables[count - 1].kernels, lengths[i], hash);
        check(&tables[t], hash == everywhere, "rows come to %016llx", (unsigned long long)hash);
    }
}
