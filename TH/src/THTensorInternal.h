/* Inlined helpers over tensors for the library's own sources. */
#ifndef TH_TENSOR_INTERNAL_H
#define TH_TENSOR_INTERNAL_H

#include <TH/TH.h>

/* *r = a * b; 1 if the product of the two non-negative numbers does not fit. */
static inline int th_mulOverflow(int64_t a, int64_t b, int64_t *r) {
#if defined(__GNUC__)
    return __builtin_mul_overflow(a, b, r);
#else
    if (b != 0 && a > INT64_MAX / b)
        return 1;
    *r = a * b;
    return 0;
#endif
}

/* *r = a + b; 1 if the sum of the two non-negative numbers does not fit. */
static inline int th_addOverflow(int64_t a, int64_t b, int64_t *r) {
#if defined(__GNUC__)
    return __builtin_add_overflow(a, b, r);
#else
    if (a > INT64_MAX - b)
        return 1;
    *r = a + b;
    return 0;
#endif
}

/* Drops a reference; 1 if it was the last one. Who holds the only reference need not
 * count it down atomically, which costs more than the rest of a small allocation. */
static inline int th_dropReference(int *refcount) {
    return __atomic_load_n(refcount, __ATOMIC_ACQUIRE) == 1 ||
           __atomic_sub_fetch(refcount, 1, __ATOMIC_ACQ_REL) == 0;
}

/* Elements of a tensor, 0 for an empty one. */
static inline int64_t th_nElement(const THTensor *t) {
    if (t->nDimension == 0)
        return 0;
    int64_t n = 1;
    for (int d = 0; d < t->nDimension; d++)
        n *= t->size[d];
    return n;
}

/* 1 if the elements follow each other in memory in logical order (also for an empty
 * tensor). */
static inline int th_isContiguous(const THTensor *t) {
    int64_t expected = 1;
    for (int d = t->nDimension - 1; d >= 0; d--) {
        if (t->size[d] != 1) {
            if (t->stride[d] != expected)
                return 0;
            expected *= t->size[d];
        }
    }
    return 1;
}

static inline int th_hasSize(const THTensor *t, int n, const int64_t *size) {
    if (t->nDimension != n)
        return 0;
    for (int d = 0; d < n; d++)
        if (t->size[d] != size[d])
            return 0;
    return 1;
}

static inline int th_isSameSizeAs(const THTensor *a, const THTensor *b) {
    return th_hasSize(a, b->nDimension, b->size);
}

/* 1 if the tensors are views of one storage. */
static inline int shares_storage(const THTensor *a, const THTensor *b) {
    return a == b || (a->storage && a->storage == b->storage);
}

/* THTensor_resize in its general form. */
int th_resize(THTensor *self, int n, const int64_t *size, const int64_t *stride);

/* Gives `r`, fresh from THTensor_new, n sizes and a new storage for them. On failure r
 * stays empty. */
static inline int th_initSizes(THTensor *r, int n, const int64_t *size) {
    int64_t elements = 1, least = 1;
    if (TH_UNLIKELY(n <= 0 || n > TH_INLINE_DIMS))
        return th_resize(r, n, size, NULL);
    for (int d = n - 1; d >= 0; d--) {
        r->size[d] = size[d];
        r->stride[d] = elements;
        least = size[d] < least ? size[d] : least;
        if (TH_UNLIKELY(th_mulOverflow(elements, size[d], &elements)))
            least = 0;
    }
    if (TH_UNLIKELY(least <= 0)) /* rare, or an error to explain */
        return th_resize(r, n, size, NULL);
    r->storage = THStorage_new(r->dtype, elements);
    if (TH_UNLIKELY(r->storage == NULL))
        return THError_pending();
    r->nDimension = n;
    return TH_OK;
}

/* The sizes of `a`, whose type may differ from r's. */
static inline int th_initLike(THTensor *r, const THTensor *a) {
    return th_initSizes(r, a->nDimension, a->size);
}

#endif
