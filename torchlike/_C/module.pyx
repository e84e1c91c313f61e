"""The base of nn.Module: what runs at every call of a layer."""
from cpython.dict cimport PyDict_GetItem, PyDict_Size
from cpython.object cimport PyObject


cdef extern from "Python.h":
    ctypedef struct PyTypeObject:
        void *tp_new
        PyObject *tp_dict
    PyTypeObject PyBaseObject_Type
    object PyObject_GenericGetDict(object o, void *context)
    object PyObject_Call(object function, object args, PyObject *kwargs)
    void PyType_Modified(PyTypeObject *type)


# What a module keeps by name, and its hooks; each is a dict among its attributes.
PARTS = ("_parameters", "_buffers", "_modules")
HOOKS = ("_forward_pre_hooks", "_forward_hooks", "_backward_hooks")
cdef str PRE_HOOKS, FORWARD_HOOKS, BACKWARD_HOOKS
PRE_HOOKS, FORWARD_HOOKS, BACKWARD_HOOKS = HOOKS


cdef inline bint filled(object state, str name) noexcept:
    cdef PyObject *hooks = PyDict_GetItem(state, name)
    return hooks == NULL or PyDict_Size(<object>hooks) != 0


cdef class ModuleBase:
    """Calls `forward`, with hooks where there are any, and finds parameters, buffers and submodules by name."""

    def __call__(self, *input, **kwargs):
        state = PyObject_GenericGetDict(self, NULL)
        if filled(state, PRE_HOOKS) or filled(state, FORWARD_HOOKS) or filled(state, BACKWARD_HOOKS):
            return self._call_with_hooks(*input, **kwargs)
        return PyObject_Call(self.forward, input, <PyObject *>kwargs if kwargs else NULL)

    def __getattr__(self, name):
        # Called only after the ordinary look-up failed.
        cdef PyObject *parts
        cdef PyObject *found
        state = PyObject_GenericGetDict(self, NULL)
        for kind in PARTS:
            parts = PyDict_GetItem(state, kind)
            if parts != NULL:
                found = PyDict_GetItem(<object>parts, name)
                if found != NULL:
                    return <object>found
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def __reduce_ex__(self, protocol):
        # The first two protocols know no classes with a compiled base.
        return object.__reduce_ex__(self, max(protocol, 2))


# Instances have the layout of plain objects, so they are made as those are. With a __new__
# of its own the class could not stand after another one, as in class Net(Mixin, Module):
# Python would take the layout of the first, and refuse to copy or unpickle instances.
cdef PyTypeObject *base = <PyTypeObject *>ModuleBase
base.tp_new = PyBaseObject_Type.tp_new
del (<dict>base.tp_dict)["__new__"]
PyType_Modified(base)
