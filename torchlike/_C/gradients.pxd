# Pieces of derivative formulas that are no operator of 0.3, and the index operators' copying forms. The operator table
# names these functions; each fills `out`, which may be `self` for those with an in-place form.
from libc.stdint cimport int64_t
from torchlike._C.tensor_base cimport TensorBase
from torchlike._C.th cimport THScalar, THTensor, THTensor_nElement

# views
cdef THTensor *new_expand_reduced(TensorBase self, int64_t dim, bint keepdim, int n, const int64_t *size) except NULL
cdef THTensor *new_permute(TensorBase self, int n, const int64_t *dims) except NULL
cdef THTensor *new_permute_back(TensorBase self, int n, const int64_t *dims) except NULL
cdef THTensor *new_flat(TensorBase self) except NULL
cdef THTensor *new_expand_batch(TensorBase self, int n, const int64_t *size) except NULL

# reductions
cdef int scatter_reduced(TensorBase out, TensorBase self, TensorBase index, int64_t dim, bint keepdim, int n,
                         const int64_t *size) except -1
cdef int gather_reduced(TensorBase out, TensorBase self, TensorBase index, int64_t dim, bint keepdim) except -1
cdef int spread(TensorBase out, TensorBase self, int n, const int64_t *size) except -1
cdef int sum_except(TensorBase out, TensorBase self, int64_t dim) except -1
cdef int flip(TensorBase out, TensorBase self, int64_t dim) except -1
cdef int shift(TensorBase out, TensorBase self, int64_t dim, THScalar first) except -1
cdef int shift_back(TensorBase out, TensorBase self, int64_t dim) except -1

# views' derivatives
cdef int select_backward(TensorBase out, TensorBase self, int n, const int64_t *size, int64_t dim,
                         int64_t index) except -1
cdef int slice_backward(TensorBase out, TensorBase self, int n, const int64_t *size, int64_t dim, int64_t start,
                        int64_t step) except -1
cdef int unfold_backward(TensorBase out, TensorBase self, int n, const int64_t *input_size, int64_t dim, int64_t size,
                         int64_t step) except -1
cdef int diag_backward(TensorBase out, TensorBase self, int n, const int64_t *size, int64_t diagonal) except -1
cdef int trace_backward(TensorBase out, TensorBase self, int n, const int64_t *size) except -1

# matrices
cdef int add_product(TensorBase out, TensorBase a, TensorBase b) except -1    # out += a @ b
cdef int half_tril(TensorBase out, TensorBase self) except -1
cdef int inverse_differences(TensorBase out, TensorBase self) except -1

# indexing
cdef int index_select_backward(TensorBase out, TensorBase self, int n, const int64_t *size, int64_t dim,
                               TensorBase index) except -1
cdef int index_add(TensorBase out, TensorBase self, int64_t dim, TensorBase index, TensorBase other) except -1
cdef int index_copy(TensorBase out, TensorBase self, int64_t dim, TensorBase index, TensorBase other) except -1
cdef int index_fill(TensorBase out, TensorBase self, int64_t dim, TensorBase index, THScalar value) except -1
cdef int gather_backward(TensorBase out, TensorBase self, int n, const int64_t *size, int64_t dim,
                         TensorBase index) except -1
cdef int scatter(TensorBase out, TensorBase self, int64_t dim, TensorBase index, TensorBase src) except -1
cdef int scatter_value(TensorBase out, TensorBase self, int64_t dim, TensorBase index, THScalar value) except -1
cdef int scatter_add(TensorBase out, TensorBase self, int64_t dim, TensorBase index, TensorBase src) except -1
cdef int masked_fill(TensorBase out, TensorBase self, TensorBase mask, THScalar value) except -1
cdef int masked_scatter(TensorBase out, TensorBase self, TensorBase mask, TensorBase source) except -1
cdef int masked_source(TensorBase out, TensorBase self, TensorBase mask, int n, const int64_t *size) except -1
cdef int masked_select_backward(TensorBase out, TensorBase self, int n, const int64_t *size, TensorBase mask) except -1

cdef int take_backward(TensorBase out, TensorBase self, int n, const int64_t *size, TensorBase indices) except -1
cdef int put(TensorBase out, TensorBase self, TensorBase indices, TensorBase source, bint accumulate) except -1
cdef int put_value(TensorBase out, TensorBase self, TensorBase indices, THScalar value) except -1

# layers
cdef THTensor *new_expand_bias(TensorBase self, int n, const int64_t *size) except NULL
cdef int channel_sum(TensorBase out, TensorBase self) except -1
cdef int gather_planes(TensorBase out, TensorBase self, TensorBase indices) except -1
cdef int scatter_planes(TensorBase out, TensorBase self, TensorBase indices, int n, const int64_t *size,
                        int64_t spatial) except -1
cdef int take_planes(TensorBase out, TensorBase self, TensorBase indices, int64_t spatial) except -1
cdef int pad_constant(TensorBase out, TensorBase self, int n, const int64_t *pad, double value, bint crop) except -1
cdef int embedding(TensorBase out, TensorBase self, TensorBase indices) except -1
cdef int embedding_weight(TensorBase out, TensorBase self, TensorBase indices, int n, const int64_t *size,
                          int64_t padding_idx, bint scale_grad_by_freq) except -1
cdef int embedding_rows(TensorBase out, TensorBase self, TensorBase indices, int64_t padding_idx,
                        bint scale_grad_by_freq) except -1
cdef int embedding_renorm(TensorBase out, TensorBase self, TensorBase indices, double max_norm,
                          double norm_type) except -1

# a formula that can't be computed: raises a RuntimeError
cdef object fail(str message)

# what formulas ask of sizes
cdef TensorBase t_sum_to_shape(TensorBase grad, THTensor *shape)      # NULL: grad itself
cdef THTensor *shape_of(int n, const int64_t *size) except NULL

cdef inline double number_of_elements(const THTensor *shape) noexcept:
    return <double>THTensor_nElement(shape)
cdef inline int64_t size_along(const THTensor *shape, int64_t dim) noexcept:
    return shape.size[dim if dim >= 0 else dim + shape.nDimension]
cdef inline double number_reduced(const THTensor *shape, int64_t dim, bint unbiased) noexcept:
    return <double>(size_along(shape, dim) - unbiased)
cdef inline double mse_factor(const THTensor *shape, bint size_average, bint reduce) noexcept:
    return 2.0 / THTensor_nElement(shape) if size_average and reduce else 2.0
