/* Element operations of a floating-point type; MATH(name) is the C function for it. */
#include "THPointwiseCommon.h"

static inline real OP(abs)(real x) {
    return MATH(fabs)(x);
}
static inline real OP(cinv)(real x) {
    return 1 / x;
}
static inline real OP(sqrt)(real x) {
    return MATH(sqrt)(x);
}
static inline real OP(rsqrt)(real x) {
    return 1 / MATH(sqrt)(x);
}
static inline real OP(floor)(real x) {
    return MATH(floor)(x);
}
static inline real OP(ceil)(real x) {
    return MATH(ceil)(x);
}
static inline real OP(round)(real x) {
    return MATH(rint)(x);
}
static inline real OP(trunc)(real x) {
    return MATH(trunc)(x);
}
static inline real OP(frac)(real x) {
    return x - MATH(trunc)(x);
}

static inline real OP(exp)(real x) {
    return MATH(th_exp)(x);
}
static inline real OP(log)(real x) {
    return MATH(th_log)(x);
}
static inline real OP(log1p)(real x) {
    return MATH(th_log1p)(x);
}
static inline real OP(sigmoid)(real x) {
    return MATH(th_sigmoid)(x);
}
static inline real OP(tanh)(real x) {
    return MATH(th_tanh)(x);
}
static inline real OP(sin)(real x) {
    return MATH(th_sin)(x);
}
static inline real OP(cos)(real x) {
    return MATH(th_cos)(x);
}
static inline real OP(tan)(real x) {
    return MATH(th_tan)(x);
}
static inline real OP(sinh)(real x) {
    return MATH(th_sinh)(x);
}
static inline real OP(cosh)(real x) {
    return MATH(th_cosh)(x);
}
static inline real OP(erf)(real x) {
    return MATH(th_erf)(x);
}
static inline real OP(erfinv)(real x) {
    return MATH(th_erfinv)(x);
}
static inline real OP(asin)(real x) {
    return MATH(th_asin)(x);
}
static inline real OP(acos)(real x) {
    return MATH(th_acos)(x);
}
static inline real OP(atan)(real x) {
    return MATH(th_atan)(x);
}
static inline real OP(atan2)(real x, real y) {
    return MATH(th_atan2)(x, y);
}

static inline real OP(cdiv)(real x, real y) {
    return x / y;
}
static inline real OP(cpow)(real x, real y) {
    return MATH(th_pow)(x, y);
}

/* x - y floor(x / y), with the sign of y even where the quotient was rounded up. */
static inline real OP(cremainder)(real x, real y) {
    real rest = x - y * MATH(floor)(x / y);
    return rest != 0 && (rest < 0) != (y < 0) ? rest + y : rest;
}

static inline real OP(div)(real x, real v) {
    return x / v;
}
static inline real OP(rdiv)(real x, real v) {
    return v / x;
}
static inline real OP(remainder)(real x, real v) {
    return OP(cremainder)(x, v);
}

static inline real OP(addcdiv)(real x, real y, real z, real v) {
    return x + v * y / z;
}
static inline real OP(lerp)(real x, real y, real v) {
    return x + v * (y - x);
}
static inline real OP(sigmoidGrad)(real x, real y) {
    return x * (1 - y) * y;
}
static inline real OP(tanhGrad)(real x, real y) {
    return x * (1 - y * y);
}
static inline real OP(clampGrad)(real x, real y, real v, real w) {
    return y >= v && y <= w ? x : 0;
}
