"""What starts the engine: Variable.backward, and backward and grad of torch.autograd."""
# For in-place changes of views: nothing else names the module.
import torchlike._C.view_history  # no-cython-lint

cimport cython
from cpython.list cimport PyList_GET_ITEM
from cpython.object cimport PyObject, PyTypeObject
from libc.stdlib cimport free, malloc
from libc.string cimport memset
from torchlike._C.accumulate cimport as_variable, own
from torchlike._C.engine cimport (
    Extras, Run, Watched, execute, extras_of, outermost, watch, watched_leaf,
)
from torchlike._C.errors cimport check
from torchlike._C.pointer_map cimport pointer_map_add, pointer_map_find
from torchlike._C.tensor_base cimport TensorBase, real_scalar, type_name, wrap
from torchlike._C.th cimport (
    THTensor_isSameSizeAs, THTensor_nElement, THTensor_newWithSize,
)
from torchlike._C.variable cimport (
    Node, VariableBase, give, grad_fn_of, new_variable, set_engine, shape_text,
)


cdef extern from *:
    void decref "Py_DECREF"(PyObject *o) noexcept
    void PyType_Modified(PyTypeObject *type) noexcept

cdef enum:
    STACK_ROOTS = 8                    # outputs before memory is allocated


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


cdef tuple as_tuple(object values, str names):
    """A tuple of Variables from one of them or a sequence."""
    if isinstance(values, VariableBase):
        return (values,)
    if isinstance(values, (tuple, list)):
        return tuple(values)
    raise TypeError("%s should be a Variable or a sequence of them, but got %s"
                    % (names, type(values).__name__))


cdef tuple gradients_of(object given, Py_ssize_t count):
    """One gradient, perhaps None, for each of `count` outputs."""
    if given is None:
        return (None,) * count
    return tuple(given) if isinstance(given, (tuple, list)) else (given,)


def run_backward(outputs, grad_outputs=None, retain_graph=None, create_graph=None,
                 inputs=None, bint only_inputs=True, bint allow_unused=False):
    """Backward from several Variables at once.

    Parameters
    ----------
    outputs : Variable or sequence of Variable
    grad_outputs : sequence of Tensor, Variable or None, optional
        The gradient to start with at each of the outputs.
    retain_graph : bool, default: create_graph
    create_graph : bool, optional
        Default: whether a gradient is a Variable that is not volatile.
    inputs : Variable or sequence of Variable, optional
        Return the gradients of these and add to no ``grad``; without it None is
        returned and gradients are added to the ``grad`` of the leaves.
    only_inputs : bool, default: True
        With ``inputs``: leaves that are not among them get no gradient.
    allow_unused : bool, default: False
        With ``inputs``: the gradient of one that the variables do not depend on is
        None.
    """
    return run(outputs, grad_outputs, retain_graph, create_graph, inputs, only_inputs, allow_unused)


@cython.binding(True)
def grad(outputs, inputs, grad_outputs=None, retain_graph=None, create_graph=None, bint only_inputs=True,
         bint allow_unused=False):
    """Return the gradients of a sum of outputs with respect to inputs.

    Parameters
    ----------
    outputs : Variable or sequence of Variable
    inputs : Variable or sequence of Variable
        Leaves or results of operations; their ``grad`` is left alone.
    grad_outputs : sequence of Tensor, Variable or None, optional
        For each output the gradient to start with; None: 1.
    retain_graph : bool, default: create_graph
        Keep the graph for another backward.
    create_graph : bool, optional
        Record the computation, so that the result can be differentiated. Default:
        False, unless a gradient is a Variable that is not volatile.
    only_inputs : bool, default: True
        False: the other leaves get their gradients added to ``grad``.
    allow_unused : bool, default: False
        Return None for an input that the outputs do not depend on, instead of an error.

    Returns
    -------
    tuple of Variable
        One gradient, of the input's size, for each input.

    Raises
    ------
    RuntimeError
        If an input needs no gradient or was not used.

    Examples
    --------
    >>> x = Variable(torch.ones(2), requires_grad=True)
    >>> dx, = grad((x * x).sum(), x)
    >>> dx.data.sum()
    4.0
    """
    return run(
        outputs, grad_outputs, retain_graph, create_graph, (None,) if inputs is None else inputs, only_inputs,
        allow_unused)


cdef tuple run(
        object outputs, object grad_outputs, object retain_graph, object create_graph, object inputs,
        bint only_inputs, bint allow_unused):
    cdef Run state
    cdef tuple variables = as_tuple(
        outputs, "variables" if inputs is None else "outputs")
    cdef Py_ssize_t i, n = len(variables)
    cdef tuple gradients = gradients_of(grad_outputs, n)
    cdef PyObject *few[2 * STACK_ROOTS]
    cdef PyObject **roots = few
    cdef PyObject **grads
    cdef tuple sought = None           # held: whatever hooks do, the inputs stay
    cdef Extras extras = None
    if len(gradients) != n:
        raise RuntimeError("got %d variables and %d gradients" % (n, len(gradients)))
    if n == 0:
        raise RuntimeError("there are no graph nodes that require computing gradients")
    for i in range(n):
        if not isinstance(variables[i], VariableBase):
            raise TypeError("element %d of variables tuple is not a Variable, but %s"
                            % (i, type_name(variables[i])))
        check_root(<VariableBase>variables[i], i)
    state.create = False
    if create_graph is not None:
        state.create = bool(create_graph)
    else:
        for i in range(n):
            state.create |= records(gradients[i], None)
    state.retain = state.create if retain_graph is None else bool(retain_graph)
    state.extras = NULL
    if inputs is not None:
        sought = as_tuple(inputs, "inputs")
        extras = wanted(sought, only_inputs)
    if n > STACK_ROOTS:
        roots = <PyObject **>malloc(2 * n * sizeof(PyObject *))
        if roots == NULL:
            raise MemoryError("no memory for %d gradients" % n)
    grads = roots + n
    memset(grads, 0, n * sizeof(PyObject *))
    try:
        for i in range(n):
            roots[i] = <PyObject *>variables[i]
            grads[i] = give(
                root_gradient(<VariableBase>variables[i], gradients[i], state.create))
        if extras is not None:
            state.extras = give(extras)
        execute(&state, roots, grads, <int>n)
        return None if extras is None else results(extras, state.create, allow_unused)
    finally:
        for i in range(n):             # left only if the run did not begin
            if grads[i] != NULL:
                decref(grads[i])
        if roots != few:
            free(roots)
        if state.extras != NULL:
            decref(state.extras)


cdef Extras wanted(tuple inputs, bint only_inputs):
    """The Extras of a run that shall find the gradients of the inputs."""
    cdef Extras extras = Extras.__new__(Extras)
    cdef Watched watched
    cdef VariableBase v
    cdef Node n
    cdef PyObject *positions
    cdef int i
    extras.selecting = True
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
            positions = pointer_map_find(&extras.nodes, <void *>n)
            if positions != NULL:
                (<list>positions).append((v.output_nr_, i))
            elif pointer_map_add(&extras.nodes, <void *>n, [(v.output_nr_, i)]) < 0:
                raise MemoryError("no memory for the list of inputs")
            continue
        watched = watched_leaf(extras, <void *>v)
        if watched is None:
            watched = watch(extras, v)
            watched.position = i
        elif watched.others is None:
            watched.others = [i]
        else:
            watched.others.append(i)
    return extras


cdef tuple results(Extras extras, bint create, bint allow_unused):
    """The gradients found, as Variables that share no memory with each other."""
    cdef Py_ssize_t i
    cdef list found = extras.found
    for i in range(len(found)):
        if found[i] is not None:
            found[i] = as_variable(own(PyList_GET_ITEM(found, i), create), create)
        elif not allow_unused:
            raise RuntimeError(
                "One of the differentiated Variables appears to not have been used in "
                "the graph: element %d of inputs" % i)
    return tuple(found)


class ImperativeEngine:
    """``Variable._execution_engine``: the engine as 0.3 shows it to Python."""

    def queue_callback(self, callback):
        """Call a function without arguments at the end of the run that is under way."""
        if not callable(callback):
            raise TypeError("a callback has to be callable, but got "
                            + type_name(callback))
        cdef Run *run = outermost()
        if run == NULL:
            raise RuntimeError("queue_callback works only while backward runs")
        if extras_of(run).callbacks is None:
            extras_of(run).callbacks = []
        extras_of(run).callbacks.append(callback)

    def run_backward(self, variables, grad_variables, retain_graph=None,
                     create_graph=None):
        """The same as autograd.backward."""
        run_backward(variables, grad_variables, retain_graph, create_graph)


set_engine(backward_one)
(<dict>(<PyTypeObject *>VariableBase).tp_dict)["_execution_engine"] = ImperativeEngine()
PyType_Modified(<PyTypeObject *>VariableBase)
