"""Pieces of derivative formulas that are no operator of 0.3 (see gradients.pxd)."""
from torchlike._C cimport create
from torchlike._C.errors cimport check, raise_error
from torchlike._C.dispatch cimport TH_dispatch, THNN_dispatch, THNNDispatch
from torchlike._C.size cimport size_of
from torchlike._C.tensor_base cimport (
    clone, contiguous, missing_operator, new_empty, real_scalar, type_name, wrap,
)
from torchlike._C.th cimport *


cdef THTensor *owned(THTensor *t) except NULL:
    if t == NULL:
        raise_error()
    return t


cdef THNNDispatch *layers_of(TensorBase self) except NULL:
    """The layers of self's type, which must be a floating-point one."""
    cdef THNNDispatch *layers = &THNN_dispatch[self.ops.dtype]
    if layers.Linear_updateOutput == NULL:
        missing_operator(self, "layers")
    return layers


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


cdef THTensor *new_flat(TensorBase self) except NULL:
    cdef int64_t size = -1
    return owned(THTensor_newView(self.c_tensor, 1, &size))


cdef THTensor *new_expand_batch(TensorBase self, int n, const int64_t *size) except NULL:
    cdef int64_t sizes[64]
    cdef int d
    sizes[0] = size[0]
    for d in range(self.c_tensor.nDimension):
        sizes[d + 1] = self.c_tensor.size[d]
    return owned(THTensor_newExpand(self.c_tensor, self.c_tensor.nDimension + 1, sizes))


# ------------------------------------------------------------------------------------ reductions

cdef int scatter_reduced(TensorBase out, TensorBase self, TensorBase index, int64_t dim, bint keepdim, int n,
                         const int64_t *size) except -1:
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


cdef int shift(TensorBase out, TensorBase self, int64_t dim, THScalar first) except -1:
    cdef int64_t wrapped = check(THTensor_wrapDim(dim, self.c_tensor.nDimension))
    cdef int64_t n = self.c_tensor.size[wrapped]
    check(THTensor_resizeAs(out.c_tensor, self.c_tensor))
    if n > 1:
        copy_into(wrap(self.ops, THTensor_newNarrow(self.c_tensor, wrapped, 0, n - 1)),
                  THTensor_newNarrow(out.c_tensor, wrapped, 1, n - 1))
    return check(out.ops.fill(wrap(out.ops, THTensor_newNarrow(out.c_tensor, wrapped, 0, 1)).c_tensor, first))


cdef int shift_back(TensorBase out, TensorBase self, int64_t dim) except -1:
    cdef int64_t wrapped = check(THTensor_wrapDim(dim, self.c_tensor.nDimension))
    cdef int64_t n = self.c_tensor.size[wrapped]
    check(THTensor_resizeAs(out.c_tensor, self.c_tensor))
    if n > 1:
        copy_into(wrap(self.ops, THTensor_newNarrow(self.c_tensor, wrapped, 1, n - 1)),
                  THTensor_newNarrow(out.c_tensor, wrapped, 0, n - 1))
    return check(out.ops.zero(wrap(out.ops, THTensor_newNarrow(out.c_tensor, wrapped, n - 1, 1)).c_tensor))


cdef int spread(TensorBase out, TensorBase self, int n, const int64_t *size) except -1:
    cdef TensorBase expanded
    check(THTensor_resize(out.c_tensor, n, size, NULL))
    if THTensor_nElement(out.c_tensor) <= 1024:
        return check(out.ops.fill(out.c_tensor, self.ops.sumall(self.c_tensor)))
    expanded = wrap(self.ops, THTensor_newExpand(self.c_tensor, n, size))
    return check(THTensor_set(out.c_tensor, expanded.c_tensor))


cdef int sum_except(TensorBase out, TensorBase self, int64_t dim) except -1:
    cdef int64_t size[64]
    cdef int d, kept = check(THTensor_wrapDim(dim, self.c_tensor.nDimension))
    for d in range(self.c_tensor.nDimension):
        size[d] = self.c_tensor.size[d] if d == kept else 1
    return create.sum_to(out, self, self.c_tensor.nDimension, size)


# ----------------------------------------------------------------------------- views' derivatives

cdef int select_backward(TensorBase out, TensorBase self, int n, const int64_t *size, int64_t dim,
                         int64_t index) except -1:
    zeros(out, n, size)
    return copy_into(self, THTensor_newSelect(out.c_tensor, dim, index))


cdef int slice_backward(TensorBase out, TensorBase self, int n, const int64_t *size, int64_t dim, int64_t start,
                        int64_t step) except -1:
    zeros(out, n, size)
    cdef int64_t wrapped = check(THTensor_wrapDim(dim, self.c_tensor.nDimension))
    return copy_into(self, THTensor_newSlice(out.c_tensor, dim, start, self.c_tensor.size[wrapped], step))


cdef int unfold_backward(TensorBase out, TensorBase self, int n, const int64_t *input_size, int64_t dim, int64_t size,
                         int64_t step) except -1:
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


cdef inline bint share_memory(TensorBase a, TensorBase b) noexcept:
    return a.c_tensor.storage == b.c_tensor.storage


cdef int add_product(TensorBase out, TensorBase a, TensorBase b) except -1:
    # With few columns adding costs as much as the product; with many, the product shall not keep the interpreter's
    # lock, which the addition to the grad of a leaf needs.
    cdef THScalar one = real_scalar(1)
    cdef TensorBase product
    cdef int status
    if a.ops != out.ops:
        raise RuntimeError("a gradient has the wrong type: expected %s, got %s" % (type_name(out), type_name(a)))
    if a.c_tensor.nDimension != 2 or a.c_tensor.size[1] > 16 or share_memory(out, a) or share_memory(out, b):
        product = new_empty(a.ops)
        with nogil:
            status = a.ops.mm(product.c_tensor, a.c_tensor, b.c_tensor)
        check(status)
        return check(out.ops.cadd(out.c_tensor, out.c_tensor, one, product.c_tensor))
    return check(out.ops.addmm(out.c_tensor, one, out.c_tensor, one, a.c_tensor, b.c_tensor))


cdef int half_tril(TensorBase out, TensorBase self) except -1:
    cdef TensorBase diagonal
    check(self.ops.tril(out.c_tensor, self.c_tensor, 0))
    diagonal = wrap(out.ops, THTensor_newDiagonal(out.c_tensor))
    return check(out.ops.mul(diagonal.c_tensor, diagonal.c_tensor, real_scalar(0.5)))


cdef int inverse_differences(TensorBase out, TensorBase self) except -1:
    cdef TensorBase row = wrap(self.ops, THTensor_newUnsqueeze(self.c_tensor, 0))
    cdef TensorBase column = wrap(self.ops, THTensor_newUnsqueeze(self.c_tensor, 1))
    cdef TensorBase diagonal
    check(out.ops.csub(out.c_tensor, row.c_tensor, real_scalar(1), column.c_tensor))
    diagonal = wrap(out.ops, THTensor_newDiagonal(out.c_tensor))
    check(out.ops.fill(diagonal.c_tensor, real_scalar(float("inf"))))
    return check(out.ops.cinv(out.c_tensor, out.c_tensor))


# -------------------------------------------------------------------------------------- indexing

cdef int index_select_backward(TensorBase out, TensorBase self, int n, const int64_t *size, int64_t dim,
                               TensorBase index) except -1:
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


cdef int gather_backward(TensorBase out, TensorBase self, int n, const int64_t *size, int64_t dim,
                         TensorBase index) except -1:
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


cdef int masked_scatter(TensorBase out, TensorBase self, TensorBase mask, TensorBase source) except -1:
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


cdef int take_backward(TensorBase out, TensorBase self, int n, const int64_t *size, TensorBase indices) except -1:
    zeros(out, n, size)
    return check(self.ops.put(out.c_tensor, indices.c_tensor, self.c_tensor, True))


cdef int put(TensorBase out, TensorBase self, TensorBase indices, TensorBase source, bint accumulate) except -1:
    start_from(out, self)
    return check(self.ops.put(out.c_tensor, indices.c_tensor, source.c_tensor, accumulate))


cdef int put_value(TensorBase out, TensorBase self, TensorBase indices, THScalar value) except -1:
    start_from(out, self)
    return check(self.ops.putFill(out.c_tensor, indices.c_tensor, value))


# ---------------------------------------------------------------------------------------- layers

cdef THTensor *new_expand_bias(TensorBase self, int n, const int64_t *size) except NULL:
    cdef int64_t stride[64]
    cdef int d
    if self.c_tensor.nDimension != 1 or n < 2 or self.c_tensor.size[0] != size[1]:
        channels = size[1] if n > 1 else 0
        raise RuntimeError(f"expected one value for each of {channels} channels, but got {size_of(self.c_tensor)}")
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
    return check(layers_of(self).Conv_gradBias(NULL, self.c_tensor, out.c_tensor))


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


cdef TensorBase as_planes(TensorBase self, int64_t spatial, const THTensor *like):
    # (..., the last `spatial` dimensions) as (planes, elements); planes as in `like`.
    cdef const THTensor *t = self.c_tensor
    cdef int64_t size[2]
    cdef int d
    if spatial < 1 or t.nDimension <= spatial or t.nDimension != like.nDimension:
        raise RuntimeError(f"expected planes of {spatial} dimensions, but got {size_of(t)} and {size_of(like)}")
    size[0], size[1] = 1, 1
    for d in range(t.nDimension):
        if d < t.nDimension - spatial:
            if t.size[d] != like.size[d]:
                raise RuntimeError(f"planes must be the same, but got {size_of(t)} and {size_of(like)}")
            size[0] *= t.size[d]
        else:
            size[1] *= t.size[d]
    self = contiguous(self)
    return wrap(self.ops, THTensor_newView(self.c_tensor, 2, size))


cdef int scatter_planes(TensorBase out, TensorBase self, TensorBase indices, int n, const int64_t *size,
                        int64_t spatial) except -1:
    cdef TensorBase values, places, target
    if not THTensor_isSameSizeAs(self.c_tensor, indices.c_tensor):
        got = size_of(indices.c_tensor)
        raise RuntimeError(f"input {size_of(self.c_tensor)} and indices {got} must have the same size")
    zeros(out, n, size)
    values = as_planes(self, spatial, out.c_tensor)
    places = as_planes(indices, spatial, out.c_tensor)
    target = as_planes(out, spatial, out.c_tensor)
    return check(self.ops.scatterAdd(target.c_tensor, 1, places.c_tensor, values.c_tensor))


cdef int take_planes(TensorBase out, TensorBase self, TensorBase indices, int64_t spatial) except -1:
    cdef TensorBase planes = as_planes(self, spatial, indices.c_tensor)
    cdef TensorBase rows = as_planes(indices, spatial, self.c_tensor)
    check(self.ops.gather(out.c_tensor, planes.c_tensor, 1, rows.c_tensor))
    return check(THTensor_resizeAs(out.c_tensor, indices.c_tensor))


cdef int pad_constant(TensorBase out, TensorBase self, int n, const int64_t *pad, double value, bint crop) except -1:
    # Copies what is in both to a tensor full of `value`; negative padding crops.
    cdef const THTensor *t = self.c_tensor
    cdef TensorBase source = self, target = out
    cdef int64_t size[64]
    cdef int64_t before, after, length
    cdef int d, sign = -1 if crop else 1
    cdef THScalar filling
    filling.d = value
    if n % 2 or n > 2 * t.nDimension:
        raise RuntimeError(f"expected two paddings for each of at most {t.nDimension} dimensions, but got {n}")
    for d in range(t.nDimension):
        size[d] = t.size[d]
    for d in range(n // 2):
        size[t.nDimension - 1 - d] += sign * (pad[2 * d] + pad[2 * d + 1])
        if size[t.nDimension - 1 - d] < 1:
            raise RuntimeError(
                f"padding ({pad[2 * d]}, {pad[2 * d + 1]}) leaves nothing of dimension {t.nDimension - 1 - d} "
                f"of {size_of(t)}")
    check(THTensor_resize(out.c_tensor, t.nDimension, size, NULL))
    check(out.ops.fill(out.c_tensor, filling))
    for d in range(n // 2):
        before, after = sign * pad[2 * d], sign * pad[2 * d + 1]
        length = t.size[t.nDimension - 1 - d] + min(before, 0) + min(after, 0)
        if length < 1:
            return 0
        source = wrap(self.ops, THTensor_newNarrow(source.c_tensor, t.nDimension - 1 - d, max(-before, 0), length))
        target = wrap(out.ops, THTensor_newNarrow(target.c_tensor, t.nDimension - 1 - d, max(before, 0), length))
    return check(self.ops.copy(target.c_tensor, source.c_tensor))


cdef int embedding(TensorBase out, TensorBase self, TensorBase indices) except -1:
    cdef const THTensor *t = indices.c_tensor
    cdef TensorBase flat
    cdef int64_t size[64]
    cdef int64_t all_of_them = -1
    cdef int d
    if self.c_tensor.nDimension != 2:
        raise RuntimeError(f"expected a table of rows, but got {size_of(self.c_tensor)}")
    if t.nDimension == 0:
        raise RuntimeError("expected indices, but got an empty tensor")
    if t.nDimension == TH_MAX_DIM:
        raise RuntimeError(f"the result would have more than {TH_MAX_DIM} dimensions")
    flat = contiguous(indices)
    flat = wrap(flat.ops, THTensor_newView(flat.c_tensor, 1, &all_of_them))
    check(self.ops.indexSelect(out.c_tensor, self.c_tensor, 0, flat.c_tensor))
    for d in range(t.nDimension):
        size[d] = t.size[d]
    size[t.nDimension] = self.c_tensor.size[1]
    return check(THTensor_resize(out.c_tensor, t.nDimension + 1, size, NULL))


cdef int embedding_weight(TensorBase out, TensorBase self, TensorBase indices, int n, const int64_t *size,
                          int64_t padding_idx, bint scale_grad_by_freq) except -1:
    zeros(out, n, size)
    return check(layers_of(self).LookupTable_accGradParameters(
        NULL, indices.c_tensor, self.c_tensor, out.c_tensor, NULL, NULL, NULL, scale_grad_by_freq,
        padding_idx, 1))


cdef int embedding_rows(TensorBase out, TensorBase self, TensorBase indices, int64_t padding_idx,
                        bint scale_grad_by_freq) except -1:
    cdef TensorBase table = self, row
    if scale_grad_by_freq:
        raise RuntimeError("embedding: the second derivative with scale_grad_by_freq is not implemented")
    if 0 <= padding_idx < self.c_tensor.size[0]:
        table = clone(self)
        row = wrap(table.ops, THTensor_newSelect(table.c_tensor, 0, padding_idx))
        check(table.ops.zero(row.c_tensor))
    return embedding(out, table, indices)


cdef int embedding_renorm(TensorBase out, TensorBase self, TensorBase indices, double max_norm,
                          double norm_type) except -1:
    start_from(out, self)
    return check(layers_of(self).LookupTable_renorm(
        NULL, indices.c_tensor, out.c_tensor, max_norm, norm_type))


cdef object fail(str message):
    raise RuntimeError(message)


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
