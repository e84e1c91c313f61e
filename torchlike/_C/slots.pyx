"""Pieces of shared memory that a worker of a DataLoader writes to and the training process reads from."""
from cpython.buffer cimport PyBuffer_FillInfo
from posix.mman cimport MAP_FAILED, MAP_SHARED, PROT_READ, PROT_WRITE, mmap, munmap
from posix.types cimport pid_t
from posix.unistd cimport getpid
from torchlike._C.storage cimport StorageBase, new_borrowed, wrap_storage
from torchlike._C.th cimport *

import os

cdef extern from *:
    """
    #include <errno.h>
    static char load_byte(const char *place) { return __atomic_load_n(place, __ATOMIC_ACQUIRE); }
    static void store_byte(char *place, char value) { __atomic_store_n(place, value, __ATOMIC_RELEASE); }
    static int last_error(void) { return errno; }
    """
    char load_byte(const char *place) noexcept
    void store_byte(char *place, char value) noexcept
    int last_error() noexcept


cdef class Slot:
    """The memory of a file, which need not stay open; a writable buffer.

    Parameters
    ----------
    file : int
        Open for reading and writing.
    size : int, in bytes
        At least 1, at most what the file has.
    """
    cdef char *start
    cdef size_t size

    def __cinit__(self, int file, Py_ssize_t size):
        cdef void *start
        if not 0 < size <= os.fstat(file).st_size:
            raise ValueError(f"cannot map {size} of the {os.fstat(file).st_size} bytes of a file")
        start = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0)
        if start == MAP_FAILED:
            raise OSError(last_error(), os.strerror(last_error()))
        self.start, self.size = <char *>start, size

    def __dealloc__(self):
        if self.start != NULL:
            munmap(self.start, self.size)

    def __len__(self):
        return self.size

    def __getbuffer__(self, Py_buffer *buffer, int flags):
        PyBuffer_FillInfo(buffer, self, self.start, self.size, 0, flags)

    @property
    def state(self):
        """Who uses it, the first byte."""
        return load_byte(self.start)

    @state.setter
    def state(self, char value):
        store_byte(self.start, value)


cdef class Lease:
    """The use of a slot, whose state is 2 while the object lives and 0 afterwards.

    Parameters
    ----------
    slot : Slot
    """
    cdef Slot slot
    cdef pid_t process          # a forked child has a copy of the object, which must not end the use

    def __cinit__(self, Slot slot not None):
        self.slot = slot
        self.process = getpid()
        slot.state = 2

    def __dealloc__(self):
        if self.slot is not None and self.process == getpid():
            self.slot.state = 0

    def storage(self, int dtype, Py_ssize_t offset, Py_ssize_t size):
        """A storage in the slot, which keeps the lease alive.

        Parameters
        ----------
        dtype : int
            Number of the type.
        offset : int, in bytes
        size : int, in elements
        """
        cdef Py_ssize_t width = THType_itemSize[dtype] if 0 <= dtype < TH_NTYPES else 0
        cdef StorageBase r
        if not width or not 0 <= offset <= <Py_ssize_t>self.slot.size or offset % width or size < 0:
            raise ValueError(f"no storage of type {dtype} with {size} elements at {offset}")
        if size > (<Py_ssize_t>self.slot.size - offset) // width:
            raise ValueError(f"{size} elements at {offset} do not fit {self.slot.size} bytes")
        r = wrap_storage(new_borrowed(dtype, self.slot.start + offset, size, self))
        r.c_storage.flag |= TH_STORAGE_SHARED
        return r
