# cython: binding=True
# These are methods as well: functions that Python binds to the object before the dot.
"""Functions made of other operators; they take tensors and Variables alike."""
from cpython.object cimport PyObject
from cpython.ref cimport Py_INCREF
from cpython.tuple cimport PyTuple_New, PyTuple_SET_ITEM
from libc.stdint cimport int64_t
from torchlike._C.args cimport install_method, sizes_from
from torchlike._C.errors cimport check
from torchlike._C.tensor_base cimport TensorBase, type_name
from torchlike._C.tensor_ops cimport (
    number_dot_T, t_bmm_T, t_contiguous, t_expand_Z, t_linear_Tt, t_mm_T, t_mv_T, t_narrow_III, t_select_II, t_t,
    t_unsqueeze_I, t_view_Z,
)
from torchlike._C.quick_args cimport is_tensor, is_variable
from torchlike._C.th cimport *
from torchlike._C.variable cimport VariableBase
from torchlike._C.variable_ops cimport (
    v_bmm_T, v_contiguous, v_copy_T_, v_dot_T, v_expand_Z, v_linear_Tt, v_mm_T, v_mv_T, v_narrow_III, v_select_II, v_t,
    v_unsqueeze_I, v_view_Z,
)

from torchlike._C import tensor as tensor_types


# ------------------------------------------------------------------------------ on either of the two

cdef inline const THTensor *shape_of(object o) except NULL:
    """The sizes of a tensor or a Variable."""
    if isinstance(o, VariableBase):
        return (<VariableBase>o).data_.c_tensor
    if isinstance(o, TensorBase):
        return (<TensorBase>o).c_tensor
    raise TypeError(f"expected a tensor or a Variable, but got {type_name(o)}")


cdef inline object narrow(object o, int64_t dim, int64_t start, int64_t length):
    if isinstance(o, VariableBase):
        return v_narrow_III(<VariableBase>o, dim, start, length)
    return t_narrow_III(<TensorBase>o, dim, start, length)


cdef inline object select(object o, int64_t dim, int64_t index):
    if isinstance(o, VariableBase):
        return v_select_II(<VariableBase>o, dim, index)
    return t_select_II(<TensorBase>o, dim, index)


cdef object view(object o, int n, const int64_t *size):
    if isinstance(o, VariableBase):
        return v_view_Z(<VariableBase>o, n, size)
    return t_view_Z(<TensorBase>o, n, size)


cdef object dense_view(object o, int n, const int64_t *size):
    if isinstance(o, VariableBase):
        return v_view_Z(v_contiguous(<VariableBase>o), n, size)
    return t_view_Z(t_contiguous(<TensorBase>o), n, size)


cdef object expand(object o, int n, const int64_t *size):
    if isinstance(o, VariableBase):
        return v_expand_Z(<VariableBase>o, n, size)
    return t_expand_Z(<TensorBase>o, n, size)


cdef object unsqueeze(object o, int64_t dim):
    if isinstance(o, VariableBase):
        return v_unsqueeze_I(<VariableBase>o, dim)
    return t_unsqueeze_I(<TensorBase>o, dim)


cdef object transposed(object o):
    return v_t(<VariableBase>o) if isinstance(o, VariableBase) else t_t(<TensorBase>o)


cdef inline object mm(object a, object b):
    if isinstance(a, VariableBase):
        return v_mm_T(<VariableBase>a, <VariableBase>b)
    return t_mm_T(<TensorBase>a, <TensorBase>b)


cdef object dot(object a, object b):
    if isinstance(a, VariableBase):
        return v_dot_T(<VariableBase>a, <VariableBase>b)
    return number_dot_T(<TensorBase>a, <TensorBase>b)


cdef object mv(object a, object b):
    if isinstance(a, VariableBase):
        return v_mv_T(<VariableBase>a, <VariableBase>b)
    return t_mv_T(<TensorBase>a, <TensorBase>b)


cdef object bmm(object a, object b):
    if isinstance(a, VariableBase):
        return v_bmm_T(<VariableBase>a, <VariableBase>b)
    return t_bmm_T(<TensorBase>a, <TensorBase>b)


# ------------------------------------------------------------------------------------------- parts

cdef tuple parts(object tensor, int64_t size, int64_t dim):
    """Views of `size` elements along dim, 1 or more; the last may be smaller."""
    cdef const THTensor *shape = shape_of(tensor)
    dim = check(THTensor_wrapDim(dim, shape.nDimension))
    cdef int64_t whole = shape.size[dim], start, left
    cdef Py_ssize_t i, n = <Py_ssize_t>((whole - 1) // size + 1)
    cdef tuple out = PyTuple_New(n)
    for i in range(n):
        start = i * size
        left = whole - start
        part = narrow(tensor, dim, start, size if size < left else left)
        Py_INCREF(part)
        PyTuple_SET_ITEM(out, i, part)
    return out


def split(tensor, Py_ssize_t split_size, Py_ssize_t dim=0):
    """Cut a tensor into parts of one size; the last may be smaller.

    Parameters
    ----------
    tensor : Tensor or Variable
    split_size : int
        Elements of a part along `dim`, 1 or more.
    dim : int, default: 0

    Returns
    -------
    tuple of views

    Examples
    --------
    >>> [p.size(0) for p in torch.split(torch.zeros(5), 2)]
    [2, 2, 1]
    """
    if split_size < 1:
        raise ValueError(f"split_size must be 1 or more, but got {split_size}")
    return parts(tensor, split_size, dim)


def chunk(tensor, Py_ssize_t chunks, Py_ssize_t dim=0):
    """Cut a tensor into at most `chunks` parts of one size; the last may be smaller.

    Parameters
    ----------
    tensor : Tensor or Variable
    chunks : int
        1 or more.
    dim : int, default: 0

    Returns
    -------
    tuple of views
    """
    cdef const THTensor *shape = shape_of(tensor)
    if chunks < 1:
        raise ValueError(f"chunks must be 1 or more, but got {chunks}")
    dim = check(THTensor_wrapDim(dim, shape.nDimension))
    return parts(tensor, (shape.size[dim] - 1) // chunks + 1, dim)


def unbind(tensor, Py_ssize_t dim=0):
    """Cut a tensor into its slices along a dimension, which they lack.

    Parameters
    ----------
    tensor : Tensor or Variable
    dim : int, default: 0

    Returns
    -------
    tuple of views
    """
    cdef const THTensor *shape = shape_of(tensor)
    dim = check(THTensor_wrapDim(dim, shape.nDimension))
    cdef Py_ssize_t i, n = shape.size[dim]
    cdef tuple out = PyTuple_New(n)
    for i in range(n):
        part = select(tensor, dim, i)
        Py_INCREF(part)
        PyTuple_SET_ITEM(out, i, part)
    return out


# ------------------------------------------------------------------------------------------- sizes

def repeat(self, *sizes):
    """Copies beside each other: `sizes` says how many along each dimension.

    Parameters
    ----------
    *sizes : int... or one sequence
        As many as the tensor has dimensions, or more: these come first.

    Examples
    --------
    >>> torch.FloatTensor([1, 2]).repeat(2, 3).size()
    torch.Size([2, 6])
    """
    cdef int64_t counts[64]
    cdef int64_t apart[64]
    cdef int64_t wide[64]
    cdef int64_t size
    cdef const THTensor *shape = shape_of(self)
    cdef int d, n = sizes_from(sizes, counts), before = n - shape.nDimension, shown = 0
    if before < 0:
        own = [shape.size[d] for d in range(shape.nDimension)]
        raise ValueError(
            "number of dimensions of repeat dims can not be smaller than number of "
            f"dimensions of tensor: {[counts[d] for d in range(n)]} and {own}"
        )
    if 2 * n > TH_MAX_DIM:
        raise ValueError(f"repeat takes at most {TH_MAX_DIM // 2} counts, but got {n}")
    for d in range(n):
        if counts[d] < 1:
            raise ValueError(f"repeat counts must be 1 or more, but got {[counts[d] for d in range(n)]}")
    for d in range(n):
        size = shape.size[d - before] if d >= before else 1
        apart[shown] = 1
        wide[shown] = counts[d]
        apart[shown + 1] = wide[shown + 1] = size
        counts[d] *= size
        shown += 2
    return dense_view(expand(dense_view(self, shown, apart), shown, wide), n, counts)


# ----------------------------------------------------------------------------------------- products

def matmul(tensor1, tensor2, out=None):
    """Matrix product with broadcasting of the batch dimensions.

    Two vectors give their dot product, a matrix and a vector their product; with more
    than two dimensions the last two are the matrices and the others are broadcast.

    Parameters
    ----------
    tensor1, tensor2 : Tensor or Variable
    out : Tensor, optional
        Result.
    """
    result = product(tensor1, tensor2)
    return result if out is None else out.resize_as_(result).copy_(result)


cdef object product(object a, object b):
    cdef const THTensor *left = shape_of(a)
    cdef const THTensor *right = shape_of(b)
    cdef int m = left.nDimension, n = right.nDimension
    if isinstance(a, VariableBase) != isinstance(b, VariableBase) or left.dtype != right.dtype:
        return a.mm(b)                      # which says what does not fit
    if m == 2 and n == 2:
        return mm(a, b)
    if m == 0 or n == 0:
        raise RuntimeError(f"both arguments to matmul need to be at least 1D, but they are {m}D and {n}D")
    if m == 1 and n == 1:
        return dot(a, b)
    if m == 2 and n == 1:
        return mv(a, b)
    if m == 1 and n == 2:
        return mv(transposed(b), a)
    if m > 2 and n <= 2:
        return folded_product(a, b, left, n)
    if m == 3 and n == 3 and left.size[0] == right.size[0]:
        return bmm(a, b)
    return batched_product(a, b)


cdef object folded_product(object a, object b, const THTensor *left, int n):
    """a of more than two dimensions with one matrix or vector: the batch becomes rows."""
    cdef int64_t size[64]
    cdef int64_t rows[2]
    cdef int d, kept = left.nDimension - 1
    rows[0], rows[1] = -1, left.size[kept]
    for d in range(kept):
        size[d] = left.size[d]
    flat = dense_view(a, 2, rows)
    if n == 1:
        return view(mv(flat, b), kept, size)
    size[kept] = shape_of(b).size[1]
    return view(mm(flat, b), kept + 1, size)


cdef object batched_product(object a, object b):
    cdef int64_t batch[64]
    cdef int64_t size[64]
    cdef int64_t flat[3]
    cdef THTensor lead[2]
    cdef const THTensor *shape
    cdef int d, i, count
    cdef bint row = shape_of(a).nDimension == 1, column = shape_of(b).nDimension == 1
    operands = [unsqueeze(a, 0) if row else a, unsqueeze(b, -1) if column else b]
    for i in range(2):
        shape = shape_of(operands[i])
        lead[i].size, lead[i].nDimension = <int64_t *>shape.size, shape.nDimension - 2
    count = broadcast(lead, batch)
    for i in range(2):
        shape = shape_of(operands[i])
        flat[0] = -1
        for d in range(count):
            size[d] = batch[d]
        for d in range(2):
            size[count + d] = flat[1 + d] = shape.size[shape.nDimension - 2 + d]
        operands[i] = dense_view(expand(operands[i], count + 2, size), 3, flat)
    result = bmm(operands[0], operands[1])
    shape = shape_of(result)
    for d in range(count):
        size[d] = batch[d]
    if not row:
        size[count] = shape.size[1]
        count += 1
    if not column:
        size[count] = shape.size[2]
        count += 1
    return view(result, count, size)


cdef int broadcast(const THTensor *lead, int64_t *batch) except -1:
    """The broadcast of two sizes, which may have no dimension."""
    cdef int d, k, n = max(lead[0].nDimension, lead[1].nDimension)
    cdef int64_t size
    for d in range(n):
        batch[d] = 1
        for i in range(2):
            k = d - n + lead[i].nDimension
            size = lead[i].size[k] if k >= 0 else 1
            if size != 1 and batch[d] != 1 and size != batch[d]:
                shown = [[lead[j].size[k] for k in range(lead[j].nDimension)] for j in range(2)]
                raise RuntimeError(f"sizes {shown[0]} and {shown[1]} of the batches do not broadcast")
            if size != 1:
                batch[d] = size
    return n


def linear(input, weight, bias=None):
    """Affine map of the last dimension, ``input @ weight.t() + bias``.

    Parameters
    ----------
    input : Variable of shape (N, *, in_features) or (in_features)
    weight : Variable of shape (out_features, in_features)
    bias : Variable of shape (out_features), optional

    Returns
    -------
    Variable of shape (N, *, out_features) or (out_features)

    Raises
    ------
    RuntimeError
        If the sizes do not fit.

    Examples
    --------
    >>> torch.nn.functional.linear(torch.ones(2, 3), torch.ones(4, 3)).size()
    torch.Size([2, 4])
    """
    cdef int64_t size[64]
    cdef int64_t rows[2]
    cdef const THTensor *shape = shape_of(input)
    cdef int d, n = shape.nDimension
    if n == 2 or n == 0:
        return affine(input, weight, bias)
    for d in range(n):
        size[d] = shape.size[d]
    rows[0], rows[1] = -1, size[n - 1]
    result = affine(dense_view(input, 2, rows), weight, bias)
    size[n - 1] = shape_of(weight).size[0]
    return view(result, n, size)


cdef object affine(object input, object weight, object bias):
    """The affine map of rows."""
    cdef TensorBase x
    if isinstance(input, VariableBase):
        x = (<VariableBase>input).data_
        if is_variable(weight, x) and (bias is None or is_variable(bias, x)):
            return v_linear_Tt(<VariableBase>input, <VariableBase>weight, <VariableBase>bias)
    else:
        x = <TensorBase>input
        if is_tensor(weight, x) and (bias is None or is_tensor(bias, x)):
            return t_linear_Tt(x, <TensorBase>weight, <TensorBase>bias)
    return tensor_types.nn_functions["linear"](input, weight, bias)      # which says what does not fit


# ------------------------------------------------------------------------------------------ copies

cdef object general_copy = None


cdef object copy_variable(object self, PyObject **args, Py_ssize_t n, PyObject *kwnames):
    """Variable.copy_: one of the same type at once, everything else through general_copy."""
    if n == 1 and kwnames == NULL and is_variable(<object>args[0], (<VariableBase>self).data_):
        return v_copy_T_(<VariableBase>self, <VariableBase>args[0])
    names = () if kwnames == NULL else <tuple>kwnames
    rest = {name: <object>args[n + <Py_ssize_t>i] for i, name in enumerate(names)}
    return general_copy(self, *[<object>args[<Py_ssize_t>i] for i in range(n)], **rest)


def install_copy(variable_class, function):
    """Make copy_ of Variables; the function does what is no copy between equal types."""
    global general_copy
    general_copy = function
    install_method(variable_class, b"copy_", copy_variable, function.__doc__.encode())


class Methods:
    """Methods whose arguments have other names than those of the functions."""

    def chunk(self, Py_ssize_t n_chunks, Py_ssize_t dim=0):
        """At most `n_chunks` parts of one size; see `torch.chunk`."""
        return chunk(self, n_chunks, dim)

    def matmul(self, other):
        """The matrix product with `other`; see `torch.matmul`."""
        return product(self, other)

    def expand_as(self, tensor):
        """The tensor expanded to the size of another one."""
        cdef const THTensor *shape = shape_of(tensor)
        shape_of(self)
        return expand(self, shape.nDimension, shape.size)

    def view_as(self, tensor):
        """The tensor viewed in the size of another one."""
        cdef const THTensor *shape = shape_of(tensor)
        shape_of(self)
        return view(self, shape.nDimension, shape.size)
