"""Saving and loading objects with tensors.

Files are written in the stream format of 0.3 or, on request, in the zip format of
PyTorch 1.6 and later (`_zip_format`); that of 0.1 (`_tar_format`) is also read.

A stream is a sequence of pickles - magic number, protocol version, facts about the
machine, the object, the keys of its storages - followed by the storages in that order,
each as its number of elements (64 bits, little endian) and its raw values. Those of the
first begin at a multiple of 64 bytes, and storages of larger elements come first, so
that the file can be mapped into memory. In the object a storage is a persistent id:
('storage', class, key, location, number of elements, None), where the last entry of
older files may describe a view.
"""

import io
import os
import pickle
import struct
import sys

from torchlike._C.storage import ByteStorage
from torchlike._storage_types import TYPES

__all__ = ["allow", "load", "save"]

MAGIC_NUMBER = 0x1950A86A20F9469CFC6C
PROTOCOL_VERSION = 1001
_SIZE = struct.Struct("<q")  # before the values of a storage
_ALIGNMENT = 64  # bytes, of the values of the first storage in a file

# What is read first, as errors call it.
_HEADER = ("the magic number", "the protocol version", "the byte order")
_OBJECT = "the saved object"

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


class SourceChangeWarning(Warning):
    """The source of a saved module's class is not what it was."""


# ---- saving ------------------------------------------------------------------


def save(
    obj,
    f,
    pickle_module=None,
    pickle_protocol=2,
    _use_new_zipfile_serialization=False,
):
    """Write an object with all its tensors to a file.

    Tensors that share a storage share it again after loading. A file given by its path
    is replaced only once everything is written.

    Parameters
    ----------
    obj : object
        Tensors, modules, optimisers, containers of them, or anything that pickles.
    f : str, path or binary file
    pickle_module : module, optional
        Must be the standard `pickle`, which is the default.
    pickle_protocol : int, default: 2
        At least 1.
    _use_new_zipfile_serialization : bool, default: False
        Write the zip format of PyTorch 1.6 and later, whose `torch.save` has the same
        option. There Variables are tensors, so that one that requires no gradient is
        loaded as a tensor, and the source of classes is not kept.

    Raises
    ------
    ValueError
        If the protocol is 0.
    TypeError, pickle.PicklingError
        If something in `obj` cannot be pickled.
    OSError
        If the file cannot be written.

    Examples
    --------
    >>> torch.save(torch.Tensor([1, 2]), 'x.pt')
    >>> torch.load('x.pt').tolist()
    [1.0, 2.0]
    """
    _check_pickle_module(pickle_module)
    if pickle_protocol == 0:
        raise ValueError("pickle_protocol must be at least 1, got 0")
    write = _write_zip if _use_new_zipfile_serialization else _write_stream
    if hasattr(f, "write"):
        write(obj, f, pickle_protocol)
    else:
        _replace(f, lambda file: write(obj, file, pickle_protocol))


def _replace(f, write):
    """Let `write` write a file, and put it at a path once it is complete."""
    path = os.path.realpath(f)
    if os.path.exists(path) and not os.path.isfile(path):
        with open(path, "wb") as file:  # a device or a pipe
            write(file)
        return
    temporary = f"{path}.{os.getpid()}.tmp"
    try:
        with open(temporary, "wb") as file:
            write(file)
        if os.path.exists(path):
            os.chmod(temporary, os.stat(path).st_mode & 0o7777)
        os.replace(temporary, path)
    except BaseException:
        if os.path.exists(temporary):
            os.remove(temporary)
        raise


def _check_pickle_module(module):
    if module is not None and module.__name__ not in ("pickle", "_pickle"):
        raise ValueError(
            f"pickle_module must be the standard pickle, got {module.__name__}"
        )


def _write_zip(obj, f, protocol):
    """Write an archive."""
    # here and below: pickling takes too long to import with the package
    from torchlike import _zip_format

    _zip_format.write(obj, f, protocol, _Writer())


def _write_stream(obj, f, protocol):
    """Write the whole stream."""
    from torchlike import _pickling

    writer = _Writer()
    info = {
        "protocol_version": PROTOCOL_VERSION,
        "little_endian": sys.byteorder == "little",
        "type_sizes": {"short": 2, "int": 4, "long": 4},
    }
    for header in (MAGIC_NUMBER, PROTOCOL_VERSION, info):
        _pickling.Pickler(f, protocol).dump(header)
    _pickling.Pickler(f, protocol, writer.persistent_id).dump(obj)
    storages = writer.storages
    # large elements first: all begin at a multiple of their size
    keys = sorted(storages, key=lambda key: (-storages[key].element_size(), key))
    f.write(_aligning(pickle.dumps(keys, 2), f))
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


class _Writer:
    """Collects the storages of one object and knows which classes have been named."""

    def __init__(self):
        self.storages = {}
        self._keys = {}
        self._classes = set()

    def persistent_id(self, obj):
        """What stands in the pickle for a storage or a user's module class."""
        if isinstance(obj, type):
            return self._class_id(obj)
        stored = self.storage_id(obj)
        return stored and (*stored, None)

    def storage_id(self, storage):
        """What stands for a storage in the zip format; None for another object."""
        cls = type(storage)
        if cls.__name__ not in TYPES or not cls.__module__.startswith("torch"):
            return None
        # Two objects may stand for the same memory: they are one storage in the file.
        place = storage.data_ptr() or id(storage), type(storage), len(storage)
        key = self._keys.setdefault(place, str(len(self._keys)))
        self.storages.setdefault(key, storage)
        return "storage", cls, key, "cpu", len(storage)

    def _class_id(self, cls):
        """The source of a user's module class, so that loading can notice changes."""
        from torchlike.nn import Module

        if _is_own(cls) or not issubclass(cls, Module) or cls in self._classes:
            return None
        self._classes.add(cls)
        file, source = _source(cls)
        return "module", cls, file, source


def _is_own(cls):
    """Whether a class belongs to this package."""
    return cls.__module__.partition(".")[0] in ("torch", __package__)


def _source(cls):
    """(file, source) of a class; (None, None) if there is none."""
    import inspect  # rarely needed, and slow to import

    try:
        return inspect.getsourcefile(cls), inspect.getsource(cls)
    except (OSError, TypeError):
        return None, None


# ---- loading -----------------------------------------------------------------

_allowed = {}  # (module, name) -> class or function


def allow(*objects):
    """Let files name classes and functions, call them and set their instances' state.

    Parameters
    ----------
    *objects : class or function
        Whatever they do when called with any arguments, a file can do.

    Raises
    ------
    TypeError
        If one is neither.

    Examples
    --------
    >>> from fractions import Fraction
    >>> torch.save(Fraction(1, 2), 'x.pt')
    >>> torch.serialization.allow(Fraction)
    >>> torch.load('x.pt')
    Fraction(1, 2)
    """
    for obj in objects:
        if not callable(obj) or not hasattr(obj, "__qualname__"):
            raise TypeError(
                f"allow expects classes and functions, got {type(obj).__name__}"
            )
    _allowed.update({(obj.__module__, obj.__qualname__): obj for obj in objects})


def load(f, map_location=None, pickle_module=None, unsafe=False, mmap=False):
    """Read an object that `save` or PyTorch's `torch.save` wrote.

    Only containers, numbers, strings, tensors, and instances of modules, optimisers and
    data sets whose class is defined already are rebuilt, from their state. Nothing
    else is imported or called, so a file from anywhere may be opened.

    All formats of PyTorch are read: tar (0.1), stream (0.2 to 1.5) and zip (1.6 and
    later). Of types that are not known here bfloat16 becomes float and bool becomes
    byte; a tensor without dimensions gets size 1.

    Parameters
    ----------
    f : str, path or binary file
    map_location : callable, dict or str, optional
        Where storages go: ``callable(storage, location)`` returns the storage or None
        for the default; a dict maps locations; a str is the location. All must end at
        'cpu'.
    pickle_module : module, optional
        Must be the standard `pickle`, which is the default.
    unsafe : bool, default: False
        Let the file import and call anything. It can then run any code.
    mmap : bool, default: False
        Map the file at a path into memory in place of reading it, so that loading takes
        milliseconds and values are read when they are first used. Changes stay in
        memory. The file may be replaced, but not shortened, while tensors from it are
        used, and their storages cannot be resized. Storages that are converted, not
        aligned or in a tar file are read.

    Returns
    -------
    object

    Raises
    ------
    pickle.UnpicklingError
        If the file holds what is not loaded without `unsafe` or `allow`. The message
        names all of it.
    RuntimeError
        If the file is truncated, damaged or of another format, or a storage was saved
        on a device that is not available.
    ValueError
        If `mmap` is given with a file object.

    Examples
    --------
    >>> torch.save({'a': torch.ones(2)}, 'x.pt')
    >>> torch.load('x.pt')['a'].sum()
    2.0
    """
    _check_pickle_module(pickle_module)
    if hasattr(f, "read"):
        if mmap:
            raise ValueError(f"mmap=True needs the path of a file, got {_name(f)}")
        return _load(f, _name(f), map_location, unsafe)
    path = os.fspath(f)  # open would take a file descriptor as well
    with open(path, "rb") as file:
        mapping = None
        if mmap:  # the file that is open, whatever is at the path by now
            mapping = memoryview(ByteStorage.from_file(f"/dev/fd/{file.fileno()}"))
        return _load(file, repr(path), map_location, unsafe, mapping)


def _name(f):
    name = getattr(f, "name", None)
    return repr(name) if isinstance(name, (str, bytes)) else f"<{type(f).__name__}>"


class _Bounded:
    """A binary file that knows what is left of it and reads all that is asked for."""

    def __init__(self, file):
        try:
            seekable = file.seekable()
        except AttributeError:
            seekable = hasattr(file, "seek") and hasattr(file, "tell")
        if not seekable:
            file = io.BytesIO(file.read())
        start = file.tell()
        file.seek(0, os.SEEK_END)
        self.left = file.tell() - start
        file.seek(start)
        self.file = file

    def position(self):
        """Where it is, in bytes from the beginning of the file."""
        return self.file.tell()

    def skip(self, n):
        """Leave out n bytes that are there."""
        self.file.seek(n, os.SEEK_CUR)
        self.left -= n

    def head(self, n):
        """The next n bytes, or what there is of them, left where they are."""
        start = self.file.tell()
        data = self.file.read(min(n, self.left))
        self.file.seek(start)
        return data

    def read(self, n):
        """Exactly n bytes."""
        if n > self.left:
            raise EOFError(f"{n} more bytes are expected, {self.left} are left")
        data = self.file.read(n)
        self.left -= len(data)
        if len(data) != n:
            raise EOFError(f"{n} more bytes are expected, got {len(data)}")
        return data

    def readline(self):
        """One line with its end."""
        line = self.file.readline()
        self.left -= len(line)
        if not line.endswith(b"\n"):
            raise EOFError("the rest of a line is expected, 0 bytes are left")
        return line

    def readinto(self, view):
        """Fill a writable view of bytes; returns their number."""
        readinto = getattr(self.file, "readinto", None)
        if readinto is None or len(view) > self.left:
            view[:] = self.read(len(view))
            return len(view)
        done = 0
        while done < len(view):
            size = readinto(view[done:])
            if not size:
                raise EOFError(f"{len(view) - done} more bytes are expected")
            done += size
        self.left -= done
        return done


def _load(f, name, map_location, unsafe, mapping=None):
    """Read an object in any format; `name` is what errors call the file."""
    file = _Bounded(f)
    return _read(file, _Reader(file, map_location, unsafe, mapping=mapping), name)


def _read(file, reader, name):
    """Read an object with a reader."""
    from pickle import UnpicklingError

    from torchlike import _pickling

    head = file.head(512)
    for mark, kind in _FOREIGN.items():
        if head.startswith(mark):
            raise RuntimeError(
                f"torch.load: {name} is {kind}; expected a file of torch.save"
            )
    try:
        result = _format_of(head)(file, reader)
    except (_pickling.Refused, _Unavailable) as error:
        if reader.step in _HEADER:
            raise _damaged(name, reader.step, error) from None
        kind = RuntimeError if isinstance(error, _Unavailable) else UnpicklingError
        raise kind(f"torch.load: {name}: {error}") from None
    except (OSError, RecursionError):
        raise
    except Exception as error:
        # A damaged pickle fails in every possible way; so does code that it runs.
        if reader.unsafe and reader.step == _OBJECT and not isinstance(error, EOFError):
            raise
        raise _damaged(name, reader.step, error) from error
    return result


def _format_of(head):
    """The function that reads a file with this beginning."""
    if head.startswith(_ZIP_MARK):
        return _read_zip
    if head[_TAR_PLACE:].startswith(_TAR_MARK):
        return _read_tar
    return _read_stream


def _read_zip(file, reader):
    from torchlike import _zip_format

    return _zip_format.read(file.file, reader)


def _read_tar(file, reader):
    from torchlike import _tar_format

    return _tar_format.read(file.file, reader, _Bounded)


def _read_stream(file, reader):
    """The object of a whole stream."""
    reader.step = _HEADER[0]
    magic = reader.unpickle_plain(file)
    if magic != MAGIC_NUMBER or type(magic) is not int:
        raise RuntimeError("it begins otherwise")
    reader.step = _HEADER[1]
    version = reader.unpickle_plain(file)
    if version != PROTOCOL_VERSION:
        raise RuntimeError(f"expected {PROTOCOL_VERSION}, got {version!r:.40}")
    reader.step = _HEADER[2]
    info = reader.unpickle_plain(file)
    if not isinstance(info, dict) or not info.get("little_endian", True):
        raise RuntimeError("only little-endian files can be read")
    reader.step = _OBJECT
    result = reader.unpickle(file)
    reader.step = "the keys of the storages"
    keys = reader.unpickle_plain(file)
    if not isinstance(keys, list) or set(keys) != set(reader.storages):
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


def _damaged(name, step, error):
    """The error for a file that is not what it should be."""
    return RuntimeError(
        f"torch.load: {name} is truncated, damaged or no file of torch.save: "
        f"expected {step}, but {error or type(error).__name__}"
    )


class _Unavailable(Exception):
    """A storage that cannot be placed where the file or the caller wants it."""


class _Reader:
    """Rebuilds one object and its storages.

    Parameters
    ----------
    file : _Bounded
        The storages must not be larger than what is left of it.
    map_location, unsafe
        As for `load`.
    lenient : bool, default: False
        Whether stand-ins are put where something is refused; `refused` names it.
    mapping : memoryview, optional
        The whole file in memory.

    Attributes
    ----------
    step : str
        What is being read, for errors.
    storages : dict of key -> storage
    mapping : memoryview or None
    """

    OBJECT = _OBJECT

    def __init__(self, file, map_location, unsafe, lenient=False, mapping=None):
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

    def unpickle(self, file, persistent=None):
        """The object that is pickled in a file.

        `persistent` returns what a persistent id stands for; by default the ids are
        those of streams and zip archives.
        """
        from torchlike import _pickling

        persistent = persistent or self._persistent
        if self.unsafe:
            return _pickling.UnsafeUnpickler(file, persistent).load()
        unpickler = _pickling.Unpickler(file, persistent, self._lenient)
        result = unpickler.load()
        self.refused = unpickler.refused
        return result

    def unpickle_plain(self, file):
        """The next pickle of a file that holds facts and no object."""
        from torchlike import _pickling

        return _pickling.Unpickler(file, _no_storages).load()

    def _persistent(self, saved_id):
        """The storage or class for a persistent id."""
        from torchlike._pickling import Refused

        if not isinstance(saved_id, tuple) or not saved_id:
            raise Refused(f"unknown persistent id {saved_id!r:.60}")
        if saved_id[0] == "module" and len(saved_id) == 4:
            return self.source_checked(*saved_id[1:])
        if saved_id[0] == "storage" and len(saved_id) in (5, 6):
            return self.storage(*saved_id[1:])
        raise Refused(f"unknown persistent id of kind {saved_id[0]!r:.60}")

    def source_checked(self, cls, file, source):
        """A class of the file, with a warning if its source has changed."""
        if isinstance(cls, type) and not _is_own(cls):
            _warn_if_changed(cls, file, source)
        return cls

    def storage(self, cls, key, location, size, view=None):
        """The storage with that key, allocated when it is first met."""
        from torchlike._pickling import Refused, StandIn

        if isinstance(cls, StandIn):
            return cls
        kind = TYPES.get(getattr(cls, "name", getattr(cls, "__name__", None)))
        if kind is None:
            raise Refused(f"{cls!r} is not a storage class")
        if key not in self.storages:
            if type(size) is not int or size < 0:
                raise Refused(f"{size!r:.40} is not the size of a storage")
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
        return self._view(cls, key, *view)

    def _view(self, cls, key, view_key, offset, size):
        """A storage of its own for a part of another one; it is filled at the end."""
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
                if type(placed) is not type(storage) or len(placed) != len(storage):
                    raise _Unavailable(
                        "map_location must return a storage of the same type and size"
                    )
                return placed
        elif isinstance(mapping, dict):
            location = mapping.get(location, location)
        elif mapping is not None:
            location = str(mapping)
        if location != "cpu":
            raise _Unavailable(
                f"a storage belongs to {location!r}, which is not available; use "
                "map_location='cpu'"
            )
        return storage

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


def _no_storages(saved_id):
    """Refuse a persistent id in a header."""
    from torchlike._pickling import Refused

    raise Refused(f"unexpected persistent id {saved_id!r:.60}")


def _warn_if_changed(cls, file, source):
    """Warn where the source of a user's module class differs from the saved one."""
    if not source:
        return
    current = _source(cls)[1]
    if current is not None and current != source:
        import warnings

        warnings.warn(
            f"source code of class '{cls.__module__}.{cls.__qualname__}' (saved from "
            f"{file}) has changed since the file was written",
            SourceChangeWarning,
            stacklevel=2,
        )
