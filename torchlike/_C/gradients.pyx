"""Pieces of derivative formulas that are no operator of 0.3 (see gradients.pxd)."""
from torchlike._C cimport create
from torchlike._C.errors cimport check, raise_error
from torchlike._C.dispatch cimport TH_dispatch, THNN_dispatch
from torchlike._C.tensor_base cimport contiguous, new_empty, real_scalar, size_of, wrap
from torchlike._C.th cimport *


cdef THTensor *owned(THTensor *t) except NULL:
    if t == NULL:
        raise_error()
    return t


cdef int zeros(TensorBase out, int n, const int64_t *size) except -1:
    check(THTensor_resize(out.c_tensor, n, size, NULL))
    return check(out.ops.zero(out.c_tensor))


cdef int start_from(TensorBase out, TensorBase self) except -1:
    # Makes out a copy of self, unless it is self.
    if out is self:
        return 0
    check(THTensor_resizeAs(out.c_tensor, self.c_tensor))
    return check(self.ops.copy(out.c_tensor, self.c_tensor))


cdef int copy_into(TensorBase self, THTensor *view) except -1:
    """Copies self to a view, whose reference is taken over."""
    if view == NULL:
        raise_error()
    cdef int status = self.ops.copy(view, self.c_tensor)
    THTensor_free(view)
    return check(status)


# ---------------------------------------------------------------------------------------- views

cdef THTensor *new_expand_reduced(TensorBase self, int64_t dim, bint keepdim, int n, const int64_t *size) except NULL:
    cdef THTensor *restored
    cdef THTensor *result
    if keepdim or n == 1:
        return owned(THTensor_newExpand(self.c_tensor, n, size))
    restored = owned(THTensor_newUnsqueeze(self.c_tensor, dim))
    result = THTensor_newExpand(restored, n, size)
    THTensor_free(restored)
    return owned(result)


cdef THTensor *new_permute(TensorBase self, int n, const int64_t *dims) except NULL:
    return owned(THTensor_newPermute(self.c_tensor, n, dims))


cdef THTensor *new_permute_back(TensorBase self, int n, const int64_t *dims) except NULL:
    cdef int64_t back[64]
    cdef int i
    for i in range(n):
        back[check(THTensor_wrapDim(dims[i], n))] = i
    return owned(THTensor_newPermute(self.c_tensor, n, back))


# ------------------------------------------------------------------------------------ reductions

cdef int scatter_reduced(TensorBase out, TensorBase self, TensorBase index, int64_t dim, bint keepdim, int n, const int64_t *size) except -1:
    cdef TensorBase values = self, places = index
    if not keepdim and n > 1:
        values = wrap(self.ops, THTensor_newUnsqueeze(self.c_tensor, dim))
        places = wrap(index.ops, THTensor_newUnsqueeze(index.c_tensor, dim))
    zeros(out, n, size)
    return check(self.ops.scatter(out.c_tensor, dim, places.c_tensor, values.c_tensor))


cdef int gather_reduced(TensorBase out, TensorBase self, TensorBase index, int64_t dim, bint keepdim) except -1:
    cdef TensorBase places = index, picked
    cdef int64_t wrapped = check(THTensor_wrapDim(dim, self.c_tensor.nDimension))
    if not keepdim and self.c_tensor.nDimension > 1:
        places = wrap(index.ops, THTensor_newUnsqueeze(index.c_tensor, wrapped))
    check(self.ops.gather(out.c_tensor, self.c_tensor, wrapped, places.c_tensor))
    if places is not index:
        picked = wrap(out.ops, THTensor_newSelect(out.c_tensor, wrapped, 0))
        check(THTensor_set(out.c_tensor, picked.c_tensor))
    return 0


cdef int flip(TensorBase out, TensorBase self, int64_t dim) except -1:
    cdef int64_t wrapped = check(THTensor_wrapDim(dim, self.c_tensor.nDimension))
    cdef int64_t n = self.c_tensor.size[wrapped]
    cdef TensorBase index = new_empty(&TH_dispatch[<int>TH_LONG])
    cdef THScalar first, last, step
    first.i, last.i, step.i = n - 1, 0, -1
    check(index.ops.range(index.c_tensor, first, last, step))
    return check(self.ops.indexSelect(out.c_tensor, self.c_tensor, wrapped, index.c_tensor))


# ----------------------------------------------------------------------------- views' derivatives

cdef int select_backward(TensorBase out, TensorBase self, int n, const int64_t *size, int64_t dim, int64_t index) except -1:
    zeros(out, n, size)
    return copy_into(self, THTensor_newSelect(out.c_tensor, dim, index))


cdef int slice_backward(TensorBase out, TensorBase self, int n, const int64_t *size, int64_t dim, int64_t start, int64_t step) except -1:
    zeros(out, n, size)
    cdef int64_t wrapped = check(THTensor_wrapDim(dim, self.c_tensor.nDimension))
    return copy_into(self, THTensor_newSlice(out.c_tensor, dim, start, self.c_tensor.size[wrapped], step))


cdef int unfold_backward(TensorBase out, TensorBase self, int n, const int64_t *input_size, int64_t dim, int64_t size, int64_t step) except -1:
    # Window k covers elements k * step + j for j < size: one addition for each j.
    cdef int64_t wrapped = check(THTensor_wrapDim(dim, n))
    cdef int64_t windows = self.c_tensor.size[wrapped], j
    cdef TensorBase part, target
    cdef THScalar one
    one.d = 1
    zeros(out, n, input_size)
    for j in range(size):
        part = wrap(self.ops, THTensor_newSelect(self.c_tensor, n, j))
        target = wrap(out.ops, THTensor_newSlice(out.c_tensor, wrapped, j, windows, step))
        check(self.ops.cadd(target.c_tensor, target.c_tensor, one, part.c_tensor))
    return 0


cdef int diag_backward(TensorBase out, TensorBase self, int n, const int64_t *size, int64_t diagonal) except -1:
    cdef TensorBase block, target
    cdef int64_t rows, columns, length
    if n == 1:
        return check(self.ops.diag(out.c_tensor, self.c_tensor, diagonal))
    zeros(out, n, size)
    rows = -diagonal if diagonal < 0 else 0
    columns = diagonal if diagonal > 0 else 0
    length = self.c_tensor.size[0]
    block = wrap(out.ops, THTensor_newNarrow(out.c_tensor, 0, rows, length))
    block = wrap(out.ops, THTensor_newNarrow(block.c_tensor, 1, columns, length))
    target = wrap(out.ops, THTensor_newDiagonal(block.c_tensor))
    return check(self.ops.copy(target.c_tensor, self.c_tensor))


cdef int trace_backward(TensorBase out, TensorBase self, int n, const int64_t *size) except -1:
    cdef TensorBase target
    cdef THTensor *repeated
    cdef int status
    zeros(out, n, size)
    target = wrap(out.ops, THTensor_newDiagonal(out.c_tensor))
    repeated = owned(THTensor_newExpand(self.c_tensor, 1, target.c_tensor.size))
    status = self.ops.copy(target.c_tensor, repeated)
    THTensor_free(repeated)
    return check(status)


# -------------------------------------------------------------------------------------- matrices


cdef int half_tril(TensorBase out, TensorBase self) except -1:
    cdef TensorBase diagonal
    check(self.ops.tril(out.c_tensor, self.c_tensor, 0))
    diagonal = wrap(out.ops, THTensor_newDiagonal(out.c_tensor))
    return check(out.ops.mul(diagonal.c_tensor, diagonal.c_tensor, real_scalar(0.5)))


# -------------------------------------------------------------------------------------- indexing

cdef int index_select_backward(TensorBase out, TensorBase self, int n, const int64_t *size, int64_t dim, TensorBase index) except -1:
    zeros(out, n, size)
    return check(self.ops.indexAdd(out.c_tensor, dim, index.c_tensor, self.c_tensor))


cdef int index_add(TensorBase out, TensorBase self, int64_t dim, TensorBase index, TensorBase other) except -1:
    start_from(out, self)
    return check(self.ops.indexAdd(out.c_tensor, dim, index.c_tensor, other.c_tensor))


cdef int index_copy(TensorBase out, TensorBase self, int64_t dim, TensorBase index, TensorBase other) except -1:
    start_from(out, self)
    return check(self.ops.indexCopy(out.c_tensor, dim, index.c_tensor, other.c_tensor))


cdef int index_fill(TensorBase out, TensorBase self, int64_t dim, TensorBase index, THScalar value) except -1:
    start_from(out, self)
    return check(self.ops.indexFill(out.c_tensor, dim, index.c_tensor, value))


cdef int gather_backward(TensorBase out, TensorBase self, int n, const int64_t *size, int64_t dim, TensorBase index) except -1:
    zeros(out, n, size)
    return check(self.ops.scatterAdd(out.c_tensor, dim, index.c_tensor, self.c_tensor))


cdef int scatter(TensorBase out, TensorBase self, int64_t dim, TensorBase index, TensorBase src) except -1:
    start_from(out, self)
    return check(self.ops.scatter(out.c_tensor, dim, index.c_tensor, src.c_tensor))


cdef int scatter_value(TensorBase out, TensorBase self, int64_t dim, TensorBase index, THScalar value) except -1:
    start_from(out, self)
    return check(self.ops.scatterFill(out.c_tensor, dim, index.c_tensor, value))


cdef int scatter_add(TensorBase out, TensorBase self, int64_t dim, TensorBase index, TensorBase src) except -1:
    start_from(out, self)
    return check(self.ops.scatterAdd(out.c_tensor, dim, index.c_tensor, src.c_tensor))


cdef int masked_fill(TensorBase out, TensorBase self, TensorBase mask, THScalar value) except -1:
    start_from(out, self)
    return check(self.ops.maskedFill(out.c_tensor, mask.c_tensor, value))


cdef int masked_copy(TensorBase out, TensorBase self, TensorBase mask, TensorBase source) except -1:
    start_from(out, self)
    return check(self.ops.maskedCopy(out.c_tensor, mask.c_tensor, source.c_tensor))


cdef int masked_source(TensorBase out, TensorBase self, TensorBase mask, int n, const int64_t *size) except -1:
    # The selected elements in order, the rest of `size` filled with zeros.
    cdef TensorBase picked = new_empty(self.ops), head
    cdef THTensor *flat
    cdef int64_t count, total = 1
    check(self.ops.maskedSelect(picked.c_tensor, self.c_tensor, mask.c_tensor))
    zeros(out, n, size)
    count = THTensor_nElement(picked.c_tensor)
    if count == 0:
        return 0
    total = -1
    flat = owned(THTensor_newView(out.c_tensor, 1, &total))
    head = wrap(out.ops, THTensor_newNarrow(flat, 0, 0, count))
    THTensor_free(flat)
    return check(self.ops.copy(head.c_tensor, picked.c_tensor))


cdef int masked_select_backward(TensorBase out, TensorBase self, int n, const int64_t *size, TensorBase mask) except -1:
    zeros(out, n, size)
    return check(self.ops.maskedCopy(out.c_tensor, mask.c_tensor, self.c_tensor))


# ---------------------------------------------------------------------------------------- layers

cdef THTensor *new_expand_bias(TensorBase self, int n, const int64_t *size) except NULL:
    cdef int64_t stride[64]
    cdef int d
    if self.c_tensor.nDimension != 1 or n < 2 or self.c_tensor.size[0] != size[1]:
        raise RuntimeError(f"expected one value for each of {size[1] if n > 1 else 0} channels, but got {size_of(self.c_tensor)}")
    for d in range(n):
        stride[d] = self.c_tensor.stride[0] if d == 1 else 0
    return owned(THTensor_newViewUnchecked(self.c_tensor, n, size, stride, self.c_tensor.storageOffset))


cdef int channel_sum(TensorBase out, TensorBase self) except -1:
    # As (N, C, rest, 1), which is how the bias of a convolution is summed.
    cdef const THTensor *t = self.c_tensor
    cdef int64_t size[4]
    if t.nDimension < 2:
        raise RuntimeError(f"expected (N, C, ...), but got {size_of(t)}")
    size[0], size[1], size[2], size[3] = t.size[0], t.size[1], -1, 1
    self = contiguous(self)
    self = wrap(self.ops, THTensor_newView(self.c_tensor, 4, size))
    return check(THNN_dispatch[self.ops.dtype].Conv_gradBias(NULL, self.c_tensor, out.c_tensor))


cdef TensorBase as_rows(TensorBase self):
    """(..., H, W) as (planes, H * W)."""
    cdef int64_t size[2]
    cdef int n = self.c_tensor.nDimension
    size[0] = -1
    size[1] = self.c_tensor.size[n - 2] * self.c_tensor.size[n - 1]
    self = contiguous(self)
    return wrap(self.ops, THTensor_newView(self.c_tensor, 2, size))


cdef int gather_planes(TensorBase out, TensorBase self, TensorBase indices) except -1:
    cdef TensorBase planes = as_rows(self), rows = as_rows(indices)
    check(self.ops.gather(out.c_tensor, planes.c_tensor, 1, rows.c_tensor))
    return check(THTensor_resizeAs(out.c_tensor, indices.c_tensor))


cdef int nll_loss(TensorBase out, TensorBase self, TensorBase target, TensorBase weight, bint size_average, int64_t ignore_index, bint reduce) except -1:
    cdef TensorBase total = new_empty(self.ops)
    return check(THNN_dispatch[self.ops.dtype].ClassNLLCriterion_updateOutput(
        NULL, self.c_tensor, target.c_tensor, out.c_tensor, size_average, NULL if weight is None else weight.c_tensor,
        total.c_tensor, ignore_index, reduce))


# ----------------------------------------------------------------------------------------- sizes

cdef TensorBase t_sum_to_shape(TensorBase grad, THTensor *shape):
    if shape == NULL:
        return grad
    cdef TensorBase out = new_empty(grad.ops)
    create.sum_to(out, grad, shape.nDimension, shape.size)
    return out


cdef THTensor *shape_of(int n, const int64_t *size) except NULL:
    cdef THTensor shape
    shape.nDimension = n
    shape.size = shape.stride = <int64_t *>size
    shape.storage = NULL
    shape.storageOffset = 0
    shape.dtype = shape.flag = 0
    return owned(THTensor_newShape(&shape))
