from torchlike._C.dispatch cimport THDispatch
from torchlike._C.th cimport THStorage, THTensor


cdef class StorageBase:
    cdef THStorage *c_storage          # owned reference, never NULL
    cdef Py_ssize_t position(self, index) except -1
    cdef object __weakref__

cdef StorageBase wrap_storage(THStorage *c_storage)        # takes over the reference; NULL raises the pending error
cdef object storage_class(int dtype)
# Memory that belongs to a Python object, which is released with the storage.
cdef THStorage *new_borrowed(int dtype, void *data, Py_ssize_t size, object owner) except NULL
# Until end_loan, a storage lives and its memory stays in place; NULL is allowed.
cdef int lend(THStorage *s) except -1
cdef void end_loan(THStorage *s) noexcept

ctypedef int (*copy_function)(THTensor *, THTensor *) noexcept nogil
# The function of `ops` that copies from a tensor of type `dtype`.
cdef copy_function copy_from(THDispatch *ops, int dtype) noexcept
# Raises TypeError for keyword arguments other than 0.3's `async`.
cdef int check_async(str name, dict kwargs) except -1
