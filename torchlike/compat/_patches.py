"""Brings back what the standard library and NumPy have dropped since 2017.

Each function below is given a module and lists what to set, as (owner, name, value). It
is called when that module is imported, or at once for modules that are imported
already, so that no module is loaded for its patches.
"""

import collections.abc
import errno
import sys
import time

from torchlike.compat import _children, _run_path

_ABSENT = object()

# (owner, name, former value) of everything that was set, to undo it.
_done = []


def apply_all():
    """Patch the modules that are imported already."""
    for name in PATCHES:
        if name in sys.modules:
            apply(sys.modules[name])


def apply(module):
    """Patch `module`."""
    for owner, name, value in PATCHES[module.__name__](module):
        _done.append((owner, name, vars(owner).get(name, _ABSENT)))
        setattr(owner, name, value)


def undo_all():
    """Put everything back as it was."""
    for owner, name, value in reversed(_done):
        if value is _ABSENT:
            delattr(owner, name)
        else:
            setattr(owner, name, value)
    _done.clear()


def _missing(owner, values):
    """List those of `values`, a dict, that `owner` lacks.

    Looked up in the dictionary, as asking NumPy for a name it dropped makes it warn.
    """
    return [(owner, name, values[name]) for name in values if name not in vars(owner)]


def _base64(module):
    return _missing(
        module,
        {"encodestring": module.encodebytes, "decodestring": module.decodebytes},
    )


def _collections(module):
    abc = collections.abc
    return _missing(module, {name: getattr(abc, name) for name in abc.__all__})


def _forkserver(module):
    # By default the server loads the main script, without any of this, and dies of it.
    return [(module._forkserver, "_preload_modules", ["torchlike"])]


def _fractions(module):
    def gcd(a, b):
        """Return the greatest common divisor of `a` and `b`, with the sign of `b`."""
        while b:
            a, b = b, a % b
        return a

    return _missing(module, {"gcd": gcd})


def _inspect(module):
    ArgSpec = collections.namedtuple("ArgSpec", "args varargs keywords defaults")

    def getargspec(func):
        """Return (args, varargs, keywords, defaults) of `func`.

        Raises ValueError if it has keyword-only arguments or annotations.
        """
        spec = module.getfullargspec(func)
        if spec.kwonlyargs or spec.annotations:
            raise ValueError(
                "getargspec cannot tell of keyword-only arguments and annotations, "
                f"which {func!r} has; use getfullargspec"
            )
        return ArgSpec(*spec[:4])

    return _missing(module, {"ArgSpec": ArgSpec, "getargspec": getargspec})


def _multiprocessing(module):
    from torchlike import multiprocessing  # noqa: F401 (it makes this one share tensors)

    # Python 3.14 starts processes afresh; programs of that time rely on copies.
    context = module.context
    return [
        (
            context._default_context,
            "_default_context",
            context._concrete_contexts["fork"],
        )
    ]


def _numpy(module):
    values = {
        "bool": bool,
        "complex": complex,
        "float": float,
        "int": int,
        "long": int,
        "object": object,
        "str": str,
        "unicode": str,
        "asscalar": lambda a: a.item(),
    }
    renamed = {
        "Inf": "inf",
        "Infinity": "inf",
        "NAN": "nan",
        "NaN": "nan",
        "alltrue": "all",
        "complex_": "complex128",
        "cumproduct": "cumprod",
        "float_": "float64",
        "in1d": "isin",
        "infty": "inf",
        "product": "prod",
        "round_": "round",
        "row_stack": "vstack",
        "sometrue": "any",
        "string_": "bytes_",
        "trapz": "trapezoid",
        "unicode_": "str_",
    }
    for old, new in renamed.items():
        # The older NumPy that lacks the new name has the old one.
        values[old] = getattr(module, new, None)
    return _missing(module, values)


def _os(module):
    return _missing(module, {"errno": errno})


def _runpy(module):
    return [(module, "run_path", _run_path.accept_old_files(module.run_path))]


def _spawn(module):
    inherit = _children.inherit(module.get_preparation_data)
    return [(module, "get_preparation_data", inherit)]


def _threading(module):
    return _missing(module.Thread, {"isAlive": module.Thread.is_alive})


def _time(module):
    # On Unix it was the processor time of the process.
    return _missing(module, {"clock": time.process_time})


PATCHES = {
    "base64": _base64,
    "collections": _collections,
    "fractions": _fractions,
    "inspect": _inspect,
    "multiprocessing": _multiprocessing,
    "multiprocessing.forkserver": _forkserver,
    "multiprocessing.spawn": _spawn,
    "numpy": _numpy,
    "os": _os,
    "runpy": _runpy,
    "threading": _threading,
    "time": _time,
}
