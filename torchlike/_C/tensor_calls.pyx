"""Methods of tensors that take their arguments without a tuple: new, resize_ and tolist."""
from cpython.float cimport PyFloat_FromDouble
from cpython.list cimport PyList_New, PyList_SET_ITEM
from cpython.long cimport PyLong_CheckExact, PyLong_FromLong, PyLong_FromLongLong
from cpython.object cimport PyObject
from cpython.ref cimport Py_INCREF
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint8_t
from torchlike._C.args cimport install_method
from torchlike._C.errors cimport check
from torchlike._C.tensor_base cimport TensorBase, converted, dispatch_of, sizes_of
from torchlike._C.th cimport *


cdef extern from "Python.h":
    object PyObject_Vectorcall(object callable, PyObject **args, size_t n, PyObject *kwnames)
    long long PyLong_AsLongLongAndOverflow(object o, int *overflow)


cdef object m_new(object self, PyObject **args, Py_ssize_t n, PyObject *kwnames):
    return PyObject_Vectorcall(<object>(<TensorBase>self).ops.pytype, args, <size_t>n, kwnames)


cdef object m_resize_(object self, PyObject **args, Py_ssize_t n, PyObject *kwnames):
    cdef int64_t size[64]
    cdef Py_ssize_t i = 0
    cdef int overflow = 0
    cdef THTensor *c_tensor = (<TensorBase>self).c_tensor
    if kwnames != NULL:
        raise TypeError("resize_() takes no keyword arguments")
    if n <= TH_MAX_DIM:
        while i < n and PyLong_CheckExact(<object>args[i]) and not overflow:
            size[i] = PyLong_AsLongLongAndOverflow(<object>args[i], &overflow)
            i += 1
    if i < n or overflow:           # a sequence, or what stands for ints
        sizes = tuple([<object>args[i] for i in range(n)])
        if n == 1 and isinstance(sizes[0], (tuple, list)):
            sizes = tuple(sizes[0])
        n = sizes_of(sizes, size)
    check(THTensor_resize(c_tensor, <int>n, size, NULL))
    return self


cdef inline object number_at(int dtype, const void *data, int64_t i):
    """Element i of memory of a type other than Half."""
    if dtype == TH_FLOAT:
        return PyFloat_FromDouble((<const float *>data)[i])
    if dtype == TH_DOUBLE:
        return PyFloat_FromDouble((<const double *>data)[i])
    if dtype == TH_LONG:
        return PyLong_FromLongLong((<const int64_t *>data)[i])
    if dtype == TH_INT:
        return PyLong_FromLong((<const int32_t *>data)[i])
    if dtype == TH_SHORT:
        return PyLong_FromLong((<const int16_t *>data)[i])
    if dtype == TH_CHAR:
        return PyLong_FromLong((<const int8_t *>data)[i])
    return PyLong_FromLong((<const uint8_t *>data)[i])


cdef struct Layout:
    THStorage *storage
    int n
    int64_t size[64]
    int64_t stride[64]


cdef list nested_list(const Layout *t, int dim, int64_t offset):
    """The elements from an offset in the storage on, along dimension `dim` and those behind it."""
    cdef int64_t i, n = t.size[dim], stride = t.stride[dim]
    # This may collect garbage, whose finalizers may do anything; what follows runs no Python code.
    cdef list out = PyList_New(n)
    if dim == t.n - 1:
        if offset + (n - 1) * stride >= t.storage.size:
            raise RuntimeError(f"the storage was resized to {t.storage.size} elements while it was read")
        for i in range(n):
            item = number_at(t.storage.dtype, t.storage.data, offset + i * stride)
            Py_INCREF(item)
            PyList_SET_ITEM(out, i, item)
    else:
        for i in range(n):
            row = nested_list(t, dim + 1, offset + i * stride)
            Py_INCREF(row)
            PyList_SET_ITEM(out, i, row)
    return out


cdef object m_tolist(object self, PyObject **args, Py_ssize_t n, PyObject *kwnames):
    cdef TensorBase t = <TensorBase>self
    cdef Layout layout
    cdef int d
    if n or kwnames != NULL:
        raise TypeError(f"tolist() takes no arguments ({n} given)")
    if t.c_tensor.nDimension == 0:
        return []
    if t.ops.dtype == TH_HALF:
        t = converted(t, dispatch_of(TH_FLOAT))
    layout.storage, layout.n = t.c_tensor.storage, t.c_tensor.nDimension
    for d in range(layout.n):
        layout.size[d], layout.stride[d] = t.c_tensor.size[d], t.c_tensor.stride[d]
    THStorage_retain(layout.storage)
    try:
        return nested_list(&layout, 0, t.c_tensor.storageOffset)
    finally:
        THStorage_free(layout.storage)


def install(tensor_class):
    """Put the methods on the tensor class."""
    install_method(tensor_class, b"new", m_new,
                   b"new(*args, **kwargs)\n\nA new tensor of the same type; arguments as for its constructor.")
    install_method(tensor_class, b"resize_", m_resize_,
                   b"resize_(*sizes)\n\nChange the size; elements that fit stay, new ones are uninitialised.")
    install_method(tensor_class, b"tolist", m_tolist, b"tolist()\n\nThe elements as nested lists.")
