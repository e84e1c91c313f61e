/* Running sums and products along a dimension; r has the shape of t and may be t.
 * Types: all with arithmetic. */
#ifndef TH_GENERIC_FILE
#error "included by TH/THTyped.h only"
#endif

TH_API int THTensor_(cumsum)(THTensor *r, THTensor *t, int64_t dim);
TH_API int THTensor_(cumprod)(THTensor *r, THTensor *t, int64_t dim);
