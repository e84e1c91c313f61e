"""Function: operations that users define in Python, with forward and backward.

The context that both get (``ctx``) is the node of the graph itself, so a call makes one
object.
"""
from cpython.object cimport PyObject, PyTypeObject
from cpython.ref cimport Py_INCREF
from cpython.tuple cimport PyTuple_New, PyTuple_SET_ITEM
from libc.stdlib cimport calloc, free
from torchlike._C cimport recording
from torchlike._C.accumulate cimport as_variable
from torchlike._C.dispatch cimport THDispatch
from torchlike._C.errors cimport check
from torchlike._C.profiler cimport end_range, open_range, profiling
from torchlike._C.recording cimport (
    add_edge, add_target, as_saved, attach_output, check_result, inplace_begin,
    inplace_end, other_gradient, raise_changed, saved_result,
)
from torchlike._C.tensor_base cimport TensorBase, dispatch_of, type_name, wrap
from torchlike._C.th cimport (
    THTensor, THTensor_free, THTensor_isSameSizeAs, THTensor_newShape,
    THTensor_newWithSize, THTensor_newWithTensor,
)
from torchlike._C.variable cimport (
    Node, VariableBase, collect_nodes, edge, give, new_variable, shape_text, version_of,
)


cdef extern from *:
    object PyObject_Call(object function, object args, PyObject *kwargs)
    void PyType_Modified(PyTypeObject *type) noexcept

ctypedef object (*new_function)(PyTypeObject *cls, PyObject *args, PyObject *kwargs)
cdef tuple NO_ARGUMENTS = ()


cdef class Function(Node):
    """What the Functions that users write and the contexts of their calls have."""

    def __dealloc__(self):
        cdef Py_ssize_t i
        if self.shapes != NULL and self.shapes != self.input_shape:
            for i in range(self.n_shapes):
                THTensor_free(self.shapes[i])
            free(self.shapes)

    @classmethod
    def _perform(cls, *args):  # becomes `apply` below: Node has a C method of that name
        """Perform the operation on Variables and other arguments."""
        cdef object context_class = cls._backward_cls
        if context_class is None:
            raise AttributeError("%s.forward is no static method: call %s()(...) "
                                 "instead of apply" % (cls.__name__, cls.__name__))
        if not isinstance(context_class, type):
            raise TypeError("_backward_cls has to be a class, but got "
                            + type_name(context_class))
        cdef PyTypeObject *c_cls = <PyTypeObject *>context_class
        cdef Function ctx = (<new_function>c_cls.tp_new)(
            c_cls, <PyObject *>NO_ARGUMENTS, NULL)
        ctx.user_class = cls
        return call(ctx, cls.forward, args)

    def __call__(self, *args):
        """Perform an operation whose forward and backward are methods on tensors.

        The context of an operation with static methods instead gets gradients of its
        outputs, and returns those of its inputs.
        """
        if self.user_class is not None and not self.instance_style:
            return Node.__call__(self, *args)
        cls = type(self)
        if is_static(cls, "forward"):
            raise RuntimeError("%s.forward is a static method: call %s.apply instead"
                               % (cls.__name__, cls.__name__))
        if self.n_inputs or self.n_outputs:
            raise RuntimeError("%s can be called only once, make a new one"
                               % cls.__name__)
        self.instance_style = True
        self.user_class = cls
        return call(self, cls.forward, args)

    # -- for forward
    def save_for_backward(self, *tensors):
        """Keep inputs or outputs of forward, or None, for backward; call it once."""
        self.to_save = tensors

    def mark_dirty(self, *tensors):
        """Name the inputs that forward changes in place; it has to return them too."""
        self.dirty_tensors = tensors

    def mark_non_differentiable(self, *tensors):
        """Name the outputs that have no derivative."""
        self.non_differentiable = tensors

    def mark_shared_storage(self, *pairs):
        """Name (input, output) pairs that see the same elements: changes count for both.

        ``mark_dirty`` needs none, nor do inputs that are returned as they are.
        """
        for i, pair in enumerate(pairs):
            if not isinstance(pair, tuple) or len(pair) != 2:
                raise TypeError(
                    "mark_shared_storage accepts (input, output) pairs, but argument %d "
                    "is %s" % (i, type_name(pair)))
        self.shared_pairs = pairs

    # -- for backward
    @property
    def needs_input_grad(self):
        """A bool for every argument of forward: whether its gradient is needed."""
        cdef int i, nr = 0
        cdef bint leaf = False
        return tuple([edge(self, i, &nr, &leaf) is not None
                      for i in range(self.n_inputs)])

    @property
    def saved_tensors(self):
        """What forward saved, as tensors."""
        if self.saved is None and self.to_save is not None:
            return self.to_save
        return self._unpack(False)

    @property
    def saved_variables(self):
        """What forward saved, as Variables: the inputs themselves, and the outputs."""
        return self._unpack(True)

    def _unpack(self, bint as_variables):
        """What forward saved, after a check that nobody changed it."""
        cdef VariableBase v
        cdef Py_ssize_t i
        cdef unsigned int version
        cdef tuple values
        if self.released:
            raise RuntimeError(
                "Trying to backward through the graph a second time, but the buffers "
                "have already been freed. Specify retain_graph=True when calling "
                "backward the first time.")
        if self.saved is None:
            return ()
        values = PyTuple_New(len(self.saved))
        for i in range(len(self.saved)):
            value = self.saved[i]
            source = self.saved_from[i]
            if isinstance(source, VariableBase):
                v = <VariableBase>source
                version = (0 if self.saved_versions is None
                           else <unsigned int>self.saved_versions[i])
                if version_of(v) != version:
                    raise_changed(self, "input", version_of(v), version)
                if as_variables:
                    value = as_saved(v, <PyObject *>value)
            elif value is not None:
                check_result(self)
                if as_variables:
                    value = saved_result(self, <TensorBase>value, source)
            set_item(values, i, value)
        return values

    def name(self):
        """The name of the operation."""
        name = type(self).__name__
        return name + "Backward" if self.instance_style else name

    def __repr__(self):
        return "<%s.%s object at %#x>" % (
            type(self).__module__, type(self).__name__, <size_t><void *>self)

    cdef int apply(self, object grad, list more, PyObject **grads) except -1:
        return self.run(grad, more, grads, False)

    cdef int apply_v(self, object grad, list more, PyObject **grads) except -1:
        return self.run(grad, more, grads, True)

    cdef void release(self):
        self.saved = None
        self.saved_from = None
        Node.release(self)

    cdef int run(self, object grad, list more, PyObject **grads, bint create) except -1:
        cdef tuple arguments = PyTuple_New(1 + self.n_outputs)
        cdef tuple values
        cdef int i
        set_item(arguments, 0, self)
        for i in range(self.n_outputs):
            set_item(arguments, 1 + i, output_gradient(self, grad, more, i, create))
        result = PyObject_Call(self.user_class.backward, arguments, NULL)
        values = result if type(result) is tuple else (result,)
        for i in range(n_gradients(self, values)):
            if values[i] is not None:
                grads[i] = input_gradient(self, values[i], i, create)
        return 0


cdef inline void set_item(tuple t, Py_ssize_t i, object value) noexcept:
    Py_INCREF(value)
    PyTuple_SET_ITEM(t, i, value)


cdef bint is_static(object cls, str name):
    for base in cls.__mro__:
        if name in base.__dict__:
            return isinstance(base.__dict__[name], staticmethod)
    return False


cdef bint is_in(object tensor, object tensors) noexcept:
    # Whether a tuple holds this very object.
    if tensors is None:
        return False
    for t in <tuple>tensors:
        if t is tensor:
            return True
    return False


# ---- forward
cdef object call(Function self, object forward, tuple args):
    if profiling and open_range(self.user_class.__name__):
        try:
            return perform(self, forward, args)
        finally:
            end_range()
    return perform(self, forward, args)


cdef object perform(Function self, object forward, tuple args):
    cdef Py_ssize_t i, n = len(args)
    cdef tuple raw = PyTuple_New(1 + n)
    cdef VariableBase v
    cdef bint record = False, is_volatile = False
    self.n_arguments = <int>n
    set_item(raw, 0, self)
    for i in range(n):
        value = args[i]
        if isinstance(value, VariableBase):
            v = <VariableBase>value
            record = record or v.requires_grad_
            is_volatile = is_volatile or v.volatile_
            add_edge(self, v)
            set_item(raw, 1 + i, v.data_)
        else:
            add_target(self, None, 0, False)
            set_item(raw, 1 + i, value)
    if is_volatile:
        record = False
    result = PyObject_Call(forward, raw, NULL)
    if isinstance(result, TensorBase):
        self.n_outputs = 1
        outs = (result,)
        if record:
            remember_shapes(self, args, outs)
        check_dirty(self, raw, outs)
        out = make_output(self, args, raw, <TensorBase>result, 0, record, is_volatile)
    else:
        outs = check_outputs(self, result)
        self.n_outputs = <int>len(outs)
        if record:
            remember_shapes(self, args, outs)
        check_dirty(self, raw, outs)
        out = tuple([
            make_output(
                self, args, raw, <TensorBase>outs[i], <int>i, record, is_volatile)
            for i in range(len(outs))])
    if record and self.to_save is not None:
        save(self, args, raw, outs)
    # Most are None, which is counted each time one is set.
    if self.to_save is not None:
        self.to_save = None
    if self.dirty_tensors is not None:
        self.dirty_tensors = None
    if self.non_differentiable is not None:
        self.non_differentiable = None
    if self.shared_pairs is not None:
        self.shared_pairs = None
    return out


cdef tuple check_outputs(Function self, object result):
    if not isinstance(result, tuple) or not len(result):
        raise TypeError("%s.forward: expected a tensor or a tuple of tensors, but got "
                        "%s"
                        % (self.user_class.__name__, type_name(result)))
    for i, t in enumerate(<tuple>result):
        if not isinstance(t, TensorBase):
            raise TypeError("%s.forward: expected tensors, but element %d of the "
                            "result is %s"
                            % (self.user_class.__name__, i, type_name(t)))
    return <tuple>result


cdef int remember_shapes(Function self, tuple args, tuple outs) except -1:
    cdef Py_ssize_t i, n = len(args)
    # One output has a gradient whenever backward comes here.
    self.n_shapes = n + (len(outs) if len(outs) > 1 else 0)
    self.shapes = self.input_shape
    if self.n_shapes > 3:
        self.shapes = <THTensor **>calloc(self.n_shapes, sizeof(THTensor *))
        if self.shapes == NULL:
            raise MemoryError("no memory for the sizes of %d arguments" % n)
    for i in range(n):
        if isinstance(args[i], VariableBase):
            self.shapes[i] = new_shape((<VariableBase>args[i]).data_)
    for i in range(self.n_shapes - n):
        self.shapes[n + i] = new_shape(<TensorBase>outs[i])
    return 0


cdef THTensor *new_shape(TensorBase t) except NULL:
    cdef THTensor *shape = THTensor_newShape(t.c_tensor)
    if shape == NULL:
        check(-1)
    return shape


cdef int check_dirty(Function self, tuple raw, tuple outs) except -1:
    if self.dirty_tensors is None:
        return 0
    for i, t in enumerate(<tuple>self.dirty_tensors):
        if t is self or not is_in(t, raw):
            raise RuntimeError("mark_dirty can only be called for inputs of forward, "
                               "but argument %d of mark_dirty is none" % i)
        if not is_in(t, outs):
            raise RuntimeError(
                "Some elements marked as dirty during the forward method were not "
                "returned as output. The inputs that are modified inplace must all be "
                "outputs of the Function. (argument %d of mark_dirty)" % i)
    return 0


cdef VariableBase make_output(Function self, tuple args, tuple raw, TensorBase t,
                              int nr, bint record, bint is_volatile):
    """The Variable for an output of forward."""
    cdef VariableBase out, source = None
    cdef Py_ssize_t i
    if record and is_in(t, self.non_differentiable):
        record = False
    for i in range(len(args)):
        if raw[1 + i] is t and isinstance(args[i], VariableBase):
            source = <VariableBase>args[i]
            break
    if source is not None and is_in(t, self.dirty_tensors):
        return change_input(self, source, nr, record, is_volatile)
    if source is not None:
        # An input that is returned unchanged: the same elements in another place of the
        # graph.
        out = new_variable(wrap(t.ops, THTensor_newWithTensor(t.c_tensor)))
        out.counter = source if source.counter is None else source.counter
    else:
        out = new_variable(t)
        if self.shared_pairs is not None:
            share_counter(self, args, raw, t, out)
    out.volatile_ = is_volatile
    if record:
        collect_nodes()
        attach_output(out, self, nr)
    return out


cdef int share_counter(
        Function self, tuple args, tuple raw, TensorBase t, VariableBase out) except -1:
    """Let an output count the changes of the input that mark_shared_storage named."""
    cdef VariableBase source
    cdef Py_ssize_t i
    for pair in <tuple>self.shared_pairs:
        if (<tuple>pair)[1] is not t:
            continue
        for i in range(len(args)):
            if raw[1 + i] is (<tuple>pair)[0] and isinstance(args[i], VariableBase):
                source = <VariableBase>args[i]
                out.counter = source if source.counter is None else source.counter
                return 0
        raise ValueError("mark_shared_storage accepts (input, output) pairs, but the "
                         "first of a pair was no input")
    return 0


cdef VariableBase change_input(Function self, VariableBase v, int nr, bint record,
                               bint is_volatile):
    """An input that forward changed in place and returned."""
    inplace_begin(v, self.name(), record)
    if record and v.base is not None and self.n_outputs > 1:
        raise RuntimeError("%s changed a view of another Variable in place: then it "
                           "may have only one output, but it has %d"
                           % (self.name(), self.n_outputs))
    if record:
        collect_nodes()
    inplace_end(v, self if record else None)
    if record and v.base is None:
        v.output_nr_ = nr
    if is_volatile:
        v.volatile_ = True
        v.requires_grad_ = False
        v.grad_fn_ = None
    return v


cdef int save(Function self, tuple args, tuple raw, tuple outs) except -1:
    """Keep what save_for_backward named: inputs as Variables, outputs as tensors."""
    cdef tuple tensors = <tuple>self.to_save
    cdef tuple sources = PyTuple_New(len(tensors))
    cdef Py_ssize_t i
    cdef bint changed = False
    for i in range(len(tensors)):
        source = None if tensors[i] is None else source_of(self, args, raw, outs, i)
        set_item(sources, i, source)
        if isinstance(source, VariableBase) and version_of(<VariableBase>source):
            changed = True
    self.saved = tensors
    self.saved_from = sources
    if changed:
        self.saved_versions = tuple([
            version_of(<VariableBase>v) if isinstance(v, VariableBase) else 0
            for v in sources])
    return 0


cdef object source_of(Function self, tuple args, tuple raw, tuple outs, Py_ssize_t i):
    """The input, or the number of the output, whose tensor is the i-th to save."""
    cdef object t = (<tuple>self.to_save)[i]
    cdef Py_ssize_t j
    for j in range(len(args)):
        if (raw[1 + j] is t and isinstance(args[j], VariableBase)
                and not is_in(t, self.dirty_tensors)):
            return args[j]
    for j in range(len(outs)):
        if outs[j] is t:
            return j
    raise RuntimeError(
        "save_for_backward can only save input or output tensors, but argument %d "
        "doesn't satisfy this condition (%s)" % (i, type_name(t)))


# ---- backward
cdef object output_gradient(
        Function self, object grad0, list more, int i, bint create):
    """What backward gets for output i; zeros if no gradient reached it."""
    cdef THTensor *shape
    cdef TensorBase zeros
    cdef THDispatch *ops
    grad = grad0 if i == 0 else other_gradient(more, i)
    if grad is None:
        shape = self.shapes[self.n_arguments + i]
        ops = dispatch_of(shape.dtype)
        zeros = wrap(ops, THTensor_newWithSize(
            shape.dtype, shape.nDimension, shape.size))
        check(ops.zero(zeros.c_tensor))
        grad = new_variable(zeros) if create else zeros
    if self.instance_style:
        return (<VariableBase>grad).data_ if create else grad
    return as_variable(grad, create)


cdef int n_gradients(Function self, tuple values) except -1:
    """How many gradients to use: there may be more if the rest is None."""
    cdef Py_ssize_t i, n = len(values)
    for i in range(self.n_arguments, n):
        if values[i] is not None:
            break
    else:
        if n >= self.n_arguments:
            return self.n_arguments
    raise RuntimeError("%s returned an incorrect number of gradients (expected %d, got "
                       "%d)"
                       % (self.name(), self.n_arguments, n))


cdef PyObject *input_gradient(
        Function self, object value, int i, bint create) except? NULL:
    """The gradient that backward returned for argument i; NULL if nobody needs it."""
    cdef THTensor *shape = self.shapes[i]
    cdef VariableBase v
    cdef TensorBase t
    cdef int nr
    cdef bint leaf
    if shape == NULL:
        raise RuntimeError(
            "function %s returned a gradient different than None at position %d, but "
            "the corresponding forward input was not a Variable" % (self.name(), i + 1))
    if self.instance_style and isinstance(value, TensorBase):
        v = None
        t = <TensorBase>value
    elif isinstance(value, VariableBase):
        v = <VariableBase>value
        t = v.data_
    else:
        raise TypeError("%s: expected Variable as gradient %d, but got %s"
                        % (self.name(), i + 1, type_name(value)))
    if t.c_tensor.dtype != shape.dtype:
        raise RuntimeError(
            "Function %s returned an invalid gradient at index %d - expected type "
            "torch.%sTensor but got %s"
            % (self.name(), i, (<bytes>dispatch_of(shape.dtype).name).decode(),
               type_name(t)))
    if not THTensor_isSameSizeAs(t.c_tensor, shape):
        raise RuntimeError(
            "Function %s returned an invalid gradient at index %d - expected shape %s "
            "but got %s"
            % (self.name(), i, shape_text(shape), shape_text(t.c_tensor)))
    if edge(self, i, &nr, &leaf) is None:
        return NULL
    if not create:
        return give(t)
    return give(once_only(self, t) if v is None else v)


cdef VariableBase once_only(Function self, TensorBase t):
    # The gradient of a Function that works on tensors can't be differentiated again.
    cdef VariableBase v = new_variable(t)
    recording.attach_error(
        v, "%s works on tensors and can't be differentiated twice" % self.name(), ())
    return v


def attach_error(VariableBase output not None, str message not None,
                 tuple inputs not None):
    """Make backward through ``output`` raise a RuntimeError with this message."""
    for v in inputs:
        if not isinstance(v, VariableBase):
            raise TypeError("expected Variables, but got " + type_name(v))
    recording.attach_error(output, message, inputs)


cdef dict _members = <dict>(<PyTypeObject *>Function).tp_dict
_members["apply"] = _members.pop("_perform")
PyType_Modified(<PyTypeObject *>Function)
