/* Linear algebra: what is checked before LAPACK is called, and, where an OpenBLAS is
 * found (on LD_LIBRARY_PATH), results by reconstruction. Sizes and layouts are tested
 * from Python. */
#include <TH/TH.h>

#include <math.h>

#include "th_test.h"

static THTensor *new_matrix(int64_t rows, int64_t columns, const double *elements) {
    THTensor *t = THTensor_newWithSize(TH_DOUBLE, SIZES(rows, columns));
    for (int64_t i = 0; elements && i < rows * columns; i++)
        ((double *)t->storage->data)[i] = elements[i];
    return t;
}

static THTensor *new_empty(void) {
    return THTensor_new(TH_DOUBLE);
}

static double distance(THTensor *a, THTensor *b) {
    return THDoubleTensor_dist(a, b, 2);
}

static const double SYMMETRIC[9] = {4, 1, 2, 1, 5, 3, 2, 3, 6};
static const double SINGULAR[9] = {1, 2, 3, 2, 4, 6, 1, 0, 1};

static int has_lapack(void) {
    THTensor *a = new_matrix(3, 3, SYMMETRIC), *r = new_empty();
    int status = THDoubleTensor_getri(r, a);
    if (status < 0)
        CHECK(strstr(THError_message(), "Lapack library not found") != NULL);
    THError_clear();
    THTensor_free(a);
    THTensor_free(r);
    return status == 0;
}

static void test_checks(void) {
    THTensor *a = new_matrix(3, 3, SYMMETRIC), *wide = new_matrix(2, 3, SYMMETRIC);
    THTensor *r = new_empty(), *s = new_empty(), *v = new_empty(), *none = new_empty();
    THTensor *batch = THTensor_newWithSize(TH_DOUBLE, SIZES(2, 3, 3));
    THTensor *pivots = THTensor_new(TH_INT);
    CHECK_ERROR(THDoubleTensor_getri(r, wide) < 0, TH_ERR,
                "A should be square, but is 2x3");
    CHECK_ERROR(THDoubleTensor_getri(r, none) < 0, TH_ERR,
                "A should have 2 dimensions, but has 0");
    CHECK_ERROR(THDoubleTensor_gesv(r, NULL, wide, a) < 0, TH_ERR,
                "A,b size incompatible - A has 3 rows, b has 2");
    CHECK_ERROR(THDoubleTensor_gels(r, s, none, a) < 0, TH_ERR,
                "B should have 1 or 2 dimensions, but has 0");
    CHECK_ERROR(THDoubleTensor_potrf(r, a, "X") < 0, TH_ERR_VALUE,
                "uplo should begin with one of the letters UL, not 'X'");
    CHECK_ERROR(THDoubleTensor_potrf(r, a, NULL) < 0, TH_ERR_VALUE,
                "uplo should begin with one of the letters UL, not ''");
    CHECK_ERROR(THDoubleTensor_gesvd(r, s, v, a, "") < 0, TH_ERR_VALUE,
                "jobu should begin with one of the letters SA, not ''");
    CHECK_ERROR(THDoubleTensor_orgqr(r, wide, a) < 0, TH_ERR,
                "tau should have 1 dimension, but has 2");
    CHECK_ERROR(THDoubleTensor_btrifact(r, pivots, NULL, 1, a) < 0, TH_ERR,
                "expected 3D tensor, got 2D");
    CHECK_ERROR(THDoubleTensor_btrisolve(r, wide, batch, pivots) < 0, TH_ERR,
                "LU_pivots should have size [2 x 3], but has []");
    CHECK_INT(0, r->nDimension + s->nDimension + v->nDimension + pivots->nDimension);
    THTensor *all[] = {a, wide, r, s, v, none, batch, pivots};
    for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
        THTensor_free(all[i]);
}

static void test_solve(void) {
    THTensor *a = new_matrix(3, 3, SYMMETRIC), *b = new_matrix(3, 1, SYMMETRIC);
    THTensor *x = new_empty(), *product = new_empty(), *factor = new_empty();
    CHECK_INT(0, THDoubleTensor_gesv(x, NULL, b, a));
    CHECK_INT(0, THDoubleTensor_mm(product, a, x));
    CHECK(distance(product, b) < 1e-12);
    CHECK_INT(0, THDoubleTensor_potrf(factor, a, "U"));
    CHECK_INT(0, THDoubleTensor_potrs(x, b, factor, "U"));
    CHECK_INT(0, THDoubleTensor_mm(product, a, x));
    CHECK(distance(product, b) < 1e-12);
    THTensor *singular = new_matrix(3, 3, SINGULAR);
    CHECK_ERROR(THDoubleTensor_gesv(x, factor, b, singular) < 0, TH_ERR,
                "Lapack Error gesv : U(3,3) is 0, U is singular");
    THTensor *all[] = {a, b, x, product, factor, singular};
    for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
        THTensor_free(all[i]);
}

/* Larger than one block of columns, so that several threads share the work. */
static void test_decompositions(void) {
    enum { N = 150 };
    THTensor *a = new_matrix(N, N, NULL), *r = new_empty(), *s = new_empty();
    THTensor *v = new_empty(), *product = new_empty(), *left = new_empty();
    for (int i = 0; i < N * N; i++)
        ((double *)a->storage->data)[i] = sin(i / N * (i % N) + i / N + i % N);
    CHECK_INT(0, THDoubleTensor_qr(r, s, a));
    CHECK_INT(0, THDoubleTensor_mm(product, r, s));
    CHECK(distance(product, a) < 1e-10);
    for (int symmetric = 0; symmetric < 2; symmetric++) {
        if (symmetric)
            CHECK_INT(0, THDoubleTensor_syev(s, r, a, "V", "U"));
        else
            CHECK_INT(0, THDoubleTensor_gesvd(r, s, v, a, "S"));
        THTensor *scale = THTensor_newUnsqueeze(s, 0);
        THTensor *right = THTensor_newT(symmetric ? r : v);
        CHECK_INT(0, THDoubleTensor_cmul(left, r, scale));
        CHECK_INT(0, THDoubleTensor_mm(product, left, right));
        CHECK(distance(product, a) < 1e-10);
        THTensor_free(scale);
        THTensor_free(right);
    }
    THTensor *all[] = {a, r, s, v, product, left};
    for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
        THTensor_free(all[i]);
}

int main(void) {
    RUN(test_checks);
    if (has_lapack()) {
        RUN(test_solve);
        RUN(test_decompositions);
    }
    return TEST_RESULT;
}
