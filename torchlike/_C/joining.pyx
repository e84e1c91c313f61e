"""Joining tensors: cat and stack."""
from cpython.object cimport PyObject
from cpython.tuple cimport PyTuple_GET_ITEM, PyTuple_GET_SIZE
from libc.stdint cimport int64_t
from libc.stdlib cimport free, malloc
from torchlike._C.errors cimport check, raise_error
from torchlike._C.recording cimport add_edge, attach
from torchlike._C.tensor_base cimport TensorBase, is_large, new_empty, type_name, wrap
from torchlike._C.th cimport *
from torchlike._C.variable cimport Node, VariableBase, give, new_variable
from torchlike._C.variable_ops cimport v_narrow_III, v_select_II

# So many tensors are joined without an allocation.
cdef enum:
    FEW = 16


cdef inline TensorBase tensor_at(tuple items, Py_ssize_t i):
    item = <object>PyTuple_GET_ITEM(items, i)
    return (<VariableBase>item).data_ if isinstance(item, VariableBase) else <TensorBase>item


cdef int join_into(TensorBase out, tuple items, int64_t dim, bint stacked) except -1:
    """out = the items, which are checked, joined along dim; a new dimension if they are stacked."""
    cdef THTensor *few[FEW]
    cdef THTensor **pointers = few
    cdef Py_ssize_t n = PyTuple_GET_SIZE(items), i, made = 0
    cdef bint large = False
    cdef TensorBase t
    cdef int status = 0
    if out.ops.catArray == NULL:
        raise TypeError(f"Type {type_name(out)} doesn't implement stateless method cat")
    if n > FEW:
        pointers = <THTensor **>malloc(n * sizeof(THTensor *))
        if pointers == NULL:
            raise MemoryError()
    try:
        for i in range(n):
            t = tensor_at(items, i)
            if t.ops != out.ops:
                raise TypeError(
                    f"cat expects tensors of one type, but element {i} is {type_name(t)} and not {type_name(out)}"
                )
            large |= is_large(t.c_tensor)
            pointers[i] = t.c_tensor
            if stacked:
                pointers[i] = THTensor_newUnsqueeze(t.c_tensor, dim)
                if pointers[i] == NULL:
                    raise_error()
                made += 1
        if large or n > FEW:
            with nogil:
                status = out.ops.catArray(out.c_tensor, pointers, n, dim)
        else:
            status = out.ops.catArray(out.c_tensor, pointers, n, dim)
        return check(status)
    finally:
        for i in range(made):
            THTensor_free(pointers[i])
        if n > FEW:
            free(pointers)


cdef class CatBackward(Node):
    """Cuts the gradient into the parts that the inputs had."""

    cdef int64_t dim
    cdef list lengths          # along dim; 0 for an empty input

    cdef int apply(self, object gradient, list more, PyObject **grads) except -1:
        cdef TensorBase grad = <TensorBase>gradient
        cdef int64_t start = 0
        for i, length in enumerate(self.lengths):
            if length:
                grads[<Py_ssize_t>i] = give(wrap(grad.ops, THTensor_newNarrow(grad.c_tensor, self.dim, start, length)))
            start += length
        return 0

    cdef int apply_v(self, object gradient, list more, PyObject **grads) except -1:
        cdef int64_t start = 0
        for i, length in enumerate(self.lengths):
            if length:
                grads[<Py_ssize_t>i] = give(v_narrow_III(<VariableBase>gradient, self.dim, start, length))
            start += length
        return 0


cdef class StackBackward(Node):
    """Takes the gradient apart into the slices that the inputs became."""

    cdef int64_t dim
    cdef Py_ssize_t count

    cdef int apply(self, object gradient, list more, PyObject **grads) except -1:
        cdef TensorBase grad = <TensorBase>gradient
        cdef Py_ssize_t i
        for i in range(self.count):
            grads[i] = give(wrap(grad.ops, THTensor_newSelect(grad.c_tensor, self.dim, i)))
        return 0

    cdef int apply_v(self, object gradient, list more, PyObject **grads) except -1:
        cdef Py_ssize_t i
        for i in range(self.count):
            grads[i] = give(v_select_II(<VariableBase>gradient, self.dim, i))
        return 0


cdef Node cat_node(tuple items, int64_t dim):
    cdef CatBackward node = <CatBackward>CatBackward.__new__(CatBackward)
    cdef const THTensor *t
    cdef Py_ssize_t i
    node.dim = dim
    node.lengths = []
    for i in range(PyTuple_GET_SIZE(items)):
        t = tensor_at(items, i).c_tensor
        node.lengths.append(t.size[dim] if t.nDimension else 0)
    return node


cdef Node stack_node(tuple items, int64_t dim):
    cdef StackBackward node = <StackBackward>StackBackward.__new__(StackBackward)
    node.dim = dim
    node.count = PyTuple_GET_SIZE(items)
    return node


cdef VariableBase join_variables(tuple items, int64_t dim, bint stacked):
    cdef VariableBase out
    cdef Node node
    cdef bint volatile_ = False, requires_grad = False
    cdef TensorBase result = new_empty(tensor_at(items, 0).ops)
    cdef Py_ssize_t i
    join_into(result, items, dim, stacked)
    for i in range(PyTuple_GET_SIZE(items)):
        volatile_ |= (<VariableBase>PyTuple_GET_ITEM(items, i)).volatile_
        requires_grad |= (<VariableBase>PyTuple_GET_ITEM(items, i)).requires_grad_
    out = new_variable(result)
    if volatile_:
        out.volatile_ = True
    elif requires_grad:
        dim = check(THTensor_wrapDim(dim, result.c_tensor.nDimension))
        node = stack_node(items, dim) if stacked else cat_node(items, dim)
        for i in range(PyTuple_GET_SIZE(items)):
            add_edge(node, <VariableBase>PyTuple_GET_ITEM(items, i))
        attach(out, node)
    return out


cdef object join(str name, tuple items, int64_t dim, object out, bint stacked):
    """The items, all of them tensors or all of them Variables, joined along a dimension."""
    cdef Py_ssize_t i
    cdef bint variables = isinstance(<object>PyTuple_GET_ITEM(items, 0), VariableBase)
    for i in range(PyTuple_GET_SIZE(items)):
        item = <object>PyTuple_GET_ITEM(items, i)
        if not (isinstance(item, VariableBase) if variables else isinstance(item, TensorBase)):
            raise TypeError(f"{name} expects a sequence of {'Variables' if variables else 'tensors'}, "
                            f"but element {i} is {type_name(item)}")
    if variables:
        if out is not None:
            raise TypeError(f"{name}: out= is for tensors, not for Variables")
        return join_variables(items, dim, stacked)
    if out is None:
        out = new_empty(tensor_at(items, 0).ops)
    elif not isinstance(out, TensorBase):
        raise TypeError(f"out must be a tensor, but got {type_name(out)}")
    join_into(<TensorBase>out, items, dim, stacked)
    return out


def cat(seq, Py_ssize_t dim=0, *, out=None):
    """Joins tensors along a dimension that exists.

    Parameters
    ----------
    seq : sequence of Tensors or of Variables
        Of one type, and of the same size in all dimensions but `dim`; tensors without elements are left out.
    dim : int, default: 0
    out : Tensor, optional
        Result.
    """
    cdef tuple items = tuple(seq)
    if not items:
        raise RuntimeError("cat expects a sequence with at least one tensor, but got none")
    return join("cat", items, dim, out, False)


def stack(sequence, Py_ssize_t dim=0, out=None):
    """Join tensors of one size along a new dimension.

    Parameters
    ----------
    sequence : sequence of Tensors or of Variables
    dim : int, default: 0
        Where the new dimension stands.
    out : Tensor, optional
        Result.
    """
    cdef tuple items = tuple(sequence)
    if not items:
        raise ValueError("stack expects a non-empty sequence of tensors")
    return join("stack", items, dim, out, True)
