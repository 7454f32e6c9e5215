// SPDX-License-Identifier: Apache-2.0
//
// What the conformance checks share: counting, random data, memory, and how far a kernel may be from its reference.
#ifndef CONFORMANCE_H
#define CONFORMANCE_H

#include "CKernels.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// ---------------------------------------------------------------------------------------------------------------------
// Bounds. "Unit" is 2^-24, the rounding error of float32. What has no bound here is compared bit for bit: batch
// invariance, quantising, cache layouts, and the elementwise operators that take one rounding.

/// Matrix products against the table `scalar`, relative to the sum of |weight * activation|.
#define MATMUL_BOUND 0x1p-21
/// Products of `scalar` against sums in double over the same 8-bit activations, relative to the same sum: one rounding
/// a block or, for float weights, an input.
#define MATMUL_REFERENCE_BOUND 0x1p-18
/// rms_norm against double, relative to the result.
#define NORM_BOUND 0x1p-21
/// rope against double, relative to the length of the pair.
#define ROPE_BOUND 0x1p-22
/// silu(gate) * up against double, relative to the result: the exponential's error and four roundings.
#define SILU_BOUND 0x1p-21
/// gelu(gate) * up against double, relative to |gate * up|: tanh is exact to units of 1, not of itself.
#define GELU_BOUND 0x1p-21
/// softcap against double, relative to the cap, for the same reason.
#define SOFTCAP_BOUND 0x1p-21
/// Results too small for float32's normal range are exact to this.
#define TINY_BOUND 0x1p-119
/// Attention against softmax in double over the keys and values as stored, relative to the largest |value|.
#define ATTENTION_BOUND 0x1p-18

// ---------------------------------------------------------------------------------------------------------------------
// Counting.

/// What is known of the table under test.
typedef struct {
    const ik_kernels *kernels;
    size_t passed, failed;
    double matmul_error, attention_error;       // the largest seen, in the measure of their bounds
} subject;

/// Counts one check; prints the first few that fail, with the table's name in front.
void check(subject *table, bool holds, const char *format, ...) __attribute__((format(printf, 3, 4)));

/// Whether `n` floats have the same bits (so that a NaN equals itself).
bool same_bits(const float *a, const float *b, size_t n);

/// Whether |got - expected| is at most bound; false for NaN.
bool is_near(double got, double expected, double bound);

// ---------------------------------------------------------------------------------------------------------------------
// Data.

typedef struct { uint64_t state; } randomness;

uint32_t random_bits(randomness *r);
/// Uniform in low ..< high.
float random_in(randomness *r, float low, float high);
/// Mean 0, variance 1, never beyond 4: four uniform numbers summed.
float random_normal(randomness *r);

/// Memory at a multiple of 64, not longer than asked for, so that a sanitizer sees a kernel that goes too far. Ends the
/// program if there is none.
void *memory(size_t bytes);
/// The same for floats, filled with NaN: what a kernel should write and did not stays visible.
float *blank_floats(size_t n);

/// Runs all checks of one subject over every table, `scalar` last.
void check_matmul(subject *tables, size_t count);
void check_operators(subject *tables, size_t count);
void check_attention(subject *tables, size_t count);
void check_rows(subject *tables, size_t count);

#endif
