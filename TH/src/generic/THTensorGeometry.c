/* Cross products and norms of slices, made of pointwise operations and reductions.
 * Types: all with arithmetic; the second part floating-point only. */
#include <TH/TH.h>

#include <string.h>

#include "THGenerate.h"
#include "THTensorTemp.h"

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
    THTensor *result = new_output(r, a->nDimension, a->size,
                                  shares_storage(r, a) || shares_storage(r, b));
    if (!result)
        return THError_pending();
    int status = 0;
    for (int i = 0; status >= 0 && i < 3; i++) {
        int j = (i + 1) % 3, k = (i + 2) % 3;
        THTensor *to = THTensor_newNarrow(result, d, i, 1);
        THTensor *aj = THTensor_newNarrow(a, d, j, 1),
                 *ak = THTensor_newNarrow(a, d, k, 1);
        THTensor *bj = THTensor_newNarrow(b, d, j, 1),
                 *bk = THTensor_newNarrow(b, d, k, 1);
        status = to && aj && ak && bj && bk ? 0 : TH_ERR_MEMORY;
        if (status >= 0)
            status = THTensor_(cmul)(to, aj, bk);
        if (status >= 0)
            status = THTensor_(addcmul)(to, to, (real)-1, ak, bj);
        THTensor_free(to);
        THTensor_free(aj);
        THTensor_free(ak);
        THTensor_free(bj);
        THTensor_free(bk);
    }
    return finish_output(r, result, status);
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
    if (!(moved = THTensor_newTranspose(t, 0, d)) || !(plain = new_contiguous(moved)) ||
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
    THTensor_free(moved);
    THTensor_free(plain);
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
