/* The kernels of random numbers, one set for each CPU level. */
#ifndef TH_NORMAL_H
#define TH_NORMAL_H

#include <stdint.h>

typedef struct THNormalKernels {
    void (*transformFloat)(float *data, int64_t blocks, float mean, float stdv);
    void (*transformDouble)(double *data, int64_t blocks, double mean, double stdv);
    /* Replaces all words of a generator's state. */
    void (*renew)(uint64_t *state);
    /* The numbers that n words of the state stand for. */
    void (*temper)(uint32_t *out, const uint64_t *state, int64_t n);
    /* Uniform numbers on [0, 1), from one number, or two, each. */
    void (*uniformFloat)(float *out, const uint32_t *bits, int64_t n);
    void (*uniformDouble)(double *out, const uint32_t *bits, int64_t n);
    /* bits[i] %= range, 0 < range < 2^32. */
    void (*modulo)(uint32_t *bits, int64_t n, uint32_t range);
    /* What the distributions of THRandom.h make of uniform numbers, rounded to float;
     * logNormal takes and gives pairs. */
    void (*exponential)(float *out, const double *uniform, int64_t n, double lambda);
    void (*cauchy)(float *out, const double *uniform, int64_t n, double median,
                   double sigma);
    void (*geometric)(int32_t *out, const double *uniform, int64_t n, double p);
    void (*logNormal)(float *out, const double *uniform, int64_t pairs, double mean,
                      double stdv);
} THNormalKernels;

extern const THNormalKernels th__normal_base, th__normal_v3, th__normal_v4;

#endif
