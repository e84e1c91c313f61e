"""The class under all tensor types: what does not depend on the operator table.

A tensor object holds a reference to a THTensor and to the operators of its type.
"""
cimport cython
from cpython.float cimport PyFloat_AS_DOUBLE, PyFloat_AsDouble, PyFloat_CheckExact, PyFloat_FromDouble
from cpython.long cimport PyLong_AsLongLong, PyLong_Check, PyLong_CheckExact, PyLong_FromLongLong
from cpython.object cimport PyObject, PyTypeObject
from cpython.ref cimport Py_INCREF, Py_XDECREF
from cpython.tuple cimport PyTuple_New, PyTuple_SET_ITEM
from torchlike._C.buffer cimport fill_buffer, release_buffer
from torchlike._C.dispatch cimport TH_dispatch
from torchlike._C.errors cimport check, raise_error
from torchlike._C.size cimport size_of
from torchlike._C.storage cimport StorageBase, check_async, copy_from, copy_function, storage_class, wrap_storage
from torchlike._C.th cimport *

from torchlike._C.size import Size


cdef extern from *:
    """
    /* Makes objects of a static type have a __dict__ that is created on first use. */
    static int set_dict_offset(PyObject *cls, size_t offset) {
        ((PyTypeObject *)cls)->tp_dictoffset = (Py_ssize_t)offset;
        PyType_Modified((PyTypeObject *)cls);
        return 0;
    }
    """
    int set_dict_offset(object cls, size_t offset) except -1

cdef extern from "Python.h":
    object PyObject_GenericGetDict(object o, void *context)
    bint PyNumber_Check(object o)
    Py_ssize_t PyNumber_AsSsize_t(object o, PyObject *error) except? -1
    bint PySequence_Check(object o)
    bint PyFloat_Check(object o)
    ctypedef object (*newfunc)(PyTypeObject *cls, object args, PyObject *kwargs)

cdef extern from *:
    """
    /* tp_new of TensorBase as Cython made it: an object without a tensor, for wrap only. What Python
     * reaches makes a valid empty tensor, or refuses. */
    static newfunc bare_new;
    #define BARE_NEW(cls, args) bare_new((PyTypeObject *)(cls), args, NULL)
    static void take_bare_new(PyObject *cls) { bare_new = ((PyTypeObject *)cls)->tp_new; }
    static void set_new(PyObject *cls, newfunc function) {
        ((PyTypeObject *)cls)->tp_new = function;
        PyType_Modified((PyTypeObject *)cls);
    }
    /* Calls of the class itself, not of its subclasses, without a tuple of arguments. */
    static void set_vectorcall(PyObject *cls, vectorcallfunc function) {
        ((PyTypeObject *)cls)->tp_vectorcall = function;
    }
    /* The call by tp_new and tp_init, as without tp_vectorcall. */
    static PyObject *type_call(PyObject *cls, PyObject *const *args, size_t n, PyObject *names) {
        Py_ssize_t i, count = PyVectorcall_NARGS(n);
        PyObject *r = NULL, *keywords = NULL, *tuple = PyTuple_New(count);
        if (!tuple)
            return NULL;
        for (i = 0; i < count; i++)
            PyTuple_SET_ITEM(tuple, i, Py_NewRef(args[i]));
        if (names && !(keywords = PyDict_New()))
            goto done;
        for (i = 0; names && i < PyTuple_GET_SIZE(names); i++)
            if (PyDict_SetItem(keywords, PyTuple_GET_ITEM(names, i), args[count + i]) < 0)
                goto done;
        r = PyType_Type.tp_call(cls, tuple, keywords);
    done:
        Py_XDECREF(keywords);
        Py_DECREF(tuple);
        return r;
    }
    """
    ctypedef object (*vectorcallfunc)(object cls, PyObject **args, size_t n, PyObject *kwnames)
    void set_vectorcall(object cls, vectorcallfunc function) noexcept
    object type_call(object cls, PyObject **args, size_t n, PyObject *kwnames)
    Py_ssize_t PyVectorcall_NARGS(size_t n) noexcept
    object BARE_NEW(void *cls, object args)
    void take_bare_new(object cls) noexcept
    void set_new(object cls, newfunc function) noexcept
    size_t offsetof_attributes "offsetof(struct __pyx_obj_9torchlike_2_C_11tensor_base_TensorBase, attributes)"


cdef tuple no_arguments = ()
cdef THDispatch *default_ops = &TH_dispatch[<int>TH_FLOAT]
# Classes of the types, in the order of THType; filled by register_class.
cdef list classes = [None] * TH_NTYPES
# The same by their names in programs, and the names that are shown, in the same order.
cdef dict named_classes = {}
cdef list class_names = [None] * TH_NTYPES


# ------------------------------------------------------------------------- making tensor objects

cdef TensorBase wrap(THDispatch *ops, THTensor *c_tensor):
    if c_tensor == NULL:
        raise_error()
    cdef TensorBase r = <TensorBase>BARE_NEW(ops.pytype, no_arguments)
    r.ops = ops
    r.c_tensor = c_tensor
    return r


cdef object new_object(PyTypeObject *cls, object args, PyObject *kwargs):
    """tp_new of the tensor types: an empty tensor."""
    cdef TensorBase r = <TensorBase>BARE_NEW(cls, no_arguments)
    r.ops = dispatch_of_class(<object>cls)
    r.c_tensor = THTensor_new(r.ops.dtype)
    if r.c_tensor == NULL:
        raise_error()
    return r


cdef object call_class(object cls, PyObject **args, size_t nargsf, PyObject *kwnames):
    """A tensor type is called: with sizes most often, which need no tuple."""
    cdef int64_t size[64]
    cdef Py_ssize_t n = PyVectorcall_NARGS(nargsf), i = 0
    cdef THDispatch *ops
    if kwnames == NULL and 0 < n <= TH_MAX_DIM:
        while i < n and PyLong_CheckExact(<object>args[i]):
            size[i] = integer(<object>args[i])
            i += 1
        if i == n:
            ops = dispatch_of_class(cls)
            return wrap(ops, THTensor_newWithSize(ops.dtype, <int>n, size))
    return type_call(cls, args, nargsf, kwnames)


cdef object refuse_new(PyTypeObject *cls, object args, PyObject *kwargs):
    raise TypeError(f"cannot create '{(<object>cls).__name__}' instances: use a type such as torch.FloatTensor")


cdef TensorBase new_empty(THDispatch *ops):
    return wrap(ops, THTensor_new(ops.dtype))


cdef THDispatch *dispatch_of(int dtype) noexcept:
    return &TH_dispatch[dtype]


cdef THDispatch *default_dispatch() noexcept:
    return default_ops


cdef THDispatch *dispatch_of_class(object cls) except NULL:
    cdef int dtype
    for dtype in range(TH_NTYPES):
        if TH_dispatch[dtype].pytype == <void *>cls:
            return &TH_dispatch[dtype]
    if isinstance(cls, type):
        for dtype in range(TH_NTYPES):
            if classes[dtype] is not None and issubclass(cls, classes[dtype]):
                return &TH_dispatch[dtype]
    if getattr(cls, "__module__", None) == "torch.cuda":
        raise AssertionError("Torch not compiled with CUDA enabled")
    raise TypeError(f"{cls!r} is no tensor type")


cdef int register_class(int dtype, object cls) except -1:
    Py_INCREF(cls)
    TH_dispatch[dtype].pytype = <void *>cls
    classes[dtype] = cls
    class_names[dtype] = "torch." + cls.__name__
    named_classes[class_names[dtype]] = named_classes["torchlike." + cls.__name__] = cls
    set_new(cls, <newfunc>new_object)
    set_vectorcall(cls, <vectorcallfunc>call_class)
    set_new(cls.__base__, <newfunc>refuse_new)
    return 0


def set_default_tensor_class(cls):
    """The type of new tensors; a floating-point one."""
    global default_ops
    cdef THDispatch *ops = dispatch_of_class(cls)
    if not ops.is_floating or ops.dtype == TH_HALF:
        raise TypeError(f"only floating-point types are supported as the default type, but got {cls.__name__}")
    default_ops = ops


def get_default_tensor_class():
    """The type of new tensors."""
    return classes[default_ops.dtype]


# ---------------------------------------------------------------------------------------- numbers

cdef object to_number(THDispatch *ops, THScalar value):
    if ops.is_floating:
        return PyFloat_FromDouble(value.d)
    return PyLong_FromLongLong(value.i)


cdef bint is_number(THDispatch *ops, object o) except -1:
    if PyLong_CheckExact(o):
        return True
    if ops.is_floating:
        if PyFloat_CheckExact(o) or PyFloat_Check(o) or PyLong_Check(o):
            return True
    elif PyLong_Check(o):
        return True
    elif PyFloat_Check(o):
        return False
    # Numbers of other libraries, such as numpy.float32 and numpy.int64; not arrays or tensors.
    if not PyNumber_Check(o) or PySequence_Check(o) or isinstance(o, (TensorBase, complex)):
        return False
    if hasattr(o, "backward"):
        return False
    return bool(ops.is_floating) or hasattr(o, "__index__")


cdef int to_scalar(THDispatch *ops, object number, THScalar *value) except -1:
    if ops.is_floating:
        value.d = PyFloat_AS_DOUBLE(number) if PyFloat_CheckExact(number) else PyFloat_AsDouble(number)
        return 0
    if not PyLong_Check(number):
        number = number.__index__()
    try:
        value.i = PyLong_AsLongLong(number)
    except OverflowError:
        name = ops.name.decode().lower()
        raise RuntimeError(f"value cannot be converted to type {name} without overflow: {number}") from None
    return 0


cdef TensorBase scalar_tensor(THDispatch *ops, THScalar value):
    cdef int64_t one = 1
    cdef TensorBase r = wrap(ops, THTensor_newWithSize(ops.dtype, 1, &one))
    check(ops.fill(r.c_tensor, value))
    return r


cdef tuple strides_of(const THTensor *t):
    cdef tuple r = PyTuple_New(t.nDimension)
    for d in range(t.nDimension):
        stride = PyLong_FromLongLong(t.stride[d])
        Py_INCREF(stride)
        PyTuple_SET_ITEM(r, d, stride)
    return r


cdef object type_name(object o):
    cls = type(o)
    if isinstance(o, TensorBase) and <void *>cls == (<TensorBase>o).ops.pytype:
        return class_names[(<TensorBase>o).ops.dtype]
    if isinstance(o, (TensorBase, StorageBase)):
        return "torch." + cls.__name__
    return cls.__name__


cdef int missing_operator(TensorBase self, str name) except -1:
    raise TypeError(f"Type {type_name(self)} doesn't implement stateless method {name}")


cdef object operator_method(object self, str name, object other):
    # Between an array and a tensor NumPy computes, whichever comes first.
    if type(other).__module__ == "numpy" and hasattr(other, "__array__") and not name.endswith("_"):
        return NotImplemented
    return getattr(self, name)(other)


cdef object element_at(TensorBase self, int64_t offset):
    """The element at an offset in the storage, as a Python number."""
    cdef int64_t one = 1
    cdef TensorBase element
    if self.ops.getAt == NULL:
        element = wrap(self.ops, THTensor_newViewUnchecked(self.c_tensor, 1, &one, &one, offset))
        return element_at(converted(element, dispatch_of(TH_FLOAT)), 0)
    return to_number(self.ops, self.ops.getAt(self.c_tensor, offset))


# ----------------------------------------------------------------------------------------- copies

cdef int copy_elements(TensorBase target, THTensor *source) except -1:
    """target = source, of any type and of target's element count."""
    cdef copy_function function = copy_from(target.ops, source.dtype)
    cdef int status
    if is_large(target.c_tensor):
        with nogil:
            status = function(target.c_tensor, source)
    else:
        status = function(target.c_tensor, source)
    return check(status)


cdef int copy_into(TensorBase target, TensorBase source) except -1:
    """target = source, of any type, expanded to target's size unless it has as many elements."""
    cdef THTensor *expanded
    if THTensor_nElement(target.c_tensor) == THTensor_nElement(source.c_tensor):
        return copy_elements(target, source.c_tensor)
    expanded = THTensor_newExpand(source.c_tensor, target.c_tensor.nDimension, target.c_tensor.size)
    if expanded == NULL:
        raise_error()
    try:
        return copy_elements(target, expanded)
    finally:
        THTensor_free(expanded)


cdef int become(TensorBase self, THTensor *view) except -1:
    """The tensor takes the elements and sizes of a view."""
    if view == NULL:
        raise_error()
    cdef int status = THTensor_set(self.c_tensor, view)
    THTensor_free(view)
    return check(status)


cdef TensorBase clone(TensorBase self):
    cdef TensorBase r = new_empty(self.ops)
    check(THTensor_resizeAs(r.c_tensor, self.c_tensor))
    copy_elements(r, self.c_tensor)
    return r


cdef TensorBase placed(TensorBase self, StorageBase storage):
    """A tensor that lies in another storage of the type as this one does in its own."""
    cdef const THTensor *t = self.c_tensor
    return wrap(self.ops, THTensor_newWithStorage(self.ops.dtype, storage.c_storage, t.storageOffset, t.nDimension,
                                                  t.size, t.stride))


cdef TensorBase contiguous(TensorBase self):
    return self if THTensor_isContiguous(self.c_tensor) else clone(self)


cdef TensorBase converted(TensorBase self, THDispatch *ops):
    cdef TensorBase r = new_empty(ops)
    check(THTensor_resizeAs(r.c_tensor, self.c_tensor))
    copy_elements(r, self.c_tensor)
    return r


# ----------------------------------------------------------------------------------- constructors

cdef int64_t integer(object o) except? -1:
    """An int, or what stands for one; a float does not."""
    return PyNumber_AsSsize_t(o, <PyObject *>OverflowError)


cdef int sizes_of(object sizes, int64_t *out) except -1:
    cdef int n = 0
    for s in sizes:
        if n == TH_MAX_DIM:
            raise RuntimeError(f"a tensor has at most {TH_MAX_DIM} dimensions, but got {len(sizes)} sizes")
        out[n] = integer(s)
        n += 1
    return n


cdef int nested_shape(object data, int64_t *size) except -1:
    """The shape of nested sequences, read along their first elements."""
    cdef int n = 0
    while is_sequence(data):
        if n == TH_MAX_DIM:
            raise ValueError("too many nested sequences")
        size[n] = len(data)
        n += 1
        if len(data) == 0:
            break
        data = data[0]
    return n


cdef bint is_sequence(object o):
    return isinstance(o, (list, tuple)) or (
        hasattr(o, "__len__") and hasattr(o, "__getitem__") and not isinstance(o, (str, bytes, dict))
    )


cdef int fill_nested(TensorBase self, object data, const int64_t *size, int n, int depth, int64_t *offset) except -1:
    """Writes nested sequences to consecutive elements; every level must have its one length."""
    cdef THScalar value
    cdef int64_t count = 0
    if depth == n:
        if not is_number(self.ops, data):
            if not (isinstance(data, float) and not self.ops.is_floating):
                raise TypeError(f"{type_name(self)} takes sequences of numbers, but an element is {type_name(data)}")
            data = int(data)
        to_scalar(self.ops, data, &value)
        check(self.ops.setAt(self.c_tensor, offset[0], value))
        offset[0] += 1
        return 0
    if not is_sequence(data) or len(data) != size[depth]:
        got = len(data) if is_sequence(data) else type_name(data)
        raise ValueError(f"inconsistent sequence length at dimension {depth}: expected {size[depth]}, but got {got}")
    for item in data:                   # what iteration gives need not be what len() said
        count += 1
        if count > size[depth]:
            break
        fill_nested(self, item, size, n, depth + 1, offset)
    if count != size[depth] or len(data) != size[depth]:
        raise ValueError(f"a sequence of length {size[depth]} at dimension {depth} changed while it was read")
    return 0


cdef int construct_from_sequence(TensorBase self, object data) except -1:
    cdef int64_t size[64]
    cdef int64_t offset = 0
    cdef int n
    cdef TensorBase source
    if type(data).__module__ == "numpy" and hasattr(data, "__array__"):
        from torchlike._C.interop import of_array     # NumPy stays unloaded until it is used
        source = of_array(data, self.ops.dtype)
        if source.ops.dtype == self.ops.dtype:
            return check(THTensor_set(self.c_tensor, source.c_tensor))
        check(THTensor_resizeAs(self.c_tensor, source.c_tensor))
        return copy_elements(self, source.c_tensor)
    if self.ops.setAt == NULL:
        source = converted(TH_FLOAT_from(data), self.ops)
    else:            # a new tensor, because objects in the sequence can reach self while they are read
        n = nested_shape(data, size)
        source = wrap(self.ops, THTensor_newWithSize(self.ops.dtype, n, size))
        if THTensor_nElement(source.c_tensor):
            fill_nested(source, data, size, n, 0, &offset)
    return check(THTensor_set(self.c_tensor, source.c_tensor))


cdef TensorBase TH_FLOAT_from(object data):
    cdef TensorBase r = new_empty(&TH_dispatch[<int>TH_FLOAT])
    construct_from_sequence(r, data)
    return r


cdef int construct(TensorBase self, tuple args) except -1:
    """The forms of a tensor type's constructor in 0.3."""
    cdef int64_t size[64]
    cdef int64_t stride[64]
    cdef int n
    cdef StorageBase storage
    if not args:
        return 0
    first = args[0]
    if isinstance(first, Size) and len(args) == 1:
        return check(THTensor_resize(self.c_tensor, sizes_of(first, size), size, NULL))
    if isinstance(first, TensorBase):
        if len(args) != 1 or (<TensorBase>first).ops != self.ops:
            raise TypeError(constructor_message(self, args))
        return check(THTensor_set(self.c_tensor, (<TensorBase>first).c_tensor))
    if isinstance(first, StorageBase):
        storage = <StorageBase>first
        if storage.c_storage.dtype != self.ops.dtype or len(args) > 4:
            raise TypeError(constructor_message(self, args))
        offset = args[1] if len(args) > 1 else 0
        size[0] = storage.c_storage.size - offset
        n = sizes_of(args[2], size) if len(args) > 2 else 1
        if len(args) > 3 and sizes_of(args[3], stride) != n:
            raise ValueError(f"expected {n} strides, but got {len(args[3])}")
        return check(THTensor_setStorage(self.c_tensor, storage.c_storage, offset, n, size,
                                         stride if len(args) > 3 else NULL))
    if all(isinstance(a, int) or (hasattr(a, "__index__") and not is_sequence(a)) for a in args):
        return check(THTensor_resize(self.c_tensor, sizes_of(args, size), size, NULL))
    if len(args) == 1 and is_sequence(first):
        return construct_from_sequence(self, first)
    raise TypeError(constructor_message(self, args))


cdef object constructor_message(TensorBase self, tuple args):
    given = ", ".join([type_name(a) for a in args])
    name = type_name(self)
    storage = name.replace("Tensor", "Storage")
    return (
        f"{name} constructor received an invalid combination of arguments - got ({given}), but expected one of:\n"
        f" * no arguments\n * (int ...)\n * (torch.Size sizes)\n * ({name} viewed_tensor)\n * ({storage} data_source)\n"
        f" * ({storage} data_source, int storage_offset, torch.Size sizes)\n"
        f" * ({storage} data_source, int storage_offset, torch.Size sizes, torch.Size strides)\n"
        " * (Iterable data)"
    )


# ------------------------------------------------------------------------------------------ class

@cython.freelist(256)
@cython.no_gc
cdef class TensorBase:
    """A multi-dimensional array of elements of one type."""

    def __init__(self, *args, **kwargs):
        if kwargs:
            raise TypeError(f"{type_name(self)} constructor takes no keyword arguments, but got {', '.join(kwargs)}")
        construct(self, args)

    def __dealloc__(self):
        THTensor_free(self.c_tensor)
        Py_XDECREF(self.attributes)

    def __getbuffer__(self, Py_buffer *buffer, int flags):
        fill_buffer(self, self.c_tensor, buffer, flags)

    def __releasebuffer__(self, Py_buffer *buffer):
        release_buffer(buffer)

    def __dlpack__(self, *, stream=None, max_version=None, dl_device=None, copy=None):
        """A DLPack capsule of the elements; see torch.utils.dlpack."""
        from torchlike._C.dlpack import export     # loaded by those who use it
        return export(self, stream, max_version, dl_device, copy)

    def __dlpack_device__(self):
        """DLPack's type and number of the device: the CPU."""
        return 1, 0

    # Above NumPy's numbers, below its arrays: np.float64(2) * tensor is a tensor's work, array * tensor an array's.
    __array_priority__ = -1

    @property
    def __dict__(self):
        return PyObject_GenericGetDict(self, NULL)

    # ---- sizes

    def size(self, dim=None):
        """The size as torch.Size, or the size of one dimension."""
        if dim is None:
            return size_of(self.c_tensor)
        return self.c_tensor.size[check(THTensor_wrapDim(integer(dim), self.c_tensor.nDimension))]

    def stride(self, dim=None):
        """Steps in elements from one index to the next: a tuple, or of one dimension."""
        if dim is None:
            return strides_of(self.c_tensor)
        return self.c_tensor.stride[check(THTensor_wrapDim(integer(dim), self.c_tensor.nDimension))]

    @property
    def shape(self):
        """The size, as torch.Size."""
        return size_of(self.c_tensor)

    def dim(self):
        """Number of dimensions; 0 for a tensor without elements."""
        return self.c_tensor.nDimension

    def ndimension(self):
        """Number of dimensions."""
        return self.c_tensor.nDimension

    def numel(self):
        """Number of elements."""
        return THTensor_nElement(self.c_tensor)

    def nelement(self):
        """Number of elements."""
        return THTensor_nElement(self.c_tensor)

    def is_contiguous(self):
        """True if the elements lie in memory in the order of their indices."""
        return bool(THTensor_isContiguous(self.c_tensor))

    def is_same_size(self, TensorBase other not None):
        """True if both tensors have the same size."""
        return bool(THTensor_isSameSizeAs(self.c_tensor, other.c_tensor))

    def is_set_to(self, TensorBase tensor not None):
        """True if both see the same elements of the same storage in the same way."""
        return bool(THTensor_isSetTo(self.c_tensor, tensor.c_tensor))

    # ---- memory

    def storage(self):
        """The storage under the tensor."""
        if self.c_tensor.storage == NULL:
            check(THTensor_setStorage(self.c_tensor, (<StorageBase>storage_class(self.ops.dtype)()).c_storage, 0, 0,
                                      NULL, NULL))
        THStorage_retain(self.c_tensor.storage)
        return wrap_storage(self.c_tensor.storage)

    def storage_offset(self):
        """Index in the storage of the first element."""
        return self.c_tensor.storageOffset

    def data_ptr(self):
        """Address of the first element, 0 for a tensor that never had any."""
        if self.c_tensor.storage == NULL or self.c_tensor.storage.data == NULL:
            return 0
        return <size_t>self.c_tensor.storage.data + self.c_tensor.storageOffset * self.ops.itemsize

    @property
    def _cdata(self):
        return <size_t>self.c_tensor

    def element_size(self):
        """Bytes of one element."""
        return self.ops.itemsize

    is_cuda = False
    is_sparse = False

    def is_signed(self):
        """Whether the type has negative numbers: all but ByteTensor."""
        return self.ops.dtype != TH_BYTE

    def is_pinned(self):
        """False: page-locked memory needs CUDA."""
        return False

    def pin_memory(self):
        """Not there: page-locked memory needs CUDA."""
        return self.storage().pin_memory()

    def share_memory_(self):
        """Move the memory to where other processes can see it; returns the tensor itself.

        All tensors over the same storage move. A tensor in shared memory cannot be resized.
        """
        self.storage().share_memory_()
        return self

    def is_shared(self):
        """True if other processes can see the memory."""
        return self.c_tensor.storage != NULL and bool(self.c_tensor.storage.flag & TH_STORAGE_SHARED)

    # ---- in place: size and elements

    def resize_as_(self, TensorBase tensor not None):
        """Change the size to that of another tensor."""
        check(THTensor_resizeAs(self.c_tensor, tensor.c_tensor))
        return self

    def set_(self, source=None, storage_offset=0, size=None, stride=None):
        """Become a view of a tensor's or a storage's elements."""
        cdef int64_t sizes[64]
        cdef int64_t strides[64]
        cdef int n = 1
        cdef StorageBase storage
        if source is None:
            source = type(self)()
        if isinstance(source, TensorBase) and (<TensorBase>source).ops == self.ops:
            check(THTensor_set(self.c_tensor, (<TensorBase>source).c_tensor))
            return self
        if not isinstance(source, StorageBase) or (<StorageBase>source).c_storage.dtype != self.ops.dtype:
            raise TypeError(f"set_ expected a tensor or storage of the same type, but got {type_name(source)}")
        storage = <StorageBase>source
        sizes[0] = storage.c_storage.size - storage_offset
        if size is not None:
            n = sizes_of(size, sizes)
        if stride is not None and sizes_of(stride, strides) != n:
            raise ValueError(f"expected {n} strides, but got {len(stride)}")
        check(THTensor_setStorage(self.c_tensor, storage.c_storage, storage_offset, n, sizes,
                                  NULL if stride is None else strides))
        return self

    def copy_(self, src, bint non_blocking=False, bint broadcast=True, **kwargs):
        """Take the elements of a tensor of any type, which is expanded to this size."""
        check_async("copy_", kwargs)
        if not isinstance(src, TensorBase):
            raise TypeError(f"copy_ expected a tensor, but got {type_name(src)}")
        if broadcast:
            copy_into(self, <TensorBase>src)
        else:
            copy_elements(self, (<TensorBase>src).c_tensor)
        return self

    # ---- types

    def type(self, new_type=None, bint non_blocking=False, **kwargs):
        """The name of the type, or the tensor in another type (itself if it has that type)."""
        check_async("type", kwargs)
        if new_type is None:
            return type_name(self)
        cdef THDispatch *ops = dispatch_of_type(new_type)
        return self if ops == self.ops else converted(self, ops)

    def type_as(self, tensor):
        """The tensor in the type of another one."""
        cdef THDispatch *ops
        ops = (<TensorBase>tensor).ops if isinstance(tensor, TensorBase) else dispatch_of_class(type(tensor))
        return self if ops == self.ops else converted(self, ops)

    def byte(self):
        """The tensor as a ByteTensor."""
        return self if self.ops.dtype == TH_BYTE else converted(self, dispatch_of(TH_BYTE))

    def char(self):
        """The tensor as a CharTensor."""
        return self if self.ops.dtype == TH_CHAR else converted(self, dispatch_of(TH_CHAR))

    def short(self):
        """The tensor as a ShortTensor."""
        return self if self.ops.dtype == TH_SHORT else converted(self, dispatch_of(TH_SHORT))

    def int(self):
        """The tensor as an IntTensor."""
        return self if self.ops.dtype == TH_INT else converted(self, dispatch_of(TH_INT))

    def long(self):
        """The tensor as a LongTensor."""
        return self if self.ops.dtype == TH_LONG else converted(self, dispatch_of(TH_LONG))

    def half(self):
        """The tensor as a HalfTensor."""
        return self if self.ops.dtype == TH_HALF else converted(self, dispatch_of(TH_HALF))

    def float(self):
        """The tensor as a FloatTensor."""
        return self if self.ops.dtype == TH_FLOAT else converted(self, dispatch_of(TH_FLOAT))

    def double(self):
        """The tensor as a DoubleTensor."""
        return self if self.ops.dtype == TH_DOUBLE else converted(self, dispatch_of(TH_DOUBLE))

    def cpu(self):
        """The tensor itself, which is on the CPU."""
        return self

    def cuda(self, device=None, bint non_blocking=False, **kwargs):
        """Not there: this build has no CUDA."""
        check_async("cuda", kwargs)
        raise AssertionError("Torch not compiled with CUDA enabled")

    # ---- Python values

    def __sizeof__(self):
        size = object.__sizeof__(self)
        if self.c_tensor.storage != NULL:
            size += self.c_tensor.storage.size * self.ops.itemsize
        return size

    def __len__(self):
        return self.c_tensor.size[0] if self.c_tensor.nDimension else 0

    def __bool__(self):
        if self.c_tensor.nDimension == 0:
            return False
        raise RuntimeError("bool value of non-empty " + type_name(self) + " objects is ambiguous")

    def __iter__(self):
        return iter([self[i] for i in range(len(self))])

    def __contains__(self, element):
        return (self == element).sum() != 0

    def item(self):
        """The value of a tensor with one element."""
        if THTensor_nElement(self.c_tensor) != 1:
            n = THTensor_nElement(self.c_tensor)
            raise ValueError(f"only a tensor with one element is a number, but this one has {n}")
        return element_at(self, self.c_tensor.storageOffset)

    def __float__(self):
        return float(self.item())

    def __int__(self):
        return int(self.item())

    def __index__(self):
        # TypeError lets bytes() and the like try the buffer protocol next.
        if self.ops.is_floating or THTensor_nElement(self.c_tensor) != 1:
            raise TypeError("only integer tensors with one element can be an index")
        return self.item()

    def __repr__(self):
        from torchlike._tensor_str import _str     # printing is loaded when something is printed
        return _str(self)

    def __format__(self, str spec not None):
        return format(self.item(), spec) if spec else repr(self)

    def __copy__(self):
        return type(self)(self)

    def __deepcopy__(self, memo):
        cdef StorageBase storage
        known = memo.setdefault("torch", {})
        key = <size_t>self.c_tensor
        if key not in known:
            storage = self.storage()
            copied = memo.get(<size_t>storage.c_storage)
            if copied is None:
                copied = storage.clone()
                memo[<size_t>storage.c_storage] = copied
            cls, result = type(self), placed(self, copied)
            known[key] = result if <void *>cls == self.ops.pytype else cls(result)
        return known[key]

    def __reduce_ex__(self, protocol):
        from torchlike._utils import _rebuild_tensor     # reached at run time to keep the import graph one-way
        return _rebuild_tensor, (self.storage(), self.storage_offset(), tuple(self.size()), self.stride())


def class_named(str name):
    """The tensor class with a name such as 'torch.FloatTensor'."""
    cls = named_classes.get(name)
    if cls is not None:
        return cls
    if name.startswith("torch.cuda."):
        raise AssertionError("Torch not compiled with CUDA enabled")
    raise RuntimeError(f"invalid type: '{name}'")


cdef THDispatch *dispatch_of_type(object new_type) except NULL:
    return dispatch_of_class(class_named(new_type) if isinstance(new_type, str) else new_type)


set_dict_offset(TensorBase, offsetof_attributes)
take_bare_new(TensorBase)
set_new(TensorBase, <newfunc>refuse_new)
