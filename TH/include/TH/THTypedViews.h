/* TH 0.3's names for what does not depend on the element type: THFloatTensor_new,
 * THFloatTensor_newSelect, THFloatStorage_data ... For extensions; included by
 * THTyped.h.
 *
 * TH_TYPED_VIEWS(Float, float) defines inline functions that call the untyped ones,
 * whose comments in THTensor.h and THStorage.h hold here too. */
#ifndef TH_TYPED_VIEWS_H
#define TH_TYPED_VIEWS_H

#include <TH/THTensor.h>

/* The place in the storage of the element at n indices, -1 with an error recorded if
 * there is none. */
static inline ptrdiff_t TH_elementOffset(const struct THTensor *self, int n,
                                         const int64_t *index) {
    ptrdiff_t offset = self->storageOffset;
    if (self->nDimension != n) {
        THError_set(TH_ERR, "tensor must have %d dimensions, got %d", n,
                    self->nDimension);
        return -1;
    }
    for (int d = 0; d < n; d++) {
        if (index[d] < 0 || index[d] >= self->size[d]) {
            THError_set(TH_ERR_INDEX,
                        "index %lld is out of range for dimension %d with size %lld",
                        (long long)index[d], d, (long long)self->size[d]);
            return -1;
        }
        offset += (ptrdiff_t)(index[d] * self->stride[d]);
    }
    if (self->storage == NULL) {
        THError_set(TH_ERR, "tensor has no storage");
        return -1;
    }
    return offset;
}

/* Size or stride of a dimension, 0 with an error recorded if there is none. */
static inline int64_t TH_dimensionValue(const struct THTensor *self,
                                        const int64_t *values, int dim) {
    dim = THTensor_wrapDim(dim, self->nDimension);
    return dim < 0 ? 0 : values[dim];
}

/* get1d(t, x0) ... set4d(t, x0, x1, x2, x3, value): reading records an error and
 * returns zero bits for a place outside the tensor, writing returns the code of the
 * error. */
#define TH_TYPED_ELEMENT(Real, real, n, parameters, ...)                               \
    static inline real TH##Real##Tensor_get##n##d(const TH##Real##Tensor *self,        \
                                                  TH_UNPACK parameters) {              \
        const int64_t index[] = {__VA_ARGS__};                                         \
        const real none = {0};                                                         \
        ptrdiff_t at = TH_elementOffset((const struct THTensor *)self, n, index);      \
        return at < 0 ? none : self->storage->data[at];                                \
    }                                                                                  \
    static inline int TH##Real##Tensor_set##n##d(TH##Real##Tensor *self,               \
                                                 TH_UNPACK parameters, real value) {   \
        const int64_t index[] = {__VA_ARGS__};                                         \
        ptrdiff_t at = TH_elementOffset((const struct THTensor *)self, n, index);      \
        if (at < 0)                                                                    \
            return THError_pending();                                                  \
        self->storage->data[at] = value;                                               \
        return TH_OK;                                                                  \
    }
#define TH_UNPACK(...) __VA_ARGS__

/* newWithSize1d(x0) ... resize4d(t, x0, x1, x2, x3) */
#define TH_TYPED_SIZED(Real, n, parameters, ...)                                       \
    static inline TH##Real##Tensor *TH##Real##Tensor_newWithSize##n##d(                \
        TH_UNPACK parameters) {                                                        \
        const int64_t size[] = {__VA_ARGS__};                                          \
        return (TH##Real##Tensor *)THTensor_newWithSize(TH##Real##_DTYPE_, n, size);   \
    }                                                                                  \
    static inline int TH##Real##Tensor_resize##n##d(TH##Real##Tensor *self,            \
                                                    TH_UNPACK parameters) {            \
        const int64_t size[] = {__VA_ARGS__};                                          \
        return THTensor_resize((struct THTensor *)self, n, size, NULL);                \
    }

/* A function that makes a tensor from a tensor. */
#define TH_TYPED_VIEW(Real, name, parameters, ...)                                     \
    static inline TH##Real##Tensor *TH##Real##Tensor_##name(                           \
        TH##Real##Tensor *self TH_UNPACK parameters) {                                 \
        return (TH##Real##Tensor *)THTensor_##name(                                    \
            (struct THTensor *)self __VA_ARGS__);                                      \
    }

enum {
    THByte_DTYPE_ = TH_BYTE,
    THChar_DTYPE_ = TH_CHAR,
    THShort_DTYPE_ = TH_SHORT,
    THInt_DTYPE_ = TH_INT,
    THLong_DTYPE_ = TH_LONG,
    THFloat_DTYPE_ = TH_FLOAT,
    THDouble_DTYPE_ = TH_DOUBLE,
    THHalf_DTYPE_ = TH_HALF
};

#define TH_TYPED_VIEWS(Real, real)                                                     \
    TH_TYPED_STORAGE(Real, real)                                                       \
    TH_TYPED_TENSOR(Real, real)                                                        \
    TH_TYPED_SIZED(Real, 1, (int64_t x0), x0)                                          \
    TH_TYPED_SIZED(Real, 2, (int64_t x0, int64_t x1), x0, x1)                          \
    TH_TYPED_SIZED(Real, 3, (int64_t x0, int64_t x1, int64_t x2), x0, x1, x2)          \
    TH_TYPED_SIZED(Real, 4, (int64_t x0, int64_t x1, int64_t x2, int64_t x3), x0, x1,  \
                   x2, x3)                                                             \
    TH_TYPED_ELEMENT(Real, real, 1, (int64_t x0), x0)                                  \
    TH_TYPED_ELEMENT(Real, real, 2, (int64_t x0, int64_t x1), x0, x1)                  \
    TH_TYPED_ELEMENT(Real, real, 3, (int64_t x0, int64_t x1, int64_t x2), x0, x1, x2)  \
    TH_TYPED_ELEMENT(Real, real, 4, (int64_t x0, int64_t x1, int64_t x2, int64_t x3),  \
                     x0, x1, x2, x3)                                                   \
    TH_TYPED_VIEW(Real, newWithTensor, ())                                             \
    TH_TYPED_VIEW(Real, newSelect, (, int dim, int64_t index), , dim, index)           \
    TH_TYPED_VIEW(Real, newNarrow, (, int dim, int64_t start, int64_t length), , dim,  \
                  start, length)                                                       \
    TH_TYPED_VIEW(Real, newTranspose, (, int dim0, int dim1), , dim0, dim1)            \
    TH_TYPED_VIEW(Real, newUnfold, (, int dim, int64_t size, int64_t step), , dim,     \
                  size, step)                                                          \
    TH_TYPED_VIEW(Real, newExpand, (, int n, const int64_t *size), , n, size)          \
    TH_TYPED_VIEW(Real, newView, (, int n, const int64_t *size), , n, size)            \
    TH_TYPED_VIEW(Real, newSqueeze, ())                                                \
    TH_TYPED_VIEW(Real, newUnsqueeze, (, int dim), , dim)

#define TH_TYPED_STORAGE(Real, real)                                                   \
    static inline TH##Real##Storage *TH##Real##Storage_new(void) {                     \
        return (TH##Real##Storage *)THStorage_new(TH##Real##_DTYPE_, 0);               \
    }                                                                                  \
    static inline TH##Real##Storage *TH##Real##Storage_newWithSize(ptrdiff_t size) {   \
        return (TH##Real##Storage *)THStorage_new(TH##Real##_DTYPE_, size);            \
    }                                                                                  \
    static inline real *TH##Real##Storage_data(const TH##Real##Storage *self) {        \
        return self->data;                                                             \
    }                                                                                  \
    static inline ptrdiff_t TH##Real##Storage_size(const TH##Real##Storage *self) {    \
        return self->size;                                                             \
    }                                                                                  \
    static inline int TH##Real##Storage_resize(TH##Real##Storage *self,                \
                                               ptrdiff_t size) {                       \
        return THStorage_resize((struct THStorage *)self, size);                       \
    }                                                                                  \
    static inline void TH##Real##Storage_retain(TH##Real##Storage *self) {             \
        THStorage_retain((struct THStorage *)self);                                    \
    }                                                                                  \
    static inline void TH##Real##Storage_free(TH##Real##Storage *self) {               \
        THStorage_free((struct THStorage *)self);                                      \
    }

/* newContiguous gives self itself, retained, if it is contiguous; newClone always a
 * copy. */
#define TH_TYPED_TENSOR(Real, real)                                                    \
    TH_API int TH##Real##Tensor_copy(TH##Real##Tensor *self, TH##Real##Tensor *src);   \
    static inline TH##Real##Tensor *TH##Real##Tensor_new(void) {                       \
        return (TH##Real##Tensor *)THTensor_new(TH##Real##_DTYPE_);                    \
    }                                                                                  \
    static inline void TH##Real##Tensor_retain(TH##Real##Tensor *self) {               \
        THTensor_retain((struct THTensor *)self);                                      \
    }                                                                                  \
    static inline void TH##Real##Tensor_free(TH##Real##Tensor *self) {                 \
        THTensor_free((struct THTensor *)self);                                        \
    }                                                                                  \
    static inline TH##Real##Tensor *TH##Real##Tensor_newClone(                         \
        TH##Real##Tensor *self) {                                                      \
        struct THTensor *copy =                                                        \
            THTensor_newWithSize(TH##Real##_DTYPE_, self->nDimension, self->size);     \
        if (copy != NULL &&                                                            \
            TH##Real##Tensor_copy((TH##Real##Tensor *)copy, self) < 0) {               \
            THTensor_free(copy);                                                       \
            copy = NULL;                                                               \
        }                                                                              \
        return (TH##Real##Tensor *)copy;                                               \
    }                                                                                  \
    static inline int TH##Real##Tensor_isContiguous(const TH##Real##Tensor *self) {    \
        return THTensor_isContiguous((const struct THTensor *)self);                   \
    }                                                                                  \
    static inline TH##Real##Tensor *TH##Real##Tensor_newContiguous(                    \
        TH##Real##Tensor *self) {                                                      \
        if (!TH##Real##Tensor_isContiguous(self))                                      \
            return TH##Real##Tensor_newClone(self);                                    \
        TH##Real##Tensor_retain(self);                                                 \
        return self;                                                                   \
    }                                                                                  \
    static inline TH##Real##Storage *TH##Real##Tensor_storage(                         \
        const TH##Real##Tensor *self) {                                                \
        return self->storage;                                                          \
    }                                                                                  \
    static inline ptrdiff_t TH##Real##Tensor_storageOffset(                            \
        const TH##Real##Tensor *self) {                                                \
        return self->storageOffset;                                                    \
    }                                                                                  \
    /* NULL for a tensor that never had elements. */                                   \
    static inline real *TH##Real##Tensor_data(const TH##Real##Tensor *self) {          \
        return self->storage == NULL || self->storage->data == NULL                    \
                   ? NULL                                                              \
                   : self->storage->data + self->storageOffset;                        \
    }                                                                                  \
    static inline int TH##Real##Tensor_nDimension(const TH##Real##Tensor *self) {      \
        return self->nDimension;                                                       \
    }                                                                                  \
    static inline int64_t TH##Real##Tensor_size(const TH##Real##Tensor *self,          \
                                                int dim) {                             \
        return TH_dimensionValue((const struct THTensor *)self, self->size, dim);      \
    }                                                                                  \
    static inline int64_t TH##Real##Tensor_stride(const TH##Real##Tensor *self,        \
                                                  int dim) {                           \
        return TH_dimensionValue((const struct THTensor *)self, self->stride, dim);    \
    }                                                                                  \
    static inline ptrdiff_t TH##Real##Tensor_nElement(const TH##Real##Tensor *self) {  \
        return (ptrdiff_t)THTensor_nElement((const struct THTensor *)self);            \
    }                                                                                  \
    static inline int TH##Real##Tensor_isSameSizeAs(const TH##Real##Tensor *self,      \
                                                    const TH##Real##Tensor *other) {   \
        return THTensor_isSameSizeAs((const struct THTensor *)self,                    \
                                     (const struct THTensor *)other);                  \
    }                                                                                  \
    static inline int TH##Real##Tensor_isSetTo(const TH##Real##Tensor *self,           \
                                               const TH##Real##Tensor *other) {        \
        return THTensor_isSetTo((const struct THTensor *)self,                         \
                                (const struct THTensor *)other);                       \
    }                                                                                  \
    static inline int TH##Real##Tensor_resizeAs(TH##Real##Tensor *self,                \
                                                const TH##Real##Tensor *src) {         \
        return THTensor_resizeAs((struct THTensor *)self,                              \
                                 (const struct THTensor *)src);                        \
    }                                                                                  \
    static inline int TH##Real##Tensor_set(TH##Real##Tensor *self,                     \
                                           TH##Real##Tensor *src) {                    \
        return THTensor_set((struct THTensor *)self, (struct THTensor *)src);          \
    }

#endif
