/* Reductions: each names the accumulation and the last step for the drivers of
 * THReduction.h. Types: all with arithmetic; the last part floating-point only. */
#include <TH/TH.h>

#include <math.h>

#include "THApply.h"
#include "THGenerate.h"
#include "THReduction.h"

#if TH_REAL_FLOATING
#define ACCREAL(scalar) ((scalar).d)
#else
#define ACCREAL(scalar) ((scalar).i)
#endif

static const THReduction sum = {TH_R_sum, TH_FINISH_NONE, 0, 0};
static const THReduction prod = {TH_R_prod, TH_FINISH_NONE, 0, 0};

accreal THTensor_(sumall)(THTensor *t) {
    return ACCREAL(th_reduceAll(&sum, t));
}

accreal THTensor_(prodall)(THTensor *t) {
    return ACCREAL(th_reduceAll(&prod, t));
}

real THTensor_(maxall)(THTensor *t) {
    real value = 0;
    th_extremeAll(1, t, &value);
    return value;
}

real THTensor_(minall)(THTensor *t) {
    real value = 0;
    th_extremeAll(0, t, &value);
    return value;
}

accreal THTensor_(dot)(THTensor *t, THTensor *src) {
    THScalar result;
    th_dot(t, src, &result);
    return ACCREAL(result);
}

int THTensor_(sum)(THTensor *r, THTensor *t, int64_t dim, int keepdim) {
    return th_reduceDim(&sum, r, t, dim, keepdim);
}

int THTensor_(prod)(THTensor *r, THTensor *t, int64_t dim, int keepdim) {
    return th_reduceDim(&prod, r, t, dim, keepdim);
}

int THTensor_(max)(THTensor *values, THLongTensor *indices, THTensor *t, int64_t dim,
                   int keepdim) {
    return th_extremeDim(1, values, indices, t, dim, keepdim);
}

int THTensor_(min)(THTensor *values, THLongTensor *indices, THTensor *t, int64_t dim,
                   int keepdim) {
    return th_extremeDim(0, values, indices, t, dim, keepdim);
}

int THTensor_(sumTo)(THTensor *r, THTensor *t) {
    return th_sumTo(r, t);
}

#if TH_REAL_FLOATING
static const THReduction mean = {TH_R_sum, TH_FINISH_MEAN, 0, 0};

static THReduction variance(int biased) {
    return (THReduction){TH_R_sumsq, biased ? TH_FINISH_MEAN : TH_FINISH_MEAN_LESS_1, 1,
                         0};
}

static THReduction deviation(int biased) {
    return (THReduction){TH_R_sumsq, biased ? TH_FINISH_ROOT : TH_FINISH_ROOT_LESS_1, 1,
                         0};
}

static THReduction p_norm(double p) {
    if (p == 0)
        return (THReduction){TH_R_nonzero, TH_FINISH_NONE, 0, 0};
    if (p == 1)
        return (THReduction){TH_R_sumabs, TH_FINISH_NONE, 0, 0};
    if (p == 2)
        return (THReduction){TH_R_sumsq, TH_FINISH_SQUARE_ROOT, 0, 0};
    if (p == INFINITY)
        return (THReduction){TH_R_maxabs, TH_FINISH_NONE, 0, 0};
    return (THReduction){TH_R_sumpow, TH_FINISH_POWER, 0, p};
}

accreal THTensor_(meanall)(THTensor *t) {
    return th_reduceAll(&mean, t).d;
}

accreal THTensor_(varall)(THTensor *t, int biased) {
    const THReduction reduction = variance(biased);
    return th_reduceAll(&reduction, t).d;
}

accreal THTensor_(stdall)(THTensor *t, int biased) {
    const THReduction reduction = deviation(biased);
    return th_reduceAll(&reduction, t).d;
}

accreal THTensor_(normall)(THTensor *t, real p) {
    const THReduction reduction = p_norm(p);
    return th_reduceAll(&reduction, t).d;
}

accreal THTensor_(dist)(THTensor *a, THTensor *b, real p) {
    accreal result = 0;
    THTensor *difference = THTensor_new(TH_REAL_DTYPE);
    if (difference && THTensor_(csub)(difference, a, 1, b) == TH_OK)
        result = THTensor_(normall)(difference, p);
    THTensor_free(difference);
    return result;
}

int THTensor_(mean)(THTensor *r, THTensor *t, int64_t dim, int keepdim) {
    return th_reduceDim(&mean, r, t, dim, keepdim);
}

int THTensor_(var)(THTensor *r, THTensor *t, int64_t dim, int biased, int keepdim) {
    const THReduction reduction = variance(biased);
    return th_reduceDim(&reduction, r, t, dim, keepdim);
}

int THTensor_(std)(THTensor *r, THTensor *t, int64_t dim, int biased, int keepdim) {
    const THReduction reduction = deviation(biased);
    return th_reduceDim(&reduction, r, t, dim, keepdim);
}

int THTensor_(norm)(THTensor *r, THTensor *t, real p, int64_t dim, int keepdim) {
    const THReduction reduction = p_norm(p);
    return th_reduceDim(&reduction, r, t, dim, keepdim);
}
#endif
