# Arguments of the commonest kinds. Each function says whether the object is of its kind,
# and never raises: what else there is goes to the parser of the operators, which takes
# more and says what does not fit.
from cpython.bool cimport PyBool_Check
from cpython.float cimport PyFloat_AS_DOUBLE, PyFloat_CheckExact
from cpython.long cimport PyLong_CheckExact
from cpython.tuple cimport PyTuple_CheckExact, PyTuple_GET_ITEM, PyTuple_GET_SIZE
from libc.stdint cimport int64_t
from torchlike._C.tensor_base cimport TensorBase
from torchlike._C.variable cimport VariableBase


cdef extern from "Python.h":
    long long PyLong_AsLongLongAndOverflow(object o, int *overflow) noexcept


cdef inline bint int_of(object o, int64_t *value) noexcept:
    cdef int overflow = 1
    if PyLong_CheckExact(o):
        value[0] = PyLong_AsLongLongAndOverflow(o, &overflow)
    return overflow == 0

cdef inline bint real_of(object o, double *value) noexcept:
    cdef int64_t integer
    if PyFloat_CheckExact(o):
        value[0] = PyFloat_AS_DOUBLE(o)
        return True
    if not int_of(o, &integer) or integer != <int64_t><double>integer:
        return False
    value[0] = <double>integer
    return True

cdef inline bint flag_of(object o, bint *value) noexcept:
    value[0] = o is True
    return PyBool_Check(o)

# One int for all n values, or a tuple of n.
cdef inline bint ints_of(object o, int64_t *values, int n) noexcept:
    cdef int i
    if PyTuple_CheckExact(o):
        if PyTuple_GET_SIZE(o) != n:
            return False
        for i in range(n):
            if not int_of(<object>PyTuple_GET_ITEM(o, i), &values[i]):
                return False
        return True
    if not int_of(o, &values[0]):
        return False
    for i in range(1, n):
        values[i] = values[0]
    return True

# A Variable, or a tensor, of the type of another tensor.
cdef inline bint is_variable(object o, TensorBase like) noexcept:
    return isinstance(o, VariableBase) and (<VariableBase>o).data_.ops == like.ops

cdef inline bint is_tensor(object o, TensorBase like) noexcept:
    return isinstance(o, TensorBase) and (<TensorBase>o).ops == like.ops

# The tensor of an element type in a Variable, or None.
cdef inline TensorBase tensor_in(object o, int dtype):
    if isinstance(o, VariableBase) and (<VariableBase>o).data_.ops.dtype == dtype:
        return (<VariableBase>o).data_
    return None
