"""Storages: blocks of elements of one type under tensors.

Memory that a storage lends out (to a buffer, a NumPy array, a slice, a DLPack consumer) stays
where it is until the loan ends: resizing the storage fails meanwhile.
"""
from cpython.buffer cimport PyBuffer_FillInfo
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from cpython.memoryview cimport PyMemoryView_GET_BUFFER
from cpython.ref cimport Py_DECREF, Py_INCREF
from libc.string cimport memcpy, memmove
from torchlike._C.dispatch cimport TH_dispatch
from torchlike._C.errors cimport check, raise_error
from torchlike._C.th cimport *

import os
import struct
import sys
from itertools import islice
from pickle import PickleBuffer

# struct codes of the elements, in the order of THType.
cdef tuple CODES = ("B", "b", "h", "i", "q", "f", "d", "e")
cdef list classes = [None] * TH_NTYPES


# ------------------------------------------------------------------------------------- lent memory

# Address of a lent resizable storage -> number of loans.
cdef dict loans = {}


cdef int lend(THStorage *s) except -1:
    if s == NULL:
        return 0
    address = <size_t>s
    count = loans.get(address, 0)
    if count or s.flag & TH_STORAGE_RESIZABLE:
        loans[address] = count + 1
        s.flag &= ~TH_STORAGE_RESIZABLE
    THStorage_retain(s)
    return 0


cdef void end_loan(THStorage *s) noexcept:
    if s == NULL:
        return
    address = <size_t>s
    count = loans.get(address, 0)
    if count > 1:
        loans[address] = count - 1
    elif count == 1:
        del loans[address]
        s.flag |= TH_STORAGE_RESIZABLE
    THStorage_free(s)


cdef void release_object(void *context, void *data, size_t bytes) noexcept with gil:
    Py_DECREF(<object>context)


cdef void release_part(void *context, void *data, size_t bytes) noexcept with gil:
    end_loan(<THStorage *>context)


cdef THAllocator object_allocator, part_allocator
object_allocator.free = release_object
part_allocator.free = release_part


cdef THStorage *new_part(THStorage *source, Py_ssize_t start, Py_ssize_t size) except NULL:
    """A storage of some elements of another one, in the same memory."""
    if size == 0:
        return new_storage(source.dtype, 0)
    cdef char *data = <char *>source.data + start * THType_itemSize[source.dtype]
    cdef THStorage *s = THStorage_newWithData(source.dtype, data, size, &part_allocator, source)
    if s == NULL:
        raise_error()
    lend(source)
    return s


cdef THStorage *new_storage(int dtype, Py_ssize_t size) except NULL:
    cdef THStorage *s = THStorage_new(dtype, size)
    if s == NULL:
        raise_error()
    return s


cdef THStorage *new_borrowed(int dtype, void *data, Py_ssize_t size, object owner) except NULL:
    cdef THStorage *s = THStorage_newWithData(dtype, data, size, &object_allocator, <void *>owner)
    if s == NULL:
        raise_error()
    Py_INCREF(owner)
    return s


# What the storage object that is being made will hold, when wrap_storage makes it.
cdef THStorage *wrapped = NULL


cdef StorageBase wrap_storage(THStorage *c_storage):
    if c_storage == NULL:
        raise_error()
    global wrapped
    wrapped = c_storage
    cls = classes[c_storage.dtype]
    return cls.__new__(cls)


cdef object storage_class(int dtype):
    return classes[dtype]


cdef int check_async(str name, dict kwargs) except -1:
    for key in kwargs:
        if key != "async":
            raise TypeError(f"{name}() got an unexpected keyword argument '{key}'")
    return 0


# ------------------------------------------------------------------------------------------ copies

cdef copy_function copy_from(THDispatch *ops, int dtype) noexcept:
    if dtype == TH_BYTE:
        return ops.copyByte
    if dtype == TH_CHAR:
        return ops.copyChar
    if dtype == TH_SHORT:
        return ops.copyShort
    if dtype == TH_INT:
        return ops.copyInt
    if dtype == TH_LONG:
        return ops.copyLong
    if dtype == TH_HALF:
        return ops.copyHalf
    if dtype == TH_FLOAT:
        return ops.copyFloat
    return ops.copyDouble


cdef int copy_elements(THStorage *target, Py_ssize_t start, THStorage *source) except -1:
    """target[start:][:len(source)] = source, of any type; the caller has checked that it fits."""
    cdef int64_t n = source.size
    cdef size_t width = THType_itemSize[target.dtype]
    cdef THTensor *to
    cdef THTensor *origin
    cdef int status = -1
    if n == 0:
        return 0
    if source.dtype == target.dtype:
        memmove(<char *>target.data + start * width, source.data, n * width)
        return 0
    to = THTensor_newWithStorage(target.dtype, target, start, 1, &n, NULL)
    origin = THTensor_newWithStorage(source.dtype, source, 0, 1, &n, NULL)
    if to != NULL and origin != NULL:
        status = copy_from(&TH_dispatch[target.dtype], source.dtype)(to, origin)
    THTensor_free(to)
    THTensor_free(origin)
    if status < 0:
        raise_error()
    return 0


cdef tuple numbers_of(data):
    """The items of a sequence, as many as it says to have."""
    n = len(data)
    numbers = tuple(islice(data, n + 1))
    if len(numbers) != n:
        raise ValueError(f"a sequence of length {n} has {'more' if len(numbers) > n else len(numbers)} items")
    return numbers


cdef StorageBase packed(int dtype, tuple numbers):
    """A storage with these numbers; floating-point ones are doubles, for the caller to convert."""
    cdef int packed_dtype = TH_DOUBLE if CODES[dtype] in "fde" else dtype
    cdef StorageBase r = wrap_storage(new_storage(packed_dtype, len(numbers)))
    code = CODES[packed_dtype]
    try:
        data = struct.pack(f"{len(numbers)}{code}", *numbers)
    except (struct.error, TypeError, OverflowError) as error:
        for number in numbers:
            check_number(dtype, code, number)
        raise TypeError(f"a number for {classes[dtype].__name__} changed while it was read") from error
    if numbers:
        memcpy(r.c_storage.data, PyBytes_AS_STRING(data), len(data))
    return r


cdef int check_number(int dtype, code, number) except -1:
    """Raises for a number that a storage cannot hold."""
    name = classes[dtype].__name__
    try:
        struct.pack(code, number)
    except (struct.error, TypeError, OverflowError) as error:
        if hasattr(number, "__index__"):
            raise RuntimeError(
                f"value cannot be converted to an element of {name} without overflow: {number}"
            ) from error
        kind = "float" if code == "d" else "int"
        raise TypeError(
            f"{name} takes numbers of type {kind}, but one of them was of type {type(number).__name__}"
        ) from error
    return 0


cdef str constructor_message(self, tuple args):
    name = f"torch.{type(self).__name__}"
    given = ", ".join([type(a).__name__ for a in args])
    return (
        f"{name} constructor received an invalid combination of arguments - got ({given}), but expected one of:\n"
        f" * no arguments\n * (int size)\n * (Sequence data)\n * ({name} view_source)\n"
        f" * ({name} view_source, int offset)\n * ({name} view_source, int offset, int size)"
    )


cdef THStorage *construct(self, tuple args) except NULL:
    """The forms of a storage type's constructor in 0.3."""
    cdef int dtype = dtype_of(type(self))
    cdef StorageBase source
    cdef THStorage *s
    cdef Py_ssize_t offset, size
    if not args:
        return new_storage(dtype, 0)
    data = args[0]
    if isinstance(data, StorageBase) and (<StorageBase>data).c_storage.dtype == dtype and len(args) <= 3:
        source = <StorageBase>data
        offset = args[1] if len(args) > 1 else 0
        if not 0 <= offset <= source.c_storage.size:
            raise ValueError(f"offset must be between 0 and {source.c_storage.size}, but got {offset}")
        size = args[2] if len(args) > 2 else source.c_storage.size - offset
        if not 0 <= size <= source.c_storage.size - offset:
            raise ValueError(f"size must be between 0 and {source.c_storage.size - offset}, but got {size}")
        return new_part(source.c_storage, offset, size)
    if len(args) != 1:
        raise TypeError(constructor_message(self, args))
    if hasattr(data, "__index__") and not hasattr(data, "__len__"):
        if data < 0:
            raise RuntimeError(f"storage size must not be negative, but got {data}")
        return new_storage(dtype, data)
    if not hasattr(data, "__len__") or not hasattr(data, "__getitem__"):
        raise TypeError(constructor_message(self, args))
    source = data if isinstance(data, StorageBase) else packed(dtype, numbers_of(data))
    s = new_storage(dtype, source.c_storage.size)
    try:
        copy_elements(s, 0, source.c_storage)
    except BaseException:
        THStorage_free(s)
        raise
    return s


# ------------------------------------------------------------------------------------------- class

cdef class StorageBase:
    """A one-dimensional block of elements of one type.

    ``FloatStorage(size)``, ``FloatStorage(sequence)``, ``FloatStorage(storage, offset, size)`` for a
    view; sizes count elements. A storage has a writable buffer of its bytes.
    """

    def __cinit__(self, *args):
        global wrapped
        self.c_storage, wrapped = wrapped, NULL
        if self.c_storage == NULL:
            self.c_storage = new_storage(dtype_of(type(self)), 0)

    def __init__(self, *args):
        cdef THStorage *s = construct(self, args)
        THStorage_free(self.c_storage)
        self.c_storage = s

    def __dealloc__(self):
        THStorage_free(self.c_storage)

    @classmethod
    def from_buffer(cls, buffer, byte_order=None, Py_ssize_t count=-1, Py_ssize_t offset=0):
        """A storage with a copy of a buffer's bytes.

        Parameters
        ----------
        buffer : object with the buffer protocol
        byte_order : {'native', 'little', 'big'}
            Not needed for types of one byte.
        count : int, in elements, default: as many as there are
        offset : int, in bytes, default: 0
            Where in the buffer to begin.
        """
        cdef int dtype = dtype_of(cls)
        cdef Py_ssize_t width = THType_itemSize[dtype]
        cdef StorageBase r
        if byte_order is None and width > 1:
            raise TypeError("function missing required argument 'byte_order' (pos 2)")
        if byte_order not in (None, "native", "little", "big"):
            raise ValueError(f"invalid byte_order '{byte_order}' (expected 'big', 'little', or 'native')")
        data = memoryview(buffer).cast("B")
        if not 0 <= offset <= len(data):
            raise ValueError(
                f"offset must be non-negative and no greater than buffer length ({len(data)}) , but got {offset}"
            )
        if count < 0:
            if (len(data) - offset) % width:
                raise ValueError(f"buffer size ({len(data)}) must be a multiple of element size ({width})")
            count = (len(data) - offset) // width
        available = (len(data) - offset) // width
        if count > available:
            raise ValueError(
                f"buffer has only {available} elements after offset {offset}, but specified a size of {count}"
            )
        if count == 0:
            return cls()
        data = data[offset : offset + count * width]
        r = wrap_storage(new_storage(dtype, count))
        target = memoryview(r)
        if byte_order in (None, "native", sys.byteorder):
            target[:] = data
        else:
            for i in range(width):
                target[i::width] = data[width - 1 - i :: width]
        return r

    @classmethod
    def from_file(cls, filename, bint shared=False, Py_ssize_t size=0):
        """A storage over a file's bytes.

        Parameters
        ----------
        filename : str or path
        shared : bool, default: False
            Whether writing changes the file, which is then made or enlarged if needed.
        size : int, in elements, default: all that the file has
        """
        name = os.fsencode(filename)
        if b"\0" in name:
            raise ValueError("embedded null byte in file name")
        return wrap_storage(THStorage_newMapped(dtype_of(cls), name, size, shared))

    def __getbuffer__(self, Py_buffer *buffer, int flags):
        PyBuffer_FillInfo(buffer, self, self.c_storage.data, self.c_storage.size * self.element_size(), 0, flags)
        buffer.internal = self.c_storage
        lend(self.c_storage)

    def __releasebuffer__(self, Py_buffer *buffer):
        end_loan(<THStorage *>buffer.internal)

    def __len__(self):
        return self.c_storage.size

    def size(self):
        """Number of elements."""
        return self.c_storage.size

    def element_size(self):
        """Bytes of one element."""
        return THType_itemSize[self.c_storage.dtype]

    def __sizeof__(self):
        return object.__sizeof__(self) + self.c_storage.size * THType_itemSize[self.c_storage.dtype]

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

    def pin_memory(self):
        """Not there: page-locked memory needs CUDA."""
        raise AssertionError("Torch not compiled with CUDA enabled")

    def share_memory_(self):
        """Move the memory to where other processes can see it; returns the storage itself.

        Tensors over the storage move with it; NumPy arrays, buffers and slices that look at the old memory keep
        that. A storage in shared memory cannot be resized.
        """
        if not self.is_shared():
            from torchlike.multiprocessing import reductions     # loaded when something is shared
            reductions.share(self)
        return self

    def _share_fd_(self):
        """Move to shared memory that has no name; returns its open file and the number of elements."""
        if THShared_file(self.c_storage) < 0:
            move_to_shared(self, None, False)
        return self._get_shared_fd(), self.c_storage.size

    def _get_shared_fd(self):
        """The open file of the shared memory."""
        cdef int file = THShared_file(self.c_storage)
        if file < 0:
            raise RuntimeError(f"couldn't retrieve a shared file descriptor of a {self.type()}")
        return file

    def _share_filename_(self):
        """Move to shared memory that has a name; returns a number, the name and the number of elements."""
        from torchlike.multiprocessing import reductions     # as above
        if THShared_path(self.c_storage) == NULL:
            move_to_shared(self, reductions.new_path(), False)
        if THShared_path(self.c_storage) == NULL:
            raise RuntimeError(f"the shared memory of a {self.type()} has no name")
        return 0, <bytes>THShared_path(self.c_storage), self.c_storage.size

    def _shared_incref(self):
        """Count a description of the shared memory that is sent to another process."""
        if THShared_file(self.c_storage) >= 0 or THShared_path(self.c_storage) != NULL:
            check(THShared_addHandles(self.c_storage, 1))
        return self

    def _shared_decref(self):
        """Count a description that has arrived."""
        if THShared_handles(self.c_storage) > 0:
            check(THShared_addHandles(self.c_storage, -1))
        return self

    @classmethod
    def _new_shared(cls, Py_ssize_t size):
        """A storage of zeros in shared memory."""
        from torchlike.multiprocessing import reductions     # as above
        return new_shared(cls, size, reductions.new_path() if reductions.uses_names() else None)

    @classmethod
    def _new_using_fd(cls, Py_ssize_t size):
        """A storage of zeros in shared memory that has no name."""
        return new_shared(cls, size, None)

    @classmethod
    def _new_using_filename(cls, Py_ssize_t size):
        """A storage of zeros in shared memory that has a name."""
        from torchlike.multiprocessing import reductions     # as above
        return new_shared(cls, size, reductions.new_path())

    @classmethod
    def _new_shared_fd(cls, int fd, Py_ssize_t size):
        """The storage in the shared memory of an open file, which stays open."""
        return wrap_storage(THShared_attach(dtype_of(cls), size, fd, NULL))

    @classmethod
    def _new_shared_filename(cls, manager, bytes handle not None, Py_ssize_t size):
        """The storage in the shared memory of that name; `manager` is not used."""
        return wrap_storage(THShared_attach(dtype_of(cls), size, -1, handle))

    cdef Py_ssize_t position(self, index) except -1:
        cdef Py_ssize_t i = index
        cdef Py_ssize_t n = self.c_storage.size
        if not -n <= i < n:
            raise IndexError(f"index {i} is out of range for a storage of size {n}")
        return i + n if i < 0 else i

    def __getitem__(self, index):
        cdef Py_ssize_t i, width
        if isinstance(index, slice):
            start, stop = bounds(self, index)
            return wrap_storage(new_part(self.c_storage, start, stop - start))
        i = self.position(index)
        width = THType_itemSize[self.c_storage.dtype]
        data = PyBytes_FromStringAndSize(<char *>self.c_storage.data + i * width, width)
        return struct.unpack(CODES[self.c_storage.dtype], data)[0]

    def __setitem__(self, index, value):
        cdef StorageBase number
        if isinstance(index, slice):
            bounds(self, index)
            self[index].fill_(value)
            return
        number = packed(self.c_storage.dtype, (value,))
        copy_elements(self.c_storage, self.position(index), number.c_storage)

    def fill_(self, value):
        """Every element becomes `value`."""
        cdef Py_ssize_t width = THType_itemSize[self.c_storage.dtype]
        cdef Py_ssize_t done = width
        cdef Py_ssize_t bytes
        cdef StorageBase number = packed(self.c_storage.dtype, (value,))
        cdef char *data = <char *>self.c_storage.data
        bytes = self.c_storage.size * width
        if bytes:
            copy_elements(self.c_storage, 0, number.c_storage)
        while done < bytes:     # what is filled doubles
            memcpy(data + done, data, min(done, bytes - done))
            done *= 2
        return self

    def resize_(self, Py_ssize_t size):
        """Change the number of elements; those that fit stay."""
        check(THStorage_resize(self.c_storage, size))
        return self

    def copy_(self, source, bint non_blocking=False, **kwargs):
        """Take the elements of a storage of any type, or of a sequence, of the same length."""
        cdef StorageBase other
        check_async("copy_", kwargs)
        other = source if isinstance(source, StorageBase) else packed(self.c_storage.dtype, numbers_of(source))
        if other.c_storage.size != self.c_storage.size:
            raise RuntimeError(f"copy_ needs a source of the same size, got {len(other)} elements for {len(self)}")
        copy_elements(self.c_storage, 0, other.c_storage)
        return self

    def clone(self):
        """A copy."""
        return wrap_storage(new_storage(self.c_storage.dtype, self.c_storage.size)).copy_(self)

    def tolist(self):
        """The elements as a list."""
        return list(struct.unpack(f"{len(self)}{CODES[self.c_storage.dtype]}", self))

    def new(self, *args):
        """A new storage of the same type."""
        return classes[self.c_storage.dtype](*args)

    # ---- types

    def type(self, new_type=None, bint non_blocking=False, **kwargs):
        """The name of the type, or the storage in another type (itself if it has that type)."""
        check_async("type", kwargs)
        if new_type is None:
            return "torch." + classes[self.c_storage.dtype].__name__
        return converted(self, class_of(new_type))

    def byte(self):
        """The storage as a ByteStorage."""
        return converted(self, ByteStorage)

    def char(self):
        """The storage as a CharStorage."""
        return converted(self, CharStorage)

    def short(self):
        """The storage as a ShortStorage."""
        return converted(self, ShortStorage)

    def int(self):
        """The storage as an IntStorage."""
        return converted(self, IntStorage)

    def long(self):
        """The storage as a LongStorage."""
        return converted(self, LongStorage)

    def half(self):
        """The storage as a HalfStorage."""
        return converted(self, HalfStorage)

    def float(self):
        """The storage as a FloatStorage."""
        return converted(self, FloatStorage)

    def double(self):
        """The storage as a DoubleStorage."""
        return converted(self, DoubleStorage)

    def cpu(self):
        """The storage itself, which is on the CPU."""
        return self

    def cuda(self, device=None, bint non_blocking=False, **kwargs):
        """Not there: this build has no CUDA."""
        check_async("cuda", kwargs)
        raise AssertionError("Torch not compiled with CUDA enabled")

    # ---- Python values

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
        data = PickleBuffer(self) if protocol >= 5 else bytes(self)
        return _rebuild_storage, (type(self).__name__, data)

    def __repr__(self):
        from torchlike._tensor_str import _storage_str    # printing is loaded when something is printed
        return _storage_str(self)


cdef tuple bounds(StorageBase self, index):
    """Start and stop of a slice."""
    start, stop, step = index.indices(len(self))
    if step != 1:
        raise ValueError(f"Trying to slice with a step of {step}, but only a step of 1 is supported")
    stop = max(start, stop)
    if stop > self.c_storage.size:     # an object's __index__ can shrink the storage
        raise RuntimeError(f"the storage was resized to {len(self)} elements while it was indexed")
    return start, stop


# --------------------------------------------------------------------------------- shared memory

cdef object new_shared(cls, Py_ssize_t size, path):
    return wrap_storage(THShared_new(dtype_of(cls), size, <const char *>NULL if path is None else <const char *>path))


def move_to_shared(StorageBase self not None, path, bint keep):
    """Move a storage to shared memory, if it is not there.

    Parameters
    ----------
    self : storage
    path : bytes or None
        The file to make; None: one without name.
    keep : bool
        Whether the old memory stays until the storage is freed, because another thread may be working on it.
    """
    cdef THStorage *s = self.c_storage
    if s.allocator == &part_allocator:
        raise RuntimeError(f"a slice of a {self.type()} cannot move to shared memory: share the storage it is of")
    if s.flag & TH_STORAGE_MAPPED and s.flag & TH_STORAGE_SHARED:
        raise RuntimeError(
            f"a {self.type()} over a shared file cannot be sent to another process: map the file there, or send a clone"
        )
    if s.allocator == &object_allocator:
        s.flag &= ~TH_STORAGE_SHARED       # shared memory that cannot be sent
    # What is lent, or was not ours, is looked at by others.
    keep = keep or not s.flag & TH_STORAGE_RESIZABLE
    check(THShared_move(s, <const char *>NULL if path is None else <const char *>path, keep))
    loans.pop(<size_t>s, None)
    return self


def origin_of(StorageBase self not None):
    """What a slice of a storage was made of: the storage and the first element; None for others."""
    cdef THStorage *s = self.c_storage
    cdef THStorage *source
    if s.allocator != &part_allocator:
        return None
    source = <THStorage *>s.allocatorContext
    THStorage_retain(source)
    start = (<char *>s.data - <char *>source.data) // THType_itemSize[s.dtype]
    return wrap_storage(source), start


def handles_of(StorageBase self not None):
    """Descriptions of the shared memory that are on their way to other processes."""
    return THShared_handles(self.c_storage)


def has_file(StorageBase self not None):
    """Whether the memory is in a shared file that another process can open."""
    return THShared_file(self.c_storage) >= 0 or THShared_path(self.c_storage) != NULL


def has_descriptor(StorageBase self not None):
    """Whether the memory is in a shared file that is open."""
    return THShared_file(self.c_storage) >= 0


def storage_classes():
    """The storage classes, in the order of their types' numbers."""
    return tuple(classes)


def set_log(int file):
    """Write the names of shared memory to a pipe when it is deleted."""
    THShared_setLog(file)


cdef StorageBase converted(StorageBase self, cls):
    cdef int dtype = dtype_of(cls)
    if dtype == self.c_storage.dtype:
        return self
    return wrap_storage(new_storage(dtype, self.c_storage.size)).copy_(self)


cdef object class_of(new_type):
    """The storage class that is meant by itself or by a name such as 'torch.FloatStorage'."""
    for cls in classes:
        if new_type is cls or new_type == "torch." + cls.__name__:
            return cls
    raise RuntimeError(f"invalid type: {new_type!r}")


def borrow(cls, buffer):
    """A storage in the memory of a buffer, which stays alive with it.

    Parameters
    ----------
    buffer : object with a contiguous, writable buffer of whole elements
    """
    return wrap_storage(borrowed(dtype_of(cls), buffer))


def move_into(StorageBase storage not None, buffer):
    """Put a storage, with all tensors over it, into the memory of a buffer.

    Parameters
    ----------
    buffer : object with a contiguous, writable buffer
        Has as many bytes as the storage.

    Raises
    ------
    RuntimeError
        If the sizes differ, or the memory of the storage is lent or borrowed already.
    """
    cdef THStorage *source = borrowed(storage.c_storage.dtype, buffer)
    cdef int status = THStorage_swap(storage.c_storage, source)
    THStorage_free(source)
    check(status)


cdef THStorage *borrowed(int dtype, buffer) except NULL:
    view = memoryview(buffer)
    cdef Py_buffer *c_view = PyMemoryView_GET_BUFFER(view)
    cdef Py_ssize_t width = THType_itemSize[dtype]
    if c_view.readonly or not view.c_contiguous or c_view.len % width or <size_t>c_view.buf % width:
        name = classes[dtype].__name__
        raise ValueError(f"a {name} needs a writable, contiguous, aligned buffer of whole elements")
    return new_borrowed(dtype, c_view.buf, c_view.len // width, view)


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
