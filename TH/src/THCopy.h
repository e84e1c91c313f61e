/* What all copies between tensors have in common, for the template THTensorCopy.c. */
#ifndef TH_COPY_H
#define TH_COPY_H

#include "simd/THKernels.h"
#include <TH/TH.h>

/* r = src for tensors of one type. */
int th_copySame(THTensor *r, THTensor *src);
/* r = src for tensors of different types; the kernel converts. */
int th_copyConvert(THTensor *r, THTensor *src, THKernel convert);

#endif
