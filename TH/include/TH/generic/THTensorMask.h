/* Masks: ByteTensors of 0s and 1s. Everything is checked before anything is written.
 * Types: all with arithmetic. */
#ifndef TH_GENERIC_FILE
#error "included by TH/THTyped.h only"
#endif

/* Elements where mask (0s and 1s, other values are an error) is 1. mask is expanded to
 * the tensor's shape. */
TH_API int THTensor_(maskedFill)(THTensor *r, THByteTensor *mask, real value);
/* Takes src's elements in order; too few is an error. */
TH_API int THTensor_(maskedCopy)(THTensor *r, THByteTensor *mask, THTensor *src);
/* 1-D result of all selected elements in order. t and mask are expanded against each
 * other. */
TH_API int THTensor_(maskedSelect)(THTensor *r, THTensor *t, THByteTensor *mask);
/* One row of coordinates for each element that is not zero: (n, t.nDimension). */
TH_API int THTensor_(nonzero)(THLongTensor *r, THTensor *t);
