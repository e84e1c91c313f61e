"""The tar format of PyTorch 0.1, which is only read.

An archive has the members 'storages' (their number; for each a pickle of (key,
location, class), its number of elements and its raw values; then a pickle of the views
as (key, key of the whole, offset, size)), 'tensors' (their number; for each a pickle of
(key, key of its storage, class), its number of dimensions, sizes, strides and offset)
and 'pickle', the object, in which a tensor or storage is its key.
"""

import struct
import tarfile

from torchlike._bounded import Bounded, short
from torchlike._unpickling import Refused
from torchlike._utils import _rebuild_tensor

_MOST_DIMENSIONS = 64


def read(file, reader):
    """The object in an archive.

    Parameters
    ----------
    file : torchlike._bounded.Bounded
    reader : torchlike._reader.Reader

    Raises
    ------
    RuntimeError, tarfile.TarError
        If the archive is damaged or not of `torch.save`.
    """
    with tarfile.open(fileobj=file.file, mode="r:") as archive:

        def member(name):
            reader.step = f"the member {name!r}"
            info = archive.getmember(name)
            if info.type not in (tarfile.REGTYPE, tarfile.AREGTYPE):
                raise RuntimeError("it is no plain file")
            return Bounded(archive.extractfile(info))

        objects = {}
        _read_storages(member("storages"), reader, objects)
        _read_tensors(member("tensors"), reader, objects)
        part = member("pickle")
        reader.step = reader.OBJECT
        return reader.unpickle(
            part, lambda saved_id: _object(reader, objects, saved_id)
        )


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


def _read_storages(part, reader, objects):
    """Fill `objects` with the storages and their views."""
    for _ in range(_count(reader.unpickle_plain(part))):
        key, location, cls = reader.unpickle_plain(part)
        (size,) = struct.unpack("<q", part.read(8))
        objects[str(key)] = reader.storage(cls, key, location, size)
        reader.fill(key, part)
    for key, whole, offset, size in reader.unpickle_plain(part):
        objects[str(key)] = reader.view_now(whole, offset, size)


def _read_tensors(part, reader, objects):
    """Fill `objects` with the tensors."""
    for _ in range(_count(reader.unpickle_plain(part))):
        key, storage_key, _cls = reader.unpickle_plain(part)
        dimensions, _padding = struct.unpack("<ii", part.read(8))
        if not 0 <= dimensions <= _MOST_DIMENSIONS:
            raise RuntimeError(f"a tensor has {dimensions} dimensions")
        numbers = struct.unpack(
            f"<{2 * dimensions + 1}q", part.read(16 * dimensions + 8)
        )
        size, stride = numbers[:dimensions], numbers[dimensions:-1]
        storage = objects[str(storage_key)]
        objects[str(key)] = _rebuild_tensor(storage, numbers[-1], size, stride)
