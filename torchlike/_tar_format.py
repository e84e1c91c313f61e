"""The tar format of PyTorch 0.1, which is only read.

An archive has the members 'storages' (their number; for each a pickle of (key,
location, class), its number of elements and its raw values; then a pickle of the views
as (key, key of the whole, offset, size)), 'tensors' (their number; for each a pickle of
(key, key of its storage, class), its number of dimensions, sizes, strides and offset)
and 'pickle', the object, in which a tensor or storage is its key.
"""

import re
import struct

from torchlike._bounded import Bounded, short
from torchlike._unpickling import Refused
from torchlike._utils import _rebuild_tensor

_MOST_DIMENSIONS = 64
_BLOCK = 512  # bytes
_PAX_SIZE = re.compile(rb"^\d+ size=(\d{1,18})$", re.MULTILINE)


def read(file, reader):
    """The object in an archive.

    Parameters
    ----------
    file : torchlike._bounded.Bounded
    reader : torchlike._reader.Reader

    Raises
    ------
    RuntimeError, EOFError, ValueError
        If the archive is damaged or not of `torch.save`.
    """
    reader.step = "the headers of the archive"
    members = _members(file)

    def member(name):
        reader.step = f"the member {name!r}"
        if name not in members:
            raise RuntimeError("it is not there")
        position, size = members[name]
        file.file.seek(position)
        return Bounded(file.file, size)

    objects = {}
    _read_storages(member("storages"), reader, objects)
    _read_tensors(member("tensors"), reader, objects)
    part = member("pickle")
    reader.step = reader.OBJECT
    return reader.unpickle(part, lambda saved_id: _object(reader, objects, saved_id))


def _members(file):
    """Name -> (position, size) of the plain files in an archive."""
    members, size_of_next = {}, None
    position, end = file.position(), file.position() + file.left
    while position < end:
        file.file.seek(position)
        header = file.file.read(_BLOCK)
        if not header.strip(b"\0"):
            break
        size = _checked_size(header)
        if size_of_next is not None:
            size, size_of_next = size_of_next, None
        position += _BLOCK
        if position + size > end:
            raise EOFError(f"a member of {size} bytes is expected, the archive ends")
        kind = header[156:157]
        if kind == b"x":  # about the next member
            found = _PAX_SIZE.search(file.file.read(size))
            size_of_next = int(found[1]) if found else None
        elif kind in (b"0", b"\0"):
            name = header[:100].rstrip(b"\0").decode("latin1")
            members[name] = position, size
        position += size + -size % _BLOCK
    return members


def _checked_size(header):
    """The size of a member whose header is whole."""
    if len(header) != _BLOCK:
        raise EOFError(f"a header has {len(header)} bytes")
    fields = header[124:136], header[148:156]
    size, checksum = (int(field.strip(b" \0") or b"0", 8) for field in fields)
    if size < 0 or checksum != sum(header) - sum(header[148:156]) + 8 * ord(" "):
        raise RuntimeError("a header is damaged")
    return size


def _object(reader, objects, saved_id):
    """The tensor, storage or class for a persistent id."""
    if isinstance(saved_id, tuple) and len(saved_id) == 3:
        return reader.source_checked(*saved_id)
    if isinstance(saved_id, (str, int)) and str(saved_id) in objects:
        return objects[str(saved_id)]
    raise Refused(f"unknown persistent id {short(saved_id)}")


def _count(value):
    if type(value) is not int or value < 0:
        raise RuntimeError(f"{short(value)} is no count")
    return value


def _check_key(key):
    if not isinstance(key, (int, str)):
        raise RuntimeError(f"{short(key)} is no key")


def _read_storages(part, reader, objects):
    """Fill `objects` with the storages and their views."""
    for _ in range(_count(reader.unpickle_plain(part))):
        key, location, cls = reader.unpickle_plain(part)
        _check_key(key)
        (size,) = struct.unpack("<q", part.read(8))
        objects[str(key)] = reader.storage(cls, key, location, size)
        reader.fill(key, part)
    for key, whole, offset, size in reader.unpickle_plain(part):
        _check_key(key)
        objects[str(key)] = reader.view_now(whole, offset, size)


def _read_tensors(part, reader, objects):
    """Fill `objects` with the tensors."""
    for _ in range(_count(reader.unpickle_plain(part))):
        key, storage_key, _cls = reader.unpickle_plain(part)
        _check_key(key)
        _check_key(storage_key)
        dimensions, _padding = struct.unpack("<ii", part.read(8))
        if not 0 <= dimensions <= _MOST_DIMENSIONS:
            raise RuntimeError(f"a tensor has {dimensions} dimensions")
        numbers = struct.unpack(
            f"<{2 * dimensions + 1}q", part.read(16 * dimensions + 8)
        )
        size, stride = numbers[:dimensions], numbers[dimensions:-1]
        storage = objects[str(storage_key)]
        objects[str(key)] = _rebuild_tensor(storage, numbers[-1], size, stride)
