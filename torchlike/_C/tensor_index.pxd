# t[...]: by int, slice, None, Ellipsis, tuple, LongTensor and ByteTensor mask.
from torchlike._C.tensor_base cimport TensorBase

cdef object get_item(TensorBase self, object index)
cdef int set_item(TensorBase self, object index, object value) except -1
