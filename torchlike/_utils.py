"""Functions that pickled tensors name."""

import torchlike
from torchlike._C.storage import borrow

__all__ = []


def _rebuild_storage(name, data):
    """A storage of the class `name` with the values in `data`; pickles call it.

    Buffers that travelled beside a pickle (protocol 5) are used as they are if they can
    be written to. Bytes and bytearrays are copied: those inside a pickle come as such.
    """
    cls = getattr(torchlike, name)
    view = memoryview(data)
    if not isinstance(data, (bytes, bytearray)) and not view.readonly and view.nbytes:
        return borrow(cls, data)
    return cls.from_buffer(data, "native")


def _tensor_class(storage):
    """The tensor class for a storage."""
    name = type(storage).__name__
    return getattr(torchlike, name.replace("Storage", "Tensor"))


def _rebuild_tensor(storage, storage_offset, size, stride):
    """A tensor over a storage; pickles call it.

    Parameters
    ----------
    storage : storage
    storage_offset : int, in elements
    size, stride : sequence of int

    Raises
    ------
    RuntimeError
        If the view does not lie inside the storage.
    """
    if not isinstance(size, (list, tuple)) or not isinstance(stride, (list, tuple)):
        raise TypeError("size and stride of a tensor must be tuples")
    size, stride = tuple(size), tuple(stride)
    tensor = _tensor_class(storage)()
    if 0 in size or not size:
        return tensor
    fits = len(size) == len(stride) and storage_offset >= 0
    fits = fits and min(size) >= 0 and min(stride) >= 0
    if fits:
        last = storage_offset + sum((n - 1) * s for n, s in zip(size, stride))
        fits = last < len(storage)
    if not fits:
        raise RuntimeError(
            f"tensor of size {list(size)}, stride {list(stride)} and offset "
            f"{storage_offset} does not fit a storage of {len(storage)} elements"
        )
    return tensor.set_(storage, storage_offset, size, stride)


def _rebuild_size(sizes):
    """A `Size`; pickles call it."""
    if not isinstance(sizes, (list, tuple)):
        raise TypeError("sizes must be a tuple")
    return torchlike.Size(sizes)


def _rebuild_tensor_v2(
    storage,
    storage_offset,
    size,
    stride,
    requires_grad,
    backward_hooks,
    metadata=None,
):
    """A tensor as PyTorch 0.4 and later pickle it.

    A number there (a tensor without dimensions) becomes a tensor of size 1, one that
    requires a gradient a Variable.
    """
    if not size:
        size = stride = (1,)
    tensor = _rebuild_tensor(storage, storage_offset, size, stride)
    if not requires_grad:
        return tensor
    return torchlike.autograd.Variable(tensor, requires_grad=True)


def _make_variable(data):
    """A Variable whose state comes later; pickles other than ours call it."""
    return torchlike.autograd.Variable(data)


def _reduce_variable(variable):
    """How a Variable is pickled by others, who cannot import its class by its name."""
    _, arguments, state = variable.__reduce_ex__(2)
    return _make_variable, arguments, state


def _rebuild_parameter(data, requires_grad, backward_hooks):
    """A parameter as PyTorch 0.4 and later pickle it."""
    if isinstance(data, torchlike.autograd.Variable):
        data = data.data
    return torchlike.nn.Parameter(data, requires_grad)
