/* What the functions that read index tensors share. Included after THGenerate.h.
 *
 * An index tensor becomes plain memory, checked as a whole, before anything is written.
 */
#ifndef TH_TENSOR_INDEXING_H
#define TH_TENSOR_INDEXING_H

#include "THTensorBorrow.h"

/* Elements from which work is spread over the threads. */
#define INDEX_GRAIN 16384

/* Elements of the parts that rows are cut into for the threads. */
#define PART_MIN 64
#define PART_MAX 1024

/* a + b without undefined overflow. */
static inline real wrapping_add(real a, real b) {
#if TH_REAL_FLOATING
    return a + b;
#else
    return (real)((uint64_t)a + (uint64_t)b);
#endif
}

/* Looks for an index outside low <= i <= high; low is not positive, high not negative.
 */
typedef struct IndexCheck {
    const int64_t *index;
    int64_t low, high;
    int64_t bad; /* [OUT] the position of one, or -1 */
} IndexCheck;

/* The distances from either bound, as signed numbers, have no sign bit: subtraction and
 * disjunction are vector code at every CPU level. */
static inline void check_indices(void *context, int64_t begin, int64_t end) {
    IndexCheck *c = context;
    uint64_t signs = 0, low = (uint64_t)c->low, high = (uint64_t)c->high;
    for (int64_t k = begin; k < end; k++)
        signs |= ((uint64_t)c->index[k] - low) | (high - (uint64_t)c->index[k]);
    for (int64_t k = begin; signs >> 63 && k < end; k++)
        if (c->index[k] < c->low || c->index[k] > c->high)
            __atomic_store_n(&c->bad, k, __ATOMIC_RELAXED);
}

/* An index tensor as plain memory, for give_back; checked against 0 <= i < limit (with
 * `wrap` from -limit). It does not share the memory of `written`, a tensor that will be
 * written through it, or NULL. NULL with an error. */
static inline THTensor *borrow_checked_index(THLongTensor *index, int64_t limit,
                                             int64_t dim, int wrap,
                                             const THTensor *written) {
    int shared = written && shares_storage(written, index);
    THTensor *plain = shared ? new_plain(index) : borrow_contiguous(index);
    if (!plain)
        return NULL;
    const int64_t *i = (const int64_t *)plain->storage->data + plain->storageOffset;
    int64_t n = th_nElement(plain);
    IndexCheck check = {i, wrap ? -limit : 0, limit - 1, -1};
    THParallel_for(n, 2 * INDEX_GRAIN, check_indices, &check);
    if (check.bad >= 0) {
        THError_set(TH_ERR_INDEX,
                    "index out of range: index %lld is out of range for dimension %lld "
                    "with size %lld",
                    (long long)i[check.bad], (long long)dim, (long long)limit);
        give_back(plain, index);
        return NULL;
    }
    return plain;
}

/* Rows of a tensor, at offsets into it, and the rows of a contiguous one that go there.
 */
typedef struct PutRows {
    real *wide;
    const real *narrow;
    const int64_t *offsets; /* times `step`; negative ones count from `wrap` */
    int64_t count, step, wrap;
    int64_t inner; /* elements of a row */
    int accumulate;
} PutRows;

/* The elements begin <= j < end of every row. Rows are written one after the other,
 * because offsets may repeat. */
static inline void put_rows(void *context, int64_t begin, int64_t end) {
    const PutRows *c = context;
    int64_t wrap = c->wrap;
    if (c->inner == 1) {
        for (int64_t k = 0; k < c->count; k++) {
            int64_t at = c->offsets[k];
            real *to = c->wide + (at + (at >> 63 & wrap)) * c->step;
            *to = c->accumulate ? wrapping_add(*to, c->narrow[k]) : c->narrow[k];
        }
        return;
    }
    for (int64_t k = 0; k < c->count; k++) {
        int64_t at = c->offsets[k];
        real *to = c->wide + (at + (at >> 63 & wrap)) * c->step;
        const real *from = c->narrow + k * c->inner;
        if (!c->accumulate)
            memcpy(to + begin, from + begin, (size_t)(end - begin) * sizeof(real));
        else
            for (int64_t j = begin; j < end; j++)
                to[j] = wrapping_add(to[j], from[j]);
    }
}

/* The elements of a row that a thread takes at least, where threads share the rows. A
 * row is cut no more often than there are threads: each cut is one more walk over
 * memory in no order. */
static inline int64_t row_part(int64_t rows, int64_t inner) {
    int64_t threads = THParallel_getNumThreads();
    int64_t grain = 1 + INDEX_GRAIN / rows, part = (inner + threads - 1) / threads;
    part = part < PART_MIN ? PART_MIN : part > PART_MAX ? PART_MAX : part;
    return grain < part ? part : grain;
}

/* All elements of all rows. */
static inline void put_all_rows(PutRows *rows) {
    THParallel_for(rows->inner, row_part(rows->count, rows->inner), put_rows, rows);
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
