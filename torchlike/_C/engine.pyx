"""Backward: computes gradients by walking a recorded graph from its ends to its leaves.

A run first counts, for every node it will reach, how many gradients are due (`pending`,
valid while `epoch` is the run's). Then it takes ready nodes from a heap, latest made
first, lets each compute the gradients of its inputs and adds those to the buffers of
the nodes they go to. The counts and buffers live in the nodes, so nothing is looked up;
a run inside another one (from a hook or a Function) saves what the outer one has in the
nodes that both visit, and restores it.

Gradients are tensors, or Variables when the computation itself is recorded
(create_graph).
"""
import os

# For in-place changes of views: nothing else names the module.
import torchlike._C.view_history  # no-cython-lint

from cpython.exc cimport PyErr_CheckSignals
from cpython.list cimport PyList_GET_ITEM
from cpython.object cimport PyObject, PyTypeObject
from libc.stdint cimport uint64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memset
from torchlike._C.errors cimport check
from torchlike._C.profiler cimport end_range, open_range, profiling
from torchlike._C.tensor_base cimport TensorBase, clone, real_scalar, type_name, wrap
from torchlike._C.tensor_ops cimport t_add_T
from torchlike._C.th cimport (
    THScalar, THTensor, THTensor_isContiguous, THTensor_isSameSizeAs, THTensor_nElement,
    THTensor_newWithSize,
)
from torchlike._C.variable cimport (
    CopyBackward, Node, VariableBase, attach, collect_nodes, edge, give, grad_fn_of, new_variable,
    post_hooks_of_leaf, set_edge0, set_engine, shape_text,
)
from torchlike._C.variable_ops cimport v_add_T
from torchlike._C.worklist cimport WorkList, worklist_done, worklist_init, worklist_push


cdef extern from "Python.h" nogil:
    ctypedef void *PyThread_type_lock
    PyThread_type_lock PyThread_allocate_lock()
    int PyThread_acquire_lock_timed(
        PyThread_type_lock lock, long long microseconds, int intr)
    void PyThread_release_lock(PyThread_type_lock lock)
    unsigned long PyThread_get_thread_ident()

cdef extern from *:
    Py_ssize_t Py_REFCNT(PyObject *o) noexcept
    void decref "Py_DECREF"(PyObject *o) noexcept
    void PyType_Modified(PyTypeObject *type) noexcept

cdef enum:
    STACK_GRADS = 16                   # inputs of a node before memory is allocated
    # Nodes between two looks at the keyboard, 2^n - 1.
    SIGNAL_NODES = 4095
    NOGIL_ELEMENTS = 16384
    WAIT_MICROSECONDS = 50000


cdef class Watched:
    """A leaf that has hooks or whose gradient was asked for."""
    cdef VariableBase leaf
    cdef object grad                   # the sum so far
    cdef int pending                   # gradients still due
    cdef list positions                # in the result of grad(), or None


cdef class Extras:
    """What only some runs need."""
    cdef dict leaves                   # id: Watched
    # Id: [(output_nr, position in the result)], or None.
    cdef dict nodes
    cdef list found                    # the result of grad(), or None
    # What an outer run has in nodes that this run visits.
    cdef list outer
    cdef bint only_inputs              # no other leaf gets a gradient

    def __cinit__(self):
        self.leaves = {}
        self.outer = []


cdef struct Run:
    WorkList heap
    uint64_t epoch
    bint create, retain
    PyObject *extras                   # owned Extras, or NULL


# ---- one run at a time
# Runs of several threads would mix up the state in shared nodes. The GIL guards these
# variables; a thread that waits has let go of it.
cdef unsigned long owner = 0           # the thread that runs, 0 if none
cdef int depth = 0                     # runs inside runs
cdef uint64_t last_epoch = 0
cdef uint64_t outer_epoch = 0          # of the outermost run
cdef int n_waiting = 0
cdef bint woken = False
cdef PyThread_type_lock bell = NULL    # taken, until a waiting thread shall look again


cdef int enter() except -1:
    global owner, depth, outer_epoch, last_epoch
    cdef unsigned long me = PyThread_get_thread_ident()
    if owner != me:
        if owner != 0:
            wait_for_turn()
        owner = me
        outer_epoch = last_epoch + 1
    depth += 1
    return 0


cdef int wait_for_turn() except -1:
    global n_waiting, woken
    n_waiting += 1
    try:
        while owner != 0:
            with nogil:
                PyThread_acquire_lock_timed(bell, WAIT_MICROSECONDS, 0)
            woken = False
            PyErr_CheckSignals()
    finally:
        n_waiting -= 1
    return 0


cdef void leave() noexcept:
    global owner, depth, woken
    depth -= 1
    if depth == 0:
        owner = 0
        if n_waiting and not woken:
            woken = True
            PyThread_release_lock(bell)


cdef int make_bell() except -1:
    global bell
    bell = PyThread_allocate_lock()
    if bell == NULL:
        raise MemoryError("no memory for a lock")
    PyThread_acquire_lock_timed(bell, 0, 0)
    return 0


def _after_fork():
    """In a forked child only the forking thread lives on, perhaps inside a run."""
    global owner, depth, n_waiting, woken
    n_waiting = 0
    woken = False
    make_bell()
    if owner != PyThread_get_thread_ident():
        owner = 0
        depth = 0


# ---- the heap of ready nodes
cdef int heap_push(WorkList *heap, PyObject *node) except -1:
    cdef uint64_t sequence = (<Node>node).sequence
    cdef Py_ssize_t parent, i = heap.n
    if worklist_push(heap, node) < 0:
        raise MemoryError("no memory for the list of ready nodes")
    while i > 0:
        parent = (i - 1) >> 1
        if (<Node>heap.items[parent]).sequence >= sequence:
            break
        heap.items[i] = heap.items[parent]
        i = parent
    heap.items[i] = node
    return 0


cdef PyObject *heap_pop(WorkList *heap) noexcept:
    cdef PyObject *top = heap.items[0]
    cdef PyObject *last
    cdef uint64_t sequence
    cdef Py_ssize_t child, n, i = 0
    heap.n -= 1
    n = heap.n
    last = heap.items[n]
    sequence = (<Node>last).sequence
    while True:
        child = 2 * i + 1
        if child >= n:
            break
        if child + 1 < n and ((<Node>heap.items[child + 1]).sequence
                              > (<Node>heap.items[child]).sequence):
            child += 1
        if (<Node>heap.items[child]).sequence <= sequence:
            break
        heap.items[i] = heap.items[child]
        i = child
    heap.items[i] = last
    return top


# ---- counting what is due
cdef inline Extras extras_of(Run *run):
    if run.extras == NULL:
        run.extras = give(Extras.__new__(Extras))
    return <Extras>run.extras


cdef int count_leaf(Run *run, VariableBase leaf) except -1:
    cdef Extras extras
    cdef Watched watched
    if leaf.hooks is None and run.extras == NULL:
        return 0
    extras = extras_of(run)
    watched = extras.leaves.get(<size_t><void *>leaf)
    if watched is None:
        if leaf.hooks is None or extras.only_inputs:
            return 0
        watched = watch(extras, leaf)
    watched.pending += 1
    return 0


cdef Watched watch(Extras extras, VariableBase leaf):
    cdef Watched watched = Watched.__new__(Watched)
    watched.leaf = leaf
    extras.leaves[<size_t><void *>leaf] = watched
    return watched


cdef int count_node(Run *run, Node n) except -1:
    if n.epoch != run.epoch:
        if depth > 1 and n.epoch >= outer_epoch:
            extras_of(run).outer.append(
                (n, n.epoch, n.pending, n.grad0, n.more_grads, n.needed))
        n.epoch = run.epoch
        n.pending = 0
        n.grad0 = None
        n.more_grads = None
        if worklist_push(&run.heap, <PyObject *>n) < 0:
            raise MemoryError("no memory for the list of nodes to visit")
    n.pending += 1
    return 0


cdef inline int count_target(Run *run, object target, bint leaf) except -1:
    if target is None:
        return 0
    if leaf:
        return count_leaf(run, <VariableBase>target)
    return count_node(run, <Node>target)


cdef int count_all(Run *run, list visited) except -1:
    """Count from the nodes on the list; `visited`, unless None, receives them all."""
    cdef Node n
    while run.heap.n:
        run.heap.n -= 1
        n = <Node>run.heap.items[run.heap.n]
        if visited is not None:
            visited.append(n)
        count_target(run, n.next0, n.leaves & 1)
        count_target(run, n.next1, n.leaves & 2)
        count_target(run, n.next2, n.leaves & 4)
        if n.more_next is not None:
            for entry in n.more_next:
                if entry is not None:
                    count_target(run, (<tuple>entry)[0], (<tuple>entry)[2])
    return 0


cdef inline bint target_needed(Extras extras, object target, bint leaf):
    if target is None:
        return False
    if leaf:
        return <size_t><void *>target in extras.leaves
    return (<Node>target).needed


cdef bint leads_to_needed(Extras extras, Node n) except -1:
    cdef int i, nr
    cdef bint leaf
    for i in range(n.n_inputs):
        target = edge(n, i, &nr, &leaf)
        if target_needed(extras, target, leaf):
            return True
    return False


def _by_sequence(Node n):
    return n.sequence


cdef int mark_needed(Extras extras, list visited) except -1:
    """Mark the nodes on the way to a wanted input: edges always lead to older nodes."""
    cdef Node n
    visited.sort(key=_by_sequence)
    for n in visited:
        n.needed = (not extras.only_inputs or <size_t><void *>n in extras.nodes
                    or leads_to_needed(extras, n))
    return 0


# ---- gradients meet
cdef inline bint is_exclusive(TensorBase t) noexcept:
    # Whether no other tensor sees the elements of t.
    cdef THTensor *c_tensor = t.c_tensor
    return (c_tensor.refcount == 1 and c_tensor.storage != NULL
            and c_tensor.storage.refcount == 1 and THTensor_isContiguous(c_tensor))


cdef int check_same(TensorBase expected, TensorBase got) except -1:
    if expected.ops != got.ops:
        raise RuntimeError("a gradient has the wrong type: expected %s, got %s"
                           % (type_name(expected), type_name(got)))
    if not THTensor_isSameSizeAs(expected.c_tensor, got.c_tensor):
        raise RuntimeError("a gradient has the wrong size: expected %s, got %s"
                           % (shape_text(expected.c_tensor), shape_text(got.c_tensor)))
    return 0


cdef inline THScalar one_of(TensorBase t) noexcept:
    cdef THScalar one
    if t.ops.is_floating:
        return real_scalar(1)
    one.i = 1
    return one


cdef int add_into(TensorBase r, TensorBase t) except -1:
    cdef int status
    cdef THScalar one = one_of(r)
    cdef THTensor *c_r = r.c_tensor
    cdef THTensor *c_t = t.c_tensor
    if r.ops.cadd == NULL:
        raise RuntimeError("gradients of type %s can't be added" % type_name(r))
    if THTensor_nElement(c_r) > NOGIL_ELEMENTS:
        with nogil:
            status = r.ops.cadd(c_r, c_r, one, c_t)
        check(status)
    else:
        check(r.ops.cadd(c_r, c_r, one, c_t))
    return 0


cdef object sum_of(PyObject *have, object new, bint create):
    """have + new; `have` is borrowed from its known owner, `new` from its only one."""
    cdef bint own_have, own_new
    cdef TensorBase a, b
    if create:
        return v_add_T(<VariableBase>have, <VariableBase>new)
    own_have = Py_REFCNT(have) == 1
    own_new = Py_REFCNT(<PyObject *>new) == 1
    a = <TensorBase>have
    b = <TensorBase>new
    check_same(a, b)
    if own_have and is_exclusive(a):
        add_into(a, b)
        return a
    if own_new and is_exclusive(b):
        add_into(b, a)
        return b
    return t_add_T(a, b)


cdef inline object take(PyObject *owned):
    o = <object>owned
    decref(owned)
    return o


cdef int add_to_buffer(Node n, int nr, PyObject *owned, bint create) except -1:
    cdef object grad = take(owned)
    cdef list more
    if nr == 0:
        if n.grad0 is None:
            n.grad0 = grad
        else:
            n.grad0 = sum_of(<PyObject *>n.grad0, grad, create)
        return 0
    if n.more_grads is None:
        n.more_grads = []
    more = n.more_grads
    while len(more) < nr:
        more.append(None)
    if more[nr - 1] is None:
        more[nr - 1] = grad
    else:
        more[nr - 1] = sum_of(PyList_GET_ITEM(more, nr - 1), grad, create)
    return 0


cdef object own(PyObject *grad, bint create):
    """The gradient, copied if anybody but its one owner can see its elements."""
    cdef bint alone = Py_REFCNT(grad) == 1
    cdef VariableBase v, copy
    cdef CopyBackward n
    if not create:
        t = <TensorBase>grad
        return t if alone and is_exclusive(t) else clone(t)
    v = <VariableBase>grad
    if alone and Py_REFCNT(<PyObject *>v.data_) == 1 and is_exclusive(v.data_):
        return v
    copy = new_variable(clone(v.data_))
    if v.volatile_:
        copy.volatile_ = True
    elif v.requires_grad_:
        n = CopyBackward.__new__(CopyBackward)
        set_edge0(n, v)
        attach(copy, n)
    return copy


cdef int accumulate(VariableBase leaf, PyObject *owned, bint create) except -1:
    """leaf.grad += the gradient."""
    cdef object grad = take(owned)
    cdef VariableBase old = leaf.grad_
    cdef TensorBase data = (<VariableBase>grad).data_ if create else <TensorBase>grad
    if old is None:
        check_same(leaf.data_, data)
        data = None
        leaf.grad_ = as_variable(own(<PyObject *>grad, create), create)
        return 0
    check_same(old.data_, data)
    if create or old.requires_grad_:
        # A gradient that has a history stays, or becomes, part of one.
        if old.volatile_:
            old = new_variable(old.data_)
        if not create:
            grad = new_variable(<TensorBase>grad)
        leaf.grad_ = v_add_T(old, <VariableBase>grad)
        return 0
    add_into(old.data_, <TensorBase>grad)
    return 0


cdef int deliver_leaf(Run *run, VariableBase leaf, PyObject *owned) except -1:
    """Hand a gradient, or NULL, to a leaf."""
    cdef Watched watched
    cdef Extras extras
    cdef object grad
    if run.extras == NULL:
        return 0 if owned == NULL else accumulate(leaf, owned, run.create)
    extras = <Extras>run.extras
    watched = extras.leaves.get(<size_t><void *>leaf)
    if watched is None:
        if owned == NULL:
            return 0
        if extras.only_inputs:
            decref(owned)
            return 0
        return accumulate(leaf, owned, run.create)
    if owned != NULL:
        grad = take(owned)
        if watched.grad is not None:
            grad = sum_of(<PyObject *>watched.grad, grad, run.create)
        watched.grad = grad
        grad = None
    watched.pending -= 1
    if watched.pending == 0 and watched.grad is not None:
        finish_leaf(run, extras, watched)
    return 0


cdef int finish_leaf(Run *run, Extras extras, Watched watched) except -1:
    cdef VariableBase leaf = watched.leaf
    cdef object grad = watched.grad
    watched.grad = None
    if leaf.hooks is not None:
        grad = call_hooks(leaf.hooks, grad, run.create)
    if watched.positions is not None:
        for position in watched.positions:
            extras.found[position] = grad
        return 0
    hooks = post_hooks_of_leaf(leaf)
    seen = None if hooks is None else (as_variable(grad, run.create),)
    # accumulate takes the reference over, so that it can see that it is the only one.
    owned = give(grad)
    grad = None
    accumulate(leaf, owned, run.create)
    if hooks is not None:
        for hook in list(hooks.values()):
            hook((), seen)
    return 0


cdef inline int deliver(
        Run *run, object target, int nr, bint leaf, PyObject **grad) except -1:
    """Hand grad[0], or NULL, on to where an edge leads, and count it."""
    cdef PyObject *owned = grad[0]
    cdef Node n
    grad[0] = NULL
    if target is None:
        if owned != NULL:
            decref(owned)
        return 0
    if leaf:
        return deliver_leaf(run, <VariableBase>target, owned)
    n = <Node>target
    if run.extras != NULL and (<Extras>run.extras).nodes is not None and not n.needed:
        if owned != NULL:
            decref(owned)
        return 0
    if owned != NULL:
        add_to_buffer(n, nr, owned, run.create)
    n.pending -= 1
    if n.pending == 0:
        heap_push(&run.heap, <PyObject *>n)
    return 0


# ---- hooks
cdef VariableBase as_variable(object grad, bint create):
    cdef VariableBase v
    if create:
        return <VariableBase>grad
    v = new_variable(<TensorBase>grad)
    v.volatile_ = True
    return v


cdef str hook_name(object hook):
    return getattr(hook, "__name__", type(hook).__name__)


cdef object replacement(object grad, object new, object hook, bint create):
    cdef TensorBase was, now
    if not isinstance(new, VariableBase):
        raise TypeError("expected Variable, but hook '%s' returned '%s'"
                        % (hook_name(hook), type_name(new)))
    now = (<VariableBase>new).data_
    if grad is not None:
        was = (<VariableBase>grad).data_ if create else <TensorBase>grad
        if was.ops != now.ops:
            raise TypeError("hook '%s' has changed the type of value (was %s got %s)"
                            % (hook_name(hook), type_name(was), type_name(now)))
        if not THTensor_isSameSizeAs(was.c_tensor, now.c_tensor):
            raise RuntimeError(
                "hook '%s' has changed the size of value (was %s got %s)"
                % (hook_name(hook), shape_text(was.c_tensor), shape_text(now.c_tensor)))
    return new if create else now


cdef object call_hooks(object hooks, object grad, bint create):
    for hook in list(hooks.values()):
        new = hook(as_variable(grad, create))
        if new is not None:
            grad = replacement(grad, new, hook, create)
    return grad


cdef int call_pre_hooks(Node n, bint create) except -1:
    for nr, hooks in list(n.pre_hooks.items()):
        if nr == 0:
            if n.grad0 is not None:
                n.grad0 = call_hooks(hooks, n.grad0, create)
        elif n.more_grads is not None and nr <= len(n.more_grads):
            if n.more_grads[nr - 1] is not None:
                n.more_grads[nr - 1] = call_hooks(hooks, n.more_grads[nr - 1], create)
    return 0


cdef object variable_or_none(object grad, bint create):
    return None if grad is None else as_variable(grad, create)


cdef int call_post_hooks(
        Node n, object grad, list more_grads, PyObject **grads, bint create) except -1:
    cdef int i
    cdef PyObject *old
    outputs = [variable_or_none(grad, create)]
    if more_grads is not None:
        outputs += [variable_or_none(g, create) for g in more_grads]
    for hook in list(n.post_hooks.values()):
        inputs = [None if grads[i] == NULL else as_variable(<object>grads[i], create)
                  for i in range(n.n_inputs)]
        new = hook(tuple(inputs), tuple(outputs))
        if new is None:
            continue
        if not isinstance(new, tuple):
            new = (new,)
        if len(new) != n.n_inputs:
            raise RuntimeError(
                "hook '%s' has returned an incorrect number of values (got %d, but "
                "expected %d)"
                % (hook_name(hook), len(new), n.n_inputs))
        for i in range(n.n_inputs):
            old = grads[i]
            value = new[i]
            if value is not None:
                value = replacement(
                    None if old == NULL else <object>old, value, hook, create)
            grads[i] = NULL if value is None else give(value)
            if old != NULL:
                decref(old)
    return 0


# ---- the run
cdef int process(Run *run, Node n) except -1:
    """Let a node compute the gradients of its inputs and hand them on."""
    cdef PyObject *stack[STACK_GRADS]
    cdef PyObject **grads = stack
    cdef object grad
    cdef list more
    cdef tuple entry
    cdef int i, n_inputs = n.n_inputs
    cdef bint ranged = False
    if n.pre_hooks is not None:
        call_pre_hooks(n, run.create)
    if run.extras != NULL and (<Extras>run.extras).nodes is not None:
        if not collect_found(<Extras>run.extras, n):
            return 0
    if n_inputs > STACK_GRADS:
        grads = <PyObject **>calloc(n_inputs, sizeof(PyObject *))
        if grads == NULL:
            raise MemoryError("no memory for %d gradients" % n_inputs)
    else:
        memset(stack, 0, n_inputs * sizeof(PyObject *))
    grad = n.grad0
    n.grad0 = None
    more = n.more_grads
    try:
        if grad is not None or more is not None:
            if profiling:
                ranged = open_range(n.name())
            if run.create:
                n.apply_v(grad, grads)
            else:
                n.apply(grad, grads)
            if n.post_hooks is not None:
                call_post_hooks(n, grad, more, grads, run.create)
        n.more_grads = None
        more = None
        grad = None                    # so that a gradient passed on has one owner
        if not run.retain:
            n.release()
        if n_inputs > 0:
            deliver(run, n.next0, n.nr0, n.leaves & 1, &grads[0])
        if n_inputs > 1:
            deliver(run, n.next1, n.nr1, n.leaves & 2, &grads[1])
        if n_inputs > 2:
            deliver(run, n.next2, n.nr2, n.leaves & 4, &grads[2])
        for i in range(3, n_inputs):
            if n.more_next is None or n.more_next[i - 3] is None:
                continue
            entry = <tuple>n.more_next[i - 3]
            deliver(run, entry[0], entry[1], entry[2], &grads[i])
    finally:
        if ranged:
            end_range()
        for i in range(n_inputs):
            if grads[i] != NULL:
                decref(grads[i])
        if grads != stack:
            free(grads)
    return 0


cdef bint collect_found(Extras extras, Node n) except -1:
    """Keep the gradients that grad() asks for; whether the node has to be applied."""
    cdef int nr
    positions = extras.nodes.get(<size_t><void *>n)
    if positions is not None:
        for nr, position in positions:
            if nr == 0:
                extras.found[position] = n.grad0
            elif n.more_grads is not None and nr <= len(n.more_grads):
                extras.found[position] = n.more_grads[nr - 1]
    if n.needed and (not extras.only_inputs or leads_to_needed(extras, n)):
        return True
    n.grad0 = None
    n.more_grads = None
    return False


cdef int clear_buffers(list nodes) except -1:
    """After an error: drop the gradients that wait in the nodes of the graph."""
    global last_epoch
    cdef Run run
    cdef Node n
    last_epoch += 1
    run.epoch = last_epoch
    run.extras = NULL
    worklist_init(&run.heap)
    try:
        for n in nodes:
            if n is not None:
                reset_node(&run, n)
        while run.heap.n:
            run.heap.n -= 1
            visit_targets(&run, <Node>run.heap.items[run.heap.n])
    finally:
        worklist_done(&run.heap)
    return 0


cdef int reset_node(Run *run, Node n) except -1:
    if n.epoch == run.epoch:
        return 0
    n.epoch = run.epoch
    n.grad0 = None
    n.more_grads = None
    if worklist_push(&run.heap, <PyObject *>n) < 0:
        raise MemoryError("no memory for the list of nodes to visit")
    return 0


cdef int visit_targets(Run *run, Node n) except -1:
    cdef int i, nr
    cdef bint leaf
    for i in range(n.n_inputs):
        target = edge(n, i, &nr, &leaf)
        if target is not None and not leaf:
            reset_node(run, <Node>target)
    return 0


cdef int start(Run *run, PyObject **roots, PyObject **grads, int n_roots) except -1:
    """Count, then put the gradients of the roots into the nodes that made them."""
    cdef VariableBase root
    cdef Node n
    cdef Extras extras = None
    cdef list visited = None
    cdef int i
    if run.extras != NULL:
        extras = <Extras>run.extras
        visited = [] if extras.nodes is not None else None
    for i in range(n_roots):
        root = <VariableBase>roots[i]
        n = grad_fn_of(root)
        if n is None:
            count_leaf(run, root)
        else:
            count_node(run, n)
    count_all(run, visited)
    if visited is not None:
        mark_needed(extras, visited)
    for i in range(n_roots):
        root = <VariableBase>roots[i]
        if root.grad_fn_ is None:
            deliver(run, root, 0, True, &grads[i])
        else:
            deliver(run, root.grad_fn_, root.output_nr_, False, &grads[i])
    return 0


cdef list callbacks = []               # to call at the end of the outermost run


cdef int execute(Run *run, PyObject **roots, PyObject **grads, int n_roots) except -1:
    """Run backward; takes the references in `grads` over."""
    global last_epoch
    cdef Node node = None
    cdef list nodes = None
    cdef unsigned int count = 0
    cdef bint entered = False
    cdef int i
    worklist_init(&run.heap)
    try:
        enter()
        entered = True
        if run.create:
            collect_nodes()
        last_epoch += 1
        run.epoch = last_epoch
        # Held, the graph stays alive whatever hooks do to the roots.
        if n_roots == 1:
            node = grad_fn_of(<VariableBase>roots[0])
        else:
            nodes = [grad_fn_of(<VariableBase>roots[i]) for i in range(n_roots)]
        start(run, roots, grads, n_roots)
        while run.heap.n:
            process(run, <Node>heap_pop(&run.heap))
            count += 1
            if not count & SIGNAL_NODES:
                PyErr_CheckSignals()
        if callbacks and depth == 1:
            call_back()
    except BaseException:
        if entered:
            if depth == 1:
                callbacks.clear()
            clear_buffers([node] if nodes is None else nodes)
        raise
    finally:
        worklist_done(&run.heap)
        for i in range(n_roots):
            if grads[i] != NULL:
                decref(grads[i])
        if run.extras != NULL:
            restore_outer((<Extras>run.extras).outer)
        if entered:
            leave()
    return 0


cdef int call_back() except -1:
    """Call, once, what was queued for the end of the run."""
    queued = list(callbacks)
    callbacks.clear()
    for callback in queued:
        callback()
    return 0


cdef int restore_outer(list outer) except -1:
    cdef Node n
    for n, epoch, pending, grad0, more_grads, needed in outer:
        n.epoch = epoch
        n.pending = pending
        n.grad0 = grad0
        n.more_grads = more_grads
        n.needed = needed
    return 0


# ---- entry points
cdef int check_root(VariableBase root, Py_ssize_t i) except -1:
    if root.volatile_:
        raise RuntimeError("element %d of variables tuple is volatile" % i)
    if not root.requires_grad_:
        raise RuntimeError(
            "element %d of variables tuple does not require grad and does not have a "
            "grad_fn: there are no graph nodes that require computing gradients" % i)
    if not root.data_.ops.is_floating:
        raise RuntimeError("gradients need floating-point values, but element %d of "
                           "variables tuple is a %s" % (i, type_name(root.data_)))
    return 0


cdef object root_gradient(VariableBase root, object given, bint create):
    """The gradient that a run starts with, in the form of the run."""
    cdef TensorBase data = root.data_, t
    cdef VariableBase v
    if given is None:
        if THTensor_nElement(data.c_tensor) != 1:
            raise RuntimeError("grad can be implicitly created only for scalar "
                               "outputs, but got size %s" % shape_text(data.c_tensor))
        t = wrap(data.ops, THTensor_newWithSize(
            data.ops.dtype, data.c_tensor.nDimension, data.c_tensor.size))
        check(t.ops.fill(t.c_tensor, real_scalar(1)))
        return new_variable(t) if create else t
    if isinstance(given, VariableBase):
        v = <VariableBase>given
        t = v.data_
    elif isinstance(given, TensorBase):
        v = None
        t = <TensorBase>given
    else:
        raise TypeError("gradients can be either Tensors, Variables or None, but got "
                        + type_name(given))
    if t.ops != data.ops:
        raise RuntimeError("gradient has a different type than the Variable: expected "
                           "%s, got %s"
                           % (type_name(data), type_name(t)))
    if not THTensor_isSameSizeAs(t.c_tensor, data.c_tensor):
        raise RuntimeError("gradient has a different size than the Variable: expected "
                           "%s, got %s"
                           % (shape_text(data.c_tensor), shape_text(t.c_tensor)))
    if not create:
        return t
    return new_variable(t) if v is None or v.volatile_ else v


cdef bint records(object grad, object create_graph):
    if create_graph is not None:
        return bool(create_graph)
    return isinstance(grad, VariableBase) and not (<VariableBase>grad).volatile_


cdef int backward_one(
        VariableBase self, object gradient, object retain_graph,
        object create_graph) except -1:
    """Variable.backward."""
    cdef Run run
    cdef PyObject *root = <PyObject *>self
    cdef PyObject *grad
    check_root(self, 0)
    run.create = records(gradient, create_graph)
    run.retain = run.create if retain_graph is None else bool(retain_graph)
    run.extras = NULL
    grad = give(root_gradient(self, gradient, run.create))
    try:
        execute(&run, &root, &grad, 1)
    finally:
        if run.extras != NULL:
            decref(run.extras)
    return 0


def run_backward(tuple variables not None, tuple grad_variables not None,
                 retain_graph=None, create_graph=None, tuple inputs=None,
                 bint only_inputs=True, bint allow_unused=False):
    """Backward from several Variables at once.

    Parameters
    ----------
    variables : tuple of Variable
    grad_variables : tuple of Tensor, Variable or None
        The gradient to start with at each of the variables.
    retain_graph : bool, default: create_graph
    create_graph : bool, optional
        Default: whether a gradient is a Variable that is not volatile.
    inputs : tuple of Variable, optional
        Return the gradients of these and add to no ``grad``; without it None is
        returned and gradients are added to the ``grad`` of the leaves.
    only_inputs : bool, default: True
        With ``inputs``: leaves that are not among them get no gradient.
    allow_unused : bool, default: False
        With ``inputs``: the gradient of one that the variables do not depend on is
        None.
    """
    cdef Run run
    cdef PyObject **roots = NULL
    cdef PyObject **grads = NULL
    cdef Py_ssize_t i, n = len(variables)
    cdef Extras extras = None
    if len(grad_variables) != n:
        raise RuntimeError("got %d variables and %d gradients"
                           % (n, len(grad_variables)))
    if n == 0:
        raise RuntimeError("there are no graph nodes that require computing gradients")
    for i in range(n):
        if not isinstance(variables[i], VariableBase):
            raise TypeError("element %d of variables tuple is not a Variable, but %s"
                            % (i, type_name(variables[i])))
        check_root(variables[i], i)
    if create_graph is None:
        run.create = any([records(g, None) for g in grad_variables])
    else:
        run.create = bool(create_graph)
    run.retain = run.create if retain_graph is None else bool(retain_graph)
    run.extras = NULL
    if inputs is not None:
        extras = wanted(inputs, only_inputs)
    gradients = [root_gradient(variables[i], grad_variables[i], run.create)
                 for i in range(n)]
    roots = <PyObject **>calloc(n, sizeof(PyObject *))
    grads = <PyObject **>calloc(n, sizeof(PyObject *))
    try:
        if roots == NULL or grads == NULL:
            raise MemoryError("no memory for %d gradients" % n)
        for i in range(n):
            roots[i] = <PyObject *>variables[i]
            grads[i] = give(gradients[i])
        gradients = None
        if extras is not None:
            run.extras = give(extras)
        execute(&run, roots, grads, n)
        return None if extras is None else results(extras, run.create, allow_unused)
    finally:
        free(roots)
        free(grads)
        if run.extras != NULL:
            decref(run.extras)


cdef Extras wanted(tuple inputs, bint only_inputs):
    """The Extras of a run that shall find the gradients of the inputs."""
    cdef Extras extras = Extras.__new__(Extras)
    cdef Watched watched
    cdef VariableBase v
    cdef Node n
    extras.nodes = {}
    extras.found = [None] * len(inputs)
    extras.only_inputs = only_inputs
    for i, x in enumerate(inputs):
        if not isinstance(x, VariableBase):
            raise TypeError("element %d of inputs is not a Variable, but %s"
                            % (i, type_name(x)))
        v = <VariableBase>x
        if not v.requires_grad_:
            raise RuntimeError("One of the differentiated Variables does not require "
                               "grad: element %d of inputs" % i)
        n = grad_fn_of(v)
        if n is not None:
            extras.nodes.setdefault(<size_t><void *>n, []).append((v.output_nr_, i))
            continue
        watched = extras.leaves.get(<size_t><void *>v)
        if watched is None:
            watched = watch(extras, v)
            watched.positions = []
        watched.positions.append(i)
    return extras


cdef tuple results(Extras extras, bint create, bint allow_unused):
    """The gradients found, as Variables that share no memory with each other."""
    cdef Py_ssize_t i
    cdef list found = extras.found
    if not allow_unused and None in [g if g is None else 0 for g in found]:
        raise RuntimeError(
            "One of the differentiated Variables appears to not have been used in the "
            "graph: element %d of inputs" % [g is None for g in found].index(True))
    for i in range(len(found)):
        if found[i] is not None:
            found[i] = as_variable(own(PyList_GET_ITEM(found, i), create), create)
    return tuple(found)


class ImperativeEngine:
    """``Variable._execution_engine``: the engine as 0.3 shows it to Python."""

    def queue_callback(self, callback):
        """Call a function without arguments at the end of the run that is under way."""
        if not callable(callback):
            raise TypeError("a callback has to be callable, but got "
                            + type_name(callback))
        if depth == 0:
            raise RuntimeError("queue_callback works only while backward runs")
        callbacks.append(callback)

    def run_backward(self, variables, grad_variables, retain_graph=None,
                     create_graph=None):
        """The same as autograd.backward."""
        run_backward(
            tuple(variables), tuple(grad_variables), retain_graph, create_graph)


set_engine(backward_one)
(<dict>(<PyTypeObject *>VariableBase).tp_dict)["_execution_engine"] = ImperativeEngine()
PyType_Modified(<PyTypeObject *>VariableBase)
make_bell()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
