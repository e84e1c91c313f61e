"""Exchanging memory with other libraries by DLPack, version 1.

A capsule holds a struct that describes the memory and a function that releases it. Who takes the
struct out renames the capsule and calls that function once, from any thread; if nobody does, the
capsule's destructor does. Structs of version 1 begin with the version and carry flags; consumers
that do not ask for them get the older struct.
"""
from cpython.mem cimport PyMem_RawFree, PyMem_RawMalloc
from cpython.pycapsule cimport (
    PyCapsule_CheckExact, PyCapsule_GetName, PyCapsule_GetPointer, PyCapsule_IsValid, PyCapsule_New, PyCapsule_SetName,
)
from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from torchlike._C.errors cimport raise_error
from torchlike._C.storage cimport end_loan, lend
from torchlike._C.tensor_base cimport TensorBase, clone, dispatch_of, type_name, wrap
from torchlike._C.th cimport *


cdef extern from "Python.h":
    int Py_IsInitialized() nogil

cdef extern from *:
    """
    #include <stdint.h>
    enum { DL_CPU = 1 };
    enum { DL_INT = 0, DL_UINT = 1, DL_FLOAT = 2, DL_BFLOAT = 4, DL_COMPLEX = 5, DL_BOOL = 6 };
    enum { DL_READ_ONLY = 1, DL_IS_COPIED = 2 };
    typedef struct {
        uint32_t major, minor;
    } DLVersion;
    typedef struct {
        int32_t device_type, device_id;
    } DLDevice;
    typedef struct {
        uint8_t code, bits;
        uint16_t lanes;
    } DLDataType;
    typedef struct {
        void *data;
        DLDevice device;
        int32_t ndim;
        DLDataType dtype;
        int64_t *shape;
        int64_t *strides; /* in elements; NULL: contiguous */
        uint64_t byte_offset;
    } DLTensor;
    typedef struct DLManaged {
        DLTensor tensor;
        void *context;
        void (*deleter)(struct DLManaged *self);
    } DLManaged;
    typedef struct DLVersioned {
        DLVersion version;
        void *context;
        void (*deleter)(struct DLVersioned *self);
        uint64_t flags;
        DLTensor tensor;
    } DLVersioned;
    """
    enum:
        DL_CPU
        DL_INT, DL_UINT, DL_FLOAT, DL_BFLOAT, DL_COMPLEX, DL_BOOL
        DL_READ_ONLY, DL_IS_COPIED
    ctypedef struct DLVersion:
        uint32_t major
        uint32_t minor
    ctypedef struct DLDevice:
        int32_t device_type
        int32_t device_id
    ctypedef struct DLDataType:
        uint8_t code
        uint8_t bits
        uint16_t lanes
    ctypedef struct DLTensor:
        void *data
        DLDevice device
        int32_t ndim
        DLDataType dtype
        int64_t *shape
        int64_t *strides
        uint64_t byte_offset
    ctypedef struct DLManaged:
        DLTensor tensor
        void *context
        void (*deleter)(DLManaged *) noexcept nogil
    ctypedef struct DLVersioned:
        DLVersion version
        void *context
        void (*deleter)(DLVersioned *) noexcept nogil
        uint64_t flags
        DLTensor tensor

cdef const char *NAME = "dltensor"
cdef const char *USED = "used_dltensor"
cdef const char *VERSIONED = "dltensor_versioned"
cdef const char *VERSIONED_USED = "used_dltensor_versioned"

# Codes and bits of the elements, in the order of THType.
cdef tuple TYPES = (
    (DL_UINT, 8), (DL_INT, 8), (DL_INT, 16), (DL_INT, 32), (DL_INT, 64), (DL_FLOAT, 32), (DL_FLOAT, 64), (DL_FLOAT, 16),
)
cdef dict CODE_NAMES = {
    DL_INT: "int", DL_UINT: "uint", DL_FLOAT: "float", DL_BFLOAT: "bfloat", DL_COMPLEX: "complex", DL_BOOL: "bool",
}


# ---------------------------------------------------------------------------------------- export

# The struct given away, of either version, and what it points to.
cdef struct Export:
    DLManaged managed
    DLVersioned versioned
    THStorage *storage
    int64_t shape[64]
    int64_t strides[64]


cdef void release(Export *e) noexcept nogil:
    # Consumers may let go of memory while the interpreter shuts down; it goes with the process then.
    if Py_IsInitialized():
        with gil:
            end_loan(e.storage)
            PyMem_RawFree(e)


cdef void delete_managed(DLManaged *managed) noexcept nogil:
    release(<Export *>managed.context)


cdef void delete_versioned(DLVersioned *versioned) noexcept nogil:
    release(<Export *>versioned.context)


cdef void destroy_capsule(object capsule) noexcept:
    """Releases the struct of a capsule that nobody took out."""
    cdef DLManaged *managed
    cdef DLVersioned *versioned
    if PyCapsule_IsValid(capsule, NAME):
        managed = <DLManaged *>PyCapsule_GetPointer(capsule, NAME)
        managed.deleter(managed)
    elif PyCapsule_IsValid(capsule, VERSIONED):
        versioned = <DLVersioned *>PyCapsule_GetPointer(capsule, VERSIONED)
        versioned.deleter(versioned)


cdef int describe(Export *e, TensorBase tensor, DLTensor *d) except -1:
    """Fills in where the elements are; a tensor without elements has shape (0,)."""
    cdef THTensor *t = tensor.c_tensor
    e.shape[0], e.strides[0] = 0, 1
    for i in range(t.nDimension):
        e.shape[i] = t.size[i]
        e.strides[i] = t.stride[i]
    d.data = <void *><size_t>tensor.data_ptr()
    d.device.device_type, d.device.device_id = DL_CPU, 0
    d.ndim = max(t.nDimension, 1)
    code, bits = TYPES[t.dtype]
    d.dtype.code, d.dtype.bits, d.dtype.lanes = code, bits, 1
    d.shape, d.strides, d.byte_offset = e.shape, e.strides, 0
    return 0


def export(TensorBase tensor not None, stream=None, max_version=None, dl_device=None, copy=None):
    """A capsule that shares the tensor's memory.

    Parameters
    ----------
    stream : None
        There are no streams on a CPU.
    max_version : (int, int), optional
        What the consumer understands; from (1, 0) on it gets a versioned struct.
    dl_device : (int, int), optional
        Where the consumer wants the memory: only (1, 0), the CPU, can be asked for.
    copy : bool, optional
        True: of a copy's memory.

    Raises
    ------
    BufferError
        For another device.
    """
    cdef Export *e
    cdef bint versioned = max_version is not None and max_version[0] >= 1
    if stream is not None:
        raise ValueError(f"stream must be None for a tensor on the CPU, but got {stream!r}")
    if dl_device is not None and tuple(dl_device) != (DL_CPU, 0):
        raise BufferError(f"a tensor on the CPU, device (1, 0), cannot be exported to device {tuple(dl_device)}")
    if copy:
        tensor = clone(tensor)
    e = <Export *>PyMem_RawMalloc(sizeof(Export))
    if e == NULL:
        raise MemoryError()
    e.storage = NULL
    try:
        lend(tensor.c_tensor.storage)
        e.storage = tensor.c_tensor.storage
        if versioned:
            describe(e, tensor, &e.versioned.tensor)
            e.versioned.version.major, e.versioned.version.minor = 1, 0
            e.versioned.context, e.versioned.deleter = e, delete_versioned
            e.versioned.flags = DL_IS_COPIED if copy else 0
            return PyCapsule_New(&e.versioned, VERSIONED, destroy_capsule)
        describe(e, tensor, &e.managed.tensor)
        e.managed.context, e.managed.deleter = e, delete_managed
        return PyCapsule_New(&e.managed, NAME, destroy_capsule)
    except BaseException:
        end_loan(e.storage)
        PyMem_RawFree(e)
        raise


# ---------------------------------------------------------------------------------------- import

cdef void free_managed(void *context, void *data, size_t bytes) noexcept nogil:
    cdef DLManaged *managed = <DLManaged *>context
    if managed.deleter != NULL:
        managed.deleter(managed)


cdef void free_versioned(void *context, void *data, size_t bytes) noexcept nogil:
    cdef DLVersioned *versioned = <DLVersioned *>context
    if versioned.deleter != NULL:
        versioned.deleter(versioned)


cdef THAllocator managed_allocator, versioned_allocator
managed_allocator.free = free_managed
versioned_allocator.free = free_versioned


cdef int dtype_of(const DLTensor *d) except -1:
    """The THType of the elements."""
    if d.dtype.lanes == 1:
        for dtype, known in enumerate(TYPES):
            if known == (d.dtype.code, d.dtype.bits):
                return dtype
    name = f"{CODE_NAMES.get(d.dtype.code, f'type code {d.dtype.code} of ')}{d.dtype.bits}"
    if d.dtype.lanes != 1:
        name += f" with {d.dtype.lanes} lanes"
    raise TypeError(
        f"from_dlpack: there is no tensor type for elements of {name}; the types are uint8, int8, int16, int32, int64,"
        " float16, float32 and float64"
    )


cdef int64_t read_shape(const DLTensor *d, int64_t *size, int64_t *stride) except -1:
    """Checks and copies sizes and strides; returns how many elements of memory they reach over."""
    expected, last = 1, 0
    if not 0 <= d.ndim <= TH_MAX_DIM:
        raise ValueError(f"from_dlpack: a tensor has at most {TH_MAX_DIM} dimensions, but the data has {d.ndim}")
    if d.ndim and d.shape == NULL:
        raise ValueError("from_dlpack: the data has dimensions, but no sizes")
    size[0] = stride[0] = 1
    for i in range(d.ndim - 1, -1, -1):
        size[i] = d.shape[i]
        if size[i] < 0:
            raise ValueError(f"from_dlpack: sizes must not be negative, but that of dimension {i} is {size[i]}")
    for i in range(d.ndim):
        if size[i] == 0:
            return 0
    for i in range(d.ndim - 1, -1, -1):
        step = expected if d.strides == NULL else d.strides[i]
        expected *= size[i]
        if size[i] == 1:
            step = 1
        if step < 0:
            raise ValueError(
                f"from_dlpack: a tensor cannot have negative strides, but that of dimension {i} is {step}; pass a copy"
            )
        last += (size[i] - 1) * step
        if max(expected, last, step) > 2 ** 59:
            raise ValueError("from_dlpack: the data has more elements than memory can hold")
        stride[i] = step
    return last + 1


cdef TensorBase import_tensor(
    DLTensor *d, void *context, const THAllocator *allocator, object capsule, const char *used
):
    """A tensor over the memory; from the renaming of the capsule on it owns the struct."""
    cdef int64_t size[64]
    cdef int64_t stride[64]
    cdef int64_t reach
    cdef int dtype
    cdef THStorage *storage
    cdef THTensor *r
    if d.device.device_type != DL_CPU:
        raise BufferError(
            f"from_dlpack: the data is on device ({d.device.device_type}, {d.device.device_id}), not on the CPU, (1, 0)"
        )
    dtype = dtype_of(d)
    reach = read_shape(d, size, stride)
    data = <size_t>d.data + d.byte_offset
    if reach and d.data == NULL:
        raise ValueError("from_dlpack: the data has elements, but no memory")
    if reach and data % THType_itemSize[dtype]:
        raise ValueError(
            f"from_dlpack: the memory is not aligned to elements of {THType_itemSize[dtype]} bytes; pass a copy"
        )
    storage = THStorage_newWithData(dtype, <void *><size_t>data, reach, allocator, context)
    if storage == NULL:
        raise_error()
    PyCapsule_SetName(capsule, used)
    r = THTensor_new(dtype) if reach == 0 else THTensor_newWithStorage(dtype, storage, 0, max(d.ndim, 1), size, stride)
    THStorage_free(storage)
    return wrap(dispatch_of(dtype), r)


cdef TensorBase from_capsule(object capsule, copy):
    cdef DLManaged *managed
    cdef DLVersioned *versioned
    cdef bint must_copy = copy is True
    cdef TensorBase r
    if PyCapsule_IsValid(capsule, NAME):
        managed = <DLManaged *>PyCapsule_GetPointer(capsule, NAME)
        r = import_tensor(&managed.tensor, managed, &managed_allocator, capsule, USED)
        return clone(r) if must_copy else r
    if not PyCapsule_IsValid(capsule, VERSIONED):
        name = PyCapsule_GetName(capsule)
        found = "None" if name == NULL else name.decode("utf-8", "replace")
        raise ValueError(
            "from_dlpack received an invalid capsule. Note that DLTensor capsules can be consumed only once, so you"
            f" might have already constructed a tensor from it once (the name of the capsule is {found!r})"
        )
    versioned = <DLVersioned *>PyCapsule_GetPointer(capsule, VERSIONED)
    if versioned.version.major != 1:
        raise BufferError(
            "from_dlpack: version 1 of DLPack is understood, but the data is of"
            f" {versioned.version.major}.{versioned.version.minor}"
        )
    if versioned.flags & DL_READ_ONLY and not must_copy:
        raise BufferError("from_dlpack: the data is read-only, but a tensor could write to it; pass copy=True")
    must_copy = must_copy and not (versioned.flags & DL_IS_COPIED and not versioned.flags & DL_READ_ONLY)
    r = import_tensor(&versioned.tensor, versioned, &versioned_allocator, capsule, VERSIONED_USED)
    return clone(r) if must_copy else r


def to_dlpack(tensor):
    """The tensor as a DLPack capsule, which shares its memory.

    Parameters
    ----------
    tensor : Tensor
        While the receiver uses the memory, its storage cannot be resized.

    Returns
    -------
    capsule
        Named "dltensor"; it can be consumed once. One that never is gives the memory back when it is deleted.

    Examples
    --------
    >>> from torch.utils.dlpack import from_dlpack, to_dlpack
    >>> t = torch.zeros(2)
    >>> from_dlpack(to_dlpack(t))[0] = 1
    >>> t
    <BLANKLINE>
     1
     0
    [torch.FloatTensor of size 2]
    <BLANKLINE>
    """
    if not isinstance(tensor, TensorBase):
        raise TypeError(f"to_dlpack expects a tensor, but got {type_name(tensor)}")
    return export(tensor)


def from_dlpack(dlpack, *, copy=None):
    """A tensor that shares the memory of a DLPack capsule or of another library's array.

    Parameters
    ----------
    dlpack : capsule or object with ``__dlpack__``
        On the CPU, of type uint8, int8, int16, int32, int64, float16, float32 or float64, with
        strides that are not negative. A capsule can be consumed once.
    copy : bool, optional
        True: always a copy; False: never; None: read-only data fails, other data is shared.

    Returns
    -------
    Tensor
        Of the same shape; data without dimensions gives shape (1,), data without elements a tensor
        without dimensions.

    Raises
    ------
    TypeError
        If no tensor type has such elements (bool, complex, bfloat16 ...), or there is no ``__dlpack__``.
    BufferError
        For data on another device, of another major version, or read-only.
    ValueError
        For a capsule that was consumed, and for strides that a tensor cannot have.
    """
    if PyCapsule_CheckExact(dlpack):
        return from_capsule(dlpack, copy)
    if not hasattr(dlpack, "__dlpack__"):
        raise TypeError(f"from_dlpack expects a capsule or an object with __dlpack__, but got {type_name(dlpack)}")
    if hasattr(dlpack, "__dlpack_device__"):
        device = tuple(dlpack.__dlpack_device__())
        if device[0] != DL_CPU:
            raise BufferError(f"from_dlpack: the data is on device {device}, not on the CPU, (1, 0)")
    asked = {} if copy is None else {"copy": copy}
    try:
        capsule = dlpack.__dlpack__(max_version=(1, 0), **asked)
    except TypeError:       # a producer from before version 1
        capsule = dlpack.__dlpack__()
    return from_capsule(capsule, copy)
