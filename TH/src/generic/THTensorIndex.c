/* Reading and writing through indices. Types: all with arithmetic.
 *
 * Every function first reads the whole index and fails before it writes anything.
 * indexSelect and its like move rows (memcpy) between contiguous tensors and views
 * otherwise; gather and its like walk over rows of the last dimension with the strides
 * of all operands. */
#include <TH/TH.h>

#include <string.h>

#include "THGenerate.h"
#include "THTensorTemp.h"

/* Elements from which work is spread over the threads. */
#define INDEX_GRAIN 16384

real THTensor_(getAt)(THTensor *t, int64_t offset) {
    return ((real *)t->storage->data)[offset];
}

int THTensor_(setAt)(THTensor *t, int64_t offset, real value) {
    ((real *)t->storage->data)[offset] = value;
    return 0;
}

/* a + b without undefined overflow. */
static inline real wrapping_add(real a, real b) {
#if TH_REAL_FLOATING
    return a + b;
#else
    return (real)((uint64_t)a + (uint64_t)b);
#endif
}

/* --- checks
 * ------------------------------------------------------------------------------- */

/* Looks for an index outside low <= i < low + range. */
typedef struct IndexCheck {
    const int64_t *index;
    int64_t low;
    uint64_t range;
    int64_t bad; /* [OUT] the position of one, or -1 */
} IndexCheck;

static void check_indices(void *context, int64_t begin, int64_t end) {
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
static THTensor *new_checked_index(THLongTensor *index, int64_t limit, int64_t dim,
                                   int wrap) {
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

static const int64_t *index_data(const THTensor *index) {
    return (const int64_t *)index->storage->data + index->storageOffset;
}

/* The checks of the functions with a 1-D index along dim; returns dim counted from the
 * start. */
static int check_index_dim(const THTensor *t, int64_t dim, const THTensor *index) {
    char text[TH_SHAPE_TEXT];
    if (index->nDimension != 1)
        TH_FAIL(TH_ERR, "Index is supposed to be a vector, but got %s",
                THTensor_shapeText(text, index));
    if (!t->nDimension)
        TH_FAIL(TH_ERR, "cannot index an empty tensor along dimension %lld",
                (long long)dim);
    return THTensor_wrapDim(dim, t->nDimension);
}

/* --- rows along a dimension
 * ------------------------------------------------------------------- */

/* Moves t[:, index[k], :] of a contiguous (outer, size, inner) to r[:, k, :] or back.
 */
typedef struct IndexRows {
    real *wide;   /* the indexed tensor */
    real *narrow; /* the tensor with n rows */
    const int64_t *index;
    int64_t n, size, inner;
} IndexRows;

static void split_dims(const THTensor *t, int dim, int64_t *outer, int64_t *inner) {
    *outer = *inner = 1;
    for (int d = 0; d < dim; d++)
        *outer *= t->size[d];
    for (int d = dim + 1; d < t->nDimension; d++)
        *inner *= t->size[d];
}

/* Rows begin <= row < end of all outer * n rows. */
static void select_rows(void *context, int64_t begin, int64_t end) {
    const IndexRows *c = context;
    for (int64_t row = begin; row < end;) {
        int64_t o = row / c->n, k = row % c->n;
        int64_t stop = (o + 1) * c->n < end ? c->n : end - o * c->n;
        const real *from = c->wide + o * c->size * c->inner;
        real *to = c->narrow + o * c->n * c->inner;
        row += stop - k;
        if (c->inner == 1)
            for (; k < stop; k++)
                to[k] = from[c->index[k]];
        else
            for (; k < stop; k++)
                memcpy(to + k * c->inner, from + c->index[k] * c->inner,
                       (size_t)c->inner * sizeof(real));
    }
}

/* Runs fn(k-th slice of a along dim, index[k]-th slice of b along dim) for all k. */
static int for_each_slice(THTensor *a, THTensor *b, int dim, const int64_t *index,
                          int64_t n, int (*fn)(THTensor *narrow, THTensor *wide)) {
    int status = 0;
    for (int64_t k = 0; status >= 0 && k < n; k++) {
        THTensor *narrow = THTensor_newNarrow(a, dim, k, 1);
        THTensor *wide = THTensor_newNarrow(b, dim, index[k], 1);
        status = narrow && wide ? fn(narrow, wide) : THError_pending();
        THTensor_free(narrow);
        THTensor_free(wide);
    }
    return status;
}

static int copy_to_narrow(THTensor *narrow, THTensor *wide) {
    return THTensor_(copy)(narrow, wide);
}

static int copy_to_wide(THTensor *narrow, THTensor *wide) {
    return THTensor_(copy)(wide, narrow);
}

static int add_to_wide(THTensor *narrow, THTensor *wide) {
    return THTensor_(cadd)(wide, wide, 1, narrow);
}

int THTensor_(indexSelect)(THTensor *r, THTensor *t, int64_t dim, THLongTensor *index) {
    int64_t size[TH_MAX_DIM], inner, outer;
    int d = check_index_dim(t, dim, index);
    TH_TRY(d);
    THTensor *plain = new_checked_index(index, t->size[d], d, 0);
    if (!plain)
        return THError_pending();
    memcpy(size, t->size, sizeof(int64_t) * (size_t)t->nDimension);
    size[d] = index->size[0];
    THTensor *result = new_output(r, t->nDimension, size,
                                  shares_storage(r, t) || shares_storage(r, plain));
    int status = result ? 0 : THError_pending();
    if (!result)
        goto done;
    split_dims(t, d, &outer, &inner);
    if (THTensor_isContiguous(t)) {
        IndexRows rows = {TH_DATA(t), TH_DATA(result), index_data(plain),
                          size[d],    t->size[d],      inner};
        THParallel_for(outer * size[d], 1 + INDEX_GRAIN / inner, select_rows, &rows);
    } else if (t->nDimension == 1) {
        const real *from = TH_DATA(t);
        const int64_t *i = index_data(plain);
        real *to = TH_DATA(result);
        for (int64_t k = 0; k < size[0]; k++)
            to[k] = from[i[k] * t->stride[0]];
    } else {
        status =
            for_each_slice(result, t, d, index_data(plain), size[d], copy_to_narrow);
    }
    status = finish_output(r, result, status);
done:
    THTensor_free(plain);
    return status;
}

/* The checks of indexCopy and indexAdd. */
static int check_index_source(const THTensor *r, int d, const THTensor *index,
                              const THTensor *src) {
    char a[TH_SHAPE_TEXT], b[TH_SHAPE_TEXT];
    int same = src->nDimension == r->nDimension;
    if (same && src->size[d] != index->size[0])
        TH_FAIL(TH_ERR,
                "Number of indices should be equal to source:size(dim): %lld and %lld",
                (long long)index->size[0], (long long)src->size[d]);
    for (int i = 0; same && i < r->nDimension; i++)
        same = i == d || src->size[i] == r->size[i];
    if (!same)
        TH_FAIL(TH_ERR,
                "source %s does not match destination %s apart from dimension %d",
                THTensor_shapeText(a, src), THTensor_shapeText(b, r), d);
    return 0;
}

static void put_rows(const IndexRows *c, int64_t outer, int accumulate) {
    for (int64_t o = 0; o < outer; o++) {
        real *to = c->wide + o * c->size * c->inner;
        const real *from = c->narrow + o * c->n * c->inner;
        for (int64_t k = 0; k < c->n; k++, from += c->inner) {
            real *row = to + c->index[k] * c->inner;
            if (!accumulate)
                memcpy(row, from, (size_t)c->inner * sizeof(real));
            else
                for (int64_t j = 0; j < c->inner; j++)
                    row[j] = wrapping_add(row[j], from[j]);
        }
    }
}

/* r[..., index[k], ...] = (+=) src[..., k, ...] */
static int index_put_rows(THTensor *r, int64_t dim, THLongTensor *index, THTensor *src,
                          int accumulate) {
    int64_t inner, outer;
    int d = check_index_dim(r, dim, index), status = 0;
    TH_TRY(d);
    TH_TRY(check_index_source(r, d, index, src));
    THTensor *plain = new_checked_index(index, r->size[d], d, 0), *values = src,
             *copy = NULL;
    if (!plain)
        return THError_pending();
    if (shares_storage(r, src)) {
        values = copy = THTensor_newWithSize(TH_REAL_DTYPE, src->nDimension, src->size);
        status = copy ? THTensor_(copy)(copy, src) : THError_pending();
    }
    if (status >= 0 && THTensor_isContiguous(r) && THTensor_isContiguous(values)) {
        split_dims(r, d, &outer, &inner);
        IndexRows rows = {TH_DATA(r),     TH_DATA(values), index_data(plain),
                          index->size[0], r->size[d],      inner};
        put_rows(&rows, outer, accumulate);
    } else if (status >= 0) {
        status = for_each_slice(values, r, d, index_data(plain), index->size[0],
                                accumulate ? add_to_wide : copy_to_wide);
    }
    THTensor_free(copy);
    THTensor_free(plain);
    return status;
}

int THTensor_(indexCopy)(THTensor *r, int64_t dim, THLongTensor *index, THTensor *src) {
    return index_put_rows(r, dim, index, src, 0);
}

int THTensor_(indexAdd)(THTensor *r, int64_t dim, THLongTensor *index, THTensor *src) {
    return index_put_rows(r, dim, index, src, 1);
}

int THTensor_(indexFill)(THTensor *r, int64_t dim, THLongTensor *index, real value) {
    int d = check_index_dim(r, dim, index), status = 0;
    TH_TRY(d);
    THTensor *plain = new_checked_index(index, r->size[d], d, 0);
    if (!plain)
        return THError_pending();
    const int64_t *i = index_data(plain);
    if (THTensor_isContiguous(r)) {
        int64_t inner, outer;
        split_dims(r, d, &outer, &inner);
        for (int64_t row = 0; row < outer * index->size[0]; row++) {
            int64_t o = row / index->size[0], k = i[row % index->size[0]];
            real *to = TH_DATA(r) + (o * r->size[d] + k) * inner;
            for (int64_t j = 0; j < inner; j++)
                to[j] = value;
        }
        goto done;
    }
    for (int64_t k = 0; status >= 0 && k < index->size[0]; k++) {
        THTensor *row = THTensor_newNarrow(r, d, i[k], 1);
        status = row ? THTensor_(fill)(row, value) : THError_pending();
        THTensor_free(row);
    }
done:
    THTensor_free(plain);
    return status;
}

/* --- gather and scatter
 * ----------------------------------------------------------------------- */

enum { GATHER, SCATTER, SCATTER_ADD, SCATTER_FILL };

/* One walk over index's elements: wide is the tensor indexed along `dim`, narrow has
 * index's shape. */
typedef struct Walk {
    int mode, nDimension, dim;
    const int64_t *size; /* index's */
    const int64_t *wideStride, *narrowStride;
    real *wide, *narrow;  /* narrow NULL for SCATTER_FILL */
    const int64_t *index; /* contiguous */
    real value;
} Walk;

/* One row of index; inlined into walk_row with constant steps where they are 0 and 1.
 */
static inline __attribute__((always_inline)) void
walk_elements(const Walk *w, real *wide, real *narrow, const int64_t *index, int64_t n,
              int64_t step, int64_t wide_step, int64_t narrow_step) {
    switch (w->mode) {
    case GATHER:
        for (int64_t j = 0; j < n; j++)
            narrow[j * narrow_step] = wide[j * wide_step + index[j] * step];
        break;
    case SCATTER:
        for (int64_t j = 0; j < n; j++)
            wide[j * wide_step + index[j] * step] = narrow[j * narrow_step];
        break;
    case SCATTER_ADD:
        for (int64_t j = 0; j < n; j++) {
            real *to = wide + j * wide_step + index[j] * step;
            *to = wrapping_add(*to, narrow[j * narrow_step]);
        }
        break;
    default:
        for (int64_t j = 0; j < n; j++)
            wide[j * wide_step + index[j] * step] = w->value;
    }
}

static void walk_row(const Walk *w, real *wide, real *narrow, const int64_t *index) {
    int last = w->nDimension - 1;
    int64_t n = w->size[last], step = w->wideStride[w->dim];
    int64_t wide_step = w->dim == last ? 0 : w->wideStride[last];
    int64_t narrow_step = narrow ? w->narrowStride[last] : 1;
    if (narrow_step == 1 && wide_step == 0 && step == 1)
        walk_elements(w, wide, narrow, index, n, 1, 0, 1);
    else if (narrow_step == 1 && wide_step == 1)
        walk_elements(w, wide, narrow, index, n, step, 1, 1);
    else
        walk_elements(w, wide, narrow, index, n, step, wide_step, narrow_step);
}

/* Rows begin <= row < end in logical order. */
static void walk_rows(void *context, int64_t begin, int64_t end) {
    const Walk *w = context;
    int64_t n = w->size[w->nDimension - 1];
    for (int64_t row = begin; row < end; row++) {
        ptrdiff_t wide = 0, narrow = 0;
        int64_t rest = row;
        for (int d = w->nDimension - 2; d >= 0; d--) {
            int64_t i = rest % w->size[d];
            rest /= w->size[d];
            if (d != w->dim)
                wide += i * w->wideStride[d];
            if (w->narrow)
                narrow += i * w->narrowStride[d];
        }
        walk_row(w, w->wide + wide, w->narrow ? w->narrow + narrow : NULL,
                 w->index + row * n);
    }
}

/* Checks that index fits: as many dimensions as t, and not larger in the others than
 * `dim`. */
static int check_gather(const THTensor *t, const char *role, const THTensor *index,
                        int64_t dim) {
    char a[TH_SHAPE_TEXT], b[TH_SHAPE_TEXT];
    if (index->nDimension != t->nDimension || !t->nDimension)
        TH_FAIL(TH_ERR,
                "Index tensor must have same dimensions as %s tensor: %s and %s", role,
                THTensor_shapeText(a, index), THTensor_shapeText(b, t));
    int d = THTensor_wrapDim(dim, t->nDimension);
    TH_TRY(d);
    for (int i = 0; i < t->nDimension; i++)
        if (i != d && index->size[i] > t->size[i])
            TH_FAIL(TH_ERR,
                    "Index tensor must not be larger than %s tensor apart from "
                    "dimension %d: %s and %s",
                    role, d, THTensor_shapeText(a, index), THTensor_shapeText(b, t));
    return d;
}

int THTensor_(gather)(THTensor *r, THTensor *t, int64_t dim, THLongTensor *index) {
    int d = check_gather(t, "input", index, dim);
    TH_TRY(d);
    THTensor *plain = new_checked_index(index, t->size[d], d, 0);
    if (!plain)
        return THError_pending();
    int aliased = shares_storage(r, t) || shares_storage(r, plain);
    THTensor *result = new_output(r, index->nDimension, index->size, aliased);
    int status = result ? 0 : THError_pending();
    if (result) {
        Walk w = {GATHER,
                  t->nDimension,
                  d,
                  plain->size,
                  t->stride,
                  result->stride,
                  TH_DATA(t),
                  TH_DATA(result),
                  index_data(plain),
                  0};
        int64_t n = w.size[w.nDimension - 1];
        THParallel_for(THTensor_nElement(plain) / n, 1 + INDEX_GRAIN / n, walk_rows,
                       &w);
        status = finish_output(r, result, status);
    }
    THTensor_free(plain);
    return status;
}

/* r[index] = (+=) src, or = value where src is NULL. */
static int scatter(THTensor *r, int64_t dim, THLongTensor *index, THTensor *src,
                   int mode, real value) {
    char a[TH_SHAPE_TEXT], b[TH_SHAPE_TEXT];
    int d = check_gather(r, "output", index, dim), status = 0;
    TH_TRY(d);
    int fits = !src || src->nDimension == index->nDimension;
    for (int i = 0; src && fits && i < index->nDimension; i++)
        fits = src->size[i] >= index->size[i];
    if (!fits)
        TH_FAIL(
            TH_ERR,
            "Input tensor must have same size as index tensor or be larger: %s and %s",
            THTensor_shapeText(a, src), THTensor_shapeText(b, index));
    THTensor *plain = new_checked_index(index, r->size[d], d, 0), *copy = NULL;
    if (!plain)
        return THError_pending();
    if (src && shares_storage(r, src)) {
        copy = THTensor_newWithSize(TH_REAL_DTYPE, src->nDimension, src->size);
        status = copy ? THTensor_(copy)(copy, src) : THError_pending();
        src = copy;
    }
    if (status >= 0 && plain == index && shares_storage(r, index)) {
        THTensor_free(plain);
        plain = THTensor_newWithSize(TH_LONG, index->nDimension, index->size);
        status = plain ? THLongTensor_copy(plain, index) : THError_pending();
    }
    if (status >= 0) {
        Walk w = {mode,
                  r->nDimension,
                  d,
                  plain->size,
                  r->stride,
                  src ? src->stride : NULL,
                  TH_DATA(r),
                  src ? TH_DATA(src) : NULL,
                  index_data(plain),
                  value};
        int64_t n = w.size[w.nDimension - 1], rows = THTensor_nElement(plain) / n;
        /* Rows write to the same elements unless the index runs along them. */
        int64_t grain = d == r->nDimension - 1 ? 1 + INDEX_GRAIN / n : rows;
        THParallel_for(rows, grain, walk_rows, &w);
    }
    THTensor_free(copy);
    THTensor_free(plain);
    return status;
}

int THTensor_(scatter)(THTensor *r, int64_t dim, THLongTensor *index, THTensor *src) {
    return scatter(r, dim, index, src, SCATTER, 0);
}

int THTensor_(scatterAdd)(THTensor *r, int64_t dim, THLongTensor *index,
                          THTensor *src) {
    return scatter(r, dim, index, src, SCATTER_ADD, 0);
}

int THTensor_(scatterFill)(THTensor *r, int64_t dim, THLongTensor *index, real value) {
    return scatter(r, dim, index, NULL, SCATTER_FILL, value);
}

/* --- masks ----------------------------------------------------------------------- */

/* mask, expanded to the given size, as plain memory that does not belong to r's
 * storage, and the number of ones in *ones. NULL with an error; the caller frees the
 * result. */
static THTensor *new_mask(THByteTensor *mask, int n, const int64_t *size,
                          const THTensor *r, int64_t *ones) {
    THTensor *plain = NULL, *expanded = THTensor_newExpand(mask, n, size);
    if (!expanded)
        return NULL;
    if (THTensor_isContiguous(expanded) && !shares_storage(expanded, r)) {
        plain = expanded;
    } else {
        plain = THTensor_newWithSize(TH_BYTE, n, size);
        if (plain && THByteTensor_copy(plain, expanded) < 0) {
            THTensor_free(plain);
            plain = NULL;
        }
        THTensor_free(expanded);
        if (!plain)
            return NULL;
    }
    const uint8_t *m = (const uint8_t *)plain->storage->data + plain->storageOffset;
    int64_t count = 0, numel = THTensor_nElement(plain);
    uint8_t bits = 0;
    for (int64_t i = 0; i < numel; i++) {
        bits |= m[i];
        count += m[i];
    }
    if (bits > 1) {
        int64_t i = 0;
        while (m[i] <= 1)
            i++;
        THError_set(TH_ERR, "Mask tensor can take 0 and 1 values only, but got %d",
                    m[i]);
        THTensor_free(plain);
        return NULL;
    }
    *ones = count;
    return plain;
}

static const uint8_t *mask_data(const THTensor *mask) {
    return (const uint8_t *)mask->storage->data + mask->storageOffset;
}

/* Runs over the contiguous form of r and stores it; src NULL: fills with value. */
static int masked_write(THTensor *r, THByteTensor *mask, THTensor *src, real value) {
    char a[TH_SHAPE_TEXT], b[TH_SHAPE_TEXT];
    int64_t ones, n = THTensor_nElement(r), used = 0;
    if (!r->nDimension || !mask->nDimension) {
        if (r->nDimension || mask->nDimension)
            TH_FAIL(TH_ERR, "mask %s does not fit tensor %s",
                    THTensor_shapeText(a, mask), THTensor_shapeText(b, r));
        return 0;
    }
    THTensor *values = NULL, *target = NULL,
             *m = new_mask(mask, r->nDimension, r->size, r, &ones);
    if (!m)
        return THError_pending();
    int status = TH_ERR_MEMORY;
    if (src && THTensor_nElement(src) < ones) {
        status = THError_set(
            TH_ERR, "Number of elements of src (%lld) < number of ones in mask (%lld)",
            (long long)THTensor_nElement(src), (long long)ones);
        goto done;
    }
    if (!ones) {
        status = 0;
        goto done;
    }
    if (src && shares_storage(src, r)) {
        if (!(values = THTensor_newWithSize(TH_REAL_DTYPE, src->nDimension, src->size)))
            goto done;
        if ((status = THTensor_(copy)(values, src)) < 0)
            goto done;
    } else if (src && !(values = new_contiguous(src))) {
        goto done;
    }
    if (!(target = new_contiguous(r))) {
        status = TH_ERR_MEMORY;
        goto done;
    }
    real *to = TH_DATA(target);
    const uint8_t *on = mask_data(m);
    if (src) {
        const real *from = TH_DATA(values);
        for (int64_t i = 0; used < ones && i < n; i++)
            if (on[i])
                to[i] = from[used++];
    } else {
        for (int64_t i = 0; i < n; i++)
            to[i] = on[i] ? value : to[i];
    }
    status = target == r ? 0 : THTensor_(copy)(r, target);
done:
    THTensor_free(target);
    THTensor_free(values);
    THTensor_free(m);
    return status;
}

int THTensor_(maskedFill)(THTensor *r, THByteTensor *mask, real value) {
    return masked_write(r, mask, NULL, value);
}

int THTensor_(maskedCopy)(THTensor *r, THByteTensor *mask, THTensor *src) {
    return masked_write(r, mask, src, 0);
}

int THTensor_(maskedSelect)(THTensor *r, THTensor *t, THByteTensor *mask) {
    char a[TH_SHAPE_TEXT], b[TH_SHAPE_TEXT];
    int64_t size[TH_MAX_DIM], ones = 0, used = 0;
    if (!t->nDimension && !mask->nDimension)
        return THTensor_resize(r, 1, &ones, NULL);
    if (!t->nDimension || !mask->nDimension)
        TH_FAIL(TH_ERR, "mask %s does not fit tensor %s", THTensor_shapeText(a, mask),
                THTensor_shapeText(b, t));
    int n = THTensor_broadcastShape(t, mask, size), status = TH_ERR_MEMORY;
    TH_TRY(n);
    THTensor *expanded = NULL, *values = NULL, *m = new_mask(mask, n, size, r, &ones);
    if (!m)
        return THError_pending();
    if (!ones) {
        status = THTensor_resize(r, 1, &ones, NULL);
        goto done;
    }
    if (!(expanded = THTensor_newExpand(t, n, size)) ||
        !(values = new_contiguous(expanded)))
        goto done;
    THTensor *result = new_output(r, 1, &ones, shares_storage(r, t));
    if (!result)
        goto done;
    const real *from = TH_DATA(values);
    const uint8_t *on = mask_data(m);
    real *to = TH_DATA(result);
    for (int64_t i = 0; used < ones; i++)
        if (on[i])
            to[used++] = from[i];
    status = finish_output(r, result, 0);
done:
    THTensor_free(expanded);
    THTensor_free(values);
    THTensor_free(m);
    return status;
}

int THTensor_(nonzero)(THLongTensor *r, THTensor *t) {
    THTensor *values = new_contiguous(t), *out = NULL;
    if (!values)
        return THError_pending();
    int64_t n = THTensor_nElement(t), count = 0, position[TH_MAX_DIM] = {0}, none = 0;
    const real *data = n ? TH_DATA(values) : NULL;
    for (int64_t i = 0; i < n; i++)
        count += data[i] != 0;
    int status = TH_ERR_MEMORY, last = t->nDimension - 1;
    if (!count) {
        status = THTensor_resize(r, 1, &none, NULL);
        goto done;
    }
    if (!(out = THTensor_newWithSize(TH_LONG, 2, (int64_t[]){count, t->nDimension})))
        goto done;
    int64_t *to = (int64_t *)out->storage->data;
    for (int64_t row = 0; row < n; row += t->size[last]) {
        for (int64_t j = 0; j < t->size[last]; j++) {
            if (data[row + j] == 0)
                continue;
            for (int d = 0; d < last; d++)
                *to++ = position[d];
            *to++ = j;
        }
        for (int d = last - 1; d >= 0 && ++position[d] == t->size[d]; d--)
            position[d] = 0;
    }
    status = THTensor_resize(r, 2, out->size, NULL);
    if (status >= 0)
        status = THLongTensor_copy(r, out);
done:
    THTensor_free(out);
    THTensor_free(values);
    return status;
}

/* --- advanced indexing
 * ---------------------------------------------------------------------------- */

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
        THTensor *plain = new_checked_index(indices[d], t->size[d], d, 1);
        if (!plain) {
            THTensor_free(offsets);
            return NULL;
        }
        const int64_t *i = index_data(plain);
        for (int64_t k = 0; k < count; k++)
            to[k] += (i[k] < 0 ? i[k] + t->size[d] : i[k]) * t->stride[d];
        THTensor_free(plain);
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

/* Blocks of `inner` elements at the offsets; inner dimensions of the tensor are
 * contiguous. */
typedef struct Blocks {
    real *wide, *narrow;
    const int64_t *offsets;
    int64_t inner;
} Blocks;

static void get_blocks(void *context, int64_t begin, int64_t end) {
    const Blocks *c = context;
    if (c->inner == 1)
        for (int64_t k = begin; k < end; k++)
            c->narrow[k] = c->wide[c->offsets[k]];
    else
        for (int64_t k = begin; k < end; k++)
            memcpy(c->narrow + k * c->inner, c->wide + c->offsets[k],
                   (size_t)c->inner * sizeof(real));
}

static void put_blocks(const Blocks *c, int64_t count, int accumulate) {
    for (int64_t k = 0; k < count; k++) {
        real *to = c->wide + c->offsets[k];
        const real *from = c->narrow + k * c->inner;
        for (int64_t j = 0; j < c->inner; j++)
            to[j] = accumulate ? wrapping_add(to[j], from[j]) : from[j];
    }
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
    THTensor *result = new_output(r, dims, size, shares_storage(r, t));
    if (!result) {
        status = TH_ERR_MEMORY;
        goto done;
    }
    Blocks blocks = {TH_DATA(t), TH_DATA(result), index_data(offsets),
                     contiguous_inner(t, n)};
    if (blocks.inner) {
        THParallel_for(THTensor_nElement(offsets), 1 + INDEX_GRAIN / blocks.inner,
                       get_blocks, &blocks);
        status = 0;
    } else {
        status = for_each_block(result, t, n, offsets, copy_to_narrow);
    }
    status = finish_output(r, result, status);
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
    if (!(expanded = THTensor_newExpand(src, dims, size))) {
        status = THError_pending();
        goto done;
    }
    if (shares_storage(t, src)) {
        if (!(values = THTensor_newWithSize(TH_REAL_DTYPE, dims, size)))
            goto done;
        if ((status = THTensor_(copy)(values, expanded)) < 0)
            goto done;
    } else if (!(values = new_contiguous(expanded))) {
        goto done;
    }
    Blocks blocks = {TH_DATA(t), TH_DATA(values), index_data(offsets),
                     contiguous_inner(t, n)};
    if (blocks.inner) {
        put_blocks(&blocks, THTensor_nElement(offsets), accumulate);
        status = 0;
    } else {
        status = for_each_block(values, t, n, offsets,
                                accumulate ? add_to_wide : copy_to_wide);
    }
done:
    THTensor_free(expanded);
    THTensor_free(values);
    THTensor_free(offsets);
    return status;
}
