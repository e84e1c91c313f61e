# How operations enter the graph: edges, the place of a node, what it saved; changes in
# place.
from cpython.object cimport PyObject
from libc.stdint cimport uint64_t
from torchlike._C.tensor_base cimport TensorBase
from torchlike._C.variable cimport Node, VariableBase, give, version_of

cdef void set_edge0(Node n, VariableBase v) noexcept
cdef void set_edge1(Node n, VariableBase v) noexcept
cdef void set_edge2(Node n, VariableBase v) noexcept
# Any number, in order; v may be None.
cdef int add_edge(Node n, VariableBase v) except -1
# The same for what an edge leads to, or None.
cdef int add_target(Node n, object target, int nr, bint leaf) except -1
# Makes n the latest node.
cdef void enter_graph(Node n) noexcept
cdef void attach(VariableBase out, Node n) noexcept         # out = output 0 of n
cdef void attach_output(VariableBase out, Node n, int output_nr) noexcept
# Raise if the saved values are gone or were changed in place.
cdef int check_saved(Node n) except -1
# Raise if an output that the node saved was changed in place.
cdef int check_result(Node n) except -1
cdef int raise_changed(Node n, str what, unsigned int now, unsigned int then) except -1
# The output that n saved, as a Variable for apply_v.
cdef VariableBase saved_result(Node n, TensorBase data, int output_nr)

# v is no None; each is called once for a node.
cdef inline void save0(Node n, VariableBase v) noexcept:
    n.saved0 = v
    n.version0 = version_of(v)
    n.saved_data[0] = give(v.data_)
cdef inline void save1(Node n, VariableBase v) noexcept:
    n.saved1 = v
    n.version1 = version_of(v)
    n.saved_data[1] = give(v.data_)
cdef inline void save2(Node n, VariableBase v) noexcept:
    n.saved2 = v
    n.version2 = version_of(v)
    n.saved_data[2] = give(v.data_)
# A saved input with the tensor that it wrapped then: its `data` may be another by now.
cdef inline VariableBase as_saved(VariableBase v, PyObject *data):
    return v if <PyObject *>v.data_ == data else with_data(v, <TensorBase>data)
cdef VariableBase with_data(VariableBase v, TensorBase data)

# Of what a node gets besides the gradient of output 0: that of output nr, or None.
cdef inline object other_gradient(list more, int nr):
    return more[nr - 1] if more is not None and nr <= len(more) else None

# In-place operations: begin checks that the change is allowed and returns the Variable
# to record as the input (self's old place in the graph, sharing its data); end counts
# the change and attaches the node (None: nothing recorded).
cdef VariableBase inplace_begin(VariableBase self, str name, bint record)
cdef int inplace_end(VariableBase self, Node n) except -1
# v, no view, is output 0 of n from now on.
cdef void set_history(VariableBase v, Node n) noexcept
# view_history knows how a change of a view becomes part of its base's history.
ctypedef int (*rebase_function)(VariableBase view, Node n) except -1
cdef void set_rebase(rebase_function rebase) noexcept
# Makes backward through out, which depends on the inputs, raise a RuntimeError.
cdef int attach_error(VariableBase out, str message, tuple inputs) except -1


# The gradient of what has the value of its input.
cdef class CopyBackward(Node):
    pass
