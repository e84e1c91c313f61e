# Gradients meet: sums of them, and the `grad` of leaves. A gradient is a tensor, or a
# Variable when its computation is recorded (create).
from cpython.object cimport PyObject
from torchlike._C.tensor_base cimport TensorBase
from torchlike._C.variable cimport VariableBase

cdef extern from *:
    void decref "Py_DECREF"(PyObject *o) noexcept

# The object of an owned reference, which is given up.
cdef inline object take(PyObject *owned):
    o = <object>owned
    decref(owned)
    return o

# A gradient as a Variable for user code.
cdef VariableBase as_variable(object grad, bint create)
# have + new; `have` is borrowed from its known owner, `new` from its only one.
cdef object sum_of(PyObject *have, object new, bint create)
# The gradient, copied if anybody but its one owner can see its elements.
cdef object own(PyObject *grad, bint create)
# leaf.grad += the gradient; takes the reference over.
cdef int accumulate(VariableBase leaf, PyObject *owned, bint create) except -1
