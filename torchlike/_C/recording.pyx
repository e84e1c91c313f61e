"""How operations enter the graph: edges, the place of a node, what it saved; changes in
place.
"""
from cpython.object cimport PyObject
from torchlike._C.graph_memory cimport PyObject_GC_IsTracked, PyObject_GC_Track
from torchlike._C.tensor_base cimport TensorBase
from torchlike._C.variable cimport (
    Node, VariableBase, collecting, give, grad_fn_of, new_variable, refresh_view, version_of,
)

cdef uint64_t last_sequence = 0
cdef rebase_function rebase_ = NULL


cdef void set_rebase(rebase_function rebase) noexcept:
    global rebase_
    rebase_ = rebase


# ---- edges
cdef void set_edge0(Node n, VariableBase v) noexcept:
    if v.stale:
        refresh_view(v)
    if v.grad_fn_ is not None:
        n.next0 = v.grad_fn_
        n.nr0 = v.output_nr_
    elif v.requires_grad_:
        n.next0 = v
        n.leaves |= 1
    if n.n_inputs < 1:
        n.n_inputs = 1


cdef void set_edge1(Node n, VariableBase v) noexcept:
    if v.stale:
        refresh_view(v)
    if v.grad_fn_ is not None:
        n.next1 = v.grad_fn_
        n.nr1 = v.output_nr_
    elif v.requires_grad_:
        n.next1 = v
        n.leaves |= 2
    if n.n_inputs < 2:
        n.n_inputs = 2


cdef void set_edge2(Node n, VariableBase v) noexcept:
    if v.stale:
        refresh_view(v)
    if v.grad_fn_ is not None:
        n.next2 = v.grad_fn_
        n.nr2 = v.output_nr_
    elif v.requires_grad_:
        n.next2 = v
        n.leaves |= 4
    if n.n_inputs < 3:
        n.n_inputs = 3


cdef int add_edge(Node n, VariableBase v) except -1:
    cdef Node grad_fn
    if v is None:
        return add_target(n, None, 0, False)
    grad_fn = grad_fn_of(v)
    if grad_fn is not None:
        return add_target(n, grad_fn, v.output_nr_, False)
    return add_target(n, v if v.requires_grad_ else None, 0, v.requires_grad_)


cdef int add_target(Node n, object target, int nr, bint leaf) except -1:
    cdef int i = n.n_inputs
    if i == 0:
        n.next0, n.nr0 = target, nr
    elif i == 1:
        n.next1, n.nr1 = target, nr
    elif i == 2:
        n.next2, n.nr2 = target, nr
    else:
        if n.more_next is None:
            n.more_next = []
        n.more_next.append(None if target is None else (target, nr, leaf))
    if leaf and i < 3:
        n.leaves |= 1 << i
    n.n_inputs = i + 1
    return 0


cdef void enter_graph(Node n) noexcept:
    global last_sequence
    last_sequence += 1
    n.sequence = last_sequence
    if collecting and not PyObject_GC_IsTracked(<PyObject *>n):
        PyObject_GC_Track(<PyObject *>n)


cdef void attach(VariableBase out, Node n) noexcept:
    enter_graph(n)
    n.dtype = out.data_.c_tensor.dtype
    out.grad_fn_ = n
    out.requires_grad_ = True


cdef void attach_output(VariableBase out, Node n, int output_nr) noexcept:
    if n.sequence == 0:
        enter_graph(n)
        n.dtype = out.data_.c_tensor.dtype
    out.grad_fn_ = n
    out.output_nr_ = output_nr
    out.requires_grad_ = True


# ---- what nodes saved
cdef int check_saved(Node n) except -1:
    if n.released:
        raise RuntimeError(
            "Trying to backward through the graph a second time, but the buffers have "
            "already been freed. Specify retain_graph=True when calling backward the "
            "first time.")
    if n.saved0 is not None and version_of(n.saved0) != n.version0:
        raise_changed(n, "input", version_of(n.saved0), n.version0)
    if n.saved1 is not None and version_of(n.saved1) != n.version1:
        raise_changed(n, "input", version_of(n.saved1), n.version1)
    if n.saved2 is not None and version_of(n.saved2) != n.version2:
        raise_changed(n, "input", version_of(n.saved2), n.version2)
    return 0


cdef int check_result(Node n) except -1:
    if n.result_changed:
        raise RuntimeError(
            "one of the variables needed for gradient computation has been modified by "
            "an inplace operation: the output that %s saved" % n.name())
    return 0


cdef int raise_changed(Node n, str what, unsigned int now, unsigned int then) except -1:
    raise RuntimeError(
        "one of the variables needed for gradient computation has been modified by an "
        "inplace operation: an %s that %s saved is at version %d, expected version %d"
        % (what, n.name(), now, then))


cdef VariableBase saved_result(Node n, TensorBase data, int output_nr):
    cdef VariableBase v = new_variable(data)
    v.grad_fn_ = n
    v.output_nr_ = output_nr
    v.requires_grad_ = True
    return v


cdef VariableBase with_data(VariableBase v, TensorBase data):
    """v as it was before it got another tensor: gradients flow to v."""
    cdef VariableBase old = new_variable(data)
    cdef CopyBackward n
    old.volatile_ = v.volatile_
    if v.requires_grad_:
        n = CopyBackward.__new__(CopyBackward)
        set_edge0(n, v)
        attach(old, n)
    return old


# ---- nodes
cdef class CopyBackward(Node):
    """The gradient of what has the value of its input."""

    cdef int apply(self, object grad, list more, PyObject **grads) except -1:
        grads[0] = give(grad)
        return 0

    cdef int apply_v(self, object grad, list more, PyObject **grads) except -1:
        grads[0] = give(grad)
        return 0


cdef class DelayedError(Node):
    """Raises when a gradient is wanted through a result that has none."""
    cdef str message

    cdef int apply(self, object grad, list more, PyObject **grads) except -1:
        raise RuntimeError(self.message)

    cdef int apply_v(self, object grad, list more, PyObject **grads) except -1:
        raise RuntimeError(self.message)


cdef int attach_error(VariableBase out, str message, tuple inputs) except -1:
    cdef DelayedError n = DelayedError.__new__(DelayedError)
    n.message = message
    for v in inputs:
        add_edge(n, <VariableBase>v)
    attach(out, n)
    return 0


# ---- in-place operations
cdef VariableBase inplace_begin(VariableBase self, str name, bint record):
    cdef VariableBase old, base = self.base
    cdef Node grad_fn = grad_fn_of(self)
    if self.requires_grad_ and grad_fn is None:
        raise RuntimeError("a leaf Variable that requires grad has been used in an "
                           "in-place operation. (%s)" % name)
    if base is not None and base.requires_grad_ and grad_fn_of(base) is None:
        raise RuntimeError("a view of a leaf Variable that requires grad has been used "
                           "in an in-place operation. (%s)" % name)
    if not record:
        return self
    old = new_variable(self.data_)
    old.grad_fn_ = grad_fn
    old.output_nr_ = self.output_nr_
    old.requires_grad_ = self.requires_grad_
    return old


cdef int inplace_end(VariableBase self, Node n) except -1:
    cdef VariableBase root = self if self.counter is None else self.counter
    # A node that saved what is changed now notices it when it looks at the flag.
    if self.grad_fn_ is not None:
        self.grad_fn_.result_changed = True
    if root.grad_fn_ is not None:
        root.grad_fn_.result_changed = True
    root.version_ += 1
    if n is None:
        return 0
    if self.base is not None:
        return rebase_(self, n)
    set_history(self, n)
    return 0


cdef void set_history(VariableBase v, Node n) noexcept:
    cdef PyObject *view = v.views
    attach(v, n)
    v.output_nr_ = 0
    v.hooks = None                     # those of the old value stay with its node
    while view != NULL:
        if not (<VariableBase>view).volatile_:
            (<VariableBase>view).stale = True
            (<VariableBase>view).requires_grad_ = True
        view = (<VariableBase>view).next_view
