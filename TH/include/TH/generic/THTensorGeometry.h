/* Cross products and norms of slices. Types: all with arithmetic; the second part
 * floating-point only. */
#ifndef TH_GENERIC_FILE
#error "included by TH/THTyped.h only"
#endif

/* Vector products of two tensors of one size along a dimension of size 3; dim < 0: the
 * first such dimension. */
TH_API int THTensor_(cross)(THTensor *r, THTensor *a, THTensor *b, int64_t dim);
#if TH_REAL_FLOATING
/* Slices t[..., i, ...] of dimension dim whose p-norm is above maxNorm are scaled down
 * to it. p > 0; t has two dimensions or more. */
TH_API int THTensor_(renorm)(THTensor *r, THTensor *t, real p, int64_t dim,
                             real maxNorm);
/* What renorm multiplies by: maxNorm / (norm + 1e-7) or 1; size 1 but in dim. */
TH_API int THTensor_(renormFactors)(THTensor *r, THTensor *t, real p, int64_t dim,
                                    real maxNorm);
#endif
