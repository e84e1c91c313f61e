"""Reading files of `torch.save` in every format."""

import pickle

from torchlike import _stream_format, _tar_format, _zip_format
from torchlike._bounded import short
from torchlike._storage_types import TYPES
from torchlike._unpickling import (
    Function,
    Refused,
    StandIn,
    Unpickler,
    find_safe,
    unsafe_unpickler,
)
from torchlike.serialization import (
    _is_own,
    _warn_if_changed,
    default_restore_location,
)

# Beginnings of files that are mistaken for ours, and how to name them.
_FOREIGN = {
    b"\x1f\x8b": "a gzip file",
    b"\x93NUMPY": "a NumPy array",
    b"\x89HDF": "an HDF5 file",
    b"<!DOCTYPE": "a web page",
    b"<html": "a web page",
}
_ZIP_MARK = b"PK\x03\x04"
_TAR_PLACE, _TAR_MARK = 257, b"ustar"


def read(file, reader, name):
    """The object in a file.

    Parameters
    ----------
    file : torchlike._bounded.Bounded
    reader : Reader
    name : str
        What errors call the file.

    Raises
    ------
    pickle.UnpicklingError, RuntimeError
        As for `torch.load`.
    """
    head = file.head(512)
    if not head:
        raise RuntimeError(
            f"torch.load: {name} is empty; expected a file of torch.save"
        )
    for mark, kind in _FOREIGN.items():
        if head.startswith(mark):
            raise RuntimeError(
                f"torch.load: {name} is {kind}; expected a file of torch.save"
            )
    try:
        return _MODULES[format_of(head)].read(file, reader)
    except (Refused, Unavailable) as error:
        if reader.step in reader.HEADER:
            raise _damaged(name, reader.step, error) from None
        kind = (
            RuntimeError if isinstance(error, Unavailable) else pickle.UnpicklingError
        )
        raise kind(f"torch.load: {name}: {error}") from None
    except OSError:
        raise
    except Exception as error:
        # A damaged pickle fails in every possible way; so does code that it runs.
        foreign = reader.unsafe and reader.step == reader.OBJECT
        if foreign and not isinstance(error, EOFError):
            raise
        raise _damaged(name, reader.step, error) from error


_MODULES = {"stream": _stream_format, "tar": _tar_format, "zip": _zip_format}


def format_of(head):
    """The name of the format of a file with this beginning."""
    if head.startswith(_ZIP_MARK):
        return "zip"
    return "tar" if head[_TAR_PLACE:].startswith(_TAR_MARK) else "stream"


def _damaged(name, step, error):
    """The error for a file that is not what it should be."""
    return RuntimeError(
        f"torch.load: {name} is truncated, damaged or no file of torch.save: "
        f"expected {step}, but {_text(error)}"
    )


def _text(error):
    """What an error says; objects of the file in it are not printed."""
    if error.args and all(isinstance(arg, (int, str)) for arg in error.args):
        return str(error)
    return type(error).__name__


class Unavailable(Exception):
    """A storage that cannot be placed where the file or the caller wants it."""


class Reader:
    """Rebuilds one object and its storages.

    Parameters
    ----------
    file : torchlike._bounded.Bounded
        The storages must not be larger than what is left of it.
    map_location, unsafe
        As for `torch.load`.
    lenient : bool, default: False
        Whether stand-ins are put where something is refused; `refused` names it.
    mapping : memoryview, optional
        The whole file in memory.
    pickle_module : module, optional
        Unpickles in place of `pickle` where `unsafe` is True.

    Attributes
    ----------
    step : str
        What is being read, for errors.
    storages : dict of key -> storage
    mapping : memoryview or None
    """

    # What is read, as errors call it.
    HEADER = ("the magic number", "the protocol version", "the byte order")
    OBJECT = "the saved object"

    def __init__(
        self,
        file,
        map_location,
        unsafe,
        lenient=False,
        mapping=None,
        pickle_module=None,
    ):
        self.step = "a whole file"
        self.storages = {}
        self.refused = []
        self._kinds = {}
        self._views = {}
        self._bytes = 0
        self._file = file
        self._map_location = map_location
        self.unsafe = unsafe
        self._lenient = lenient
        self.mapping = mapping
        self._pickle_module = pickle_module

    def unpickle(self, file, persistent=None):
        """The object that is pickled in a file.

        `persistent` returns what a persistent id stands for; by default the ids are
        those of streams and zip archives.
        """
        persistent = persistent or self._persistent
        if self.unsafe:
            module = self._pickle_module or pickle
            return unsafe_unpickler(module, file, persistent).load()
        unpickler = Unpickler(file, persistent, self._lenient)
        result = unpickler.load()
        self.refused = unpickler.refused
        return result

    def unpickle_plain(self, file):
        """The next pickle of a file that holds facts and no object."""
        return Unpickler(file, _no_storages).load()

    def _persistent(self, saved_id):
        """The storage or class for a persistent id."""
        if not isinstance(saved_id, tuple) or not saved_id:
            raise Refused(f"unknown persistent id {short(saved_id)}")
        if saved_id[0] == "module" and len(saved_id) == 4:
            return self.source_checked(*saved_id[1:])
        if saved_id[0] == "storage" and len(saved_id) in (5, 6):
            return self.storage(*saved_id[1:])
        if saved_id[0] == "name" and len(saved_id) == 3 and self.unsafe:
            found = find_safe(*saved_id[1:])  # of another pickle module
            return found.call if isinstance(found, Function) else found
        raise Refused(f"unknown persistent id of kind {short(saved_id[0])}")

    def source_checked(self, cls, file, source):
        """A class of the file, with a warning if its source has changed."""
        if not isinstance(cls, (type, StandIn)):
            raise Refused(f"{short(cls)} is no class")
        if isinstance(cls, type) and isinstance(source, str) and not _is_own(cls):
            _warn_if_changed(cls, short(file), source)
        return cls

    def storage(self, cls, key, location, size, view=None):
        """The storage with that key, allocated when it is first met."""
        if isinstance(cls, StandIn):
            return cls
        if not isinstance(key, (str, int)) or not isinstance(location, str):
            raise Refused(f"{short(key)} at {short(location)} is no storage")
        kind = TYPES.get(getattr(cls, "name", getattr(cls, "__name__", None)))
        if kind is None:
            raise Refused(f"{short(cls)} is not a storage class")
        if key not in self.storages:
            if type(size) is not int or size < 0:
                raise Refused(f"{short(size)} is not the size of a storage")
            self._bytes += size * kind.item_size
            if self._bytes > self._file.left:
                raise EOFError(
                    f"storages of {self._bytes} bytes are expected, "
                    f"{self._file.left} are left"
                )
            self._kinds[key] = kind
            self.storages[key] = self._place(kind.new(size), location)
        if view is None:
            return self.storages[key]
        return self._view(key, view)

    def _view(self, key, view):
        """A storage of its own for a part of another one; it is filled at the end."""
        view_key, offset, size = view
        if not isinstance(view_key, (str, int)):
            raise Refused(f"{short(view_key)} is no key of a view")
        if view_key not in self._views:
            whole = self._check_part(key, offset, size)
            self._views[view_key] = type(whole)(size), key, offset
        return self._views[view_key][0]

    def view_now(self, key, offset, size):
        """A copy of a part of a storage that is filled already."""
        whole = self._check_part(key, offset, size)
        part = type(whole)(size)
        start = offset * whole.element_size()
        if size:
            memoryview(part)[:] = memoryview(whole)[start:][: len(memoryview(part))]
        return part

    def _check_part(self, key, offset, size):
        """The storage of which it is a part."""
        whole = self.storages[key]
        if offset < 0 or size < 0 or offset + size > len(whole):
            raise RuntimeError(
                f"a view of {size} elements at {offset} does not fit a storage of "
                f"{len(whole)} elements"
            )
        return whole

    def fill_views(self):
        """Copy the values of the views once the storages have theirs."""
        for storage, key, offset in self._views.values():
            start, root = (
                offset * storage.element_size(),
                memoryview(self.storages[key]),
            )
            part = memoryview(storage)
            part[:] = root[start : start + len(part)]

    def _place(self, storage, location):
        """The storage at the location that file and caller ask for."""
        mapping = self._map_location
        if callable(mapping):
            placed = mapping(storage, location)
            if placed is not None:
                return _checked(placed, storage, "map_location")
        elif isinstance(mapping, dict):
            location = mapping.get(location, location)
        elif mapping is not None:
            location = str(mapping)
        placed = default_restore_location(storage, location)
        if placed is None:
            raise Unavailable(
                f"a storage belongs to {location!r}, which is not available; use "
                "map_location='cpu'"
            )
        return _checked(placed, storage, f"what is registered for {location!r}")

    def check_size(self, key, size):
        """Compare a storage with the number of elements that the file has for it."""
        expected = len(self.storages[key])
        if size != expected:
            raise RuntimeError(f"its size is {size}, the object says {expected}")

    def check_bytes(self, key, size):
        """Compare a storage with the number of bytes that the file has for it."""
        expected = self.bytes_of(key)
        if size != expected:
            raise RuntimeError(f"it has {size} bytes, the object says {expected}")

    def bytes_of(self, key):
        """How many bytes a file has for the values of a storage."""
        return len(self.storages[key]) * self._kinds[key].item_size

    def map(self, key, position):
        """Put a storage where its values are in the mapped file.

        False if the storage must be read.
        """
        part = self.mapping[position : position + self.bytes_of(key)]
        return self._kinds[key].map(self.storages[key], part)

    def fill(self, key, file):
        """Read the values of one storage."""
        self._kinds[key].fill(self.storages[key], file)


def _checked(placed, storage, what):
    """A storage that somebody returned to be filled in place of another one."""
    if type(placed) is not type(storage) or len(placed) != len(storage):
        raise Unavailable(f"{what} must return a storage of the same type and size")
    return placed


def _no_storages(saved_id):
    """Refuse a persistent id in a header."""
    raise Refused(f"unexpected persistent id {short(saved_id)}")
