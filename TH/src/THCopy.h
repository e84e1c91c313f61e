/* What all copies between tensors have in common, for the template THTensorCopy.c. */
#ifndef TH_COPY_H
#define TH_COPY_H

#include <TH/TH.h>

/* Converts n elements that lie one behind the other. */
typedef void (*THConvertFunction)(void *dst, const void *src, int64_t n);

/* r = src for tensors of one type. */
int th_copySame(THTensor *r, THTensor *src);
/* r = src for tensors of different types. */
int th_copyConvert(THTensor *r, THTensor *src, THConvertFunction convert);

#endif
