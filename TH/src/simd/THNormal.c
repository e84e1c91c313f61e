/* Random numbers in bulk: the state and the output of MT19937, and the Box-Muller
 * transform of blocks of 16 uniform numbers on [0, 1): the first 8 give radii, the last
 * 8 angles, for 16 normal numbers. */
#include <TH/THRandom.h>

#include <string.h>

#include "THKernelMacros.h"
#include "THMath.h"
#include "THNormal.h"
#include "THRandomBlock.h"

#define TWO_PI 6.283185307179586476925286766559

#define TRANSFORM(name, real, log_of, sqrt_of)                                         \
    static void name(real *data, int64_t blocks, real mean, real stdv) {               \
        for (real *end = data + 16 * blocks; data < end; data += 16) {                 \
            real radius[8];                                                            \
            double c[8], s[8];                                                         \
            for (int j = 0; j < 8; j++)                                                \
                radius[j] = log_of(1 - data[j]);                                       \
            for (int j = 0; j < 8; j++)                                                \
                th_sincos(TWO_PI * (double)data[j + 8], &s[j], &c[j]);                 \
            for (int j = 0; j < 8; j++)                                                \
                radius[j] = sqrt_of(-2 * radius[j]) * stdv;                            \
            for (int j = 0; j < 8; j++) {                                              \
                data[j] = radius[j] * (real)c[j] + mean;                               \
                data[j + 8] = radius[j] * (real)s[j] + mean;                           \
            }                                                                          \
        }                                                                              \
    }
TRANSFORM(transform_float, float, th_logf, sqrtf)
TRANSFORM(transform_double, double, th_log, sqrt)

/* What a state word becomes from itself, its successor and the word TH_MT_M further. */
static inline uint64_t twist(uint64_t word, uint64_t successor, uint64_t further) {
    uint64_t mixed = (word & 0x80000000u) | (successor & 0x7fffffffu);
    return further ^ mixed >> 1 ^ ((0 - (successor & 1)) & 0x9908b0dfu);
}

/* No word depends on one that is fewer than TH_MT_N - TH_MT_M places before it. */
static void renew(uint64_t *state) {
    const int behind = TH_MT_N - TH_MT_M;
    EACH for (int i = 0; i < behind; i++) state[i] =
        twist(state[i], state[i + 1], state[i + TH_MT_M]);
    for (int begin = behind; begin < TH_MT_N - 1; begin += behind) {
        int end = begin + behind < TH_MT_N - 1 ? begin + behind : TH_MT_N - 1;
        EACH for (int i = begin; i < end; i++) state[i] =
            twist(state[i], state[i + 1], state[i - behind]);
    }
    state[TH_MT_N - 1] = twist(state[TH_MT_N - 1], state[0], state[TH_MT_M - 1]);
}

static void temper(uint32_t *out, const uint64_t *state, int64_t n) {
    for (int64_t i = 0; i < n; i++) {
        uint32_t y = (uint32_t)state[i];
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c5680u;
        y ^= (y << 15) & 0xefc60000u;
        out[i] = y ^ (y >> 18);
    }
}

static void uniform_float(float *out, const uint32_t *bits, int64_t n) {
    for (int64_t i = 0; i < n; i++)
        out[i] = (float)(int32_t)(bits[i] & ((1u << 24) - 1)) * 0x1p-24f;
}

static void uniform_double(double *out, const uint32_t *bits, int64_t n) {
    for (int64_t i = 0; i < n; i++) {
        uint64_t x = (uint64_t)bits[2 * i] << 32 | bits[2 * i + 1];
        out[i] = (double)(int64_t)(x & ((1ull << 53) - 1)) * 0x1p-53;
    }
}

/* Quotients of whole numbers below 2^32 are not so close to a larger whole number that
 * rounding could make them one. */
static void modulo(uint32_t *bits, int64_t n, uint32_t range) {
    const double half = 0x1p31, size = range;
    EACH for (int64_t i = 0; i < n; i++) { /* vectors convert signed numbers only */
        double x = (double)(int32_t)(bits[i] ^ 0x80000000u) + half;
        double rest = x - floor(x / size) * size;
        bits[i] = (uint32_t)(int32_t)(rest - half) ^ 0x80000000u;
    }
}

/* ---- Distributions that are defined by functions of the C library ----
 *
 * THMath.h computes the same functions, each within a few units in the last place (as
 * the C library does). That decides the rounded result, except where a boundary between
 * two results lies within the margin of error: a piece with such a number is made as
 * THRandom.c makes it. */

#define PIECE 64
#define VECTOR 8
#define MARGIN 0x1p-46 /* of error, relative; 2^-50 would do */

/* The elements of the piece that begins at `at`. */
static inline int64_t piece_at(int64_t at, int64_t n) {
    return n - at < PIECE ? n - at : PIECE;
}

/* Copies m numbers and fills the last vector with zeros, so that no element is left to
 * slow scalar code; returns how many they are then. */
static inline int64_t fill_vectors(double *to, const double *from, int64_t m) {
    int64_t whole = (m + VECTOR - 1) / VECTOR * VECTOR;
    for (int64_t i = whole - VECTOR; i < whole; i++)
        to[i] = 0;
    memcpy(to, from, (size_t)m * sizeof(double));
    return whole;
}

static void exponential(float *out, const double *uniform, int64_t n, double lambda) {
    const double factor = -1 / lambda;
    for (int64_t at = 0; at < n; at += PIECE) {
        const int64_t m = piece_at(at, n);
        double u[PIECE];
        float rounded[PIECE];
        int unsure = 0;
        const int64_t whole = fill_vectors(u, uniform + at, m);
        for (int64_t i = 0; i < whole; i++) {
            double y = factor * th_log(1 - u[i]), margin = fabs(y) * MARGIN;
            float low = (float)(y - margin), high = (float)(y + margin);
            rounded[i] = low;
            unsure |= !(low == high);
        }
        for (int64_t i = 0; unsure && i < m; i++)
            rounded[i] = (float)th__exponentialOf(u[i], lambda);
        memcpy(out + at, rounded, (size_t)m * sizeof(float));
    }
}

static void cauchy(float *out, const double *uniform, int64_t n, double median,
                   double sigma) {
    for (int64_t at = 0; at < n; at += PIECE) {
        const int64_t m = piece_at(at, n);
        double u[PIECE];
        float rounded[PIECE];
        int unsure = 0;
        const int64_t whole = fill_vectors(u, uniform + at, m);
        for (int64_t i = 0; i < whole; i++) {
            double part = sigma * th_tanRatio(TWO_PI / 2 * (u[i] - 0.5));
            double y = median + part, margin = (fabs(part) + fabs(median)) * MARGIN;
            float low = (float)(y - margin), high = (float)(y + margin);
            rounded[i] = low;
            unsure |= !(low == high);
        }
        for (int64_t i = 0; unsure && i < m; i++)
            rounded[i] = (float)th__cauchyOf(u[i], median, sigma);
        memcpy(out + at, rounded, (size_t)m * sizeof(float));
    }
}

static inline int32_t whole_trials(double trials) {
    return trials < INT32_MAX - 1 ? (int32_t)trials + 1 : INT32_MAX;
}

static void geometric(int32_t *out, const double *uniform, int64_t n, double p) {
    const double log_p = log(p);
    for (int64_t at = 0; at < n; at += PIECE) {
        const int64_t m = piece_at(at, n);
        double u[PIECE];
        int32_t counts[PIECE];
        int unsure = 0;
        const int64_t whole = fill_vectors(u, uniform + at, m);
        for (int64_t i = 0; i < whole; i++) {
            double trials = th_log(1 - u[i]) / log_p;
            int32_t low = whole_trials(trials * (1 - MARGIN));
            counts[i] = low;
            unsure |= low != whole_trials(trials * (1 + MARGIN));
        }
        for (int64_t i = 0; unsure && i < m; i++)
            counts[i] = th__geometricOf(u[i], p);
        memcpy(out + at, counts, (size_t)m * sizeof(int32_t));
    }
}

static void log_normal(float *out, const double *uniform, int64_t pairs, double mean,
                       double stdv) {
    for (int64_t at = 0; at < pairs; at += PIECE) {
        const int64_t m = piece_at(at, pairs);
        const double *u = uniform + 2 * at;
        double most[2 * PIECE], normal[2 * PIECE];
        float rounded[2 * PIECE], *to = out + 2 * at;
        int unsure = 0;
        for (int64_t i = 0; i < m; i++)
            most[i] = most[m + i] = sqrt(-2 * th_log(1 - u[2 * i + 1])) * stdv;
        for (int64_t i = 0; i < m; i++) {
            th_sincos(TWO_PI * u[2 * i], &normal[m + i], &normal[i]);
        }
        for (int64_t i = 0; i < 2 * m; i++) {
            double y = th_exp(normal[i] * most[i] + mean);
            double margin = y * (1 + fabs(most[i]) + fabs(mean)) * MARGIN;
            float low = (float)(y - margin), high = (float)(y + margin);
            rounded[i] = low;
            unsure |= !(low == high);
        }
        for (int64_t i = 0; i < m; i++) {
            to[2 * i] = rounded[i];
            to[2 * i + 1] = rounded[m + i];
        }
        for (int64_t i = 0; unsure && i < m; i++) {
            const double *pair = u + 2 * i;
            to[2 * i] = (float)th__logNormalOf(pair[0], pair[1], 0, mean, stdv);
            to[2 * i + 1] = (float)th__logNormalOf(pair[0], pair[1], 1, mean, stdv);
        }
    }
}

const THNormalKernels TH_CONCAT_2(th__normal_, TH_ISA) = {
    .transformFloat = transform_float,
    .transformDouble = transform_double,
    .renew = renew,
    .temper = temper,
    .uniformFloat = uniform_float,
    .uniformDouble = uniform_double,
    .modulo = modulo,
    .exponential = exponential,
    .cauchy = cauchy,
    .geometric = geometric,
    .logNormal = log_normal,
};
