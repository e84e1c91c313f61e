# Operations that users define in Python.
from cpython.object cimport PyObject
from torchlike._C.th cimport THTensor
from torchlike._C.variable cimport Node


cdef class Function(Node):
    # What forward asked for: tuples of tensors, or None. Dropped when forward is over.
    cdef object to_save, dirty_tensors, non_differentiable
    cdef list saved                    # Variables (inputs), tensors (outputs) or None
    # Version of a saved input, number of a saved output.
    cdef list saved_as
    cdef int n_arguments, n_outputs
    # Made with arguments, called once, works on tensors.
    cdef bint instance_style
    # Sizes of the arguments (NULL: was no Variable), then of the outputs; NULL if
    # unrecorded.
    cdef THTensor **shapes
    cdef int run(self, object grad, PyObject **grads, bint create) except -1
