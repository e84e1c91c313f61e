/* Sequences, joining, diagonals and triangles. */
#include <TH/TH.h>

#include <math.h>

#include "th_test.h"

static double element(const THTensor *t, int64_t i) {
    return ((double *)t->storage->data)[t->storageOffset + i];
}

static void check_elements(const THTensor *t, int n, const double *expected) {
    CHECK_INT(n, THTensor_nElement(t));
    for (int i = 0; i < n && n == THTensor_nElement(t); i++)
        CHECK(fabs(element(t, i) - expected[i]) < 1e-12);
}
#define ELEMENTS(...)                                                                  \
    (int)(sizeof((double[]){__VA_ARGS__}) / sizeof(double)), (double[]) {              \
        __VA_ARGS__                                                                    \
    }

static void sequences(void) {
    THTensor *r = THTensor_new(TH_DOUBLE), *i = THTensor_new(TH_INT);
    CHECK_INT(0, THDoubleTensor_range(r, 1, 2, 0.5));
    check_elements(r, ELEMENTS(1, 1.5, 2));
    CHECK_INT(0, THDoubleTensor_arange(r, 1, 2, 0.5));
    check_elements(r, ELEMENTS(1, 1.5));
    CHECK_INT(0, THDoubleTensor_arange(r, 3, 0, -2));
    check_elements(r, ELEMENTS(3, 1));
    CHECK_INT(0, THDoubleTensor_linspace(r, -1, 1, 5));
    check_elements(r, ELEMENTS(-1, -0.5, 0, 0.5, 1));
    CHECK_INT(0, THDoubleTensor_logspace(r, 0, 2, 3));
    check_elements(r, ELEMENTS(1, 10, 100));
    CHECK_INT(0, THDoubleTensor_arange(r, 1, 1, 1));
    CHECK_INT(0, r->nDimension);
    CHECK_INT(0, THIntTensor_arange(i, 5, -6, -5));
    CHECK_INT(3, i->size[0]);
    CHECK_INT(-5, ((int32_t *)i->storage->data)[2]);
    CHECK_ERROR(
        THDoubleTensor_arange(r, 0, 5, -1) < 0, TH_ERR_VALUE,
        "upper bound and larger bound incoherent with step sign: from 0 to 5, step -1");
    CHECK_ERROR(THIntTensor_range(i, 0, 5, 0) < 0, TH_ERR_VALUE,
                "step must be nonzero");
    CHECK_ERROR(THDoubleTensor_arange(r, 0, INFINITY, 1) < 0, TH_ERR_VALUE,
                "bounds and step must be finite, but got 0, inf, step 1");
    CHECK_ERROR(THDoubleTensor_arange(r, 0, 1, 1e-300) < 0, TH_ERR_VALUE,
                "1e+300 elements are too many");
    CHECK_ERROR(THLongTensor_range(i, INT64_MIN, INT64_MAX, 1) < 0, TH_ERR_VALUE,
                "18446744073709551615 elements are too many");
    CHECK_ERROR(THDoubleTensor_linspace(r, 0, 1, 0) < 0, TH_ERR_VALUE,
                "invalid number of points: 0");
    THTensor_free(r);
    THTensor_free(i);
}

static void matrices(void) {
    THTensor *r = THTensor_new(TH_DOUBLE), *d = THTensor_new(TH_DOUBLE),
             *t = THTensor_new(TH_DOUBLE);
    CHECK_INT(0, THDoubleTensor_eye(r, 2, 3));
    check_elements(r, ELEMENTS(1, 0, 0, 0, 1, 0));
    CHECK(THDoubleTensor_trace(r) == 2);
    CHECK_INT(0, THDoubleTensor_arange(d, 1, 3, 1));
    CHECK_INT(0, THDoubleTensor_diag(r, d, 1));
    check_elements(r, ELEMENTS(0, 1, 0, 0, 0, 2, 0, 0, 0));
    CHECK_INT(0, THDoubleTensor_diag(r, r, 1)); /* in place, and back */
    check_elements(r, ELEMENTS(1, 2));
    CHECK_INT(0, THDoubleTensor_range(t, 1, 6, 1));
    CHECK_INT(0, THTensor_resize(t, SIZES(2, 3), NULL));
    CHECK_INT(0, THDoubleTensor_tril(r, t, 0));
    check_elements(r, ELEMENTS(1, 0, 0, 4, 5, 0));
    CHECK_INT(0, THDoubleTensor_triu(r, t, 1));
    check_elements(r, ELEMENTS(0, 2, 3, 0, 0, 6));
    CHECK_INT(0, THDoubleTensor_tril(t, t, -5));
    check_elements(t, ELEMENTS(0, 0, 0, 0, 0, 0));
    CHECK_ERROR(THDoubleTensor_diag(r, t, 3) < 0, TH_ERR_INDEX,
                "diagonal 3 is out of range for [2 x 3]");
    CHECK_ERROR(THDoubleTensor_tril(r, d, 0) < 0, TH_ERR, "expected a matrix, got 1D");
    CHECK_ERROR(THDoubleTensor_eye(r, 0, 3) < 0, TH_ERR_VALUE,
                "invalid argument: sizes must be positive, but got [0 x 3]");
    THDoubleTensor_trace(d);
    CHECK_INT(TH_ERR, THError_pending());
    THError_clear();
    THTensor_free(r);
    THTensor_free(d);
    THTensor_free(t);
}

static void joins(void) {
    THTensor *a = THTensor_new(TH_DOUBLE), *b = THTensor_new(TH_DOUBLE),
             *r = THTensor_new(TH_DOUBLE);
    CHECK_INT(0, THDoubleTensor_range(a, 1, 4, 1));
    CHECK_INT(0, THTensor_resize(a, SIZES(2, 2), NULL));
    CHECK_INT(0, THDoubleTensor_range(b, 5, 6, 1));
    CHECK_INT(0, THTensor_resize(b, SIZES(1, 2), NULL));
    THTensor *turned = THTensor_newT(a), *empty = THTensor_new(TH_DOUBLE);
    CHECK_INT(0, THDoubleTensor_catArray(r, (THTensor *[]){a, empty, b}, 3, 0));
    check_elements(r, ELEMENTS(1, 2, 3, 4, 5, 6));
    CHECK_INT(3, r->size[0]);
    CHECK_INT(0, THDoubleTensor_catArray(r, (THTensor *[]){a, turned}, 2, -1));
    check_elements(r, ELEMENTS(1, 2, 1, 3, 3, 4, 2, 4));
    CHECK_ERROR(THDoubleTensor_catArray(r, (THTensor *[]){a, b}, 2, 1) < 0, TH_ERR,
                "inconsistent tensor sizes at dimension other than 1: [2 x 2] (tensor "
                "0) and [1 x 2] "
                "(tensor 1)");
    CHECK_ERROR(
        THDoubleTensor_catArray(r, (THTensor *[]){a, b}, 2, 2) < 0, TH_ERR_INDEX,
        "dimension out of range (expected to be in range of [-2, 1], but got 2)");
    CHECK_ERROR(THDoubleTensor_catArray(r, NULL, 0, 0) < 0, TH_ERR,
                "invalid number of inputs 0");
    CHECK_INT(0, THDoubleTensor_catArray(a, (THTensor *[]){a, a}, 2, 1));
    check_elements(a, ELEMENTS(1, 2, 1, 2, 3, 4, 3, 4));
    CHECK_INT(0, THDoubleTensor_catArray(r, (THTensor *[]){empty}, 1, 0));
    CHECK_INT(0, r->nDimension);
    THTensor_free(a);
    THTensor_free(b);
    THTensor_free(r);
    THTensor_free(turned);
    THTensor_free(empty);
}

int main(void) {
    RUN(sequences);
    RUN(matrices);
    RUN(joins);
    return TEST_RESULT;
}
