"""Saving and loading objects with tensors.

Files are written in the stream format of 0.3 (`_stream_format`) or, on request, in the
zip format of PyTorch 1.6 and later (`_zip_format`). Both are read by `_reader`, and so
is the tar format of 0.1 (`_tar_format`).
"""

import errno
import os

from torchlike._bounded import Bounded, name_of
from torchlike._C.storage import ByteStorage
from torchlike._storage_types import TYPES

__all__ = ["allow", "load", "register_package", "save"]

MAGIC_NUMBER = 0x1950A86A20F9469CFC6C
PROTOCOL_VERSION = 1001


class SourceChangeWarning(Warning):
    """The source of a saved module's class is not what it was."""


# ---- where storages are ------------------------------------------------------

# (priority, tagger, deserializer), sorted by priority
_package_registry = []


def register_package(priority, tagger, deserializer):
    """Let files hold storages that belong somewhere else, with a tag of their own.

    Parameters
    ----------
    priority : int
        The lowest is asked first; the CPU has 10.
    tagger : callable
        ``tagger(storage)`` returns the tag of the location, a str, or None.
    deserializer : callable
        ``deserializer(storage, tag)`` returns the storage that is to be filled, of the
        same type and size, or None for the tags of others.

    Examples
    --------
    >>> def tag(storage):
    ...     return None  # 'pinned' if it were
    >>> def restore(storage, location):
    ...     return storage if location == 'pinned' else None
    >>> torch.serialization.register_package(20, tag, restore)
    """
    _package_registry.append((priority, tagger, deserializer))
    _package_registry.sort(key=lambda entry: entry[0])


def location_tag(storage):
    """The tag of the location of a storage.

    Raises
    ------
    RuntimeError
        If nobody knows the storage.

    Examples
    --------
    >>> torch.serialization.location_tag(torch.FloatStorage(2))
    'cpu'
    """
    for _, tagger, _ in _package_registry:
        location = tagger(storage)
        if location:
            return location
    raise RuntimeError(f"don't know how to determine data location of {type(storage)}")


def default_restore_location(storage, location):
    """The storage at a location, or None if nobody knows its tag.

    Examples
    --------
    >>> storage = torch.FloatStorage(2)
    >>> torch.serialization.default_restore_location(storage, 'cpu') is storage
    True
    """
    for _, _, deserializer in _package_registry:
        placed = deserializer(storage, location)
        if placed is not None:
            return placed
    return None


register_package(
    10,
    lambda storage: "cpu",
    lambda storage, location: storage if location == "cpu" else None,
)


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
    pickle_module : module, default: pickle
        Another module with a class `Pickler` may pickle more, such as functions. Only
        torchlike loads its files, with the same module and ``unsafe=True``.
    pickle_protocol : int, default: 2
        At least 1.
    _use_new_zipfile_serialization : bool, default: False
        Write the zip format of PyTorch 1.6 and later, whose `torch.save` has the same
        option. There Variables are tensors, so that one that requires no gradient is
        loaded as a tensor, and the source of classes is not kept.

    Raises
    ------
    ValueError
        If the protocol is 0 or `pickle_module` has no `Pickler`.
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
    foreign = _foreign(pickle_module, "Pickler")
    if pickle_protocol == 0:
        raise ValueError("pickle_protocol must be at least 1, got 0")
    # here and below: pickling takes too long to import with the package
    from torchlike import _pickling, _stream_format, _zip_format

    form = _stream_format
    cls = _pickling.Pickler
    if _use_new_zipfile_serialization:
        form, cls = _zip_format, _pickling.ZipPickler

    def pickler(*arguments):
        if foreign:
            return _pickling.foreign_pickler(foreign, *arguments)
        return cls(*arguments)

    def write(file, is_new=False):
        form.write(obj, file, pickler, pickle_protocol, _Writer(is_new))

    if hasattr(f, "write"):
        write(f)
    else:
        _replace(f, lambda file: write(file, True))


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


def _foreign(module, name):
    """A pickle module with a class of that name, or None for the standard one."""
    if module is None or module.__name__ in ("pickle", "_pickle", "cPickle"):
        return None
    if not isinstance(getattr(module, name, None), type):
        raise ValueError(f"pickle_module {module.__name__} has no class {name}")
    return module


_LARGE = 1 << 24  # bytes
# Pipes, devices and some file systems cannot.
_NO_RESERVE = errno.EINVAL, errno.EOPNOTSUPP, errno.ENODEV, errno.ESPIPE


class _Writer:
    """Collects the storages of one object and knows which classes have been named.

    Parameters
    ----------
    is_new : bool
        Whether the file is new and nobody else has it.
    """

    def __init__(self, is_new):
        self._is_new = is_new
        self.storages = {}
        self._keys = {}
        self._classes = set()

    def reserve(self, f):
        """Ask for the space of the storages on the disk before they are written.

        That is faster than asking again and again, and a full disk is noticed earlier.
        """
        size = sum(len(s) * s.element_size() for s in self.storages.values())
        if self._is_new and size >= _LARGE and hasattr(os, "posix_fallocate"):
            try:
                os.posix_fallocate(f.fileno(), 0, size)
            except OSError as error:
                if error.errno not in _NO_RESERVE:
                    raise

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
        return "storage", cls, key, location_tag(storage), len(storage)

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
    pickle_module : module, default: pickle
        The one that the file was saved with. Another one than the standard needs
        ``unsafe=True``.
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
        If `mmap` is given with a file object, or another `pickle_module` without
        `unsafe`.

    Examples
    --------
    >>> torch.save({'a': torch.ones(2)}, 'x.pt')
    >>> torch.load('x.pt')['a'].sum()
    2.0
    """
    foreign = _foreign(pickle_module, "Unpickler")
    if foreign and not unsafe:
        raise ValueError(
            f"pickle_module {foreign.__name__} lets a file run any code; if you trust "
            "its source, call torch.load(f, pickle_module=..., unsafe=True)"
        )
    if hasattr(f, "read"):
        if mmap:
            raise ValueError(f"mmap=True needs the path of a file, got {name_of(f)}")
        return _load(f, name_of(f), map_location, unsafe, None, foreign)
    path = os.fspath(f)  # open would take a file descriptor as well
    with open(path, "rb") as file:
        mapping = None
        if mmap:  # the file that is open, whatever is at the path by now
            mapping = memoryview(ByteStorage.from_file(f"/dev/fd/{file.fileno()}"))
        return _load(file, repr(path), map_location, unsafe, mapping, foreign)


def _load(f, name, map_location, unsafe, mapping, pickle_module):
    """Read an object; `name` is what errors call the file."""
    from torchlike import _reader  # as above

    file = Bounded(f)
    reader = _reader.Reader(file, map_location, unsafe, False, mapping, pickle_module)
    return _reader.read(file, reader, name)


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
