"""The stream format of PyTorch 0.2 to 1.5.

A stream is a sequence of pickles - magic number, protocol version, facts about the
machine, the object, the keys of its storages - followed by the storages in that order,
each as its number of elements (64 bits, little endian) and its raw values. Those of the
first begin at a multiple of 64 bytes, and storages of larger elements come first, so
that the file can be mapped into memory. In the object a storage is a persistent id:
('storage', class, key, location, number of elements, None), where the last entry of
older files may describe a view.
"""

import pickle
import struct
import sys

from torchlike._bounded import short
from torchlike.serialization import MAGIC_NUMBER, PROTOCOL_VERSION

_SIZE = struct.Struct("<q")  # before the values of a storage
_HEADER_PROTOCOL = 2
_ALIGNMENT = 64  # bytes, of the values of the first storage in a file


# ---- writing -----------------------------------------------------------------


def write(obj, f, pickler, protocol, writer):
    """Write a stream to a binary file.

    Parameters
    ----------
    obj : object
    f : binary file
    pickler : callable
        ``pickler(f, protocol, persistent_id)`` returns a pickler for the object.
    protocol : int
    writer : torchlike.serialization._Writer
        Collects the storages.
    """
    info = {
        "protocol_version": PROTOCOL_VERSION,
        "little_endian": sys.byteorder == "little",
        "type_sizes": {"short": 2, "int": 4, "long": 4},
    }
    for header in (MAGIC_NUMBER, PROTOCOL_VERSION, info):
        f.write(pickle.dumps(header, _HEADER_PROTOCOL))
    pickler(f, protocol, writer.persistent_id).dump(obj)
    storages = writer.storages
    # large elements first: all begin at a multiple of their size
    keys = sorted(storages, key=lambda key: (-storages[key].element_size(), key))
    f.write(_aligning(pickle.dumps(keys, _HEADER_PROTOCOL), f))
    writer.reserve(f)
    for key in keys:
        storage = storages[key]
        f.write(_SIZE.pack(len(storage)))
        if len(storage):
            f.write(memoryview(storage))
    f.flush()


def _aligning(keys, f):
    """The pickle of the keys, as long as it must be for the values to be aligned."""
    try:
        start = f.tell()
    except (AttributeError, OSError):  # a pipe, say, which cannot be mapped either
        return keys
    padding = -(start + len(keys) + _SIZE.size) % _ALIGNMENT
    if padding in (1, 3):
        padding += _ALIGNMENT
    # the list is memoised again and again, in 2 or 5 bytes each time, before the end
    again = pickle.BINPUT + b"\0", pickle.LONG_BINPUT + b"\0\0\0\0"
    odd = padding % 2
    return (
        keys[:-1] + again[0] * ((padding - 5 * odd) // 2) + again[1] * odd + keys[-1:]
    )


# ---- reading -----------------------------------------------------------------


def read(file, reader):
    """The object in a stream.

    Parameters
    ----------
    file : torchlike._bounded.Bounded
    reader : torchlike._reader.Reader

    Raises
    ------
    RuntimeError
        If the stream is damaged or not of `torch.save`.
    """
    reader.step = reader.HEADER[0]
    magic = reader.unpickle_plain(file)
    if type(magic) is not int or magic != MAGIC_NUMBER:
        raise RuntimeError("it begins otherwise")
    reader.step = reader.HEADER[1]
    version = reader.unpickle_plain(file)
    if type(version) is not int or version != PROTOCOL_VERSION:
        raise RuntimeError(f"expected {PROTOCOL_VERSION}, got {short(version)}")
    reader.step = reader.HEADER[2]
    info = reader.unpickle_plain(file)
    if not isinstance(info, dict) or not info.get("little_endian", True):
        raise RuntimeError("only little-endian files can be read")
    reader.step = reader.OBJECT
    result = reader.unpickle(file)
    reader.step = "the keys of the storages"
    keys = reader.unpickle_plain(file)
    plain = isinstance(keys, list) and all(isinstance(key, str) for key in keys)
    if not plain or set(keys) != set(reader.storages):
        raise RuntimeError(f"they are not those of {len(reader.storages)} storages")
    for i, key in enumerate(keys):
        reader.step = f"storage {i + 1} of {len(keys)}"
        (size,) = _SIZE.unpack(file.read(_SIZE.size))
        reader.check_size(key, size)
        if reader.mapping and reader.map(key, file.position()):
            file.skip(reader.bytes_of(key))
        else:
            reader.fill(key, file)
    reader.fill_views()
    return result
