# Calls of the hooks that users put on Variables and nodes. A gradient is a tensor, or a
# Variable when its computation is recorded (create).
from cpython.object cimport PyObject
from torchlike._C.variable cimport Node

# The gradient that the hooks of a Variable make of `grad`.
cdef object call_hooks(object hooks, object grad, bint create)
# The same for all outputs of a node: returns that of output 0, replaces those in `more`.
cdef object call_pre_hooks(Node n, object grad, list more, bint create)
# After n computed `grads` from `grad` and `more`: its hooks may replace them.
cdef int call_post_hooks(
    Node n, object grad, list more, PyObject **grads, bint create) except -1
