/* Temporaries for templates whose loops want contiguous memory. Included after
 * THGenerate.h.
 *
 * An operand is read through new_contiguous; a result is written through new_output and
 * stored with finish_output, which copies only if the caller's tensor could not be
 * written directly. */
#ifndef THNN_TEMP_H
#define THNN_TEMP_H

#include "THTensorInternal.h"

/* t itself (retained) if it is contiguous, else a contiguous copy. NULL on failure. */
static inline THTensor *new_contiguous(THTensor *t) {
    if (THTensor_isContiguous(t)) {
        THTensor_retain(t);
        return t;
    }
    THTensor *copy = THTensor_newWithSize(TH_REAL_DTYPE, t->nDimension, t->size);
    if (copy && THTensor_(copy)(copy, t) < 0) {
        THTensor_free(copy);
        return NULL;
    }
    return copy;
}

/* A contiguous tensor of the given size to write a result into: r, resized, unless it
 * is strided or `aliased`, which says that its memory must not change yet. NULL on
 * failure. */
static inline THTensor *new_output(THTensor *r, int n, const int64_t *size,
                                   int aliased) {
    if (aliased)
        return THTensor_newWithSize(TH_REAL_DTYPE, n, size);
    if (THTensor_resize(r, n, size, NULL) < 0)
        return NULL;
    if (!THTensor_isContiguous(r))
        return THTensor_newWithSize(TH_REAL_DTYPE, n, size);
    THTensor_retain(r);
    return r;
}

/* Stores what was written into `output`, which new_output gave, and drops it. `status`
 * is that of the computation: if it failed r keeps its elements. */
static inline int finish_output(THTensor *r, THTensor *output, int status) {
    if (status >= 0 && output != r) {
        status = THTensor_resize(r, output->nDimension, output->size, NULL);
        if (status >= 0 && output->nDimension)
            status = THTensor_(copy)(r, output);
    }
    THTensor_free(output);
    return status;
}

#endif
