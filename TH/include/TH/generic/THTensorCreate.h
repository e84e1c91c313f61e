/* Filling new tensors, joining and cutting. Types: all with arithmetic. */
#ifndef TH_GENERIC_FILE
#error "included by TH/THTyped.h only"
#endif

TH_API int THTensor_(eye)(THTensor *r, int64_t n, int64_t m);
/* xmin, xmin + step, ... up to and including xmax. */
TH_API int THTensor_(range)(THTensor *r, accreal xmin, accreal xmax, accreal step);
/* The same without xmax. */
TH_API int THTensor_(arange)(THTensor *r, accreal xmin, accreal xmax, accreal step);
TH_API int THTensor_(catArray)(THTensor *r, THTensor *const *inputs, int64_t numInputs,
                               int64_t dim);
/* 1-D -> matrix with t on diagonal k; 2-D -> its k-th diagonal (copy). */
TH_API int THTensor_(diag)(THTensor *r, THTensor *t, int64_t k);
TH_API int THTensor_(tril)(THTensor *r, THTensor *t, int64_t k);
TH_API int THTensor_(triu)(THTensor *r, THTensor *t, int64_t k);
TH_API accreal THTensor_(trace)(THTensor *t);
#if TH_REAL_FLOATING
TH_API int THTensor_(linspace)(THTensor *r, real a, real b, int64_t n);
TH_API int THTensor_(logspace)(THTensor *r, real a, real b, int64_t n);
#endif
