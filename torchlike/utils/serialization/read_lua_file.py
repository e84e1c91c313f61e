"""Reading files that Lua Torch (Torch7) wrote with `torch.save`.

A file is one object: the number of its type, followed by what the type needs. Tables,
functions and Torch objects also have an index, under which they are met again. Nothing
in a file is run: functions are kept as the bytes that Lua dumped.
"""

import os

import torchlike
from torchlike._bounded import Bounded, name_of
from torchlike._utils import _rebuild_tensor
from torchlike.utils.serialization._lua_codecs import codec_of

__all__ = [
    "LuaFunction",
    "T7Reader",
    "T7ReaderException",
    "TorchObject",
    "hashable_uniq_dict",
    "load_lua",
]

(
    TYPE_NIL,
    TYPE_NUMBER,
    TYPE_STRING,
    TYPE_TABLE,
    TYPE_TORCH,
    TYPE_BOOLEAN,
    TYPE_FUNCTION,
    LEGACY_TYPE_RECUR_FUNCTION,
    TYPE_RECUR_FUNCTION,
) = range(9)

_DEEPEST = 200  # objects inside one another
_MOST_DIMENSIONS = 64
_LONGEST_NAME = 1000  # bytes of the name of a class
_CODES = dict(Byte="B", Char="b", Short="h", Int="i", Long="q")
_CODES |= dict(Half="e", Float="f", Double="d")


class T7ReaderException(RuntimeError):
    """A file that cannot be read."""


class hashable_uniq_dict(dict):
    """A table of Lua: equal only to itself, so that it can be a key of other tables.

    Entries whose key is a name are attributes too; one that does not exist is None.

    Examples
    --------
    >>> from torchlike.utils.serialization.read_lua_file import hashable_uniq_dict
    >>> table = hashable_uniq_dict(width=3)
    >>> table.width, table.height, table == dict(table)
    (3, None, False)
    """

    def __eq__(self, other):
        return self is other

    def __ne__(self, other):
        return self is not other

    __hash__ = object.__hash__

    def __getattr__(self, name):
        return _entry(self, name)


def _entry(table, name):
    """What a table has under a name, or None as in Lua."""
    if name.startswith("__"):  # Python asks what kind of object it is
        raise AttributeError(name)
    return table.get(name, table.get(name.encode()))


class TorchObject:
    """An object of a class of Torch7 that does not exist here.

    Entries of its table are items and attributes; one that does not exist is None.

    Parameters
    ----------
    typename : str
        Name of its class, such as 'nn.Linear'.
    obj : object
        What the file holds for it, usually a table.
    """

    def __init__(self, typename, obj):
        self._typename = typename
        self._obj = obj

    def torch_typename(self):
        """The name of the class."""
        return self._typename

    def __getattr__(self, name):
        if name in ("_typename", "_obj"):  # not set yet
            raise AttributeError(name)
        return _entry(self._obj if isinstance(self._obj, dict) else {}, name)

    def __getitem__(self, key):
        return self._obj.get(key) if isinstance(self._obj, dict) else self._obj[key]

    def __dir__(self):
        names = self._obj if isinstance(self._obj, dict) else ()
        return [*super().__dir__(), *(name for name in names if isinstance(name, str))]

    def __repr__(self):
        return f"TorchObject({self._typename!r}, {type(self._obj).__name__})"


class LuaFunction:
    """A function of Lua, which is not run.

    Attributes
    ----------
    size : int
        Length of `dumped`.
    dumped : bytes
        What ``string.dump`` returned.
    upvalues : object
        Its upvalues, usually a list.
    """

    def __init__(self, dumped):
        self.size = len(dumped)
        self.dumped = dumped
        self.upvalues = None


class T7Reader:
    """Reads objects of Torch7, one after the other.

    Parameters
    ----------
    fileobj : binary file
    list_heuristic : bool, default: True
        Whether tables with the keys 1, 2, ... n become lists. A table that is part of
        itself, or a key, stays a `hashable_uniq_dict`.
    int_heuristic : bool, default: True
        Whether whole numbers become ints.
    unicode_heuristic : bool, default: True
        Whether strings become str if they are UTF-8; others are bytes.
    unknown_classes : bool, default: False
        Whether objects of other classes than tensors and storages are read as
        `TorchObject`, in place of an error that names them.
    long_size : {4, 8}, optional
        Bytes of a long where a binary file was written; 8 by default, 4 on 32-bit
        machines and Windows.
    force_8bytes_long : bool, default: False
        The same as ``long_size=8``.

    Raises
    ------
    ValueError
        If `long_size` is something else.
    """

    def __init__(
        self,
        fileobj,
        list_heuristic=True,
        int_heuristic=True,
        unicode_heuristic=True,
        unknown_classes=False,
        long_size=None,
        force_8bytes_long=False,
    ):
        if long_size not in (None, 4, 8) or (force_8bytes_long and long_size == 4):
            raise ValueError(f"long_size must be 4 or 8, got {long_size}")
        self.list_heuristic = list_heuristic
        self.int_heuristic = int_heuristic
        self.unicode_heuristic = unicode_heuristic
        self.unknown_classes = unknown_classes
        self.objects = {}
        self._name = name_of(fileobj)
        self._codec = codec_of(Bounded(fileobj), long_size or 8)
        self._length = self._codec.left
        self._depth = 0
        self._referred = set()
        self._unknown = {}

    def read(self):
        """The next object.

        Returns
        -------
        object
            None, int, float, bool, str, bytes, list, `hashable_uniq_dict`, tensor,
            storage, `LuaFunction` or `TorchObject`.

        Raises
        ------
        T7ReaderException
            If the file is truncated, damaged or no file of Torch7, or has objects of
            classes that do not exist here; all of these are named.
        """
        try:
            result = self._object()
        except Exception as error:  # damaged files fail in every possible way
            raise T7ReaderException(self._message(error)) from error
        if self._unknown and not self.unknown_classes:
            raise T7ReaderException(
                f"load_lua: {self._name} has objects of classes that do not exist "
                f"here: {', '.join(self._unknown)}; unknown_classes=True reads them as "
                "TorchObject"
            )
        return result

    def _message(self, error):
        """The text of the error for a file that is not what it should be."""
        seen = ""
        if self._unknown:
            seen = f" (after objects of the unknown classes {', '.join(self._unknown)})"
        return (
            f"load_lua: {self._name} is truncated, damaged or no file of Torch7: at "
            f"byte {self._length - self._codec.left}{seen}: "
            f"{error or type(error).__name__}"
        )

    def _count(self, number, least):
        """A size that the file gives, where each part takes at least so many bytes."""
        if number < 0 or number * least > self._codec.left + 1:
            raise ValueError(
                f"a size of {number} with {self._codec.left} bytes left in the file"
            )
        return number

    def _chars(self):
        """A string as bytes."""
        return self._codec.chars(self._count(self._codec.ints(1)[0], 1))

    def _object(self, is_key=False):
        """The object at the current position."""
        (kind,) = self._codec.ints(1)
        if kind == TYPE_NIL:
            return None
        if kind == TYPE_NUMBER:
            number = self._codec.double()
            whole = self.int_heuristic and number.is_integer()
            return int(number) if whole else number
        if kind == TYPE_STRING:
            return self._string()
        if kind == TYPE_BOOLEAN:
            return self._codec.ints(1)[0] == 1
        if not TYPE_TABLE <= kind <= TYPE_RECUR_FUNCTION:
            raise ValueError(f"{kind} is no type of an object")
        if self._depth == _DEEPEST:
            raise ValueError(f"more than {_DEEPEST} objects are inside one another")
        self._depth += 1
        try:
            return self._indexed(kind, is_key)
        finally:
            self._depth -= 1

    def _indexed(self, kind, is_key):
        """An object that is met again under its index."""
        if kind == TYPE_FUNCTION:  # of old versions: has none
            return self._function(None)
        (index,) = self._codec.ints(1)
        if index in self.objects:
            self._referred.add(index)
            return self.objects[index]
        if kind == TYPE_TABLE:
            return self._table(index, is_key)
        if kind == TYPE_TORCH:
            return self._torch(index)
        return self._function(index)

    def _string(self):
        data = self._chars()
        if self.unicode_heuristic:
            try:
                return data.decode()
            except UnicodeDecodeError:
                pass  # bytes that are no text
        return data

    def _table(self, index, is_key):
        table = self.objects[index] = hashable_uniq_dict()
        (number,) = self._codec.ints(1)
        count = self._count(number, 2 * self._codec.least("i"))
        for _ in range(count):
            key = self._object(is_key=True)
            if isinstance(key, list):
                raise ValueError(
                    "a table that was read as a list is a key; read the file with "
                    "list_heuristic=False"
                )
            if key in table:
                raise ValueError(
                    f"a table has the key {key!r:.60} twice (for Python, true is 1 and "
                    "false is 0)"
                )
            table[key] = self._object()
        if self.list_heuristic and not is_key and index not in self._referred:
            natural = not any(isinstance(key, bool) for key in table)
            if natural and all(i in table for i in range(1, count + 1)):
                self.objects[index] = [table[i] for i in range(1, count + 1)]
        return self.objects[index]

    def _function(self, index):
        function = LuaFunction(self._chars())
        if index is not None:
            self.objects[index] = function
        function.upvalues = self._object()
        return function

    def _torch(self, index):
        name = self._class_name()
        if name.startswith("V "):  # the version, which older files lack
            name = self._class_name()
        if name in _STORAGES:
            return self._storage(index, *_STORAGES[name])
        if name in _TENSORS:
            return self._tensor(index, _TENSORS[name])
        self._unknown[name] = True
        result = self.objects[index] = TorchObject(name, None)
        result._obj = self._object()
        return result

    def _class_name(self):
        return self._chars()[:_LONGEST_NAME].decode("ascii")

    def _storage(self, index, cls, code):
        size = self._count(self._codec.longs(1)[0], self._codec.least(code))
        storage = self.objects[index] = cls(size)
        if size:
            self._codec.fill(memoryview(storage).cast("B"), code)
        return storage

    def _tensor(self, index, cls):
        (dimensions,) = self._codec.ints(1)
        if not 0 <= dimensions <= _MOST_DIMENSIONS:
            raise ValueError(f"a tensor has {dimensions} dimensions")
        size, stride = self._codec.longs(dimensions), self._codec.longs(dimensions)
        (offset,) = self._codec.longs(1)  # counts from 1
        storage = self._object()
        if storage is None:
            tensor = cls()
        elif type(storage) is type(cls().storage()):
            tensor = _rebuild_tensor(storage, offset - 1, size, stride)
        else:
            raise ValueError(
                f"a {cls.__name__} is over an object of type {type(storage).__name__}"
            )
        self.objects[index] = tensor
        return tensor


# Classes of Torch7 -> what they are here; those on a GPU are on the CPU.
_STORAGES, _TENSORS = {}, {}
for _type, _code in _CODES.items():
    for _prefix in ("torch.", "torch.Cuda"):
        _STORAGES[f"{_prefix}{_type}Storage"] = (
            getattr(torchlike, _type + "Storage"),
            _code,
        )
        _TENSORS[f"{_prefix}{_type}Tensor"] = getattr(torchlike, _type + "Tensor")
_STORAGES["torch.CudaStorage"] = _STORAGES["torch.FloatStorage"]
_TENSORS["torch.CudaTensor"] = _TENSORS["torch.FloatTensor"]


def load_lua(filename, **kwargs):
    """Read a file that Lua Torch (Torch7) wrote, in binary or ascii.

    Tensors that share a storage share it here too. Tensors on a GPU become tensors on
    the CPU. Functions are not run.

    Parameters
    ----------
    filename : str, path or binary file
    **kwargs
        Options of `T7Reader`: `unknown_classes`, `long_size`, `list_heuristic`,
        `int_heuristic`, `unicode_heuristic`, `force_8bytes_long`.

    Returns
    -------
    object
        What `T7Reader.read` returns.

    Raises
    ------
    T7ReaderException
        If the file is truncated, damaged or no file of Torch7, or has objects of
        classes that do not exist here, such as layers, and `unknown_classes` is False.
    OSError
        If it cannot be opened.

    Examples
    --------
    >>> from pathlib import Path
    >>> size = Path('answer.t7').write_bytes(bytes([1] + 9 * [0] + [69, 64]))
    >>> torch.utils.serialization.load_lua('answer.t7')
    42
    """
    if hasattr(filename, "read"):
        return T7Reader(filename, **kwargs).read()
    with open(os.fspath(filename), "rb") as file:
        return T7Reader(file, **kwargs).read()
