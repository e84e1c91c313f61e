/* Tensors: making them, views, sizes. Nothing here depends on the element type.
 *
 * Sizes and strides of up to TH_INLINE_DIMS dimensions lie inside the struct; more go
 * into one block that has room for TH_MAX_DIM and stays until the tensor is freed. */
#include <stdio.h>
#include <string.h>

#include "THAllocatorInternal.h"
#include "THTensorInternal.h"

#define TENSOR_CLASS th_smallClass(sizeof(THTensor))
#define DIMS_CLASS th_smallClass(2 * TH_MAX_DIM * sizeof(int64_t))

/* --- making and freeing --- */

/* An empty tensor; the caller vouches for the type. */
static THTensor *new_empty(uint8_t dtype) {
    THTensor *self = th_blockNew(TENSOR_CLASS);
    if (TH_UNLIKELY(self == NULL))
        return NULL;
    self->size = self->dims_;
    self->stride = self->dims_ + TH_INLINE_DIMS;
    self->nDimension = 0;
    self->refcount = 1;
    self->storage = NULL;
    self->storageOffset = 0;
    self->dtype = dtype;
    self->flag = 0;
    return self;
}

/* Makes room for n dimensions; the sizes there are lost if the room moves. */
static int reserve_dims(THTensor *self, int n) {
    if (TH_LIKELY(n <= TH_INLINE_DIMS) || self->size != self->dims_)
        return TH_OK;
    int64_t *dims = th_blockNew(DIMS_CLASS);
    if (dims == NULL)
        return TH_ERR_MEMORY;
    self->size = dims;
    self->stride = dims + TH_MAX_DIM;
    return TH_OK;
}

/* Frees `self` if it is not whole; for constructors. */
static THTensor *finish(THTensor *self, int status) {
    if (TH_LIKELY(status == TH_OK))
        return self;
    THTensor_free(self);
    return NULL;
}

/* For `return failed(THError_set(...))` in functions that return a tensor. */
static THTensor *failed(int status) {
    (void)status; /* recorded by THError_set */
    return NULL;
}

/* A new view with room for n dimensions, which the caller fills in. */
static THTensor *new_view(THTensor *self, int n, ptrdiff_t offset) {
    THTensor *view = new_empty(self->dtype);
    if (TH_UNLIKELY(view == NULL))
        return NULL;
    if (TH_UNLIKELY(reserve_dims(view, n) < 0))
        return finish(view, TH_ERR_MEMORY);
    view->nDimension = n;
    view->storageOffset = offset;
    view->storage = self->storage;
    THStorage_retain(view->storage);
    return view;
}

static void copy_dims(int64_t *to, const int64_t *from, int n) {
    for (int d = 0; d < n; d++)
        to[d] = from[d];
}

THTensor *THTensor_new(int dtype) {
    if (TH_UNLIKELY((unsigned)dtype >= TH_NTYPES))
        return failed(
            THError_set(TH_ERR_TYPE, "there is no tensor type number %d", dtype));
    return new_empty((uint8_t)dtype);
}

THTensor *THTensor_newWithSize(int dtype, int nDimension, const int64_t *size) {
    THTensor *self = THTensor_new(dtype);
    if (TH_UNLIKELY(self == NULL))
        return NULL;
    return finish(self, th_initSizes(self, nDimension, size));
}

THTensor *THTensor_newWithStorage(int dtype, THStorage *storage, ptrdiff_t offset,
                                  int nDimension, const int64_t *size,
                                  const int64_t *stride) {
    THTensor *self = THTensor_new(dtype);
    if (self == NULL)
        return NULL;
    return finish(self,
                  THTensor_setStorage(self, storage, offset, nDimension, size, stride));
}

THTensor *THTensor_newViewUnchecked(THTensor *self, int nDimension, const int64_t *size,
                                    const int64_t *stride, ptrdiff_t offset) {
    THTensor *view = new_view(self, nDimension, offset);
    if (TH_UNLIKELY(view == NULL))
        return NULL;
    copy_dims(view->size, size, nDimension);
    copy_dims(view->stride, stride, nDimension);
    return view;
}

THTensor *THTensor_newWithTensor(THTensor *self) {
    return THTensor_newViewUnchecked(self, self->nDimension, self->size, self->stride,
                                     self->storageOffset);
}

THTensor *THTensor_newShape(const THTensor *self) {
    THTensor *shape = new_empty(self->dtype);
    if (shape == NULL || reserve_dims(shape, self->nDimension) < 0)
        return finish(shape, TH_ERR_MEMORY);
    int64_t stride = 1;
    shape->nDimension = self->nDimension;
    for (int d = self->nDimension - 1; d >= 0; d--) {
        shape->size[d] = self->size[d];
        shape->stride[d] = stride;
        stride = (int64_t)((uint64_t)stride * (uint64_t)self->size[d]);
    }
    return shape;
}

void THTensor_retain(THTensor *self) {
    __atomic_add_fetch(&self->refcount, 1, __ATOMIC_RELAXED);
}

void THTensor_free(THTensor *self) {
    if (self == NULL || !th_dropReference(&self->refcount))
        return;
    THStorage_free(self->storage);
    if (TH_UNLIKELY(self->size != self->dims_))
        th_blockFree(self->size, DIMS_CLASS);
    th_blockFree(self, TENSOR_CLASS);
}

/* --- dimensions and messages --- */

int THTensor_wrapDim(int64_t dim, int n) {
    if (TH_UNLIKELY(n <= 0))
        TH_FAIL(TH_ERR_INDEX,
                "dimension specified as %lld but tensor has no dimensions",
                (long long)dim);
    if (TH_UNLIKELY(dim < -n || dim >= n))
        TH_FAIL(TH_ERR_INDEX,
                "dimension out of range (expected to be in range of [%d, %d], but got "
                "%lld)",
                -n, n - 1, (long long)dim);
    return (int)(dim < 0 ? dim + n : dim);
}

/* "[2 x 3]" for n sizes; what does not fit becomes "...". */
static const char *sizes_text(char buffer[TH_SHAPE_TEXT], int n, const int64_t *size) {
    int used = snprintf(buffer, TH_SHAPE_TEXT, "[");
    for (int d = 0; d < n; d++) {
        char number[32];
        int length = snprintf(number, sizeof(number), d > 0 ? " x %lld" : "%lld",
                              (long long)size[d]);
        if (used + length > TH_SHAPE_TEXT - 8) { /* room for " ...]" */
            used += snprintf(buffer + used, (size_t)(TH_SHAPE_TEXT - used), " ...");
            break;
        }
        memcpy(buffer + used, number, (size_t)length);
        used += length;
    }
    snprintf(buffer + used, (size_t)(TH_SHAPE_TEXT - used), "]");
    return buffer;
}

const char *THTensor_shapeText(char buffer[TH_SHAPE_TEXT], const THTensor *self) {
    return sizes_text(buffer, self->nDimension, self->size);
}

static int check_ndim(int64_t n) {
    if (TH_UNLIKELY(n < 0 || n > TH_MAX_DIM))
        TH_FAIL(TH_ERR, "a tensor has at most %d dimensions, got %lld", TH_MAX_DIM,
                (long long)n);
    return TH_OK;
}

/* --- views --- */

THTensor *THTensor_newSelect(THTensor *self, int64_t dim, int64_t index) {
    int n = self->nDimension;
    int wrapped = THTensor_wrapDim(dim, n);
    if (TH_UNLIKELY(wrapped < 0))
        return NULL;
    int64_t size = self->size[wrapped];
    if (TH_UNLIKELY(n < 2))
        return failed(THError_set(TH_ERR, "select(): cannot select on a vector"));
    if (TH_UNLIKELY(index < -size || index >= size))
        return failed(THError_set(
            TH_ERR_INDEX,
            "select(): index %lld out of range for dimension %d with size %lld",
            (long long)index, wrapped, (long long)size));
    if (index < 0)
        index += size;
    THTensor *view = new_view(
        self, n - 1, self->storageOffset + (ptrdiff_t)(index * self->stride[wrapped]));
    if (TH_UNLIKELY(view == NULL))
        return NULL;
    for (int d = 0, to = 0; d < n; d++) {
        if (d != wrapped) {
            view->size[to] = self->size[d];
            view->stride[to++] = self->stride[d];
        }
    }
    return view;
}

/* A view that differs in one dimension. */
static THTensor *new_changed(THTensor *self, int dim, int64_t start, int64_t length,
                             int64_t step) {
    ptrdiff_t offset = self->storageOffset + (ptrdiff_t)(start * self->stride[dim]);
    THTensor *view = THTensor_newViewUnchecked(self, self->nDimension, self->size,
                                               self->stride, offset);
    if (TH_UNLIKELY(view == NULL))
        return NULL;
    view->size[dim] = length;
    view->stride[dim] = self->stride[dim] * step;
    return view;
}

THTensor *THTensor_newNarrow(THTensor *self, int64_t dim, int64_t start,
                             int64_t length) {
    int wrapped = THTensor_wrapDim(dim, self->nDimension);
    if (TH_UNLIKELY(wrapped < 0))
        return NULL;
    int64_t size = self->size[wrapped];
    if (TH_UNLIKELY(start < 0 || length <= 0 || start >= size || length > size - start))
        return failed(THError_set(
            TH_ERR,
            "narrow(): start %lld with length %lld out of range for dimension %d with "
            "size %lld",
            (long long)start, (long long)length, wrapped, (long long)size));
    return new_changed(self, wrapped, start, length, 1);
}

THTensor *THTensor_newSlice(THTensor *self, int64_t dim, int64_t start, int64_t length,
                            int64_t step) {
    int wrapped = THTensor_wrapDim(dim, self->nDimension);
    if (TH_UNLIKELY(wrapped < 0))
        return NULL;
    int64_t size = self->size[wrapped];
    if (TH_UNLIKELY(step <= 0))
        return failed(THError_set(TH_ERR_VALUE, "slice step must be positive, got %lld",
                                  (long long)step));
    if (TH_UNLIKELY(start < 0 || length <= 0 || start >= size ||
                    length - 1 > (size - 1 - start) / step))
        return failed(THError_set(TH_ERR,
                                  "slice: start %lld with length %lld and step %lld "
                                  "out of range for dimension "
                                  "%d with size %lld",
                                  (long long)start, (long long)length, (long long)step,
                                  wrapped, (long long)size));
    /* The stride of a single element does not matter, but its product could overflow.
     */
    return new_changed(self, wrapped, start, length, length == 1 ? 1 : step);
}

THTensor *THTensor_newTranspose(THTensor *self, int64_t dim0, int64_t dim1) {
    int a = THTensor_wrapDim(dim0, self->nDimension);
    int b = a < 0 ? a : THTensor_wrapDim(dim1, self->nDimension);
    if (TH_UNLIKELY(b < 0))
        return NULL;
    THTensor *view = THTensor_newWithTensor(self);
    if (TH_UNLIKELY(view == NULL))
        return NULL;
    view->size[a] = self->size[b];
    view->stride[a] = self->stride[b];
    view->size[b] = self->size[a];
    view->stride[b] = self->stride[a];
    return view;
}

THTensor *THTensor_newT(THTensor *self) {
    if (TH_UNLIKELY(self->nDimension != 2))
        return failed(THError_set(TH_ERR, "t() expects a 2D tensor, but self is %dD",
                                  self->nDimension));
    return THTensor_newTranspose(self, 0, 1);
}

THTensor *THTensor_newPermute(THTensor *self, int n, const int64_t *dims) {
    int order[TH_MAX_DIM];
    uint64_t seen = 0;
    if (n != self->nDimension)
        return failed(THError_set(
            TH_ERR, "number of dims don't match in permute: got %d for a %dD tensor", n,
            self->nDimension));
    for (int d = 0; d < n; d++) {
        order[d] = THTensor_wrapDim(dims[d], n);
        if (order[d] < 0)
            return NULL;
        if (seen >> order[d] & 1)
            return failed(THError_set(TH_ERR, "repeated dim in permute: %d", order[d]));
        seen |= (uint64_t)1 << order[d];
    }
    THTensor *view = new_view(self, n, self->storageOffset);
    if (view == NULL)
        return NULL;
    for (int d = 0; d < n; d++) {
        view->size[d] = self->size[order[d]];
        view->stride[d] = self->stride[order[d]];
    }
    return view;
}

THTensor *THTensor_newUnfold(THTensor *self, int64_t dim, int64_t size, int64_t step) {
    int n = self->nDimension;
    int wrapped = THTensor_wrapDim(dim, n);
    if (wrapped < 0 || check_ndim(n + 1) < 0)
        return NULL;
    if (size <= 0 || size > self->size[wrapped])
        return failed(THError_set(
            TH_ERR, "unfold(): size %lld out of range for dimension %d with size %lld",
            (long long)size, wrapped, (long long)self->size[wrapped]));
    if (step <= 0)
        return failed(THError_set(
            TH_ERR, "unfold(): invalid step %lld, must be positive", (long long)step));
    int64_t windows = (self->size[wrapped] - size) / step + 1;
    THTensor *view = new_view(self, n + 1, self->storageOffset);
    if (view == NULL)
        return NULL;
    copy_dims(view->size, self->size, n);
    copy_dims(view->stride, self->stride, n);
    view->size[wrapped] = windows;
    view->stride[wrapped] = self->stride[wrapped] * (windows == 1 ? 1 : step);
    view->size[n] = size;
    view->stride[n] = self->stride[wrapped];
    return view;
}

THTensor *THTensor_newSqueeze(THTensor *self) {
    THTensor *view = THTensor_newWithTensor(self);
    if (view == NULL || view->nDimension == 0)
        return view;
    int n = 0;
    for (int d = 0; d < self->nDimension; d++) {
        if (self->size[d] != 1) {
            view->size[n] = self->size[d];
            view->stride[n++] = self->stride[d];
        }
    }
    if (n == 0) { /* a single element keeps one dimension */
        view->size[0] = 1;
        view->stride[n++] = 1;
    }
    view->nDimension = n;
    return view;
}

THTensor *THTensor_newSqueezeDim(THTensor *self, int64_t dim) {
    int wrapped = THTensor_wrapDim(dim, self->nDimension);
    if (wrapped < 0)
        return NULL;
    if (self->size[wrapped] != 1 || self->nDimension == 1)
        return THTensor_newWithTensor(self);
    return THTensor_newSelect(self, wrapped, 0);
}

THTensor *THTensor_newUnsqueeze(THTensor *self, int64_t dim) {
    int n = self->nDimension;
    if (n == 0)
        return failed(THError_set(TH_ERR, "cannot unsqueeze empty tensor"));
    int wrapped = THTensor_wrapDim(dim, n + 1);
    if (wrapped < 0 || check_ndim(n + 1) < 0)
        return NULL;
    THTensor *view = new_view(self, n + 1, self->storageOffset);
    if (view == NULL)
        return NULL;
    copy_dims(view->size, self->size, wrapped);
    copy_dims(view->stride, self->stride, wrapped);
    view->size[wrapped] = 1;
    view->stride[wrapped] =
        wrapped < n ? self->size[wrapped] * self->stride[wrapped] : 1;
    copy_dims(view->size + wrapped + 1, self->size + wrapped, n - wrapped);
    copy_dims(view->stride + wrapped + 1, self->stride + wrapped, n - wrapped);
    return view;
}

THTensor *THTensor_newExpand(THTensor *self, int n, const int64_t *size) {
    int leading = n - self->nDimension;
    if (check_ndim(n) < 0)
        return NULL;
    if (self->nDimension == 0)
        return failed(THError_set(TH_ERR, "can't expand an empty tensor"));
    if (leading < 0)
        return failed(THError_set(TH_ERR,
                                  "the number of sizes provided (%d) must be greater "
                                  "or equal to the number of "
                                  "dimensions in the tensor (%d)",
                                  n, self->nDimension));
    for (int d = n - 1; d >= 0; d--) { /* the last one that does not fit is named */
        if (d < leading ? size[d] <= 0 : size[d] <= 0 && size[d] != -1)
            return failed(THError_set(
                TH_ERR,
                "The expanded size of the tensor (%lld) isn't allowed in dimension %d",
                (long long)size[d], d));
        if (d >= leading && size[d] != -1 && self->size[d - leading] != 1 &&
            size[d] != self->size[d - leading])
            return failed(THError_set(
                TH_ERR,
                "The expanded size of the tensor (%lld) must match the existing size "
                "(%lld) at non-singleton dimension %d",
                (long long)size[d], (long long)self->size[d - leading], d));
    }
    THTensor *view = new_view(self, n, self->storageOffset);
    if (view == NULL)
        return NULL;
    for (int d = 0; d < n; d++) {
        int64_t from = d < leading ? 1 : self->size[d - leading];
        view->size[d] = size[d] == -1 ? from : size[d];
        view->stride[d] =
            d < leading || view->size[d] != from ? 0 : self->stride[d - leading];
    }
    return view;
}

/* Completes the sizes of a view of `elements` elements: at most one may be -1. */
static int infer_size(int64_t *size, int n, const int64_t *wanted, int64_t elements) {
    char text[TH_SHAPE_TEXT];
    int64_t known = 1;
    int inferred = -1, fits = 1;
    for (int d = 0; d < n; d++) {
        size[d] = wanted[d];
        if (wanted[d] == -1 && inferred >= 0)
            TH_FAIL(TH_ERR, "only one dimension can be inferred, got %s",
                    sizes_text(text, n, wanted));
        if (wanted[d] < -1)
            TH_FAIL(TH_ERR, "invalid shape dimension %lld in %s", (long long)wanted[d],
                    sizes_text(text, n, wanted));
        if (wanted[d] == -1)
            inferred = d;
        else
            fits = fits && !th_mulOverflow(known, wanted[d], &known);
    }
    if (inferred >= 0 && fits && known > 0) {
        size[inferred] = elements / known;
        known *= size[inferred];
    }
    if (!fits || known != elements || (inferred >= 0 && size[inferred] == -1))
        TH_FAIL(TH_ERR,
                "invalid argument 2: size '%s' is invalid for input with %lld elements",
                sizes_text(text, n, wanted), (long long)elements);
    return TH_OK;
}

/* Strides that show self's elements through n other sizes; 0 if there are none. Runs of
 * old dimensions that lie one behind the other must each be made of whole new
 * dimensions. */
static int view_strides(const THTensor *self, int n, const int64_t *size,
                        int64_t *stride) {
    int to = n - 1;
    int64_t run = 1; /* elements of the current run of old dimensions */
    int64_t base = self->stride[self->nDimension - 1];
    for (int d = self->nDimension - 1; d >= 0; d--) {
        run *= self->size[d];
        if (d > 0 && (self->size[d - 1] == 1 || self->stride[d - 1] == run * base))
            continue;
        int64_t filled = 1;
        while (to >= 0 && (filled < run || size[to] == 1)) {
            stride[to] = filled * base;
            filled *= size[to--];
        }
        if (filled != run)
            return 0;
        if (d > 0) {
            base = self->stride[d - 1];
            run = 1;
        }
    }
    return to == -1;
}

THTensor *THTensor_newView(THTensor *self, int n, const int64_t *size) {
    int64_t sizes[TH_MAX_DIM], strides[TH_MAX_DIM];
    char text[TH_SHAPE_TEXT], wanted[TH_SHAPE_TEXT];
    if (check_ndim(n) < 0 || infer_size(sizes, n, size, th_nElement(self)) < 0)
        return NULL;
    if (self->nDimension == 0)
        return THTensor_newWithTensor(self);
    if (!view_strides(self, n, sizes, strides))
        return failed(THError_set(
            TH_ERR,
            "invalid argument 1: input is not contiguous: its strides allow no view of "
            "%s as %s, call .contiguous() before .view()",
            THTensor_shapeText(text, self), sizes_text(wanted, n, sizes)));
    return THTensor_newViewUnchecked(self, n, sizes, strides, self->storageOffset);
}

THTensor *THTensor_newDiagonal(THTensor *self) {
    if (self->nDimension != 2)
        return failed(THError_set(
            TH_ERR, "diagonal expects a 2D tensor, but self is %dD", self->nDimension));
    int64_t size = self->size[0] < self->size[1] ? self->size[0] : self->size[1];
    int64_t stride = self->stride[0] + self->stride[1];
    return THTensor_newViewUnchecked(self, 1, &size, &stride, self->storageOffset);
}

/* --- in place --- */

/* Takes n sizes (and strides) over an existing storage or a new one, from `offset` on.
 */
static int set_sizes(THTensor *self, int n, const int64_t *size, const int64_t *stride,
                     ptrdiff_t offset) {
    int64_t strides[TH_MAX_DIM];
    int64_t needed = 1; /* elements from the first to the last, then with the offset */
    int overflow = 0;
    for (int d = n - 1; d >= 0; d--) {
        int64_t span;
        if (stride == NULL) {
            strides[d] = needed;
            overflow |= th_mulOverflow(needed, size[d], &needed);
        } else {
            if (stride[d] < 0)
                TH_FAIL(TH_ERR,
                        "strides must not be negative, got %lld in dimension %d",
                        (long long)stride[d], d);
            strides[d] = stride[d];
            overflow |= th_mulOverflow(size[d] - 1, stride[d], &span) ||
                        th_addOverflow(needed, span, &needed);
        }
        if (overflow)
            return THError_setMemory(SIZE_MAX);
    }
    if (stride != NULL && n > 0) {
        /* Expanded dimensions could make more elements than can be counted. */
        int64_t elements = 1;
        for (int d = 0; d < n; d++)
            if (th_mulOverflow(elements, size[d], &elements))
                return THError_setMemory(SIZE_MAX);
    }
    if (n > 0) {
        if (th_addOverflow(needed, offset, &needed))
            return THError_setMemory(SIZE_MAX);
        if (self->storage == NULL) {
            self->storage = THStorage_new(self->dtype, (ptrdiff_t)needed);
            if (TH_UNLIKELY(self->storage == NULL))
                return THError_pending();
        } else if (needed > self->storage->size) {
            TH_TRY(THStorage_resize(self->storage, (ptrdiff_t)needed));
        }
    }
    TH_TRY(reserve_dims(self, n));
    copy_dims(self->size, size, n);
    copy_dims(self->stride, strides, n);
    self->nDimension = n;
    self->storageOffset = offset;
    return TH_OK;
}

/* The number of leading sizes that are not 0; an error if one is negative. */
static int counted_dims(int n, const int64_t *size) {
    char text[TH_SHAPE_TEXT];
    TH_TRY(check_ndim(n));
    int counted = n;
    for (int d = n - 1; d >= 0; d--) {
        if (TH_UNLIKELY(size[d] < 0))
            TH_FAIL(TH_ERR, "sizes must not be negative, got %s",
                    sizes_text(text, n, size));
        if (size[d] == 0)
            counted = d;
    }
    return counted;
}

int th_resize(THTensor *self, int n, const int64_t *size, const int64_t *stride) {
    n = counted_dims(n, size);
    if (TH_UNLIKELY(n < 0))
        return n;
    if (n == self->nDimension && (n == 0 || self->storage != NULL)) {
        int same = 1;
        for (int d = 0; d < n; d++)
            same &= size[d] == self->size[d] &&
                    (stride == NULL || stride[d] == self->stride[d]);
        if (same)
            return TH_OK;
    }
    return set_sizes(self, n, size, stride, self->storageOffset);
}

int THTensor_resize(THTensor *self, int n, const int64_t *size, const int64_t *stride) {
    if (self->storage == NULL && self->storageOffset == 0 && stride == NULL)
        return th_initSizes(self, n, size);
    if (stride == NULL && n > 0 && th_hasSize(self, n, size))
        return TH_OK;
    return th_resize(self, n, size, stride);
}

int THTensor_resizeAs(THTensor *self, const THTensor *src) {
    return THTensor_resize(self, src->nDimension, src->size, NULL);
}

/* Puts `storage` into self, which may be the one it has; NULL is allowed. */
static void replace_storage(THTensor *self, THStorage *storage) {
    if (self->storage == storage)
        return;
    THStorage_retain(storage);
    THStorage_free(self->storage);
    self->storage = storage;
}

static int check_type(const THTensor *self, int dtype) {
    if (self->dtype != dtype)
        TH_FAIL(TH_ERR_TYPE, "expected a torch.%sTensor, got a torch.%sTensor",
                THType_name[self->dtype], THType_name[dtype]);
    return TH_OK;
}

int THTensor_set(THTensor *self, THTensor *src) {
    TH_TRY(check_type(self, src->dtype));
    if (self == src)
        return TH_OK;
    TH_TRY(reserve_dims(self, src->nDimension));
    replace_storage(self, src->storage);
    copy_dims(self->size, src->size, src->nDimension);
    copy_dims(self->stride, src->stride, src->nDimension);
    self->nDimension = src->nDimension;
    self->storageOffset = src->storageOffset;
    return TH_OK;
}

int THTensor_setStorage(THTensor *self, THStorage *storage, ptrdiff_t offset, int n,
                        const int64_t *size, const int64_t *stride) {
    if (storage != NULL)
        TH_TRY(check_type(self, storage->dtype));
    if (offset < 0)
        TH_FAIL(TH_ERR, "Tensor: invalid storage offset %td", offset);
    n = counted_dims(n, size);
    if (n < 0)
        return n;
    TH_TRY(reserve_dims(self, n));
    THStorage *old = self->storage;
    self->storage = storage;
    THStorage_retain(storage);
    int status = set_sizes(self, n, size, stride, offset);
    if (status < 0) {
        THStorage_free(self->storage);
        self->storage = old;
        return status;
    }
    THStorage_free(old);
    return TH_OK;
}

void THTensor_swapSizeAndStride(THTensor *self, THTensor *other) {
    THTensor old = *self;
    self->size = other->size == other->dims_ ? self->dims_ : other->size;
    self->stride =
        other->size == other->dims_ ? self->dims_ + TH_INLINE_DIMS : other->stride;
    self->nDimension = other->nDimension;
    self->storageOffset = other->storageOffset;
    memcpy(self->dims_, other->dims_, sizeof(self->dims_));
    other->size = old.size == self->dims_ ? other->dims_ : old.size;
    other->stride =
        old.size == self->dims_ ? other->dims_ + TH_INLINE_DIMS : old.stride;
    other->nDimension = old.nDimension;
    other->storageOffset = old.storageOffset;
    memcpy(other->dims_, old.dims_, sizeof(other->dims_));
}

/* --- questions --- */

int64_t THTensor_nElement(const THTensor *self) {
    return th_nElement(self);
}

int THTensor_isContiguous(const THTensor *self) {
    return th_isContiguous(self);
}

int THTensor_isSameSizeAs(const THTensor *self, const THTensor *other) {
    return th_isSameSizeAs(self, other);
}

int THTensor_isSetTo(const THTensor *self, const THTensor *other) {
    if (self->storage == NULL || self->storage != other->storage ||
        self->storageOffset != other->storageOffset || !th_isSameSizeAs(self, other))
        return 0;
    for (int d = 0; d < self->nDimension; d++)
        if (self->stride[d] != other->stride[d])
            return 0;
    return 1;
}

int THTensor_broadcastShape(const THTensor *a, const THTensor *b, int64_t *size) {
    int n = a->nDimension > b->nDimension ? a->nDimension : b->nDimension;
    if ((a->nDimension == 0) != (b->nDimension == 0))
        TH_FAIL(TH_ERR, "Can't expand empty tensor %s", a->nDimension == 0 ? "a" : "b");
    for (int d = 1; d <= n; d++) { /* counted from the last dimension */
        int64_t of_a = d <= a->nDimension ? a->size[a->nDimension - d] : 1;
        int64_t of_b = d <= b->nDimension ? b->size[b->nDimension - d] : 1;
        if (of_a != of_b && of_a != 1 && of_b != 1)
            TH_FAIL(
                TH_ERR,
                "The size of tensor a (%lld) must match the size of tensor b (%lld) "
                "at non-singleton dimension %d",
                (long long)of_a, (long long)of_b, n - d);
        size[n - d] = of_a == 1 ? of_b : of_a;
    }
    return n;
}
