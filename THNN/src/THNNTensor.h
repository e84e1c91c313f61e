/* What the layers share: limits for parallel work, and checks. Included first by the
 * templates. */
#ifndef THNN_TENSOR_H
#define THNN_TENSOR_H

#include <THNN/THNN.h>

#include "THGenerate.h"
#include "THNNKernels.h"
#include "THNNTemp.h"
#include "THTensorInternal.h"

/* Elements from which memory-bound and transcendental loops run in parallel. */
#define THNN_GRAIN 32768
#define THNN_GRAIN_HEAVY 8192

/* A piece of work in rows of `row` elements, which may be none: the rows that are worth
 * a thread. */
static inline int64_t rows_per_piece(int64_t grain, int64_t row) {
    return row > 0 ? grain / row + 1 : grain;
}

/* new_output and finish_output for one that has the shape of another tensor. */
static inline THTensor *new_output_as(THTensor *r, const THTensor *shape, int aliased) {
    return new_output(r, shape->nDimension, shape->size, aliased);
}

/* The elements, NULL if there are none. */
static inline real *data_of(const THTensor *t) {
    return t && t->nDimension > 0 ? TH_DATA(t) : NULL;
}

static inline int check_same_size(const char *what, const THTensor *a,
                                  const char *other, const THTensor *b) {
    char textA[TH_SHAPE_TEXT], textB[TH_SHAPE_TEXT];
    if (THTensor_isSameSizeAs(a, b))
        return 0;
    return THError_set(TH_ERR, "%s and %s must have the same size, got %s and %s", what,
                       other, THTensor_shapeText(textA, a),
                       THTensor_shapeText(textB, b));
}

/* The elements of two tensors go in pairs, in order, whatever the shapes. */
static inline int check_same_elements(const THTensor *input, const THTensor *target) {
    char textA[TH_SHAPE_TEXT], textB[TH_SHAPE_TEXT];
    if (THTensor_isSameSizeAs(input, target) ||
        THTensor_nElement(input) == THTensor_nElement(target))
        return 0;
    return THError_set(
        TH_ERR,
        "input and target have different number of elements: input%s "
        "has %lld elements, while target%s has %lld elements",
        THTensor_shapeText(textA, input), (long long)THTensor_nElement(input),
        THTensor_shapeText(textB, target), (long long)THTensor_nElement(target));
}

/* A per-channel vector; NULL passes. */
static inline int check_channels(const char *what, const THTensor *t,
                                 int64_t channels) {
    char text[TH_SHAPE_TEXT];
    if (!t || (t->nDimension == 1 && t->size[0] == channels))
        return 0;
    return THError_set(TH_ERR, "%s should contain %lld elements not %lld, got size %s",
                       what, (long long)channels, (long long)THTensor_nElement(t),
                       THTensor_shapeText(text, t));
}

/* A tensor of images: (C, H, W) or (N, C, H, W). */
static inline int check_images(const char *what, const THTensor *t) {
    char text[TH_SHAPE_TEXT];
    if (t->nDimension == 3 || t->nDimension == 4)
        return 0;
    return THError_set(TH_ERR, "%s: 3D or 4D (batch mode) tensor expected but got: %s",
                       what, THTensor_shapeText(text, t));
}

/* The dimensions of such a tensor. */
typedef struct Images {
    int64_t count, channels, height, width;
} Images;

static inline Images images_of(const THTensor *t) {
    const int64_t *size = t->size + t->nDimension - 3;
    return (Images){t->nDimension == 4 ? t->size[0] : 1, size[0], size[1], size[2]};
}

#endif
