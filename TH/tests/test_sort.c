/* Sorting and selection: order, stability, special values, every length class. */
#include <TH/TH.h>

#include <math.h>

#include "th_test.h"

/* 1 if a may stand before b. */
static int in_order(double a, double b, int descending) {
    if (isnan(a) || isnan(b))
        return descending ? isnan(a) : isnan(b);
    return descending ? a >= b : a <= b;
}

#define TEST_SORT(Real, real, dtype, value)                                            \
    static void sort##Real##Line(int64_t n, int64_t k, int descending) {               \
        THTensor *t = THTensor_newWithSize(dtype, 1, &n);                              \
        THTensor *values = THTensor_new(dtype), *indices = THTensor_new(TH_LONG);      \
        real *data = t->storage->data;                                                 \
        for (int64_t i = 0; i < n; i++)                                                \
            data[i] = (real)(value);                                                   \
        if (k < n)                                                                     \
            CHECK_INT(0,                                                               \
                      TH##Real##Tensor_topk(values, indices, t, k, 0, descending, 1)); \
        else                                                                           \
            CHECK_INT(0, TH##Real##Tensor_sort(values, indices, t, 0, descending));    \
        const real *v = values->storage->data;                                         \
        const int64_t *at = indices->storage->data;                                    \
        int64_t wrong = 0, better = 0;                                                 \
        for (int64_t i = 0; i < k; i++) {                                              \
            double x = (double)v[i], y = (double)data[at[i]];                          \
            wrong += !(x == y || (isnan(x) && isnan(y)));                              \
            if (!i)                                                                    \
                continue;                                                              \
            double before = (double)v[i - 1];                                          \
            wrong += !in_order(before, x, descending);                                 \
            wrong += in_order(x, before, descending) && at[i - 1] >= at[i];            \
        }                                                                              \
        for (int64_t i = 0; i < n; i++)                                                \
            better += !in_order((double)v[k - 1], (double)data[i], descending);        \
        CHECK_INT(0, wrong);                                                           \
        CHECK(better < k);                                                             \
        THTensor_free(t);                                                              \
        THTensor_free(values);                                                         \
        THTensor_free(indices);                                                        \
    }                                                                                  \
    static void sort##Real(void) {                                                     \
        static const int64_t lengths[] = {1, 2, 15, 17, 100, 1024, 1025, 5000};        \
        for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++)              \
            for (int descending = 0; descending < 2; descending++) {                   \
                sort##Real##Line(lengths[i], lengths[i], descending);                  \
                sort##Real##Line(lengths[i], (lengths[i] + 1) / 2, descending);        \
                sort##Real##Line(lengths[i], 1, descending);                           \
            }                                                                          \
    }

#define MIXED(i) ((i) * 7919 % 1013 - 500)
TEST_SORT(Byte, uint8_t, TH_BYTE, MIXED(i))
TEST_SORT(Char, int8_t, TH_CHAR, MIXED(i))
TEST_SORT(Long, int64_t, TH_LONG, MIXED(i) * 1000000007)
TEST_SORT(Float, float, TH_FLOAT,
          i % 17 == 3   ? NAN
          : i % 19 == 4 ? -0.0f
                        : MIXED(i) / 7)
TEST_SORT(Double, double, TH_DOUBLE,
          i % 17 == 3   ? -NAN
          : i % 19 == 4 ? -INFINITY
                        : MIXED(i) / 7)

static void sorts_along_any_dimension(void) {
    THTensor *t = THTensor_newWithSize(TH_INT, SIZES(3, 4)), *r = THTensor_new(TH_INT);
    THTensor *indices = THTensor_new(TH_LONG), *turned = THTensor_newT(t);
    for (int i = 0; i < 12; i++)
        ((int32_t *)t->storage->data)[i] = i * 5 % 12;
    CHECK_INT(0, THIntTensor_sort(r, indices, t, 0,
                                  0)); /* columns 0 8 4, 5 1 9, 10 6 2, 3 11 7 */
    static const int32_t expected[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
    CHECK(memcmp(r->storage->data, expected, sizeof(expected)) == 0);
    CHECK_INT(2, ((int64_t *)indices->storage->data)[4]);
    CHECK_INT(0, THIntTensor_sort(r, indices, turned, 1, 0));
    CHECK_INT(4, ((int32_t *)r->storage->data)[1]);
    CHECK_INT(0, THIntTensor_sort(t, indices, t, 0, 0)); /* in place */
    CHECK(memcmp(t->storage->data, expected, sizeof(expected)) == 0);
    THTensor_free(t);
    THTensor_free(r);
    THTensor_free(indices);
    THTensor_free(turned);
}

static void errors(void) {
    THTensor *t = THTensor_newWithSize(TH_FLOAT, SIZES(3, 4)),
             *r = THTensor_new(TH_FLOAT);
    THTensor *indices = THTensor_new(TH_LONG), *empty = THTensor_new(TH_FLOAT);
    CHECK_ERROR(THFloatTensor_topk(r, indices, t, 5, 1, 1, 1) < 0, TH_ERR,
                "selected index k out of range: k is 5, dimension 1 has size 4");
    CHECK_ERROR(THFloatTensor_topk(r, indices, t, 0, 1, 1, 1) < 0, TH_ERR,
                "selected index k out of range: k is 0, dimension 1 has size 4");
    CHECK_ERROR(
        THFloatTensor_sort(r, indices, t, 2, 0) < 0, TH_ERR_INDEX,
        "dimension out of range (expected to be in range of [-2, 1], but got 2)");
    CHECK_ERROR(THFloatTensor_sort(r, indices, empty, 0, 0) < 0, TH_ERR,
                "cannot sort an empty tensor");
    for (int n = 1; n < 8; n++) {
        THAlloc_failAfter(n);
        int status = THFloatTensor_sort(r, indices, t, 0, 0);
        THAlloc_failAfter(0);
        CHECK(status == 0 || status == TH_ERR_MEMORY);
        THError_clear();
    }
    THTensor_free(t);
    THTensor_free(r);
    THTensor_free(indices);
    THTensor_free(empty);
}

int main(void) {
    RUN(sortByte);
    RUN(sortChar);
    RUN(sortLong);
    RUN(sortFloat);
    RUN(sortDouble);
    RUN(sorts_along_any_dimension);
    RUN(errors);
    return TEST_RESULT;
}
