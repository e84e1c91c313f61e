/* Inverse trigonometric functions and the exact remainder, in the manner of THMath.h.
 *
 * Computed in double, where the largest error is 2 units in the last place; float with
 * shorter polynomials, then rounded: 1 unit. Infinities, NaN and zeros with their signs
 * give what C says. */
#ifndef TH_MATH_INVERSE_H
#define TH_MATH_INVERSE_H

#include "THMath.h"

/* pi / 4 in two parts: multiples of the first up to 4 are exact. */
#define QUARTER_PI_HIGH 0x1.921fb54442d18p-1
#define QUARTER_PI_LOW 0x1.1a62633145c07p-55
#define TAN_EIGHTH_PI 0x1.a827999fcef32p-2

/* (atan(u) - u) / u for u^2 = z <= tan^2(pi / 8) */
static inline double th_atanTail(double z) {
    double p = -0.017905045915969;
    p = p * z + 0.03806214590899657;
    p = p * z - 0.05039190669540453;
    p = p * z + 0.05847859329186449;
    p = p * z - 0.06663099211745652;
    p = p * z + 0.07692059718164679;
    p = p * z - 0.09090897725295488;
    p = p * z + 0.11111110782156652;
    p = p * z - 0.14285714280166598;
    p = p * z + 0.19999999999953247;
    p = p * z - 0.333333333333332;
    return p * z;
}

static inline double th_atanTailf(double z) {
    double p = -0.060782216369955636;
    p = p * z + 0.10593813828659522;
    p = p * z - 0.1424353335960687;
    p = p * z + 0.19998471516387517;
    p = p * z - 0.33333315188631146;
    return p * z;
}

/* The functions are written for either tail. */
typedef double (*THTail)(double z);
#ifdef __GNUC__
#define WITH_TAIL static inline __attribute__((always_inline)) double
#else
#define WITH_TAIL static inline double
#endif

/* The angle of the point (x, y), from that of (larger, smaller) of their sizes, which
 * is less than pi / 4, or than pi / 8 when the point is turned by -pi / 4. Sizes are
 * below half the largest double. */
WITH_TAIL th_atan2With(THTail atanTail, double y, double x) {
    double a = fabs(y), b = fabs(x);
    int steep = a > b, left = th_bits(x) >> 63 != 0;
    double below = steep ? a : b, above = steep ? b : a;
    below = below == 0 ? 1 : below;
    int diagonal = above == INFINITY;
    above = diagonal ? 1 : above;
    below = diagonal ? 1 : below;
    int turn = above > TAN_EIGHTH_PI * below;
    double u = (turn ? above - below : above) / (turn ? above + below : below);
    /* quarters of pi + (flip ? -1 : 1) * atan(u) */
    double quarters = turn ? 1 : 0;
    quarters = steep ? 2 - quarters : quarters;
    quarters = left ? 4 - quarters : quarters;
    u = steep != left ? -u : u;
    double tail = u * atanTail(u * u) + quarters * QUARTER_PI_LOW;
    double angle = quarters * QUARTER_PI_HIGH + (u + tail);
    angle = x != x || y != y ? NAN : angle;
    return copysign(angle, y);
}

WITH_TAIL th_atanWith(THTail atanTail, double x) {
    double y = fabs(x);
    int large = y > 1 / TAN_EIGHTH_PI, turn = y > TAN_EIGHTH_PI && !large;
    double above = turn ? y - 1 : y, below = turn ? y + 1 : 1;
    double u = (large ? -1 : above) / (large ? y : below);
    double quarters = large ? 2 : turn ? 1 : 0;
    double tail = u * atanTail(u * u) + quarters * QUARTER_PI_LOW;
    return copysign(quarters * QUARTER_PI_HIGH + (u + tail), x);
}

/* (asin(s) - s) / s for s^2 = z <= 1/4 */
static inline double th_asinTail(double z) {
    double p = 0.03262866130599598;
    p = p * z - 0.02099912567792785;
    p = p * z + 0.021707494852183127;
    p = p * z + 0.0037063872363734232;
    p = p * z + 0.010780259228633758;
    p = p * z + 0.011398910869090853;
    p = p * z + 0.013980820750792492;
    p = p * z + 0.017351611992409307;
    p = p * z + 0.022372214989125148;
    p = p * z + 0.030381942707718615;
    p = p * z + 0.04464285717461354;
    p = p * z + 0.07499999999970798;
    p = p * z + 0.1666666666666676;
    return p * z;
}

static inline double th_asinTailf(double z) {
    double p = 0.03751647679101576;
    p = p * z + 0.01443858707611998;
    p = p * z + 0.031807722630162495;
    p = p * z + 0.044516954770617574;
    p = p * z + 0.07500504185803221;
    p = p * z + 0.16666659991286284;
    return p * z;
}

/* For |x| > 1/2 from the half angle: asin x = pi/2 - 2 asin(sqrt((1 - x) / 2)). */
WITH_TAIL th_asinWith(THTail asinTail, double x) {
    double y = fabs(x);
    int large = y > 0.5;
    double z = large ? 0.5 * (1 - y) : y * y;
    double s = large ? sqrt(z) : y;
    double tail = s * asinTail(z);
    double near = s + tail;
    double far = 2 * QUARTER_PI_HIGH - (2 * s + (2 * tail - 2 * QUARTER_PI_LOW));
    return copysign(large ? far : near, x);
}

WITH_TAIL th_acosWith(THTail asinTail, double x) {
    double y = fabs(x);
    int large = y > 0.5;
    double z = large ? 0.5 * (1 - y) : y * y;
    double s = large ? sqrt(z) : x;
    double tail = s * asinTail(z);
    double near = 2 * QUARTER_PI_HIGH - (s + (tail - 2 * QUARTER_PI_LOW));
    double first = 2 * (s + tail);
    double last = 4 * QUARTER_PI_HIGH - (2 * s + (2 * tail - 4 * QUARTER_PI_LOW));
    return large ? (x < 0 ? last : first) : near;
}

static inline double th_atan2(double y, double x) {
    double size = fabs(x) > fabs(y) ? fabs(x) : fabs(y);
    double scale = size > 0x1p1000 ? 0x1p-8 : 1; /* sums must be finite */
    return th_atan2With(th_atanTail, y * scale, x * scale);
}

static inline double th_atan(double x) {
    return th_atanWith(th_atanTail, x);
}

static inline double th_asin(double x) {
    return th_asinWith(th_asinTail, x);
}

static inline double th_acos(double x) {
    return th_acosWith(th_asinTail, x);
}

static inline float th_atan2f(float y, float x) {
    return (float)th_atan2With(th_atanTailf, y, x);
}

static inline float th_atanf(float x) {
    return (float)th_atanWith(th_atanTailf, x);
}

static inline float th_asinf(float x) {
    return (float)th_asinWith(th_asinTailf, x);
}

static inline float th_acosf(float x) {
    return (float)th_acosWith(th_asinTailf, x);
}

/* The remainder of x by y is exact while the quotient is a number with fewer bits than
 * a double; th_isModulo says whether it is. The rounded quotient may be one too large,
 * then the rest is negative. */
#define MODULO_LIMIT_FLOAT 0x1p28
#ifdef __FMA__
#define MODULO_LIMIT 0x1p52
#else
#define MODULO_LIMIT 0 /* x - q y cannot be had without rounding q y */
#endif

static inline int th_isModulof(float x, float y) {
    double size = fabs((double)y);
    return fabs((double)x) <= MODULO_LIMIT_FLOAT * size && size < INFINITY;
}

static inline float th_modulof(float x, float y) {
    double a = fabs((double)x), b = fabs((double)y);
    double rest = a - trunc(a / b) * b;
    return copysignf((float)(rest < 0 ? rest + b : rest), x);
}

static inline int th_isModulo(double x, double y) {
    return fabs(x) <= MODULO_LIMIT * fabs(y) && fabs(y) < INFINITY;
}

static inline double th_modulo(double x, double y) {
    double a = fabs(x), b = fabs(y), quotient = trunc(a / b);
#ifdef __FMA__
    double rest = __builtin_fma(-quotient, b, a);
#else
    double rest = a - quotient * b;
#endif
    return copysign(rest < 0 ? rest + b : rest, x);
}

#endif
