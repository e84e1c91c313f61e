"""Convolutions."""

import math

import torchlike
from torchlike.nn import functional as F
from torchlike.nn.modules.module import Module
from torchlike.nn.modules.utils import _pair
from torchlike.nn.parameter import Parameter

__all__ = ["Conv2d"]


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
        self.groups = groups
        shape = (out_channels, in_channels // groups, *kernel_size)
        self.weight = Parameter(torchlike.Tensor(*shape))
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
        if self.groups != 1:
            text += f", groups={self.groups}"
        if self.bias is None:
            text += ", bias=False"
        return text + ")"


class Conv2d(_ConvNd):
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
            _pair(kernel_size),
            _pair(stride),
            _pair(padding),
            _pair(dilation),
            groups,
            bias,
        )

    def forward(self, input):
        """Filter an input of shape (N, in_channels, H, W)."""
        weight, bias = self._weight_and_bias()
        return F.conv2d(
            input,
            weight,
            bias,
            self.stride,
            self.padding,
            self.dilation,
            self.groups,
        )
