"""Pooling."""

from torchlike.nn import functional as F
from torchlike.nn.functions.shared import numbers
from torchlike.nn.modules.module import Module
from torchlike.nn.modules.utils import _pair

__all__ = [
    "AdaptiveAvgPool1d",
    "AdaptiveAvgPool2d",
    "AdaptiveAvgPool3d",
    "AdaptiveMaxPool1d",
    "AdaptiveMaxPool2d",
    "AdaptiveMaxPool3d",
    "AvgPool1d",
    "AvgPool2d",
    "AvgPool3d",
    "FractionalMaxPool2d",
    "LPPool1d",
    "LPPool2d",
    "MaxPool1d",
    "MaxPool2d",
    "MaxPool3d",
    "MaxUnpool1d",
    "MaxUnpool2d",
    "MaxUnpool3d",
]


class _MaxPool(Module):
    """Parameters and representation of the maximum."""

    def __init__(
        self,
        kernel_size,
        stride=None,
        padding=0,
        dilation=1,
        return_indices=False,
        ceil_mode=False,
    ):
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding = padding
        self.dilation = dilation
        self.return_indices = return_indices
        self.ceil_mode = ceil_mode

    def forward(self, input):
        """Pool an input of shape (N, C, ...)."""
        return self._pool(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.dilation,
            self.ceil_mode,
            self.return_indices,
        )

    def __repr__(self):
        return (
            f"{type(self).__name__}(kernel_size={self.kernel_size}, "
            f"stride={self.stride}, padding={self.padding}, "
            f"dilation={self.dilation}, ceil_mode={self.ceil_mode})"
        )


class _AvgPool(Module):
    """Parameters and representation of the average."""

    def __init__(
        self,
        kernel_size,
        stride=None,
        padding=0,
        ceil_mode=False,
        count_include_pad=True,
    ):
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding = padding
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad

    def forward(self, input):
        """Pool an input of shape (N, C, ...)."""
        return self._pool(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.ceil_mode,
            self.count_include_pad,
        )

    def __repr__(self):
        return (
            f"{type(self).__name__}(kernel_size={self.kernel_size}, "
            f"stride={self.stride}, padding={self.padding}, "
            f"ceil_mode={self.ceil_mode}, count_include_pad={self.count_include_pad})"
        )


class _MaxUnpool(Module):
    """Parameters and representation of the inverse of the maximum."""

    _spatial = 0

    def __init__(self, kernel_size, stride=None, padding=0):
        super().__init__()
        self.kernel_size = numbers("kernel_size", kernel_size, self._spatial)
        self.stride = numbers("stride", stride or kernel_size, self._spatial)
        self.padding = numbers("padding", padding, self._spatial)

    def forward(self, input, indices, output_size=None):
        """Spread an input over the positions `indices`."""
        return self._pool(
            input, indices, self.kernel_size, self.stride, self.padding, output_size
        )

    def __repr__(self):
        return (
            f"{type(self).__name__}(kernel_size={self.kernel_size}, "
            f"stride={self.stride}, padding={self.padding})"
        )


class _AdaptivePool(Module):
    """Keeps the size of the output."""

    def __init__(self, output_size):
        super().__init__()
        self.output_size = output_size

    def forward(self, input):
        """Pool an input of shape (N, C, ...)."""
        return self._pool(input, self.output_size)

    def __repr__(self):
        return f"{type(self).__name__}(output_size={self.output_size})"


class _AdaptiveMaxPool(_AdaptivePool):
    """Keeps whether positions are returned as well."""

    def __init__(self, output_size, return_indices=False):
        super().__init__(output_size)
        self.return_indices = return_indices

    def forward(self, input):
        """Pool an input of shape (N, C, ...)."""
        return self._pool(input, self.output_size, self.return_indices)


class _LPPool(Module):
    """Parameters and representation of the norm."""

    def __init__(self, norm_type, kernel_size, stride=None, ceil_mode=False):
        super().__init__()
        self.norm_type = norm_type
        self.kernel_size = kernel_size
        self.stride = stride
        self.ceil_mode = ceil_mode

    def forward(self, input):
        """Pool an input of shape (N, C, ...)."""
        return self._pool(
            input, self.norm_type, self.kernel_size, self.stride, self.ceil_mode
        )

    def __repr__(self):
        return (
            f"{type(self).__name__}({self.norm_type}, kernel_size={self.kernel_size}, "
            f"stride={self.stride}, ceil_mode={self.ceil_mode})"
        )


class MaxPool1d(_MaxPool):
    r"""The largest value of each window.

    Parameters
    ----------
    kernel_size : int
        Size of the window.
    stride : int, default: kernel_size
        Step between two windows.
    padding : int, default: 0
        Border of -inf on both sides, at most half the window.
    dilation : int, default: 1
        Distance between two elements of a window.
    return_indices : bool, default: False
        Whether the positions of the maxima are returned as well.
    ceil_mode : bool, default: False
        Whether a last partial window counts.

    Notes
    -----
    An input (N, C, L) gives (N, C, L') with

    .. math:: L' = \lfloor (L + 2 p - d (k - 1) - 1) / s \rfloor + 1

    in each dimension (rounded up with `ceil_mode`).

    Examples
    --------
    >>> pool = torch.nn.MaxPool1d(2)
    >>> pool(Variable(torch.randn(1, 1, 8))).size()
    torch.Size([1, 1, 4])
    """

    _pool = staticmethod(F.max_pool1d)


class MaxPool2d(_MaxPool):
    r"""The largest value of each window.

    Parameters
    ----------
    kernel_size : int or (int, int)
        Height and width of the window, in pixels.
    stride : int or (int, int), default: kernel_size
        Step between two windows.
    padding : int or (int, int), default: 0
        Border of -inf on both sides, at most half the window.
    dilation : int or (int, int), default: 1
        Distance between two elements of a window.
    return_indices : bool, default: False
        Whether the positions of the maxima are returned as well.
    ceil_mode : bool, default: False
        Whether a last partial window counts.

    Notes
    -----
    An input (N, C, H, W) gives (N, C, H', W') with

    .. math:: H' = \lfloor (H + 2 p - d (k_H - 1) - 1) / s \rfloor + 1

    (rounded up with `ceil_mode`) and W' likewise.

    Examples
    --------
    >>> pool = torch.nn.MaxPool2d(3, stride=2)
    >>> pool(Variable(torch.randn(20, 16, 50, 32))).size()
    torch.Size([20, 16, 24, 15])
    """

    _pool = staticmethod(F.max_pool2d)

    def __repr__(self):
        padding, dilation = _pair(self.padding), _pair(self.dilation)
        text = (
            f"{type(self).__name__}(kernel_size={_pair(self.kernel_size)}, "
            f"stride={_pair(self.stride)}"
        )
        if padding != (0, 0):
            text += f", padding={padding}"
        text += f", dilation={dilation}"
        if self.ceil_mode:
            text += ", ceil_mode=True"
        return text + ")"


class MaxPool3d(_MaxPool):
    r"""The largest value of each window.

    Parameters
    ----------
    kernel_size : int or (int, int, int)
        Size of the window.
    stride : int or (int, int, int), default: kernel_size
        Step between two windows.
    padding : int or (int, int, int), default: 0
        Border of -inf on both sides, at most half the window.
    dilation : int or (int, int, int), default: 1
        Distance between two elements of a window.
    return_indices : bool, default: False
        Whether the positions of the maxima are returned as well.
    ceil_mode : bool, default: False
        Whether a last partial window counts.

    Notes
    -----
    An input (N, C, T, H, W) gives (N, C, T', H', W') with

    .. math:: L' = \lfloor (L + 2 p - d (k - 1) - 1) / s \rfloor + 1

    in each dimension (rounded up with `ceil_mode`).

    Examples
    --------
    >>> pool = torch.nn.MaxPool3d(2)
    >>> pool(Variable(torch.randn(1, 1, 8, 8, 8))).size()
    torch.Size([1, 1, 4, 4, 4])
    """

    _pool = staticmethod(F.max_pool3d)


class MaxUnpool1d(_MaxUnpool):
    r"""Puts what `MaxPool1d` chose back to its place, among zeros.

    Parameters
    ----------
    kernel_size : int
        Size of the window.
    stride : int, default: kernel_size
        Step between two windows.
    padding : int, default: 0
        Padding of the pooling.

    Notes
    -----
    An input (N, C, L) gives (N, C, L') with

    .. math:: L' = (L - 1) s + k - 2 p

    in each dimension, or the `output_size` of the call, which may differ by less than
    a step.

    Examples
    --------
    >>> pool = torch.nn.MaxPool1d(2, return_indices=True)
    >>> y, places = pool(Variable(torch.randn(1, 1, 8)))
    >>> torch.nn.MaxUnpool1d(2)(y, places).size()
    torch.Size([1, 1, 8])
    """

    _spatial = 1
    _pool = staticmethod(F.max_unpool1d)


class AvgPool1d(_AvgPool):
    r"""The average of each window.

    Parameters
    ----------
    kernel_size : int
        Size of the window.
    stride : int, default: kernel_size
        Step between two windows.
    padding : int, default: 0
        Border on both sides, at most half the window.
    ceil_mode : bool, default: False
        Whether a last partial window counts.
    count_include_pad : bool, default: True
        Whether the padding counts as zeros, or not at all.

    Notes
    -----
    An input (N, C, L) gives (N, C, L') with

    .. math:: L' = \lfloor (L + 2 p - k) / s \rfloor + 1

    in each dimension (rounded up with `ceil_mode`).

    Examples
    --------
    >>> pool = torch.nn.AvgPool1d(2)
    >>> pool(Variable(torch.randn(1, 1, 8))).size()
    torch.Size([1, 1, 4])
    """

    _pool = staticmethod(F.avg_pool1d)


class AdaptiveMaxPool1d(_AdaptiveMaxPool):
    r"""The largest value of as many windows as asked for.

    Parameters
    ----------
    output_size : int
        Number of windows in each dimension.
    return_indices : bool, default: False
        Whether the positions of the maxima are returned as well.

    Notes
    -----
    Window o of n covers :math:`\lfloor o L / n \rfloor` to
    :math:`\lceil (o + 1) L / n \rceil` of each dimension.

    Examples
    --------
    >>> pool = torch.nn.AdaptiveMaxPool1d(4)
    >>> pool(Variable(torch.randn(1, 1, 8))).size()
    torch.Size([1, 1, 4])
    """

    _pool = staticmethod(F.adaptive_max_pool1d)


class AdaptiveAvgPool1d(_AdaptivePool):
    r"""The average of as many windows as asked for.

    Parameters
    ----------
    output_size : int
        Number of windows in each dimension.

    Notes
    -----
    Window o of n covers :math:`\lfloor o L / n \rfloor` to
    :math:`\lceil (o + 1) L / n \rceil` of each dimension.

    Examples
    --------
    >>> pool = torch.nn.AdaptiveAvgPool1d(4)
    >>> pool(Variable(torch.randn(1, 1, 8))).size()
    torch.Size([1, 1, 4])
    """

    _pool = staticmethod(F.adaptive_avg_pool1d)


class MaxUnpool2d(_MaxUnpool):
    r"""Puts what `MaxPool2d` chose back to its place, among zeros.

    Parameters
    ----------
    kernel_size : int or (int, int)
        Size of the window.
    stride : int or (int, int), default: kernel_size
        Step between two windows.
    padding : int or (int, int), default: 0
        Padding of the pooling.

    Notes
    -----
    An input (N, C, H, W) gives (N, C, H', W') with

    .. math:: L' = (L - 1) s + k - 2 p

    in each dimension, or the `output_size` of the call, which may differ by less than
    a step.

    Examples
    --------
    >>> pool = torch.nn.MaxPool2d(2, return_indices=True)
    >>> y, places = pool(Variable(torch.randn(1, 1, 8, 8)))
    >>> torch.nn.MaxUnpool2d(2)(y, places).size()
    torch.Size([1, 1, 8, 8])
    """

    _spatial = 2
    _pool = staticmethod(F.max_unpool2d)


class AvgPool2d(_AvgPool):
    r"""The average of each window.

    Parameters
    ----------
    kernel_size : int or (int, int)
        Size of the window.
    stride : int or (int, int), default: kernel_size
        Step between two windows.
    padding : int or (int, int), default: 0
        Border on both sides, at most half the window.
    ceil_mode : bool, default: False
        Whether a last partial window counts.
    count_include_pad : bool, default: True
        Whether the padding counts as zeros, or not at all.

    Notes
    -----
    An input (N, C, H, W) gives (N, C, H', W') with

    .. math:: L' = \lfloor (L + 2 p - k) / s \rfloor + 1

    in each dimension (rounded up with `ceil_mode`).

    Examples
    --------
    >>> pool = torch.nn.AvgPool2d(2)
    >>> pool(Variable(torch.randn(1, 1, 8, 8))).size()
    torch.Size([1, 1, 4, 4])
    """

    _pool = staticmethod(F.avg_pool2d)


class AdaptiveMaxPool2d(_AdaptiveMaxPool):
    r"""The largest value of as many windows as asked for.

    Parameters
    ----------
    output_size : int or (int, int)
        Number of windows in each dimension.
    return_indices : bool, default: False
        Whether the positions of the maxima are returned as well.

    Notes
    -----
    Window o of n covers :math:`\lfloor o L / n \rfloor` to
    :math:`\lceil (o + 1) L / n \rceil` of each dimension.

    Examples
    --------
    >>> pool = torch.nn.AdaptiveMaxPool2d(4)
    >>> pool(Variable(torch.randn(1, 1, 8, 8))).size()
    torch.Size([1, 1, 4, 4])
    """

    _pool = staticmethod(F.adaptive_max_pool2d)


class AdaptiveAvgPool2d(_AdaptivePool):
    r"""The average of as many windows as asked for.

    Parameters
    ----------
    output_size : int or (int, int)
        Number of windows in each dimension.

    Notes
    -----
    Window o of n covers :math:`\lfloor o L / n \rfloor` to
    :math:`\lceil (o + 1) L / n \rceil` of each dimension.

    Examples
    --------
    >>> pool = torch.nn.AdaptiveAvgPool2d(4)
    >>> pool(Variable(torch.randn(1, 1, 8, 8))).size()
    torch.Size([1, 1, 4, 4])
    """

    _pool = staticmethod(F.adaptive_avg_pool2d)


class MaxUnpool3d(_MaxUnpool):
    r"""Puts what `MaxPool3d` chose back to its place, among zeros.

    Parameters
    ----------
    kernel_size : int or (int, int, int)
        Size of the window.
    stride : int or (int, int, int), default: kernel_size
        Step between two windows.
    padding : int or (int, int, int), default: 0
        Padding of the pooling.

    Notes
    -----
    An input (N, C, T, H, W) gives (N, C, T', H', W') with

    .. math:: L' = (L - 1) s + k - 2 p

    in each dimension, or the `output_size` of the call, which may differ by less than
    a step.

    Examples
    --------
    >>> pool = torch.nn.MaxPool3d(2, return_indices=True)
    >>> y, places = pool(Variable(torch.randn(1, 1, 8, 8, 8)))
    >>> torch.nn.MaxUnpool3d(2)(y, places).size()
    torch.Size([1, 1, 8, 8, 8])
    """

    _spatial = 3
    _pool = staticmethod(F.max_unpool3d)


class AvgPool3d(_AvgPool):
    r"""The average of each window.

    Parameters
    ----------
    kernel_size : int or (int, int, int)
        Size of the window.
    stride : int or (int, int, int), default: kernel_size
        Step between two windows.
    padding : int or (int, int, int), default: 0
        Border on both sides, at most half the window.
    ceil_mode : bool, default: False
        Whether a last partial window counts.
    count_include_pad : bool, default: True
        Whether the padding counts as zeros, or not at all.

    Notes
    -----
    An input (N, C, T, H, W) gives (N, C, T', H', W') with

    .. math:: L' = \lfloor (L + 2 p - k) / s \rfloor + 1

    in each dimension (rounded up with `ceil_mode`).

    Examples
    --------
    >>> pool = torch.nn.AvgPool3d(2)
    >>> pool(Variable(torch.randn(1, 1, 8, 8, 8))).size()
    torch.Size([1, 1, 4, 4, 4])
    """

    _pool = staticmethod(F.avg_pool3d)


class AdaptiveMaxPool3d(_AdaptiveMaxPool):
    r"""The largest value of as many windows as asked for.

    Parameters
    ----------
    output_size : int or (int, int, int)
        Number of windows in each dimension.
    return_indices : bool, default: False
        Whether the positions of the maxima are returned as well.

    Notes
    -----
    Window o of n covers :math:`\lfloor o L / n \rfloor` to
    :math:`\lceil (o + 1) L / n \rceil` of each dimension.

    Examples
    --------
    >>> pool = torch.nn.AdaptiveMaxPool3d(4)
    >>> pool(Variable(torch.randn(1, 1, 8, 8, 8))).size()
    torch.Size([1, 1, 4, 4, 4])
    """

    _pool = staticmethod(F.adaptive_max_pool3d)


class AdaptiveAvgPool3d(_AdaptivePool):
    r"""The average of as many windows as asked for.

    Parameters
    ----------
    output_size : int or (int, int, int)
        Number of windows in each dimension.

    Notes
    -----
    Window o of n covers :math:`\lfloor o L / n \rfloor` to
    :math:`\lceil (o + 1) L / n \rceil` of each dimension.

    Examples
    --------
    >>> pool = torch.nn.AdaptiveAvgPool3d(4)
    >>> pool(Variable(torch.randn(1, 1, 8, 8, 8))).size()
    torch.Size([1, 1, 4, 4, 4])
    """

    _pool = staticmethod(F.adaptive_avg_pool3d)


class LPPool1d(_LPPool):
    r"""The p-norm of each window.

    Parameters
    ----------
    norm_type : float
        The p of the norm.
    kernel_size : int
        Size of the window.
    stride : int, default: kernel_size
        Step between two windows.
    ceil_mode : bool, default: False
        Whether a last partial window counts.

    Notes
    -----
    .. math:: y = \left( \sum_i x_i^p \right)^{1/p}

    Examples
    --------
    >>> pool = torch.nn.LPPool1d(2, 2)
    >>> pool(Variable(torch.rand(1, 1, 8))).size()
    torch.Size([1, 1, 4])
    """

    _pool = staticmethod(F.lp_pool1d)


class LPPool2d(_LPPool):
    r"""The p-norm of each window.

    Parameters
    ----------
    norm_type : float
        The p of the norm.
    kernel_size : int or (int, int)
        Size of the window.
    stride : int or (int, int), default: kernel_size
        Step between two windows.
    ceil_mode : bool, default: False
        Whether a last partial window counts.

    Notes
    -----
    .. math:: y = \left( \sum_i x_i^p \right)^{1/p}

    Examples
    --------
    >>> pool = torch.nn.LPPool2d(2, 2)
    >>> pool(Variable(torch.rand(1, 1, 8, 8))).size()
    torch.Size([1, 1, 4, 4])
    """

    _pool = staticmethod(F.lp_pool2d)


class FractionalMaxPool2d(Module):
    """The largest value of windows at random places.

    Parameters
    ----------
    kernel_size : int or (int, int)
        Size of the window.
    output_size : int or (int, int), optional
        Number of windows in each dimension.
    output_ratio : float or (float, float), optional
        The same as a part of the input's size, between 0 and 1.
    return_indices : bool, default: False
        Whether the positions of the maxima are returned as well.
    _random_samples : Tensor of shape (N, C, 2), optional
        Numbers in [0, 1) that place the windows.

    Raises
    ------
    ValueError
        If not exactly one of size and ratio is given, or the ratio is out of range.

    References
    ----------
    B. Graham, "Fractional Max-Pooling", 2014.

    Examples
    --------
    >>> pool = torch.nn.FractionalMaxPool2d(3, output_ratio=0.5)
    >>> pool(Variable(torch.randn(1, 2, 16, 12))).size()
    torch.Size([1, 2, 8, 6])
    """

    def __init__(
        self,
        kernel_size,
        output_size=None,
        output_ratio=None,
        return_indices=False,
        _random_samples=None,
    ):
        super().__init__()
        self.kernel_size = numbers("kernel_size", kernel_size, 2)
        self.return_indices = return_indices
        self.register_buffer("_random_samples", _random_samples)
        if (output_size is None) == (output_ratio is None):
            raise ValueError(
                "FractionalMaxPool2d requires specifying either an output_size, or an "
                f"output_ratio, got {output_size} and {output_ratio}"
            )
        self.output_size = output_size and numbers("output_size", output_size, 2)
        self.output_ratio = output_ratio
        if output_ratio is not None:
            pair = isinstance(output_ratio, (tuple, list))
            self.output_ratio = output_ratio if pair else (output_ratio, output_ratio)
            if not all(0 < r < 1 for r in self.output_ratio):
                raise ValueError(
                    f"output_ratio must be between 0 and 1 (got {output_ratio})"
                )

    def forward(self, input):
        """Pool an input of shape (N, C, H, W)."""
        return F.fractional_max_pool2d(
            input,
            self.kernel_size,
            self.output_size,
            self.output_ratio,
            self.return_indices,
            self._random_samples,
        )
