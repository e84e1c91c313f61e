/* Element operations that are the same for every type. */
#ifndef OP
#define OP(name) TH_CONCAT_4(op_, Real, _, name)
#endif

static inline int OP(ltValue)(real x, real v) {
    return x < v;
}
static inline int OP(leValue)(real x, real v) {
    return x <= v;
}
static inline int OP(gtValue)(real x, real v) {
    return x > v;
}
static inline int OP(geValue)(real x, real v) {
    return x >= v;
}
static inline int OP(eqValue)(real x, real v) {
    return x == v;
}
static inline int OP(neValue)(real x, real v) {
    return x != v;
}
static inline int OP(ltTensor)(real x, real y) {
    return x < y;
}
static inline int OP(leTensor)(real x, real y) {
    return x <= y;
}
static inline int OP(eqTensor)(real x, real y) {
    return x == y;
}
static inline int OP(neTensor)(real x, real y) {
    return x != y;
}

static inline real OP(neg)(real x) {
    return -x;
}
static inline real OP(sign)(real x) {
    return (real)((x > 0) - (x < 0));
}

static inline real OP(add)(real x, real v) {
    return x + v;
}
static inline real OP(rsub)(real x, real v) {
    return v - x;
}
static inline real OP(mul)(real x, real v) {
    return x * v;
}

static inline real OP(cadd1)(real x, real y) {
    return x + y;
}
static inline real OP(csub1)(real x, real y) {
    return x - y;
}
static inline real OP(cmul)(real x, real y) {
    return x * y;
}
static inline real OP(cadd)(real x, real y, real v) {
    return x + v * y;
}
static inline real OP(addcmul)(real x, real y, real z, real v) {
    return x + v * y * z;
}

/* As TH 0.3 compared: of two elements the second is taken if one is NaN, beside a
 * number an element stays NaN. */
static inline real OP(cmax)(real x, real y) {
    return x > y ? x : y;
}
static inline real OP(cmin)(real x, real y) {
    return x < y ? x : y;
}
static inline real OP(cmaxValue)(real x, real v) {
    return x < v ? v : x;
}
static inline real OP(cminValue)(real x, real v) {
    return x > v ? v : x;
}
static inline real OP(clamp)(real x, real v, real w) {
    real low = x < v ? v : x;
    return low > w ? w : low;
}
