"""Numbers and bytes of the two encodings of Torch7 files, binary and ascii."""

import re
import struct

_CHUNK = 1 << 16  # bytes that are read, or numbers that are parsed, at a time
_TOKEN = re.compile(rb"\s*([-+.0-9A-Za-z]{1,64})(?!\S)")


def codec_of(file, long_size):
    """The codec for a file.

    A binary file begins with the number of a type, whose first byte is small; an ascii
    file begins with a digit.

    Parameters
    ----------
    file : torchlike._bounded.Bounded
    long_size : {4, 8}
        Bytes of a long in binary files.
    """
    return Ascii(file) if file.head(1).isdigit() else Binary(file, long_size)


class Binary:
    """Little-endian numbers with nothing between them."""

    def __init__(self, file, long_size):
        self._file = file
        self._long = "q" if long_size == 8 else "i"

    @property
    def left(self):
        """Bytes that remain."""
        return self._file.left

    def _unpack(self, count, code):
        width = struct.calcsize("<" + code)
        return struct.unpack(f"<{count}{code}", self._file.read(width * count))

    def ints(self, count):
        """Integers of the type int in C."""
        return self._unpack(count, "i")

    def longs(self, count):
        """Integers of the type long in C."""
        return self._unpack(count, self._long)

    def double(self):
        """One number of Lua."""
        return self._unpack(1, "d")[0]

    def chars(self, count):
        """The bytes of a string."""
        return self._file.read(count)

    def least(self, code):
        """The fewest bytes that an element of a storage takes in the file."""
        return struct.calcsize("<" + (self._long if code == "q" else code))

    def fill(self, view, code):
        """Read the values of a storage into the bytes of its memory."""
        if code == "q" and self._long == "i":
            _pack_parts(view, code, self.longs)
            return
        for start in range(0, len(view), _CHUNK):
            self._file.readinto(view[start : start + _CHUNK])


class Ascii:
    """Decimal numbers with white space between them, and strings on lines of their own.

    The whole text is kept, because a line has any length.
    """

    def __init__(self, file):
        self._text = file.read(file.left)
        self._at = 0

    @property
    def left(self):
        """Bytes that remain."""
        return len(self._text) - self._at

    def _parsed(self, count, parse):
        """The next numbers, as many as asked for, and the end of the line."""
        numbers = []
        for _ in range(count):
            token = _TOKEN.match(self._text, self._at)
            if token is None:
                raise ValueError("a number is expected")
            numbers.append(parse(token[1]))
            self._at = token.end()
        self._end_line()
        return numbers

    def _end_line(self):
        self._at += self._text.startswith(b"\n", self._at)

    def ints(self, count):
        """Integers."""
        return self._parsed(count, int)

    longs = ints

    def double(self):
        """One number of Lua."""
        return self._parsed(1, float)[0]

    def chars(self, count):
        """The bytes of a string."""
        if count > self.left:
            raise EOFError(f"{count} more bytes are expected, {self.left} are left")
        part = self._text[self._at : self._at + count]
        self._at += count
        if count:
            self._end_line()
        return part

    def least(self, code):
        """The fewest bytes that an element of a storage takes in the file."""
        return 1 if code in "Bb" else 2

    def fill(self, view, code):
        """Read the values of a storage into the bytes of its memory."""
        if code in "Bb":  # as they are
            view[:] = self.chars(len(view))
        else:
            parse = float if code in "efd" else int
            _pack_parts(view, code, lambda count: self._parsed(count, parse))


def _pack_parts(view, code, read):
    """Put numbers that `read(count)` returns into memory, a part at a time."""
    width = struct.calcsize("<" + code)
    for start in range(0, len(view), _CHUNK * width):
        count = min(_CHUNK, (len(view) - start) // width)
        struct.pack_into(f"<{count}{code}", view, start, *read(count))
