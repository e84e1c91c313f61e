/* Tensors of indices: contiguous, and checked before anything is read or written by
 * them. Included by the templates after THNNTensor.h. */
#ifndef THNN_INDICES_H
#define THNN_INDICES_H

#include "THNNTensor.h"

static inline int64_t *indices_of(const THTensor *t) {
    return (int64_t *)t->storage->data + t->storageOffset;
}

/* As new_output, for a LongTensor. */
static inline THTensor *new_indices(THTensor *indices, int n, const int64_t *size) {
    if (THTensor_resize(indices, n, size, NULL) < 0)
        return NULL;
    if (!THTensor_isContiguous(indices))
        return THTensor_newWithSize(TH_LONG, n, size);
    THTensor_retain(indices);
    return indices;
}

/* As new_contiguous, for a LongTensor. */
static inline THTensor *new_contiguous_indices(THTensor *indices) {
    if (THTensor_isContiguous(indices)) {
        THTensor_retain(indices);
        return indices;
    }
    THTensor *copy = THTensor_newWithSize(TH_LONG, indices->nDimension, indices->size);
    if (copy && THLongTensor_copy(copy, indices) < 0) {
        THTensor_free(copy);
        return NULL;
    }
    return copy;
}

/* The indices in contiguous memory, all inside an `owner` of n elements. NULL on
 * failure. */
static inline THTensor *new_checked_indices(THTensor *indices, int64_t n,
                                            const char *owner) {
    THTensor *copy = new_contiguous_indices(indices);
    if (!copy)
        return NULL;
    int64_t count = th_nElement(copy), outside = 0;
    const int64_t *value = count ? indices_of(copy) : NULL;
    for (int64_t i = 0; i < count; i++)
        outside += (uint64_t)value[i] >= (uint64_t)n;
    if (outside == 0)
        return copy;
    while (value[0] >= 0 && value[0] < n)
        value++;
    THError_set(TH_ERR_INDEX, "invalid max index %lld, the %s has %lld elements",
                (long long)value[0], owner, (long long)n);
    THTensor_free(copy);
    return NULL;
}

#endif
