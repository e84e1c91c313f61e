"""Variables, and the nodes of the graph that records how they were computed.

A Variable points at the node that made it (grad_fn); a node points at the nodes, or the
leaf Variables, that its gradients go to. Nothing points the other way, so a graph lives
exactly as long as a Variable at its end. Operators live in variable_ops (generated),
backward in engine.
"""
import warnings
import weakref
from collections import OrderedDict

from cpython.object cimport PyObject, PyTypeObject, destructor, newfunc
from libc.stdlib cimport calloc, free
from torchlike._C.graph_memory cimport *
from torchlike._C.tensor_base cimport (
    TensorBase, clone, dispatch_of, new_empty, type_name,
)
from torchlike._C.th cimport (
    TH_FLOAT, TH_SHAPE_TEXT, THTensor, THTensor_free, THTensor_isSameSizeAs,
    THTensor_shapeText,
)
from torchlike._C.worklist cimport WorkList, worklist_init, worklist_push


cdef extern from *:
    int PyArg_ParseTupleAndKeywords(
        object args, PyObject *kwargs, const char *format, char **names, ...) except 0
    void PyType_Modified(PyTypeObject *type) noexcept


# ---- freeing a graph
# Freeing a Variable frees its node, which frees the nodes and Variables it points at,
# and so on. To keep that off the C stack, objects about to lose their last reference
# wait on a list that the outermost deallocation empties.
cdef WorkList doomed
cdef bint dropping = False
worklist_init(&doomed)


cdef inline bint doom(PyObject *o) noexcept:
    # Keeps o alive on the list if its owner, who will drop it when told True, is the
    # only one.
    if Py_REFCNT(o) != 1 or worklist_push(&doomed, o) < 0:
        return False
    incref(o)
    return True


cdef inline void drop_doomed() noexcept:
    global dropping
    if dropping:
        return
    dropping = True
    while doomed.n:
        doomed.n -= 1
        decref(doomed.items[doomed.n])
    dropping = False


# These two are tp_dealloc of the types: __dealloc__ would save and restore the pending
# exception around each call. The objects have no references left, so the code below
# may not let Cython count any; it names every object field of VariableBase and Node.
cdef void free_variable(PyObject *v) noexcept:
    cdef PyObject *attributes = (<VariableBase>v).attributes
    (<VariableBase>v).attributes = NULL
    if (<VariableBase>v).view_link != NULL:
        leave_view_list(v)
    while (<VariableBase>v).views != NULL:
        leave_view_list((<VariableBase>v).views)
    if doom(<PyObject *>(<VariableBase>v).grad_fn_):
        (<VariableBase>v).grad_fn_ = None
    PyObject_GC_UnTrack(v)
    clear_weak_references(v)
    add_none_references(
        -(drop_field(<PyObject *>(<VariableBase>v).data_)
          + drop_field(<PyObject *>(<VariableBase>v).grad_fn_)
          + drop_field(<PyObject *>(<VariableBase>v).grad_)
          + drop_field(<PyObject *>(<VariableBase>v).hooks)
          + drop_field(<PyObject *>(<VariableBase>v).base)
          + drop_field(<PyObject *>(<VariableBase>v).counter)
          + drop_field(<PyObject *>(<VariableBase>v).name_)))
    free_object(v)
    if attributes != NULL:
        decref(attributes)
    if doomed.n:
        drop_doomed()


cdef inline void free_saved(PyObject *n) noexcept:
    cdef int i
    cdef PyObject *data
    for i in range(3):
        data = (<Node>n).saved_data[i]
        if data != NULL:
            (<Node>n).saved_data[i] = NULL
            decref(data)


cdef void free_node(PyObject *n) noexcept:
    cdef int i
    if doom(<PyObject *>(<Node>n).next0):
        (<Node>n).next0 = None
    if doom(<PyObject *>(<Node>n).next1):
        (<Node>n).next1 = None
    if doom(<PyObject *>(<Node>n).next2):
        (<Node>n).next2 = None
    if doom(<PyObject *>(<Node>n).more_next):
        (<Node>n).more_next = None
    if doom(<PyObject *>(<Node>n).saved0):
        (<Node>n).saved0 = None
    if doom(<PyObject *>(<Node>n).saved1):
        (<Node>n).saved1 = None
    if doom(<PyObject *>(<Node>n).saved2):
        (<Node>n).saved2 = None
    free_saved(n)
    for i in range(3):
        if (<Node>n).input_shape[i] != NULL:
            THTensor_free((<Node>n).input_shape[i])
    PyObject_GC_UnTrack(n)
    add_none_references(
        -(drop_field(<PyObject *>(<Node>n).next0)
          + drop_field(<PyObject *>(<Node>n).next1)
          + drop_field(<PyObject *>(<Node>n).next2)
          + drop_field(<PyObject *>(<Node>n).more_next)
          + drop_field(<PyObject *>(<Node>n).saved0)
          + drop_field(<PyObject *>(<Node>n).saved1)
          + drop_field(<PyObject *>(<Node>n).saved2)
          + drop_field(<PyObject *>(<Node>n).grad0)
          + drop_field(<PyObject *>(<Node>n).more_grads)
          + drop_field(<PyObject *>(<Node>n).pre_hooks)
          + drop_field(<PyObject *>(<Node>n).post_hooks)))
    free_object(n)
    if doomed.n:
        drop_doomed()


cdef inline void leave_view_list(PyObject *v) noexcept:
    (<VariableBase>v).view_link[0] = (<VariableBase>v).next_view
    if (<VariableBase>v).next_view != NULL:
        (<VariableBase>(<VariableBase>v).next_view).view_link = (<VariableBase>v).view_link
    (<VariableBase>v).view_link = NULL
    (<VariableBase>v).next_view = NULL


# ---- Variables
cdef enum:
    OBJECT_FIELDS = 7                  # of VariableBase: data_ .. name_

ctypedef object (*new_function)(PyTypeObject *cls, PyObject *args, PyObject *kwargs)
cdef new_function tp_new = NULL        # of VariableBase, without any checks
cdef PyTypeObject *variable_class = NULL
cdef VariableBase blank                # what new Variables are copied from
cdef tuple NO_ARGUMENTS = ()
cdef backward_function backward_ = NULL
cdef view_function node_of_view_ = NULL


cdef VariableBase new_variable(TensorBase data):
    cdef VariableBase v = <VariableBase>copy_of_blank(
        variable_class, <PyObject *>blank, OBJECT_FIELDS)
    v.data_ = data
    return v


cdef VariableBase new_view(TensorBase data, VariableBase base):
    """A Variable of elements of base, whose changes are also those of base."""
    cdef VariableBase v = new_variable(data)
    v.counter = base if base.counter is None else base.counter
    if base.base is not None:
        base = base.base
    v.base = base
    v.next_view = base.views
    if base.views != NULL:
        (<VariableBase>base.views).view_link = &v.next_view
    base.views = <PyObject *>v
    v.view_link = &base.views
    return v


cdef void set_engine(backward_function backward) noexcept:
    global backward_
    backward_ = backward


cdef void set_node_of_view(view_function node_of_view) noexcept:
    global node_of_view_
    node_of_view_ = node_of_view


cdef int refresh_view(VariableBase v) except -1:
    v.grad_fn_ = node_of_view_(v)
    v.output_nr_ = 0
    v.stale = False
    return 0


cdef object construct(object cls, object args, PyObject *kwargs):
    """Variable(data, requires_grad=False, volatile=False): tp_new of Variable."""
    cdef char **names = ["data", "requires_grad", "volatile", "_grad_fn", "name", NULL]
    cdef PyObject *c_data = NULL
    cdef PyObject *c_grad_fn = NULL
    cdef PyObject *c_name = NULL
    cdef int requires_grad = 0, volatile_ = 0
    PyArg_ParseTupleAndKeywords(
        args, kwargs, "|OppOO:Variable", names, &c_data, &requires_grad, &volatile_,
        &c_grad_fn, &c_name)
    if requires_grad and volatile_:
        raise ValueError(
            "Variable can't be volatile and require_grad at the same time!")
    if c_grad_fn != NULL and <object>c_grad_fn is not None:
        raise TypeError("only operations set _grad_fn: it has to be None, but got "
                        + type_name(<object>c_grad_fn))
    cdef VariableBase v = <VariableBase>tp_new(
        <PyTypeObject *>cls, <PyObject *>NO_ARGUMENTS, NULL)
    if c_data == NULL or <object>c_data is None:
        v.data_ = new_empty(dispatch_of(TH_FLOAT))
    else:
        v.data_ = tensor_argument(<object>c_data)
    v.requires_grad_ = requires_grad
    v.volatile_ = volatile_
    if c_name != NULL:
        v.name_ = <object>c_name
    return v


cdef object refuse(object cls, object args, PyObject *kwargs):
    raise TypeError("VariableBase is only the base class of Variable: make a Variable")


cdef int set_variable_class(object cls) except -1:
    global tp_new, variable_class
    cdef PyTypeObject *base = <PyTypeObject *>VariableBase
    cdef PyTypeObject *derived = <PyTypeObject *>cls
    if derived.tp_basicsize != base.tp_basicsize:
        raise SystemError("Variable may not add fields to VariableBase")
    tp_new = <new_function>base.tp_new
    variable_class = derived
    derived.tp_new = <newfunc>construct
    derived.tp_name = "torch.autograd.variable.Variable"
    base.tp_new = <newfunc>refuse
    # Variable adds no fields: there is nothing of its own to free.
    derived.tp_dealloc = base.tp_dealloc
    no_vectorcall(base)
    no_vectorcall(derived)
    PyType_Modified(base)
    return 0


cdef TensorBase tensor_argument(object data):
    if not isinstance(data, TensorBase):
        raise TypeError("Variable data has to be a tensor, but got " + type_name(data))
    return <TensorBase>data


cdef int replace_data(VariableBase self, TensorBase data) except -1:
    if data is self.data_:
        return 0
    if data.ops != self.data_.ops and grad_fn_of(self) is not None:
        raise RuntimeError(
            "data of a Variable that was computed has to keep its type: expected %s, "
            "got %s"
            % (type_name(self.data_), type_name(data)))
    # Views no longer share its elements; nodes that saved the Variable keep the old
    # tensor.
    if self.base is not None:
        end_view(self)
    while self.views != NULL:
        end_view(<VariableBase>self.views)
    self.data_ = data
    return 0


cdef int end_view(VariableBase view) except -1:
    grad_fn_of(view)
    leave_view_list(<PyObject *>view)
    view.base = None
    return 0


cdef str shape_text(THTensor *t):
    cdef char buffer[TH_SHAPE_TEXT]
    return (<bytes>THTensor_shapeText(buffer, t)).decode()


cdef class VariableBase:
    # -- what 0.3 documents
    @property
    def data(self):
        """The tensor that the Variable wraps."""
        return self.data_

    @data.setter
    def data(self, data):
        replace_data(self, tensor_argument(data))

    @property
    def grad(self):
        """The gradient, a Variable, once backward has computed one."""
        return self.grad_

    @grad.setter
    def grad(self, grad):
        cdef VariableBase v
        if grad is None:
            self.grad_ = None
            return
        if not isinstance(grad, VariableBase):
            raise TypeError("expected Variable or None (got %s)" % type_name(grad))
        v = <VariableBase>grad
        if v is self:
            raise RuntimeError("can't assign Variable as its own grad")
        if v.data_.ops != self.data_.ops:
            raise RuntimeError("assigned grad has data of a different type: expected "
                               "%s, got %s"
                               % (type_name(self.data_), type_name(v.data_)))
        if not THTensor_isSameSizeAs(v.data_.c_tensor, self.data_.c_tensor):
            raise RuntimeError("assigned grad has data of a different size: expected "
                               "%s, got %s"
                               % (shape_text(self.data_.c_tensor),
                                  shape_text(v.data_.c_tensor)))
        self.grad_ = v

    @grad.deleter
    def grad(self):
        self.grad_ = None

    @property
    def grad_fn(self):
        """The node that computed the Variable; None for one that the user made."""
        return grad_fn_of(self)

    @property
    def is_leaf(self):
        """Whether no recorded operation made the Variable."""
        return grad_fn_of(self) is None

    @property
    def requires_grad(self):
        """Whether gradients flow to or through the Variable."""
        return self.requires_grad_

    @requires_grad.setter
    def requires_grad(self, value):
        if type(value) is not bool:
            raise TypeError("requires_grad must be a bool, but got " + type_name(value))
        if grad_fn_of(self) is not None:
            hint = "" if value else (
                " If you want to use a computed variable in a subgraph that doesn't "
                "require differentiation use var_no_grad = var.detach().")
            raise RuntimeError(
                "you can only change requires_grad flags of leaf variables." + hint)
        if value and self.volatile_:
            raise ValueError(
                "Variable can't be volatile and require_grad at the same time!")
        self.requires_grad_ = value

    @property
    def volatile(self):
        """Whether operations on the Variable go unrecorded."""
        return self.volatile_

    @volatile.setter
    def volatile(self, value):
        if type(value) is not bool:
            raise TypeError("volatile must be a bool, but got " + type_name(value))
        if grad_fn_of(self) is not None:
            raise RuntimeError("volatile can only be set on leaf variables")
        if value and self.requires_grad_:
            raise ValueError(
                "Variable can't be volatile and require_grad at the same time!")
        self.volatile_ = value

    @property
    def output_nr(self):
        """Which output of grad_fn the Variable is."""
        return self.output_nr_

    @property
    def name(self):
        """A name for the user's own use; None or what was given."""
        return self.name_

    @name.setter
    def name(self, name):
        self.name_ = name

    @property
    def _version(self):
        """The number of in-place changes so far."""
        return version_of(self)

    @property
    def _backward_hooks(self):
        return self.hooks

    @_backward_hooks.setter
    def _backward_hooks(self, hooks):
        if hooks is not None and not isinstance(hooks, dict):
            raise TypeError("_backward_hooks has to be a dict or None, but got "
                            + type_name(hooks))
        self.hooks = hooks
        if hooks is not None:
            collect_nodes()
            if grad_fn_of(self) is not None:
                pre_hooks_of(self.grad_fn_)[self.output_nr_] = hooks

    def backward(self, gradient=None, retain_graph=None, create_graph=None,
                 retain_variables=None):
        """Compute the gradients with respect to the leaves of the graph.

        They are added to the ``grad`` of the leaves.

        Parameters
        ----------
        gradient : Tensor or Variable of this Variable's size, optional
            The gradient of what is differentiated with respect to this Variable; may be
            left out when it has one element.
        retain_graph : bool, default: create_graph
            Keep the graph for another backward.
        create_graph : bool, optional
            Record the computation of the gradients, for higher derivatives. Default:
            False, unless ``gradient`` is a Variable that is not volatile.
        retain_variables : bool, optional
            Old name of ``retain_graph``, with a warning.
        """
        if retain_variables is not None:
            retain_graph = retained(retain_graph, retain_variables)
        backward_(self, gradient, retain_graph, create_graph)

    def register_hook(self, hook):
        """Call ``hook(grad) -> Variable or None`` when the gradient is computed.

        A Variable that the hook returns replaces the gradient. The result has a method
        ``remove()``.
        """
        if self.volatile_:
            raise RuntimeError("cannot register a hook on a volatile variable")
        if not self.requires_grad_:
            raise RuntimeError(
                "cannot register a hook on a variable that doesn't require gradient")
        if self.hooks is None:
            self.hooks = OrderedDict()
            if grad_fn_of(self) is not None:
                self.hooks = pre_hooks_of(self.grad_fn_).setdefault(
                    self.output_nr_, self.hooks)
        return add_hook(self.hooks, hook)

    def retain_grad(self):
        """Keep the gradient of a Variable that is no leaf in ``grad``, too."""
        if grad_fn_of(self) is None:
            return
        if self.hooks is not None:
            for hook in self.hooks.values():
                if (isinstance(hook, RetainGrad)
                        and (<RetainGrad>hook).variable() is self):
                    return
        self.register_hook(RetainGrad(self))

    def detach(self):
        """The same data as a leaf without gradient; both count in-place changes."""
        cdef VariableBase v = new_variable(self.data_)
        v.volatile_ = self.volatile_
        v.counter = self if self.counter is None else self.counter
        return v

    def detach_(self):
        """Make the Variable itself a leaf that needs no gradient."""
        if self.base is not None:
            raise RuntimeError("detach_: a view of another Variable can't be detached "
                               "in place, use detach() instead")
        self.grad_fn_ = None
        self.output_nr_ = 0
        self.requires_grad_ = False
        self.hooks = None
        return self

    # -- copying
    def __deepcopy__(self, memo):
        cdef VariableBase v
        if grad_fn_of(self) is not None:
            raise RuntimeError("Only Variables created explicitly by the user (graph "
                               "leaves) support the deepcopy protocol at the moment")
        v = type(self)(clone(self.data_))
        v.requires_grad_ = self.requires_grad_
        v.volatile_ = self.volatile_
        memo[id(self)] = v
        return v

    def __reduce_ex__(self, protocol):
        state = (self.requires_grad_, self.volatile_, self.hooks)
        return type(self), (self.data_,), state

    def __setstate__(self, state):
        if len(state) == 5:  # of PyTorch 0.1: data, grad, creator, requires_grad, hooks
            self.data_ = tensor_argument(state[0])
            self.grad = state[1]
            state = (state[3], False, state[4])
        requires_grad, is_volatile, hooks = state
        self.requires_grad_ = requires_grad
        self.volatile_ = is_volatile
        self._backward_hooks = hooks

    def __repr__(self):
        return "Variable containing:" + repr(self.data_)


def retained(retain_graph, retain_variables):
    """The value of ``retain_graph``, given by its old name."""
    if retain_graph is not None:
        raise ValueError("only one of retain_graph and retain_variables can be set")
    warnings.warn("retain_variables option is deprecated. Use retain_graph instead.",
                  stacklevel=2)
    return retain_variables


cdef class RetainGrad:
    """The hook of Variable.retain_grad."""
    cdef object variable               # weak

    def __init__(self, variable):
        self.variable = weakref.ref(variable)

    def __call__(self, grad):
        cdef VariableBase v = self.variable()
        if v is not None:
            v.grad_ = grad.clone() if v.grad_ is None else v.grad_ + grad


# ---- nodes
cdef object accumulators = weakref.WeakValueDictionary()  # id(leaf): its AccumulateGrad


cdef void collect_nodes() noexcept:
    global collecting
    collecting = True


cdef object add_hook(object hooks, object hook):
    # utils.hooks is Python and above this module: needed only once a hook is
    # registered.
    from torchlike.utils.hooks import RemovableHandle
    if not callable(hook):
        raise TypeError("a hook has to be callable, but got " + type_name(hook))
    handle = RemovableHandle(hooks)
    hooks[handle.id] = hook
    collect_nodes()
    return handle


cdef dict pre_hooks_of(Node n):
    if n.pre_hooks is None:
        n.pre_hooks = {}
        if not PyObject_GC_IsTracked(<PyObject *>n):
            PyObject_GC_Track(<PyObject *>n)
    return n.pre_hooks


cdef class Node:
    """A recorded operation: turns gradients of its outputs into those of its inputs."""

    cdef int apply(self, object grad, list more, PyObject **grads) except -1:
        raise NotImplementedError("%s has no derivative" % self.name())

    cdef int apply_v(self, object grad, list more, PyObject **grads) except -1:
        raise NotImplementedError("%s can't be differentiated twice" % self.name())

    cdef void release(self):
        self.saved0 = None
        self.saved1 = None
        self.saved2 = None
        free_saved(<PyObject *>self)
        self.released = True

    def name(self):
        """The name of the operation."""
        return type(self).__name__

    def __repr__(self):
        return "<%s object at %#x>" % (self.name(), <size_t><void *>self)

    @property
    def next_functions(self):
        """((node, output number), ...): where gradients go; (None, 0) for nowhere."""
        cdef int i, nr = 0
        cdef bint leaf = False
        functions = []
        for i in range(self.n_inputs):
            target = edge(self, i, &nr, &leaf)
            functions.append((accumulator(target) if leaf else target, nr))
        return tuple(functions)

    def __call__(self, *grad_outputs):
        """The gradients of the inputs, as Variables, from those of the outputs."""
        cdef PyObject **grads
        cdef TensorBase t
        cdef int i
        for i, g in enumerate(grad_outputs):
            if not isinstance(g, VariableBase):
                raise TypeError("%s: expected Variable as gradient %d, but got %s"
                                % (self.name(), i + 1, type_name(g)))
            t = (<VariableBase>g).data_
            if t.c_tensor.dtype != self.dtype:
                raise TypeError(
                    "%s: expected torch.%sTensor as gradient %d, but got %s"
                    % (self.name(), (<bytes>dispatch_of(self.dtype).name).decode(),
                       i + 1, type_name(t)))
        if not grad_outputs:
            raise TypeError("%s expects the gradients of its outputs" % self.name())
        grads = <PyObject **>calloc(self.n_inputs + 1, sizeof(PyObject *))
        if grads == NULL:
            raise MemoryError("no memory for %d gradients" % self.n_inputs)
        try:
            self.apply_v(grad_outputs[0], list(grad_outputs[1:]) or None, grads)
            found = tuple([None if grads[i] == NULL else <object>grads[i]
                           for i in range(self.n_inputs)])
        finally:
            for i in range(self.n_inputs):
                if grads[i] != NULL:
                    decref(grads[i])
            free(grads)
        return found[0] if len(found) == 1 else found

    def register_hook(self, hook):
        """Call ``hook(grad_inputs, grad_outputs)`` after the gradients were computed.

        Both arguments are tuples of Variables or None; a tuple that the hook returns
        replaces the gradients of the inputs. The result has a method ``remove()``.
        """
        if self.post_hooks is None:
            self.post_hooks = OrderedDict()
            if not PyObject_GC_IsTracked(<PyObject *>self):
                PyObject_GC_Track(<PyObject *>self)
        return add_hook(self.post_hooks, hook)


cdef class AccumulateGrad(Node):
    """Stands for the end of the graph at a leaf Variable in ``next_functions``."""
    cdef readonly VariableBase variable
    cdef object __weakref__

    def register_hook(self, hook):
        if self.variable is None:
            raise RuntimeError("this AccumulateGrad belongs to no Variable")
        if self.variable.hooks is None:  # such leaves are handled one by one
            self.variable.hooks = OrderedDict()
        return Node.register_hook(self, hook)


cdef object accumulator(VariableBase leaf):
    cdef AccumulateGrad a = accumulators.get(id(leaf))
    if a is None:
        a = AccumulateGrad.__new__(AccumulateGrad)
        a.variable = leaf
        accumulators[id(leaf)] = a
    return a


cdef object post_hooks_of_leaf(VariableBase leaf):
    cdef AccumulateGrad a = accumulators.get(id(leaf))
    return None if a is None else a.post_hooks


cdef object edge(Node n, int i, int *nr, bint *leaf):
    leaf[0] = i < 3 and n.leaves >> i & 1
    nr[0] = 0
    if i == 0:
        nr[0] = n.nr0
        return n.next0
    if i == 1:
        nr[0] = n.nr1
        return n.next1
    if i == 2:
        nr[0] = n.nr2
        return n.next2
    entry = None if n.more_next is None else n.more_next[i - 3]
    if entry is None:
        return None
    nr[0] = (<tuple>entry)[1]
    leaf[0] = (<tuple>entry)[2]
    return (<tuple>entry)[0]


cdef int add_no_objects(tuple node_classes) except -1:
    # What Cython makes shows the object to the garbage collector and hides it again.
    for cls in node_classes:
        (<PyTypeObject *>cls).tp_dealloc = <destructor>free_node
    return 0


blank = VariableBase.__new__(VariableBase)
add_attributes(
    <PyTypeObject *>VariableBase, <char *>&blank.attributes - <char *><void *>blank)
(<dict>(<PyTypeObject *>VariableBase).tp_dict)["_grad"] = VariableBase.__dict__["grad"]
PyType_Modified(<PyTypeObject *>VariableBase)
(<PyTypeObject *>VariableBase).tp_dealloc = <destructor>free_variable
(<PyTypeObject *>Node).tp_dealloc = <destructor>free_node
# Inherited by the node classes of other modules and by Variable.
use_memory_lists(<PyTypeObject *>Node, new_node_memory)
use_memory_lists(<PyTypeObject *>VariableBase, new_variable_memory)
(<PyTypeObject *>VariableBase).tp_name = "torch.autograd.variable.VariableBase"
