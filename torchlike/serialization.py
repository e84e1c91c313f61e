"""Saving and loading objects with tensors, in the stream format of 0.3.

A file is a sequence of pickles - magic number, protocol version, facts about the
machine, the object, the sorted keys of its storages - followed by the storages in that
order, each as its number of elements (64 bits, little endian) and its raw values. In
the object a storage is a persistent id: ('storage', class, key, location, number of
elements, None), where the last entry of older files may describe a view.
"""

import io
import os
import struct
import sys

__all__ = ["load", "save"]

MAGIC_NUMBER = 0x1950A86A20F9469CFC6C
PROTOCOL_VERSION = 1001
_CHUNK = 1 << 20  # bytes that are read at a time

_ITEM_SIZES = {
    "DoubleStorage": 8,
    "FloatStorage": 4,
    "HalfStorage": 2,
    "LongStorage": 8,
    "IntStorage": 4,
    "ShortStorage": 2,
    "CharStorage": 1,
    "ByteStorage": 1,
}
# What is read first, as errors call it.
_HEADER = ("the magic number", "the protocol version", "the byte order")
_OBJECT = "the saved object"

# Beginnings of files that are mistaken for ours, and how to name them.
_ZIP = "a zip archive, the format of PyTorch 1.6 and later, which is not supported yet"
_TAR = "a tar archive, the format of PyTorch 0.1, which is not supported yet"
_FOREIGN = (
    (0, b"PK\x03\x04", _ZIP),
    (257, b"ustar", _TAR),
    (0, b"\x1f\x8b", "a gzip file"),
    (0, b"\x93NUMPY", "a NumPy array"),
    (0, b"\x89HDF", "an HDF5 file"),
)


class SourceChangeWarning(Warning):
    """The source of a saved module's class is not what it was."""


# ---- saving ------------------------------------------------------------------


def save(obj, f, pickle_module=None, pickle_protocol=2):
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
    if hasattr(f, "write"):
        _save(obj, f, pickle_protocol)
        return
    path = os.path.realpath(f)
    if os.path.exists(path) and not os.path.isfile(path):
        with open(path, "wb") as file:  # a device or a pipe
            _save(obj, file, pickle_protocol)
        return
    temporary = f"{path}.{os.getpid()}.tmp"
    try:
        with open(temporary, "wb") as file:
            _save(obj, file, pickle_protocol)
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


def _save(obj, f, protocol):
    """Write the whole stream."""
    # here and in _load: pickling takes too long to import with the package
    from torchlike import _pickling

    if protocol == 0:
        raise ValueError("pickle_protocol must be at least 1, got 0")
    writer = _Writer()
    info = {
        "protocol_version": PROTOCOL_VERSION,
        "little_endian": sys.byteorder == "little",
        "type_sizes": {"short": 2, "int": 4, "long": 4},
    }
    for header in (MAGIC_NUMBER, PROTOCOL_VERSION, info):
        _pickling.Pickler(f, protocol).dump(header)
    _pickling.Pickler(f, protocol, writer.persistent_id).dump(obj)
    keys = sorted(writer.storages)
    _pickling.Pickler(f, protocol).dump(keys)
    for key in keys:
        storage = writer.storages[key]
        f.write(struct.pack("<q", len(storage)))
        if len(storage):
            f.write(memoryview(storage))
    f.flush()


class _Writer:
    """Collects the storages of one object and knows which classes have been named."""

    def __init__(self):
        self.storages = {}
        self._keys = {}
        self._classes = set()

    def persistent_id(self, obj):
        """What stands in the pickle for a storage or a user's module class."""
        name = type(obj).__name__
        if name in _ITEM_SIZES and type(obj).__module__.startswith("torch"):
            return self._storage_id(obj)
        if isinstance(obj, type):
            return self._class_id(obj)
        return None

    def _storage_id(self, storage):
        # Two objects may stand for the same memory: they are one storage in the file.
        place = storage.data_ptr() or id(storage), type(storage), len(storage)
        key = self._keys.setdefault(place, str(len(self._keys)))
        self.storages.setdefault(key, storage)
        return "storage", type(storage), key, "cpu", len(storage), None

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


def load(f, map_location=None, pickle_module=None, unsafe=False):
    """Read an object that `save` or PyTorch's `torch.save` wrote.

    Only containers, numbers, strings, tensors, and instances of modules, optimisers and
    data sets whose class is defined already are rebuilt, from their state. Nothing
    else is imported or called, so a file from anywhere may be opened.

    Parameters
    ----------
    f : str, path or binary file
        PyTorch 1.6 and later must have written it with
        ``_use_new_zipfile_serialization=False``.
    map_location : callable, dict or str, optional
        Where storages go: ``callable(storage, location)`` returns the storage or None
        for the default; a dict maps locations; a str is the location. All must end at
        'cpu'.
    pickle_module : module, optional
        Must be the standard `pickle`, which is the default.
    unsafe : bool, default: False
        Let the file import and call anything. It can then run any code.

    Returns
    -------
    object

    Raises
    ------
    pickle.UnpicklingError
        If the file holds what is not allowed without `unsafe`.
    RuntimeError
        If the file is truncated, damaged or of another format, or a storage was saved
        on a device that is not available.

    Examples
    --------
    >>> torch.save({'a': torch.ones(2)}, 'x.pt')
    >>> torch.load('x.pt')['a'].sum()
    2.0
    """
    _check_pickle_module(pickle_module)
    if hasattr(f, "read"):
        return _load(f, _name(f), map_location, unsafe)
    path = os.fspath(f)  # open would take a file descriptor as well
    with open(path, "rb") as file:
        return _load(file, repr(path), map_location, unsafe)


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
        self._file = file

    def head(self, n):
        """The next n bytes, or what there is of them, left where they are."""
        start = self._file.tell()
        data = self._file.read(min(n, self.left))
        self._file.seek(start)
        return data

    def read(self, n):
        """Exactly n bytes."""
        if n > self.left:
            raise EOFError(f"{n} more bytes are expected, {self.left} are left")
        data = self._file.read(n)
        self.left -= len(data)
        if len(data) != n:
            raise EOFError(f"{n} more bytes are expected, got {len(data)}")
        return data

    def readline(self):
        """One line with its end."""
        line = self._file.readline()
        self.left -= len(line)
        if not line.endswith(b"\n"):
            raise EOFError("the rest of a line is expected, 0 bytes are left")
        return line

    def readinto(self, view):
        """Fill a writable view of bytes; returns their number."""
        done, total = 0, len(view)
        while done < total:
            part = self.read(min(total - done, _CHUNK))
            view[done : done + len(part)] = part
            done += len(part)
        return done


def _load(f, name, map_location, unsafe):
    """Read the whole stream; `name` is what errors call the file."""
    from pickle import UnpicklingError

    from torchlike import _pickling

    file = _Bounded(f)
    head = file.head(512)
    for offset, mark, kind in _FOREIGN:
        if head[offset:].startswith(mark):
            raise RuntimeError(
                f"torch.load: {name} is {kind}; expected the stream format of PyTorch "
                "0.2 to 1.5 (later versions write it by torch.save(obj, f, "
                "_use_new_zipfile_serialization=False))"
            )
    reader = _Reader(file, map_location, unsafe)
    step = _HEADER[0]
    try:
        magic = reader.unpickle(allow_storages=False)
        if magic != MAGIC_NUMBER or type(magic) is not int:
            raise RuntimeError("it begins otherwise")
        step = _HEADER[1]
        version = reader.unpickle(allow_storages=False)
        if version != PROTOCOL_VERSION:
            raise RuntimeError(f"expected {PROTOCOL_VERSION}, got {version!r:.40}")
        step = _HEADER[2]
        info = reader.unpickle(allow_storages=False)
        if not isinstance(info, dict) or not info.get("little_endian", True):
            raise RuntimeError("only little-endian files can be read")
        step = _OBJECT
        result = reader.unpickle()
        step = "the keys of the storages"
        keys = reader.unpickle(allow_storages=False)
        if not isinstance(keys, list) or set(keys) != set(reader.storages):
            raise RuntimeError(f"they are not those of {len(reader.storages)} storages")
        for i, key in enumerate(keys):
            step = f"storage {i + 1} of {len(keys)}"
            reader.fill(key)
        reader.fill_views()
    except (_pickling.Refused, _Unavailable) as error:
        if step in _HEADER:
            raise _damaged(name, step, error) from None
        kind = RuntimeError if isinstance(error, _Unavailable) else UnpicklingError
        raise kind(f"torch.load: {name}: {error}") from None
    except (OSError, RecursionError):
        raise
    except Exception as error:
        # A damaged pickle fails in every possible way; so does code that it runs.
        if unsafe and step == _OBJECT and not isinstance(error, EOFError):
            raise
        raise _damaged(name, step, error) from error
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
    """Rebuilds one object and its storages."""

    def __init__(self, file, map_location, unsafe):
        self.storages = {}
        self._views = {}
        self._bytes = 0
        self._file = file
        self._map_location = map_location
        self._unsafe = unsafe

    def unpickle(self, allow_storages=True):
        """The next pickle of the file."""
        from torchlike import _pickling

        kind = _pickling.Unpickler
        if self._unsafe and allow_storages:
            kind = _pickling.UnsafeUnpickler
        loader = self._persistent if allow_storages else _no_storages
        return kind(self._file, loader).load()

    def _persistent(self, saved_id):
        """The storage or class for a persistent id."""
        from torchlike._pickling import Refused

        if not isinstance(saved_id, tuple) or not saved_id:
            raise Refused(f"unknown persistent id {saved_id!r:.60}")
        if saved_id[0] == "module" and len(saved_id) == 4:
            _, cls, file, source = saved_id
            if not _is_own(cls):
                _warn_if_changed(cls, file, source)
            return cls
        if saved_id[0] == "storage" and len(saved_id) in (5, 6):
            return self._storage(*saved_id[1:])
        raise Refused(f"unknown persistent id of kind {saved_id[0]!r:.60}")

    def _storage(self, cls, key, location, size, view=None):
        """The storage with that key, allocated when it is first met."""
        from torchlike._pickling import Refused

        name = getattr(cls, "__name__", None)
        if name not in _ITEM_SIZES:
            raise Refused(f"{cls!r} is not a storage class")
        if key not in self.storages:
            if type(size) is not int or size < 0:
                raise Refused(f"{size!r:.40} is not the size of a storage")
            self._bytes += size * _ITEM_SIZES[name]
            if self._bytes > self._file.left:
                raise EOFError(
                    f"storages of {self._bytes} bytes are expected, "
                    f"{self._file.left} are left"
                )
            self.storages[key] = self._place(cls(size), location)
        if view is None:
            return self.storages[key]
        return self._view(cls, key, *view)

    def _view(self, cls, key, view_key, offset, size):
        """A storage of its own for a part of another one; it is filled at the end."""
        if view_key not in self._views:
            if offset < 0 or size < 0 or offset + size > len(self.storages[key]):
                raise RuntimeError(
                    f"a view of {size} elements at {offset} does not fit a storage of "
                    f"{len(self.storages[key])} elements"
                )
            self._views[view_key] = cls(size), key, offset
        return self._views[view_key][0]

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

    def fill(self, key):
        """Read the values of one storage."""
        storage = self.storages[key]
        (size,) = struct.unpack("<q", self._file.read(8))
        if size != len(storage):
            raise RuntimeError(f"its size is {size}, the object says {len(storage)}")
        if size:
            self._file.readinto(memoryview(storage).cast("B"))


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
