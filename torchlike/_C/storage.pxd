from cpython.object cimport PyObject
from torchlike._C.th cimport THStorage


cdef class StorageBase:
    cdef THStorage *c_storage          # owned reference, never NULL after __init__ or wrap_storage
    cdef Py_ssize_t position(self, index) except -1
    cdef object __weakref__

cdef StorageBase wrap_storage(THStorage *c_storage)        # takes over the reference; NULL raises the pending error
cdef object storage_class(int dtype)
# How memory that belongs to a Python object is released: the context is the object.
cdef THStorage *new_borrowed(int dtype, void *data, Py_ssize_t size, object owner) except NULL
