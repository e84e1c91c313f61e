/* Cross products, and norms of slices, which are made of other functions.
 * Types: all with arithmetic; the second part floating-point only. */
#include <TH/TH.h>

#include <string.h>

#include "THGenerate.h"
#include "THTensorBorrow.h"

/* Positions for each of which a thread computes at least so many cross products. */
#define CROSS_GRAIN 8192

static inline real difference_of_products(real a, real b, real c, real d) {
#if TH_REAL_FLOATING
    return a * b - c * d;
#else
    return (real)((uint64_t)a * (uint64_t)b - (uint64_t)c * (uint64_t)d);
#endif
}

/* Contiguous (outer, 3, inner) operands. */
typedef struct CrossJob {
    real *r;
    const real *a, *b;
    int64_t inner;
} CrossJob;

/* The vectors begin <= v < end of all outer * inner. */
static void cross_vectors(void *context, int64_t begin, int64_t end) {
    const CrossJob *job = context;
    int64_t n = job->inner, i = begin % n, at = begin / n * 3 * n;
    while (begin < end) {
        int64_t stop = n - i < end - begin ? n : i + end - begin;
        real *r = job->r + at;
        const real *a = job->a + at, *b = job->b + at;
        begin += stop - i;
        for (; i < stop; i++) {
            r[i] =
                difference_of_products(a[i + n], b[i + 2 * n], a[i + 2 * n], b[i + n]);
            r[i + n] = difference_of_products(a[i + 2 * n], b[i], a[i], b[i + 2 * n]);
            r[i + 2 * n] = difference_of_products(a[i], b[i + n], a[i + n], b[i]);
        }
        i = 0;
        at += 3 * n;
    }
}

int THTensor_(cross)(THTensor *r, THTensor *a, THTensor *b, int64_t dim) {
    char s1[TH_SHAPE_TEXT], s2[TH_SHAPE_TEXT];
    if (!THTensor_isSameSizeAs(a, b))
        TH_FAIL(TH_ERR, "inconsistent tensor sizes, input: %s and other: %s",
                THTensor_shapeText(s1, a), THTensor_shapeText(s2, b));
    int d = 0;
    if (dim >= 0)
        TH_TRY(d = THTensor_wrapDim(dim, a->nDimension));
    while (dim < 0 && d < a->nDimension && a->size[d] != 3)
        d++;
    if (d >= a->nDimension)
        TH_FAIL(TH_ERR, "no dimension of size 3 in input: %s",
                THTensor_shapeText(s1, a));
    if (a->size[d] != 3)
        TH_FAIL(TH_ERR, "dimension %d of %s does not have size 3", d,
                THTensor_shapeText(s1, a));
    THTensor *x = borrow_contiguous(a), *y = x ? borrow_contiguous(b) : NULL;
    THTensor *result = NULL;
    int aliased = shares_storage(r, a) || shares_storage(r, b), n = a->nDimension;
    if (y)
        result = borrow_output(r, n, a->size, aliased);
    int status = result ? 0 : THError_pending();
    if (result) {
        CrossJob job = {TH_DATA(result), TH_DATA(x), TH_DATA(y), 1};
        for (int e = d + 1; e < n; e++)
            job.inner *= result->size[e];
        THParallel_for(th_nElement(result) / 3, CROSS_GRAIN, cross_vectors, &job);
        status = store_output(r, result, 0);
    }
    give_back(x, a);
    give_back(y, b);
    return status;
}

#if TH_REAL_FLOATING
int THTensor_(renormFactors)(THTensor *r, THTensor *t, real p, int64_t dim,
                             real maxNorm) {
    char text[TH_SHAPE_TEXT];
    if (!(p > 0))
        TH_FAIL(TH_ERR, "non-positive-norm not supported: p is %g", (double)p);
    if (!(maxNorm >= 0))
        TH_FAIL(TH_ERR, "renorm: maxnorm must not be negative, but is %g",
                (double)maxNorm);
    if (t->nDimension < 2)
        TH_FAIL(TH_ERR, "need at least 2 dimensions, got %d dimensions: %s",
                t->nDimension, THTensor_shapeText(text, t));
    int d = THTensor_wrapDim(dim, t->nDimension);
    TH_TRY(d);
    int64_t n = t->size[d], size[TH_MAX_DIM], rows[2] = {n, THTensor_nElement(t) / n};
    THTensor *moved = NULL, *plain = NULL, *flat = NULL, *norms = NULL, *out = NULL;
    int status = TH_ERR_MEMORY;
    if (!(moved = THTensor_newTranspose(t, 0, d)) ||
        !(plain = borrow_contiguous(moved)) ||
        !(flat = THTensor_newView(plain, 2, rows)) ||
        !(norms = THTensor_new(TH_REAL_DTYPE)))
        goto done;
    status = THTensor_(norm)(norms, flat, p, 1, 0);
    if (status < 0)
        goto done;
    for (int i = 0; i < t->nDimension; i++)
        size[i] = i == d ? n : 1;
    if (!(out = THTensor_newWithSize(TH_REAL_DTYPE, t->nDimension, size))) {
        status = TH_ERR_MEMORY;
        goto done;
    }
    const real *norm = TH_DATA(norms);
    real *factor = TH_DATA(out);
    for (int64_t i = 0; i < n; i++)
        factor[i] = norm[i] > maxNorm ? (real)(maxNorm / (norm[i] + 1e-7)) : 1;
    status = THTensor_resize(r, t->nDimension, size, NULL);
    if (status >= 0)
        status = THTensor_(copy)(r, out);
done:
    give_back(plain, moved);
    THTensor_free(moved);
    THTensor_free(flat);
    THTensor_free(norms);
    THTensor_free(out);
    return status;
}

int THTensor_(renorm)(THTensor *r, THTensor *t, real p, int64_t dim, real maxNorm) {
    THTensor *factors = THTensor_new(TH_REAL_DTYPE);
    int status =
        factors ? THTensor_(renormFactors)(factors, t, p, dim, maxNorm) : TH_ERR_MEMORY;
    if (status >= 0)
        status = THTensor_(cmul)(r, t, factors);
    THTensor_free(factors);
    return status;
}
#endif
