"""``torchlike inspect``: list what is in a file of tensors; nothing in it is run."""

import os
import pickle
import sys

import torchlike
from torchlike import commands
from torchlike._unpickling import StandIn
from torchlike.autograd import Variable
from torchlike.commands import _files

_LONGEST = 60  # characters of a value
_DEEPEST = 50  # levels
# What is opened although it is no container.
_OPENED = (torchlike.nn.Module, torchlike.optim.Optimizer, StandIn)


def main(arguments):
    """Print a line for each tensor and value of the file that `arguments` name."""
    parser = commands.Parser(
        "torchlike inspect",
        description="List what is in a file of torch.save, of any version, or a "
        "safetensors file. Nothing in the file is run.",
    )
    parser.add_argument("file")
    options = parser.parse_args(arguments)
    try:
        kind, obj = _files.read(options.file, lenient=True)
    except (OSError, RuntimeError, pickle.PickleError) as error:
        print(f"torchlike inspect: {error}", file=sys.stderr)
        return 1
    print(f"{_files.FORMATS[kind]}, {os.path.getsize(options.file)} bytes")
    rows = list(_rows(obj, "", {}))
    width = max(len(name) for name, _ in rows)
    for name, text in rows:
        print(f"{name:<{width}}  {text}".rstrip())
    return 0


def _rows(obj, name, seen, depth=0):
    """(name, description) of an object and all that is in it.

    `seen` is a dict of id -> (name, object) of what had its rows.
    """
    text = _description(obj)
    if text is None and id(obj) in seen:
        text = f"same as {seen[id(obj)][0]}"
    elif text is None and depth == _DEEPEST:
        text = f"{type(obj).__name__} ..."
    if text is not None:
        yield name, text
        return
    seen[id(obj)] = name, obj
    title, items = _parts(obj)
    if title:
        yield name, title
    for key, value in items:
        part = f"{name}.{key}" if name else str(key)
        yield from _rows(value, part, seen, depth + 1)


def _description(obj):
    """How an object is called that has one row; None for another."""
    if isinstance(obj, Variable):
        return f"{type(obj).__name__} of {_tensor(obj.data)}"
    if torchlike.is_tensor(obj):
        return _tensor(obj)
    if torchlike.is_storage(obj):
        return f"torch.{type(obj).__name__} of size {len(obj)}"
    if isinstance(obj, _OPENED) or (isinstance(obj, dict) and obj):
        return None
    if isinstance(obj, (list, tuple)) and not all(map(_is_plain, obj)):
        return None
    text = repr(obj)
    return f"{type(obj).__name__} {text[:_LONGEST]}{'...' * (len(text) > _LONGEST)}"


def _is_plain(obj):
    """Whether an object is a number, a string or the like."""
    tensors = torchlike.is_tensor(obj) or torchlike.is_storage(obj)
    return not tensors and not isinstance(obj, (dict, list, tuple, Variable, *_OPENED))


def _parts(obj):
    """(title or None, pairs of name and part) of an object that has several rows."""
    if isinstance(obj, torchlike.nn.Module):
        return f"module {_class(obj)}", _state(obj)
    if isinstance(obj, torchlike.optim.Optimizer):
        return f"optimizer {_class(obj)}", _state(obj)
    if isinstance(obj, StandIn):
        return f"{obj.name} (not loaded)", enumerate(obj.content)
    return None, obj.items() if isinstance(obj, dict) else enumerate(obj)


def _state(obj):
    """The state of a module or optimiser by name."""
    try:
        return obj.state_dict().items()
    except Exception:  # it is incomplete, or holds stand-ins
        return vars(obj).items()


def _class(obj):
    return f"{type(obj).__module__}.{type(obj).__qualname__}"


def _tensor(tensor):
    size = " x ".join(map(str, tensor.size()))
    return f"{torchlike.typename(tensor)} [{size}]"
