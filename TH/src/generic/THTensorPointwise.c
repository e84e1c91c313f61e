/* Pointwise operations: each hands its scalars to a driver of THApply.h, which runs the
 * kernel of the tensors' type. Types: all with arithmetic; the last part floating-point
 * only. */
#include <TH/TH.h>

#include <math.h>

#include "THApply.h"
#include "THGenerate.h"
#include "THReduction.h"

#define UNARY(name)                                                                    \
    int THTensor_(name)(THTensor * r, THTensor * t) {                                  \
        return th_apply1(TH_K_##name, r, t, NULL);                                     \
    }
#define SCALAR(name)                                                                   \
    int THTensor_(name)(THTensor * r, THTensor * t, real value) {                      \
        const THScalar s = TH_SCALAR(value);                                           \
        return th_apply1(TH_K_##name, r, t, &s);                                       \
    }
#define BINARY(name)                                                                   \
    int THTensor_(name)(THTensor * r, THTensor * t, THTensor * src) {                  \
        return th_apply2(TH_K_##name, r, t, src, NULL);                                \
    }
/* The same for operations that an integer cannot do with a divisor of zero. */
#define SCALAR_DIVISION(name)                                                          \
    int THTensor_(name)(THTensor * r, THTensor * t, real value) {                      \
        const THScalar s = TH_SCALAR(value);                                           \
        if (!TH_REAL_FLOATING && value == 0)                                           \
            TH_FAIL(TH_ERR, "division by zero");                                       \
        return th_apply1(TH_K_##name, r, t, &s);                                       \
    }
#define BINARY_DIVISION(name)                                                          \
    int THTensor_(name)(THTensor * r, THTensor * t, THTensor * src) {                  \
        TH_TRY(check_divisor(src));                                                    \
        return th_apply2(TH_K_##name, r, t, src, NULL);                                \
    }

/* Fails for integers if a divisor is zero. */
static int check_divisor(THTensor *divisor) {
#if !TH_REAL_FLOATING
    static const THReduction nonzero = {TH_R_nonzero, TH_FINISH_NONE, 0, 0};
    if (th_reduceAll(&nonzero, divisor).i != THTensor_nElement(divisor))
        TH_FAIL(TH_ERR, "division by zero");
#else
    (void)divisor;
#endif
    return TH_OK;
}

int THTensor_(fill)(THTensor *r, real value) {
    const THScalar s = TH_SCALAR(value);
    return th_apply0(TH_K_fill, r, &s);
}

int THTensor_(zero)(THTensor *r) {
    return THTensor_(fill)(r, 0);
}

SCALAR(add)
SCALAR(rsub)
SCALAR(mul)
SCALAR(cmaxValue)
SCALAR(cminValue)
SCALAR_DIVISION(div)
SCALAR_DIVISION(fmod)
SCALAR_DIVISION(remainder)

int THTensor_(sub)(THTensor *r, THTensor *t, real value) {
    return THTensor_(add)(r, t, -value);
}

int THTensor_(rdiv)(THTensor *r, THTensor *t, real value) {
    const THScalar s = TH_SCALAR(value);
    TH_TRY(check_divisor(t));
    return th_apply1(TH_K_rdiv, r, t, &s);
}

int THTensor_(clamp)(THTensor *r, THTensor *t, real minValue, real maxValue) {
    const THScalar s[2] = {TH_SCALAR(minValue), TH_SCALAR(maxValue)};
    return th_apply1(TH_K_clamp, r, t, s);
}

int THTensor_(cadd)(THTensor *r, THTensor *t, real value, THTensor *src) {
    if (TH_LIKELY(value == 1))
        return th_apply2(TH_K_cadd1, r, t, src, NULL);
    const THScalar s = TH_SCALAR(value);
    return th_apply2(TH_K_cadd, r, t, src, &s);
}

int THTensor_(csub)(THTensor *r, THTensor *t, real value, THTensor *src) {
    if (TH_LIKELY(value == 1))
        return th_apply2(TH_K_csub1, r, t, src, NULL);
    return THTensor_(cadd)(r, t, -value, src);
}

BINARY(cmul)
BINARY(cpow)
BINARY(cmax)
BINARY(cmin)
BINARY_DIVISION(cdiv)
BINARY_DIVISION(cfmod)
BINARY_DIVISION(cremainder)

int THTensor_(addcmul)(THTensor *r, THTensor *t, real value, THTensor *src1,
                       THTensor *src2) {
    const THScalar s = TH_SCALAR(value);
    return th_apply3(TH_K_addcmul, r, t, src1, src2, &s);
}

int THTensor_(addcdiv)(THTensor *r, THTensor *t, real value, THTensor *src1,
                       THTensor *src2) {
    const THScalar s = TH_SCALAR(value);
    TH_TRY(check_divisor(src2));
    return th_apply3(TH_K_addcdiv, r, t, src1, src2, &s);
}

UNARY(neg)
UNARY(abs)
UNARY(sign)

/* The common exponents have faster kernels. */
int THTensor_(pow)(THTensor *r, THTensor *t, real value) {
    if (value == 1)
        return THTensor_(mul)(r, t, 1);
    if (value == 2)
        return THTensor_(cmul)(r, t, t);
#if TH_REAL_FLOATING
    if (value == (real)0.5)
        return THTensor_(sqrt)(r, t);
    if (value == (real)-0.5)
        return THTensor_(rsqrt)(r, t);
    if (value == -1)
        return THTensor_(cinv)(r, t);
#endif
    const THScalar s = TH_SCALAR(value);
    return th_apply1(TH_K_pow, r, t, &s);
}

int THTensor_(tpow)(THTensor *r, real value, THTensor *t) {
    const THScalar s = TH_SCALAR(value);
    return th_apply1(TH_K_tpow, r, t, &s);
}

#if TH_REAL_FLOATING
int THTensor_(lshift)(THTensor *r, THTensor *t, real value) {
    return THTensor_(mul)(r, t, (real)exp2(value));
}

int THTensor_(rshift)(THTensor *r, THTensor *t, real value) {
    return THTensor_(div)(r, t, (real)exp2(value));
}

/* r = t times 2^(sign * src) */
static int shift(THTensor *r, THTensor *t, real sign, THTensor *src) {
    THTensor *power = THTensor_new(TH_REAL_DTYPE);
    int status = power ? THTensor_(mul)(power, src, sign) : TH_ERR_MEMORY;
    if (status >= 0)
        status = THTensor_(tpow)(power, 2, power);
    if (status >= 0)
        status = THTensor_(cmul)(r, t, power);
    THTensor_free(power);
    return status;
}

int THTensor_(clshift)(THTensor *r, THTensor *t, THTensor *src) {
    return shift(r, t, 1, src);
}

int THTensor_(crshift)(THTensor *r, THTensor *t, THTensor *src) {
    return shift(r, t, -1, src);
}
#else
TH_KERNELS_SCALAR_INTEGER(SCALAR)
TH_KERNELS_BINARY_INTEGER(BINARY)
#endif

#if TH_REAL_FLOATING
TH_KERNELS_UNARY_FLOATING(UNARY)
TH_KERNELS_UNARY_PERIODIC(UNARY)

int THTensor_(lerp)(THTensor *r, THTensor *a, THTensor *b, real weight) {
    const THScalar s = TH_SCALAR(weight);
    return th_apply2(TH_K_lerp, r, a, b, &s);
}

BINARY(atan2)
BINARY(sigmoidGrad)
BINARY(tanhGrad)

int THTensor_(clampGrad)(THTensor *r, THTensor *grad, THTensor *t, real minValue,
                         real maxValue) {
    const THScalar s[2] = {TH_SCALAR(minValue), TH_SCALAR(maxValue)};
    return th_apply2(TH_K_clampGrad, r, grad, t, s);
}
#endif
