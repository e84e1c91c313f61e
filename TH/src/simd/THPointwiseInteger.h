/* Element operations of an integer type. Overflow wraps. Nothing traps: the drivers
 * refuse to divide by zero, and if a divisor changes to 0 meanwhile the quotient is 0.
 */
#include "THPointwiseCommon.h"

static inline real OP(abs)(real x) {
    return x < 0 ? -x : x;
}

static inline real OP(cdiv)(real x, real y) {
    if (y == 0)
        return 0;
    /* Negation wraps where the smallest number divided by -1 would trap. */
    return y == (real)-1 && (real)-1 < 0 ? -x : x / y;
}

static inline real OP(cfmod)(real x, real y) {
    return y == 0 || (y == (real)-1 && (real)-1 < 0) ? 0 : x % y;
}

static inline real OP(cremainder)(real x, real y) {
    real rest = OP(cfmod)(x, y);
    return rest != 0 && (rest < 0) != (y < 0) ? rest + y : rest;
}

/* By squaring. A negative exponent gives what C makes of the real power: 1, -1, or 0.
 */
static inline real OP(cpow)(real x, real y) {
    if (y < 0)
        return x == 1 ? 1 : x == (real)-1 ? (y % 2 ? (real)-1 : 1) : 0;
    uint64_t result = 1, base = (uint64_t)x;
    for (uint64_t power = (uint64_t)y; power; power >>= 1) {
        if (power & 1)
            result *= base;
        base *= base;
    }
    return (real)result;
}

static inline real OP(div)(real x, real v) {
    return OP(cdiv)(x, v);
}
static inline real OP(rdiv)(real x, real v) {
    return OP(cdiv)(v, x);
}
static inline real OP(fmod)(real x, real v) {
    return OP(cfmod)(x, v);
}
static inline real OP(remainder)(real x, real v) {
    return OP(cremainder)(x, v);
}
static inline real OP(addcdiv)(real x, real y, real z, real v) {
    return x + OP(cdiv)(v * y, z);
}

static inline real OP(cbitAnd)(real x, real y) {
    return x & y;
}
static inline real OP(cbitOr)(real x, real y) {
    return x | y;
}
static inline real OP(cbitXor)(real x, real y) {
    return x ^ y;
}

/* Bits move within the type's width, zeros come in from either side (the sign is a bit
 * like the others); all are gone when y is negative or reaches the width. */
static inline real OP(clshift)(real x, real y) {
    const uint64_t width = 8 * sizeof(real);
    return (uint64_t)y < width ? (real)((uint64_t)x << ((uint64_t)y & 63)) : 0;
}
static inline real OP(crshift)(real x, real y) {
    const uint64_t width = 8 * sizeof(real), ones = ~(uint64_t)0 >> (64 - width);
    return (uint64_t)y < width ? (real)(((uint64_t)x & ones) >> ((uint64_t)y & 63)) : 0;
}

static inline real OP(bitAnd)(real x, real v) {
    return x & v;
}
static inline real OP(bitOr)(real x, real v) {
    return x | v;
}
static inline real OP(bitXor)(real x, real v) {
    return x ^ v;
}
static inline real OP(lshift)(real x, real v) {
    return OP(clshift)(x, v);
}
static inline real OP(rshift)(real x, real v) {
    return OP(crshift)(x, v);
}
