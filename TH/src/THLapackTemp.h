/* What the LAPACK templates share: copies stored by columns, checks, storing results.
 * Included after THGenerate.h, for float and double. */
#ifndef TH_LAPACK_TEMP_H
#define TH_LAPACK_TEMP_H

#include <float.h>
#include <limits.h>
#include <string.h>

#include "THLapack.h"
#include "THTensorBorrow.h"

#if defined(TH_GENERATE_Float)
#define REAL_MAX FLT_MAX
#else
#define REAL_MAX DBL_MAX
#endif

/* --- temporaries ----------------------------------------------------------------- */

/* The temporaries of one call, dropped together. */
typedef struct Scratch {
    THTensor *held[8];
    int n, failed; /* an allocation or a copy has failed */
} Scratch;

/* Takes over t, or notes that it is NULL. */
static inline THTensor *hold(Scratch *s, THTensor *t) {
    if (t)
        s->held[s->n++] = t;
    else
        s->failed = 1;
    return t;
}

/* Drops everything; returns `status`. */
static inline int drop(Scratch *s, int status) {
    for (int i = 0; i < s->n; i++)
        THTensor_free(s->held[i]);
    return status;
}

/* A new matrix stored by columns. */
static inline THTensor *hold_matrix(Scratch *s, int64_t rows, int64_t columns) {
    int64_t size[2] = {rows, columns}, stride[2] = {1, rows};
    return hold(s, THTensor_newWithStorage(TH_REAL_DTYPE, NULL, 0, 2, size, stride));
}

static inline THTensor *hold_vector(Scratch *s, int64_t n) {
    return hold(s, THTensor_newWithSize(TH_REAL_DTYPE, 1, &n));
}

static inline THTensor *hold_ints(Scratch *s, int64_t n) {
    return hold(s, THTensor_newWithSize(TH_INT, 1, &n));
}

static inline int *ints_of(THTensor *t) {
    return (int *)t->storage->data + t->storageOffset;
}

/* t itself if it is contiguous, else a contiguous copy. */
static inline THTensor *hold_contiguous(Scratch *s, THTensor *t) {
    return th_isContiguous(t) ? t : hold(s, new_plain(t));
}

/* t as a matrix: a vector becomes a column. */
static inline THTensor *hold_as_matrix(Scratch *s, THTensor *t) {
    return hold(s, t->nDimension == 1 ? THTensor_newUnsqueeze(t, 1)
                                      : THTensor_newWithTensor(t));
}

/* A copy of a matrix or vector, stored by columns, in the first rows of a matrix with
 * `rows` rows. The others are zeros. */
static inline THTensor *hold_copy_rows(Scratch *s, THTensor *t, int64_t rows) {
    THTensor *from = hold_as_matrix(s, t);
    THTensor *copy = from ? hold_matrix(s, rows, from->size[1]) : NULL;
    if (!copy)
        return NULL;
    THTensor *to = copy;
    if (rows > from->size[0]) {
        s->failed |= THTensor_(zero)(copy) < 0;
        to = hold(s, THTensor_newNarrow(copy, 0, 0, from->size[0]));
    }
    s->failed |= !to || THTensor_(copy)(to, from) < 0;
    return copy;
}

static inline THTensor *hold_copy(Scratch *s, THTensor *t) {
    return hold_copy_rows(s, t, t->size[0]);
}

/* Workspace of the size that a routine answered to a query; one that is beyond the
 * range of its ints fails. */
static inline THTensor *hold_work(Scratch *s, real query, int *lwork) {
    if (!(query < (real)INT_MAX)) {
        THError_set(TH_ERR, "matrix is too large for LAPACK");
        s->failed = 1;
        return NULL;
    }
    /* A float may have rounded the number of a large workspace down. */
    *lwork = query < 1 << 22 ? (int)query + 1 : (int)((double)query * (1 + 1e-6));
    return hold_vector(s, *lwork);
}

/* Puts a result into r. A tensor that never had elements takes over the memory; one
 * that has the right size keeps its layout. */
static inline int store(THTensor *r, THTensor *result) {
    if (!r->storage)
        return THTensor_set(r, result);
    if (!THTensor_isSameSizeAs(r, result))
        TH_TRY(THTensor_resize(r, result->nDimension, result->size, result->stride));
    return THTensor_(copy)(r, result);
}

static inline int store_ints(THIntTensor *r, THIntTensor *result) {
    TH_TRY(THTensor_resizeAs(r, result));
    return THIntTensor_copy(r, result);
}

static inline int make_empty(THTensor *r) {
    return THTensor_resize(r, 0, NULL, NULL);
}

/* --- checks ---------------------------------------------------------------------- */

static inline int check_matrix(const THTensor *a) {
    if (a->nDimension != 2)
        TH_FAIL(TH_ERR, "A should have 2 dimensions, but has %d", a->nDimension);
    if (a->size[0] > INT_MAX || a->size[1] > INT_MAX)
        TH_FAIL(TH_ERR, "A is too large for LAPACK: %lldx%lld", (long long)a->size[0],
                (long long)a->size[1]);
    return 0;
}

static inline int check_square(const THTensor *a) {
    TH_TRY(check_matrix(a));
    if (a->size[0] != a->size[1])
        TH_FAIL(TH_ERR, "A should be square, but is %lldx%lld", (long long)a->size[0],
                (long long)a->size[1]);
    return 0;
}

/* b holds right-hand sides for a. */
static inline int check_system(const THTensor *b, const THTensor *a) {
    if (b->nDimension != 1 && b->nDimension != 2)
        TH_FAIL(TH_ERR, "B should have 1 or 2 dimensions, but has %d", b->nDimension);
    if (b->size[0] != a->size[0])
        TH_FAIL(TH_ERR, "A,b size incompatible - A has %lld rows, b has %lld",
                (long long)a->size[0], (long long)b->size[0]);
    if (b->nDimension == 2 && b->size[1] > INT_MAX)
        TH_FAIL(TH_ERR, "b is too large for LAPACK: %lld columns",
                (long long)b->size[1]);
    return 0;
}

static inline int check_letter(const char *name, const char *letter,
                               const char *allowed) {
    if (!letter || !*letter || !strchr(allowed, *letter))
        TH_FAIL(TH_ERR_VALUE, "%s should begin with one of the letters %s, not '%s'",
                name, allowed, letter ? letter : "");
    return 0;
}

/* The elements of a tensor without gaps in its memory. */
static inline int check_finite(const char *name, THTensor *a) {
    const real *data = TH_DATA(a);
    int64_t n = THTensor_nElement(a);
    int bad = 0;
    for (int64_t i = 0; i < n; i++)
        bad |= !(data[i] >= -REAL_MAX && data[i] <= REAL_MAX);
    if (bad)
        TH_FAIL(TH_ERR, "Lapack Error %s : the matrix contains NaN or infinity", name);
    return 0;
}

/* LAPACK's `info` as a status; what follows the name is the message if info > 0. */
#define STATUS_OF(info, name, ...)                                                     \
    ((info) == 0 ? 0                                                                   \
     : (info) < 0                                                                      \
         ? THError_set(TH_ERR, "Lapack Error in " name " : Illegal Argument %d",       \
                       -(info))                                                        \
         : THError_set(TH_ERR, "Lapack Error " name " : " __VA_ARGS__))

/* Makes a square matrix symmetric with the values of the triangle that uplo names. */
static inline void copy_triangle(THTensor *t, char uplo) {
    int64_t n = t->size[0];
    real *data = TH_DATA(t);
    for (int64_t j = 0; j < n; j++)
        for (int64_t i = 0; i < j; i++)
            if (uplo == 'U')
                data[j + i * n] = data[i + j * n];
            else
                data[i + j * n] = data[j + i * n];
}

#endif
