"""torch.Size, a small C subclass of tuple."""


cdef extern from *:
    """
    /* torch.Size: a tuple under another name, which parts and sums of it keep. */
    static PyTypeObject TorchSize_Type;
    static PyObject *as_size(PyObject *tuple) {
        if (!tuple || !PyTuple_CheckExact(tuple))
            return tuple;
        PyObject *r = PyObject_CallOneArg((PyObject *)&TorchSize_Type, tuple);
        Py_DECREF(tuple);
        return r;
    }
    static PyObject *size_subscript(PyObject *self, PyObject *index) {
        return as_size(PyTuple_Type.tp_as_mapping->mp_subscript(self, index));
    }
    static PyObject *size_concat(PyObject *self, PyObject *other) {
        return as_size(PyTuple_Type.tp_as_sequence->sq_concat(self, other));
    }
    static PyObject *size_repeat(PyObject *self, Py_ssize_t n) {
        return as_size(PyTuple_Type.tp_as_sequence->sq_repeat(self, n));
    }
    static PyObject *size_repr(PyObject *self) {
        PyObject *list = PySequence_List(self);
        PyObject *r = list ? PyUnicode_FromFormat("torch.Size(%R)", list) : NULL;
        Py_XDECREF(list);
        return r;
    }
    /* Pickles name the package's Size: there may be no module called torch. */
    static PyObject *size_reduce(PyObject *self, PyObject *unused) {
        PyObject *module = PyImport_ImportModule("torchlike._utils");
        PyObject *rebuild = module ? PyObject_GetAttrString(module, "_rebuild_size") : NULL;
        PyObject *tuple = rebuild ? PyTuple_GetSlice(self, 0, PyTuple_GET_SIZE(self)) : NULL;
        PyObject *r = tuple ? Py_BuildValue("O(O)", rebuild, tuple) : NULL;
        Py_XDECREF(module);
        Py_XDECREF(rebuild);
        Py_XDECREF(tuple);
        return r;
    }
    static PyObject *size_numel(PyObject *self, PyObject *unused) {
        PyObject *product = PyLong_FromLong(1);
        for (Py_ssize_t i = 0; product && i < PyTuple_GET_SIZE(self); i++)
            Py_SETREF(product, PyNumber_Multiply(product, PyTuple_GET_ITEM(self, i)));
        return product;
    }
    static PyMethodDef size_methods[] = {
        {"__reduce__", size_reduce, METH_NOARGS, NULL},
        {"numel", size_numel, METH_NOARGS, "The product of the sizes: how many elements a tensor of them has."},
        {NULL},
    };
    static PySequenceMethods size_as_sequence = {.sq_concat = size_concat, .sq_repeat = size_repeat};
    static PyMappingMethods size_as_mapping = {.mp_subscript = size_subscript};
    static PyTypeObject TorchSize_Type = {
        PyVarObject_HEAD_INIT(NULL, 0)
        .tp_name = "torch.Size",
        .tp_repr = size_repr,
        .tp_methods = size_methods,
        .tp_as_sequence = &size_as_sequence,
        .tp_as_mapping = &size_as_mapping,
        .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
        .tp_doc = "The size of a tensor: a tuple of ints.",
        .tp_base = &PyTuple_Type,
    };
    static PyObject *torch_size(const THTensor *t) {
        PyObject *r = TorchSize_Type.tp_alloc(&TorchSize_Type, t->nDimension);
        for (int i = 0; r && i < t->nDimension; i++) {
            PyObject *n = PyLong_FromLongLong(t->size[i]);
            if (!n) {
                Py_CLEAR(r);
                break;
            }
            PyTuple_SET_ITEM(r, i, n);
        }
        return r;
    }
    static PyObject *torch_size_type(void) {
        if (PyType_Ready(&TorchSize_Type) < 0)
            return NULL;
        Py_INCREF(&TorchSize_Type);
        return (PyObject *)&TorchSize_Type;
    }
    """
    object torch_size(const THTensor *t)
    object torch_size_type()


Size = torch_size_type()


cdef object size_of(const THTensor *c_tensor):
    return torch_size(c_tensor)
