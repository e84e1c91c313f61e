/* Random numbers in bulk: the state and the output of MT19937, and the Box-Muller
 * transform of blocks of 16 uniform numbers on [0, 1): the first 8 give radii, the last
 * 8 angles, for 16 normal numbers. */
#include <TH/THRandom.h>

#include "THKernelMacros.h"
#include "THMath.h"
#include "THNormal.h"

#define TWO_PI 6.283185307179586476925286766559

#define TRANSFORM(name, real, log_of, sqrt_of)                                         \
    static void name(real *data, int64_t blocks, real mean, real stdv) {               \
        for (real *end = data + 16 * blocks; data < end; data += 16) {                 \
            real radius[8];                                                            \
            double angle[8], c[8], s[8];                                               \
            for (int j = 0; j < 8; j++)                                                \
                radius[j] = log_of(1 - data[j]);                                       \
            for (int j = 0; j < 8; j++)                                                \
                angle[j] = TWO_PI * (double)data[j + 8];                               \
            for (int j = 0; j < 8; j++)                                                \
                c[j] = th_cos(angle[j]);                                               \
            for (int j = 0; j < 8; j++)                                                \
                s[j] = th_sin(angle[j]);                                               \
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

const THNormalKernels TH_CONCAT_2(th__normal_, TH_ISA) = {
    .transformFloat = transform_float,
    .transformDouble = transform_double,
    .renew = renew,
    .temper = temper,
    .uniformFloat = uniform_float,
    .uniformDouble = uniform_double,
};
