/* Copies with conversion: r = src, element by element in logical order; equal element
 * counts are enough. Types: all, Half too. */
#ifndef TH_GENERIC_FILE
#error "included by TH/THTyped.h only"
#endif

/* From a tensor of the same type. */
TH_API int THTensor_(copy)(THTensor *r, THTensor *src);
TH_API int THTensor_(copyByte)(THTensor *r, THByteTensor *src);
TH_API int THTensor_(copyChar)(THTensor *r, THCharTensor *src);
TH_API int THTensor_(copyShort)(THTensor *r, THShortTensor *src);
TH_API int THTensor_(copyInt)(THTensor *r, THIntTensor *src);
TH_API int THTensor_(copyLong)(THTensor *r, THLongTensor *src);
TH_API int THTensor_(copyHalf)(THTensor *r, THHalfTensor *src);
TH_API int THTensor_(copyFloat)(THTensor *r, THFloatTensor *src);
TH_API int THTensor_(copyDouble)(THTensor *r, THDoubleTensor *src);
