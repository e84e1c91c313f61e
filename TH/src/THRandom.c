/* MT19937 and the distribution transforms of TH 0.3 (source: see THRandom.h). */
#include <TH/THRandom.h>

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <TH/THError.h>

#include "THAllocatorInternal.h"
#include "THRandomBlock.h"

#define GENERATOR_CLASS th_smallClass(sizeof(THGenerator))
/* Records an error; the value returned then is 0. */
#define FAIL_ZERO(...) return THError_set(__VA_ARGS__), 0
#define TWO_PI 6.283185307179586476925286766559

/* --- generators --- */

THGenerator *THGenerator_new(void) {
    THGenerator *self = th_blockNew(GENERATOR_CLASS);
    if (self != NULL)
        THRandom_seed(self);
    return self;
}

void THGenerator_free(THGenerator *self) {
    if (self != NULL)
        th_blockFree(self, GENERATOR_CLASS);
}

void THGenerator_copy(THGenerator *self, const THGenerator *from) {
    memmove(self, from, sizeof(*self));
}

int THGenerator_isValid(const THGenerator *self) {
    if (self->seeded != 1 || self->left < 1 || self->left > TH_MT_N)
        return 0;
    /* Just seeded, or part of the state is used up. */
    if (self->left + self->next != TH_MT_N + 1 && !(self->left == 1 && self->next == 0))
        return 0;
    for (int i = 0; i < TH_MT_N; i++)
        if (self->state[i] > UINT32_MAX)
            return 0;
    return self->normal_is_valid == 0 || self->normal_is_valid == 1;
}

/* --- seeds --- */

uint64_t THRandom_seed(THGenerator *self) {
    uint64_t seed = 0;
    FILE *source = fopen("/dev/urandom", "rb");
    if (source == NULL || fread(&seed, sizeof(seed), 1, source) != 1)
        seed =
            (uint64_t)time(NULL) ^ (uint64_t)(uintptr_t)self ^ (uint64_t)clock() << 32;
    if (source != NULL)
        fclose(source);
    THRandom_manualSeed(self, seed);
    return seed;
}

void THRandom_manualSeed(THGenerator *self, uint64_t seed) {
    memset(self, 0, sizeof(*self));
    self->the_initial_seed = seed;
    uint32_t word = (uint32_t)seed;
    self->state[0] = word;
    for (uint32_t i = 1; i < TH_MT_N; i++) {
        word = 1812433253u * (word ^ word >> 30) + i;
        self->state[i] = word;
    }
    self->left = 1;
    self->seeded = 1;
}

uint64_t THRandom_initialSeed(THGenerator *self) {
    return self->the_initial_seed;
}

/* --- uniform numbers --- */

static void renew_state(THGenerator *self) {
    th__normal->renew(self->state);
    self->left = TH_MT_N;
    self->next = 0;
}

uint64_t THRandom_random(THGenerator *self) {
    if (--self->left == 0)
        renew_state(self);
    uint32_t y = (uint32_t)self->state[self->next++];
    y ^= y >> 11;
    y ^= y << 7 & 0x9d2c5680u;
    y ^= y << 15 & 0xefc60000u;
    y ^= y >> 18;
    return y;
}

uint64_t THRandom_random64(THGenerator *self) {
    uint64_t high = THRandom_random(self);
    uint64_t low = THRandom_random(self);
    return high << 32 | low;
}

/* On [0, 1), from 53 bits. */
static double standard_uniform(THGenerator *self) {
    return (double)(THRandom_random64(self) & (((uint64_t)1 << 53) - 1)) * 0x1p-53;
}

double THRandom_uniform(THGenerator *self, double a, double b) {
    return standard_uniform(self) * (b - a) + a;
}

float THRandom_uniformFloat(THGenerator *self, float a, float b) {
    float x = (float)(THRandom_random(self) & ((1u << 24) - 1)) * 0x1p-24f;
    return x * (b - a) + a;
}

/* --- distributions --- */

static double radius_of(double y) {
    return sqrt(-2.0 * log(1.0 - y));
}

double THRandom_normal(THGenerator *self, double mean, double stdv) {
    if (!(stdv >= 0))
        FAIL_ZERO(TH_ERR, "normal: standard deviation must not be negative, got %g",
                  stdv);
    /* Box and Muller (1958): one pair of uniform numbers gives two normal ones. */
    if (self->normal_is_valid) {
        self->normal_is_valid = 0;
        return self->normal_rho * sin(TWO_PI * self->normal_x) * stdv + mean;
    }
    self->normal_x = standard_uniform(self);
    self->normal_y = standard_uniform(self);
    self->normal_rho = radius_of(self->normal_y);
    self->normal_is_valid = 1;
    return self->normal_rho * cos(TWO_PI * self->normal_x) * stdv + mean;
}

double th__exponentialOf(double x, double lambda) {
    return -1.0 / lambda * log(1.0 - x);
}

double THRandom_exponential(THGenerator *self, double lambda) {
    return th__exponentialOf(standard_uniform(self), lambda);
}

double th__cauchyOf(double x, double median, double sigma) {
    return median + sigma * tan(TWO_PI / 2 * (x - 0.5));
}

double THRandom_cauchy(THGenerator *self, double median, double sigma) {
    return th__cauchyOf(standard_uniform(self), median, sigma);
}

double th__logNormalOf(double x, double y, int second, double mean, double stdv) {
    double angle = TWO_PI * x, turn = second ? sin(angle) : cos(angle);
    return exp(radius_of(y) * turn * stdv + mean);
}

double THRandom_logNormal(THGenerator *self, double mean, double stdv) {
    if (!(stdv > 0))
        FAIL_ZERO(TH_ERR, "log_normal: standard deviation must be positive, got %g",
                  stdv);
    return exp(THRandom_normal(self, mean, stdv));
}

int th__geometricOf(double x, double p) {
    double trials = log(1.0 - x) / log(p);
    return trials < INT_MAX - 1 ? (int)trials + 1 : INT_MAX;
}

int THRandom_geometric(THGenerator *self, double p) {
    if (!(p > 0 && p < 1))
        FAIL_ZERO(TH_ERR, "geometric: p must be > 0 and < 1, got %g", p);
    return th__geometricOf(standard_uniform(self), p);
}

int THRandom_bernoulli(THGenerator *self, double p) {
    if (!(p >= 0 && p <= 1))
        FAIL_ZERO(TH_ERR, "bernoulli: p must be >= 0 and <= 1, got %g", p);
    return standard_uniform(self) <= p;
}
