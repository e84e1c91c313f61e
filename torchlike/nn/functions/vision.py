"""Padding, upsampling and geometric transformations of images."""

import torchlike
from torchlike._C import nn as _nn
from torchlike._C.windows import pad
from torchlike.autograd import Variable
from torchlike.nn.functions.shared import check_dim, numbers

__all__ = [
    "affine_grid",
    "grid_sample",
    "pad",
    "pixel_shuffle",
    "upsample",
    "upsample_bilinear",
    "upsample_nearest",
]


def pixel_shuffle(input, upscale_factor):
    """Move channels to pixels: (N, C r^2, H, W) becomes (N, C, H r, W r).

    Parameters
    ----------
    input : Variable of shape (N, C * r * r, H, W)
    upscale_factor : int
        The r.

    Returns
    -------
    Variable of shape (N, C, H * r, W * r)

    Raises
    ------
    RuntimeError
        If the channels are not divisible by r^2.

    References
    ----------
    W. Shi et al., "Real-Time Single Image and Video Super-Resolution Using an
    Efficient Sub-Pixel Convolutional Neural Network", 2016.

    Examples
    --------
    >>> pixel_shuffle(torch.ones(1, 9, 4, 4), 3).size()
    torch.Size([1, 1, 12, 12])
    """
    check_dim(input, 4)
    n, channels, height, width = input.size()
    r = upscale_factor
    if r < 1 or channels % (r * r):
        raise RuntimeError(
            f"pixel_shuffle expects channels divisible by {r} * {r}, but got input of "
            f"size {list(input.size())}"
        )
    parts = input.contiguous().view(n, channels // (r * r), r, r, height, width)
    pixels = parts.permute(0, 1, 4, 2, 5, 3).contiguous()
    return pixels.view(n, channels // (r * r), height * r, width * r)


def upsample(input, size=None, scale_factor=None, mode="nearest"):
    """Enlarge images; see `torch.nn.Upsample`.

    Parameters
    ----------
    input : Variable of shape (N, C, L), (N, C, H, W) or (N, C, T, H, W)
    size : int or sequence of int, optional
        Spatial size of the output.
    scale_factor : int or sequence of int, optional
        Its multiple of the input's; exactly one of both must be given.
    mode : {'nearest', 'linear', 'bilinear', 'trilinear'}, default: 'nearest'
        The last three are for one, two and three spatial dimensions; there the
        corners of input and output coincide.

    Returns
    -------
    Variable of shape (N, C, *size)

    Raises
    ------
    ValueError
        If the size cannot be determined or the mode does not fit.
    NotImplementedError
        If the mode does not take such an input.

    Examples
    --------
    >>> upsample(torch.ones(1, 1, 2, 2), scale_factor=2).size()
    torch.Size([1, 1, 4, 4])
    """
    dim = input.dim()
    if (size is None) == (scale_factor is None):
        raise ValueError("exactly one of size and scale_factor should be defined")
    check_dim(input, 3, 4, 5)
    spatial = tuple(input.size())[2:]
    if mode == "nearest":
        return _nearest(input, spatial, size, scale_factor)
    if {"linear": 3, "bilinear": 4, "trilinear": 5}.get(mode) != dim:
        raise NotImplementedError(
            f"Got {dim}D input of size {list(input.size())} for mode '{mode}': linear, "
            "bilinear and trilinear take 3D, 4D and 5D"
        )
    if size is None:
        factors = numbers("scale_factor", scale_factor, dim - 2)
        size = [n * f for n, f in zip(spatial, factors)]
    size = numbers("size", size, dim - 2)
    volume = input
    for _ in range(5 - dim):
        volume = volume.unsqueeze(2)
    output = _nn.upsample_trilinear(volume, *(1,) * (5 - dim), *size)
    for _ in range(5 - dim):
        output = output.squeeze(2)
    return output


def _nearest(input, spatial, size, scale_factor):
    """Repeat by one factor for all dimensions, as 0.3 does."""
    if scale_factor is None:
        size = numbers("size", size, len(spatial))
        factors = {wanted // n for wanted, n in zip(size, spatial)}
        if len(factors) != 1 or any(w % n for w, n in zip(size, spatial)):
            raise ValueError(
                f"nearest upsampling needs one whole factor, got input size {spatial} "
                f"and output size {size}"
            )
        (scale_factor,) = factors
    if not isinstance(scale_factor, int):
        raise ValueError(
            "scale_factor must be of integer type for nearest neighbor sampling, got "
            f"{scale_factor}"
        )
    if len(spatial) == 1:
        # one factor for the length, none for the height
        n, channels, length = input.size()
        wide = input.unsqueeze(3).expand(n, channels, length, scale_factor)
        return wide.contiguous().view(n, channels, length * scale_factor)
    apply = _nn.upsample_nearest2d if len(spatial) == 2 else _nn.upsample_nearest3d
    return apply(input, scale_factor)


def upsample_nearest(input, size=None, scale_factor=None):
    """`upsample` with mode 'nearest', its old name.

    Parameters
    ----------
    input : Variable of shape (N, C, H, W) or (N, C, T, H, W)
    size : int or sequence of int, optional
    scale_factor : int, optional

    Returns
    -------
    Variable

    Examples
    --------
    >>> upsample_nearest(torch.ones(1, 1, 2, 2), scale_factor=2).size()
    torch.Size([1, 1, 4, 4])
    """
    return upsample(input, size, scale_factor, "nearest")


def upsample_bilinear(input, size=None, scale_factor=None):
    """`upsample` with mode 'bilinear', its old name.

    Parameters
    ----------
    input : Variable of shape (N, C, H, W)
    size : int or (int, int), optional
    scale_factor : int or (int, int), optional

    Returns
    -------
    Variable of shape (N, C, *size)

    Examples
    --------
    >>> upsample_bilinear(torch.ones(1, 1, 2, 2), size=(3, 5)).size()
    torch.Size([1, 1, 3, 5])
    """
    return upsample(input, size, scale_factor, "bilinear")


def grid_sample(input, grid, mode="bilinear", padding_mode="zeros"):
    """Sample images at the points of a grid.

    Parameters
    ----------
    input : Variable of shape (N, C, H, W)
    grid : Variable of shape (N, H', W', 2)
        x and y of each point, from -1 (left, top) to 1 (right, bottom).
    mode : {'bilinear'}
    padding_mode : {'zeros', 'border'}, default: 'zeros'
        What lies outside the image.

    Returns
    -------
    Variable of shape (N, C, H', W')
        It can be differentiated twice for the input, once for the grid.

    Raises
    ------
    NotImplementedError
        If the mode is another.
    ValueError
        If the padding mode is another.
    RuntimeError
        If the sizes do not fit.

    References
    ----------
    M. Jaderberg et al., "Spatial Transformer Networks", 2015.

    Examples
    --------
    >>> image = torch.Tensor([[[[0, 2], [4, 6]]]])
    >>> grid_sample(image, torch.zeros(1, 1, 1, 2)).tolist()
    [[[[3.0]]]]
    """
    if mode != "bilinear":
        raise NotImplementedError(f"grid_sample: mode '{mode}' is not supported")
    modes = ("zeros", "border")
    if padding_mode not in modes:
        raise ValueError(
            f"padding_mode needs to be 'zeros' or 'border', but got '{padding_mode}'"
        )
    return _nn.grid_sample(input, grid, modes.index(padding_mode))


def affine_grid(theta, size):
    """Grid of an affine transformation, for `grid_sample`.

    Parameters
    ----------
    theta : Variable of shape (N, 2, 3)
        The transformations, from output to input coordinates.
    size : torch.Size (N, C, H, W)
        Size of the images to be sampled.

    Returns
    -------
    Variable of shape (N, H, W, 2)

    Raises
    ------
    ValueError
        If the sizes do not fit.

    Examples
    --------
    >>> theta = Variable(torch.Tensor([[[1, 0, 0], [0, 1, 0]]]))
    >>> affine_grid(theta, torch.Size([1, 1, 2, 2])).size()
    torch.Size([1, 2, 2, 2])
    """
    if theta.dim() != 3 or tuple(theta.size())[1:] != (2, 3) or len(size) != 4:
        raise ValueError(
            "affine_grid expects theta (N, 2, 3) and a size (N, C, H, W), got "
            f"{list(theta.size())} and {list(size)}"
        )
    n, _, height, width = size
    data = theta.data if isinstance(theta, Variable) else theta
    points = data.new(height, width, 3)
    for axis, count in ((0, width), (1, height)):
        line = torchlike.linspace(-1, 1, count) if count > 1 else torchlike.Tensor([-1])
        line = line.type_as(points)
        line = line.view(1, -1) if axis == 0 else line.view(-1, 1)
        points.select(2, axis).copy_(line.expand(height, width))
    points.select(2, 2).fill_(1)
    base = points.view(1, -1, 3).expand(n, height * width, 3)
    if isinstance(theta, Variable):
        base = Variable(base)
    return base.bmm(theta.transpose(1, 2)).view(n, height, width, 2)
