"""Pickling under 0.3's names.

Classes and functions of this package are written as `torch.*`.
"""

import copyreg
import pickle
import sys
from collections import ChainMap, OrderedDict

import torchlike
from torchlike import _storage_types, _utils, autograd, nn
from torchlike.optim import optimizer as _optimizer

_PACKAGE = torchlike.__name__

_TENSOR_CLASSES = [
    getattr(torchlike, name.replace("Storage", "Tensor"))
    for name in _storage_types.TYPES
    if hasattr(torchlike, name)
]


def torch_name(obj):
    """(module, name) under which 0.3 knows a class or function of this package.

    None if `obj` is not of this package.
    """
    module = getattr(obj, "__module__", None)
    name = getattr(obj, "__qualname__", None) or getattr(obj, "__name__", None)
    if not isinstance(module, str) or not isinstance(name, str):
        return None
    if obj is autograd.Variable:
        return "torch.autograd.variable", "Variable"
    top = module.partition(".")[0]
    if top not in ("torch", _PACKAGE):
        return None
    # compiled functions are known by where they are public
    for public in ("", ".nn.functional"):
        if getattr(sys.modules.get(_PACKAGE + public), name, None) is obj:
            return "torch" + public, name
    if getattr(sys.modules.get(module), name, None) is not obj:
        return None
    return "torch" + module[len(top) :], name


# Each returns the call that rebuilds an object.
def _reduce_size(size):
    return torchlike.Size, (tuple(size),)


def _reduce_tensor(tensor):
    if tensor.dim():
        return tensor.__reduce_ex__(2)
    # without sizes later versions take it for a number
    return _utils._rebuild_tensor, (tensor.storage(), 0, (0,), (1,))


def _reduce_for_zip(tensor, requires_grad=False):
    storage, offset = tensor.storage(), tensor.storage_offset()
    size, stride = tuple(tensor.size()) or (0,), tuple(tensor.stride()) or (1,)
    arguments = storage, offset, size, stride, requires_grad, OrderedDict()
    return _utils._rebuild_tensor_v2, arguments


def _reduce_parameter_for_zip(parameter):
    arguments = parameter.data, parameter.requires_grad, OrderedDict()
    return _utils._rebuild_parameter, arguments


_REBUILD = _utils._rebuild_tensor
_TUPLES = pickle.TUPLE1, pickle.TUPLE2, pickle.TUPLE3


def _int(number):
    """The opcode of an integer that is not negative."""
    if number < 256:
        return pickle.BININT1 + bytes((number,))
    if number < 1 << 31:
        return pickle.BININT + number.to_bytes(4, "little")
    data = pickle.encode_long(number)
    return pickle.LONG1 + bytes((len(data),)) + data


class Pickler(pickle._Pickler):
    """Writes objects of this package under 0.3's names.

    Parameters
    ----------
    file : binary file
    protocol : int
    persistent_id : callable
        Called with every object; what is not None is written in its place.
    """

    dispatch = pickle._Pickler.dispatch.copy()

    def __init__(self, file, protocol, persistent_id=lambda obj: None):
        super().__init__(file, protocol)
        self.persistent_id = persistent_id

    def save_global(self, obj, name=None):
        """Write a class, a function or a named constant."""
        named = torch_name(obj)
        if obj is _optimizer.required:
            named = "torch.optim.optimizer", "required"
        if named is None:
            super().save_global(obj, name)
            return
        module, name = named
        if self.proto >= 4:
            self.save(module)
            self.save(name)
            self.write(pickle.STACK_GLOBAL)
        else:
            self.write(pickle.GLOBAL + f"{module}\n{name}\n".encode())
        self.memoize(obj)

    def save_type(self, obj):
        """Write a class."""
        if obj in (type(None), type(NotImplemented), type(...)):
            super().save_type(obj)
        else:
            self.save_global(obj)

    def save_tensor(self, tensor):
        """Write a tensor: what its reduction would give, without asking every part.

        That is possible once function, class and names have been written and can be
        referred to.
        """
        size, stride = tuple(tensor.size()), tuple(tensor.stride())
        named = None
        if self.proto >= 2 and 0 < len(size) < 4:
            named = self.persistent_id(tensor.storage())
        if named is None:
            self.save_reduce(*_reduce_tensor(tensor), obj=tensor)
            return
        kind, cls, key, location, count, view = named
        memo = [self.memo.get(id(part)) for part in (_REBUILD, kind, cls, location)]
        if None in memo:
            self.save_reduce(*_reduce_tensor(tensor), obj=tensor)
            return
        function, kind, cls, location = [self.get(entry[0]) for entry in memo]
        text, tuple_of = key.encode(), _TUPLES[len(size) - 1]
        parts = [function, pickle.MARK, pickle.MARK, kind, cls, pickle.BINUNICODE]
        parts += [len(text).to_bytes(4, "little"), text, location, _int(count)]
        parts += [pickle.NONE, pickle.TUPLE, pickle.BINPERSID]
        parts += [_int(tensor.storage_offset()), *map(_int, size), tuple_of]
        parts += [*map(_int, stride), tuple_of, pickle.TUPLE, pickle.REDUCE]
        self.write(b"".join(parts))
        self.memoize(tensor)

    dispatch.update(dict.fromkeys(_TENSOR_CLASSES, save_tensor))
    dispatch[type] = save_type
    dispatch[type(torch_name)] = save_global

    dispatch_table = ChainMap(
        {
            torchlike.Size: _reduce_size,
            autograd.Variable: lambda variable: variable.__reduce_ex__(2),
        },
        copyreg.dispatch_table,
    )


class ZipPickler(Pickler):
    """Writes tensors, Variables and Parameters as PyTorch 0.4 and later do."""

    dispatch = {
        cls: save
        for cls, save in Pickler.dispatch.items()
        if cls not in _TENSOR_CLASSES
    }
    dispatch_table = Pickler.dispatch_table.new_child(
        {
            nn.Parameter: _reduce_parameter_for_zip,
            autograd.Variable: lambda v: _reduce_for_zip(v.data, v.requires_grad),
            **dict.fromkeys(_TENSOR_CLASSES, _reduce_for_zip),
        }
    )


def foreign_pickler(module, file, protocol, persistent_id):
    """A pickler of another pickle module, which names classes in its own way.

    Parameters
    ----------
    module : module
        Has a class `Pickler`.
    file, protocol, persistent_id
        As for `Pickler`.
    """

    class ForeignPickler(module.Pickler):
        def persistent_id(self, obj):
            if isinstance(obj, type):  # nobody can import torch.FloatStorage
                named = torch_name(obj)
                if named is not None:
                    return ("name", *named)
            return persistent_id(obj)

    return ForeignPickler(file, protocol)
