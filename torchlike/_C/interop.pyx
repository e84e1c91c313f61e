"""Sharing memory with NumPy. NumPy is imported when one of these is first called."""
from cpython.object cimport PyObject
from libc.stdint cimport int64_t
from torchlike._C.args cimport install_method
from torchlike._C.dispatch cimport THDispatch
from torchlike._C.storage cimport new_borrowed
from torchlike._C.tensor_base cimport TensorBase, dispatch_of, type_name, wrap
from torchlike._C.th cimport *

# NumPy's names of the element types, in the order of THType.
cdef tuple DTYPES = ("uint8", "int8", "int16", "int32", "int64", "float32", "float64", "float16")


cdef object numpy_module():
    try:
        import numpy        # an optional, slow import: only for those who use it
    except ImportError as error:
        raise ImportError("NumPy is needed to share memory with arrays: pip install numpy") from error
    return numpy


def to_numpy(TensorBase self not None):
    """The tensor as a NumPy array that shares its memory; shape and strides are kept.

    While the array lives, the memory cannot be resized.
    """
    return numpy_module().asarray(memoryview(self))


def from_numpy(ndarray):
    """A tensor that shares the memory of a NumPy array.

    Parameters
    ----------
    ndarray : numpy.ndarray
        Of type uint8, int8, int16, int32, int64, float16, float32 or float64, writable, in native
        byte order, with strides that are whole elements and not negative.

    Raises
    ------
    TypeError
        For anything else than an array of these types.
    ValueError
        For a read-only array or strides that a tensor cannot have.
    """
    cdef int64_t size[64]
    cdef int64_t stride[64]
    cdef int64_t last = 0
    cdef THTensor *r
    cdef THStorage *storage
    numpy = numpy_module()
    array = ndarray
    if not isinstance(array, numpy.ndarray):
        raise TypeError(f"expected np.ndarray (got {type(array).__name__})")
    if array.dtype.name not in DTYPES or not array.dtype.isnative:
        raise TypeError(
            f"can't convert a given np.ndarray to a tensor - it has an invalid type {array.dtype}. The only supported"
            " types are: double, float, float16, int64, int32, int16, int8, and uint8."
        )
    cdef THDispatch *ops = dispatch_of(DTYPES.index(array.dtype.name))
    if not array.flags.writeable:
        raise ValueError("the given array is read-only: a tensor could write to it; pass a copy, array.copy()")
    if array.ndim > TH_MAX_DIM:
        raise ValueError(f"a tensor has at most {TH_MAX_DIM} dimensions, but the array has {array.ndim}")
    if array.size == 0:
        return wrap(ops, THTensor_new(ops.dtype))
    shape = array.shape or (1,)
    strides = array.strides or (array.itemsize,)
    for d in range(len(shape)):
        if strides[d] < 0:
            raise ValueError(
                "some of the strides of a given numpy array are negative. This is currently not supported, but will"
                f" be added in future releases: strides {array.strides}; pass a copy, array.copy()"
            )
        if strides[d] % array.itemsize:
            raise ValueError(f"given numpy array strides not a multiple of the element byte size: {array.strides}")
        size[d] = shape[d]
        stride[d] = strides[d] // array.itemsize
        last += (size[d] - 1) * stride[d]
    if not array.flags.aligned:
        raise ValueError("the given array is not aligned to its elements; pass a copy, array.copy()")
    storage = new_borrowed(ops.dtype, <void *><size_t>array.ctypes.data, last + 1, array)
    r = THTensor_newWithStorage(ops.dtype, storage, 0, len(shape), size, stride)
    THStorage_free(storage)
    return wrap(ops, r)


def of_array(array, int dtype):
    """What a constructor takes of an array.

    An array of the element type `dtype` is shared if a tensor can have its memory and strides, and
    copied if not; a tensor of another type is for the caller to convert.
    """
    array = numpy_module().asarray(array)
    if array.dtype.kind in "biuf" and (array.dtype.name not in DTYPES or not array.dtype.isnative):
        return from_numpy(array.astype(DTYPES[dtype]))
    if array.dtype.name != DTYPES[dtype] or not array.flags.writeable or min(array.strides, default=0) < 0:
        return from_numpy(array.copy())
    return from_numpy(array if array.flags.aligned else array.copy())


def wrap_result(array):
    """What a NumPy function of tensors returns: a tensor, or `array` if there is no such tensor.

    Booleans become a ByteTensor and arrays without dimensions numbers.
    """
    if array.ndim == 0:
        return array[()]
    if array.dtype.name == "bool":
        array = array.astype("uint8")
    if array.dtype.name not in DTYPES:
        return array
    if not array.flags.carray or not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("="), order="C")
    return from_numpy(array)


cdef object m_array_wrap(object self, PyObject **args, Py_ssize_t n, PyObject *kwnames):
    if not 1 <= n <= 3 or kwnames != NULL:
        raise TypeError(f"__array_wrap__() takes an array, a context and return_scalar ({n} given)")
    return wrap_result(<object>args[0])


cdef object arrays_of(object o):
    """What a NumPy function was called with, with arrays in place of tensors."""
    if isinstance(o, TensorBase):
        return to_numpy(o)
    if type(o) is dict:
        return {k: arrays_of(v) for k, v in (<dict>o).items()}
    if type(o) is list or type(o) is tuple:
        return type(o)([arrays_of(i) for i in o])
    return o


cdef object m_array_function(object self, PyObject **args, Py_ssize_t n, PyObject *kwnames):
    if n != 4 or kwnames != NULL:
        raise TypeError(f"__array_function__() takes a function, types, arguments and keywords ({n} given)")
    function, keywords = <object>args[0], <object>args[3]
    if not callable(function) or not isinstance(<object>args[2], (tuple, list)) or not isinstance(keywords, dict):
        raise TypeError("__array_function__() takes a function, types, arguments and keywords")
    result = function(*arrays_of(<object>args[2]), **arrays_of(keywords))
    out = keywords.get("out")
    return out if isinstance(out, TensorBase) else result


cdef object m_numpy(object self, PyObject **args, Py_ssize_t n, PyObject *kwnames):
    if n or kwnames != NULL:
        raise TypeError(f"numpy() takes no arguments ({n} given)")
    return to_numpy(self)


cdef object m_array(object self, PyObject **args, Py_ssize_t n, PyObject *kwnames):
    dtype = <object>args[0] if n > 0 else None
    copy = <object>args[1] if n > 1 else None
    if kwnames != NULL:
        for i, name in enumerate(<tuple>kwnames):
            if name == "dtype":
                dtype = <object>args[n + <Py_ssize_t>i]
            elif name == "copy":
                copy = <object>args[n + <Py_ssize_t>i]
            else:
                raise TypeError(f"__array__() got an unexpected keyword argument '{name}'")
    array = to_numpy(self)
    if dtype is not None and array.dtype != dtype:
        if copy is False:
            raise ValueError(f"a {type_name(self)} cannot become an array of {dtype} without a copy")
        return array.astype(dtype)
    return array.copy() if copy else array


def install(tensor_class):
    """Put NumPy's side on the tensor class: numpy() and the methods that NumPy calls."""
    install_method(tensor_class, b"numpy", m_numpy, (<str>to_numpy.__doc__).encode())
    install_method(tensor_class, b"__array__", m_array, b"__array__(dtype=None, copy=None)\n\nNumPy's protocol.")
    install_method(tensor_class, b"__array_wrap__", m_array_wrap,
                   b"__array_wrap__(array, context=None, return_scalar=False)\n\nThe result of a NumPy function.")
    install_method(tensor_class, b"__array_function__", m_array_function,
                   b"__array_function__(function, types, args, kwargs)\n\n"
                   b"NumPy's functions take the arrays that share the tensors' memory, and return arrays.")
