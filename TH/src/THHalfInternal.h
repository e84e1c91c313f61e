/* Half conversions without branches, so that loops over them vectorise.
 *
 * Both work on the bits of the float: half -> float moves exponent and mantissa into
 * place and lets a float multiplication by 2^112 fix the bias and denormals; float ->
 * half rounds by adding to the mantissa, and makes denormals with a float addition that
 * aligns the bits. */
#ifndef TH_HALF_INTERNAL_H
#define TH_HALF_INTERNAL_H

#include <TH/THHalf.h>

#include <string.h>

static inline uint32_t th_floatBits(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof(bits));
    return bits;
}

static inline float th_bitsFloat(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof(value));
    return value;
}

static inline float th_half2float(THHalf half) {
    uint32_t magnitude = (uint32_t)(half.x & 0x7fff) << 13;
    uint32_t sign = (uint32_t)(half.x & 0x8000) << 16;
    uint32_t finite = th_floatBits(th_bitsFloat(magnitude) * 0x1p112f);
    uint32_t special = magnitude | 0x7f800000; /* inf, NaN */
    return th_bitsFloat(sign | (magnitude >= 0x0f800000 ? special : finite));
}

static inline THHalf th_float2half(float value) {
    uint32_t bits = th_floatBits(value);
    uint32_t sign = bits >> 16 & 0x8000;
    uint32_t magnitude = bits & 0x7fffffff;
    /* 2^-14 and more: rebias the exponent, round half to even; may carry up to
     * infinity. */
    uint32_t normal = (magnitude - 0x38000000 + 0xfff + (magnitude >> 13 & 1)) >> 13;
    /* Less: adding 0.5 leaves the multiple of 2^-24 in the lowest bits, rounded. */
    uint32_t tiny = th_floatBits(th_bitsFloat(magnitude) + 0.5f) - 0x3f000000;
    uint32_t nan = 0x7e00 | (magnitude >> 13 & 0x1ff);
    uint32_t half = magnitude < 0x38800000 ? tiny : normal;
    half = magnitude >= 0x47800000 ? 0x7c00 : half; /* 65536 and more */
    half = magnitude > 0x7f800000 ? nan : half;
    return (THHalf){(uint16_t)(sign | half)};
}

#endif
