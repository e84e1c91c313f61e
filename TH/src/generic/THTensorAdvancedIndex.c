/* Indexing by several LongTensors at once, and by positions in the flattened tensor.
 * Every function first reads the whole index and fails before it writes anything.
 * Types: all with arithmetic. */
#include <TH/TH.h>

#include <string.h>

#include "THGenerate.h"
#include "THTensorIndexing.h"

/* The offset into t of each indexed position, n of them, in *positions; NULL with an
 * error. The caller frees the LongTensor. */
static THTensor *new_offsets(const THTensor *t, THLongTensor *const *indices,
                             int64_t n) {
    char a[TH_SHAPE_TEXT], b[TH_SHAPE_TEXT];
    if (n < 1 || n > t->nDimension) {
        THError_set(TH_ERR_INDEX, "too many indices: %lld for a tensor %s",
                    (long long)n, THTensor_shapeText(a, t));
        return NULL;
    }
    for (int64_t d = 0; d < n; d++)
        if (!indices[d]->nDimension || !THTensor_isSameSizeAs(indices[d], indices[0])) {
            THError_set(
                TH_ERR_INDEX, "index tensors must have one shape, but got %s and %s",
                THTensor_shapeText(a, indices[0]), THTensor_shapeText(b, indices[d]));
            return NULL;
        }
    THTensor *offsets =
        THTensor_newWithSize(TH_LONG, indices[0]->nDimension, indices[0]->size);
    if (!offsets)
        return NULL;
    int64_t *to = (int64_t *)offsets->storage->data, count = THTensor_nElement(offsets);
    memset(to, 0, (size_t)count * sizeof(int64_t));
    for (int64_t d = 0; d < n; d++) {
        THTensor *plain = borrow_checked_index(indices[d], t->size[d], d, 1, NULL);
        if (!plain) {
            THTensor_free(offsets);
            return NULL;
        }
        const int64_t *i = index_data(plain);
        for (int64_t k = 0; k < count; k++)
            to[k] += (i[k] < 0 ? i[k] + t->size[d] : i[k]) * t->stride[d];
        give_back(plain, indices[d]);
    }
    return offsets;
}

/* Sizes of the indexed result: index shape, then the dimensions of t that are not
 * indexed. */
static int indexed_size(const THTensor *t, const THTensor *offsets, int64_t n,
                        int64_t *size) {
    int total = offsets->nDimension + t->nDimension - (int)n;
    if (total > TH_MAX_DIM)
        TH_FAIL(TH_ERR,
                "the indexed tensor would have %d dimensions, at most %d are possible",
                total, TH_MAX_DIM);
    memcpy(size, offsets->size, sizeof(int64_t) * (size_t)offsets->nDimension);
    memcpy(size + offsets->nDimension, t->size + n,
           sizeof(int64_t) * (size_t)(t->nDimension - n));
    return total;
}

/* Blocks of `inner` elements at the offsets, of which negative ones count from `wrap`;
 * inner dimensions of the tensor are contiguous. */
typedef struct Blocks {
    real *wide, *narrow;
    const int64_t *offsets;
    int64_t inner, wrap;
} Blocks;

static void get_blocks(void *context, int64_t begin, int64_t end) {
    const Blocks *c = context;
    if (c->inner == 1)
        for (int64_t k = begin; k < end; k++) {
            int64_t at = c->offsets[k];
            c->narrow[k] = c->wide[at + (at >> 63 & c->wrap)];
        }
    else
        for (int64_t k = begin; k < end; k++)
            memcpy(c->narrow + k * c->inner, c->wide + c->offsets[k],
                   (size_t)c->inner * sizeof(real));
}

/* Product of the sizes after the first n dimensions; 0 if they are not contiguous in
 * memory. */
static int64_t contiguous_inner(const THTensor *t, int64_t n) {
    int64_t inner = 1;
    for (int d = t->nDimension - 1; d >= n; d--) {
        if (t->size[d] != 1 && t->stride[d] != inner)
            return 0;
        inner *= t->size[d];
    }
    return inner;
}

/* Runs fn on each block of narrow (contiguous) and the view of t at its offset. */
static int for_each_block(THTensor *narrow, THTensor *t, int64_t n,
                          const THTensor *offsets,
                          int (*fn)(THTensor *narrow, THTensor *wide)) {
    int rest = t->nDimension - (int)n, status = 0;
    int64_t count = THTensor_nElement(offsets),
            inner = THTensor_nElement(narrow) / count;
    const int64_t *at = index_data(offsets);
    for (int64_t k = 0; status >= 0 && k < count; k++) {
        THTensor *part = THTensor_newViewUnchecked(
            narrow, rest, t->size + n, narrow->stride + narrow->nDimension - rest,
            narrow->storageOffset + k * inner);
        THTensor *wide = THTensor_newViewUnchecked(t, rest, t->size + n, t->stride + n,
                                                   t->storageOffset + at[k]);
        status = part && wide ? fn(part, wide) : THError_pending();
        THTensor_free(part);
        THTensor_free(wide);
    }
    return status;
}

int THTensor_(indexGet)(THTensor *r, THTensor *t, THLongTensor *const *indices,
                        int64_t n) {
    int64_t size[TH_MAX_DIM];
    THTensor *offsets = new_offsets(t, indices, n);
    if (!offsets)
        return THError_pending();
    int dims = indexed_size(t, offsets, n, size), status = dims;
    if (dims < 0)
        goto done;
    THTensor *result = borrow_output(r, dims, size, shares_storage(r, t));
    if (!result) {
        status = TH_ERR_MEMORY;
        goto done;
    }
    Blocks blocks = {TH_DATA(t), TH_DATA(result), index_data(offsets),
                     contiguous_inner(t, n), 0};
    if (blocks.inner) {
        THParallel_for(THTensor_nElement(offsets), 1 + INDEX_GRAIN / blocks.inner,
                       get_blocks, &blocks);
        status = 0;
    } else {
        status = for_each_block(result, t, n, offsets, copy_to_narrow);
    }
    status = store_output(r, result, status);
done:
    THTensor_free(offsets);
    return status;
}

int THTensor_(indexPut)(THTensor *t, THLongTensor *const *indices, int64_t n,
                        THTensor *src, int accumulate) {
    int64_t size[TH_MAX_DIM];
    THTensor *expanded = NULL, *values = NULL, *offsets = new_offsets(t, indices, n);
    if (!offsets)
        return THError_pending();
    int dims = indexed_size(t, offsets, n, size), status = dims;
    if (dims < 0)
        goto done;
    status = TH_ERR_MEMORY;
    if (src->nDimension <= dims && th_nElement(src) == 1) { /* a number, repeated */
        real value = *TH_DATA(src);
        if (!(values = THTensor_newWithSize(TH_REAL_DTYPE, dims, size)))
            goto done;
        real *to = TH_DATA(values);
        for (int64_t i = 0, count = th_nElement(values); i < count; i++)
            to[i] = value;
    } else if (!(expanded = THTensor_newExpand(src, dims, size))) {
        status = THError_pending();
        goto done;
    } else if (!(values = shares_storage(t, src) ? new_plain(expanded)
                                                 : borrow_contiguous(expanded))) {
        goto done;
    }
    PutRows rows = {TH_DATA(t),
                    TH_DATA(values),
                    index_data(offsets),
                    THTensor_nElement(offsets),
                    1,
                    0,
                    contiguous_inner(t, n),
                    accumulate};
    if (rows.inner) {
        put_all_rows(&rows);
        status = 0;
    } else {
        status = for_each_block(values, t, n, offsets,
                                accumulate ? add_to_wide : copy_to_wide);
    }
done:
    give_back(values, expanded);
    THTensor_free(expanded);
    THTensor_free(offsets);
    return status;
}

/* --- positions in the flattened tensor ---------------------------------------------
 */

/* Where each position lies in t's memory; negative ones may be left, to be counted from
 * its size. `written`: as for borrow_checked_index. NULL with an error. A LongTensor of
 * index's size, for give_back. */
static THTensor *borrow_flat_offsets(const THTensor *t, THLongTensor *index,
                                     const THTensor *written) {
    int64_t n = THTensor_nElement(t);
    THTensor *plain = borrow_checked_index(index, n, 0, 1, written), *offsets = NULL;
    if (!plain || THTensor_isContiguous(t))
        return plain;
    offsets = THTensor_newWithSize(TH_LONG, index->nDimension, index->size);
    if (offsets) {
        const int64_t *at = index_data(plain);
        int64_t *to = (int64_t *)offsets->storage->data;
        for (int64_t k = 0; k < THTensor_nElement(offsets); k++) {
            int64_t rest = at[k] < 0 ? at[k] + n : at[k];
            to[k] = 0;
            for (int d = t->nDimension - 1; d >= 0; d--) {
                to[k] += rest % t->size[d] * t->stride[d];
                rest /= t->size[d];
            }
        }
    }
    give_back(plain, index);
    return offsets;
}

int THTensor_(take)(THTensor *r, THTensor *t, THLongTensor *index) {
    if (!index->nDimension)
        return THTensor_resizeAs(r, index);
    THTensor *offsets = borrow_flat_offsets(t, index, NULL);
    if (!offsets)
        return THError_pending();
    THTensor *result =
        borrow_output(r, offsets->nDimension, offsets->size,
                      shares_storage(r, t) || shares_storage(r, offsets));
    int status = result ? 0 : THError_pending();
    if (result) {
        Blocks blocks = {TH_DATA(t), TH_DATA(result), index_data(offsets), 1,
                         THTensor_nElement(t)};
        THParallel_for(THTensor_nElement(offsets), 1 + INDEX_GRAIN, get_blocks,
                       &blocks);
        status = store_output(r, result, status);
    }
    give_back(offsets, index);
    return status;
}

int THTensor_(put)(THTensor *t, THLongTensor *index, THTensor *src, int accumulate) {
    int64_t n = THTensor_nElement(index);
    if (THTensor_nElement(src) != n)
        TH_FAIL(TH_ERR,
                "src should have the same number of elements as index: %lld and %lld",
                (long long)THTensor_nElement(src), (long long)n);
    if (!n)
        return 0;
    THTensor *offsets = borrow_flat_offsets(t, index, t), *values = NULL;
    if (!offsets)
        return THError_pending();
    int status = TH_ERR_MEMORY;
    if ((values = shares_storage(t, src) ? new_plain(src) : borrow_contiguous(src))) {
        status = 0;
        PutRows rows = {TH_DATA(t),
                        TH_DATA(values),
                        index_data(offsets),
                        n,
                        1,
                        THTensor_nElement(t),
                        1,
                        accumulate};
        put_rows(&rows, 0, 1);
    }
    give_back(offsets, index);
    give_back(values, src);
    return status;
}

int THTensor_(putFill)(THTensor *t, THLongTensor *index, real value) {
    if (!index->nDimension)
        return 0;
    THTensor *offsets = borrow_flat_offsets(t, index, t);
    if (!offsets)
        return THError_pending();
    const int64_t *at = index_data(offsets);
    int64_t wrap = THTensor_nElement(t);
    for (int64_t k = 0; k < THTensor_nElement(offsets); k++)
        TH_DATA(t)[at[k] + (at[k] >> 63 & wrap)] = value;
    give_back(offsets, index);
    return 0;
}
