"""Variable: the operators of VariableOps and what its data answers for it."""
from cpython.long cimport PyLong_CheckExact
from cpython.slice cimport PySlice_AdjustIndices, PySlice_Check, PySlice_Unpack
from libc.stdint cimport int64_t
from torchlike._C.dispatch cimport THDispatch
from torchlike._C.recording cimport attach, inplace_begin, inplace_end, set_edge0
from torchlike._C.tensor_base cimport (
    TensorBase, converted, dispatch_of, dispatch_of_type, is_number, scalar_tensor, to_scalar, type_name,
)
from torchlike._C.tensor_index cimport Plan, is_array, make_plan, mask_of
from torchlike._C.th cimport *
from torchlike._C.variable cimport (
    Node, VariableBase, give, new_variable, set_variable_class,
)
from torchlike._C.variable_index cimport v_get, v_put_
from torchlike._C.variable_ops cimport *
from cpython.object cimport PyObject


cdef class ConvertBackward(Node):
    """The gradient of a conversion is converted back."""

    cdef THDispatch *source

    cdef int apply(self, object gradient, list more, PyObject **grads) except -1:
        grads[0] = give(converted(<TensorBase>gradient, self.source))
        return 0

    cdef int apply_v(self, object gradient, list more, PyObject **grads) except -1:
        grads[0] = give(convert(<VariableBase>gradient, self.source))
        return 0


cdef VariableBase convert(VariableBase self, THDispatch *ops):
    """The Variable in another type; itself if it has that type."""
    cdef VariableBase out
    cdef ConvertBackward node
    if ops == self.data_.ops:
        return self
    out = new_variable(converted(self.data_, ops))
    if self.volatile_:
        out.volatile_ = True
    elif self.requires_grad_:
        node = <ConvertBackward>ConvertBackward.__new__(ConvertBackward)
        node.source = self.data_.ops
        set_edge0(node, self)
        attach(out, node)
    return out


cdef VariableBase take_one(VariableBase self, object i, int64_t *dim):
    """Applies one entry of an index at dimension dim, which moves on."""
    cdef Py_ssize_t start, stop, step, length
    cdef int64_t n
    if i is None:
        out = v_unsqueeze_I(self, dim[0])
        dim[0] += 1
        return out
    if dim[0] >= self.data_.c_tensor.nDimension:
        raise IndexError(f"too many indices for tensor of dimension {self.data_.c_tensor.nDimension}")
    if PySlice_Check(i):
        n = self.data_.c_tensor.size[dim[0]]
        PySlice_Unpack(i, &start, &stop, &step)
        if step < 1:
            raise ValueError(f"slice step must be positive, but got {step}")
        length = PySlice_AdjustIndices(n, &start, &stop, step)
        if length == 0:
            raise ValueError(
                f"result of slicing is an empty tensor: {i.start}:{i.stop} of dimension {dim[0]} (of size {n})"
            )
        out = self if length == n else v_slice_IIII(self, dim[0], start, length, step)
        dim[0] += 1
        return out
    start = i
    # An int keeps a dimension of size 1 when it would be the last one: Variables have at least one.
    if self.data_.c_tensor.nDimension == 1:
        n = self.data_.c_tensor.size[0]
        if not -n <= start < n:
            raise IndexError(f"index {start} is out of range for dimension 0 (of size {n})")
        return v_slice_IIII(self, 0, start + n if start < 0 else start, 1, 1)
    return v_select_II(self, dim[0], start)


cdef object take(VariableBase self, object index):
    """A basic index as a chain of views."""
    cdef int64_t dim = 0
    cdef tuple entries = <tuple>index if isinstance(index, tuple) else (index,)
    cdef int named = 0, ellipses = 0, behind
    for i in entries:
        if i is Ellipsis:
            ellipses += 1
        elif i is not None:
            named += 1
    if self.data_.c_tensor.nDimension == 0:
        raise IndexError("an empty tensor cannot be indexed")
    if named > self.data_.c_tensor.nDimension:
        raise IndexError(f"too many indices for tensor of dimension {self.data_.c_tensor.nDimension}")
    if ellipses > 1:
        raise IndexError("an index can have only one Ellipsis")
    behind = named
    for i in entries:
        if i is Ellipsis:
            dim = self.data_.c_tensor.nDimension - behind
        else:
            behind -= i is not None
            self = take_one(self, i, &dim)
    return self


cdef VariableBase truth(VariableBase self, object value):
    """A bool, or a ByteTensor of them, in a Variable."""
    cdef VariableBase out
    out = new_variable(value if isinstance(value, TensorBase) else self.data_.new([value]))
    out.volatile_ = self.volatile_
    return out


cdef object change_memory(VariableBase self, str name, tuple args):
    """Call a method of the data that changes its size or memory."""
    if self.requires_grad_:
        size = tuple(self.data_.size())
        raise RuntimeError(f"{name}: cannot resize variables that require grad, here of size {size}")
    inplace_begin(self, name, False)
    getattr(self.data_, name)(*[a.data if isinstance(a, VariableBase) else a for a in args])
    inplace_end(self, None)
    return self


cdef bint basic(object i):
    return PyLong_CheckExact(i) or PySlice_Check(i) or i is None or i is Ellipsis or (
        hasattr(i, "__index__") and not isinstance(i, (TensorBase, VariableBase, bool)) and not is_array(i)
    )


cdef bint is_basic(object index):
    if isinstance(index, (VariableBase, list)):
        return False
    if not isinstance(index, tuple):
        return basic(index)
    for i in <tuple>index:
        if not basic(i):
            return False
    return True


cdef bint is_ints(list index):
    for i in index:
        if not PyLong_CheckExact(i):
            return False
    return True


cdef object unwrapped(object index):
    """An index with tensors in place of Variables."""
    if isinstance(index, VariableBase):
        return (<VariableBase>index).data_
    if type(index) is list and is_ints(index):
        return index
    if isinstance(index, (tuple, list)):
        return type(index)([unwrapped(i) for i in index])
    return index


cdef VariableBase planned(VariableBase self, Plan plan):
    """The view with the indexed dimensions first."""
    cdef int64_t dims[64]
    cdef VariableBase view
    if plan.order is None:
        return self
    view = take(self, plan.basic)
    if plan.order == sorted(plan.order):
        return view
    for d, source in enumerate(plan.order):
        dims[<int>d] = source
    return v_permute_Z(view, <int>len(plan.order), dims)


cdef class Variable(VariableOps):
    """A tensor with a place in the graph of the computation.

    ``Variable(data, requires_grad=False, volatile=False)``
    """

    # ---- what the data answers

    def size(self, dim=None):
        """The size as torch.Size, or the size of one dimension."""
        return self.data_.size(dim)

    def stride(self, dim=None):
        """Steps in elements from one index to the next."""
        return self.data_.stride(dim)

    @property
    def shape(self):
        """The size, as torch.Size."""
        return self.data_.size()

    def dim(self):
        """Number of dimensions."""
        return self.data_.c_tensor.nDimension

    def ndimension(self):
        """Number of dimensions."""
        return self.data_.c_tensor.nDimension

    def numel(self):
        """Number of elements."""
        return THTensor_nElement(self.data_.c_tensor)

    def nelement(self):
        """Number of elements."""
        return THTensor_nElement(self.data_.c_tensor)

    def is_contiguous(self):
        """True if the elements lie in memory in the order of their indices."""
        return bool(THTensor_isContiguous(self.data_.c_tensor))

    def is_same_size(self, other):
        """True if both have the same size."""
        return self.data_.is_same_size(other.data)

    def is_set_to(self, other):
        """True if both see the same elements in the same way."""
        return self.data_.is_set_to(other.data)

    def storage_offset(self):
        """Index in the storage of the first element."""
        return self.data_.c_tensor.storageOffset

    def data_ptr(self):
        """Address of the first element."""
        return self.data_.data_ptr()

    def element_size(self):
        """Bytes of one element."""
        return self.data_.ops.itemsize

    is_cuda = False
    is_sparse = False

    def item(self):
        """The value of a Variable with one element."""
        return self.data_.item()

    def tolist(self):
        """The elements as nested lists."""
        return self.data_.tolist()

    def all(self, dim=None, keepdim=False):
        """For a ByteTensor inside: whether no element is 0, or that along a dimension."""
        return truth(self, self.data_.all(dim, keepdim))

    def any(self, dim=None, keepdim=False):
        """For a ByteTensor inside: whether an element is not 0, or that along a dimension."""
        return truth(self, self.data_.any(dim, keepdim))

    def __len__(self):
        return len(self.data_)

    def __bool__(self):
        if THTensor_nElement(self.data_.c_tensor) == 0:
            return False
        if THTensor_nElement(self.data_.c_tensor) == 1:
            return bool(self.data_.item())
        raise RuntimeError(f"bool value of Variable objects containing non-empty {type_name(self.data_)} is ambiguous")

    def __float__(self):
        return float(self.data_.item())

    def __int__(self):
        return int(self.data_.item())

    def __iter__(self):
        return iter([self[i] for i in range(len(self.data_))])

    def __repr__(self):
        from torchlike._tensor_str import _str     # printing is loaded when something is printed
        return "Variable containing:" + _str(self.data_)

    def __format__(self, str spec not None):
        return format(self.data_, spec) if spec else repr(self)

    def numpy(self):
        """Not there for Variables, as in 0.3: use ``.data.numpy()``."""
        raise RuntimeError("numpy() is for tensors: a Variable's values are in .data, use v.data.numpy()")

    def __array__(self, *args, **kwargs):
        return self.data_.__array__(*args, **kwargs)

    # ---- memory

    def storage(self):
        """The memory under the data."""
        return self.data_.storage()

    def storage_type(self):
        """The class of the storage."""
        return self.data_.storage_type()

    def is_signed(self):
        """Whether the type has negative numbers: all but ByteTensor."""
        return self.data_.ops.dtype != TH_BYTE

    def is_pinned(self):
        """Whether the memory is page-locked."""
        return self.data_.is_pinned()

    def pin_memory(self):
        """A copy in page-locked memory."""
        return new_variable(self.data_.pin_memory())

    def share_memory_(self):
        """Move the memory to where other processes can see it; returns the Variable itself."""
        self.data_.share_memory_()
        return self

    def is_shared(self):
        """Whether other processes can see the memory."""
        return self.data_.is_shared()

    def resize_(self, *sizes):
        """Give the data another size; new elements hold anything."""
        return change_memory(self, "resize_", sizes)

    def resize_as_(self, other):
        """Give the data the size of another Variable."""
        return change_memory(self, "resize_as_", (other,))

    def set_(self, *source):
        """Let the data see other memory; the arguments are those of ``Tensor.set_``."""
        return change_memory(self, "set_", source)

    def resize(self, *sizes):
        """The same elements in another size of equally many; copied if they must be."""
        wanted = self.data_.new(*sizes) if sizes else self.data_
        if THTensor_nElement((<TensorBase>wanted).c_tensor) != THTensor_nElement(self.data_.c_tensor):
            raise RuntimeError(
                f"requested resize to {tuple(wanted.size())} ({wanted.numel()} elements in total), but the given "
                f"tensor has a size of {tuple(self.size())} ({self.numel()} elements). autograd's resize can only "
                "change the shape of a given tensor, while preserving the number of elements."
            )
        return self.contiguous().view(*wanted.size())

    def resize_as(self, other):
        """The same elements in the size of another Variable, which has equally many."""
        return self.resize(*other.size())

    def _unnarrow(self, dim, offset, dimension_size):
        """Zeros of size dimension_size along dim, in which `narrow` from offset on gives self."""
        size = list(self.size())
        size[dim] = dimension_size
        out = new_variable(self.data_.new(*size).zero_())
        out.narrow(dim, offset, self.size(dim)).copy_(self)
        return out

    # ---- types

    def type(self, new_type=None, **kwargs):
        """The name of the data's type, or the Variable in another type."""
        return self.data_.type() if new_type is None else convert(self, dispatch_of_type(new_type))

    def type_as(self, other):
        """The Variable in the type of another one, or of a tensor."""
        return convert(self, (<VariableBase>other).data_.ops if isinstance(other, VariableBase) else
                       dispatch_of_type(type(other)))

    def new(self, *args, **kwargs):
        """A new tensor in a Variable, of the same type."""
        return new_variable(self.data_.new(*args, **kwargs))

    def byte(self):
        """The Variable as a ByteTensor."""
        return convert(self, dispatch_of(TH_BYTE))

    def char(self):
        """The Variable as a CharTensor."""
        return convert(self, dispatch_of(TH_CHAR))

    def short(self):
        """The Variable as a ShortTensor."""
        return convert(self, dispatch_of(TH_SHORT))

    def int(self):
        """The Variable as an IntTensor."""
        return convert(self, dispatch_of(TH_INT))

    def long(self):
        """The Variable as a LongTensor."""
        return convert(self, dispatch_of(TH_LONG))

    def half(self):
        """The Variable as a HalfTensor."""
        return convert(self, dispatch_of(TH_HALF))

    def float(self):
        """The Variable as a FloatTensor."""
        return convert(self, dispatch_of(TH_FLOAT))

    def double(self):
        """The Variable as a DoubleTensor."""
        return convert(self, dispatch_of(TH_DOUBLE))

    def cpu(self):
        """The Variable itself, which is on the CPU."""
        return self

    def cuda(self, device=None, **kwargs):
        """Not there: this build has no CUDA."""
        raise AssertionError("Torch not compiled with CUDA enabled")

    # ---- indexing

    def __getitem__(self, index):
        cdef TensorBase mask
        cdef Plan plan
        if is_basic(index):
            return take(self, index)
        index = unwrapped(index)
        mask = mask_of(index)
        if mask is not None:
            return v_masked_select_B(self, mask)
        plan = make_plan(self.data_, index)
        return v_get(planned(self, plan), plan)

    def __setitem__(self, index, value):
        cdef TensorBase mask
        cdef VariableBase target
        cdef Plan plan
        cdef THScalar s
        number = is_number(self.data_.ops, value)
        if number:
            to_scalar(self.data_.ops, value, &s)
        elif isinstance(value, VariableBase):
            value = convert(value, self.data_.ops)
        else:
            raise TypeError(f"can't assign a {type_name(value)} to a Variable containing {type_name(self.data_)}")
        if is_basic(index):
            target = take(self, index)
            if number:
                v_fill_S_(target, s)
            else:
                v_copy_T_(target, value)
            return
        index = unwrapped(index)
        mask = mask_of(index)
        if mask is not None:
            if number:
                v_masked_fill_BS_(self, mask, s)
            else:
                v_masked_scatter_BT_(self, mask, value)
            return
        plan = make_plan(self.data_, index)
        v_put_(planned(self, plan), plan, new_variable(scalar_tensor(self.data_.ops, s)) if number else value)

    index = __getitem__


set_variable_class(Variable)
