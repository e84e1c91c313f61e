# cython: binding=True
"""apply_, map_ and map2_: a Python function is called for every element.

The functions are bound to objects (binding=True), because they are put on types as methods.
"""
from libc.stdint cimport int64_t
from torchlike._C.tensor_base cimport (
    TensorBase, element_at, is_number, missing_operator, to_scalar, type_name, wrap,
)
from torchlike._C.th cimport *


cdef int64_t offset_of(TensorBase view, int64_t i) except -1:
    """Where logical element i lies; the function may have shrunk the storage meanwhile."""
    cdef const THTensor *t = view.c_tensor
    cdef int64_t offset = t.storageOffset
    cdef int d
    for d in range(t.nDimension - 1, -1, -1):
        offset += i % t.size[d] * t.stride[d]
        i //= t.size[d]
    if offset >= t.storage.size:
        raise RuntimeError(f"the storage was resized to {t.storage.size} elements while a function was applied")
    return offset


cdef inline object element(TensorBase view, int64_t i):
    return element_at(view, offset_of(view, i))


cdef int store(TensorBase view, int64_t offset, object value) except -1:
    cdef THScalar s
    if not is_number(view.ops, value):
        raise TypeError(f"the function must return a number for a {type_name(view)}, but returned {type_name(value)}")
    to_scalar(view.ops, value, &s)
    if offset >= view.c_tensor.storage.size:
        size = view.c_tensor.storage.size
        raise RuntimeError(f"the storage was resized to {size} elements while a function was applied")
    return view.ops.setAt(view.c_tensor, offset, s)


cdef list views(TensorBase self, tuple others):
    """Views of self and of the others in its size; they keep their sizes whatever the function does."""
    cdef TensorBase other
    if self.ops.setAt == NULL:
        missing_operator(self, "map_")
    out = [wrap(self.ops, THTensor_newWithTensor(self.c_tensor))]
    for o in others:
        if not isinstance(o, TensorBase) or (<TensorBase>o).ops != self.ops:
            raise TypeError(f"expected a {type_name(self)}, but got {type_name(o)}")
        other = <TensorBase>o
        out.append(wrap(self.ops, THTensor_newExpand(other.c_tensor, self.c_tensor.nDimension, self.c_tensor.size)))
    return out


cdef object run(TensorBase self, tuple others, object function):
    cdef int64_t i
    cdef list operands = views(self, others)
    cdef TensorBase target = <TensorBase>operands[0]
    for i in range(THTensor_nElement(target.c_tensor)):
        x = element(target, i)
        if len(operands) == 1:
            value = function(x)
        elif len(operands) == 2:
            value = function(x, element(<TensorBase>operands[1], i))
        else:
            value = function(x, element(<TensorBase>operands[1], i), element(<TensorBase>operands[2], i))
        store(target, offset_of(target, i), value)
    return self


def apply_(TensorBase self not None, callable):
    """Replace every element ``x`` by ``callable(x)``."""
    return run(self, (), callable)


def map_(TensorBase self not None, tensor, callable):
    """Replace every element ``x`` by ``callable(x, y)``; `tensor`, which has y, is expanded."""
    return run(self, (tensor,), callable)


def map2_(TensorBase self not None, x, y, callable):
    """Replace every element ``a`` by ``callable(a, b, c)``; `x` and `y` have b and c."""
    return run(self, (x, y), callable)
