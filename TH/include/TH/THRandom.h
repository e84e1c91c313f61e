/* Random numbers: MT19937 and the transforms of TH 0.3; the same seed gives the same
 * numbers.
 *
 * Source: M. Matsumoto, T. Nishimura, "Mersenne Twister: A 623-dimensionally
 * equidistributed uniform pseudo-random number generator", ACM TOMACS 8(1), 1998. */
#ifndef TH_RANDOM_H
#define TH_RANDOM_H

#include <TH/THGeneral.h>

#define TH_MT_N 624
#define TH_MT_M 397

/* The layout is that of TH 0.3, so that saved states can be exchanged. */
typedef struct THGenerator {
    uint64_t the_initial_seed;
    int left; /* numbers left before the state is renewed */
    int seeded;
    uint64_t next;
    uint64_t state[TH_MT_N];
    double normal_x; /* the cached pair of the Box-Muller transform */
    double normal_y;
    double normal_rho;
    int normal_is_valid;
} THGenerator;

TH_API THGenerator *THGenerator_new(void);
TH_API void THGenerator_free(THGenerator *self);
TH_API void THGenerator_copy(THGenerator *self, const THGenerator *from);
/* 1 if the numbers in the struct are ones that a generator can hold, else 0. */
TH_API int THGenerator_isValid(const THGenerator *self);

/* Seeds from the system and returns the seed. */
TH_API uint64_t THRandom_seed(THGenerator *self);
TH_API void THRandom_manualSeed(THGenerator *self, uint64_t seed);
TH_API uint64_t THRandom_initialSeed(THGenerator *self);

/* Uniform 32-bit integer; 64-bit one. */
TH_API uint64_t THRandom_random(THGenerator *self);
TH_API uint64_t THRandom_random64(THGenerator *self);
/* Uniform on [a, b), from 53 (double) or 24 (float) random bits. */
TH_API double THRandom_uniform(THGenerator *self, double a, double b);
TH_API float THRandom_uniformFloat(THGenerator *self, float a, float b);
TH_API double THRandom_normal(THGenerator *self, double mean, double stdv);
TH_API double THRandom_exponential(THGenerator *self, double lambda);
TH_API double THRandom_cauchy(THGenerator *self, double median, double sigma);
TH_API double THRandom_logNormal(THGenerator *self, double mean, double stdv);
TH_API int THRandom_geometric(THGenerator *self, double p);
TH_API int THRandom_bernoulli(THGenerator *self, double p);

#endif
