# Operations that users define in Python.
from cpython.object cimport PyObject
from torchlike._C.th cimport THTensor
from torchlike._C.variable cimport Node


cdef class Function(Node):
    # What forward asked for: tuples of tensors, or None. Dropped when forward is over.
    cdef object to_save, dirty_tensors, non_differentiable, shared_pairs
    # The tensors that backward needs, or None; what each is: a Variable for an input,
    # the number of an output; versions of the inputs, None if all are 0.
    cdef tuple saved, saved_from, saved_versions
    # The class that the user wrote: this object's, or that of which apply was called.
    cdef object user_class
    cdef int n_arguments, n_outputs
    # Made with arguments, called once, works on tensors.
    cdef bint instance_style
    # Sizes of the arguments (NULL: was no Variable), then of several outputs; NULL if
    # unrecorded, input_shape if there are few.
    cdef THTensor **shapes
    cdef Py_ssize_t n_shapes
    cdef int run(self, object grad, list more, PyObject **grads, bint create) except -1
