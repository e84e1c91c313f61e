/* Tensors: sizes and strides over a storage. View, size and reference code does not
 * depend on the element type and is compiled once.
 *
 * Inside the libraries (TH_INTERNAL) THTensor is the untyped tensor and THFloatTensor
 * ... are other names of it. Extensions see THFloatTensor with a THFloatStorage and its
 * like.
 *
 * A tensor without elements has nDimension == 0 (there are no dimensions of size 0). */
#ifndef TH_TENSOR_H
#define TH_TENSOR_H

#include <TH/THStorage.h>

#define TH_INLINE_DIMS 5

#define TH_TENSOR_FIELDS(storage_type)                                                 \
    int64_t *size; /* sizes and strides, in elements; inside the struct up to 5-D */   \
    int64_t *stride;                                                                   \
    int nDimension;                                                                    \
    int refcount;                                                                      \
    storage_type *storage; /* NULL for a tensor that never had elements */             \
    ptrdiff_t storageOffset;                                                           \
    uint8_t dtype, flag;                                                               \
    int64_t dims_[2 * TH_INLINE_DIMS];

struct THTensor {
    TH_TENSOR_FIELDS(struct THStorage)
};

/* All constructors return NULL on failure; the result belongs to the caller. */
TH_API struct THTensor *THTensor_new(int dtype);
TH_API struct THTensor *THTensor_newWithSize(int dtype, int nDimension,
                                             const int64_t *size);
/* stride NULL: contiguous; storage NULL: a new one. Checks that all elements lie inside
 * the storage when a storage is given and it may not be resized, else enlarges it. */
TH_API struct THTensor *THTensor_newWithStorage(int dtype, struct THStorage *storage,
                                                ptrdiff_t offset, int nDimension,
                                                const int64_t *size,
                                                const int64_t *stride);
/* The same elements seen through other sizes. */
TH_API struct THTensor *THTensor_newWithTensor(struct THTensor *self);
/* Unchecked: the caller knows that the view stays inside the storage. */
TH_API struct THTensor *THTensor_newViewUnchecked(struct THTensor *self, int nDimension,
                                                  const int64_t *size,
                                                  const int64_t *stride,
                                                  ptrdiff_t offset);
/* Dimensions may be negative (counted from the end) in all functions below. */
TH_API struct THTensor *THTensor_newSelect(struct THTensor *self, int64_t dim,
                                           int64_t index);
TH_API struct THTensor *THTensor_newNarrow(struct THTensor *self, int64_t dim,
                                           int64_t start, int64_t length);
/* start, step and length as Python's slice.indices gives them; step > 0, length > 0. */
TH_API struct THTensor *THTensor_newSlice(struct THTensor *self, int64_t dim,
                                          int64_t start, int64_t length, int64_t step);
TH_API struct THTensor *THTensor_newTranspose(struct THTensor *self, int64_t dim0,
                                              int64_t dim1);
TH_API struct THTensor *THTensor_newT(struct THTensor *self); /* 2-D only */
TH_API struct THTensor *THTensor_newPermute(struct THTensor *self, int n,
                                            const int64_t *dims);
TH_API struct THTensor *THTensor_newUnfold(struct THTensor *self, int64_t dim,
                                           int64_t size, int64_t step);
TH_API struct THTensor *THTensor_newSqueeze(struct THTensor *self);
TH_API struct THTensor *THTensor_newSqueezeDim(struct THTensor *self, int64_t dim);
TH_API struct THTensor *THTensor_newUnsqueeze(struct THTensor *self, int64_t dim);
TH_API struct THTensor *THTensor_newExpand(struct THTensor *self, int n,
                                           const int64_t *size); /* -1: keep */
TH_API struct THTensor *THTensor_newView(struct THTensor *self, int n,
                                         const int64_t *size); /* one -1: infer */
TH_API struct THTensor *
THTensor_newDiagonal(struct THTensor *self); /* of a 2-D tensor, as 1-D view */
/* A tensor that has sizes but no storage: remembers a shape. */
TH_API struct THTensor *THTensor_newShape(const struct THTensor *self);

TH_API void THTensor_retain(struct THTensor *self);
/* Drops a reference; NULL is allowed. */
TH_API void THTensor_free(struct THTensor *self);

/* In place: sizes become `size`, contiguous unless `stride` is given (NULL:
 * contiguous); the storage grows if needed. When the tensor has that size already,
 * nothing happens. A size of 0 ends the list, as in TH 0.3: (3, 0, 2) is (3). Negative
 * sizes fail. */
TH_API int THTensor_resize(struct THTensor *self, int n, const int64_t *size,
                           const int64_t *stride);
TH_API int THTensor_resizeAs(struct THTensor *self, const struct THTensor *src);
/* Makes self another view of src's elements (set_). */
TH_API int THTensor_set(struct THTensor *self, struct THTensor *src);
TH_API int THTensor_setStorage(struct THTensor *self, struct THStorage *storage,
                               ptrdiff_t offset, int n, const int64_t *size,
                               const int64_t *stride);
TH_API void
THTensor_swapSizeAndStride(struct THTensor *self,
                           struct THTensor *other); /* both views of one storage */

TH_API int64_t THTensor_nElement(const struct THTensor *self);
TH_API int THTensor_isContiguous(const struct THTensor *self);
TH_API int THTensor_isSameSizeAs(const struct THTensor *self,
                                 const struct THTensor *other);
/* 1 if both see the same elements of the same storage through the same sizes and
 * strides. */
TH_API int THTensor_isSetTo(const struct THTensor *self, const struct THTensor *other);
/* The broadcast shape of a and b into size[TH_MAX_DIM]; its length, or an error. */
TH_API int THTensor_broadcastShape(const struct THTensor *a, const struct THTensor *b,
                                   int64_t *size);
/* "[2 x 3]" into buffer, for messages; returns buffer. */
#define TH_SHAPE_TEXT 128
TH_API const char *THTensor_shapeText(char buffer[TH_SHAPE_TEXT],
                                      const struct THTensor *self);
/* A dimension counted from the end or the start: 0 <= result < n, or TH_ERR_INDEX with
 * "dimension out of range (expected to be in range of [-2, 1], but got 5)". */
TH_API int THTensor_wrapDim(int64_t dim, int n);

#endif
