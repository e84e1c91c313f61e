"""Convolutions of one dimension, and transposed ones, by way of the 2-d kernels."""

from torchlike._C import nn as _nn
from torchlike.nn.functions.shared import check_dim, numbers

__all__ = ["conv1d", "conv_transpose1d", "conv_transpose2d"]


def conv1d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """Filter signals; see `torch.nn.Conv1d`.

    Parameters
    ----------
    input : Variable of shape (N, inC, L)
    weight : Variable of shape (outC, inC // groups, k)
    bias : Variable of shape (outC), optional
    stride : int, default: 1
    padding : int, default: 0
    dilation : int, default: 1
    groups : int, default: 1

    Returns
    -------
    Variable of shape (N, outC, L')

    Raises
    ------
    ValueError
        If the input is not 3-D.
    RuntimeError
        If the sizes do not fit.

    Examples
    --------
    >>> conv1d(torch.ones(1, 4, 5), torch.ones(8, 4, 3), padding=1).size()
    torch.Size([1, 8, 5])
    """
    check_dim(input, 3)
    (step,), (pad,) = numbers("stride", stride, 1), numbers("padding", padding, 1)
    (spread,) = numbers("dilation", dilation, 1)
    return _nn.conv2d(
        input.unsqueeze(2),
        weight.unsqueeze(2),
        bias,
        1,
        step,
        0,
        pad,
        1,
        spread,
        groups,
    ).squeeze(2)


def _transposed_size(n, kernel, step, pad, extra, spread):
    """The size whose convolution gives n, and `extra` more."""
    if extra < 0 or extra >= max(step, spread):
        raise ValueError(
            "output padding must be smaller than either stride or dilation, but got "
            f"output_padding {extra}, stride {step}, dilation {spread}"
        )
    return (n - 1) * step - 2 * pad + spread * (kernel - 1) + extra + 1


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
    names = ("stride", "padding", "output_padding", "dilation")
    values = (stride, padding, output_padding, dilation)
    step, pad, extra, spread = (
        numbers(name, value, 1)[0] for name, value in zip(names, values)
    )
    output = conv_transpose2d(
        input.unsqueeze(2),
        weight.unsqueeze(2),
        bias,
        (1, step),
        (0, pad),
        (0, extra),
        groups,
        (1, spread),
    )
    return output.squeeze(2)


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
    step = numbers("stride", stride, 2)
    pad = numbers("padding", padding, 2)
    extra = numbers("output_padding", output_padding, 2)
    spread = numbers("dilation", dilation, 2)
    height, width = (
        _transposed_size(*axis)
        for axis in zip(
            tuple(input.size())[2:], tuple(weight.size())[2:], step, pad, extra, spread
        )
    )
    output = _nn.conv2d_input(
        input, weight, height, width, *step, *pad, *spread, groups
    )
    if bias is None:
        return output
    return output + bias.view(1, -1, 1, 1).expand(*output.size())
