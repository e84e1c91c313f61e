"""Calls the C functions of the layers through ctypes."""

import ctypes
import functools
from pathlib import Path

import torchlike
from torchlike._C.errors import raise_recorded
from torchlike._thnn.utils import HEADERS, parse_header

__all__ = ["THNNBackend", "type2backend"]

_NUMBERS = {
    "int": (ctypes.c_int, -(2**31), 2**31 - 1),
    "int64_t": (ctypes.c_int64, -(2**63), 2**63 - 1),
}

# Arguments that are only read; what shares memory with another one must be among them.
_READ = frozenset(
    (
        "input target gradOutput grid weight bias weights idx randomSamples connTable"
    ).split()
)


@functools.cache
def _functions():
    """The functions of all headers by name."""
    return {f.name: f for path in HEADERS for f in parse_header(path)}


@functools.cache
def _library():
    folder = Path(torchlike.__file__).resolve().parent / "lib"
    return ctypes.CDLL(str(folder / "libTHNN.so"))


class THNNBackend:
    """The layer functions of one tensor type.

    Parameters
    ----------
    kind : str
        "Float" or "Double".

    Attributes
    ----------
    library_state : int
        The first argument of every function; nothing on the CPU.

    Examples
    --------
    >>> from torchlike._thnn import type2backend
    >>> backend = type2backend[torch.FloatTensor]
    >>> x, y = torch.Tensor([[-1, 2]]), torch.Tensor()
    >>> backend.Threshold_updateOutput(backend.library_state, x, y, 0, 0, False)
    >>> y.sum()
    2.0
    """

    library_state = 0

    def __init__(self, kind):
        self.kind = kind
        self._tensors = {
            "THTensor*": getattr(torchlike, kind + "Tensor"),
            "THLongTensor*": torchlike.LongTensor,
            "THIntTensor*": torchlike.IntTensor,
        }

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        function = _functions().get(name)
        if function is None:
            raise NotImplementedError(f"THNN has no function {name}")
        method = self._method(function)
        setattr(self, name, method)
        return method

    def __dir__(self):
        return [*super().__dir__(), *_functions()]

    def _method(self, function):
        symbol = getattr(_library(), f"THNN_{self.kind}{function.name}")
        symbol.restype = ctypes.c_int
        arguments = function.arguments
        in_place = any(argument.name == "inplace" for argument in arguments)

        def method(*given):
            if len(given) != len(arguments):
                raise TypeError(
                    f"{function.name} takes {len(arguments)} arguments, got "
                    f"{len(given)}; it is {function!r}"
                )
            values = [
                self._convert(function.name, argument, value)
                for argument, value in zip(arguments, given)
            ]
            if not in_place:
                _check_memory(function, given)
            if symbol(*values) < 0:
                raise_recorded()

        method.__name__ = method.__qualname__ = function.name
        method.__doc__ = repr(function)
        return method

    def _convert(self, name, argument, value):
        """What ctypes passes for `value`."""
        kind = argument.type
        if kind == "THNNState*":
            return None
        if kind in self._tensors:
            wanted = self._tensors[kind]
            if value is None and argument.is_optional:
                return None
            if isinstance(value, wanted):
                return ctypes.c_void_p(value._cdata)
            expected = f"torch.{wanted.__name__}"
        elif kind == "THGenerator*":
            if isinstance(value, torchlike.Generator):
                return ctypes.c_void_p(value._cdata)
            expected = "torch.Generator"
        elif kind == "double":
            if isinstance(value, (int, float)):
                return ctypes.c_double(value)
            expected = "float"
        else:
            number, least, most = _NUMBERS[kind]
            if isinstance(value, int) and least <= value <= most:
                return number(value)
            expected = f"int from {least} to {most}"
        got = value if isinstance(value, int) else torchlike.typename(value)
        raise TypeError(f"{name}: {argument.name} must be {expected}, got {got}")


def _check_memory(function, given):
    """Raise ValueError if a result shares memory with another argument."""
    owners = {}
    for argument, value in zip(function.arguments, given):
        if not torchlike.is_tensor(value) or value.numel() == 0:
            continue
        other = owners.setdefault(value.storage().data_ptr(), argument.name)
        if other != argument.name and not {other, argument.name} <= _READ:
            raise ValueError(
                f"{function.name}: {other} and {argument.name} share memory"
            )


class _Backends(dict):
    """Backends by tensor class or its name, made when they are asked for."""

    def __missing__(self, key):
        for kind in ("Float", "Double"):
            if key in (f"torch.{kind}Tensor", getattr(torchlike, kind + "Tensor")):
                backend = THNNBackend(kind)
                self[f"torch.{kind}Tensor"] = backend
                self[getattr(torchlike, kind + "Tensor")] = backend
                return backend
        raise KeyError(key)


type2backend = _Backends()
