"""Indexing: t[index] and t[index] = value.

Ints, slices, None and Ellipsis give a view, worked out in one pass over a list of sizes and
strides; an index that leaves no dimension gives a Python number. A ByteTensor mask, LongTensors
and sequences of ints give copies (advanced indexing).
"""
from cpython.list cimport PyList_CheckExact, PyList_GET_ITEM, PyList_GET_SIZE
from cpython.long cimport PyLong_AsLongLong, PyLong_AsLongLongAndOverflow, PyLong_CheckExact
from cpython.slice cimport PySlice_AdjustIndices, PySlice_Check, PySlice_Unpack
from cpython.tuple cimport PyTuple_CheckExact, PyTuple_GET_ITEM, PyTuple_GET_SIZE
from libc.stdint cimport int64_t
from torchlike._C.dispatch cimport TH_dispatch
from torchlike._C.errors cimport check
from torchlike._C.tensor_base cimport (
    TensorBase, clone, contiguous, converted, copy_into, dispatch_of, element_at, is_number, is_sequence,
    missing_operator, new_empty, scalar_tensor, to_scalar, type_name, wrap,
)
from torchlike._C.th cimport *


cdef struct View:
    # What an index has selected so far.
    int n                      # dimensions made
    int source                 # next dimension of the tensor
    int64_t offset
    int64_t size[64]
    int64_t stride[64]


cdef inline int take_int(View *v, const THTensor *t, int64_t i) except -1:
    cdef int d = v.source
    if d >= t.nDimension:
        raise IndexError(f"too many indices for tensor of dimension {t.nDimension}")
    cdef int64_t n = t.size[d]
    if i < -n or i >= n:
        raise IndexError(f"index {i} is out of range for dimension {d} (of size {n})")
    v.offset += (i + n if i < 0 else i) * t.stride[d]
    v.source += 1
    return 0


cdef int take_slice(View *v, const THTensor *t, object s) except -1:
    cdef Py_ssize_t start, stop, step, length
    cdef int d = v.source
    if d >= t.nDimension:
        raise IndexError(f"too many indices for tensor of dimension {t.nDimension}")
    PySlice_Unpack(s, &start, &stop, &step)
    if step < 1:
        raise ValueError(f"slice step must be positive, but got {step}")
    length = PySlice_AdjustIndices(t.size[d], &start, &stop, step)
    if length == 0:
        raise ValueError(
            f"result of slicing is an empty tensor: {s.start}:{s.stop} of dimension {d} (of size {t.size[d]})"
        )
    add_dim(v, length, t.stride[d] * step)
    v.offset += start * t.stride[d]
    v.source += 1
    return 0


cdef inline int add_dim(View *v, int64_t size, int64_t stride) except -1:
    if v.n == TH_MAX_DIM:
        raise IndexError(f"the result would have more than {TH_MAX_DIM} dimensions")
    v.size[v.n] = size
    v.stride[v.n] = stride
    v.n += 1
    return 0


cdef inline int take_rest(View *v, const THTensor *t, int until) except -1:
    while v.source < until:
        add_dim(v, t.size[v.source], t.stride[v.source])
        v.source += 1
    return 0


cdef bint is_array(object o):
    """Whether o is an array of NumPy; one without dimensions is a number."""
    return type(o).__module__ == "numpy" and getattr(o, "ndim", 0) > 0


cdef bint basic(object i):
    return PyLong_CheckExact(i) or PySlice_Check(i) or i is None or i is Ellipsis or (
        hasattr(i, "__index__") and not isinstance(i, (TensorBase, bool)) and not is_array(i)
    )


cdef bint is_advanced(object index):
    """Whether an index selects by tensors or sequences: copies instead of views."""
    if isinstance(index, (TensorBase, list)):
        return True
    if not PyTuple_CheckExact(index):
        return not PySlice_Check(index) and is_array(index)
    for i in <tuple>index:
        if not basic(i):
            return True
    return False


cdef int take(View *v, const THTensor *t, object index) except -1:
    """Applies a whole basic index; afterwards all dimensions are used up."""
    cdef Py_ssize_t k, count
    cdef int named = 0
    if not PyTuple_CheckExact(index):
        if isinstance(index, tuple):
            return take(v, t, tuple(index))
        take_one(v, t, index, t.nDimension)
        return take_rest(v, t, t.nDimension)
    count = PyTuple_GET_SIZE(index)
    for k in range(count):
        i = <object>PyTuple_GET_ITEM(index, k)
        named += i is not None and i is not Ellipsis
    seen = False
    for k in range(count):
        i = <object>PyTuple_GET_ITEM(index, k)
        if i is Ellipsis:
            if seen:
                raise IndexError("an index can have only one Ellipsis")
            seen = True
            if named > t.nDimension:
                raise IndexError(f"too many indices for tensor of dimension {t.nDimension}")
            take_rest(v, t, t.nDimension - (named - taken(index, k)))
        else:
            take_one(v, t, i, 0)
    return take_rest(v, t, t.nDimension)


cdef int taken(tuple index, Py_ssize_t before):
    """How many entries before a position take a dimension."""
    return sum([i is not None and i is not Ellipsis for i in index[:before]])


cdef int take_one(View *v, const THTensor *t, object i, int rest) except -1:
    if PyLong_CheckExact(i):
        return take_int(v, t, PyLong_AsLongLong(i))
    if PySlice_Check(i):
        return take_slice(v, t, i)
    if i is None:
        return add_dim(v, 1, 1)
    if i is Ellipsis:
        return take_rest(v, t, rest)
    if hasattr(i, "__index__"):
        return take_int(v, t, i.__index__())
    refuse(i)


cdef int refuse(object i) except -1:
    raise TypeError(
        "indexing a tensor with an object of type " + type(i).__name__
        + ". The only supported types are integers, slices, numpy scalars and arrays, torch.LongTensor, "
        "torch.ByteTensor, sequences of ints, None and Ellipsis"
    )


cdef int check_inside(const View *v, const THTensor *t) except -1:
    """An object's __index__ can change the tensor while it is indexed: the result must still lie inside."""
    cdef int64_t last = v.offset
    cdef int d
    for d in range(v.n):
        last += (v.size[d] - 1) * v.stride[d]
    if t.storage == NULL or last >= t.storage.size:
        raise RuntimeError("the tensor was changed while it was indexed")
    return 0


cdef object get_item(TensorBase self, object index):
    cdef const THTensor *t = self.c_tensor
    cdef View v
    if PyLong_CheckExact(index) and t.nDimension > 1:
        return wrap(self.ops, THTensor_newSelect(self.c_tensor, 0, PyLong_AsLongLong(index)))
    if is_advanced(index):
        return get_advanced(self, index)
    if t.nDimension == 0:
        raise IndexError("an empty tensor cannot be indexed")
    v.n = v.source = 0
    v.offset = t.storageOffset
    take(&v, t, index)
    check_inside(&v, t)
    if v.n == 0:
        return element_at(self, v.offset)
    return wrap(self.ops, THTensor_newViewUnchecked(self.c_tensor, v.n, v.size, v.stride, v.offset))


cdef int set_item(TensorBase self, object index, object value) except -1:
    cdef const THTensor *t = self.c_tensor
    cdef View v
    cdef TensorBase target
    cdef THScalar s
    if is_advanced(index):
        return set_advanced(self, index, value)
    if t.nDimension == 0:
        raise IndexError("an empty tensor cannot be indexed")
    cdef bint number = not isinstance(value, TensorBase) and is_number(self.ops, value)
    if number:
        to_scalar(self.ops, value, &s)
    v.n = v.source = 0
    v.offset = t.storageOffset
    take(&v, t, index)
    check_inside(&v, t)
    if v.n == 0 and number and self.ops.setAt != NULL:
        return check(self.ops.setAt(self.c_tensor, v.offset, s))
    if v.n == 0:
        add_dim(&v, 1, 1)
    target = wrap(self.ops, THTensor_newViewUnchecked(self.c_tensor, v.n, v.size, v.stride, v.offset))
    return assign(target, value)


cdef int assign(TensorBase target, object value) except -1:
    """Every element of a view takes a number, or the elements of a tensor that is expanded to its size."""
    cdef THScalar s
    if isinstance(value, TensorBase):
        return copy_into(target, <TensorBase>value)
    if is_number(target.ops, value):
        to_scalar(target.ops, value, &s)
        if target.ops.fill == NULL:        # HalfTensor: by way of a FloatTensor
            return copy_into(target, scalar_tensor(dispatch_of(TH_FLOAT), s))
        return check(target.ops.fill(target.c_tensor, s))
    raise TypeError(f"can't assign a {type_name(value)} to a {type_name(target)}")


# ------------------------------------------------------------------------------ advanced indexing

cdef TensorBase mask_of(object index):
    if PyTuple_CheckExact(index) and PyTuple_GET_SIZE(index) == 1:
        index = (<tuple>index)[0]
    if isinstance(index, TensorBase):
        return <TensorBase>index if (<TensorBase>index).ops.dtype == TH_BYTE else None
    cdef TensorBase mask
    if is_array(index) and index.dtype.name == "bool":
        mask = new_empty(&TH_dispatch[<int>TH_BYTE])
        mask.__init__(index.astype("uint8"))
        return mask
    return None


cdef TensorBase long_tensor(object data):
    """A LongTensor of indices out of a LongTensor, an array, a sequence of ints or an int."""
    if isinstance(data, TensorBase):
        if (<TensorBase>data).ops.dtype != TH_LONG:
            raise IndexError(
                f"tensors used as indices must be torch.LongTensor or torch.ByteTensor, but got {type_name(data)}"
            )
        return <TensorBase>data
    cdef TensorBase r = of_ints(data)
    if r is not None:
        return r
    r = new_empty(&TH_dispatch[<int>TH_LONG])
    if is_array(data):
        if data.dtype.kind not in "iu":
            raise IndexError(f"arrays used as indices must be of integers, but got {data.dtype}")
    elif hasattr(data, "__index__"):
        data = [data.__index__()]
    elif not is_sequence(data):
        refuse(data)
    r.__init__(data)
    return r


cdef TensorBase of_ints(object data):
    """The LongTensor of a list of exact ints that fit; else None."""
    cdef TensorBase r
    cdef int64_t n
    cdef int overflow = 0
    if not PyList_CheckExact(data) or PyList_GET_SIZE(data) == 0:
        return None
    for i in range(PyList_GET_SIZE(data)):
        if not PyLong_CheckExact(<object>PyList_GET_ITEM(data, i)):
            return None
    n = PyList_GET_SIZE(data)
    r = wrap(&TH_dispatch[<int>TH_LONG], THTensor_newWithSize(TH_LONG, 1, &n))
    for i in range(n):
        (<int64_t *>r.c_tensor.storage.data)[i] = PyLong_AsLongLongAndOverflow(
            <object>PyList_GET_ITEM(data, i), &overflow)
        if overflow:
            return None
    return r


cdef Plan leading_plan(TensorBase self, object index):
    """The plan of an index that is one LongTensor or list of ints, for the first dimension; else None."""
    cdef TensorBase one
    cdef Plan plan
    if isinstance(index, TensorBase):
        one = long_tensor(index)
    else:
        one = of_ints(index)
        if one is None:
            return None
    if one.c_tensor.nDimension == 0 or self.c_tensor.nDimension == 0:
        return None
    if one.c_tensor.nDimension + self.c_tensor.nDimension - 1 > TH_MAX_DIM:
        return None
    plan = Plan.__new__(Plan)
    plan.indices = [one]
    return plan


cdef Plan make_plan(TensorBase self, object index):
    """Brings an index to the form that indexGet takes.

    Slices and None are applied first, as a view; the tensors stay as indices of the dimensions
    that they stand for. Those are moved to the front, and moved back in the result when they
    stood together, as in NumPy.
    """
    cdef Plan plan = leading_plan(self, index)
    cdef int64_t shape[64]
    cdef THTensor *expanded
    cdef TensorBase one
    cdef int count, ndim
    if plan is not None:
        return plan
    plan = Plan()
    if isinstance(index, list) and any([not hasattr(i, "__index__") or isinstance(i, TensorBase) for i in index]):
        index = tuple(index)
    entries = list(index) if isinstance(index, tuple) else [index]
    named = sum([i is not None and i is not Ellipsis for i in entries])
    if named > self.c_tensor.nDimension:
        raise IndexError(f"too many indices for tensor of dimension {self.c_tensor.nDimension}")
    if Ellipsis in [e for e in entries if e is Ellipsis]:
        at = [e is Ellipsis for e in entries].index(True)
        entries[at:at + 1] = [slice(None)] * (self.c_tensor.nDimension - named)
    has_tensor = [not (PySlice_Check(e) or e is None) for e in entries]
    plan.basic = tuple([slice(None) if tensor else e for e, tensor in zip(entries, has_tensor)])
    places = [k for k, tensor in enumerate(has_tensor) if tensor]
    tensors = [long_tensor(entries[k]) for k in places]
    # one shape for all
    count = 0
    for one in tensors:
        if one.c_tensor.nDimension == 0:
            raise IndexError("an index without elements selects nothing: there are no empty parts of tensors")
        if count == 0:
            count = one.c_tensor.nDimension
            for d in range(count):
                shape[d] = one.c_tensor.size[d]
        else:
            count = broadcast_into(shape, count, one)
    plan.indices = []
    for one in tensors:
        expanded = THTensor_newExpand(one.c_tensor, count, shape)
        plan.indices.append(wrap(one.ops, expanded))
    ndim = self.c_tensor.nDimension + sum([e is None for e in entries])
    if count + ndim - len(places) > TH_MAX_DIM:
        raise IndexError(f"the result would have more than {TH_MAX_DIM} dimensions")
    plan.order = places + [d for d in range(ndim) if d not in places]
    plan.back = None
    if not places:
        return plan
    first = places[0]
    if first > 0 and places == list(range(first, first + len(places))):
        # result: index dimensions, then the others; move them behind the first `first` others
        total = count + ndim - len(places)
        plan.back = list(range(count, count + first)) + list(range(count)) + list(range(count + first, total))
    return plan


cdef int broadcast_into(int64_t *shape, int count, TensorBase other) except -1:
    cdef THTensor known
    cdef int64_t out[64]
    cdef int n
    known.size = shape
    known.nDimension = count
    n = check(THTensor_broadcastShape(&known, other.c_tensor, out))
    for d in range(n):
        shape[d] = out[d]
    return n


cdef TensorBase planned(TensorBase self, Plan plan):
    """The view with the indexed dimensions first."""
    if plan.order is None:
        return self
    return permuted(get_item(self, plan.basic), plan.order, False)


cdef int index_get(TensorBase out, TensorBase self, list indices) except -1:
    cdef THTensor *pointers[64]
    if self.ops.indexGet == NULL:
        missing_operator(self, "indexing by tensors")
    return check(self.ops.indexGet(out.c_tensor, self.c_tensor, pointers, collect(indices, pointers)))


cdef int index_put(TensorBase self, list indices, TensorBase source, bint accumulate) except -1:
    cdef THTensor *pointers[64]
    cdef int n = collect(indices, pointers)
    if self.ops.indexPut == NULL:
        missing_operator(self, "assignment through tensors")
    return check(self.ops.indexPut(self.c_tensor, pointers, n, source.c_tensor, accumulate))


cdef int collect(list indices, THTensor **pointers) except -1:
    for k, index in enumerate(indices):
        pointers[<int>k] = (<TensorBase>index).c_tensor
    return <int>len(indices)


cdef TensorBase permuted(TensorBase t, list order, bint inverse):
    cdef int64_t dims[64]
    cdef int d
    for d in range(len(order)):
        if inverse:
            dims[<int>order[d]] = d
        else:
            dims[d] = order[d]
    return wrap(t.ops, THTensor_newPermute(t.c_tensor, <int>len(order), dims))


cdef object get_advanced(TensorBase self, object index):
    cdef TensorBase mask = mask_of(index), out = new_empty(self.ops)
    cdef Plan plan
    if mask is not None:
        if self.ops.maskedSelect == NULL:
            missing_operator(self, "masked_select")
        check(self.ops.maskedSelect(out.c_tensor, self.c_tensor, mask.c_tensor))
        return out
    plan = make_plan(self, index)
    if not plan.indices:
        return clone(planned(self, plan))
    index_get(out, planned(self, plan), plan.indices)
    return out if plan.back is None else contiguous(permuted(out, plan.back, False))


cdef int set_advanced(TensorBase self, object index, object value) except -1:
    cdef TensorBase mask = mask_of(index), source, shaped
    cdef THScalar s
    cdef Plan plan
    if mask is not None:
        if self.ops.maskedCopy == NULL:
            missing_operator(self, "assignment through masks")
        if isinstance(value, TensorBase):
            source = converted(value, self.ops)
            return check(self.ops.maskedCopy(self.c_tensor, mask.c_tensor, source.c_tensor))
        if not is_number(self.ops, value):
            raise TypeError(f"can't assign a {type_name(value)} to a {type_name(self)}")
        to_scalar(self.ops, value, &s)
        return check(self.ops.maskedFill(self.c_tensor, mask.c_tensor, s))
    plan = make_plan(self, index)
    if not plan.indices:
        return assign(planned(self, plan), value)
    if not isinstance(value, TensorBase) and is_number(self.ops, value) and self.ops.fill != NULL:
        to_scalar(self.ops, value, &s)
        return index_put(planned(self, plan), plan.indices, scalar_tensor(self.ops, s), False)
    # Expand the value to the result's shape, then bring its dimensions into indexPut's order.
    shaped = get_advanced(self, index)
    assign(shaped, value)
    if plan.back is not None:
        shaped = permuted(shaped, plan.back, True)
    return index_put(planned(self, plan), plan.indices, shaped, False)
