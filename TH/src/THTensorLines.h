/* Lines along one dimension as rows of plain memory. Included after THGenerate.h.
 *
 * With the dimension moved to the end, line i is the i-th row; results with one element
 * for each line come in the same order. */
#ifndef TH_TENSOR_LINES_H
#define TH_TENSOR_LINES_H

#include <string.h>

#include "THTensorBorrow.h"

/* A view of t whose last dimension is t's dimension d. NULL on failure. */
static inline THTensor *new_last(THTensor *t, int d) {
    int64_t dims[TH_MAX_DIM];
    for (int i = 0; i < t->nDimension - 1; i++)
        dims[i] = i < d ? i : i + 1;
    dims[t->nDimension - 1] = d;
    return THTensor_newPermute(t, t->nDimension, dims);
}

/* The lines of t along d, contiguous, t itself where it is that already; for give_back.
 * NULL on failure. */
static inline THTensor *borrow_lines(THTensor *t, int d) {
    if (d == t->nDimension - 1)
        return borrow_contiguous(t);
    THTensor *view = new_last(t, d), *lines = view ? new_plain(view) : NULL;
    THTensor_free(view);
    return lines;
}

/* r = lines, moved back to dimension d. Drops `lines`, which may be NULL after an
 * error; r keeps its elements if `status` is one. */
static inline int finish_lines(THTensor *r, THTensor *lines, int d, int status) {
    int64_t size[TH_MAX_DIM];
    THTensor *view = NULL;
    if (status < 0 || !lines)
        goto done;
    int n = lines->nDimension;
    for (int i = 0; i < n; i++)
        size[i] = lines->size[i < d ? i : i == d ? n - 1 : i - 1];
    status = THTensor_resize(r, n, size, NULL);
    if (status >= 0)
        status = (view = new_last(r, d)) ? th_copySame(view, lines) : TH_ERR_MEMORY;
done:
    THTensor_free(view);
    THTensor_free(lines);
    return status < 0 || lines ? status : TH_ERR_MEMORY;
}

/* The size of a reduction of t over d into `size`; returns its length. */
static inline int reduced_size(const THTensor *t, int d, int keepdim, int64_t *size) {
    int n = 0;
    for (int i = 0; i < t->nDimension; i++)
        if (i != d)
            size[n++] = t->size[i];
        else if (keepdim || t->nDimension == 1)
            size[n++] = 1;
    return n;
}

#endif
