"""Joining tensors: cat."""
from cpython.object cimport PyObject
from libc.stdint cimport int64_t
from libc.stdlib cimport free, malloc
from torchlike._C.errors cimport check
from torchlike._C.recording cimport add_edge, attach
from torchlike._C.tensor_base cimport TensorBase, new_empty, type_name, wrap
from torchlike._C.th cimport *
from torchlike._C.variable cimport Node, VariableBase, give, new_variable
from torchlike._C.variable_ops cimport v_narrow_III


cdef int cat_into(TensorBase out, list tensors, int64_t dim) except -1:
    cdef Py_ssize_t n = len(tensors)
    cdef THTensor **pointers = <THTensor **>malloc(max(n, 1) * sizeof(THTensor *))
    cdef TensorBase t
    cdef int status
    if pointers == NULL:
        raise MemoryError()
    try:
        for i in range(n):
            t = <TensorBase>tensors[i]
            if t.ops != out.ops:
                raise TypeError(
                    f"cat expects tensors of one type, but element {i} is {type_name(t)} and not {type_name(out)}"
                )
            pointers[i] = t.c_tensor
        if out.ops.catArray == NULL:
            raise TypeError(f"Type {type_name(out)} doesn't implement stateless method cat")
        with nogil:
            status = out.ops.catArray(out.c_tensor, pointers, n, dim)
        return check(status)
    finally:
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


cdef VariableBase cat_variables(list variables, int64_t dim):
    cdef VariableBase v, out
    cdef CatBackward node
    cdef TensorBase r
    cdef bint volatile_ = False, requires_grad = False
    tensors = []
    for v in variables:
        tensors.append(v.data_)
        volatile_ |= v.volatile_
        requires_grad |= v.requires_grad_
    r = new_empty((<TensorBase>tensors[0]).ops)
    cat_into(r, tensors, dim)
    out = new_variable(r)
    if volatile_:
        out.volatile_ = True
    elif requires_grad:
        node = <CatBackward>CatBackward.__new__(CatBackward)
        node.dim = check(THTensor_wrapDim(dim, r.c_tensor.nDimension))
        node.lengths = [
            (<TensorBase>t).c_tensor.size[node.dim] if (<TensorBase>t).c_tensor.nDimension else 0 for t in tensors
        ]
        for v in variables:
            add_edge(node, v)
        attach(out, node)
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
    items = list(seq)
    if not items:
        raise RuntimeError("cat expects a sequence with at least one tensor, but got none")
    kind = VariableBase if isinstance(items[0], VariableBase) else TensorBase
    for i, item in enumerate(items):
        if not isinstance(item, kind):
            raise TypeError(f"cat expects a sequence of {'Variables' if kind is VariableBase else 'tensors'}, "
                            f"but element {i} is {type_name(item)}")
    if kind is VariableBase:
        if out is not None:
            raise TypeError("cat: out= is for tensors, not for Variables")
        return cat_variables(items, dim)
    if out is None:
        out = new_empty((<TensorBase>items[0]).ops)
    elif not isinstance(out, TensorBase):
        raise TypeError(f"out must be a tensor, but got {type_name(out)}")
    cat_into(out, items, dim)
    return out
