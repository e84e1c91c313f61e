/* Reductions over everything (...all) or over one dimension. With keepdim the dimension
 * stays with size 1; without it is dropped (a 1-D tensor stays 1-D, with one element).
 * Types: all with arithmetic; the second part floating-point only. */
#ifndef TH_GENERIC_FILE
#error "included by TH/THTyped.h only"
#endif

/* 0 for an empty tensor. */
TH_API accreal THTensor_(sumall)(THTensor *t);
/* 1 for an empty tensor. */
TH_API accreal THTensor_(prodall)(THTensor *t);
/* An empty tensor is an error; NaN wins. */
TH_API real THTensor_(maxall)(THTensor *t);
TH_API real THTensor_(minall)(THTensor *t);
TH_API accreal THTensor_(dot)(THTensor *t, THTensor *src);

TH_API int THTensor_(sum)(THTensor *r, THTensor *t, int64_t dim, int keepdim);
TH_API int THTensor_(prod)(THTensor *r, THTensor *t, int64_t dim, int keepdim);
TH_API int THTensor_(max)(THTensor *values, THLongTensor *indices, THTensor *t,
                          int64_t dim, int keepdim);
TH_API int THTensor_(min)(THTensor *values, THLongTensor *indices, THTensor *t,
                          int64_t dim, int keepdim);
/* Adds t up to the shape of r: the reverse of a broadcast. r keeps its shape and is
 * overwritten. */
TH_API int THTensor_(sumTo)(THTensor *r, THTensor *t);

#if TH_REAL_FLOATING
/* NaN for an empty tensor. */
TH_API accreal THTensor_(meanall)(THTensor *t);
TH_API accreal THTensor_(varall)(THTensor *t, int biased);
TH_API accreal THTensor_(stdall)(THTensor *t, int biased);
/* (sum |t|^p)^(1/p); p = 0 counts the elements that are not zero. */
TH_API accreal THTensor_(normall)(THTensor *t, real p);
TH_API accreal THTensor_(dist)(THTensor *a, THTensor *b, real p);

TH_API int THTensor_(mean)(THTensor *r, THTensor *t, int64_t dim, int keepdim);
TH_API int THTensor_(var)(THTensor *r, THTensor *t, int64_t dim, int biased,
                          int keepdim);
TH_API int THTensor_(std)(THTensor *r, THTensor *t, int64_t dim, int biased,
                          int keepdim);
TH_API int THTensor_(norm)(THTensor *r, THTensor *t, real p, int64_t dim, int keepdim);
#endif
