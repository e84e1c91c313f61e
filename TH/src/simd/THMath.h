/* Elementary functions without branches, so that loops over them become vector code;
 * the same source serves every CPU level. Names end in f for float, as in C.
 *
 * The polynomials were fitted for this file: minimax approximations (Remez exchange) on
 * the intervals left by the argument reductions. Largest error, in units in the last
 * place of the result:
 *
 *   float    exp 1, log 1, log1p 1.5, tanh 2, sigmoid 2; the others are computed in
 * double and rounded: 1 double   exp 1, log 1, log1p 1, sin 1.5, cos 1.5, tanh 2.5,
 * sigmoid 2
 *
 * and what double has not here is the C library's. Infinities, NaN, zeros with their
 * signs and denormal numbers give what C says. sin, cos and tan are for |x| <=
 * TH_PERIODIC_LIMIT only. */
#ifndef TH_MATH_H
#define TH_MATH_H

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#define TH_PERIODIC_LIMIT 1e6

static inline uint32_t th_bitsf(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof(bits));
    return bits;
}

static inline float th_fromBitsf(uint32_t bits) {
    float x;
    memcpy(&x, &bits, sizeof(x));
    return x;
}

static inline uint64_t th_bits(double x) {
    uint64_t bits;
    memcpy(&bits, &x, sizeof(bits));
    return bits;
}

static inline double th_fromBits(uint64_t bits) {
    double x;
    memcpy(&x, &bits, sizeof(x));
    return x;
}

/* Adding 1.5 * 2^23 (2^52) leaves the nearest integer in the low bits. */
#define ROUND_FLOAT 12582912.f
#define ROUND_DOUBLE 6755399441055744.0

/* ln 2 in two parts, the first with so few bits that its products with exponents are
 * exact. */
#define LN2_HIGH_FLOAT 0x1.62e4p-1f
#define LN2_LOW_FLOAT 0x1.7f7d1cp-20f
#define LN2_HIGH 0x1.62e42feep-1
#define LN2_LOW 0x1.a39ef35793c76p-33

/* ---- float ---- */

/* x = *n ln 2 + r with |r| <= ln 2 / 2; returns exp(r) - 1. */
static inline float th_reducedExpf(float x, int32_t *n) {
    float t = x * 0x1.715476p+0f + ROUND_FLOAT;
    *n = (int32_t)(th_bitsf(t) - th_bitsf(ROUND_FLOAT));
    t -= ROUND_FLOAT;
    float r = x - t * LN2_HIGH_FLOAT;
    r -= t * LN2_LOW_FLOAT;
    float p = 0.0001991430622f;
    p = p * r + 0.001394040152f;
    p = p * r + 0.008333273354f;
    p = p * r + 0.04166636939f;
    p = p * r + 0.1666666681f;
    p = p * r + 0.5000000039f;
    return p * (r * r) + r;
}

/* 2^n, -126 <= n <= 127 */
static inline float th_power2f(int32_t n) {
    return th_fromBitsf((uint32_t)(n + 127) << 23);
}

static inline float th_expf(float x) {
    const float most = 0x1.62e42ep+6f; /* the last argument whose result is finite */
    float bounded = x > most ? most : x;
    bounded = bounded < -104 ? -104 : bounded;
    int32_t n;
    float p = th_reducedExpf(bounded, &n) + 1;
    int32_t half = n >> 1; /* two factors reach the denormal numbers and 2^128 */
    float y = p * th_power2f(half) * th_power2f(n - half);
    return x > most ? INFINITY : y;
}

/* From t = exp(2x) - 1: tanh x = t / (t + 2). */
static inline float th_tanhf(float x) {
    float y = 2 * fabsf(x);
    y = y > 20 ? 20 : y;
    int32_t n;
    float p = th_reducedExpf(y, &n);
    float scale = th_power2f(n);
    float t = scale * p + (scale - 1), sum = t + 2;
    float lost = t < 2 ? t - (sum - 2) : 0; /* by rounding the sum */
    float result = t / sum;
    return copysignf(result - 0.5f * result * lost, x);
}

static inline float th_sigmoidf(float x) {
    float e = th_expf(-fabsf(x)), sum = 1 + e;
    float y = (x < 0 ? e : 1) / sum;
    return y - y * (e - (sum - 1)); /* what the sum was rounded by */
}

/* x = 2^*e (1 + f) with sqrt(1/2) <= 1 + f < sqrt(2), for normal x > 0. */
static inline float th_splitLogf(float x, int32_t *e) {
    const uint32_t low = 0x3f3504f3; /* sqrt(1/2) */
    uint32_t bits = th_bitsf(x) - low;
    *e = (int32_t)bits >> 23;
    return th_fromBitsf((bits & 0x007fffff) + low) - 1;
}

/* log(2^e (1 + f)), with log(1 + f) = f - f^2 / 2 + f^3 P(f). */
static inline float th_joinLogf(float f, float e) {
    float p = -0.07908376736f;
    p = p * f + 0.1286088072f;
    p = p * f - 0.1310017219f;
    p = p * f + 0.1418345415f;
    p = p * f - 0.166280128f;
    p = p * f + 0.2000221462f;
    p = p * f - 0.250006948f;
    p = p * f + 0.3333331837f;
    float square = f * f;
    float tail = p * (f * square) + e * LN2_LOW_FLOAT;
    return e * LN2_HIGH_FLOAT + (f + (tail - 0.5f * square));
}

static inline float th_logf(float x) {
    int32_t e;
    int tiny = x < FLT_MIN;
    float f = th_splitLogf(tiny ? x * 0x1p23f : x, &e);
    float y = th_joinLogf(f, (float)(tiny ? e - 23 : e));
    y = x == 0 ? -INFINITY : y;
    y = x < 0 ? NAN : y;
    return x < INFINITY ? y : x; /* also if x is NaN */
}

/* The log of 1 + x, where f also takes what rounding 1 + x lost. */
static inline float th_log1pf(float x) {
    int32_t e;
    float sum = 1 + x;
    float f = th_splitLogf(sum, &e);
    float lost = x > 1 ? 1 - (sum - x) : x - (sum - 1);
    f = e == 0 ? x : f + lost * th_power2f(e > 100 ? -100 : -e);
    float y = th_joinLogf(f, (float)e);
    y = x == -1 ? -INFINITY : y;
    y = x < -1 ? NAN : y;
    return x < INFINITY ? copysignf(y, x) : x;
}

/* ---- double ---- */

static inline double th_reducedExp(double x, int64_t *n) {
    double t = x * 0x1.71547652b82fep+0 + ROUND_DOUBLE;
    *n = (int64_t)(th_bits(t) - th_bits(ROUND_DOUBLE));
    t -= ROUND_DOUBLE;
    double r = x - t * LN2_HIGH;
    r -= t * LN2_LOW;
    double p = 2.0924717653074981e-9;
    p = p * r + 2.5109308569813598e-8;
    p = p * r + 2.7557242252034115e-7;
    p = p * r + 2.7557243873062599e-6;
    p = p * r + 2.4801587360529091e-5;
    p = p * r + 0.00019841269885944045;
    p = p * r + 0.0013888888888867321;
    p = p * r + 0.0083333333333219504;
    p = p * r + 0.041666666666666699;
    p = p * r + 0.16666666666666676;
    p = p * r + 0.5;
    return p * (r * r) + r;
}

/* 2^n, -1022 <= n <= 1023 */
static inline double th_power2(int64_t n) {
    return th_fromBits((uint64_t)(n + 1023) << 52);
}

static inline double th_exp(double x) {
    const double most = 0x1.62e42fefa39efp+9;
    double bounded = x > most ? most : x;
    bounded = bounded < -746 ? -746 : bounded;
    int64_t n;
    double p = th_reducedExp(bounded, &n) + 1;
    int64_t half =
        (int64_t)((uint64_t)(n + 4096) >> 1) - 2048; /* vectors have no signed shift */
    int64_t rest = (int64_t)((uint64_t)n - (uint64_t)half); /* any n if x is NaN */
    double y = p * th_power2(half) * th_power2(rest);
    return x > most ? INFINITY : y;
}

/* exp(x) - 1 for |x| <= 700 */
static inline double th_expm1Bounded(double x) {
    int64_t n;
    double p = th_reducedExp(x, &n);
    double scale = th_power2(n);
    return scale * p + (scale - 1);
}

static inline double th_tanh(double x) {
    double y = 2 * fabs(x);
    y = y > 40 ? 40 : y;
    double t = th_expm1Bounded(y), sum = t + 2;
    double lost = t < 2 ? t - (sum - 2) : 0;
    double result = t / sum;
    return copysign(result - 0.5 * result * lost, x);
}

static inline double th_sigmoid(double x) {
    double e = th_exp(-fabs(x)), sum = 1 + e;
    double y = (x < 0 ? e : 1) / sum;
    return y - y * (e - (sum - 1));
}

/* x = 2^*e (1 + f) with sqrt(1/2) <= 1 + f < sqrt(2), for normal x > 0. */
static inline double th_splitLog(double x, double *e) {
    const uint64_t low = 0x3fe6a09e667f3bcd; /* sqrt(1/2) */
    uint64_t bits = th_bits(x) - low + ((uint64_t)1024 << 52);
    *e = th_fromBits(th_bits(ROUND_DOUBLE) + (bits >> 52)) - (ROUND_DOUBLE + 1024);
    return th_fromBits((bits & 0x000fffffffffffff) + low) - 1;
}

/* log(2^e (1 + f)), from s = f / (2 + f): log(1 + f) = 2 atanh s, arranged so that f
 * itself is added last. */
static inline double th_joinLog(double f, double e) {
    double s = f / (2 + f);
    double z = s * s;
    double p = 0.14620457833855823;
    p = p * z + 0.15331387322143397;
    p = p * z + 0.18182899541784564;
    p = p * z + 0.22222210985812521;
    p = p * z + 0.28571428626933925;
    p = p * z + 0.39999999999897263;
    p = p * z + 0.66666666666666698;
    double half = 0.5 * f * f;
    return e * LN2_HIGH - ((half - (s * (half + p * z) + e * LN2_LOW)) - f);
}

static inline double th_log(double x) {
    double e;
    int tiny = x < DBL_MIN;
    double f = th_splitLog(tiny ? x * 0x1p54 : x, &e);
    double y = th_joinLog(f, e - (tiny ? 54 : 0));
    y = x == 0 ? -INFINITY : y;
    y = x < 0 ? NAN : y;
    return x < INFINITY ? y : x;
}

static inline double th_log1p(double x) {
    double e, sum = 1 + x;
    double f = th_splitLog(sum, &e);
    double lost = x > 1 ? 1 - (sum - x) : x - (sum - 1);
    uint64_t scale = th_bits(ROUND_DOUBLE + (e > 1000 ? 23 : 1023 - e)) << 52;
    f = e == 0 ? x : f + lost * th_fromBits(scale); /* 2^-e */
    double y = th_joinLog(f, e);
    y = x == -1 ? -INFINITY : y;
    y = x < -1 ? NAN : y;
    return x < INFINITY ? copysign(y, x) : x;
}

/* x = *n pi/2 + r with |r| <= pi/4; pi/2 in three parts, products with the first two
 * are exact. */
static inline double th_reducedAngle(double x, int64_t *n) {
    double t = x * 0x1.45f306dc9c883p-1 + ROUND_DOUBLE;
    *n = (int64_t)(th_bits(t) - th_bits(ROUND_DOUBLE));
    t -= ROUND_DOUBLE;
    double first = x - t * 0x1.921fb544p+0;
    double second = t * 0x1.0b4611a6p-34;
    double r = first - second;
    double lost = (first - r) - second;
    return r + (lost - t * 0x1.3198a2e037073p-69);
}

/* sin and cos for |r| <= pi/4 */
static inline double th_reducedSin(double r) {
    double z = r * r;
    double p = 1.5917861806487908e-10;
    p = p * z - 2.5051128148798549e-8;
    p = p * z + 2.7557316084920783e-6;
    p = p * z - 0.00019841269836724848;
    p = p * z + 0.0083333333333309264;
    p = p * z - 0.16666666666666665;
    return r + r * z * p;
}

static inline double th_reducedCos(double r) {
    double z = r * r;
    double p = -1.138246416211078e-11;
    p = p * z + 2.0876143941812356e-9;
    p = p * z - 2.7557317260622453e-7;
    p = p * z + 2.4801587298744419e-5;
    p = p * z - 0.0013888888888887383;
    p = p * z + 0.041666666666666665;
    double half = 0.5 * z, most = 1 - half;
    return most + (((1 - most) - half) + z * z * p);
}

/* sin(r + n pi/2) */
static inline double th_turnedSin(double r, int64_t n) {
    double y = n & 1 ? th_reducedCos(r) : th_reducedSin(r);
    return n & 2 ? -y : y;
}

static inline double th_sin(double x) {
    int64_t n;
    double r = th_reducedAngle(x, &n);
    return x == 0 ? x : th_turnedSin(r, n);
}

static inline double th_cos(double x) {
    int64_t n;
    double r = th_reducedAngle(x, &n);
    return th_turnedSin(r, n + 1);
}

/* Both from one reduction, without the sign of 0. */
static inline void th_sincos(double x, double *s, double *c) {
    int64_t n;
    double r = th_reducedAngle(x, &n);
    *s = th_turnedSin(r, n);
    *c = th_turnedSin(r, n + 1);
}

static inline float th_sinf(float x) {
    return (float)th_sin(x);
}

static inline float th_cosf(float x) {
    return (float)th_cos(x);
}

/* tan, within 4 units in the last place, without the sign of 0 */
static inline double th_tanRatio(double x) {
    int64_t n;
    double r = th_reducedAngle(x, &n);
    double s = th_reducedSin(r), c = th_reducedCos(r);
    return (n & 1 ? -c : s) / (n & 1 ? s : c);
}

static inline float th_tanf(float x) {
    float y = (float)th_tanRatio(x);
    return x == 0 ? x : y;
}

/* ---- float, computed in double ---- */

static inline float th_sinhf(float x) {
    double y = fabsf(x) > 100 ? 100 : fabsf(x);
    y = x != x ? x : y;
    double t = th_expm1Bounded(y);
    return copysignf((float)(0.5 * (t + t / (t + 1))), x);
}

static inline float th_coshf(float x) {
    double y = fabsf(x) > 100 ? 100 : fabsf(x);
    double e = th_exp(y);
    return (float)(0.5 * (e + 1 / e));
}

/* |x| < 1: x P(x^2); else 1 - exp(-x^2) Q(1 / (2 + |x|)). From |x| = 4 on the result
 * is 1. */
static inline float th_erff(float x) {
    double y = fabsf(x) > 4 ? 4 : fabsf(x), z = y * y;
    double p = 1.0596587444796074e-6;
    p = p * z - 1.3912341831804627e-5;
    p = p * z + 0.00011957069810586877;
    p = p * z - 0.00085426825735963454;
    p = p * z + 0.0052237856449899066;
    p = p * z - 0.026866133807064197;
    p = p * z + 0.11283791316011115;
    p = p * z - 0.37612638890000676;
    p = p * z + 1.1283791670947063;
    double t = 1 / (2 + y);
    double q = 15.2726538130564;
    q = q * t - 30.152575030291693;
    q = q * t + 18.023098267829639;
    q = q * t - 1.6576474532062792;
    q = q * t + 2.7824502711812545;
    q = q * t + 1.038746101988574;
    q = q * t + 0.56982476547421899;
    q = q * t - 0.00015412881710583674;
    double value = y < 1 ? y * p : 1 - th_exp(-z) * q;
    return copysignf((float)value, x);
}

/* exp(y log |x|), and what C says of negative and infinite arguments. */
static inline float th_powf(float x, float y) {
    double e, size = fabsf(x), power = y;
    double f = th_splitLog(size, &e); /* a denormal float is a normal double */
    double log = th_joinLog(f, e);
    log = size == 0 ? -INFINITY : log;
    log = size == INFINITY ? INFINITY : log;
    double result = th_exp(power * log);
    result = size == 1 ? 1 : result; /* 0 times infinity */
    double rounded = power + ROUND_DOUBLE;
    int large = fabs(power) >= 0x1p24; /* and even, for a float */
    int whole = large || rounded - ROUND_DOUBLE == power;
    int odd = !large && whole && (th_bits(rounded) & 1);
    result = odd ? copysign(result, x) : result;
    result = x < 0 && size < INFINITY && !whole ? NAN : result;
    result = x != x || y != y ? NAN : result;
    return y == 0 || x == 1 ? 1 : (float)result;
}

/* ---- The C library's ---- */

#define th_tan tan
#define th_sinh sinh
#define th_cosh cosh
#define th_erf erf
#define th_pow pow

#endif
