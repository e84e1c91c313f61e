"""Convolutions."""

import math

import torchlike
from torchlike.nn import functional as F
from torchlike.nn.modules.module import Module
from torchlike.nn.modules.utils import _pair, _single, _triple
from torchlike.nn.parameter import Parameter

__all__ = [
    "Conv1d",
    "Conv2d",
    "Conv3d",
    "ConvTranspose1d",
    "ConvTranspose2d",
    "ConvTranspose3d",
]


class _ConvNd(Module):
    """Parameters, initial values and printing common to all convolutions."""

    def __init__(
        self,
        in_channels,
        out_channels,
        kernel_size,
        stride,
        padding,
        dilation,
        transposed,
        output_padding,
        groups,
        bias,
    ):
        super().__init__()
        for name, channels in (("in", in_channels), ("out", out_channels)):
            if groups < 1 or channels % groups != 0:
                raise ValueError(
                    f"{name}_channels must be divisible by groups, "
                    f"got {channels} and {groups}"
                )
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = kernel_size
        self.stride = stride
        self.padding = padding
        self.dilation = dilation
        self.transposed = transposed
        self.output_padding = output_padding
        self.groups = groups
        first, second = in_channels, out_channels
        if not transposed:
            first, second = second, first
        self.weight = Parameter(torchlike.Tensor(first, second // groups, *kernel_size))
        if bias:
            self.bias = Parameter(torchlike.Tensor(out_channels))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self):
        """Draw weight and bias anew, uniform in +-1 / sqrt(inputs of one output)."""
        bound = 1.0 / math.sqrt(self.in_channels * math.prod(self.kernel_size))
        self.weight.data.uniform_(-bound, bound)
        if self.bias is not None:
            self.bias.data.uniform_(-bound, bound)

    def __repr__(self):
        ones, zeros = (1,) * len(self.stride), (0,) * len(self.stride)
        text = (
            f"{type(self).__name__} ({self.in_channels}, {self.out_channels}, "
            f"kernel_size={self.kernel_size}, stride={self.stride}"
        )
        if self.padding != zeros:
            text += f", padding={self.padding}"
        if self.dilation != ones:
            text += f", dilation={self.dilation}"
        if any(self.output_padding):
            text += f", output_padding={self.output_padding}"
        if self.groups != 1:
            text += f", groups={self.groups}"
        if self.bias is None:
            text += ", bias=False"
        return text + ")"


class _Conv(_ConvNd):
    """The arguments and the call of the convolutions that are not transposed."""

    def __init__(
        self,
        in_channels,
        out_channels,
        kernel_size,
        stride=1,
        padding=0,
        dilation=1,
        groups=1,
        bias=True,
    ):
        super().__init__(
            in_channels,
            out_channels,
            self._numbers(kernel_size),
            self._numbers(stride),
            self._numbers(padding),
            self._numbers(dilation),
            False,
            self._numbers(0),
            groups,
            bias,
        )

    def forward(self, input):
        """Filter an input of shape (N, in_channels, ...)."""
        return self._convolve(
            input,
            self.weight,
            self.bias,
            self.stride,
            self.padding,
            self.dilation,
            self.groups,
        )


class Conv1d(_Conv):
    r"""A bank of one-dimensional filters over signals.

    Parameters
    ----------
    in_channels, out_channels : int
        Channels of the input and of the output; both divisible by `groups`.
    kernel_size : int
        Length of a filter.
    stride : int, default: 1
        Step between two positions of the filter.
    padding : int, default: 0
        Zeros on both sides.
    dilation : int, default: 1
        Distance between two elements of the filter.
    groups : int, default: 1
        Number of groups that do not see each other's channels.
    bias : bool, default: True
        Whether a number is added to each output channel.

    Attributes
    ----------
    weight : Parameter of shape (out_channels, in_channels // groups, kernel_size)
    bias : Parameter of shape (out_channels), or None

    Notes
    -----
    An input (N, C, L) gives (N, out_channels, L') with

    .. math:: L' = \lfloor (L + 2 p - d (k - 1) - 1) / s \rfloor + 1

    Examples
    --------
    >>> layer = torch.nn.Conv1d(16, 33, 3, stride=2)
    >>> layer(Variable(torch.randn(20, 16, 50))).size()
    torch.Size([20, 33, 24])
    """

    _numbers = staticmethod(_single)
    _convolve = staticmethod(F.conv1d)


class Conv2d(_Conv):
    r"""A bank of two-dimensional filters over images.

    Parameters
    ----------
    in_channels, out_channels : int
        Planes of the input and of the output; both divisible by `groups`.
    kernel_size : int or (int, int)
        Height and width of a filter, in pixels.
    stride : int or (int, int), default: 1
        Step between two filter positions.
    padding : int or (int, int), default: 0
        Zeros added on both sides.
    dilation : int or (int, int), default: 1
        Distance between two filter elements.
    groups : int, default: 1
        Number of independent blocks of channels.
    bias : bool, default: True
        Whether a learnable offset per output plane is added.

    Attributes
    ----------
    weight : Parameter of shape (out_channels, in_channels // groups, kH, kW)
    bias : Parameter of shape (out_channels), or None

    Raises
    ------
    ValueError
        If a channel count is not divisible by `groups`.

    Notes
    -----
    An input (N, in_channels, H, W) gives (N, out_channels, H', W') with

    .. math:: H' = \lfloor (H + 2 p - d (k_H - 1) - 1) / s \rfloor + 1

    and W' likewise.

    Examples
    --------
    >>> layer = torch.nn.Conv2d(16, 33, (3, 5), stride=(2, 1), padding=(4, 2))
    >>> layer(Variable(torch.randn(20, 16, 50, 100))).size()
    torch.Size([20, 33, 28, 100])
    """

    _numbers = staticmethod(_pair)
    _convolve = staticmethod(F.conv2d)


class Conv3d(_Conv):
    r"""A bank of three-dimensional filters over volumes.

    Parameters
    ----------
    in_channels, out_channels : int
        Planes of the input and of the output; both divisible by `groups`.
    kernel_size : int or (int, int, int)
        Depth, height and width of a filter, in voxels.
    stride : int or (int, int, int), default: 1
        Step between two filter positions.
    padding : int or (int, int, int), default: 0
        Zeros added on both sides.
    dilation : int or (int, int, int), default: 1
        Distance between two filter elements.
    groups : int, default: 1
        Number of independent blocks of channels.
    bias : bool, default: True
        Whether a learnable offset per output plane is added.

    Attributes
    ----------
    weight : Parameter of shape (out_channels, in_channels // groups, kT, kH, kW)
    bias : Parameter of shape (out_channels), or None

    Raises
    ------
    ValueError
        If a channel count is not divisible by `groups`.

    Notes
    -----
    An input (N, in_channels, T, H, W) gives (N, out_channels, T', H', W') with

    .. math:: H' = \lfloor (H + 2 p - d (k_H - 1) - 1) / s \rfloor + 1

    T' and W' likewise.

    Examples
    --------
    >>> layer = torch.nn.Conv3d(16, 33, 3, stride=(2, 1, 1), padding=(4, 2, 0))
    >>> layer(Variable(torch.randn(2, 16, 5, 10, 10))).size()
    torch.Size([2, 33, 6, 12, 8])
    """

    _numbers = staticmethod(_triple)
    _convolve = staticmethod(F.conv3d)


class _ConvTranspose(_ConvNd):
    """The arguments and the call of the transposed convolutions."""

    def __init__(
        self,
        in_channels,
        out_channels,
        kernel_size,
        stride=1,
        padding=0,
        output_padding=0,
        groups=1,
        bias=True,
        dilation=1,
    ):
        super().__init__(
            in_channels,
            out_channels,
            self._numbers(kernel_size),
            self._numbers(stride),
            self._numbers(padding),
            self._numbers(dilation),
            True,
            self._numbers(output_padding),
            groups,
            bias,
        )

    def _output_padding(self, input, output_size):
        """What leads to `output_size`, or the layer's own output padding."""
        if output_size is None:
            return self.output_padding
        count = len(self.kernel_size)
        wanted = list(output_size)[-count:]
        if len(output_size) not in (count, count + 2):
            raise ValueError(
                f"output_size must have {count} or {count + 2} elements "
                f"(got {len(output_size)})"
            )
        least = [
            (n - 1) * s - 2 * p + d * (k - 1) + 1
            for n, s, p, d, k in zip(
                tuple(input.size())[2:],
                self.stride,
                self.padding,
                self.dilation,
                self.kernel_size,
            )
        ]
        most = [n + s - 1 for n, s in zip(least, self.stride)]
        if not all(a <= n <= b for a, n, b in zip(least, wanted, most)):
            raise ValueError(
                f"requested an output size of {wanted}, but valid sizes range from "
                f"{least} to {most} (for an input of {list(input.size())[2:]})"
            )
        return tuple(n - a for n, a in zip(wanted, least))

    def forward(self, input, output_size=None):
        """Spread an input of shape (N, in_channels, ...)."""
        return self._convolve(
            input,
            self.weight,
            self.bias,
            self.stride,
            self.padding,
            self._output_padding(input, output_size),
            self.groups,
            self.dilation,
        )


class ConvTranspose1d(_ConvTranspose):
    r"""The transposed operation of `Conv1d`, which maps its outputs to inputs.

    Parameters
    ----------
    in_channels, out_channels : int
        Channels of the input and of the output; both divisible by `groups`.
    kernel_size : int
        Size of a filter.
    stride : int, default: 1
        Step between the places of two inputs in the output.
    padding : int, default: 0
        What is taken away from both sides of the output.
    output_padding : int, default: 0
        What is added to one side of the output; less than the stride or the dilation.
    groups : int, default: 1
        Number of groups that do not see each other's channels.
    bias : bool, default: True
        Whether a number is added to each output channel.
    dilation : int, default: 1
        Distance between two elements of the filter.

    Attributes
    ----------
    weight : Parameter of shape (in_channels, out_channels // groups, kernel_size)
    bias : Parameter of shape (out_channels), or None

    Raises
    ------
    ValueError
        If the channels are not divisible by `groups` or a size is impossible.

    Notes
    -----
    An input (N, C, L) gives (N, out_channels, L') with

    .. math:: L' = (L - 1) s - 2 p + d (k - 1) + output\_padding + 1

    in each dimension, or the `output_size` of the call.

    Examples
    --------
    >>> layer = torch.nn.ConvTranspose1d(16, 33, 3, stride=2)
    >>> layer(Variable(torch.randn(20, 16, 50))).size()
    torch.Size([20, 33, 101])
    """

    _numbers = staticmethod(_single)
    _convolve = staticmethod(F.conv_transpose1d)


class ConvTranspose2d(_ConvTranspose):
    r"""The transposed operation of `Conv2d`, which maps its outputs to inputs.

    Parameters
    ----------
    in_channels, out_channels : int
        Channels of the input and of the output; both divisible by `groups`.
    kernel_size : int or (int, int)
        Size of a filter.
    stride : int or (int, int), default: 1
        Step between the places of two inputs in the output.
    padding : int or (int, int), default: 0
        What is taken away from both sides of the output.
    output_padding : int or (int, int), default: 0
        What is added to one side of the output; less than the stride or the dilation.
    groups : int, default: 1
        Number of groups that do not see each other's channels.
    bias : bool, default: True
        Whether a number is added to each output channel.
    dilation : int or (int, int), default: 1
        Distance between two elements of the filter.

    Attributes
    ----------
    weight : Parameter of shape (in_channels, out_channels // groups, kH, kW)
    bias : Parameter of shape (out_channels), or None

    Raises
    ------
    ValueError
        If the channels are not divisible by `groups` or a size is impossible.

    Notes
    -----
    An input (N, C, H, W) gives (N, out_channels, H', W') with

    .. math:: L' = (L - 1) s - 2 p + d (k - 1) + output\_padding + 1

    in each dimension, or the `output_size` of the call.

    Examples
    --------
    >>> layer = torch.nn.ConvTranspose2d(16, 33, 3, stride=2)
    >>> layer(Variable(torch.randn(2, 16, 10, 10))).size()
    torch.Size([2, 33, 21, 21])
    """

    _numbers = staticmethod(_pair)
    _convolve = staticmethod(F.conv_transpose2d)


class ConvTranspose3d(_ConvTranspose):
    r"""The transposed operation of `Conv3d`, which maps its outputs to inputs.

    Parameters
    ----------
    in_channels, out_channels : int
        Channels of the input and of the output; both divisible by `groups`.
    kernel_size : int or (int, int, int)
        Size of a filter.
    stride : int or (int, int, int), default: 1
        Step between the places of two inputs in the output.
    padding : int or (int, int, int), default: 0
        What is taken away from both sides of the output.
    output_padding : int or (int, int, int), default: 0
        What is added to one side of the output; less than the stride or the dilation.
    groups : int, default: 1
        Number of groups that do not see each other's channels.
    bias : bool, default: True
        Whether a number is added to each output channel.
    dilation : int or (int, int, int), default: 1
        Distance between two elements of the filter.

    Attributes
    ----------
    weight : Parameter of shape (in_channels, out_channels // groups, kH, kW)
    bias : Parameter of shape (out_channels), or None

    Raises
    ------
    ValueError
        If the channels are not divisible by `groups` or a size is impossible.

    Notes
    -----
    An input (N, C, T, H, W) gives (N, out_channels, T', H', W') with

    .. math:: L' = (L - 1) s - 2 p + d (k - 1) + output\_padding + 1

    in each dimension, or the `output_size` of the call.

    Examples
    --------
    >>> layer = torch.nn.ConvTranspose3d(16, 33, 3, stride=2)
    >>> layer(Variable(torch.randn(2, 16, 3, 5, 5))).size()
    torch.Size([2, 33, 7, 11, 11])
    """

    _numbers = staticmethod(_triple)
    _convolve = staticmethod(F.conv_transpose3d)
