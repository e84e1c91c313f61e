# t[...]: by int, slice, None, Ellipsis, tuple, LongTensor and ByteTensor mask.
from torchlike._C.tensor_base cimport TensorBase


cdef class Plan:
    # An advanced index, ready for the C library: a basic index of which LongTensors index some dimensions. Those are
    # moved to the front (order is the permutation), and the result's dimensions back to where they stood.
    cdef tuple basic
    cdef list order                # None if the first dimension is the one that is indexed
    cdef list indices              # LongTensors of one shape
    cdef list back                 # permutation of the result's dimensions, or None

cdef Plan make_plan(TensorBase self, object index)
cdef TensorBase mask_of(object index)       # the mask, if an index is one ByteTensor (alone or in a tuple), else None
# Calls of indexGet and indexPut: index the first dimensions of self.
cdef int index_get(TensorBase out, TensorBase self, list indices) except -1
cdef int index_put(TensorBase self, list indices, TensorBase source, bint accumulate) except -1
cdef object get_item(TensorBase self, object index)
cdef int set_item(TensorBase self, object index, object value) except -1
cdef bint is_array(object o)                  # whether o is an array of NumPy with dimensions
