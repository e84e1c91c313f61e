"""The safetensors format: named tensors and nothing that could run.

A file is the length of a header (64 bits, little endian), the header as JSON (name ->
dtype, shape, and begin and end in the data), and the data.
https://github.com/huggingface/safetensors
"""

import json
import struct
from collections import OrderedDict
from math import prod

import torchlike
from torchlike import _storage_types

_MOST_DIMENSIONS = 64
_LONGEST_HEADER = 100_000_000  # bytes, the format's limit
_NAMES = {
    "F64": "Double",
    "F32": "Float",
    "F16": "Half",
    "BF16": "BFloat16",
    "I64": "Long",
    "I32": "Int",
    "I16": "Short",
    "I8": "Char",
    "U8": "Byte",
    "BOOL": "Bool",
}
_DTYPES = {name: dtype for dtype, name in _NAMES.items()}


def is_safetensors(head, size):
    """Whether a file of `size` bytes that begins with `head` may be of this format."""
    if len(head) < 10 or head[8:9] != b"{":
        return False
    (length,) = struct.unpack("<Q", head[:8])
    return 2 <= length <= min(size - 8, _LONGEST_HEADER)


def write(tensors, file):
    """Write named tensors to a binary file.

    Parameters
    ----------
    tensors : dict of str -> Tensor
    file : binary file
    """
    header, parts, end = {"__metadata__": {"format": "pt"}}, [], 0
    # the largest elements first, so that all are aligned
    for name in sorted(tensors, key=lambda n: (-tensors[n].element_size(), n)):
        tensor = tensors[name].contiguous()
        parts.append(tensor)
        begin, end = end, end + tensor.numel() * tensor.element_size()
        header[name] = {
            "dtype": _DTYPES[type(tensor).__name__.removesuffix("Tensor")],
            "shape": list(tensor.size()) or [0],
            "data_offsets": [begin, end],
        }
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    file.write(struct.pack("<Q", len(text)) + text)
    for tensor in parts:
        if tensor.numel():
            start = tensor.storage_offset() * tensor.element_size()
            length = tensor.numel() * tensor.element_size()
            data = memoryview(tensor.storage()).cast("B")
            file.write(data[start : start + length])


def read(file):
    """The named tensors of a file.

    A number (shape []) becomes a tensor of size 1, bfloat16 becomes float and bool
    becomes byte.

    Parameters
    ----------
    file : torchlike._bounded.Bounded

    Returns
    -------
    OrderedDict of str -> Tensor

    Raises
    ------
    RuntimeError, ValueError, EOFError
        If the file is damaged.
    """
    (length,) = struct.unpack("<Q", file.read(8))
    if length > _LONGEST_HEADER:
        raise RuntimeError(f"the header has {length} bytes")
    header = json.loads(file.read(length))
    if not isinstance(header, dict):
        raise RuntimeError("the header is no object")
    header.pop("__metadata__", None)
    entries = [(name, *_entry(name, entry)) for name, entry in header.items()]
    tensors, position = {}, 0
    for name, kind, shape, begin, end in sorted(entries, key=lambda e: e[3:]):
        if begin != position or end - begin > file.left:
            raise RuntimeError(
                f"{name!r:.80} is at {begin} to {end}, expected it at {position} and "
                f"at most {file.left} bytes"
            )
        position = end
        tensors[name] = _tensor(kind, shape, end - begin, file)
    return OrderedDict((name, tensors[name]) for name in header)


def _entry(name, entry):
    """(storage type, shape, begin, end) of an entry of the header."""
    dtype, shape, (begin, end) = entry["dtype"], entry["shape"], entry["data_offsets"]
    if dtype not in _NAMES:
        raise RuntimeError(f"{name!r:.80} has the unsupported dtype {dtype!r:.40}")
    kind = _storage_types.TYPES[_NAMES[dtype] + "Storage"]
    if len(shape) > _MOST_DIMENSIONS:
        raise RuntimeError(f"{name!r:.80} has {len(shape)} dimensions")
    if not all(type(n) is int and 0 <= n < 1 << 63 for n in (*shape, begin, end)):
        raise RuntimeError(f"{name!r:.80} has a size that is no whole number")
    if end - begin != prod(shape) * kind.item_size:
        raise RuntimeError(
            f"{name!r:.80} has {end - begin} bytes for {dtype} of shape {shape!r:.80}"
        )
    return kind, shape, begin, end


def _tensor(kind, shape, size, file):
    """The tensor whose values come next in the file."""
    storage = kind.new(size // kind.item_size)
    kind.fill(storage, file)
    tensor = getattr(torchlike, kind.name_here.replace("Storage", "Tensor"))()
    if not size:
        return tensor
    return tensor.set_(storage).view(*(shape or [1]))
