"""Storages: blocks of elements of one type under tensors."""
cimport cython
from cpython.buffer cimport PyBUF_WRITABLE, PyBuffer_FillInfo
from cpython.object cimport PyObject
from cpython.ref cimport Py_DECREF, Py_INCREF
from libc.string cimport memcpy
from torchlike._C.errors cimport check, raise_error
from torchlike._C.th cimport *

import struct

# struct codes of the elements, in the order of THType.
cdef tuple CODES = ("B", "b", "h", "i", "q", "f", "d", "e")
cdef list classes = [None] * TH_NTYPES


cdef void release_object(void *context, void *data, size_t bytes) noexcept with gil:
    Py_DECREF(<object>context)


cdef THAllocator object_allocator
object_allocator.free = release_object


cdef THStorage *new_borrowed(int dtype, void *data, Py_ssize_t size, object owner) except NULL:
    cdef THStorage *s = THStorage_newWithData(dtype, data, size, &object_allocator, <void *>owner)
    if s == NULL:
        raise_error()
    Py_INCREF(owner)
    return s


cdef StorageBase wrap_storage(THStorage *c_storage):
    if c_storage == NULL:
        raise_error()
    cls = classes[c_storage.dtype]
    cdef StorageBase r = cls.__new__(cls)
    r.c_storage = c_storage
    return r


cdef object storage_class(int dtype):
    return classes[dtype]


cdef class StorageBase:
    """A one-dimensional block of elements of one type.

    ``FloatStorage(size)``, ``FloatStorage(sequence)``; ``size`` counts elements. A storage
    has a writable buffer of its bytes.
    """

    def __init__(self, data=None):
        cdef THStorage *s
        cdef int dtype = dtype_of(type(self))
        if data is None:
            data = 0
        if hasattr(data, "__index__"):
            if data < 0:
                raise RuntimeError(f"storage size must not be negative, but got {data}")
            s = THStorage_new(dtype, data)
        elif hasattr(data, "__len__"):
            s = THStorage_new(dtype, len(data))
        else:
            raise TypeError(f"{type(self).__name__} takes a size or a sequence of numbers, but got {type(data).__name__}")
        if s == NULL:
            raise_error()
        THStorage_free(self.c_storage)
        self.c_storage = s
        if not hasattr(data, "__index__"):
            for i, value in enumerate(data):
                self[i] = value

    def __dealloc__(self):
        THStorage_free(self.c_storage)

    def __getbuffer__(self, Py_buffer *buffer, int flags):
        PyBuffer_FillInfo(buffer, self, self.c_storage.data, self.c_storage.size * self.element_size(), 0, flags)

    def __len__(self):
        return self.c_storage.size

    def size(self):
        """Number of elements."""
        return self.c_storage.size

    def element_size(self):
        """Bytes of one element."""
        return THType_itemSize[self.c_storage.dtype]

    def data_ptr(self):
        """Address of the first element."""
        return <size_t>self.c_storage.data

    @property
    def _cdata(self):
        return <size_t>self.c_storage

    is_cuda = False
    is_sparse = False

    def is_pinned(self):
        """False: page-locked memory needs CUDA."""
        return False

    def is_shared(self):
        """True if other processes can see the memory."""
        return bool(self.c_storage.flag & TH_STORAGE_SHARED)

    cdef Py_ssize_t position(self, index) except -1:
        cdef Py_ssize_t i = index
        cdef Py_ssize_t n = self.c_storage.size
        if not -n <= i < n:
            raise IndexError(f"index {i} is out of range for a storage of size {n}")
        return i + n if i < 0 else i

    def __getitem__(self, index):
        cdef Py_ssize_t i
        cdef char *data
        if isinstance(index, slice):
            start, stop, step = index.indices(len(self))
            if step != 1:
                raise ValueError(f"storages are sliced with step 1, but got {step}")
            if stop <= start:
                return type(self)()
            data = <char *>self.c_storage.data + <Py_ssize_t>start * THType_itemSize[self.c_storage.dtype]
            return wrap_storage(new_borrowed(self.c_storage.dtype, data, stop - start, self))
        i = self.position(index)
        code = CODES[self.c_storage.dtype]
        return struct.unpack_from(code, self, i * self.element_size())[0]

    def __setitem__(self, index, value):
        cdef Py_ssize_t i
        if isinstance(index, slice):
            for i in range(*index.indices(len(self))):
                self[i] = value
            return
        i = self.position(index)
        code = CODES[self.c_storage.dtype]
        try:
            struct.pack_into(code, self, i * self.element_size(), value)
        except struct.error:
            raise TypeError(f"a {type(self).__name__} takes {'floats' if code in 'fde' else 'ints'} in its range, but got {value!r}") from None

    def fill_(self, value):
        """Every element becomes `value`."""
        for i in range(len(self)):
            self[i] = value
        return self

    def resize_(self, Py_ssize_t size):
        """Change the number of elements; those that fit stay."""
        check(THStorage_resize(self.c_storage, size))
        return self

    def copy_(self, source):
        """Take the elements of a storage or sequence of the same length."""
        if len(source) != len(self):
            raise RuntimeError(f"copy_ needs a source of the same size, got {len(source)} elements for {len(self)}")
        if type(source) is type(self):
            memcpy(self.c_storage.data, (<StorageBase>source).c_storage.data, self.c_storage.size * self.element_size())
        else:
            for i, value in enumerate(source):
                self[i] = value
        return self

    def clone(self):
        """A copy."""
        return type(self)(len(self)).copy_(self)

    def tolist(self):
        """The elements as a list."""
        return list(struct.unpack_from(f"{len(self)}{CODES[self.c_storage.dtype]}", self)) if len(self) else []

    def new(self, *args):
        """A new storage of the same type."""
        return type(self)(*args)

    def cpu(self):
        """The storage itself, which is on the CPU."""
        return self

    def type(self, new_type=None):
        """The name of the type, or a copy in another type."""
        if new_type is None:
            return "torch." + type(self).__name__
        for cls in classes:
            if new_type is cls or new_type == "torch." + cls.__name__:
                return self if cls is type(self) else cls([cast(cls, x) for x in self.tolist()])
        raise RuntimeError(f"invalid type: {new_type!r}")

    def __iter__(self):
        return iter(self.tolist())

    def __copy__(self):
        return self.clone()

    def __deepcopy__(self, memo):
        known = memo.get(<size_t>self.c_storage)
        if known is None:
            known = memo[<size_t>self.c_storage] = self.clone()
        return known

    def __reduce_ex__(self, protocol):
        from torchlike._utils import _rebuild_storage     # reached at run time to keep the import graph one-way
        return _rebuild_storage, (type(self).__name__, bytes(self))

    def __repr__(self):
        from torchlike._tensor_str import _storage_str    # printing is loaded when something is printed
        return _storage_str(self)


cdef object cast(cls, value):
    return float(value) if CODES[dtype_of(cls)] in "fde" else int(value)


cdef int dtype_of(cls) except -1:
    for dtype, known in enumerate(classes):
        if known is not None and issubclass(cls, known):
            return dtype
    raise TypeError(f"{cls.__name__} is no storage type")


cdef class ByteStorage(StorageBase):
    pass


cdef class CharStorage(StorageBase):
    pass


cdef class ShortStorage(StorageBase):
    pass


cdef class IntStorage(StorageBase):
    pass


cdef class LongStorage(StorageBase):
    pass


cdef class HalfStorage(StorageBase):
    pass


cdef class FloatStorage(StorageBase):
    pass


cdef class DoubleStorage(StorageBase):
    pass


classes[:] = [ByteStorage, CharStorage, ShortStorage, IntStorage, LongStorage, FloatStorage, DoubleStorage, HalfStorage]


def from_file(cls, path, Py_ssize_t size=0, bint shared=False):
    """A storage over a file's bytes (`Storage.from_file` in 0.3).

    Parameters
    ----------
    path : str
    size : int, default: all that the file has
        Elements.
    shared : bool, default: False
        Whether writing changes the file, which is then made or enlarged if needed.
    """
    name = path.encode()
    return wrap_storage(THStorage_newMapped(dtype_of(cls), name, size, shared))
