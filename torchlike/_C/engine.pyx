"""Backward: computes gradients by walking a recorded graph from its ends to its leaves.

A run first counts, for every node it will reach, how many gradients are due. Then it
takes ready nodes from a heap, latest made first, lets each compute the gradients of its
inputs and adds those to the buffers of the nodes they go to. Counts and buffers live in
the nodes, so nothing is looked up: `epoch` says which run they belong to. Runs may be
inside each other (a hook or a Function calls backward) or in several threads, which take
turns where Python switches them. A run that meets a node in use by another one keeps
its counts and buffers in a stand-in, a bare node.

Gradients are tensors, or Variables when the computation itself is recorded
(create_graph).
"""
import os

cimport cython
from cpython.exc cimport PyErr_CheckSignals
from cpython.list cimport PyList_GET_ITEM
from cpython.object cimport PyObject
from libc.stdlib cimport calloc, free
from libc.string cimport memset
from torchlike._C.accumulate cimport accumulate, as_variable, sum_of, take
from torchlike._C.hook_calls cimport call_hooks, call_post_hooks, call_pre_hooks
from torchlike._C.pointer_map cimport pointer_map_add, pointer_map_done, pointer_map_find
from torchlike._C.profiler cimport end_range, open_range, profiling
from torchlike._C.th cimport THTensor_isContiguous, THTensor_isSameSizeAs
from torchlike._C.variable cimport (
    Node, VariableBase, collect_nodes, edge, give, grad_fn_of, post_hooks_of_leaf,
)
from torchlike._C.worklist cimport worklist_done, worklist_init, worklist_push


cdef extern from *:
    unsigned long PyThread_get_thread_ident() noexcept
    void decref "Py_DECREF"(PyObject *o) noexcept

cdef enum:
    STACK_GRADS = 16                   # inputs of a node before memory is allocated
    # Nodes between two looks at the keyboard, 2^n - 1.
    SIGNAL_NODES = 4095


# Nobody but the run sees these two, so that no cycle can run through them.
@cython.no_gc
@cython.freelist(8)
cdef class Watched:
    """A leaf that has hooks or whose gradient was asked for."""


@cython.no_gc
@cython.freelist(8)
cdef class Extras:
    """What only some runs need."""

    def __dealloc__(self):
        pointer_map_done(&self.leaves)
        pointer_map_done(&self.nodes)


# ---- runs under way: a list that the GIL guards
cdef Run *latest = NULL
cdef uint64_t last_epoch = 0


cdef void enter(Run *run) noexcept:
    global latest, last_epoch
    last_epoch += 1
    run.epoch = last_epoch
    run.thread = PyThread_get_thread_ident()
    run.older = latest
    latest = run


cdef void leave(Run *run) noexcept:
    cdef Run **link = &latest
    while link[0] != run:
        link = &link[0].older
    link[0] = run.older


cdef bint under_way(uint64_t epoch) noexcept:
    cdef Run *run = latest
    while run != NULL and run.epoch != epoch:
        run = run.older
    return run != NULL


cdef Run *outermost() noexcept:
    """The run of this thread that is inside no other, or NULL."""
    cdef unsigned long me = PyThread_get_thread_ident()
    cdef Run *found = NULL
    cdef Run *run = latest
    while run != NULL:
        if run.thread == me:
            found = run
        run = run.older
    return found


def _after_fork():
    """In a forked child only the forking thread lives on, perhaps inside a run."""
    cdef unsigned long me = PyThread_get_thread_ident()
    cdef Run **link = &latest
    while link[0] != NULL:
        if link[0].thread == me:
            link = &link[0].older
        else:
            link[0] = link[0].older


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
cdef Extras extras_of(Run *run):
    if run.extras == NULL:
        run.extras = give(Extras.__new__(Extras))
    return <Extras>run.extras


cdef inline bint selects(Run *run) noexcept:
    return run.extras != NULL and (<Extras>run.extras).selecting


cdef int count_leaf(Run *run, VariableBase leaf) except -1:
    cdef Extras extras
    cdef Watched watched
    if leaf.hooks is None and run.extras == NULL:
        return 0
    extras = extras_of(run)
    watched = watched_leaf(extras, <void *>leaf)
    if watched is None:
        if leaf.hooks is None or extras.only_inputs:
            return 0
        watched = watch(extras, leaf)
    watched.pending += 1
    return 0


cdef Watched watch(Extras extras, VariableBase leaf):
    cdef Watched watched = Watched.__new__(Watched)
    watched.leaf = leaf
    watched.position = -1
    if pointer_map_add(&extras.leaves, <void *>leaf, watched) < 0:
        raise MemoryError("no memory for the list of leaves")
    return watched


cdef Watched watched_leaf(Extras extras, void *leaf):
    cdef PyObject *found = pointer_map_find(&extras.leaves, leaf)
    return None if found == NULL else <Watched>found


cdef inline Node state_of(Run *run, Node n):
    """What holds the run's counts and buffers for n, which it has counted."""
    return n if n.epoch == run.epoch else stand_in(run, n)


cdef Node stand_in(Run *run, Node n):
    if run.extras == NULL or (<Extras>run.extras).stand_ins is None:
        return None
    return (<Extras>run.extras).stand_ins.get(<size_t><void *>n)


cdef int count_node(Run *run, Node n) except -1:
    cdef Node state = state_of(run, n)
    if state is None:
        state = n
        if latest.older != NULL and under_way(n.epoch):
            state = Node.__new__(Node)
            if extras_of(run).stand_ins is None:
                extras_of(run).stand_ins = {}
            extras_of(run).stand_ins[<size_t><void *>n] = state
        state.epoch = run.epoch
        state.pending = 0
        state.grad0 = None
        state.more_grads = None
        if worklist_push(&run.heap, <PyObject *>n) < 0:
            raise MemoryError("no memory for the list of nodes to visit")
    state.pending += 1
    return 0


cdef inline int count_target(Run *run, object target, bint leaf) except -1:
    if target is None:
        return 0
    if leaf:
        return count_leaf(run, <VariableBase>target)
    return count_node(run, <Node>target)


cdef int count_all(Run *run, WorkList *visited) except -1:
    """Count from the nodes on the list; `visited`, unless NULL, becomes a heap of all."""
    cdef Node n
    while run.heap.n:
        run.heap.n -= 1
        n = <Node>run.heap.items[run.heap.n]
        if visited != NULL:
            heap_push(visited, <PyObject *>n)
        count_target(run, n.next0, n.leaves & 1)
        count_target(run, n.next1, n.leaves & 2)
        count_target(run, n.next2, n.leaves & 4)
        if n.more_next is not None:
            for entry in n.more_next:
                if entry is not None:
                    count_target(run, (<tuple>entry)[0], (<tuple>entry)[2])
    return 0


cdef bint leads_to_needed(Run *run, Node n) except -1:
    cdef int i, nr
    cdef bint leaf
    for i in range(n.n_inputs):
        target = edge(n, i, &nr, &leaf)
        if target is None:
            continue
        if leaf:
            if pointer_map_find(&(<Extras>run.extras).leaves, <void *>target) != NULL:
                return True
        elif state_of(run, <Node>target).needed:
            return True
    return False


cdef int mark_needed(Run *run, WorkList *visited) except -1:
    """Mark the nodes on the way to a wanted input: edges always lead to older nodes."""
    cdef Extras extras = <Extras>run.extras
    cdef Py_ssize_t i, n = visited.n
    cdef PyObject *node
    # Popped, the latest comes first: they are put where the heap ends, the oldest first.
    while visited.n:
        node = heap_pop(visited)
        visited.items[visited.n] = node
    for i in range(n):
        node = visited.items[i]
        state_of(run, <Node>node).needed = (
            not extras.only_inputs or pointer_map_find(&extras.nodes, node) != NULL
            or leads_to_needed(run, <Node>node))
    return 0


# ---- handing gradients on
cdef int add_to_buffer(Node state, int nr, PyObject *owned, bint create) except -1:
    cdef object grad = take(owned)
    cdef list more
    if nr == 0:
        if state.grad0 is None:
            state.grad0 = grad
        else:
            state.grad0 = sum_of(<PyObject *>state.grad0, grad, create)
        return 0
    if state.more_grads is None:
        state.more_grads = []
    more = state.more_grads
    while len(more) < nr:
        more.append(None)
    if more[nr - 1] is None:
        more[nr - 1] = grad
    else:
        more[nr - 1] = sum_of(PyList_GET_ITEM(more, nr - 1), grad, create)
    return 0


cdef int deliver_leaf(Run *run, VariableBase leaf, PyObject *owned) except -1:
    """Hand a gradient, or NULL, to a leaf."""
    cdef Watched watched
    cdef Extras extras
    cdef object grad
    if run.extras == NULL:
        return 0 if owned == NULL else accumulate(leaf, owned, run.create)
    extras = <Extras>run.extras
    watched = watched_leaf(extras, <void *>leaf)
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
    if watched.position >= 0:
        extras.found[watched.position] = grad
        if watched.others is not None:
            for position in watched.others:
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
    cdef Node n, state
    grad[0] = NULL
    if target is None:
        if owned != NULL:
            decref(owned)
        return 0
    if leaf:
        return deliver_leaf(run, <VariableBase>target, owned)
    n = <Node>target
    state = state_of(run, n)
    if selects(run) and not state.needed:
        if owned != NULL:
            decref(owned)
        return 0
    if owned != NULL:
        add_to_buffer(state, nr, owned, run.create)
    state.pending -= 1
    if state.pending == 0:
        heap_push(&run.heap, <PyObject *>n)
    return 0


cdef int lend_grads(Node n, PyObject **grads) except -1:
    """Put the grad of leaves into grads for apply to add to; the bits of those lent."""
    cdef VariableBase leaf, grad
    cdef int i, nr, lent = 0
    cdef bint is_leaf
    for i in range(3):
        if not (n.adds & n.leaves) >> i & 1:
            continue
        leaf = edge(n, i, &nr, &is_leaf)
        grad = leaf.grad_
        if (grad is not None and not grad.requires_grad_
                and grad.data_.ops == leaf.data_.ops
                and THTensor_isContiguous(grad.data_.c_tensor)
                and THTensor_isSameSizeAs(grad.data_.c_tensor, leaf.data_.c_tensor)):
            grads[i] = give(grad.data_)
            lent |= 1 << i
    return lent


cdef void take_back(int lent, PyObject **grads) noexcept:
    cdef int i
    for i in range(3):
        if lent >> i & 1:
            decref(grads[i])
            grads[i] = NULL


# ---- the run
cdef int process(Run *run, Node n) except -1:
    """Let a node compute the gradients of its inputs and hand them on."""
    cdef PyObject *stack[STACK_GRADS]
    cdef PyObject **grads = stack
    cdef Node state = state_of(run, n)
    cdef object grad = state.grad0
    cdef list more = state.more_grads
    cdef tuple entry
    cdef int i, lent, n_inputs = n.n_inputs
    cdef bint ranged = False, applying = True
    state.grad0 = None
    state.more_grads = None
    if n.pre_hooks is not None:
        grad = call_pre_hooks(n, grad, more, run.create)
    if selects(run) and not collect_found(run, n, state, grad, more):
        return 0
    if n_inputs > STACK_GRADS:
        grads = <PyObject **>calloc(n_inputs, sizeof(PyObject *))
        if grads == NULL:
            raise MemoryError("no memory for %d gradients" % n_inputs)
    else:
        memset(stack, 0, n_inputs * sizeof(PyObject *))
    n.busy += 1                        # another run may not release what it reads
    try:
        if grad is not None or more is not None:
            if profiling:
                ranged = open_range(n.name())
            if run.create:
                n.apply_v(grad, more, grads)
            elif n.adds and run.extras == NULL and n.post_hooks is None:
                lent = lend_grads(n, grads)
                n.apply(grad, more, grads)
                take_back(lent, grads)
            else:
                n.apply(grad, more, grads)
            if n.post_hooks is not None:
                call_post_hooks(n, grad, more, grads, run.create)
        more = None
        grad = None                    # so that a gradient passed on has one owner
        n.busy -= 1
        applying = False
        if not run.retain:
            n.unwanted = True
        if n.unwanted and n.busy == 0:
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
        if applying:
            n.busy -= 1
        for i in range(n_inputs):
            if grads[i] != NULL:
                decref(grads[i])
        if grads != stack:
            free(grads)
    return 0


cdef bint collect_found(
        Run *run, Node n, Node state, object grad, list more) except -1:
    """Keep the gradients that grad() asks for; whether the node has to be applied."""
    cdef Extras extras = <Extras>run.extras
    cdef int nr
    cdef PyObject *positions = pointer_map_find(&extras.nodes, <void *>n)
    if positions == NULL:
        return state.needed
    for nr, position in <list>positions:
        if nr == 0:
            extras.found[position] = grad
        elif more is not None and nr <= len(more):
            extras.found[position] = more[nr - 1]
    return state.needed and (not extras.only_inputs or leads_to_needed(run, n))


cdef int forget(Run *run, PyObject **nodes, int n_roots) except -1:
    """After an error: drop the gradients that wait in the nodes of the graph."""
    cdef Node n
    cdef int i, nr
    cdef bint leaf
    run.heap.n = 0
    for i in range(n_roots):
        forget_node(run, <Node>nodes[i])
    while run.heap.n:
        run.heap.n -= 1
        n = <Node>run.heap.items[run.heap.n]
        for i in range(n.n_inputs):
            target = edge(n, i, &nr, &leaf)
            if target is not None and not leaf:
                forget_node(run, <Node>target)
    return 0


cdef int forget_node(Run *run, Node n) except -1:
    if n is None:
        return 0
    if n.epoch == run.epoch:
        n.epoch = 0
        n.grad0 = None
        n.more_grads = None
    elif stand_in(run, n) is not None:
        del (<Extras>run.extras).stand_ins[<size_t><void *>n]
    else:
        return 0
    if worklist_push(&run.heap, <PyObject *>n) < 0:
        raise MemoryError("no memory for the list of nodes to visit")
    return 0


cdef int start(
        Run *run, PyObject **roots, PyObject **nodes, PyObject **grads,
        int n_roots) except -1:
    """Count, then put the gradients of the roots into the nodes that made them."""
    cdef WorkList visited
    cdef VariableBase root
    cdef Node n
    cdef int i
    for i in range(n_roots):
        n = <Node>nodes[i]
        if n is None:
            count_leaf(run, <VariableBase>roots[i])
        else:
            count_node(run, n)
    if selects(run):
        worklist_init(&visited)
        try:
            count_all(run, &visited)
            mark_needed(run, &visited)
        finally:
            worklist_done(&visited)
    else:
        count_all(run, NULL)
    for i in range(n_roots):
        n = <Node>nodes[i]
        root = <VariableBase>roots[i]
        if n is None:
            deliver(run, root, 0, True, &grads[i])
        else:
            deliver(run, n, root.output_nr_, False, &grads[i])
    return 0


cdef int execute(Run *run, PyObject **roots, PyObject **grads, int n_roots) except -1:
    """Run backward; takes the references in `grads` over."""
    cdef PyObject *one_node
    cdef PyObject **nodes = &one_node
    cdef unsigned int count = 0
    cdef int i
    if n_roots > 1:
        nodes = <PyObject **>calloc(n_roots, sizeof(PyObject *))
        if nodes == NULL:
            raise MemoryError("no memory for %d roots" % n_roots)
    # Held, the graph stays alive whatever hooks do to the roots.
    for i in range(n_roots):
        nodes[i] = give(grad_fn_of(<VariableBase>roots[i]))
    worklist_init(&run.heap)
    enter(run)
    try:
        if run.create:
            collect_nodes()
        start(run, roots, nodes, grads, n_roots)
        while run.heap.n:
            process(run, <Node>heap_pop(&run.heap))
            count += 1
            if not count & SIGNAL_NODES:
                PyErr_CheckSignals()
        if run.extras != NULL:
            call_back((<Extras>run.extras).callbacks)
    except BaseException:
        forget(run, nodes, n_roots)
        raise
    finally:
        leave(run)
        worklist_done(&run.heap)
        for i in range(n_roots):
            if grads[i] != NULL:
                decref(grads[i])
                grads[i] = NULL
            decref(nodes[i])
        if nodes != &one_node:
            free(nodes)
    return 0


cdef int call_back(list callbacks) except -1:
    """Call what was queued for the end of the run."""
    while callbacks:
        callbacks.pop(0)()
    return 0


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
