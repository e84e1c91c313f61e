"""The exceptions that the C library's error codes become."""
from torchlike._C.th cimport (
    TH_ERR_INDEX, TH_ERR_IO, TH_ERR_MEMORY, TH_ERR_TYPE, TH_ERR_VALUE, THError_bytes,
    THError_clear, THError_message, THError_pending,
)


# In 0.3 whatever the C library refused was a RuntimeError, and programs catch that.
class OutOfMemoryError(MemoryError, RuntimeError):
    """An allocation failed; `bytes` is its size."""

    def __init__(self, message, bytes):
        super().__init__(message)
        self.bytes = bytes


class OutOfRangeError(IndexError, RuntimeError):
    """An index or a dimension lies outside its range."""


class BadValueError(ValueError, RuntimeError):
    """A number or a name is not one that the function knows."""


class FileError(OSError, RuntimeError):
    """The system refused a file or a mapping of memory."""


for _class in (BadValueError, FileError, OutOfMemoryError, OutOfRangeError):
    _class.__module__ = "torchlike"

cdef dict CLASSES = {
    TH_ERR_INDEX: OutOfRangeError,
    TH_ERR_IO: FileError,
    TH_ERR_TYPE: TypeError,
    TH_ERR_VALUE: BadValueError,
}


cdef int raise_error() except -1:
    code = THError_pending()
    message = THError_message().decode("utf-8", "replace")
    THError_clear()
    if code == TH_ERR_MEMORY:
        raise OutOfMemoryError(message, THError_bytes())
    raise CLASSES.get(code, RuntimeError)(message or "unknown error")


def raise_recorded():
    """Raise what a C function recorded that was called in another way than from here."""
    raise_error()
