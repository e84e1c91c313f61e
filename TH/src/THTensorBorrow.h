/* Temporaries for functions whose loops want contiguous memory.
 *
 * An operand is read through borrow_contiguous; a result is written through
 * borrow_output and stored with store_output, which copies only if the caller's tensor
 * could not be written directly. A tensor that serves as it is is lent: its references
 * are not counted, which would cost as much as the rest of a small operation. */
#ifndef TH_TENSOR_BORROW_H
#define TH_TENSOR_BORROW_H

#include "THCopy.h"
#include "THTensorInternal.h"

/* A contiguous copy of t; NULL on failure. */
static inline THTensor *new_plain(THTensor *t) {
    THTensor *copy = THTensor_newWithSize(t->dtype, t->nDimension, t->size);
    if (copy && th_copySame(copy, t) < 0) {
        THTensor_free(copy);
        return NULL;
    }
    return copy;
}

/* t itself if it is contiguous, else a contiguous copy; for give_back. NULL on failure.
 */
static inline THTensor *borrow_contiguous(THTensor *t) {
    return th_isContiguous(t) ? t : new_plain(t);
}

/* Drops what was borrowed from `lender`; NULL is allowed. */
static inline void give_back(THTensor *borrowed, const THTensor *lender) {
    if (borrowed != lender)
        THTensor_free(borrowed);
}

/* A contiguous tensor of the given size to write a result into: r, resized, unless it
 * is strided or `aliased`, which says that its memory must not change yet. NULL on
 * failure. */
static inline THTensor *borrow_output(THTensor *r, int n, const int64_t *size,
                                      int aliased) {
    if (aliased)
        return THTensor_newWithSize(r->dtype, n, size);
    if (THTensor_resize(r, n, size, NULL) < 0)
        return NULL;
    return th_isContiguous(r) ? r : THTensor_newWithSize(r->dtype, n, size);
}

/* Brings what was written into `output`, which was borrowed from r, into r. `status` is
 * that of the computation: if it failed r keeps its elements. */
static inline int store_output(THTensor *r, THTensor *output, int status) {
    if (output == r)
        return status;
    if (status >= 0)
        status = THTensor_resize(r, output->nDimension, output->size, NULL);
    if (status >= 0)
        status = th_copySame(r, output);
    THTensor_free(output);
    return status;
}

#endif
