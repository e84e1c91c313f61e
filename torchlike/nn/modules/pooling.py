"""Pooling."""

from torchlike.nn import functional as F
from torchlike.nn.modules.module import Module
from torchlike.nn.modules.utils import _pair

__all__ = ["MaxPool2d"]


class MaxPool2d(Module):
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
        """Pool an input of shape (N, C, H, W) or (C, H, W)."""
        return F.max_pool2d(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.dilation,
            self.ceil_mode,
            self.return_indices,
        )

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
