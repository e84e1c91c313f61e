from cpython.object cimport PyObject
from libc.stdint cimport int64_t
from torchlike._C.dispatch cimport THDispatch
from torchlike._C.th cimport THScalar, THStorage, THTensor


cdef class TensorBase:
    cdef THTensor *c_tensor            # owned reference, never NULL
    cdef THDispatch *ops               # the operators of this type
    cdef PyObject *attributes          # dict of user attributes, made on first use
    cdef object __weakref__

# The only ways to make a tensor object. wrap takes over the reference; NULL raises the pending error.
cdef TensorBase wrap(THDispatch *ops, THTensor *c_tensor)
cdef TensorBase new_empty(THDispatch *ops)
cdef THDispatch *dispatch_of(int dtype) noexcept
cdef THDispatch *dispatch_of_class(object cls) except NULL
cdef THDispatch *dispatch_of_type(object new_type) except NULL     # of a class or of a name
cdef THDispatch *default_dispatch() noexcept
cdef int register_class(int dtype, object cls) except -1    # makes cls the Python class of a type

# Python numbers and values of a tensor's type.
cdef object to_number(THDispatch *ops, THScalar value)
cdef bint is_number(THDispatch *ops, object o) except -1     # can o be an element?
cdef int to_scalar(THDispatch *ops, object number, THScalar *value) except -1
cdef object element_at(TensorBase self, int64_t offset)     # of the storage; unchecked
cdef int copy_elements(TensorBase target, THTensor *source) except -1   # any type, same element count
cdef int copy_into(TensorBase target, TensorBase source) except -1      # any type, expanded
cdef TensorBase scalar_tensor(THDispatch *ops, THScalar value)      # one element
cdef inline THScalar real_scalar(double value) noexcept:    # for floating-point tensors
    cdef THScalar s
    s.d = value
    return s
cdef inline THScalar number_scalar(THDispatch *ops, int64_t value) noexcept nogil:
    cdef THScalar s
    if ops.is_floating:
        s.d = <double>value
    else:
        s.i = value
    return s

# Work on tensors this large is done without the interpreter lock.
cdef inline bint is_large(const THTensor *t) noexcept:
    return t.storage != NULL and t.storage.size > 16384

cdef int sizes_of(object sizes, int64_t *out) except -1     # their number
cdef bint is_sequence(object o)                             # a list, tuple or what behaves so; no text, no dict
cdef object type_name(object o)                             # 'torch.FloatTensor', 'Variable', 'int'
cdef int become(TensorBase self, THTensor *view) except -1  # takes over the reference; NULL raises the pending error
cdef TensorBase clone(TensorBase self)
cdef TensorBase contiguous(TensorBase self)                 # self if it is contiguous
cdef TensorBase converted(TensorBase self, THDispatch *ops)  # a copy in another type
cdef object operator_method(object self, str name, object other)    # slow path of Python's operators
cdef int missing_operator(TensorBase self, str name) except -1      # raises TypeError
