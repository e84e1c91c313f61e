/* Sorting. Types: all with arithmetic. NaN sorts as the largest value. */
#ifndef TH_GENERIC_FILE
#error "included by TH/THTyped.h only"
#endif

TH_API int THTensor_(sort)(THTensor *values, THLongTensor *indices, THTensor *t,
                           int64_t dim, int descending);
TH_API int THTensor_(topk)(THTensor *values, THLongTensor *indices, THTensor *t,
                           int64_t k, int64_t dim, int largest, int sorted);
