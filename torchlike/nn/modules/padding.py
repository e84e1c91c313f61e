"""Padding: what surrounds an input."""

from torchlike.nn import functional as F
from torchlike.nn.functions.shared import numbers
from torchlike.nn.modules.module import Module

__all__ = [
    "ConstantPad1d",
    "ConstantPad2d",
    "ConstantPad3d",
    "ReflectionPad1d",
    "ReflectionPad2d",
    "ReplicationPad1d",
    "ReplicationPad2d",
    "ReplicationPad3d",
    "ZeroPad2d",
]


class _ConstantPad(Module):
    """Pads with a number."""

    _spatial = 0

    def __init__(self, padding, value):
        super().__init__()
        self.padding = numbers("padding", padding, 2 * self._spatial)
        self.value = value

    def forward(self, input):
        """Pad the last dimensions."""
        return F.pad(input, self.padding, "constant", self.value)

    def __repr__(self):
        return f"{type(self).__name__}(padding={self.padding}, value={self.value})"


class _Pad(Module):
    """Pads with what is there."""

    _spatial = 0
    _mode = ""

    def __init__(self, padding):
        super().__init__()
        self.padding = numbers("padding", padding, 2 * self._spatial)

    def forward(self, input):
        """Pad the last dimensions."""
        return F.pad(input, self.padding, self._mode)

    def __repr__(self):
        return f"{type(self).__name__}{self.padding}"


class ConstantPad1d(_ConstantPad):
    """Pads with a number.

    Parameters
    ----------
    padding : int or sequence of int
        (left, right), or one for all; negative ones crop.
    value : float
        The number.

    Notes
    -----
    An input (N, C, L) grows by the padding of each dimension.

    Examples
    --------
    >>> layer = torch.nn.ConstantPad1d(1, 0.5)
    >>> layer(Variable(torch.ones(1, 1, 3))).size()
    torch.Size([1, 1, 5])
    """

    _spatial = 1


class ConstantPad2d(_ConstantPad):
    """Pads with a number.

    Parameters
    ----------
    padding : int or sequence of int
        (left, right, top, bottom), or one for all; negative ones crop.
    value : float
        The number.

    Notes
    -----
    An input (N, C, H, W) grows by the padding of each dimension.

    Examples
    --------
    >>> layer = torch.nn.ConstantPad2d(1, 0.5)
    >>> layer(Variable(torch.ones(1, 1, 3, 3))).size()
    torch.Size([1, 1, 5, 5])
    """

    _spatial = 2


class ConstantPad3d(_ConstantPad):
    """Pads with a number.

    Parameters
    ----------
    padding : int or sequence of int
        (left, right, top, bottom, front, back), or one for all; negative ones crop.
    value : float
        The number.

    Notes
    -----
    An input (N, C, T, H, W) grows by the padding of each dimension.

    Examples
    --------
    >>> layer = torch.nn.ConstantPad3d(1, 0.5)
    >>> layer(Variable(torch.ones(1, 1, 3, 3, 3))).size()
    torch.Size([1, 1, 5, 5, 5])
    """

    _spatial = 3


class ReflectionPad1d(_Pad):
    """Pads with the input mirrored at its border.

    Parameters
    ----------
    padding : int or sequence of int
        (left, right), or one for all; negative ones crop.

    Notes
    -----
    An input (N, C, L) grows by the padding of each dimension.

    Examples
    --------
    >>> layer = torch.nn.ReflectionPad1d(1)
    >>> layer(Variable(torch.ones(1, 1, 3))).size()
    torch.Size([1, 1, 5])
    """

    _spatial = 1
    _mode = "reflect"


class ReflectionPad2d(_Pad):
    """Pads with the input mirrored at its border.

    Parameters
    ----------
    padding : int or sequence of int
        (left, right, top, bottom), or one for all; negative ones crop.

    Notes
    -----
    An input (N, C, H, W) grows by the padding of each dimension.

    Examples
    --------
    >>> layer = torch.nn.ReflectionPad2d(1)
    >>> layer(Variable(torch.ones(1, 1, 3, 3))).size()
    torch.Size([1, 1, 5, 5])
    """

    _spatial = 2
    _mode = "reflect"


class ReplicationPad1d(_Pad):
    """Pads with the border repeated.

    Parameters
    ----------
    padding : int or sequence of int
        (left, right), or one for all; negative ones crop.

    Notes
    -----
    An input (N, C, L) grows by the padding of each dimension.

    Examples
    --------
    >>> layer = torch.nn.ReplicationPad1d(1)
    >>> layer(Variable(torch.ones(1, 1, 3))).size()
    torch.Size([1, 1, 5])
    """

    _spatial = 1
    _mode = "replicate"


class ReplicationPad2d(_Pad):
    """Pads with the border repeated.

    Parameters
    ----------
    padding : int or sequence of int
        (left, right, top, bottom), or one for all; negative ones crop.

    Notes
    -----
    An input (N, C, H, W) grows by the padding of each dimension.

    Examples
    --------
    >>> layer = torch.nn.ReplicationPad2d(1)
    >>> layer(Variable(torch.ones(1, 1, 3, 3))).size()
    torch.Size([1, 1, 5, 5])
    """

    _spatial = 2
    _mode = "replicate"


class ReplicationPad3d(_Pad):
    """Pads with the border repeated.

    Parameters
    ----------
    padding : int or sequence of int
        (left, right, top, bottom, front, back), or one for all; negative ones crop.

    Notes
    -----
    An input (N, C, T, H, W) grows by the padding of each dimension.

    Examples
    --------
    >>> layer = torch.nn.ReplicationPad3d(1)
    >>> layer(Variable(torch.ones(1, 1, 3, 3, 3))).size()
    torch.Size([1, 1, 5, 5, 5])
    """

    _spatial = 3
    _mode = "replicate"


class ZeroPad2d(_ConstantPad):
    """Pads with zeros.

    Parameters
    ----------
    padding : int or sequence of int
        (left, right, top, bottom), or one for all; negative ones crop.

    Notes
    -----
    An input (N, C, H, W) grows by the padding of each dimension.

    Examples
    --------
    >>> layer = torch.nn.ZeroPad2d(1)
    >>> layer(Variable(torch.ones(1, 1, 3, 3))).size()
    torch.Size([1, 1, 5, 5])
    """

    _spatial = 2

    def __init__(self, padding):
        super().__init__(padding, 0)

    def __repr__(self):
        return f"{type(self).__name__}{self.padding}"
