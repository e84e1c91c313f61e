"""Enlarging images."""

from torchlike.nn import functional as F
from torchlike.nn.modules.module import Module

__all__ = ["PixelShuffle", "Upsample", "UpsamplingBilinear2d", "UpsamplingNearest2d"]


class Upsample(Module):
    """Enlarges signals, images or volumes.

    Parameters
    ----------
    size : int or sequence of int, optional
        Spatial size of the output.
    scale_factor : int or sequence of int, optional
        Its multiple of the input's; exactly one of both must be given.
    mode : {'nearest', 'linear', 'bilinear', 'trilinear'}, default: 'nearest'
        Repetition, or linear interpolation of one, two or three dimensions with the
        corners of input and output on each other.

    Examples
    --------
    >>> layer = torch.nn.Upsample(scale_factor=2, mode="bilinear")
    >>> layer(Variable(torch.ones(1, 1, 2, 2))).size()
    torch.Size([1, 1, 4, 4])
    """

    def __init__(self, size=None, scale_factor=None, mode="nearest"):
        super().__init__()
        self.size = size
        self.scale_factor = scale_factor
        self.mode = mode

    def __setstate__(self, state):
        super().__setstate__(state)
        factor = self.scale_factor
        if isinstance(factor, float) and factor.is_integer():  # of later versions
            self.scale_factor = int(factor)

    def forward(self, input):
        """Enlarge an input of shape (N, C, *)."""
        return F.upsample(input, self.size, self.scale_factor, self.mode)

    def __repr__(self):
        if self.scale_factor is not None:
            size = f"scale_factor={self.scale_factor}"
        else:
            size = f"size={self.size}"
        return f"{type(self).__name__}({size}, mode={self.mode})"


class UpsamplingNearest2d(Upsample):
    """`Upsample` with mode 'nearest', its old name.

    Parameters
    ----------
    size : int or (int, int), optional
        Spatial size of the output.
    scale_factor : int, optional
        Its multiple of the input's.

    Examples
    --------
    >>> layer = torch.nn.UpsamplingNearest2d(scale_factor=2)
    >>> layer(Variable(torch.ones(1, 1, 2, 2))).size()
    torch.Size([1, 1, 4, 4])
    """

    def __init__(self, size=None, scale_factor=None):
        super().__init__(size, scale_factor, "nearest")


class UpsamplingBilinear2d(Upsample):
    """`Upsample` with mode 'bilinear', its old name.

    Parameters
    ----------
    size : int or (int, int), optional
        Spatial size of the output.
    scale_factor : int or (int, int), optional
        Its multiple of the input's.

    Examples
    --------
    >>> layer = torch.nn.UpsamplingBilinear2d(scale_factor=2)
    >>> layer(Variable(torch.ones(1, 1, 2, 2))).size()
    torch.Size([1, 1, 4, 4])
    """

    def __init__(self, size=None, scale_factor=None):
        super().__init__(size, scale_factor, "bilinear")


class PixelShuffle(Module):
    """Moves channels to pixels: (N, C r^2, H, W) becomes (N, C, H r, W r).

    Parameters
    ----------
    upscale_factor : int
        The r.

    References
    ----------
    W. Shi et al., "Real-Time Single Image and Video Super-Resolution Using an
    Efficient Sub-Pixel Convolutional Neural Network", 2016.

    Examples
    --------
    >>> layer = torch.nn.PixelShuffle(3)
    >>> layer(Variable(torch.ones(1, 9, 4, 4))).size()
    torch.Size([1, 1, 12, 12])
    """

    def __init__(self, upscale_factor):
        super().__init__()
        self.upscale_factor = upscale_factor

    def forward(self, input):
        """Rearrange an input of shape (N, C r^2, H, W)."""
        return F.pixel_shuffle(input, self.upscale_factor)

    def __repr__(self):
        return f"{type(self).__name__}(upscale_factor={self.upscale_factor})"
