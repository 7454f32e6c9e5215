// SPDX-License-Identifier: Apache-2.0
//
// Holds every table of kernels that this CPU can run against the table `scalar`, and both against plain definitions in
// double. Needs only a C compiler, so that it runs where the rest of the project has not been built: under an emulator,
// on a new instruction set, with a sanitizer.
//
//   clang -I Sources/CKernels/include Sources/CKernels/*.c Tests/kernels/*.c -lm && ./a.out [table...]
//
// Tables that are named have to be among those that run here. scripts/check-neon does this for NEON under an emulator.
#define _POSIX_C_SOURCE 200809L
#include "conformance.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_TABLES = 8, MOST_REPORTED = 20 };

void check(subject *table, bool holds, const char *format, ...) {
    if (holds) {
        table->passed++;
        return;
    }
    if (++table->failed > MOST_REPORTED) return;
    va_list arguments;
    va_start(arguments, format);
    printf("%s: ", table->kernels->name);
    vprintf(format, arguments);
    printf("\n");
    va_end(arguments);
}

bool same_bits(const float *a, const float *b, size_t n) { return memcmp(a, b, n * sizeof *a) == 0; }

bool is_near(double got, double expected, double bound) { return fabs(got - expected) <= bound; }

uint32_t random_bits(randomness *r) {
    // Xorshift, its upper half multiplied: Vigna 2016.
    r->state ^= r->state >> 12;
    r->state ^= r->state << 25;
    r->state ^= r->state >> 27;
    return (uint32_t)(r->state * 0x2545f4914f6cdd1dULL >> 32);
}

float random_in(randomness *r, float low, float high) {
    return low + (high - low) * (float)(random_bits(r) >> 8) * 0x1p-24f;
}

float random_normal(randomness *r) {
    float sum = 0;
    for (int i = 0; i < 4; i++) sum += random_in(r, -1, 1);
    return sum * 0.8660254f;
}

void *memory(size_t bytes) {
    void *p = NULL;
    // At least one byte, so that success is never NULL.
    if (posix_memalign(&p, 64, bytes ? bytes : 1)) {
        fprintf(stderr, "no memory for %zu bytes\n", bytes);
        exit(2);
    }
    return p;
}

float *blank_floats(size_t n) {
    float *p = memory(n * sizeof *p);
    memset(p, 0xff, n * sizeof *p);
    return p;
}

static bool has_table(const subject *tables, size_t count, const char *name) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(tables[i].kernels->name, name) == 0) return true;
    return false;
}

int main(int argc, char **argv) {
    subject tables[MOST_TABLES] = {0};
    size_t count = 0, passed = 0, failed = 0;
    for (const ik_kernels *kernels; count < MOST_TABLES && (kernels = ik_kernels_at(count)); count++)
        tables[count].kernels = kernels;
    printf("%s\n", ik_cpu_features());
    if (count == 0 || strcmp(tables[count - 1].kernels->name, "scalar")) {
        printf("the last table should be scalar\n");
        return 1;
    }
    for (int i = 1; i < argc; i++)
        if (!has_table(tables, count, argv[i])) {
            printf("no table %s for this CPU\n", argv[i]);
            return 1;
        }
    check_matmul(tables, count);
    check_operators(tables, count);
    check_attention(tables, count);
    check_rows(tables, count);
    for (size_t i = 0; i < count; i++) {
        const subject *table = &tables[i];
        printf("%-12s %6zu passed, %zu failed; largest error: matmul %.3g, attention %.3g\n", table->kernels->name,
               table->passed, table->failed, table->matmul_error, table->attention_error);
        passed += table->passed;
        failed += table->failed;
    }
    printf("%zu passed, %zu failed\n", passed, failed);
    return failed ? 1 : 0;
}
