# Variables and the nodes of the graph that records how they were computed.
from cpython.object cimport PyObject
from cpython.ref cimport Py_INCREF
from libc.stdint cimport uint64_t
from torchlike._C.tensor_base cimport TensorBase
from torchlike._C.th cimport THTensor


cdef class VariableBase:
    cdef TensorBase data_              # never None
    cdef Node grad_fn_                 # None for a leaf
    cdef VariableBase grad_
    cdef object hooks                  # OrderedDict of gradient hooks, or None
    # The Variable whose elements this is a view of, or None.
    cdef VariableBase base
    # Whose version_ counts changes of the elements; None: self.
    cdef VariableBase counter
    cdef PyObject *attributes          # dict of user attributes, made on first use
    cdef object name_
    cdef object __weakref__
    # The views of a base are a doubly linked list of borrowed references. A view is
    # stale when its base got a new history: grad_fn_of makes it a grad_fn that reads
    # from the base.
    cdef PyObject *views
    cdef PyObject *next_view
    cdef PyObject **view_link          # the pointer that points here, or NULL
    cdef unsigned int version_         # counts in-place changes
    cdef int output_nr_                # which output of grad_fn
    cdef bint requires_grad_, volatile_, stale


cdef class Node:
    # Where gradients go: a Node, a leaf Variable (its bit in `leaves` is set), or None.
    # Edges never change once the node is part of a graph.
    cdef object next0, next1, next2
    # Edges beyond three: (target, output_nr, is_leaf) or None.
    cdef list more_next
    cdef int nr0, nr1, nr2, leaves     # output_nr of each target
    cdef int n_inputs                  # edges in use; 3 + len(more_next) at most
    # Inputs that the formula needs, with the version they had and (owned) the tensor
    # that they wrapped; freed by backward.
    cdef VariableBase saved0, saved1, saved2
    cdef unsigned int version0, version1, version2
    cdef PyObject *saved_data[3]
    # Owned: sizes of inputs that the formula needs or that were broadcast, or NULL.
    cdef THTensor *input_shape[3]
    # While backward runs: gradient of output 0, of the other outputs, gradients that are
    # still due; the run whose these are.
    cdef object grad0
    cdef list more_grads
    cdef int pending
    cdef uint64_t epoch
    cdef uint64_t sequence             # larger: made later
    cdef int busy                      # runs that are applying the node
    cdef bint unwanted                 # shall be released when nobody applies it
    cdef bint released                 # the saved values are gone
    cdef bint result_changed           # an output was changed in place
    cdef int dtype                     # of the outputs
    # Inputs (bits) whose gradients `apply` adds to a tensor it finds in `grads`.
    cdef int adds
    cdef bint needed                   # grad(): on the way to a wanted input
    cdef object pre_hooks              # {output_nr: OrderedDict of hooks}, or None
    cdef object post_hooks             # OrderedDict of hooks, or None
    # Fills grads[0 .. n_inputs - 1] with owned references or leaves NULL for 'no
    # gradient'. Where `adds` says so, grads[i] may hold a tensor that apply adds the
    # gradient to and leaves there. apply works on tensors, apply_v on Variables (create_graph); grad is
    # that of output 0, or None, `more` has those of the others that got one, or is None.
    cdef int apply(self, object grad, list more, PyObject **grads) except -1
    cdef int apply_v(self, object grad, list more, PyObject **grads) except -1
    # Drops saved values; subclasses free theirs and call it.
    cdef void release(self)


# Hands out an owned reference.
cdef inline PyObject *give(object o) noexcept:
    Py_INCREF(o)
    return <PyObject *>o

cdef inline bint same_shape(THTensor *a, THTensor *b) noexcept:
    cdef int d
    if a.nDimension != b.nDimension:
        return False
    for d in range(a.nDimension):
        if a.size[d] != b.size[d]:
            return False
    return True

cdef VariableBase new_variable(TensorBase data)             # an exact Variable
cdef VariableBase new_view(TensorBase data, VariableBase base)
# Called once, by the module that defines Variable.
cdef int set_variable_class(object cls) except -1

cdef object edge(Node n, int i, int *nr, bint *leaf)        # target of edge i, or None
# For node classes without objects of their own: frees them faster.
cdef int add_no_objects(tuple node_classes) except -1
cdef inline unsigned int version_of(VariableBase v) noexcept:
    return v.version_ if v.counter is None else v.counter.version_

cdef dict pre_hooks_of(Node n)                              # made when missing
# Those of the leaf's AccumulateGrad, or None.
cdef object post_hooks_of_leaf(VariableBase leaf)
cdef str shape_text(THTensor *t)                            # '[2 x 3]'

# The node that made v; None for a leaf. Elsewhere than here grad_fn_ may be out of
# date.
cdef inline Node grad_fn_of(VariableBase v):
    if v.stale:
        refresh_view(v)
    return v.grad_fn_
cdef int refresh_view(VariableBase v) except -1

# Nodes are invisible to the garbage collector until the first hook, user Function or
# graph of gradients exists: before that no reference cycle can run through one.
cdef bint collecting
cdef void collect_nodes() noexcept

# What the modules above this one add: engine runs backward, view_history makes the node
# that reads a view from its base.
ctypedef int (*backward_function)(
    VariableBase self, object gradient, object retain_graph,
    object create_graph) except -1
ctypedef Node (*view_function)(VariableBase view)
cdef void set_engine(backward_function backward) noexcept
cdef void set_node_of_view(view_function node_of_view) noexcept
