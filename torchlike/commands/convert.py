"""``torchlike convert``: write a file of tensors in another format."""

import pickle
import sys

import torchlike
from torchlike import _safetensors, commands, serialization
from torchlike.autograd import Variable
from torchlike.commands import _files

_EXTENSION = ".safetensors"


def main(arguments):
    """Convert the file that `arguments` name."""
    parser = commands.Parser(
        "torchlike convert",
        description="Write a file of tensors in another format. Files of torch.save of "
        "any version and safetensors are read. CUDA tensors become CPU tensors, "
        "bfloat16 becomes float, bool becomes byte.",
    )
    parser.add_argument("input")
    parser.add_argument("output", help="is replaced if it exists")
    parser.add_argument(
        "--to",
        choices=["stream", "zip", "safetensors"],
        help="stream: PyTorch 0.2 and later (default); zip: PyTorch 1.6 and later; "
        f"safetensors: named tensors only (default for {_EXTENSION})",
    )
    parser.add_argument(
        "--unsafe", action="store_true", help="let the input import and run any code"
    )
    options = parser.parse_args(arguments)
    default = "safetensors" if options.output.endswith(_EXTENSION) else "stream"
    try:
        _, obj = _files.read(options.input, options.unsafe)
        _write(obj, options.output, options.to or default)
    except (OSError, RuntimeError, ValueError, pickle.PickleError) as error:
        print(f"torchlike convert: {error}", file=sys.stderr)
        return 1
    return 0


def _write(obj, path, to):
    """Write an object to a path in a format."""
    if to == "safetensors":
        tensors = dict(_named_tensors(obj, ""))
        serialization._replace(path, lambda file: _safetensors.write(tensors, file))
    else:
        torchlike.save(obj, path, _use_new_zipfile_serialization=to == "zip")


def _named_tensors(obj, name):
    """(name, tensor) of everything in nested dicts; names are joined by dots."""
    if isinstance(obj, torchlike.nn.Module):
        try:
            obj = obj.state_dict()
        except Exception as error:  # any, as the object comes from a file
            raise ValueError(
                f"{name or 'the file'} is no whole module: {error}"
            ) from error
    if isinstance(obj, Variable):
        obj = obj.data
    if torchlike.is_tensor(obj):
        yield name, obj
    elif isinstance(obj, dict):
        for key, value in obj.items():
            yield from _named_tensors(value, f"{name}.{key}" if name else str(key))
    else:
        raise ValueError(
            f"safetensors holds named tensors only, but {name or 'the file'} is of "
            f"type {type(obj).__name__}"
        )
