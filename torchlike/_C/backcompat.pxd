# How operands of different sizes were combined before 0.2, and warnings about what changed then.
from torchlike._C.tensor_base cimport TensorBase

cdef bint broadcast_warnings       # switches; see torch.utils.backcompat
cdef bint keepdim_warnings

cdef int warn(str text) except -1

# After a pointwise operation on operands of different sizes with this status: whether it is to be done anew with all
# operands in the size of self, because they do not broadcast but have equal element counts.
cdef bint broadcasts_anew(TensorBase self, TensorBase other, int status) except -1
cdef TensorBase flattened(TensorBase self, TensorBase other)       # other in the size of self, if counts are equal
