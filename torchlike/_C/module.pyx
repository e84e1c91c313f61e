"""The base of nn.Module: what runs at every call of a layer and every look-up of a parameter."""

from cpython.object cimport PyObject


cdef extern from *:
    """
    /* What a module keeps by name, and its hooks; each is a dict among its attributes. */
    static PyObject *part_names[3], *hook_names[3], *forward_name, *with_hooks_name;

    /* 1 if there is a hook, or if the module was not initialised. */
    static int has_hooks(PyObject *state) {
        for (int i = 0; i < 3; i++) {
            PyObject *hooks = PyDict_GetItemWithError(state, hook_names[i]);
            if (!hooks || !PyDict_Check(hooks) || PyDict_Size(hooks))
                return 1;
        }
        return 0;
    }

    /* Calls the method `forward` without making a bound method of it. */
    static PyObject *call_forward(PyObject *self, PyObject *state, PyObject *args, PyObject *kwargs) {
        PyObject *stack[8], *r, *forward = _PyType_Lookup(Py_TYPE(self), forward_name);
        Py_ssize_t n = PyTuple_GET_SIZE(args);
        if (forward && PyType_HasFeature(Py_TYPE(forward), Py_TPFLAGS_METHOD_DESCRIPTOR) && n < 8 &&
            (!kwargs || !PyDict_GET_SIZE(kwargs)) && !PyDict_GetItemWithError(state, forward_name)) {
            stack[0] = self;
            for (Py_ssize_t i = 0; i < n; i++)
                stack[i + 1] = PyTuple_GET_ITEM(args, i);
            Py_INCREF(forward);
            r = PyObject_Vectorcall(forward, stack, (size_t)n + 1, NULL);
        } else {
            if (PyErr_Occurred() || !(forward = PyObject_GetAttr(self, forward_name)))
                return NULL;
            r = PyObject_Call(forward, args, kwargs);
        }
        Py_DECREF(forward);
        return r;
    }

    static PyObject *module_call(PyObject *self, PyObject *args, PyObject *kwargs) {
        PyObject *r = NULL, *method, *state = PyObject_GenericGetDict(self, NULL);
        if (!state)
            return NULL;
        if (!has_hooks(state)) {
            r = call_forward(self, state, args, kwargs);
        } else if (!PyErr_Occurred() && (method = PyObject_GetAttr(self, with_hooks_name))) {
            r = PyObject_Call(method, args, kwargs);
            Py_DECREF(method);
        }
        Py_DECREF(state);
        return r;
    }

    /* A parameter, buffer or submodule; a new reference, or NULL with an exception. */
    static PyObject *module_part(PyObject *self, PyObject *state, PyObject *name) {
        for (int i = 0; i < 3; i++) {
            PyObject *parts = PyDict_GetItemWithError(state, part_names[i]), *part = NULL;
            if (parts && PyDict_Check(parts))
                part = PyDict_GetItemWithError(parts, name);
            if (part)
                return Py_NewRef(part);
            if (PyErr_Occurred())
                return NULL;
        }
        PyErr_Format(PyExc_AttributeError, "'%s' object has no attribute '%S'", Py_TYPE(self)->tp_name, name);
        return NULL;
    }

    /* Attributes as of every object; parts are found before anything has failed. */
    static PyObject *module_getattro(PyObject *self, PyObject *name) {
        PyObject *state, *r = NULL;
        if (!PyUnicode_Check(name))
            return PyObject_GenericGetAttr(self, name);
        if (_PyType_Lookup(Py_TYPE(self), name)) {
            r = PyObject_GenericGetAttr(self, name);
            if (r || !PyErr_ExceptionMatches(PyExc_AttributeError))
                return r;
            PyErr_Clear();
        }
        if (!(state = PyObject_GenericGetDict(self, NULL)))
            return NULL;
        r = PyDict_GetItemWithError(state, name);
        if (r)
            Py_INCREF(r);
        else if (!PyErr_Occurred())
            r = module_part(self, state, name);
        Py_DECREF(state);
        return r;
    }

    /* Gives a subclass the functions above, unless it or another base has methods of its own. */
    static int set_slots(PyObject *cls, PyObject *base, PyObject *call, PyObject *getattr, PyObject *getattribute) {
        PyTypeObject *type = (PyTypeObject *)cls, *known = (PyTypeObject *)base;
        PyObject *looked_up = _PyType_Lookup(type, getattribute);
        if (_PyType_Lookup(type, call) == _PyType_Lookup(known, call))
            type->tp_call = module_call;
        if (_PyType_Lookup(type, getattr) == _PyType_Lookup(known, getattr) &&
            (looked_up == _PyType_Lookup(known, getattribute) ||
             looked_up == _PyType_Lookup(&PyBaseObject_Type, getattribute)))
            type->tp_getattro = module_getattro;
        return 0;
    }
    """
    PyObject *part_names[3]
    PyObject *hook_names[3]
    PyObject *forward_name
    PyObject *with_hooks_name
    object module_call(object self, tuple args, PyObject *kwargs)
    object module_part(object self, object state, object name)
    int set_slots(object cls, object base, str call, str getattr, str getattribute) except -1

cdef extern from "Python.h":
    ctypedef struct PyTypeObject:
        void *tp_new
        PyObject *tp_dict
    PyTypeObject PyBaseObject_Type
    object PyObject_GenericGetDict(object o, void *context)
    void PyType_Modified(PyTypeObject *type)


PARTS = ("_parameters", "_buffers", "_modules")
HOOKS = ("_forward_pre_hooks", "_forward_hooks", "_backward_hooks")
METHODS = ("forward", "_call_with_hooks")
for i in range(3):
    part_names[<int>i] = <PyObject *>PARTS[i]
    hook_names[<int>i] = <PyObject *>HOOKS[i]
forward_name = <PyObject *>METHODS[0]
with_hooks_name = <PyObject *>METHODS[1]


cdef class ModuleBase:
    """Calls `forward`, with hooks where there are any, and finds parameters, buffers and submodules by name.

    The methods are here for classes that override or call them. All others reach the C functions
    above at once: `use_c_functions` puts them into the type.
    """

    def __call__(self, *input, **kwargs):
        return module_call(self, input, <PyObject *>kwargs)

    def __getattr__(self, name):
        # Called only after the ordinary look-up failed.
        return module_part(self, PyObject_GenericGetDict(self, NULL), name)

    def __reduce_ex__(self, protocol):
        # The first two protocols know no classes with a compiled base.
        return object.__reduce_ex__(self, max(protocol, 2))


def use_c_functions(cls):
    """Let instances of a subclass be called and read by the C functions, if it keeps these methods."""
    set_slots(cls, ModuleBase, "__call__", "__getattr__", "__getattribute__")


# Instances have the layout of plain objects, so they are made as those are. With a __new__
# of its own the class could not stand after another one, as in class Net(Mixin, Module):
# Python would take the layout of the first, and refuse to copy or unpickle instances.
cdef PyTypeObject *base = <PyTypeObject *>ModuleBase
base.tp_new = PyBaseObject_Type.tp_new
del (<dict>base.tp_dict)["__new__"]
PyType_Modified(base)
