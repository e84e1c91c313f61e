/* IEEE 754 binary16 values, stored as their bits. */
#ifndef TH_HALF_H
#define TH_HALF_H

#include <TH/THGeneral.h>

typedef struct THHalf {
    uint16_t x;
} THHalf;

/* Round to nearest, ties to even; NaN stays NaN. */
TH_API THHalf TH_float2half(float value);
TH_API float TH_half2float(THHalf value);

#endif
