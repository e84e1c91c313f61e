/* The drivers of element-wise operations: shapes, broadcasting, memory order, threads.
 *
 * `kernel` is a TH_K_ number of simd/THKernels.h; the inputs' type picks the kernel.
 * The result r is resized to the broadcast shape of the inputs, unless it is one of
 * them: then it must have that shape. Everything is checked before anything is changed.
 * r may overlap the inputs in any way; the result is that of reading them first. `s`
 * holds the operation's scalars, NULL if it has none. */
#ifndef TH_APPLY_H
#define TH_APPLY_H

#include "simd/THKernels.h"
#include <TH/TH.h>

/* r = op(s), for every element that r has. */
int th_apply0(int kernel, THTensor *r, const THScalar *s);
int th_apply1(int kernel, THTensor *r, THTensor *a, const THScalar *s);
int th_apply2(int kernel, THTensor *r, THTensor *a, THTensor *b, const THScalar *s);
int th_apply3(int kernel, THTensor *r, THTensor *a, THTensor *b, THTensor *c,
              const THScalar *s);

/* r = src, element by element: same type (any, Half too) and same shape, any strides.
 */
int th_copyStrided(THTensor *r, THTensor *src);

/* r = convert(src), element by element, for contiguous tensors of one number of
 * elements in other memory. NULL copies. */
void th_convertFlat(THTensor *r, THTensor *src, THKernel convert);

/* r = convert(src), element by element: same shape with elements, another storage, any
 * strides. */
void th_convertStrided(THTensor *r, THTensor *src, THKernel convert);

/* The first element of a tensor that has a storage. */
static inline char *th_bytes(const THTensor *t) {
    return (char *)t->storage->data + t->storageOffset * THType_itemSize[t->dtype];
}

#endif
