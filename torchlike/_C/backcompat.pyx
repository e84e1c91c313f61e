"""How operands of different sizes were combined before 0.2, and warnings about what changed then.

Pointwise operations on operands that do not broadcast but have equally many elements pair these in
their order, as if both were 1-D; the result has the size of the first operand.
"""
import warnings

from torchlike._C.tensor_base cimport contiguous, wrap
from torchlike._C.th cimport *


cdef int warn(str text) except -1:
    warnings.warn(text, UserWarning, 1)
    return 0


cdef bint broadcasts_anew(TensorBase self, TensorBase other, int status) except -1:
    if (THTensor_isSameSizeAs(self.c_tensor, other.c_tensor)
            or THTensor_nElement(self.c_tensor) != THTensor_nElement(other.c_tensor)):
        return False
    if status >= 0:
        if broadcast_warnings:
            warn("self and other do not have the same shape, but are broadcastable, and have the same number of "
                 "elements.  Changing behavior in a backwards incompatible manner to broadcasting rather than "
                 "viewing as 1-dimensional.")
        return False
    THError_clear()
    warn("self and other not broadcastable, but have the same number of elements.  "
         "Falling back to deprecated pointwise behavior.")
    return True


cdef TensorBase flattened(TensorBase self, TensorBase other):
    if THTensor_nElement(self.c_tensor) != THTensor_nElement(other.c_tensor):
        return other
    other = contiguous(other)
    return wrap(other.ops, THTensor_newView(other.c_tensor, self.c_tensor.nDimension, self.c_tensor.size))


def get_switches():
    """Whether the warnings about broadcasting and about keepdim are given."""
    return bool(broadcast_warnings), bool(keepdim_warnings)


def set_switches(bint broadcast, bint keepdim):
    """Turn the warnings about broadcasting and about keepdim on or off."""
    global broadcast_warnings, keepdim_warnings
    broadcast_warnings, keepdim_warnings = broadcast, keepdim
