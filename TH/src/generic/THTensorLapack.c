/* Linear systems, inverses and definite matrices by LAPACK. Types: float and double.
 *
 * LAPACK wants matrices stored by columns and overwrites them. Every function checks
 * its arguments, works on such copies, held by a Scratch, and stores the results when
 * all has gone well; so operands may be strided, results may be operands, and nothing
 * changes on failure. */
#include <TH/TH.h>

#include "THGenerate.h"

#if TH_REAL_FLOATING
#include "THLapackTemp.h"

/* Elements of all matrices of a batch from which more threads pay. */
#define BATCH_GRAIN 4096

/* --- linear systems -------------------------------------------------------------- */

int THTensor_(gesv)(THTensor *rb, THTensor *ra, THTensor *b, THTensor *a) {
    TH_TRY(check_square(a));
    TH_TRY(check_system(b, a));
    TH_TRY(need_lapack("gesv"));
    Scratch s = {.n = 0};
    int n = (int)a->size[0], info;
    THTensor *lu = hold_copy(&s, a), *x = hold_copy(&s, b), *pivots = hold_ints(&s, n);
    if (s.failed)
        return drop(&s, THError_pending());
    int k = (int)x->size[1];
    lapack.getrf(&n, &n, TH_DATA(lu), &n, ints_of(pivots), &info);
    int status = STATUS_OF(info, "gesv", "U(%d,%d) is 0, U is singular", info, info);
    if (status >= 0) {
        lapack.getrs("N", &n, &k, TH_DATA(lu), &n, ints_of(pivots), TH_DATA(x), &n,
                     &info, 1);
        status = store(rb, x);
    }
    if (status >= 0 && ra)
        status = store(ra, lu);
    return drop(&s, status);
}

int THTensor_(trtrs)(THTensor *rb, THTensor *ra, THTensor *b, THTensor *a,
                     const char *uplo, const char *trans, const char *diag) {
    TH_TRY(check_letter("uplo", uplo, "UL"));
    TH_TRY(check_letter("trans", trans, "NT"));
    TH_TRY(check_letter("diag", diag, "NU"));
    TH_TRY(check_square(a));
    TH_TRY(check_system(b, a));
    TH_TRY(need_lapack("trtrs"));
    Scratch s = {.n = 0};
    int n = (int)a->size[0], info;
    THTensor *factor = hold_copy(&s, a), *x = hold_copy(&s, b);
    if (s.failed)
        return drop(&s, THError_pending());
    int k = (int)x->size[1];
    lapack.trtrs(uplo, trans, diag, &n, &k, TH_DATA(factor), &n, TH_DATA(x), &n, &info,
                 1, 1, 1);
    int status = STATUS_OF(info, "trtrs", "A(%d,%d) is 0, singular A", info, info);
    if (status >= 0)
        status = store(rb, x);
    if (status >= 0 && ra)
        status = store(ra, factor);
    return drop(&s, status);
}

int THTensor_(gels)(THTensor *rb, THTensor *ra, THTensor *b, THTensor *a) {
    TH_TRY(check_matrix(a));
    TH_TRY(check_system(b, a));
    TH_TRY(need_lapack("gels"));
    Scratch s = {.n = 0};
    int m = (int)a->size[0], n = (int)a->size[1], ldb = m > n ? m : n;
    THTensor *factor = hold_copy(&s, a), *x = hold_copy_rows(&s, b, ldb);
    if (s.failed)
        return drop(&s, THError_pending());
    int status = check_finite("gels", factor);
    if (status >= 0)
        status = check_finite("gels", x);
    if (status < 0)
        return drop(&s, status);
    int k = (int)x->size[1], lwork = -1, info;
    real query;
    lapack.gels("N", &m, &n, &k, TH_DATA(factor), &m, TH_DATA(x), &ldb, &query, &lwork,
                &info, 1);
    THTensor *work = hold_work(&s, query, &lwork);
    if (s.failed)
        return drop(&s, THError_pending());
    lapack.gels("N", &m, &n, &k, TH_DATA(factor), &m, TH_DATA(x), &ldb, TH_DATA(work),
                &lwork, &info, 1);
    status = STATUS_OF(info, "gels",
                       "the %d-th diagonal element of the triangular factor of A is 0",
                       info);
    if (status >= 0)
        status = store(rb, x);
    if (status >= 0)
        status = store(ra, factor);
    return drop(&s, status);
}

/* --- positive definite matrices -------------------------------------------------- */

/* Zeros in the triangle of a square matrix, stored by columns, that uplo does not name.
 */
static void clear_other_triangle(THTensor *t, char uplo) {
    int64_t n = t->size[0];
    real *column = TH_DATA(t);
    for (int64_t j = 0; j < n; j++, column += n)
        if (uplo == 'U')
            memset(column + j + 1, 0, (size_t)(n - j - 1) * sizeof(real));
        else
            memset(column, 0, (size_t)j * sizeof(real));
}

int THTensor_(potrf)(THTensor *ra, THTensor *a, const char *uplo) {
    TH_TRY(check_letter("uplo", uplo, "UL"));
    TH_TRY(check_square(a));
    TH_TRY(need_lapack("potrf"));
    Scratch s = {.n = 0};
    int n = (int)a->size[0], info;
    THTensor *factor = hold_copy(&s, a);
    if (s.failed)
        return drop(&s, THError_pending());
    lapack.potrf(uplo, &n, TH_DATA(factor), &n, &info, 1);
    int status = STATUS_OF(
        info, "potrf", "the leading minor of order %d is not positive definite", info);
    if (status >= 0) {
        clear_other_triangle(factor, *uplo);
        status = store(ra, factor);
    }
    return drop(&s, status);
}

int THTensor_(potrs)(THTensor *rb, THTensor *b, THTensor *a, const char *uplo) {
    TH_TRY(check_letter("uplo", uplo, "UL"));
    TH_TRY(check_square(a));
    TH_TRY(check_system(b, a));
    TH_TRY(need_lapack("potrs"));
    Scratch s = {.n = 0};
    int n = (int)a->size[0], info;
    THTensor *factor = hold_copy(&s, a), *x = hold_copy(&s, b);
    if (s.failed)
        return drop(&s, THError_pending());
    int k = (int)x->size[1];
    lapack.potrs(uplo, &n, &k, TH_DATA(factor), &n, TH_DATA(x), &n, &info, 1);
    int status =
        STATUS_OF(info, "potrs", "A(%d,%d) is 0, A cannot be factorized", info, info);
    if (status >= 0)
        status = store(rb, x);
    return drop(&s, status);
}

int THTensor_(potri)(THTensor *ra, THTensor *a, const char *uplo) {
    TH_TRY(check_letter("uplo", uplo, "UL"));
    TH_TRY(check_square(a));
    TH_TRY(need_lapack("potri"));
    Scratch s = {.n = 0};
    int n = (int)a->size[0], info;
    THTensor *inverse = hold_copy(&s, a);
    if (s.failed)
        return drop(&s, THError_pending());
    lapack.potri(uplo, &n, TH_DATA(inverse), &n, &info, 1);
    int status =
        STATUS_OF(info, "potri", "A(%d,%d) is 0, A cannot be factorized", info, info);
    if (status >= 0) {
        copy_triangle(inverse, *uplo);
        status = store(ra, inverse);
    }
    return drop(&s, status);
}

int THTensor_(pstrf)(THTensor *ra, THIntTensor *rpiv, THTensor *a, const char *uplo,
                     real tol) {
    TH_TRY(check_letter("uplo", uplo, "UL"));
    TH_TRY(check_square(a));
    TH_TRY(need_lapack("pstrf"));
    Scratch s = {.n = 0};
    int n = (int)a->size[0], rank, info;
    THTensor *factor = hold_copy(&s, a), *pivots = hold_ints(&s, n);
    THTensor *work = hold_vector(&s, 2 * (int64_t)n);
    if (s.failed)
        return drop(&s, THError_pending());
    lapack.pstrf(uplo, &n, TH_DATA(factor), &n, ints_of(pivots), &rank, &tol,
                 TH_DATA(work), &info, 1);
    int status = STATUS_OF(
        info, "pstrf",
        "matrix is rank deficient or not positive semidefinite, rank %d of %d", rank,
        n);
    if (status >= 0) {
        for (int i = 0; i < n; i++)
            ints_of(pivots)[i]--;
        clear_other_triangle(factor, *uplo);
        status = store(ra, factor);
    }
    if (status >= 0)
        status = store_ints(rpiv, pivots);
    return drop(&s, status);
}

/* --- inverse */

int THTensor_(getri)(THTensor *ra, THTensor *a) {
    TH_TRY(check_square(a));
    TH_TRY(need_lapack("getri"));
    Scratch s = {.n = 0};
    int n = (int)a->size[0], lwork = -1, info;
    real query;
    THTensor *inverse = hold_copy(&s, a), *pivots = hold_ints(&s, n), *work = NULL;
    if (!s.failed) {
        lapack.getri(&n, TH_DATA(inverse), &n, ints_of(pivots), &query, &lwork, &info);
        work = hold_work(&s, query, &lwork);
    }
    if (s.failed)
        return drop(&s, THError_pending());
    lapack.getrf(&n, &n, TH_DATA(inverse), &n, ints_of(pivots), &info);
    int status = STATUS_OF(info, "getrf", "U(%d,%d) is 0, U is singular", info, info);
    if (status >= 0) {
        lapack.getri(&n, TH_DATA(inverse), &n, ints_of(pivots), TH_DATA(work), &lwork,
                     &info);
        status = STATUS_OF(info, "getri", "U(%d,%d) is 0, U is singular", info, info);
    }
    if (status >= 0)
        status = store(ra, inverse);
    return drop(&s, status);
}

/* --- batches --------------------------------------------------------------------- */

typedef struct BatchJob {
    real *a, *b;
    int *pivots, *info;
    int n, k, pivot;
} BatchJob;

/* LU factors without exchanging rows, of a matrix stored by columns; info as getrf. */
static int factor_unpivoted(int64_t n, real *a) {
    int info = 0;
    for (int64_t j = 0; j < n; j++) {
        real diagonal = a[j + j * n];
        if (diagonal == 0 && !info)
            info = (int)j + 1;
        for (int64_t i = j + 1; diagonal != 0 && i < n; i++)
            a[i + j * n] /= diagonal;
        for (int64_t c = j + 1; c < n; c++)
            for (int64_t i = j + 1; i < n; i++)
                a[i + c * n] -= a[i + j * n] * a[j + c * n];
    }
    return info;
}

static void batch_factor(void *context, int64_t begin, int64_t end) {
    const BatchJob *job = context;
    int64_t n = job->n;
    for (int64_t i = begin; i < end; i++) {
        int *pivots = job->pivots + i * n;
        real *a = job->a + i * n * n;
        if (job->pivot) {
            lapack.getrf(&job->n, &job->n, a, &job->n, pivots, &job->info[i]);
            continue;
        }
        job->info[i] = factor_unpivoted(n, a);
        for (int j = 0; j < n; j++)
            pivots[j] = j + 1;
    }
}

static void batch_solve(void *context, int64_t begin, int64_t end) {
    const BatchJob *job = context;
    int64_t n = job->n;
    int info;
    for (int64_t i = begin; i < end; i++)
        lapack.getrs("N", &job->n, &job->k, job->a + i * n * n, &job->n,
                     job->pivots + i * n, job->b + i * n * job->k, &job->n, &info, 1);
}

/* A copy of a batch of matrices, each stored by columns. */
static THTensor *hold_batch(Scratch *s, THTensor *t) {
    int64_t stride[3] = {t->size[1] * t->size[2], 1, t->size[1]};
    THTensor *copy =
        hold(s, THTensor_newWithStorage(TH_REAL_DTYPE, NULL, 0, 3, t->size, stride));
    s->failed |= copy && THTensor_(copy)(copy, t) < 0;
    return copy;
}

static int check_batch(const THTensor *a) {
    if (a->nDimension != 3)
        TH_FAIL(TH_ERR, "expected 3D tensor, got %dD", a->nDimension);
    if (a->size[1] != a->size[2])
        TH_FAIL(TH_ERR, "matrices must be square, but are %lldx%lld",
                (long long)a->size[1], (long long)a->size[2]);
    if (a->size[1] > INT_MAX)
        TH_FAIL(TH_ERR, "matrices are too large for LAPACK: %lldx%lld",
                (long long)a->size[1], (long long)a->size[2]);
    return 0;
}

int THTensor_(btrifact)(THTensor *ra, THIntTensor *rpivots, THIntTensor *rinfo,
                        int pivot, THTensor *a) {
    TH_TRY(check_batch(a));
    TH_TRY(need_lapack("btrifact"));
    Scratch s = {.n = 0};
    int64_t batch = a->size[0], n = a->size[1];
    THTensor *lu = hold_batch(&s, a), *info = hold_ints(&s, batch);
    THTensor *pivots = hold(&s, THTensor_newWithSize(TH_INT, 2, a->size));
    if (s.failed)
        return drop(&s, THError_pending());
    BatchJob job = {TH_DATA(lu), NULL, ints_of(pivots), ints_of(info), (int)n,
                    0,           pivot};
    THParallel_for(batch, 1 + BATCH_GRAIN / (n * n), batch_factor, &job);
    int status = 0;
    for (int64_t i = 0; !rinfo && status >= 0 && i < batch; i++)
        if (job.info[i])
            status = THError_set(TH_ERR,
                                 "failed to factorize batch element %lld (info == %d)",
                                 (long long)i, job.info[i]);
    if (status >= 0)
        status = store(ra, lu);
    if (status >= 0)
        status = store_ints(rpivots, pivots);
    if (status >= 0 && rinfo)
        status = store_ints(rinfo, info);
    return drop(&s, status);
}

int THTensor_(btrisolve)(THTensor *rb, THTensor *b, THTensor *atf,
                         THIntTensor *pivots) {
    char text[TH_SHAPE_TEXT], other[TH_SHAPE_TEXT];
    TH_TRY(check_batch(atf));
    int64_t batch = atf->size[0], n = atf->size[1];
    if (b->nDimension != 2 && b->nDimension != 3)
        TH_FAIL(TH_ERR, "expected 2D or 3D tensor, got %dD", b->nDimension);
    if (b->size[0] != batch || b->size[1] != n)
        TH_FAIL(TH_ERR, "b %s and LU_data %s do not agree in batch and rows",
                THTensor_shapeText(text, b), THTensor_shapeText(other, atf));
    if (b->nDimension == 3 && b->size[2] > INT_MAX)
        TH_FAIL(TH_ERR, "b is too large for LAPACK: %s", THTensor_shapeText(text, b));
    if (pivots->nDimension != 2 || pivots->size[0] != batch || pivots->size[1] != n)
        TH_FAIL(TH_ERR, "LU_pivots should have size [%lld x %lld], but has %s",
                (long long)batch, (long long)n, THTensor_shapeText(text, pivots));
    TH_TRY(need_lapack("btrisolve"));
    Scratch s = {.n = 0};
    THTensor *lu = hold_batch(&s, atf);
    THTensor *order = hold(&s, THTensor_newWithSize(TH_INT, 2, pivots->size));
    THTensor *columns = hold(&s, b->nDimension == 2 ? THTensor_newUnsqueeze(b, 2)
                                                    : THTensor_newWithTensor(b));
    THTensor *x = columns ? hold_batch(&s, columns) : NULL;
    THTensor *result = !x                   ? NULL
                       : b->nDimension == 2 ? hold(&s, THTensor_newSqueezeDim(x, 2))
                                            : x;
    if (!s.failed)
        s.failed |= THIntTensor_copy(order, pivots) < 0;
    if (s.failed)
        return drop(&s, THError_pending());
    BatchJob job = {TH_DATA(lu),     TH_DATA(x), ints_of(order), NULL, (int)n,
                    (int)x->size[2], 1};
    for (int64_t i = 0; i < batch * n; i++)
        if (job.pivots[i] < 1 || job.pivots[i] > n)
            return drop(&s,
                        THError_set(TH_ERR, "LU_pivots holds %d, expected 1 to %lld",
                                    job.pivots[i], (long long)n));
    THParallel_for(batch, 1 + BATCH_GRAIN / (n * n), batch_solve, &job);
    return drop(&s, store(rb, result));
}
#endif
