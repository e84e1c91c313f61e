/* Order statistics: the k-th smallest, the median, the most frequent element; counts.
 * Indices are positions along the dimension. NaN is the largest value. Types: all with
 * arithmetic; the last part floating-point only. */
#ifndef TH_GENERIC_FILE
#error "included by TH/THTyped.h only"
#endif

/* The k-th smallest, 1 <= k <= size of dim; equal elements count in their order. */
TH_API int THTensor_(kthvalue)(THTensor *values, THLongTensor *indices, THTensor *t,
                               int64_t k, int64_t dim, int keepdim);
/* The lower of the two middle elements where their number is even. */
TH_API int THTensor_(median)(THTensor *values, THLongTensor *indices, THTensor *t,
                             int64_t dim, int keepdim);
/* An empty tensor is an error. */
TH_API real THTensor_(medianall)(THTensor *t);
/* The smallest of the most frequent elements, and where it occurs last. */
TH_API int THTensor_(mode)(THTensor *values, THLongTensor *indices, THTensor *t,
                           int64_t dim, int keepdim);
#if TH_REAL_FLOATING
/* Counts of elements in `bins` equal parts of [min, max]; where min equals max, of the
 * range of the elements. */
TH_API int THTensor_(histc)(THTensor *r, THTensor *t, int64_t bins, real min, real max);
#endif
