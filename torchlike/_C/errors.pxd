# Turns the C library's errors into Python exceptions. check() stands around every C call.

cdef int raise_error() except -1      # raises the pending error of this thread, whatever it is


cdef inline int check(int status) except -1:
    return status if status >= 0 else raise_error()
