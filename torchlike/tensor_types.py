"""Which tensor types there are, and which one new tensors have."""

import torchlike
from torchlike._C import tensor as _tensor
from torchlike._C.storage import StorageBase
from torchlike._C.tensor_base import (
    TensorBase,
    class_named,
    get_default_tensor_class,
    set_default_tensor_class,
)

__all__ = [
    "FatalError",
    "is_storage",
    "is_tensor",
    "set_default_tensor_type",
    "typename",
]


class FatalError(Exception):
    """0.3's error of the C library; here its errors are Python's own classes."""

    __module__ = "torch"


def set_default_tensor_type(t):
    """Choose the type of new tensors, which is `torch.Tensor` from then on.

    Parameters
    ----------
    t : type or str
        A floating-point type: ``torch.DoubleTensor`` or ``'torch.DoubleTensor'``.

    Raises
    ------
    TypeError
        If it is no floating-point tensor type with arithmetic.
    """
    set_default_tensor_class(class_named(t) if isinstance(t, str) else t)
    torchlike.Tensor = get_default_tensor_class()
    torchlike.Storage = type(torchlike.Tensor().storage())


def is_tensor(obj):
    """Return True if `obj` is a tensor (a Variable is none)."""
    return isinstance(obj, TensorBase)


def is_storage(obj):
    """Return True if `obj` is a storage."""
    return isinstance(obj, StorageBase)


def typename(o):
    """Return the name of an object's type, such as ``'torch.FloatTensor'``.

    Examples
    --------
    >>> torch.typename(torch.LongTensor())
    'torch.LongTensor'
    >>> torch.typename(torch.nn.Linear(1, 1))
    'torch.nn.modules.linear.Linear'
    """
    if is_tensor(o) or is_storage(o):
        return o.type()
    named = o if hasattr(o, "__qualname__") else type(o)
    module = getattr(named, "__module__", None) or ""
    if module in ("", "builtins"):
        return named.__qualname__
    if module.split(".")[0] == "torchlike":  # people know it by 0.3's name
        module = "torch" + module.removeprefix("torchlike")
    return f"{module}.{named.__qualname__}"


_tensor_classes = set(_tensor.classes)
_storage_classes = {type(cls().storage()) for cls in _tensor.classes}
