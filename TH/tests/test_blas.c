/* Matrix and vector products against plain loops, over sizes, memory layouts and types.
 * Elements are small integers, so that every type gives exact results. */
#include <TH/TH.h>

#include <math.h>

#include "th_test.h"

static double number(int64_t i) {
    return (double)((i * 7919 + 13) % 7 - 3);
}

enum { ROWS, COLUMNS, STRIDED, LAYOUTS };

/* A rows x columns matrix with number(seed + i) at its i-th element. */
#define NEW_MATRIX(Real, real)                                                         \
    static THTensor *new##Real##Matrix(int64_t rows, int64_t columns, int layout,      \
                                       int64_t seed) {                                 \
        int64_t size[2] = {rows, columns},                                             \
                strides[LAYOUTS][2] = {{columns, 1}, {1, rows}, {2 * columns + 1, 2}}; \
        THTensor *t = TH##Real##Tensor_newFilled(size, strides[layout]);               \
        for (int64_t i = 0; i < rows * columns; i++)                                   \
            ((real *)t->storage                                                        \
                 ->data)[i / columns * t->stride[0] + i % columns * t->stride[1]] =    \
                (real)number(seed + i);                                                \
        return t;                                                                      \
    }

#define TEST_PRODUCTS(Real, real, dtype)                                               \
    static THTensor *TH##Real##Tensor_newFilled(const int64_t *size,                   \
                                                const int64_t *stride) {               \
        return THTensor_newWithStorage(dtype, NULL, 0, 2, size, stride);               \
    }                                                                                  \
    NEW_MATRIX(Real, real)                                                             \
    static real at##Real(const THTensor *t, int64_t i, int64_t j) {                    \
        return ((real *)t->storage                                                     \
                    ->data)[t->storageOffset + i * t->stride[0] + j * t->stride[1]];   \
    }                                                                                  \
    static void product##Real(int64_t m, int64_t k, int64_t n, int layouts) {          \
        THTensor *a = new##Real##Matrix(m, k, layouts % 3, 1);                         \
        THTensor *b = new##Real##Matrix(k, n, layouts / 3 % 3, 5);                     \
        THTensor *t = new##Real##Matrix(m, n, layouts / 9, 9);                         \
        THTensor *before = new##Real##Matrix(m, n, ROWS, 9);                           \
        THTensor *r = THTensor_new(dtype);                                             \
        CHECK_INT(0, TH##Real##Tensor_mm(r, a, b));                                    \
        CHECK_INT(0, TH##Real##Tensor_addmm(t, 2, t, 3, a, b));                        \
        int64_t wrong = 0;                                                             \
        for (int64_t i = 0; i < m; i++)                                                \
            for (int64_t j = 0; j < n; j++) {                                          \
                int64_t sum = 0;                                                       \
                for (int64_t l = 0; l < k; l++)                                        \
                    sum += (int64_t)at##Real(a, i, l) * (int64_t)at##Real(b, l, j);    \
                int64_t old = (int64_t)at##Real(before, i, j);                         \
                wrong += at##Real(r, i, j) != (real)sum;                               \
                wrong += at##Real(t, i, j) != (real)(2 * old + 3 * sum);               \
            }                                                                          \
        CHECK_INT(0, wrong);                                                           \
        THTensor *x = THTensor_newSelect(b, 1, n - 1), *y = THTensor_new(dtype);       \
        CHECK_INT(0, TH##Real##Tensor_mv(y, a, x));                                    \
        for (int64_t i = 0; i < m; i++)                                                \
            CHECK(((real *)y->storage->data)[i] == at##Real(r, i, n - 1));             \
        THTensor_free(x);                                                              \
        THTensor_free(y);                                                              \
        THTensor_free(a);                                                              \
        THTensor_free(b);                                                              \
        THTensor_free(t);                                                              \
        THTensor_free(before);                                                         \
        THTensor_free(r);                                                              \
    }                                                                                  \
    static void products##Real(void) {                                                 \
        static const int64_t sizes[][3] = {{1, 1, 1},    {1, 6, 1},  {5, 5, 5},        \
                                           {1, 9, 17},   {17, 9, 1}, {6, 1, 4},        \
                                           {33, 20, 70}, {3, 70, 90}};                 \
        for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++)                  \
            for (int layouts = 0; layouts < 27; layouts++)                             \
                product##Real(sizes[s][0], sizes[s][1], sizes[s][2], layouts);         \
    }

TEST_PRODUCTS(Byte, uint8_t, TH_BYTE)
TEST_PRODUCTS(Int, int32_t, TH_INT)
TEST_PRODUCTS(Long, int64_t, TH_LONG)
TEST_PRODUCTS(Float, float, TH_FLOAT)
TEST_PRODUCTS(Double, double, TH_DOUBLE)

static void large_products_are_split(void) {
    productFloat(200, 150, 130, 0);
    productFloat(130, 150, 200, 4);
    productDouble(200, 150, 130, 13);
    productInt(100, 90, 110, 3);
}

/* Several blocks in depth and width, all of them with edges; sums wrap around. */
static void integer_products_go_by_blocks(void) {
    for (int layouts = 0; layouts < 27; layouts++) {
        productByte(8, 515, 70, layouts);
        productInt(7, 259, 35, layouts);
    }
    productByte(13, 30, 1100, 0);
    productInt(9, 513, 530, 4);
    productLong(15, 257, 270, 1);
}

static void beta_zero_reads_nothing(void) {
    THTensor *a = newFloatMatrix(4, 5, ROWS, 0), *b = newFloatMatrix(5, 6, COLUMNS, 0);
    THTensor *r = newFloatMatrix(4, 6, ROWS, 0);
    CHECK_INT(0, THFloatTensor_fill(r, NAN));
    CHECK_INT(0, THFloatTensor_addmm(r, 0, r, 1, a, b));
    for (int64_t i = 0; i < 24; i++)
        CHECK(!isnan(atFloat(r, i / 6, i % 6)));
    THTensor_free(a);
    THTensor_free(b);
    THTensor_free(r);
}

static void results_may_be_operands(void) {
    THTensor *a = newDoubleMatrix(7, 7, ROWS, 0), *b = newDoubleMatrix(7, 7, ROWS, 0);
    THTensor *r = THTensor_new(TH_DOUBLE);
    CHECK_INT(0, THDoubleTensor_mm(r, a, b));
    CHECK_INT(0, THDoubleTensor_mm(a, a, a));
    CHECK_INT(1, THDoubleTensor_equal(a, r));
    THTensor_free(a);
    THTensor_free(b);
    THTensor_free(r);
}

static void batches(void) {
    THTensor *flat = newFloatMatrix(6, 20, ROWS, 0), *r = THTensor_new(TH_FLOAT);
    THTensor *a = THTensor_newView(flat, SIZES(6, 4, 5)),
             *b = THTensor_newView(flat, SIZES(6, 5, 4));
    CHECK_INT(0, THFloatTensor_bmm(r, a, b));
    for (int64_t i = 0; i < 6; i++) {
        THTensor *ai = THTensor_newSelect(a, 0, i), *bi = THTensor_newSelect(b, 0, i);
        THTensor *ri = THTensor_newSelect(r, 0, i), *expected = THTensor_new(TH_FLOAT);
        CHECK_INT(0, THFloatTensor_mm(expected, ai, bi));
        CHECK_INT(1, THFloatTensor_equal(expected, ri));
        THTensor_free(ai);
        THTensor_free(bi);
        THTensor_free(ri);
        THTensor_free(expected);
    }
    CHECK_ERROR(THFloatTensor_bmm(r, a, a) < 0, TH_ERR,
                "wrong matrix size, batch1: [6 x 4 x 5], batch2: [6 x 4 x 5]");
    THTensor_free(flat);
    THTensor_free(a);
    THTensor_free(b);
    THTensor_free(r);
}

static void outer_products_and_bias(void) {
    THTensor *x = THTensor_newWithSize(TH_FLOAT, SIZES(3)),
             *y = THTensor_newWithSize(TH_FLOAT, SIZES(4));
    for (int i = 0; i < 4; i++) {
        ((float *)y->storage->data)[i] = (float)(i + 1);
        if (i < 3)
            ((float *)x->storage->data)[i] = (float)(10 * i);
    }
    THTensor *r = THTensor_new(TH_FLOAT);
    CHECK_INT(0,
              THFloatTensor_addr(r, 2, y, 3, x, y)); /* y is expanded over the rows */
    for (int64_t i = 0; i < 12; i++)
        CHECK(atFloat(r, i / 4, i % 4) ==
              (float)(2 * (i % 4 + 1) + 30 * (i / 4) * (i % 4 + 1)));
    CHECK(THFloatTensor_addr(r, 1, x, 1, x, y) < 0); /* x does not expand to them */
    THError_clear();
    THTensor_free(x);
    THTensor_free(y);
    THTensor_free(r);
}

static void errors_name_the_sizes(void) {
    THTensor *a = newFloatMatrix(2, 3, ROWS, 0),
             *v = THTensor_newWithSize(TH_FLOAT, SIZES(2));
    THTensor *r = newFloatMatrix(2, 2, ROWS, 0), *empty = THTensor_new(TH_FLOAT);
    CHECK_ERROR(THFloatTensor_mm(r, a, a) < 0, TH_ERR,
                "size mismatch, m1: [2 x 3], m2: [2 x 3]");
    CHECK_ERROR(THFloatTensor_mm(r, v, a) < 0, TH_ERR,
                "matrices expected, got 1D, 2D tensors");
    CHECK_ERROR(THFloatTensor_mm(r, a, empty) < 0, TH_ERR,
                "matrices expected, got 2D, 0D tensors");
    CHECK_ERROR(THFloatTensor_mv(r, v, v) < 0, TH_ERR,
                "matrix and vector expected, got 1D, 1D");
    CHECK_ERROR(THFloatTensor_mv(r, a, v) < 0, TH_ERR,
                "size mismatch, m: [2 x 3], v: [2]");
    CHECK_ERROR(THFloatTensor_ger(r, a, v) < 0, TH_ERR,
                "vector and vector expected, got 2D, 1D tensors");
    CHECK_ERROR(THFloatTensor_bmm(r, a, a) < 0, TH_ERR,
                "expected 3D tensors, got 2D, 2D");
    CHECK_INT(2, r->nDimension);
    THTensor_free(a);
    THTensor_free(v);
    THTensor_free(r);
    THTensor_free(empty);
}

/* Whatever allocation fails, the call fails cleanly or succeeds. */
static void survives_failing_allocations(void) {
    THTensor *a = newFloatMatrix(4, 5, STRIDED, 0),
             *b = newFloatMatrix(5, 6, STRIDED, 0);
    THTensor *r = newFloatMatrix(4, 6, STRIDED, 0);
    int failures = 0;
    for (int n = 1; n < 20; n++) {
        THAlloc_failAfter(n);
        int status = THFloatTensor_addmm(r, 1, r, 1, a, b);
        THAlloc_failAfter(0);
        CHECK(status == 0 || status == TH_ERR_MEMORY);
        failures += status < 0;
        THError_clear();
    }
    CHECK(failures > 0);
    THTensor_free(a);
    THTensor_free(b);
    THTensor_free(r);
}

int main(void) {
    RUN(productsByte);
    RUN(productsInt);
    RUN(productsLong);
    RUN(productsFloat);
    RUN(productsDouble);
    RUN(large_products_are_split);
    RUN(integer_products_go_by_blocks);
    RUN(beta_zero_reads_nothing);
    RUN(results_may_be_operands);
    RUN(batches);
    RUN(outer_products_and_bias);
    RUN(errors_name_the_sizes);
    RUN(survives_failing_allocations);
    return TEST_RESULT;
}
