"""Convolutions of one and three dimensions, and transposed ones."""

from torchlike._C import nn as _nn
from torchlike._C.windows import conv1d
from torchlike.nn.functions.shared import check_dim, numbers

__all__ = [
    "conv1d",
    "conv3d",
    "conv_tbc",
    "conv_transpose1d",
    "conv_transpose2d",
    "conv_transpose3d",
]


def conv3d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """Filter volumes; see `torch.nn.Conv3d`.

    Parameters
    ----------
    input : Variable of shape (N, inC, T, H, W)
    weight : Variable of shape (outC, inC // groups, kT, kH, kW)
    bias : Variable of shape (outC), optional
    stride : int or (int, int, int), default: 1
    padding : int or (int, int, int), default: 0
    dilation : int or (int, int, int), default: 1
    groups : int, default: 1

    Returns
    -------
    Variable of shape (N, outC, T', H', W')

    Raises
    ------
    ValueError
        If the input is not 5-D.
    RuntimeError
        If the sizes do not fit.

    Examples
    --------
    >>> x, weight = torch.ones(1, 4, 5, 5, 5), torch.ones(8, 4, 3, 3, 3)
    >>> conv3d(x, weight, padding=1).size()
    torch.Size([1, 8, 5, 5, 5])
    """
    check_dim(input, 5)
    return _nn.conv3d(
        input,
        weight,
        bias,
        *numbers("stride", stride, 3),
        *numbers("padding", padding, 3),
        *numbers("dilation", dilation, 3),
        groups,
    )


def _transposed_size(n, kernel, step, pad, extra, spread):
    """The size whose convolution gives n, and `extra` more."""
    if extra < 0 or extra >= max(step, spread):
        raise ValueError(
            "output padding must be smaller than either stride or dilation, but got "
            f"output_padding {extra}, stride {step}, dilation {spread}"
        )
    return (n - 1) * step - 2 * pad + spread * (kernel - 1) + extra + 1


def _transpose(backward, input, weight, bias, options, groups):
    """Run the gradient of a convolution of `len(options[0])` dimensions.

    `options` are the four settings in the order stride, padding, output_padding,
    dilation.
    """
    step, pad, extra, spread = options
    count = len(step)
    sizes = [tuple(x.size())[2:] for x in (input, weight)]
    if len(sizes[1]) != count:
        raise ValueError(
            f"expected {count + 2}D weight (got {len(sizes[1]) + 2}D weight)"
        )
    size = [_transposed_size(*axis) for axis in zip(*sizes, step, pad, extra, spread)]
    output = backward(input, weight, *size, *step, *pad, *spread, groups)
    if bias is None:
        return output
    return output + bias.view(1, -1, *(1,) * count).expand(*output.size())


def _transposed_options(count, stride, padding, output_padding, dilation):
    """The settings that `_transpose` takes, `count` numbers each."""
    return (
        numbers("stride", stride, count),
        numbers("padding", padding, count),
        numbers("output_padding", output_padding, count),
        numbers("dilation", dilation, count),
    )


def conv_transpose1d(
    input,
    weight,
    bias=None,
    stride=1,
    padding=0,
    output_padding=0,
    groups=1,
    dilation=1,
):
    """Transposed filters over signals; see `torch.nn.ConvTranspose1d`.

    Parameters
    ----------
    input : Variable of shape (N, inC, L)
    weight : Variable of shape (inC, outC // groups, k)
    bias : Variable of shape (outC), optional
    stride : int, default: 1
    padding : int, default: 0
    output_padding : int, default: 0
        Added to one side of the output.
    groups : int, default: 1
    dilation : int, default: 1

    Returns
    -------
    Variable of shape (N, outC, L')

    Raises
    ------
    ValueError
        If the input is not 3-D or the output padding too large.
    RuntimeError
        If the sizes do not fit.

    Examples
    --------
    >>> conv_transpose1d(torch.ones(1, 4, 5), torch.ones(4, 8, 2), stride=2).size()
    torch.Size([1, 8, 10])
    """
    check_dim(input, 3)
    options = _transposed_options(1, stride, padding, output_padding, dilation)
    return _transpose(_nn.conv1d_input, input, weight, bias, options, groups)


def conv_transpose2d(
    input,
    weight,
    bias=None,
    stride=1,
    padding=0,
    output_padding=0,
    groups=1,
    dilation=1,
):
    """Transposed filters over images; see `torch.nn.ConvTranspose2d`.

    Parameters
    ----------
    input : Variable of shape (N, inC, H, W)
    weight : Variable of shape (inC, outC // groups, kH, kW)
    bias : Variable of shape (outC), optional
    stride : int or (int, int), in pixels, default: 1
    padding : int or (int, int), in pixels, default: 0
    output_padding : int or (int, int), in pixels, default: 0
        Added to one side of the output.
    groups : int, default: 1
    dilation : int or (int, int), in pixels, default: 1

    Returns
    -------
    Variable of shape (N, outC, H', W')

    Raises
    ------
    ValueError
        If the input is not 4-D or the output padding too large.
    RuntimeError
        If the sizes do not fit.

    Examples
    --------
    >>> x, weight = torch.ones(1, 4, 5, 5), torch.ones(4, 8, 2, 2)
    >>> conv_transpose2d(x, weight, stride=2).size()
    torch.Size([1, 8, 10, 10])
    """
    check_dim(input, 4)
    options = _transposed_options(2, stride, padding, output_padding, dilation)
    return _transpose(_nn.conv2d_input, input, weight, bias, options, groups)


def conv_transpose3d(
    input,
    weight,
    bias=None,
    stride=1,
    padding=0,
    output_padding=0,
    groups=1,
    dilation=1,
):
    """Transposed filters over volumes; see `torch.nn.ConvTranspose3d`.

    Parameters
    ----------
    input : Variable of shape (N, inC, T, H, W)
    weight : Variable of shape (inC, outC // groups, kT, kH, kW)
    bias : Variable of shape (outC), optional
    stride : int or (int, int, int), default: 1
    padding : int or (int, int, int), default: 0
    output_padding : int or (int, int, int), default: 0
        Added to one side of the output.
    groups : int, default: 1
    dilation : int or (int, int, int), default: 1

    Returns
    -------
    Variable of shape (N, outC, T', H', W')

    Raises
    ------
    ValueError
        If the input is not 5-D or the output padding too large.
    RuntimeError
        If the sizes do not fit.

    Examples
    --------
    >>> x, weight = torch.ones(1, 4, 5, 5, 5), torch.ones(4, 8, 2, 2, 2)
    >>> conv_transpose3d(x, weight, stride=2).size()
    torch.Size([1, 8, 10, 10, 10])
    """
    check_dim(input, 5)
    options = _transposed_options(3, stride, padding, output_padding, dilation)
    return _transpose(_nn.conv3d_input, input, weight, bias, options, groups)


def conv_tbc(input, weight, bias, pad=0):
    """Filters over sequences that are stored by time, batch and channel.

    Parameters
    ----------
    input : Variable of shape (T, N, inC)
    weight : Variable of shape (k, inC, outC)
    bias : Variable of shape (outC)
    pad : int, default: 0
        Zeros on both sides.

    Returns
    -------
    Variable of shape (T + 2 * pad - k + 1, N, outC)

    Raises
    ------
    ValueError
        If the input or the weight is not 3-D.
    RuntimeError
        If the sizes do not fit.

    Examples
    --------
    >>> conv_tbc(torch.ones(5, 2, 3), torch.ones(2, 3, 4), torch.ones(4), 1).size()
    torch.Size([6, 2, 4])
    """
    check_dim(input, 3)
    check_dim(weight, 3)
    rows = conv1d(input.permute(1, 2, 0), weight.permute(2, 1, 0), bias, 1, pad)
    return rows.permute(2, 0, 1).contiguous()
