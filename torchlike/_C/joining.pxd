from libc.stdint cimport int64_t
from torchlike._C.variable cimport VariableBase

# Variables of a tuple joined along a dimension, or along a new one if they are stacked.
cdef VariableBase join_variables(tuple items, int64_t dim, bint stacked)
