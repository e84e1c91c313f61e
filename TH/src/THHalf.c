#include "THHalfInternal.h"

THHalf TH_float2half(float value) {
    return th_float2half(value);
}

float TH_half2float(THHalf value) {
    return th_half2float(value);
}
