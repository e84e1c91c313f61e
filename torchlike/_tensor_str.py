"""Text of tensors and storages.

All values of a tensor share one format, chosen by the range of its magnitudes. A
vector has a line for each value, a matrix one for each row, split into blocks of
columns where it is wider than a line; more dimensions print matrix after matrix. From
`threshold` elements on only `edgeitems` values at both ends of each dimension appear.
"""

import itertools
import math

import torchlike

__all__ = ["set_printoptions"]

_DOTS, _VERTICAL, _DIAGONAL = "...", "\u22ee", "\u22f1"


class _Options:
    """The current settings of `set_printoptions`."""

    precision = 4
    threshold = 1000
    edgeitems = 3
    linewidth = 80


_PROFILES = {
    "default": {"precision": 4, "threshold": 1000, "edgeitems": 3, "linewidth": 80},
    "short": {"precision": 2, "threshold": 1000, "edgeitems": 2, "linewidth": 80},
    "full": {"precision": 4, "threshold": math.inf, "edgeitems": 3, "linewidth": 80},
}


def set_printoptions(
    precision=None, threshold=None, edgeitems=None, linewidth=None, profile=None
):
    """Set how tensors are printed. What is None stays as it is.

    Parameters
    ----------
    precision : int, initially 4
        Digits after the decimal point.
    threshold : int, initially 1000
        Number of elements from which on a tensor is summarised.
    edgeitems : int, initially 3
        Values shown at both ends of each dimension of a summary.
    linewidth : int, in characters, initially 80
        Width that a matrix is split to; summaries ignore it.
    profile : {'default', 'short', 'full'}
        A set of values for all four, applied first.

    Raises
    ------
    ValueError
        If the profile is unknown or a number is negative.

    Examples
    --------
    >>> torch.set_printoptions(precision=2)
    >>> torch.Tensor([0.123])
    <BLANKLINE>
       0.12
    [torch.FloatTensor of size 1]
    <BLANKLINE>
    >>> torch.set_printoptions(profile='default')
    """
    if profile is not None and profile not in _PROFILES:
        raise ValueError(f"profile must be one of {list(_PROFILES)}, got {profile!r}")
    given = {
        "precision": precision,
        "threshold": threshold,
        "edgeitems": edgeitems,
        "linewidth": linewidth,
    }
    given = {name: value for name, value in given.items() if value is not None}
    for name, value in given.items():
        if value < 0:
            raise ValueError(f"{name} must not be negative, got {value}")
    for name, value in {**_PROFILES.get(profile, {}), **given}.items():
        setattr(_Options, name, value)


class _Format:
    """How one value is written: divided by `scale`, at least `width` characters."""

    def __init__(self, width, code, scale=1):
        self.width = width
        self.scale = scale
        self._template = "{:" + code + "}"

    def join(self, values):
        """The values of one row, separated by spaces."""
        template, scale = self._template, self.scale
        return " ".join(template.format(value / scale) for value in values)

    def header(self):
        """The line above the values that names the scale, if there is one."""
        return "" if self.scale == 1 else f"{self.scale:.5e} *\n"


def _digits(magnitude):
    """Digits before the decimal point; zero or less for numbers below 1; 0 has one."""
    return math.floor(math.log10(magnitude)) + 1 if magnitude else 1


def _number_format(tensor, min_width=0):
    """The format for all values of a tensor that is not empty."""
    precision = _Options.precision
    min_width = max(min_width, 2)
    values = tensor.double().contiguous().view(-1).abs()
    odd = values.ne(values) + values.eq(math.inf)
    if odd.sum():
        min_width = max(min_width, 3)  # room for "nan"
        values = values.masked_select(odd.eq(0))
    finite = values.numel() > 0
    low = _digits(values.min()) if finite else 1
    high = _digits(values.max()) if finite else 1

    if not finite or values.ne(values.ceil()).sum() == 0:
        if high > precision + 1:
            return _Format(max(min_width, 7 + precision), f"11.{precision}e")
        width = max(min_width, high + 1)
        return _Format(width, f"{width}.0f")
    if high - low > precision:
        width = 7 + precision + (1 if abs(high) > 99 or abs(low) > 99 else 0)
        width = max(min_width, width)
        return _Format(width, f"{width}.{precision}e")
    if high > precision + 1 or high < 0:
        width = max(min_width, 7)
        return _Format(width, f"{width}.{precision}f", 10.0 ** (high - 1))
    width = max(min_width, 7 if high == 0 else high + 6)
    return _Format(width, f"{width}.{precision}f")


def _ends(tensor, n):
    """The values of the first and of the last n entries, as two nested lists."""
    first, last = tensor.narrow(0, 0, n), tensor.narrow(0, tensor.size(0) - n, n)
    return first.tolist(), last.tolist()


def _vector_str(tensor):
    fmt = _number_format(tensor)
    indent = "" if fmt.scale == 1 else " "
    n = _Options.edgeitems

    def lines(values):
        return "".join(f"{indent}{fmt.join([value])}\n" for value in values)

    if tensor.size(0) < _Options.threshold or tensor.size(0) <= 2 * n:
        return fmt.header() + lines(tensor.tolist())
    first, last = _ends(tensor, n) if n else ([], [])
    dots = f"{indent}{_VERTICAL:^{fmt.width}}\n"
    return fmt.header() + lines(first) + dots + lines(last)


def _matrix_str(tensor, indent="", fmt=None, summarise=None):
    """The rows of a matrix.

    `fmt` and `summarise` are given for a matrix that is part of a larger tensor.
    """
    n = _Options.edgeitems
    long, wide = tensor.size(0) > 2 * n, tensor.size(1) > 2 * n
    if fmt is None:
        fmt = _number_format(tensor, 5 if long or wide else 0)
        summarise = tensor.numel() >= _Options.threshold
    if summarise and (long or wide):
        return _summarised_matrix(tensor, indent, fmt, long, wide)

    rows = tensor.tolist()
    columns = tensor.size(1)
    per_line = max(1, (_Options.linewidth - len(indent)) // (fmt.width + 1))
    row_indent = indent if fmt.scale == 1 else indent + " "
    text = ""
    for start in range(0, columns, per_line):
        stop = min(start + per_line, columns)
        if per_line < columns:
            text += f"\nColumns {start} to {stop - 1} \n{indent}"
        text += fmt.header()
        for row in rows:
            text += f"{row_indent}{fmt.join(row[start:stop])}\n"
    return text


def _summarised_matrix(tensor, indent, fmt, long, wide):
    """Corners of a matrix, or its edges where only one dimension is long."""
    n = _Options.edgeitems

    def line(row):
        if wide:
            left, right = fmt.join(row[:n]), fmt.join(row[len(row) - n :])
            return f"{indent}{left} {_DOTS:^5} {right}\n"
        return f"{indent}{fmt.join(row)}\n"

    def lines(rows):
        return "".join(line(row) for row in rows)

    if not long:
        return fmt.header() + lines(tensor.tolist())
    first, last = _ends(tensor, n) if n else ([], [])
    if wide:
        side = f"{_DOTS:^{max((fmt.width + 1) * n - 1, 0)}}"
        dots = f"{indent}{side} {_DIAGONAL:^5} {side}\n"
    else:
        dots = f"{_VERTICAL:^{tensor.size(1) * (fmt.width + 1)}}\n"
    return fmt.header() + lines(first) + dots + lines(last)


def _stack_str(tensor):
    """Matrix after matrix of a tensor with more than two dimensions."""
    n = _Options.edgeitems
    sizes = tuple(tensor.size())
    summarise = tensor.numel() >= _Options.threshold
    fmt = _number_format(tensor, 3 if max(sizes[-2:]) > 2 * n else 0)
    width = max(2, max(len(str(size)) for size in sizes))

    def shown(size):
        if summarise and size > 2 * n:
            return [*range(n), *range(size - n, size)]
        return range(size)

    text, previous = "", None
    for index in itertools.product(*(shown(size) for size in sizes[:-2])):
        if previous is not None:
            if summarise:
                text += _omitted(previous, index, width + 1)
            text += "\n"
        position = ",".join(f"{i:^{width}}" for i in index)
        matrix = tensor
        for i in index:
            matrix = matrix.select(0, i)
        text += f"({position},.,.) = \n{_matrix_str(matrix, ' ', fmt, summarise)}"
        previous = index
    return text


def _omitted(previous, index, width):
    """Marks between two matrices of a summary: left-out ones, and a dimension's end."""
    moved = next(i for i, (old, new) in enumerate(zip(previous, index)) if old != new)
    text = ""
    if index[moved] - previous[moved] > 1:
        marks = [_DOTS if i == moved else "" for i in range(len(index))]
        text += "".join(f"{mark:^{width}}" for mark in marks) + "\n"
    if moved < len(index) - 1:
        marks = [_VERTICAL if i > moved else "" for i in range(len(index))]
        text += " " + "".join(f"{mark:^{width}}" for mark in marks) + "\n"
    return text


def _str(tensor):
    """What `repr` and `str` of a tensor return."""
    name = torchlike.typename(tensor)
    sizes = tuple(tensor.size())
    if not sizes:
        return f"[{name} with no dimension]\n"
    values = (_vector_str, _matrix_str, _stack_str)[min(len(sizes), 3) - 1](tensor)
    return f"\n{values}[{name} of size {'x'.join(map(str, sizes))}]\n"


def _storage_str(storage):
    """What `repr` and `str` of a storage return."""
    values = "\n ".join(str(value) for value in storage)
    return f" {values}\n[{torchlike.typename(storage)} of size {len(storage)}]"
