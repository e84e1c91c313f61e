/* The drivers of reductions: over everything, over one dimension, back to a broadcast
 * shape. */
#ifndef TH_REDUCTION_H
#define TH_REDUCTION_H

#include "simd/THKernels.h"
#include <TH/TH.h>

/* What becomes of the accumulator of n elements (floating-point types except for NONE).
 */
typedef enum THFinish {
    TH_FINISH_NONE,
    TH_FINISH_MEAN,        /* acc / n */
    TH_FINISH_MEAN_LESS_1, /* acc / (n - 1) */
    TH_FINISH_ROOT,        /* sqrt(acc / n) */
    TH_FINISH_ROOT_LESS_1, /* sqrt(acc / (n - 1)) */
    TH_FINISH_SQUARE_ROOT, /* sqrt(acc) */
    TH_FINISH_POWER        /* acc ^ (1 / parameter) */
} THFinish;

typedef struct THReduction {
    int op; /* a TH_R_ number of simd/THKernels.h */
    THFinish finish;
    int centered;     /* 1: the mean is found first and is the operation's center */
    double parameter; /* else this is the center */
} THReduction;

/* The sum, product, ... of all elements, as the type's accreal; of an empty tensor that
 * of nothing. */
THScalar th_reduceAll(const THReduction *reduction, THTensor *t);
/* The same over one dimension, into r. */
int th_reduceDim(const THReduction *reduction, THTensor *r, THTensor *t, int64_t dim,
                 int keepdim);
/* Sum of products of two tensors with the same number of elements. */
int th_dot(THTensor *a, THTensor *b, THScalar *result);

/* The largest (smallest) element, as an element; `t` must have one. */
int th_extremeAll(int largest, THTensor *t, void *value);
int th_extremeDim(int largest, THTensor *values, THTensor *indices, THTensor *t,
                  int64_t dim, int keepdim);

/* Sums t over the dimensions along which r, of the same type, was broadcast to t's
 * shape. */
int th_sumTo(THTensor *r, THTensor *t);

#endif
