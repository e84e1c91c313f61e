/* What the functions that read index tensors share. Included after THGenerate.h.
 *
 * An index tensor becomes plain memory, checked as a whole, before anything is written.
 */
#ifndef TH_TENSOR_INDEXING_H
#define TH_TENSOR_INDEXING_H

#include "THTensorTemp.h"

/* Elements from which work is spread over the threads. */
#define INDEX_GRAIN 16384

/* a + b without undefined overflow. */
static inline real wrapping_add(real a, real b) {
#if TH_REAL_FLOATING
    return a + b;
#else
    return (real)((uint64_t)a + (uint64_t)b);
#endif
}

/* Looks for an index outside low <= i < low + range. */
typedef struct IndexCheck {
    const int64_t *index;
    int64_t low;
    uint64_t range;
    int64_t bad; /* [OUT] the position of one, or -1 */
} IndexCheck;

static inline void check_indices(void *context, int64_t begin, int64_t end) {
    IndexCheck *c = context;
    uint64_t bad = 0;
    for (int64_t k = begin; k < end; k++)
        bad |= (uint64_t)c->index[k] - (uint64_t)c->low >= c->range;
    for (int64_t k = begin; bad && k < end; k++)
        if ((uint64_t)c->index[k] - (uint64_t)c->low >= c->range)
            __atomic_store_n(&c->bad, k, __ATOMIC_RELAXED);
}

/* An index tensor as plain memory; checked against 0 <= i < limit (with `wrap` from
 * -limit). NULL with an error; the caller frees the result. */
static inline THTensor *new_checked_index(THLongTensor *index, int64_t limit,
                                          int64_t dim, int wrap) {
    THTensor *plain = index;
    if (THTensor_isContiguous(index))
        THTensor_retain(index);
    else if (!(plain = THTensor_newWithSize(TH_LONG, index->nDimension, index->size)))
        return NULL;
    else if (THLongTensor_copy(plain, index) < 0)
        goto fail;
    const int64_t *i = (const int64_t *)plain->storage->data + plain->storageOffset;
    int64_t n = THTensor_nElement(plain), low = wrap ? -limit : 0;
    IndexCheck check = {i, low, (uint64_t)(limit - low), -1};
    THParallel_for(n, 2 * INDEX_GRAIN, check_indices, &check);
    if (check.bad >= 0) {
        THError_set(TH_ERR_INDEX,
                    "index out of range: index %lld is out of range for dimension %lld "
                    "with size %lld",
                    (long long)i[check.bad], (long long)dim, (long long)limit);
        goto fail;
    }
    return plain;
fail:
    THTensor_free(plain);
    return NULL;
}

static inline const int64_t *index_data(const THTensor *index) {
    return (const int64_t *)index->storage->data + index->storageOffset;
}

/* Moves between a part of a tensor with a result's elements (narrow) and the part of
 * the indexed tensor that it belongs to (wide). */
static inline int copy_to_narrow(THTensor *narrow, THTensor *wide) {
    return THTensor_(copy)(narrow, wide);
}

static inline int copy_to_wide(THTensor *narrow, THTensor *wide) {
    return THTensor_(copy)(wide, narrow);
}

static inline int add_to_wide(THTensor *narrow, THTensor *wide) {
    return THTensor_(cadd)(wide, wide, 1, narrow);
}

#endif
