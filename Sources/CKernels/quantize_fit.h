// SPDX-License-Identifier: Apache-2.0
//
// The choice of scales and offsets for the block types: everything about quantising but the layout of bytes.
//
// The error that is made small is the sum of w * (x - x')^2 over a block, w being the caller's importance or one.
// Scales are found in three steps: a sweep over candidate scales; alternation between rounding with a scale and the
// scale of least squares for the rounded values (Lloyd, "Least squares quantization in PCM", IEEE Trans. Inf. Theory,
// 1982); and for super-blocks, whose sub-block scales are themselves small integers, a search among neighbouring
// integers in turn with a least-squares fit of the common factors.
//
// Rounding always uses the stored (f16) scale, so an error in it is not made twice. Input is first made finite: NaN
// counts as 0, and magnitudes are cut at 2^30, which no block type can reach with f16 factors anyway.
//
// Include this from one C file, after `#pragma STDC FP_CONTRACT OFF`.
#ifndef IK_QUANTIZE_FIT_H
#define IK_QUANTIZE_FIT_H

#include "blocks.h"

// ---------------------------------------------------------------------------------------------------------------------
// Small parts.

enum { LANES = 8 };                 // partial sums kept apart, in a fixed order: it vectorises, the same everywhere

static const float LIMIT = 0x1p30f;
/// Spreads below this cannot be told from nothing with f16 factors, whose smallest value is 2^-24.
static const float NOTHING = 0x1p-40f;

IK_INLINE float clamp(float v, float low, float high) { return v < low ? low : (v > high ? high : v); }

/// Nearest integer, ties to even, for magnitudes below 2^22.
IK_INLINE float round_to_integer(float v) { return (v + 0x1.8p23f) - 0x1.8p23f; }

IK_INLINE float total(const float *lanes) {
    return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) + ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
}

/// The f16 scale nearest to `d`, finite, and not zero unless `d` is: one too small for f16 becomes the smallest one.
static uint16_t scale_to_half(float d) {
    uint16_t h = ik_float_to_half(clamp(d, -65504.0f, 65504.0f));
    return (h & 0x7fffu) == 0 && d != 0 ? (uint16_t)(h | 1u) : h;
}

/// Copies `n` values and their importance, made finite; importance is scaled to a maximum of one.
static void load_values(const float *src, const float *importance, size_t n, float *x, float *w) {
    float largest = 0;
    for (size_t i = 0; i < n; i++) {
        float v = src[i];
        x[i] = v == v ? clamp(v, -LIMIT, LIMIT) : 0;
        float weight = importance ? importance[i] : 1;
        w[i] = weight > 0 ? (weight < 0x1p100f ? weight : 0x1p100f) : 0;
        largest = w[i] > largest ? w[i] : largest;
    }
    for (size_t i = 0; i < n; i++) {
        w[i] = largest > 0x1p-100f ? w[i] / largest : 1;
    }
}

/// The value of largest magnitude, with its sign.
static float extreme(const float *x, size_t n) {
    float best = 0, magnitude = 0;
    for (size_t i = 0; i < n; i++) {
        float a = x[i] < 0 ? -x[i] : x[i];
        if (a > magnitude) {
            magnitude = a;
            best = x[i];
        }
    }
    return best;
}

// ---------------------------------------------------------------------------------------------------------------------
// Formats without an offset: x' = d * level.

/// The levels of a format, and where to look for scales: candidates put the extreme value at -sweep_end ...
/// -sweep_begin and sweep_begin ... sweep_end, in `steps` steps each.
typedef struct {
    float low, high;
    int is_table;                   // levels are ik_iq4_values, not the integers low ... high
    float sweep_begin, sweep_end;
    int steps;
} level_set;

static const level_set levels_q3 = {-4, 3, 0, 2.4f, 5.6f, 16};
static const level_set levels_q4 = {-8, 7, 0, 5.8f, 10.2f, 16};
static const level_set levels_q5 = {-16, 15, 0, 13.5f, 18.0f, 12};
static const level_set levels_q6 = {-32, 31, 0, 29.5f, 33.5f, 8};
static const level_set levels_q8 = {-127, 127, 0, 127, 127, 1};
static const level_set levels_iq4 = {-127, 113, 1, 84, 154, 18};

IK_INLINE float nearest_level(const level_set *set, float v) {
    if (!set->is_table) {
        return round_to_integer(clamp(v, set->low, set->high));
    }
    float level = ik_iq4_values[0];
    for (int k = 0; k < 15; k++) {
        // Counting thresholds instead of searching: no branches, so lanes do it together.
        float middle = 0.5f * (float)(ik_iq4_values[k] + ik_iq4_values[k + 1]);
        level += v > middle ? (float)(ik_iq4_values[k + 1] - ik_iq4_values[k]) : 0.0f;
    }
    return level;
}

typedef struct {
    float xq, qq;                   // weighted sums of x * level and level * level
} level_sums;

IK_INLINE level_sums sums_at(const level_set *set, const float *x, const float *w, size_t n, float inverse) {
    float xq[LANES] = {0}, qq[LANES] = {0};
    for (size_t i = 0; i < n; i += LANES) {
        for (size_t l = 0; l < LANES; l++) {
            float q = nearest_level(set, x[i + l] * inverse);
            xq[l] += w[i + l] * x[i + l] * q;
            qq[l] += w[i + l] * q * q;
        }
    }
    return (level_sums){total(xq), total(qq)};
}

/// The scale of least error for `n` values. With the best scale for given levels, the error is sum(w x^2) - xq^2 / qq.
IK_INLINE float fit_levels(const level_set *set, const float *x, const float *w, size_t n) {
    float top = extreme(x, n);
    if (top < NOTHING && top > -NOTHING) {
        return 0;
    }
    float best = 0, best_gain = -1;
    for (int sign = -1; sign <= 1; sign += 2) {
        for (int step = 0; step < set->steps; step++) {
            float t = set->steps > 1 ? (float)step / (float)(set->steps - 1) : 0;
            float at = (float)sign * (set->sweep_begin + t * (set->sweep_end - set->sweep_begin));
            level_sums sums = sums_at(set, x, w, n, at / top);
            if (sums.qq > 0 && sums.xq * (sums.xq / sums.qq) > best_gain) {
                best_gain = sums.xq * (sums.xq / sums.qq);
                best = sums.xq / sums.qq;
            }
        }
    }
    for (int round = 0; round < 3 && best != 0; round++) {
        level_sums sums = sums_at(set, x, w, n, 1 / best);
        if (!(sums.qq > 0) || !(sums.xq * (sums.xq / sums.qq) > best_gain)) {
            break;
        }
        best_gain = sums.xq * (sums.xq / sums.qq);
        best = sums.xq / sums.qq;
    }
    return best > NOTHING || best < -NOTHING ? best : 0;
}

IK_INLINE void round_levels(const level_set *set, const float *x, size_t n, float d, float *q) {
    float inverse = d != 0 ? 1 / d : 0;
    for (size_t i = 0; i < n; i++) {
        q[i] = nearest_level(set, x[i] * inverse);
    }
}

IK_INLINE float level_error(const level_set *set, const float *x, const float *w, size_t n, float d) {
    float inverse = d != 0 ? 1 / d : 0;
    float sum[LANES] = {0};
    for (size_t i = 0; i < n; i += LANES) {
        for (size_t l = 0; l < LANES; l++) {
            float e = x[i + l] - d * nearest_level(set, x[i + l] * inverse);
            sum[l] += w[i + l] * e * e;
        }
    }
    return total(sum);
}

/// A lone block of 32 values: its scale and levels.
IK_INLINE uint16_t quantize_levels(const level_set *set, const float *x, const float *w, float *q) {
    uint16_t d = scale_to_half(fit_levels(set, x, w, IK_BLOCK));
    round_levels(set, x, IK_BLOCK, ik_half_to_float(d), q);
    return d;
}

/// A super-block of sub-blocks of `length` values: x' = d * scales[sub-block] * level. Scales are integers in
/// scale_low ... scale_high (scale_low is negative and the larger in magnitude).
IK_INLINE uint16_t quantize_levels_super(const level_set *set, const float *x, const float *w, size_t length,
                                         int scale_low, int scale_high, int *scales, float *q) {
    size_t count = IK_SUPER / length;
    float fitted[16];
    for (size_t b = 0; b < count; b++) {
        fitted[b] = fit_levels(set, x + b * length, w + b * length, length);
    }
    uint16_t best = 0;
    float best_error = -1;
    uint16_t half = scale_to_half(extreme(fitted, count) / (float)scale_low);
    for (int round = 0; round < 3; round++) {
        float d = ik_half_to_float(half);
        int found[16];
        float error = 0;
        double xa = 0, aa = 0;
        for (size_t b = 0; b < count; b++) {
            const float *xb = x + b * length, *wb = w + b * length;
            float centre = d != 0 ? round_to_integer(clamp(fitted[b] / d, (float)scale_low, (float)scale_high)) : 0;
            float least = -1;
            for (int s = (int)centre - 1; s <= (int)centre + 1; s++) {
                if (s < scale_low || s > scale_high) {
                    continue;
                }
                float e = level_error(set, xb, wb, length, d * (float)s);
                if (least < 0 || e < least) {
                    least = e;
                    found[b] = s;
                }
            }
            error += least;
            float ds = d * (float)found[b];
            if (ds != 0) {
                level_sums sums = sums_at(set, xb, wb, length, 1 / ds);
                xa += (double)found[b] * (double)sums.xq;
                aa += (double)found[b] * (double)found[b] * (double)sums.qq;
            }
        }
        if (best_error >= 0 && !(error < best_error)) {
            break;
        }
        best_error = error;
        best = half;
        memcpy(scales, found, count * sizeof *scales);
        if (!(aa > 0)) {
            break;
        }
        half = scale_to_half((float)(xa / aa));
    }
    float d = ik_half_to_float(best);
    for (size_t b = 0; b < count; b++) {
        round_levels(set, x + b * length, length, d * (float)scales[b], q + b * length);
    }
    return best;
}

// ---------------------------------------------------------------------------------------------------------------------
// Formats with an offset: x' = d * q + m, q in 0 ... top.

typedef struct {
    float d, m;
} line;

typedef struct {
    float w, x, q, xq, qq;          // weighted sums; `w` and `x` do not depend on q
} line_sums;

/// Sums for q = round((x - m) * inverse), x being measured from `base`.
IK_INLINE line_sums line_sums_at(float top, const float *x, const float *w, size_t n, float base, float m,
                                 float inverse) {
    float sw[LANES] = {0}, sx[LANES] = {0}, sq[LANES] = {0}, sxq[LANES] = {0}, sqq[LANES] = {0};
    for (size_t i = 0; i < n; i += LANES) {
        for (size_t l = 0; l < LANES; l++) {
            float v = x[i + l] - base;
            float q = round_to_integer(clamp((v - m) * inverse, 0, top));
            float wq = w[i + l] * q;
            sw[l] += w[i + l];
            sx[l] += w[i + l] * v;
            sq[l] += wq;
            sxq[l] += wq * v;
            sqq[l] += wq * q;
        }
    }
    return (line_sums){total(sw), total(sx), total(sq), total(sxq), total(sqq)};
}

/// The line of least squares with m <= m_limit and d >= 0, and by how much it lowers the error below that of zero.
static line solve_line(line_sums s, float m_limit, float *gain) {
    line best = {0, s.w > 0 ? s.x / s.w : 0};
    float determinant = s.w * s.qq - s.q * s.q;
    if (determinant > 1e-6f * s.w * s.qq) {
        best.d = (s.w * s.xq - s.x * s.q) / determinant;
        best.m = (s.qq * s.x - s.q * s.xq) / determinant;
    }
    if (best.m > m_limit) {
        best.m = m_limit;
        best.d = s.qq > 0 ? (s.xq - m_limit * s.q) / s.qq : 0;
    }
    best.d = best.d > 0 ? best.d : 0;
    *gain = 2 * (best.d * s.xq + best.m * s.x) - best.d * best.d * s.qq - 2 * best.d * best.m * s.q -
            best.m * best.m * s.w;
    return best;
}

/// The line of least error for `n` values; `signed_offset` 0 asks for m <= 0. Candidates spread the levels over
/// 1 / (1 + sweep) of the range, about its middle.
IK_INLINE line fit_line(float top, const float *x, const float *w, size_t n, int signed_offset, float sweep_begin,
                        float sweep_end, int steps) {
    float low = x[0], high = x[0];
    for (size_t i = 1; i < n; i++) {
        low = x[i] < low ? x[i] : low;
        high = x[i] > high ? x[i] : high;
    }
    if (!signed_offset && low > 0) {
        low = 0;
    }
    float range = high - low;
    if (!(range > NOTHING)) {
        return (line){0, low};
    }
    // Values are measured from `low`, so that a large offset does not drown the differences.
    float m_limit = signed_offset ? 4 * LIMIT : -low;
    line best = {0, 0};
    float best_gain = -1;
    for (int step = 0; step < steps; step++) {
        float widen = sweep_begin + (sweep_end - sweep_begin) * (float)step / (float)(steps - 1);
        float inverse = top * (1 + widen) / range;
        // The levels end up centred on the range; with no offset allowed, they must begin at zero.
        float m = 0.5f * (range - top / inverse);
        line_sums sums = line_sums_at(top, x, w, n, low, m < m_limit ? m : m_limit, inverse);
        float gain;
        line candidate = solve_line(sums, m_limit, &gain);
        if (gain > best_gain) {
            best_gain = gain;
            best = candidate;
        }
    }
    for (int round = 0; round < 4 && best.d > NOTHING; round++) {
        float gain;
        line candidate = solve_line(line_sums_at(top, x, w, n, low, best.m, 1 / best.d), m_limit, &gain);
        if (!(gain > best_gain)) {
            break;
        }
        best_gain = gain;
        best = candidate;
    }
    return (line){best.d > NOTHING ? best.d : 0, best.m + low};
}

IK_INLINE void round_line(float top, const float *x, size_t n, float d, float m, float *q) {
    float inverse = d != 0 ? 1 / d : 0;
    for (size_t i = 0; i < n; i++) {
        q[i] = round_to_integer(clamp((x[i] - m) * inverse, 0, top));
    }
}

IK_INLINE float line_error(float top, const float *x, const float *w, size_t n, float d, float m) {
    float inverse = d != 0 ? 1 / d : 0;
    float sum[LANES] = {0};
    for (size_t i = 0; i < n; i += LANES) {
        for (size_t l = 0; l < LANES; l++) {
            float v = x[i + l] - m;
            float e = v - d * round_to_integer(clamp(v * inverse, 0, top));
            sum[l] += w[i + l] * e * e;
        }
    }
    return total(sum);
}

/// A lone block of 32 values.
IK_INLINE void quantize_line(float top, const float *x, const float *w, uint16_t *d, uint16_t *m, float *q) {
    line fitted = fit_line(top, x, w, IK_BLOCK, 1, -0.05f, 0.4f, 12);
    *m = ik_float_to_half(clamp(fitted.m, -65504.0f, 65504.0f));
    float offset = ik_half_to_float(*m);
    float scale = fitted.d;
    if (scale > 0) {
        // Rounding the offset moved all levels; the scale makes up for some of it.
        line_sums s = line_sums_at(top, x, w, IK_BLOCK, offset, 0, 1 / scale);
        scale = s.qq > 0 && s.xq > 0 ? s.xq / s.qq : scale;
    }
    *d = scale_to_half(scale);
    round_line(top, x, IK_BLOCK, ik_half_to_float(*d), offset, q);
}

/// A super-block of sub-blocks of `length` values: x' = d * scales[b] * q - dmin * mins[b], scales and mins integers in
/// 0 ... scale_top.
IK_INLINE void quantize_line_super(float top, const float *x, const float *w, size_t length, int scale_top,
                                   float sweep_end, uint16_t *d_out, uint16_t *dmin_out, int *scales, int *mins,
                                   float *q) {
    size_t count = IK_SUPER / length;
    line fitted[16];
    float largest_d = 0, largest_m = 0;
    for (size_t b = 0; b < count; b++) {
        fitted[b] = fit_line(top, x + b * length, w + b * length, length, 0, -0.05f, sweep_end, 12);
        fitted[b].m = -fitted[b].m;
        largest_d = fitted[b].d > largest_d ? fitted[b].d : largest_d;
        largest_m = fitted[b].m > largest_m ? fitted[b].m : largest_m;
    }
    uint16_t d_half = scale_to_half(largest_d / (float)scale_top);
    uint16_t dmin_half = scale_to_half(largest_m / (float)scale_top);
    float best_error = -1;
    for (int round = 0; round < 4; round++) {
        float d = ik_half_to_float(d_half), dmin = ik_half_to_float(dmin_half);
        int found_scale[16] = {0}, found_min[16] = {0};
        float error = 0;
        // Normal equations for x = d * (scale * q) + dmin * (-min), over the whole super-block.
        double aa = 0, ab = 0, bb = 0, xa = 0, xb = 0;
        for (size_t b = 0; b < count; b++) {
            const float *values = x + b * length, *weights = w + b * length;
            float s0 = d != 0 ? round_to_integer(clamp(fitted[b].d / d, 0, (float)scale_top)) : 0;
            float m0 = dmin != 0 ? round_to_integer(clamp(fitted[b].m / dmin, 0, (float)scale_top)) : 0;
            float least = -1;
            for (int s = (int)s0 - 1; s <= (int)s0 + 1; s++) {
                for (int m = (int)m0 - 1; m <= (int)m0 + 1; m++) {
                    if (s < 0 || s > scale_top || m < 0 || m > scale_top) {
                        continue;
                    }
                    float e = line_error(top, values, weights, length, d * (float)s, -dmin * (float)m);
                    if (least < 0 || e < least) {
                        least = e;
                        found_scale[b] = s;
                        found_min[b] = m;
                    }
                }
            }
            error += least;
            float scale = d * (float)found_scale[b], offset = -dmin * (float)found_min[b];
            line_sums sums = line_sums_at(top, values, weights, length, 0, offset, scale != 0 ? 1 / scale : 0);
            double s = found_scale[b], m = found_min[b];
            aa += s * s * (double)sums.qq;
            ab -= s * m * (double)sums.q;
            bb += m * m * (double)sums.w;
            xa += s * (double)sums.xq;
            xb -= m * (double)sums.x;
        }
        if (best_error >= 0 && !(error < best_error)) {
            break;
        }
        best_error = error;
        *d_out = d_half;
        *dmin_out = dmin_half;
        memcpy(scales, found_scale, count * sizeof *scales);
        memcpy(mins, found_min, count * sizeof *mins);
        double determinant = aa * bb - ab * ab;
        if (determinant > 1e-9 * aa * bb) {
            double next_d = (xa * bb - xb * ab) / determinant, next_dmin = (xb * aa - xa * ab) / determinant;
            if (!(next_d > 0) || !(next_dmin > 0)) {
                break;
            }
            d_half = scale_to_half((float)next_d);
            dmin_half = scale_to_half((float)next_dmin);
        } else if (aa > 0 && xa > 0) {
            d_half = scale_to_half((float)(xa / aa));
        } else {
            break;
        }
    }
    float d = ik_half_to_float(*d_out), dmin = ik_half_to_float(*dmin_out);
    for (size_t b = 0; b < count; b++) {
        round_line(top, x + b * length, length, d * (float)scales[b], -dmin * (float)mins[b], q + b * length);
    }
}

#endif
