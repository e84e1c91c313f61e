# How arguments from Python reach an operator: tables of signatures, and the parser that matches a call with them.
from cpython.object cimport PyObject
from libc.stdint cimport int64_t
from torchlike._C.dispatch cimport THDispatch
from torchlike._C.tensor_base cimport TensorBase
from torchlike._C.th cimport THScalar
from torchlike._C.variable cimport VariableBase


cdef extern from *:
    """
    #ifndef TORCHLIKE_ARGS_H
    #define TORCHLIKE_ARGS_H
    #include <stdint.h>
    #define TORCHLIKE_MAX_ARGS 16
    /* kind: T tensor of self's type, t the same or None, W the same, never a Variable,
     * L LongTensor, B ByteTensor, P IntTensor, S number of self's type,
     * D float, I int, b bool, Z sizes, G generator. */
    typedef struct THParameter {
        const char *name;
        const char *aka; /* another name for it, or NULL */
        char kind;
        /* 1: has a default, 2: keyword only, 4: the default was another one before 0.2,
         * 8: None stands for the default */
        char flags;
        double real_default;
        int64_t int_default;
    } THParameter;
    typedef struct THSignature {
        const THParameter *parameters;
        int n;
    } THSignature;
    typedef struct THCallable {
        const char *name;
        const char *input_name; /* of the function's first argument, beside "input"; or NULL */
        const THSignature *overloads;
        int n;
    } THCallable;
    #endif
    """
    enum:
        TORCHLIKE_MAX_ARGS
    ctypedef struct Parameter "THParameter":
        const char *name
        const char *aka
        char kind
        char flags
        double real_default
        int64_t int_default
    ctypedef struct Signature "THSignature":
        const Parameter *parameters
        int n
    ctypedef struct Callable "THCallable":
        const char *name
        const char *input_name
        const Signature *overloads
        int n


cdef union Value:
    PyObject *o          # borrowed; NULL for None
    THScalar s
    double d
    int64_t i

cdef struct Arguments:
    Value values[16]
    int64_t sizes[64]    # of the one argument of kind Z
    int n_sizes
    PyObject *out        # borrowed; NULL if not given
    bint unsettled       # values have to be looked at once more when all are read

# A function with the fast calling convention of CPython (METH_FASTCALL | METH_KEYWORDS).
ctypedef object (*Function)(object self, PyObject **args, Py_ssize_t n, PyObject *kwnames)

# Fills `a` and returns the index of the overload that fits, else raises TypeError as PyTorch 0.3 did.
# `variable` is self, or None if self is a tensor.
cdef int parse(const Callable *callee, THDispatch *ops, VariableBase variable, PyObject **args, Py_ssize_t n,
               PyObject *kwnames, Arguments *a) except -1
cdef int parse_sizes(PyObject **args, Py_ssize_t n, int64_t *sizes) except -1   # number of sizes
cdef int sizes_from(tuple given, int64_t *sizes) except -1      # the same of *args
# Calls a method as a function: its first argument is self.
cdef object call_function(Function method, const Callable *callee, PyObject **args, Py_ssize_t n, PyObject *kwnames)

cdef bint has_type(PyObject *out, int dtype) noexcept       # whether out= is given and a tensor of a type
cdef TensorBase out_tensor(PyObject *out, int dtype)        # checks out= against the result's type
cdef tuple out_tensors(PyObject *out, int dtype, bytes kinds)   # kinds: T dtype, L Long, B Byte, P Int
# Whether the size of one of several results is fixed: then put_results sets all of them, or none.
cdef bint any_is_lent(tuple outs) noexcept
cdef tuple put_results(tuple outs, tuple results)
cdef object get_generator(PyObject *generator)

cdef int install_method(object cls, const char *name, Function function, bytes doc) except -1
cdef int hide_method(object cls, str name) except -1        # cls lacks a method that the class under it has
cdef int install_function(dict namespace, const char *name, Function function, bytes doc) except -1
