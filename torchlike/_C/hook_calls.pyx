"""Calls of the hooks that users put on Variables and nodes."""
from torchlike._C.accumulate cimport as_variable
from torchlike._C.tensor_base cimport TensorBase, type_name
from torchlike._C.th cimport THTensor_isSameSizeAs
from torchlike._C.variable cimport Node, VariableBase, give, shape_text


cdef extern from *:
    void decref "Py_DECREF"(PyObject *o) noexcept


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


cdef object call_pre_hooks(Node n, object grad, list more, bint create):
    for nr, hooks in list(n.pre_hooks.items()):
        if nr == 0:
            if grad is not None:
                grad = call_hooks(hooks, grad, create)
        elif more is not None and nr <= len(more) and more[nr - 1] is not None:
            more[nr - 1] = call_hooks(hooks, more[nr - 1], create)
    return grad


cdef object variable_or_none(object grad, bint create):
    return None if grad is None else as_variable(grad, create)


cdef int call_post_hooks(
        Node n, object grad, list more, PyObject **grads, bint create) except -1:
    cdef int i
    cdef PyObject *old
    outputs = [variable_or_none(grad, create)]
    if more is not None:
        outputs += [variable_or_none(g, create) for g in more]
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
