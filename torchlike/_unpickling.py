"""Unpickling that runs no foreign code.

Names such as `torch.*` are resolved to this package. The unpickler is the one of the
standard library in its Python form, because each of its steps that could run code is
replaced by one that checks: which objects a file may name, which of them it may call,
and whose state it may set.
"""

import pickle
import re
import sys
import warnings
from collections import OrderedDict, defaultdict

import torchlike
from torchlike import _storage_types, _utils, autograd, nn, optim, serialization
from torchlike._bounded import short
from torchlike.optim import optimizer as _optimizer
from torchlike.utils import data as _data

_PACKAGE = torchlike.__name__


class Refused(pickle.UnpicklingError):
    """Something in a pickle that is not loaded."""


_STORAGES = {
    name: getattr(torchlike, name, kind) for name, kind in _storage_types.TYPES.items()
}
_HERE = {name for name in _STORAGES if hasattr(torchlike, name)}
_TENSORS = {name.replace("Storage", "Tensor") for name in _HERE}
# Users' subclasses of these are rebuilt from their state, without their __init__.
_BASES = (
    nn.Module,
    optim.Optimizer,
    optim.lr_scheduler._LRScheduler,
    optim.lr_scheduler.ReduceLROnPlateau,
    _data.Dataset,
    _data.sampler.Sampler,
    _data.sampler.BatchSampler,
)


# ---- what a file may name ------------------------------------------------------


class Function:
    """A callable that a file may call and that is seen by nobody else."""

    def __init__(self, name, call):
        self.name = name
        self.call = call


def _latin1(text, encoding="latin1"):
    """Bytes as pickle's protocol 2 writes them."""
    if not isinstance(text, str) or encoding != "latin1":
        raise Refused(f"codec {short(encoding)} is not used by pickles")
    return text.encode("latin1")


def _byte_string(data=b""):
    """The argument of `bytes` or `bytearray`, which must not be a size."""
    if not isinstance(data, (bytes, bytearray)):
        raise Refused(f"bytes of {type(data).__name__} are not supported")
    return data


def _new(cls, base=object, state=None):
    """An instance without state, as protocols 0 and 1 write it."""
    if base is not object:
        raise Refused(f"base {short(base)} of {short(cls)} is not supported")
    return _make(cls, ())


_NUMBER_TYPE = re.compile(r"[<>|=]?([biufc]\d{1,2}|\?)")


def _number_dtype(name, align=False, copy=False):
    """A NumPy dtype of plain numbers."""
    import numpy  # only for files that hold NumPy scalars

    if not isinstance(name, str) or not _NUMBER_TYPE.fullmatch(name):
        raise Refused(f"NumPy type {short(name)} is not a plain number")
    return numpy.dtype(name)


def _number(dtype, data):
    """A NumPy scalar."""
    import numpy  # as above

    if not isinstance(data, (bytes, str)):
        raise Refused("a NumPy scalar must be given as bytes")
    if isinstance(data, str):
        data = data.encode("latin1")
    if not isinstance(dtype, numpy.dtype) or len(data) != dtype.itemsize:
        raise Refused(f"{len(data)} bytes are no NumPy scalar of {dtype}")
    return numpy.frombuffer(data, dtype)[0]


def _default_dict(factory=None, items=None):
    """A defaultdict whose factory is a plain container."""
    if not any(factory is plain for plain in _FACTORIES):
        raise Refused(f"defaultdict of {short(factory)} is not supported")
    if items is not None and type(items) is not dict:
        raise Refused(f"defaultdict from {short(items)} is not supported")
    return defaultdict(factory, items or {})


_FACTORIES = (None, dict, list, set, int, float, OrderedDict)


def _no_backend():
    """0.3 kept a table of layer functions in every module; it is not used here."""
    return None


_BUILTINS = {
    cls.__name__: cls
    for cls in (
        bool,
        complex,
        dict,
        float,
        frozenset,
        int,
        list,
        object,
        range,
        set,
        slice,
        str,
        tuple,
    )
}
_BUILTINS |= {"unicode": str, "long": int, "xrange": range}
# Called with numbers only, and with one list or tuple at most.
_FROM_NUMBERS = (complex, range, slice)
_FROM_KEYS = (frozenset, set)
_FROM_SEQUENCE = (*_FROM_KEYS, OrderedDict, torchlike.Size)
_VARIABLES = (autograd.Variable, nn.Parameter)
_PACKED = nn.utils.rnn.PackedSequence  # a tuple

_BYTES = Function("bytes", lambda *args: bytes(_byte_string(*args)))
_BYTE_ARRAY = Function("bytearray", lambda *args: bytearray(_byte_string(*args)))

_EXTERNAL = {
    ("builtins", "bytes"): _BYTES,
    ("builtins", "bytearray"): _BYTE_ARRAY,
    ("__builtin__", "bytes"): _BYTES,
    ("__builtin__", "bytearray"): _BYTE_ARRAY,
    ("collections", "OrderedDict"): OrderedDict,
    ("collections", "defaultdict"): Function("defaultdict", _default_dict),
    ("_codecs", "encode"): Function("encode", _latin1),
    ("copy_reg", "_reconstructor"): Function("_reconstructor", _new),
    ("copyreg", "_reconstructor"): Function("_reconstructor", _new),
    ("copyreg", "__newobj__"): Function("__newobj__", lambda cls, *a: _make(cls, a)),
    ("copy_reg", "__newobj__"): Function("__newobj__", lambda cls, *a: _make(cls, a)),
    ("numpy", "dtype"): Function("dtype", _number_dtype),
    ("numpy.core.multiarray", "scalar"): Function("scalar", _number),
    ("numpy._core.multiarray", "scalar"): Function("scalar", _number),
}

_TORCH = {
    ("torch", "Size"): torchlike.Size,
    ("torch.autograd.variable", "Variable"): autograd.Variable,
    ("torch.autograd", "Variable"): autograd.Variable,
    ("torch.nn.parameter", "Parameter"): nn.Parameter,
    ("torch.nn.utils.rnn", "PackedSequence"): _PACKED,
    ("torch.optim.optimizer", "required"): _optimizer.required,
    ("torch.nn.backends.thnn", "_get_thnn_function_backend"): Function(
        "_get_thnn_function_backend", _no_backend
    ),
    **{
        ("torch._utils", name): Function(name, getattr(_utils, name))
        for name in (
            "_rebuild_parameter",
            "_rebuild_size",
            "_rebuild_tensor",
            "_rebuild_tensor_v2",
        )
    },
    **{("torch", name): getattr(torchlike, name) for name in _TENSORS},
    **{("torch", name): found for name, found in _STORAGES.items()},
}


class _Unnamed(Refused):
    """A name that is not loaded."""


_ABSENT = " (does not exist in this version)"


def _refuse(what):
    raise Refused(
        f"not loaded, because a file could run code by it: {what}; if you trust its "
        "source, allow each by torch.serialization.allow(cls, ...) or load all by "
        "torch.load(f, unsafe=True)"
    )


class StandIn:
    """What stands for something refused, so that the rest of a pickle can be read.

    Attributes
    ----------
    name : str
    content : list
        What it was given: arguments, items and state.
    """

    def __init__(self, name, content=()):
        self.name = name
        self.content = list(content)

    def __repr__(self):
        return f"<{self.name}, not loaded>"

    def __setitem__(self, key, value):
        self.content.append((key, value))

    def append(self, item):
        """Take an item of a list or set, or a state."""
        self.content.append(item)

    extend = add = append


def _lookup(module, name):
    """What a module that is imported already defines under that name, or None."""
    found = sys.modules.get(module)
    for part in name.split("."):
        found = getattr(found, "__dict__", {}).get(part)  # runs no lazy import
    return found


def _is_buildable(found):
    """Whether it is a class whose instances are rebuilt from their state."""
    return isinstance(found, type) and issubclass(found, _BASES)


def find_safe(module, name):
    """The object that a file may name so; everything else is refused."""
    if module in ("builtins", "__builtin__") and name in _BUILTINS:
        return _BUILTINS[name]
    top = module.partition(".")[0]
    if top == _PACKAGE:
        module = "torch" + module[len(top) :]
    named = module, name
    found = (
        _EXTERNAL.get(named) or _TORCH.get(named) or serialization._allowed.get(named)
    )
    if found is not None:
        return found
    if top in ("torch", _PACKAGE):
        found = _lookup(_PACKAGE + module[len("torch") :], name)
        if module == "torch.nn.functional" and name in nn.functional.__all__:
            return found
    else:
        found = _lookup(module, name)
    if _is_buildable(found):
        return found
    if found is not None:
        reason = ""
    elif top in ("torch", _PACKAGE):
        reason = _ABSENT
    elif module not in sys.modules:
        reason = " (its module is not imported)"
    else:
        reason = " (not defined in the running program)"
    raise _Unnamed(f"'{module:.200}.{name:.200}'{reason}")


# ---- what a file may do with it ------------------------------------------------


def _is_allowed(obj):
    """Whether the program has allowed a class or function."""
    return any(obj is allowed for allowed in serialization._allowed.values())


_MOST_PARTS = 1000  # of a key: more than anybody needs


def _check_key(key):
    """Refuse a key whose hash takes for ever or overflows the stack.

    A tuple that holds another one twice, which does the same and so on, is small in a
    file, but its hash visits every path.
    """
    parts, seen = [key], 0
    while parts:
        part = parts.pop()
        if isinstance(part, (tuple, frozenset)):
            seen += len(part)
            if seen > _MOST_PARTS:
                raise Refused(f"a key of more than {_MOST_PARTS} parts")
            parts.extend(part)


def _check_sequence(function, arg):
    """Refuse what a container must not be made from."""
    if not isinstance(arg, (list, tuple)):
        _refuse(f"a '{function.__name__}' of a '{type(arg).__name__}'")
    if function in _FROM_KEYS:
        for key in arg:
            _check_key(key)
    elif function is OrderedDict:
        for pair in arg:
            if not isinstance(pair, (list, tuple)) or len(pair) != 2:
                _refuse(f"a pair that is a '{type(pair).__name__}'")
            _check_key(pair[0])


def _make(cls, args):
    """A new instance whose state comes later."""
    if _is_buildable(cls) and not args:
        return cls.__new__(cls)
    if isinstance(cls, type) and _is_allowed(cls):
        return cls.__new__(cls, *args)
    return _call(cls, args)


def _call(function, args):
    """The result of a call that a file asks for."""
    for part in (function, *args):
        if isinstance(part, StandIn):
            return StandIn(part.name, args)
    if isinstance(function, Function):
        return function.call(*args)
    if _is_allowed(function):
        return function(*args)
    if isinstance(function, type):
        if function in _VARIABLES or (function is _PACKED and len(args) == 2):
            return function(*args)
        if function in _FROM_SEQUENCE and len(args) < 2:
            for arg in args:
                _check_sequence(function, arg)
            return function(*args)
        if function in _FROM_NUMBERS:
            if all(isinstance(arg, (int, float, type(None))) for arg in args):
                return function(*args)
        _refuse(f"a call of '{function.__module__}.{function.__qualname__}'")
    return _refuse(f"a call of an object of type '{type(function).__name__}'")


# What NumPy adds to the dtype of plain numbers: no fields, and default sizes.
_PLAIN_DTYPE_STATE = (None, None, None, -1, -1, 0)


# Options that layers of later versions have, and the values that change nothing here.
_LATER_OPTIONS = {
    "padding_mode": ("zeros",),
    "divisor_override": (None,),
    "align_corners": (None, True),
}


def _warn_of_options(module, state):
    """Warn where a layer of a later version would compute something else here."""
    for name, same in _LATER_OPTIONS.items():
        if name not in state:
            continue
        value = state[name]
        if name == "align_corners" and value is None:
            value = state.get("mode", "nearest") == "nearest"
        if not any(value is plain or value == plain for plain in same):
            warnings.warn(
                f"a {type(module).__name__} was saved with {name}={short(value)}, "
                "which is ignored here",
                stacklevel=2,
            )


def _set_state(obj, state):
    """Give an object its state and return it."""
    if isinstance(obj, StandIn):
        obj.append(state)
        return obj
    if isinstance(obj, _BASES) or type(obj) in _VARIABLES or _is_allowed(type(obj)):
        setter = getattr(obj, "__setstate__", None)
        if setter is not None:
            setter(state)
            if isinstance(obj, nn.Module) and isinstance(state, dict):
                _warn_of_options(obj, state)
            return obj
        if isinstance(state, dict):
            obj.__dict__.update(state)
            return obj
    if type(obj) is OrderedDict and isinstance(state, dict):
        obj.__dict__.update(state)
        return obj
    if type(obj).__module__.startswith("numpy") and hasattr(obj, "newbyteorder"):
        order, rest = state[1], tuple(state[2:])
        if rest[: len(_PLAIN_DTYPE_STATE)] == _PLAIN_DTYPE_STATE and order in "<>|=":
            return obj.newbyteorder(order)
    return _refuse(f"a state for an object of type '{type(obj).__name__}'")


_DICTS = (dict, OrderedDict, defaultdict)


def _is_plain(obj, kinds):
    """Whether an object is of one of the classes, a stand-in, or allowed."""
    return type(obj) in kinds or isinstance(obj, StandIn) or _is_allowed(type(obj))


class Unpickler(pickle._Unpickler):
    """Rebuilds containers, tensors, and instances of classes that are already defined.

    Parameters
    ----------
    file : binary file
    persistent_load : callable
        Returns the object for what the pickler wrote as a persistent id.
    lenient : bool, default: False
        Whether `load` returns an object with stand-ins for what is refused.

    Attributes
    ----------
    refused : list of str
        The names that were refused.
    """

    dispatch = pickle._Unpickler.dispatch.copy()

    def __init__(self, file, persistent_load, lenient=False):
        super().__init__(file, encoding="latin1")  # strings of Python 2
        self.persistent_load = persistent_load
        self.refused = []
        self._lenient = lenient

    def load(self):
        """Read the object.

        Raises
        ------
        Refused
            If something is refused; it names all that is.
        """
        try:
            result = super().load()
        except Exception:
            # stand-ins lead to further errors
            if not self.refused or self._lenient:
                raise
        if self.refused and not self._lenient:
            names = ", ".join(self.refused)
            if all(name.endswith(_ABSENT) for name in self.refused):
                names = names.replace(_ABSENT, "")
                raise Refused(f"not loaded, because it does not exist here: {names}")
            _refuse(names)
        return result

    def find_class(self, module, name):
        """The object of that name, or a stand-in if it is refused."""
        try:
            return find_safe(module, name)
        except _Unnamed as error:
            if str(error) not in self.refused:
                self.refused.append(str(error))
            return StandIn(f"{module}.{name}")

    def load_reduce(self):
        """Call a function with a tuple of arguments."""
        args = self.stack.pop()
        self.stack[-1] = _call(self.stack[-1], args)

    def load_newobj(self):
        """Make an instance from a class and arguments."""
        args = self.stack.pop()
        self.stack[-1] = _make(self.stack[-1], args)

    def load_newobj_ex(self):
        """Make an instance from a class, arguments and keywords."""
        if self.stack.pop():
            _refuse("an instance made with keyword arguments")
        self.load_newobj()

    def load_build(self):
        """Set the state of the object below it."""
        state = self.stack.pop()
        self.stack[-1] = _set_state(self.stack[-1], state)

    def _instantiate(self, cls, args):
        """Make an old-style instance; the standard unpickler calls this."""
        self.append(_make(cls, tuple(args)))

    # Items are added to plain containers only: the methods of other classes would run.

    def _add(self, kinds, items):
        """The container to which a number of items is to be added."""
        container = self.stack[-1 - items]
        if not _is_plain(container, kinds):
            _refuse(f"items of an object of type '{type(container).__name__}'")
        return container

    def load_append(self):
        """Append the last object to a list."""
        self._add((list,), 1).append(self.stack.pop())

    def load_appends(self):
        """Append the last objects to a list."""
        items = self.pop_mark()
        self._add((list,), 0).extend(items)

    def load_additems(self):
        """Add the last objects to a set."""
        items = self.pop_mark()
        container = self._add((set,), 0)
        for item in items:
            _check_key(item)
            container.add(item)

    def load_setitem(self):
        """Set one item of a dict."""
        container = self._add(_DICTS, 2)
        value = self.stack.pop()
        key = self.stack.pop()
        _check_key(key)
        container[key] = value

    def load_setitems(self):
        """Set items of a dict."""
        items = self.pop_mark()
        container = self._add(_DICTS, 0)
        for key, value in zip(items[::2], items[1::2], strict=True):
            _check_key(key)
            container[key] = value

    def load_dict(self):
        """Make a dict of the last objects."""
        items = self.pop_mark()
        for key in items[::2]:
            _check_key(key)
        self.append(dict(zip(items[::2], items[1::2], strict=True)))

    def load_frozenset(self):
        """Make a frozenset of the last objects."""
        items = self.pop_mark()
        for item in items:
            _check_key(item)
        self.append(frozenset(items))

    def load_bytearray8(self):
        """Read a bytearray without allocating it before its size is checked."""
        size = int.from_bytes(self.read(8), "little")
        self.append(bytearray(self.read(size)))

    def get_extension(self, code):
        """Refuse: the registry of extensions belongs to the process."""
        _refuse(f"extension {code}")

    dispatch[pickle.APPEND[0]] = load_append
    dispatch[pickle.APPENDS[0]] = load_appends
    dispatch[pickle.ADDITEMS[0]] = load_additems
    dispatch[pickle.SETITEM[0]] = load_setitem
    dispatch[pickle.SETITEMS[0]] = load_setitems
    dispatch[pickle.DICT[0]] = load_dict
    dispatch[pickle.FROZENSET[0]] = load_frozenset
    dispatch[pickle.REDUCE[0]] = load_reduce
    dispatch[pickle.NEWOBJ[0]] = load_newobj
    dispatch[pickle.NEWOBJ_EX[0]] = load_newobj_ex
    dispatch[pickle.BUILD[0]] = load_build
    dispatch[pickle.BYTEARRAY8[0]] = load_bytearray8


def unsafe_unpickler(module, file, persistent_load):
    """An unpickler of a pickle module, with `torch.*` resolved to this package.

    Parameters
    ----------
    module : module
        Has a class `Unpickler`, such as `pickle`.
    file : binary file
    persistent_load : callable
        As for `Unpickler`.
    """

    class UnsafeUnpickler(module.Unpickler):
        def persistent_load(self, saved_id):
            return persistent_load(saved_id)

        def find_class(self, module, name):
            if module.partition(".")[0] == "torch":
                found = _TORCH.get((module, name))
                if found is not None:
                    return found.call if isinstance(found, Function) else found
                module = _PACKAGE + module[len("torch") :]
            return super().find_class(module, name)

    return UnsafeUnpickler(file, encoding="latin1")
