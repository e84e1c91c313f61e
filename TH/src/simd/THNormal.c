/* The Box-Muller transform of blocks of 16 uniform numbers on [0, 1): the first 8 give
 * radii, the last 8 angles, for 16 normal numbers. */
#include <TH/THGeneral.h>

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

const THNormalKernels TH_CONCAT_2(th__normal_, TH_ISA) = {
    .transformFloat = transform_float,
    .transformDouble = transform_double,
};
