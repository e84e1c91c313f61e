"""Files that are not trusted: how they are read, and what is said about them."""

import io
import os
import reprlib

_repr = reprlib.Repr()
_repr.maxlevel = 2


def short(obj):
    """A few characters that show an object of a file, however large it would print."""
    return _repr.repr(obj)[:80]


def name_of(f):
    """What errors call a file object."""
    name = getattr(f, "name", None)
    return repr(name) if isinstance(name, (str, bytes)) else f"<{type(f).__name__}>"


class Bounded:
    """A binary file that knows what is left of it and reads all that is asked for.

    Parameters
    ----------
    file : binary file
    size : int, optional
        How many bytes of it there are; by default all.
    """

    def __init__(self, file, size=None):
        try:
            seekable = file.seekable()
        except AttributeError:
            seekable = hasattr(file, "seek") and hasattr(file, "tell")
        if not seekable:
            file = io.BytesIO(file.read())
        start = file.tell()
        file.seek(0, os.SEEK_END)
        self.left = file.tell() - start
        if size is not None:
            self.left = min(self.left, size)
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
        if not line.endswith(b"\n") or self.left < 0:
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
