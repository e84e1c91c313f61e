"""The storage types that files may hold, and what they become here.

Two types of later versions are converted: bfloat16 to float, which holds all its
values, and bool to byte.
"""

import torchlike
from torchlike._C.storage import move_into

_CHUNK = 1 << 20  # bytes that are read at a time


class StorageType:
    """A storage type of a file.

    Attributes
    ----------
    name : str
        The file's name of it, such as 'BFloat16Storage'.
    item_size : int, in bytes
    name_here : str
        The class that it becomes.
    """

    def __init__(self, name, item_size, name_here=None, convert=None):
        self.name = name
        self.item_size = item_size
        self.name_here = name_here or name
        self._convert = convert

    def new(self, size):
        """A storage for `size` elements."""
        return getattr(torchlike, self.name_here)(size)

    def map(self, storage, part):
        """Put a storage into the memory that holds its values; False if impossible."""
        if self._convert is not None or not len(storage):
            return False
        try:
            move_into(storage, part)
        except (
            RuntimeError,
            ValueError,
        ):  # too short, unaligned, or used by the caller
            return False
        return True

    def fill(self, storage, file):
        """Read the values of a storage from a file, up to its end."""
        if not len(storage):
            return
        view = memoryview(storage).cast("B")
        step = storage.element_size() // self.item_size
        done, total = 0, len(view)
        while done < total:
            size = min(total - done, _CHUNK)
            if self._convert is None:
                size = file.readinto(view[done : done + size])
            else:
                part = self._convert(file.read(size // step))
                size = len(part)
                view[done : done + size] = part
            if not size:
                raise EOFError(f"{total - done} more bytes are expected, 0 are left")
            done += size


def _float_from_bfloat16(raw):
    import numpy  # only for files with bfloat16

    return (numpy.frombuffer(raw, "<u2").astype("<u4") << 16).tobytes()


TYPES = {
    kind.name: kind
    for kind in (
        StorageType("DoubleStorage", 8),
        StorageType("FloatStorage", 4),
        StorageType("HalfStorage", 2),
        StorageType("LongStorage", 8),
        StorageType("IntStorage", 4),
        StorageType("ShortStorage", 2),
        StorageType("CharStorage", 1),
        StorageType("ByteStorage", 1),
        StorageType("BFloat16Storage", 2, "FloatStorage", _float_from_bfloat16),
        StorageType("BoolStorage", 1, "ByteStorage"),
    )
}
