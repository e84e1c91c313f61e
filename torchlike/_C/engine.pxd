# Computes gradients: walks a recorded graph from its ends to its leaves.
from torchlike._C.tensor_base cimport TensorBase
from torchlike._C.variable cimport VariableBase

# The gradient as a tensor (plain run) or a Variable (create_graph), as Variable for
# user code.
cdef VariableBase as_variable(object grad, bint create)
# A replacement that user code returned for `grad`, in the form of the run; checks type
# and size.
cdef object replacement(object grad, object new, object hook, bint create)
