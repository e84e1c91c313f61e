from torchlike._C.th cimport THTensor

# Answers a request for the buffer of a tensor object; release_buffer is called once for each.
cdef int fill_buffer(object owner, THTensor *t, Py_buffer *buffer, int flags) except -1
cdef void release_buffer(Py_buffer *buffer) noexcept
