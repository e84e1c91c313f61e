# One run of backward: walks a recorded graph from its ends to its leaves.
from cpython.object cimport PyObject
from libc.stdint cimport uint64_t
from torchlike._C.pointer_map cimport PointerMap
from torchlike._C.variable cimport VariableBase
from torchlike._C.worklist cimport WorkList


# A leaf that has hooks or whose gradient was asked for.
cdef class Watched:
    cdef VariableBase leaf
    cdef object grad                   # the sum so far
    cdef int pending                   # gradients still due
    cdef int position                  # in the result of grad(), or -1
    cdef list others                   # further positions, or None


# What only some runs need.
cdef class Extras:
    cdef PointerMap leaves             # Watched
    # Of the nodes that grad() asks for: [(output_nr, position in the result)].
    cdef PointerMap nodes
    cdef list found                    # the result of grad(), or None
    # Id of a node that another run uses: Node; or None.
    cdef dict stand_ins
    cdef list callbacks                # to call at the end, or None
    cdef bint selecting                # grad(): looks for the gradients of some inputs
    cdef bint only_inputs              # no other leaf gets a gradient


cdef struct Run:
    WorkList heap
    uint64_t epoch
    bint create, retain
    PyObject *extras                   # owned Extras, or NULL
    unsigned long thread
    Run *older                         # begun before this one and not over

# Runs backward; the caller sets create, retain and extras. Takes the references in `grads`
# over.
cdef int execute(Run *run, PyObject **roots, PyObject **grads, int n_roots) except -1
cdef Extras extras_of(Run *run)                             # made when missing
cdef Watched watch(Extras extras, VariableBase leaf)        # for a leaf not yet watched
cdef Watched watched_leaf(Extras extras, void *leaf)        # None if it is not watched
# The run of this thread that is inside no other, or NULL.
cdef Run *outermost() noexcept
