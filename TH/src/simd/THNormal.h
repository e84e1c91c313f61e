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
} THNormalKernels;

extern const THNormalKernels th__normal_base, th__normal_v3, th__normal_v4;

#endif
