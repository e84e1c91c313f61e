/* Reading and writing through indices. Types: all with arithmetic.
 *
 * Every function first reads the whole index and fails before it writes anything.
 * indexSelect and its like move rows (memcpy) between contiguous tensors and views
 * otherwise; gather and its like walk over rows of the last dimension with the strides
 * of all operands. */
#include <TH/TH.h>

#include <string.h>

#include "THGenerate.h"
#include "THTensorIndexing.h"

real THTensor_(getAt)(THTensor *t, int64_t offset) {
    return ((real *)t->storage->data)[offset];
}

int THTensor_(setAt)(THTensor *t, int64_t offset, real value) {
    ((real *)t->storage->data)[offset] = value;
    return 0;
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

/* --- rows along a dimension --------------------------------------------------------
 */

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

/* The dimensions of t from the largest stride to the smallest into order[]; 1 if that
 * makes it contiguous and is not the order that it has. */
static int is_permuted(const THTensor *t, int64_t *order) {
    int64_t expected = 1;
    int moved = 0;
    for (int d = 0; d < t->nDimension; d++) {
        int e = d;
        for (; e > 0 && t->stride[order[e - 1]] < t->stride[d]; e--)
            order[e] = order[e - 1];
        order[e] = d;
        moved |= e != d;
    }
    for (int d = t->nDimension - 1; d >= 0; d--) {
        if (t->stride[order[d]] != expected)
            return 0;
        expected *= t->size[order[d]];
    }
    return moved;
}

/* indexSelect of a tensor that is contiguous with its dimensions in another order:
 * selects in that order, where rows are long, and moves the dimensions of the result.
 */
static int select_permuted(THTensor *r, THTensor *t, int dim, THLongTensor *index,
                           const int64_t *order) {
    int64_t back[TH_MAX_DIM], at = 0;
    for (int d = 0; d < t->nDimension; d++) {
        back[order[d]] = d;
        at = order[d] == dim ? d : at;
    }
    THTensor *plain = THTensor_newPermute(t, t->nDimension, order), *moved = NULL;
    THTensor *selected = THTensor_new(TH_REAL_DTYPE);
    int status = plain && selected ? 0 : TH_ERR_MEMORY;
    if (status >= 0)
        status = THTensor_(indexSelect)(selected, plain, at, index);
    if (status >= 0)
        status = (moved = THTensor_newPermute(selected, t->nDimension, back))
                     ? THTensor_resizeAs(r, moved)
                     : TH_ERR_MEMORY;
    if (status >= 0)
        status = THTensor_(copy)(r, moved);
    THTensor_free(plain);
    THTensor_free(selected);
    THTensor_free(moved);
    return status;
}

int THTensor_(indexSelect)(THTensor *r, THTensor *t, int64_t dim, THLongTensor *index) {
    int64_t size[TH_MAX_DIM], order[TH_MAX_DIM], inner, outer;
    int d = check_index_dim(t, dim, index);
    TH_TRY(d);
    if (t->nDimension > 1 && is_permuted(t, order))
        return select_permuted(r, t, d, index, order);
    THTensor *plain = borrow_checked_index(index, t->size[d], d, 0, NULL);
    if (!plain)
        return THError_pending();
    memcpy(size, t->size, sizeof(int64_t) * (size_t)t->nDimension);
    size[d] = index->size[0];
    THTensor *result = borrow_output(r, t->nDimension, size,
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
    status = store_output(r, result, status);
done:
    give_back(plain, index);
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

/* Moves narrow's rows into the wide tensor, for the outer indices begin <= o < end. */
typedef struct PutJob {
    IndexRows rows;
    int accumulate;
} PutJob;

static PutRows rows_at(const PutJob *job, int64_t outer) {
    const IndexRows *c = &job->rows;
    return (PutRows){c->wide + outer * c->size * c->inner,
                     c->narrow + outer * c->n * c->inner,
                     c->index,
                     c->n,
                     c->inner,
                     0,
                     c->inner,
                     job->accumulate};
}

static void put_outer(void *context, int64_t begin, int64_t end) {
    for (int64_t o = begin; o < end; o++) {
        PutRows rows = rows_at(context, o);
        put_rows(&rows, 0, rows.inner);
    }
}

/* r[..., index[k], ...] = (+=) src[..., k, ...] */
static int index_put_rows(THTensor *r, int64_t dim, THLongTensor *index, THTensor *src,
                          int accumulate) {
    int64_t inner, outer;
    int d = check_index_dim(r, dim, index), status = 0;
    TH_TRY(d);
    TH_TRY(check_index_source(r, d, index, src));
    THTensor *plain = borrow_checked_index(index, r->size[d], d, 0, r), *values = src,
             *copy = NULL;
    if (!plain)
        return THError_pending();
    if (shares_storage(r, src)) {
        values = copy = THTensor_newWithSize(TH_REAL_DTYPE, src->nDimension, src->size);
        status = copy ? THTensor_(copy)(copy, src) : THError_pending();
    }
    if (status >= 0 && THTensor_isContiguous(r) && THTensor_isContiguous(values)) {
        split_dims(r, d, &outer, &inner);
        PutJob job = {{TH_DATA(r), TH_DATA(values), index_data(plain), index->size[0],
                       r->size[d], inner},
                      accumulate};
        if (outer == 1) {
            PutRows rows = rows_at(&job, 0);
            put_all_rows(&rows);
        } else {
            int64_t each = index->size[0] * inner;
            THParallel_for(outer, 1 + INDEX_GRAIN / each, put_outer, &job);
        }
    } else if (status >= 0) {
        status = for_each_slice(values, r, d, index_data(plain), index->size[0],
                                accumulate ? add_to_wide : copy_to_wide);
    }
    THTensor_free(copy);
    give_back(plain, index);
    return status;
}

int THTensor_(indexCopy)(THTensor *r, int64_t dim, THLongTensor *index, THTensor *src) {
    return index_put_rows(r, dim, index, src, 0);
}

int THTensor_(indexAdd)(THTensor *r, int64_t dim, THLongTensor *index, THTensor *src) {
    return index_put_rows(r, dim, index, src, 1);
}

/* value into r[:, index[k], :] of a contiguous tensor. */
typedef struct FillJob {
    IndexRows rows;
    int64_t outer;
    real value;
} FillJob;

/* The elements begin <= j < end of every row; an index may name a row twice. */
static void fill_rows(void *context, int64_t begin, int64_t end) {
    const FillJob *job = context;
    const IndexRows *c = &job->rows;
    for (int64_t o = 0; o < job->outer; o++)
        for (int64_t k = 0; k < c->n; k++) {
            real *to = c->wide + (o * c->size + c->index[k]) * c->inner;
            for (int64_t j = begin; j < end; j++)
                to[j] = job->value;
        }
}

int THTensor_(indexFill)(THTensor *r, int64_t dim, THLongTensor *index, real value) {
    int d = check_index_dim(r, dim, index), status = 0;
    TH_TRY(d);
    THTensor *plain = borrow_checked_index(index, r->size[d], d, 0, r);
    if (!plain)
        return THError_pending();
    const int64_t *i = index_data(plain);
    if (THTensor_isContiguous(r)) {
        int64_t inner, outer;
        split_dims(r, d, &outer, &inner);
        FillJob job = {
            {TH_DATA(r), NULL, i, index->size[0], r->size[d], inner}, outer, value};
        THParallel_for(inner, row_part(outer * index->size[0], inner), fill_rows, &job);
        goto done;
    }
    for (int64_t k = 0; status >= 0 && k < index->size[0]; k++) {
        THTensor *row = THTensor_newNarrow(r, d, i[k], 1);
        status = row ? THTensor_(fill)(row, value) : THError_pending();
        THTensor_free(row);
    }
done:
    give_back(plain, index);
    return status;
}

/* --- gather and scatter ------------------------------------------------------------
 */

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
    THTensor *plain = borrow_checked_index(index, t->size[d], d, 0, NULL);
    if (!plain)
        return THError_pending();
    int aliased = shares_storage(r, t) || shares_storage(r, plain);
    THTensor *result = borrow_output(r, index->nDimension, index->size, aliased);
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
        status = store_output(r, result, status);
    }
    give_back(plain, index);
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
    THTensor *plain = borrow_checked_index(index, r->size[d], d, 0, r), *copy = NULL;
    if (!plain)
        return THError_pending();
    if (src && shares_storage(r, src)) {
        copy = THTensor_newWithSize(TH_REAL_DTYPE, src->nDimension, src->size);
        status = copy ? THTensor_(copy)(copy, src) : THError_pending();
        src = copy;
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
    give_back(plain, index);
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
