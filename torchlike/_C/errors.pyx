"""The exceptions that the C library's error codes become."""
from torchlike._C.th cimport (
    TH_ERR_INDEX, TH_ERR_IO, TH_ERR_MEMORY, TH_ERR_TYPE, TH_ERR_VALUE, THError_bytes,
    THError_clear, THError_message, THError_pending,
)


class OutOfMemoryError(MemoryError, RuntimeError):
    """An allocation failed; `bytes` is its size."""

    def __init__(self, message, bytes):
        super().__init__(message)
        self.bytes = bytes


cdef int raise_error() except -1:
    code = THError_pending()
    message = THError_message().decode("utf-8", "replace")
    THError_clear()
    if code == TH_ERR_MEMORY:
        raise OutOfMemoryError(message, THError_bytes())
    if code == TH_ERR_INDEX:
        raise IndexError(message)
    if code == TH_ERR_VALUE:
        raise ValueError(message)
    if code == TH_ERR_TYPE:
        raise TypeError(message)
    if code == TH_ERR_IO:
        raise OSError(message)
    raise RuntimeError(message or "unknown error")


def raise_recorded():
    """Raise what a C function recorded that was called in another way than from here."""
    raise_error()
