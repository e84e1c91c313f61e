/* Orthogonal factors, eigenvalues and singular values by LAPACK. Types: float and
 * double. THTensorLapack.c tells how these functions work.
 *
 * OpenBLAS runs on one thread: where columns of a matrix are transformed independently
 * of each other, the threads share them. Routines that iterate might never end on NaN
 * or infinity, which are therefore looked for first. */
#include <TH/TH.h>

#include "THGenerate.h"

#if TH_REAL_FLOATING
#include "THLapackTemp.h"

/* Columns of a panel of reflectors, columns that a thread takes at once, and
 * multiply-adds from which more threads pay. */
enum { PANEL = 32, PIECE = 64 };
#define WORK_GRAIN 1e6

/* --- QR ----------------------------------------------------------------------------
 */

/* Panels of reflectors applied to columns of c; with identity, c is a unit matrix, of
 * which reflectors right of a column leave the column as it is. */
typedef struct Reflection {
    const char *trans;
    int rows, reflectors; /* of v */
    const real *v;        /* reflectors below the diagonal */
    const real *t;        /* their triangular factors, PANEL x PANEL for each panel */
    int first, last;      /* panels first <= p < last, the last one first */
    real *c;
    int from, columns; /* columns from <= j < columns of c */
    int identity;
    real *work; /* PANEL x columns */
} Reflection;

static void reflect_pieces(void *context, int64_t begin, int64_t end) {
    const Reflection *r = context;
    const int ldt = PANEL;
    for (int64_t i = begin; i < end; i++) {
        int from = r->from + (int)i * PIECE, left = r->columns - from;
        int width = left < PIECE ? left : PIECE;
        for (int p = r->last - 1; p >= r->first; p--) {
            int row = p * PANEL, rows = r->rows - row, k = r->reflectors - row;
            k = k < PANEL ? k : PANEL;
            if (r->identity && row >= from + width)
                continue;
            lapack.larfb("L", r->trans, "F", "C", &rows, &width, &k,
                         r->v + row + (int64_t)row * r->rows, &r->rows,
                         r->t + (int64_t)p * PANEL * PANEL, &ldt,
                         r->c + row + (int64_t)from * r->rows, &r->rows,
                         r->work + (int64_t)from * PANEL, &width, 1, 1, 1, 1);
        }
    }
}

static void reflect(Reflection *r) {
    int columns = r->columns - r->from;
    double work = (double)r->rows * columns * PANEL * (r->last - r->first);
    if (columns > 0)
        THParallel_for((columns + PIECE - 1) / PIECE, work < WORK_GRAIN ? INT_MAX : 1,
                       reflect_pieces, r);
}

/* Overwrites a with reflectors and R, and fills t as Reflection wants it. Panel by
 * panel: one thread factors the panel, all apply it to the columns right of it. */
static void factor_panels(THTensor *a, THTensor *t, THTensor *work) {
    int m = (int)a->size[0], n = (int)a->size[1], k = m < n ? m : n, info;
    const int ldt = PANEL;
    for (int row = 0, p = 0; row < k; row += PANEL, p++) {
        int rows = m - row, width = k - row < PANEL ? k - row : PANEL;
        real *panel = TH_DATA(a) + row + (int64_t)row * m;
        real *factor = TH_DATA(t) + (int64_t)p * PANEL * PANEL;
        lapack.geqrt(&rows, &width, &width, panel, &m, factor, &ldt, TH_DATA(work),
                     &info);
        Reflection r = {"T",        m,           k, TH_DATA(a), TH_DATA(t),   p, p + 1,
                        TH_DATA(a), row + width, n, 0,          TH_DATA(work)};
        reflect(&r);
    }
}

/* Up to PANEL reflectors LAPACK applies one by one: these go to the routines for that
 * without asking for workspace first, which is as long as a row or a column. */

/* Overwrites a matrix stored by columns with its factors and fills tau. */
static int factor_qr(Scratch *s, THTensor *a, THTensor *tau) {
    int m = (int)a->size[0], n = (int)a->size[1], lwork = -1, info;
    real query, few[PANEL];
    if (n <= PANEL) {
        lapack.geqr2(&m, &n, TH_DATA(a), &m, TH_DATA(tau), few, &info);
        return STATUS_OF(info, "geqrf", "unknown Lapack error. info = %d", info);
    }
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
    real query, few[PANEL];
    if (columns <= PANEL) {
        lapack.org2r(&m, &columns, &k, TH_DATA(a), &m, TH_DATA(tau), few, &info);
        return STATUS_OF(info, "orgqr", "unknown Lapack error. info = %d", info);
    }
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
    int panels = (int)((k + PANEL - 1) / PANEL), small = panels == 1;
    THTensor *factor = hold_copy(&s, a), *q = hold_matrix(&s, m, k);
    THTensor *r = hold_matrix(&s, k, n);
    THTensor *t = hold_vector(&s, small ? k : (int64_t)panels * PANEL * PANEL);
    THTensor *work = small ? NULL : hold_vector(&s, n * PANEL);
    if (s.failed)
        return drop(&s, THError_pending());
    int status = small ? factor_qr(&s, factor, t) : 0;
    if (!small)
        factor_panels(factor, t, work);
    for (int64_t j = 0; status >= 0 && j < n; j++) {
        int64_t filled = j < k ? j + 1 : k;
        real *column = TH_DATA(r) + j * k;
        memcpy(column, TH_DATA(factor) + j * m, (size_t)filled * sizeof(real));
        memset(column + filled, 0, (size_t)(k - filled) * sizeof(real));
    }
    if (small && status >= 0) {
        memcpy(TH_DATA(q), TH_DATA(factor), (size_t)(m * k) * sizeof(real));
        status = make_q(&s, q, (int)k, t);
    } else if (status >= 0) {
        memset(TH_DATA(q), 0, (size_t)(m * k) * sizeof(real));
        for (int64_t j = 0; j < k; j++)
            TH_DATA(q)[j + j * m] = 1;
        Reflection all = {"N",        (int)m, (int)k, TH_DATA(factor),
                          TH_DATA(t), 0,      panels, TH_DATA(q),
                          0,          (int)k, 1,      TH_DATA(work)};
        reflect(&all);
    }
    if (status >= 0)
        status = store(rq, q);
    if (status >= 0)
        status = store(rr, r);
    return drop(&s, status);
}

/* --- LAPACK's form of QR ---------------------------------------------------------- */

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
    THTensor *factors = hold_contiguous(&s, tau);
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
    THTensor *factors = hold_contiguous(&s, tau);
    if (s.failed)
        return drop(&s, THError_pending());
    int m = (int)c->size[0], n = (int)c->size[1], k = (int)tau->size[0];
    int lda = (int)a->size[0], lwork = -1, info;
    real query, few[PANEL];
    if ((*side == 'L' ? n : m) <= PANEL && k <= PANEL) {
        lapack.orm2r(side, trans, &m, &n, &k, TH_DATA(reflectors), &lda,
                     TH_DATA(factors), TH_DATA(product), &m, few, &info, 1, 1);
    } else {
        lapack.ormqr(side, trans, &m, &n, &k, TH_DATA(reflectors), &lda,
                     TH_DATA(factors), TH_DATA(product), &m, &query, &lwork, &info, 1,
                     1);
        THTensor *work = hold_work(&s, query, &lwork);
        if (s.failed)
            return drop(&s, THError_pending());
        lapack.ormqr(side, trans, &m, &n, &k, TH_DATA(reflectors), &lda,
                     TH_DATA(factors), TH_DATA(product), &m, TH_DATA(work), &lwork,
                     &info, 1, 1);
    }
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
#endif
