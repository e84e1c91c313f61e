"""The buffer protocol of tensors: their elements, writable, with their strides."""
from cpython.buffer cimport (
    PyBUF_ANY_CONTIGUOUS, PyBUF_C_CONTIGUOUS, PyBUF_F_CONTIGUOUS, PyBUF_FORMAT, PyBUF_ND, PyBUF_STRIDES,
)
from cpython.mem cimport PyMem_Free, PyMem_Malloc
from libc.stdint cimport int64_t
from torchlike._C.storage cimport end_loan, lend
from torchlike._C.th cimport *


# What a buffer of a tensor needs until it is released.
cdef struct BufferInfo:
    THStorage *storage
    Py_ssize_t shape[64]
    Py_ssize_t strides[64]


cdef extern from *:
    """
    /* struct codes of the elements, in the order of THType; where both have 8 bytes, "l" is
     * NumPy's int64, not "q". */
    static char *const buffer_formats[] = {
        "B", "b", "h", "i", sizeof(long) == 8 ? "l" : "q", "f", "d", "e"};
    """
    char **buffer_formats

# What the buffer of a tensor without memory points to.
cdef double no_memory = 0


cdef bint is_column_major(const THTensor *t) noexcept:
    """True if the elements lie in memory with the first index running fastest."""
    cdef int64_t step = 1
    for d in range(t.nDimension):
        if t.size[d] != 1 and t.stride[d] != step:
            return False
        step *= t.size[d]
    return True


cdef int fill_buffer(object owner, THTensor *t, Py_buffer *buffer, int flags) except -1:
    cdef int64_t itemsize = THType_itemSize[t.dtype]
    cdef bint rows = THTensor_isContiguous(t)
    cdef bint columns = is_column_major(t)
    cdef BufferInfo *info
    if (
        ((flags & PyBUF_STRIDES) != PyBUF_STRIDES and not rows)
        or ((flags & PyBUF_C_CONTIGUOUS) == PyBUF_C_CONTIGUOUS and not rows)
        or ((flags & PyBUF_F_CONTIGUOUS) == PyBUF_F_CONTIGUOUS and not columns)
        or ((flags & PyBUF_ANY_CONTIGUOUS) == PyBUF_ANY_CONTIGUOUS and not rows and not columns)
    ):
        raise BufferError(
            f"torch.{type(owner).__name__} of stride {owner.stride()} is not contiguous, as its buffer was asked to be"
        )
    info = <BufferInfo *>PyMem_Malloc(sizeof(BufferInfo))
    if info == NULL:
        raise MemoryError()
    info.shape[0], info.strides[0] = 0, itemsize
    for d in range(t.nDimension):
        info.shape[d] = t.size[d]
        info.strides[d] = t.stride[d] * itemsize
    info.storage = NULL
    try:
        lend(t.storage)
    except BaseException:
        PyMem_Free(info)
        raise
    info.storage = t.storage
    buffer.obj = owner
    buffer.internal = info
    buffer.buf = &no_memory
    if t.storage != NULL and t.storage.data != NULL:
        buffer.buf = <char *>t.storage.data + t.storageOffset * itemsize
    buffer.itemsize = itemsize
    buffer.len = THTensor_nElement(t) * itemsize
    buffer.readonly = False
    # Without shape the memory is one run of bytes.
    buffer.ndim = max(t.nDimension, 1) if flags & PyBUF_ND else 1
    buffer.format = buffer_formats[t.dtype] if flags & PyBUF_FORMAT else NULL
    buffer.shape = info.shape if flags & PyBUF_ND else NULL
    buffer.strides = info.strides if (flags & PyBUF_STRIDES) == PyBUF_STRIDES else NULL
    buffer.suboffsets = NULL
    return 0


cdef void release_buffer(Py_buffer *buffer) noexcept:
    cdef BufferInfo *info = <BufferInfo *>buffer.internal
    end_loan(info.storage)
    PyMem_Free(info)
