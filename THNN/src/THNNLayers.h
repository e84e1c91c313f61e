/* What the functions of layers/THNN.h share: results that are computed in another
 * shape, and sums of gradients. Included by the templates after THNNTensor.h. */
#ifndef THNN_LAYERS_H
#define THNN_LAYERS_H

#include "THNNTensor.h"

static inline THTensor *new_real(void) {
    return THTensor_new(TH_REAL_DTYPE);
}

/* total += scale * part, elements in order; both have as many. */
static inline int add_part(const char *what, THTensor *total, THTensor *part,
                           double scale) {
    char text[TH_SHAPE_TEXT], other[TH_SHAPE_TEXT];
    if (THTensor_nElement(total) != THTensor_nElement(part))
        TH_FAIL(TH_ERR, "%s: expected size %s, got %s", what,
                THTensor_shapeText(text, part), THTensor_shapeText(other, total));
    if (THTensor_nElement(part) == 0)
        return 0;
    THTensor *view = THTensor_newView(part, total->nDimension, total->size);
    int status =
        view ? THTensor_(cadd)(total, total, (real)scale, view) : THError_pending();
    THTensor_free(view);
    return status;
}

/* r = result in another shape of as many elements; frees result. */
static inline int store_as(THTensor *r, THTensor *result, int n, const int64_t *size,
                           int status) {
    THTensor *view = status == 0 ? THTensor_newView(result, n, size) : NULL;
    if (status == 0)
        status = view ? THTensor_resize(r, n, size, NULL) : THError_pending();
    if (status == 0)
        status = THTensor_(copy)(r, view);
    THTensor_free(view);
    THTensor_free(result);
    return status;
}

#endif
