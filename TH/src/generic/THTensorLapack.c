/* Linear algebra by LAPACK. Types: float and double.
 *
 * LAPACK wants matrices stored by columns and overwrites them. Every function checks
 * its arguments, works on such copies, held by a Scratch, and stores the results when
 * all has gone well; so operands may be strided, results may be operands, and nothing
 * changes on failure. Routines that iterate might never end on NaN or infinity, which
 * are therefore looked for first. */
#include <TH/TH.h>

#include "THGenerate.h"

#if TH_REAL_FLOATING
#include <float.h>
#include <limits.h>
#include <string.h>

#include "THLapack.h"
#include "THTensorTemp.h"

#if defined(TH_GENERATE_Float)
#define REAL_MAX FLT_MAX
#else
#define REAL_MAX DBL_MAX
#endif

/* Elements of all matrices of a batch from which more threads pay. */
#define BATCH_GRAIN 4096

/* --- temporaries ----------------------------------------------------------------- */

/* The temporaries of one call, dropped together. */
typedef struct Scratch {
    THTensor *held[8];
    int n, failed; /* an allocation or a copy has failed */
} Scratch;

/* Takes over t, or notes that it is NULL. */
static THTensor *hold(Scratch *s, THTensor *t) {
    if (t)
        s->held[s->n++] = t;
    else
        s->failed = 1;
    return t;
}

/* Drops everything; returns `status`. */
static int drop(Scratch *s, int status) {
    for (int i = 0; i < s->n; i++)
        THTensor_free(s->held[i]);
    return status;
}

/* A new matrix stored by columns. */
static THTensor *hold_matrix(Scratch *s, int64_t rows, int64_t columns) {
    int64_t size[2] = {rows, columns}, stride[2] = {1, rows};
    return hold(s, THTensor_newWithStorage(TH_REAL_DTYPE, NULL, 0, 2, size, stride));
}

static THTensor *hold_vector(Scratch *s, int64_t n) {
    return hold(s, THTensor_newWithSize(TH_REAL_DTYPE, 1, &n));
}

static THTensor *hold_ints(Scratch *s, int64_t n) {
    return hold(s, THTensor_newWithSize(TH_INT, 1, &n));
}

static int *ints_of(THTensor *t) {
    return (int *)t->storage->data + t->storageOffset;
}

/* t as a matrix: a vector becomes a column. */
static THTensor *hold_as_matrix(Scratch *s, THTensor *t) {
    return hold(s, t->nDimension == 1 ? THTensor_newUnsqueeze(t, 1)
                                      : THTensor_newWithTensor(t));
}

/* A copy of a matrix or vector, stored by columns, in the first rows of a matrix with
 * `rows` rows. The others are zeros. */
static THTensor *hold_copy_rows(Scratch *s, THTensor *t, int64_t rows) {
    THTensor *from = hold_as_matrix(s, t);
    THTensor *copy = from ? hold_matrix(s, rows, from->size[1]) : NULL;
    if (!copy)
        return NULL;
    THTensor *to = copy;
    if (rows > from->size[0]) {
        s->failed |= THTensor_(zero)(copy) < 0;
        to = hold(s, THTensor_newNarrow(copy, 0, 0, from->size[0]));
    }
    s->failed |= !to || THTensor_(copy)(to, from) < 0;
    return copy;
}

static THTensor *hold_copy(Scratch *s, THTensor *t) {
    return hold_copy_rows(s, t, t->size[0]);
}

/* Workspace of the size that a routine answered to a query; one that is beyond the
 * range of its ints fails. */
static THTensor *hold_work(Scratch *s, real query, int *lwork) {
    if (!(query < (real)INT_MAX)) {
        THError_set(TH_ERR, "matrix is too large for LAPACK");
        s->failed = 1;
        return NULL;
    }
    /* A float may have rounded the number of a large workspace down. */
    *lwork = query < 1 << 22 ? (int)query + 1 : (int)((double)query * (1 + 1e-6));
    return hold_vector(s, *lwork);
}

/* Puts a result into r. A tensor that never had elements takes over the memory; one
 * that has the right size keeps its layout. */
static int store(THTensor *r, THTensor *result) {
    if (!r->storage)
        return THTensor_set(r, result);
    if (!THTensor_isSameSizeAs(r, result))
        TH_TRY(THTensor_resize(r, result->nDimension, result->size, result->stride));
    return THTensor_(copy)(r, result);
}

static int store_ints(THIntTensor *r, THIntTensor *result) {
    TH_TRY(THTensor_resizeAs(r, result));
    return THIntTensor_copy(r, result);
}

static int make_empty(THTensor *r) {
    return THTensor_resize(r, 0, NULL, NULL);
}

/* --- checks ---------------------------------------------------------------------- */

static int check_matrix(const THTensor *a) {
    if (a->nDimension != 2)
        TH_FAIL(TH_ERR, "A should have 2 dimensions, but has %d", a->nDimension);
    if (a->size[0] > INT_MAX || a->size[1] > INT_MAX)
        TH_FAIL(TH_ERR, "A is too large for LAPACK: %lldx%lld", (long long)a->size[0],
                (long long)a->size[1]);
    return 0;
}

static int check_square(const THTensor *a) {
    TH_TRY(check_matrix(a));
    if (a->size[0] != a->size[1])
        TH_FAIL(TH_ERR, "A should be square, but is %lldx%lld", (long long)a->size[0],
                (long long)a->size[1]);
    return 0;
}

/* b holds right-hand sides for a. */
static int check_system(const THTensor *b, const THTensor *a) {
    if (b->nDimension != 1 && b->nDimension != 2)
        TH_FAIL(TH_ERR, "B should have 1 or 2 dimensions, but has %d", b->nDimension);
    if (b->size[0] != a->size[0])
        TH_FAIL(TH_ERR, "A,b size incompatible - A has %lld rows, b has %lld",
                (long long)a->size[0], (long long)b->size[0]);
    if (b->nDimension == 2 && b->size[1] > INT_MAX)
        TH_FAIL(TH_ERR, "b is too large for LAPACK: %lld columns",
                (long long)b->size[1]);
    return 0;
}

static int check_letter(const char *name, const char *letter, const char *allowed) {
    if (!letter || !*letter || !strchr(allowed, *letter))
        TH_FAIL(TH_ERR_VALUE, "%s should begin with one of the letters %s, not '%s'",
                name, allowed, letter ? letter : "");
    return 0;
}

/* The elements of a tensor without gaps in its memory. */
static int check_finite(const char *name, THTensor *a) {
    const real *data = TH_DATA(a);
    int64_t n = THTensor_nElement(a);
    int bad = 0;
    for (int64_t i = 0; i < n; i++)
        bad |= !(data[i] >= -REAL_MAX && data[i] <= REAL_MAX);
    if (bad)
        TH_FAIL(TH_ERR, "Lapack Error %s : the matrix contains NaN or infinity", name);
    return 0;
}

/* LAPACK's `info` as a status; what follows the name is the message if info > 0. */
#define STATUS_OF(info, name, ...)                                                     \
    ((info) == 0 ? 0                                                                   \
     : (info) < 0                                                                      \
         ? THError_set(TH_ERR, "Lapack Error in " name " : Illegal Argument %d",       \
                       -(info))                                                        \
         : THError_set(TH_ERR, "Lapack Error " name " : " __VA_ARGS__))

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

/* Makes a square matrix symmetric with the values of the triangle that uplo names. */
static void copy_triangle(THTensor *t, char uplo) {
    int64_t n = t->size[0];
    real *data = TH_DATA(t);
    for (int64_t j = 0; j < n; j++)
        for (int64_t i = 0; i < j; i++)
            if (uplo == 'U')
                data[j + i * n] = data[i + j * n];
            else
                data[i + j * n] = data[j + i * n];
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

/* --- inverse and orthogonal factors ---------------------------------------------- */

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

/* Overwrites a matrix stored by columns with its factors and fills tau. */
static int factor_qr(Scratch *s, THTensor *a, THTensor *tau) {
    int m = (int)a->size[0], n = (int)a->size[1], lwork = -1, info;
    real query;
    lapack.geqrf(&m, &n, TH_DATA(a), &m, TH_DATA(tau), &query, &lwork, &info);
    THTensor *work = hold_work(s, query, &lwork);
    if (!work)
        return THError_pending();
    lapack.geqrf(&m, &n, TH_DATA(a), &m, TH_DATA(tau), TH_DATA(work), &lwork, &info);
    return STATUS_OF(info, "geqrf", "unknown Lapack error. info = %d", info);
}

/* Overwrites the first columns of a, from geqrf, with as many columns of Q. */
static int make_q(Scratch *s, THTensor *a, int columns, THTensor *tau) {
    int m = (int)a->size[0], k = (int)tau->size[0], lwork = -1, info;
    real query;
    lapack.orgqr(&m, &columns, &k, TH_DATA(a), &m, TH_DATA(tau), &query, &lwork, &info);
    THTensor *work = hold_work(s, query, &lwork);
    if (!work)
        return THError_pending();
    lapack.orgqr(&m, &columns, &k, TH_DATA(a), &m, TH_DATA(tau), TH_DATA(work), &lwork,
                 &info);
    return STATUS_OF(info, "orgqr", "unknown Lapack error. info = %d", info);
}

int THTensor_(qr)(THTensor *rq, THTensor *rr, THTensor *a) {
    TH_TRY(check_matrix(a));
    TH_TRY(need_lapack("qr"));
    Scratch s = {.n = 0};
    int64_t m = a->size[0], n = a->size[1], k = m < n ? m : n;
    THTensor *q = hold_copy(&s, a), *tau = hold_vector(&s, k);
    THTensor *r = hold_matrix(&s, k, n);
    if (s.failed)
        return drop(&s, THError_pending());
    int status = factor_qr(&s, q, tau);
    for (int64_t j = 0; status >= 0 && j < n; j++) {
        int64_t filled = j < k ? j + 1 : k;
        real *column = TH_DATA(r) + j * k;
        memcpy(column, TH_DATA(q) + j * m, (size_t)filled * sizeof(real));
        memset(column + filled, 0, (size_t)(k - filled) * sizeof(real));
    }
    if (status >= 0)
        status = make_q(&s, q, (int)k, tau);
    THTensor *narrow = status >= 0 ? hold(&s, THTensor_newNarrow(q, 1, 0, k)) : NULL;
    if (status >= 0)
        status = narrow ? store(rq, narrow) : THError_pending();
    if (status >= 0)
        status = store(rr, r);
    return drop(&s, status);
}

int THTensor_(geqrf)(THTensor *ra, THTensor *rtau, THTensor *a) {
    TH_TRY(check_matrix(a));
    TH_TRY(need_lapack("geqrf"));
    Scratch s = {.n = 0};
    int64_t m = a->size[0], n = a->size[1];
    THTensor *factor = hold_copy(&s, a), *tau = hold_vector(&s, m < n ? m : n);
    if (s.failed)
        return drop(&s, THError_pending());
    int status = factor_qr(&s, factor, tau);
    if (status >= 0)
        status = store(ra, factor);
    if (status >= 0)
        status = store(rtau, tau);
    return drop(&s, status);
}

/* a and tau come from geqrf. */
static int check_reflectors(const THTensor *a, const THTensor *tau) {
    TH_TRY(check_matrix(a));
    if (tau->nDimension != 1)
        TH_FAIL(TH_ERR, "tau should have 1 dimension, but has %d", tau->nDimension);
    if (tau->size[0] > a->size[0] || tau->size[0] > a->size[1])
        TH_FAIL(TH_ERR, "tau has %lld elements, too many for A of %lldx%lld",
                (long long)tau->size[0], (long long)a->size[0], (long long)a->size[1]);
    return 0;
}

int THTensor_(orgqr)(THTensor *ra, THTensor *a, THTensor *tau) {
    TH_TRY(check_reflectors(a, tau));
    TH_TRY(need_lapack("orgqr"));
    Scratch s = {.n = 0};
    int64_t columns = a->size[0] < a->size[1] ? a->size[0] : a->size[1];
    THTensor *narrow = hold(&s, THTensor_newNarrow(a, 1, 0, columns));
    THTensor *q = narrow ? hold_copy(&s, narrow) : NULL;
    THTensor *factors = hold(&s, new_contiguous(tau));
    if (s.failed)
        return drop(&s, THError_pending());
    int status = make_q(&s, q, (int)columns, factors);
    if (status >= 0)
        status = store(ra, q);
    return drop(&s, status);
}

int THTensor_(ormqr)(THTensor *ra, THTensor *a, THTensor *tau, THTensor *c,
                     const char *side, const char *trans) {
    TH_TRY(check_letter("side", side, "LR"));
    TH_TRY(check_letter("trans", trans, "NT"));
    TH_TRY(check_reflectors(a, tau));
    if (c->nDimension != 2)
        TH_FAIL(TH_ERR, "C should have 2 dimensions, but has %d", c->nDimension);
    if (c->size[*side == 'R'] != a->size[0])
        TH_FAIL(TH_ERR, "A,C size incompatible - A has %lld rows, C is %lldx%lld",
                (long long)a->size[0], (long long)c->size[0], (long long)c->size[1]);
    if (c->size[*side == 'L'] > INT_MAX)
        TH_FAIL(TH_ERR, "C is too large for LAPACK: %lldx%lld", (long long)c->size[0],
                (long long)c->size[1]);
    TH_TRY(need_lapack("ormqr"));
    Scratch s = {.n = 0};
    THTensor *reflectors = hold_copy(&s, a), *product = hold_copy(&s, c);
    THTensor *factors = hold(&s, new_contiguous(tau));
    if (s.failed)
        return drop(&s, THError_pending());
    int m = (int)c->size[0], n = (int)c->size[1], k = (int)tau->size[0];
    int lda = (int)a->size[0], lwork = -1, info;
    real query;
    lapack.ormqr(side, trans, &m, &n, &k, TH_DATA(reflectors), &lda, TH_DATA(factors),
                 TH_DATA(product), &m, &query, &lwork, &info, 1, 1);
    THTensor *work = hold_work(&s, query, &lwork);
    if (s.failed)
        return drop(&s, THError_pending());
    lapack.ormqr(side, trans, &m, &n, &k, TH_DATA(reflectors), &lda, TH_DATA(factors),
                 TH_DATA(product), &m, TH_DATA(work), &lwork, &info, 1, 1);
    int status = STATUS_OF(info, "ormqr", "unknown Lapack error. info = %d", info);
    if (status >= 0)
        status = store(ra, product);
    return drop(&s, status);
}

/* --- eigenvalues and singular values --------------------------------------------- */

int THTensor_(syev)(THTensor *re, THTensor *rv, THTensor *a, const char *jobz,
                    const char *uplo) {
    TH_TRY(check_letter("jobz", jobz, "NV"));
    TH_TRY(check_letter("uplo", uplo, "UL"));
    TH_TRY(check_square(a));
    TH_TRY(need_lapack("syev"));
    Scratch s = {.n = 0};
    int n = (int)a->size[0], lwork = -1, liwork = -1, iquery, info;
    real query;
    THTensor *vectors = hold_copy(&s, a), *values = hold_vector(&s, n);
    if (s.failed)
        return drop(&s, THError_pending());
    copy_triangle(vectors, *uplo);
    int status = check_finite("syev", vectors);
    if (status < 0)
        return drop(&s, status);
    lapack.syevd(jobz, uplo, &n, TH_DATA(vectors), &n, TH_DATA(values), &query, &lwork,
                 &iquery, &liwork, &info, 1, 1);
    THTensor *work = hold_work(&s, query, &lwork), *iwork = hold_ints(&s, iquery);
    if (s.failed)
        return drop(&s, THError_pending());
    liwork = iquery;
    lapack.syevd(jobz, uplo, &n, TH_DATA(vectors), &n, TH_DATA(values), TH_DATA(work),
                 &lwork, ints_of(iwork), &liwork, &info, 1, 1);
    status = STATUS_OF(info, "syev", "%d off-diagonal elements didn't converge to zero",
                       info);
    if (status >= 0)
        status = store(re, values);
    if (status >= 0)
        status = *jobz == 'V' ? store(rv, vectors) : make_empty(rv);
    return drop(&s, status);
}

int THTensor_(geev)(THTensor *re, THTensor *rv, THTensor *a, const char *jobvr) {
    TH_TRY(check_letter("jobvr", jobvr, "NV"));
    TH_TRY(check_square(a));
    TH_TRY(need_lapack("geev"));
    Scratch s = {.n = 0};
    int n = (int)a->size[0], one = 1, lwork = -1, info;
    real query;
    THTensor *copy = hold_copy(&s, a), *values = hold_matrix(&s, n, 2);
    THTensor *vectors = *jobvr == 'V' ? hold_matrix(&s, n, n) : NULL;
    if (s.failed)
        return drop(&s, THError_pending());
    int status = check_finite("geev", copy);
    if (status < 0)
        return drop(&s, status);
    real *wr = TH_DATA(values), *wi = wr + n, *vr = vectors ? TH_DATA(vectors) : NULL;
    lapack.geev("N", jobvr, &n, TH_DATA(copy), &n, wr, wi, NULL, &one, vr, &n, &query,
                &lwork, &info, 1, 1);
    THTensor *work = hold_work(&s, query, &lwork);
    if (s.failed)
        return drop(&s, THError_pending());
    lapack.geev("N", jobvr, &n, TH_DATA(copy), &n, wr, wi, NULL, &one, vr, &n,
                TH_DATA(work), &lwork, &info, 1, 1);
    status = STATUS_OF(info, "geev", "%d off-diagonal elements didn't converge to zero",
                       info);
    if (status >= 0)
        status = store(re, values);
    if (status >= 0)
        status = vectors ? store(rv, vectors) : make_empty(rv);
    return drop(&s, status);
}

/* LAPACK gives v transposed; its divide and conquer (gesdd) is the same factorization
 * as gesvd, faster. */
int THTensor_(gesvd)(THTensor *ru, THTensor *rs, THTensor *rv, THTensor *a,
                     const char *jobu) {
    TH_TRY(check_letter("jobu", jobu, "SA"));
    TH_TRY(check_matrix(a));
    TH_TRY(need_lapack("gesvd"));
    Scratch s = {.n = 0};
    int m = (int)a->size[0], n = (int)a->size[1], k = m < n ? m : n, lwork = -1, info;
    int all = *jobu == 'A', rows = all ? n : k;
    real query;
    THTensor *copy = hold_copy(&s, a), *values = hold_vector(&s, k);
    THTensor *u = hold_matrix(&s, m, all ? m : k), *vt = hold_matrix(&s, rows, n);
    THTensor *v = vt ? hold(&s, THTensor_newT(vt)) : NULL;
    THTensor *iwork = hold_ints(&s, 8 * (int64_t)k);
    if (s.failed)
        return drop(&s, THError_pending());
    int status = check_finite("gesvd", copy);
    if (status < 0)
        return drop(&s, status);
    lapack.gesdd(jobu, &m, &n, TH_DATA(copy), &m, TH_DATA(values), TH_DATA(u), &m,
                 TH_DATA(vt), &rows, &query, &lwork, ints_of(iwork), &info, 1);
    THTensor *work = hold_work(&s, query, &lwork);
    if (s.failed)
        return drop(&s, THError_pending());
    lapack.gesdd(jobu, &m, &n, TH_DATA(copy), &m, TH_DATA(values), TH_DATA(u), &m,
                 TH_DATA(vt), &rows, TH_DATA(work), &lwork, ints_of(iwork), &info, 1);
    status = STATUS_OF(info, "gesvd", "%d superdiagonals failed to converge", info);
    if (status >= 0)
        status = store(ru, u);
    if (status >= 0)
        status = store(rs, values);
    if (status >= 0)
        status = store(rv, v);
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
