/* The kernels of normal random numbers, one set for each CPU level. */
#ifndef TH_NORMAL_H
#define TH_NORMAL_H

#include <stdint.h>

typedef struct THNormalKernels {
    void (*transformFloat)(float *data, int64_t blocks, float mean, float stdv);
    void (*transformDouble)(double *data, int64_t blocks, double mean, double stdv);
} THNormalKernels;

extern const THNormalKernels th__normal_base, th__normal_v3, th__normal_v4;

#endif
