"""Pooling: windows of an input become one number each.

Inputs are (N, C, *) with one to three dimensions after the channels.
"""

from torchlike._C import nn as _nn
from torchlike._C.windows import avg_pool2d
from torchlike.autograd import Variable
from torchlike.nn.functions.shared import check_dim, numbers

__all__ = [
    "adaptive_avg_pool1d",
    "adaptive_avg_pool2d",
    "adaptive_avg_pool3d",
    "adaptive_max_pool1d",
    "adaptive_max_pool2d",
    "adaptive_max_pool3d",
    "avg_pool1d",
    "avg_pool2d",
    "avg_pool3d",
    "fractional_max_pool2d",
    "lp_pool1d",
    "lp_pool2d",
    "max_pool1d",
    "max_pool3d",
    "max_unpool1d",
    "max_unpool2d",
    "max_unpool3d",
]


def _windows(kernel_size, stride, padding, count):
    """Kernel, stride and padding of each dimension; no stride: that of the kernel."""
    kernel = numbers("kernel_size", kernel_size, count)
    step = numbers("stride", stride, count) if stride else kernel
    return kernel, step, numbers("padding", padding, count)


def avg_pool1d(
    input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True
):
    """Average of each window; see `torch.nn.AvgPool1d`.

    Parameters
    ----------
    input : Variable of shape (N, C, L)
    kernel_size : int
    stride : int, default: kernel_size
    padding : int, default: 0
    ceil_mode : bool, default: False
        Whether a last partial window counts.
    count_include_pad : bool, default: True
        Whether the padding counts as zeros.

    Returns
    -------
    Variable of shape (N, C, L')

    Raises
    ------
    ValueError
        If the input is not 3-D.
    RuntimeError
        If the window does not fit the input.

    Examples
    --------
    >>> avg_pool1d(torch.ones(1, 1, 4), 2).size()
    torch.Size([1, 1, 2])
    """
    check_dim(input, 3)
    (kernel,), (step,), (pad,) = _windows(kernel_size, stride, padding, 1)
    return _nn.avg_pool2d(
        input.unsqueeze(2), kernel, 1, step, 1, pad, 0, ceil_mode, count_include_pad
    ).squeeze(2)


def avg_pool3d(
    input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True
):
    """Average of each window; see `torch.nn.AvgPool3d`.

    Parameters
    ----------
    input : Variable of shape (N, C, T, H, W)
    kernel_size : int or (int, int, int)
    stride : int or (int, int, int), default: kernel_size
    padding : int or (int, int, int), default: 0
    ceil_mode : bool, default: False
        Whether a last partial window counts.
    count_include_pad : bool, default: True
        Whether the padding counts as zeros.

    Returns
    -------
    Variable of shape (N, C, T', H', W')

    Raises
    ------
    RuntimeError
        If the window does not fit the input.

    Examples
    --------
    >>> avg_pool3d(torch.ones(1, 1, 4, 4, 4), 2).size()
    torch.Size([1, 1, 2, 2, 2])
    """
    (t, h, w), (step_t, step_h, step_w), (pad_t, pad_h, pad_w) = _windows(
        kernel_size, stride, padding, 3
    )
    return _nn.avg_pool3d(
        input,
        t,
        w,
        h,
        step_t,
        step_w,
        step_h,
        pad_t,
        pad_w,
        pad_h,
        ceil_mode,
        count_include_pad,
    )


def max_pool1d(
    input,
    kernel_size,
    stride=None,
    padding=0,
    dilation=1,
    ceil_mode=False,
    return_indices=False,
):
    """Largest value of each window; see `torch.nn.MaxPool1d`.

    Parameters
    ----------
    input : Variable of shape (N, C, L)
    kernel_size : int
    stride : int, default: kernel_size
    padding : int, default: 0
    dilation : int, default: 1
    ceil_mode : bool, default: False
        Whether a last partial window counts.
    return_indices : bool, default: False

    Returns
    -------
    Variable of shape (N, C, L')
        With `return_indices` a pair: the values, and a LongTensor Variable of the
        same shape with the position of each inside (L).

    Raises
    ------
    RuntimeError
        If the window does not fit the input.

    Examples
    --------
    >>> max_pool1d(torch.ones(1, 1, 4), 2).size()
    torch.Size([1, 1, 2])
    """
    check_dim(input, 3)
    (kernel,), (step,), (pad,) = _windows(kernel_size, stride, padding, 1)
    (spread,) = numbers("dilation", dilation, 1)
    output, indices = _nn.max_pool2d(
        input.unsqueeze(2), kernel, 1, step, 1, pad, 0, spread, 1, ceil_mode
    )
    output = output.squeeze(2)
    return (output, indices.squeeze(2)) if return_indices else output


def max_pool3d(
    input,
    kernel_size,
    stride=None,
    padding=0,
    dilation=1,
    ceil_mode=False,
    return_indices=False,
):
    """Largest value of each window; see `torch.nn.MaxPool3d`.

    Parameters
    ----------
    input : Variable of shape (N, C, T, H, W)
    kernel_size : int or (int, int, int)
    stride : int or (int, int, int), default: kernel_size
    padding : int or (int, int, int), default: 0
    dilation : int or (int, int, int), default: 1
    ceil_mode : bool, default: False
        Whether a last partial window counts.
    return_indices : bool, default: False

    Returns
    -------
    Variable of shape (N, C, T', H', W')
        With `return_indices` a pair: the values, and a LongTensor Variable of the
        same shape with the position of each inside (T, H, W).

    Raises
    ------
    RuntimeError
        If the window does not fit the input.

    Examples
    --------
    >>> max_pool3d(torch.ones(1, 1, 4, 4, 4), 2).size()
    torch.Size([1, 1, 2, 2, 2])
    """
    (t, h, w), (step_t, step_h, step_w), (pad_t, pad_h, pad_w) = _windows(
        kernel_size, stride, padding, 3
    )
    dilation_t, dilation_h, dilation_w = numbers("dilation", dilation, 3)
    output, indices = _nn.max_pool3d(
        input,
        t,
        w,
        h,
        step_t,
        step_w,
        step_h,
        pad_t,
        pad_w,
        pad_h,
        dilation_t,
        dilation_w,
        dilation_h,
        ceil_mode,
    )
    return (output, indices) if return_indices else output


def _as_volume(input, spatial):
    """(N, C, *) with dimensions of size 1 before the last `spatial` ones."""
    check_dim(input, spatial + 2)
    for _ in range(3 - spatial):
        input = input.unsqueeze(2)
    return input


def _from_volume(output, spatial):
    """Without the dimensions that `_as_volume` put in."""
    for _ in range(3 - spatial):
        output = output.squeeze(2)
    return output


def _adaptive(function, input, output_size, spatial):
    """Pool to output_size with a function on volumes."""
    size = (1,) * (3 - spatial) + numbers("output_size", output_size, spatial)
    return function(_as_volume(input, spatial), size[0], size[2], size[1])


def adaptive_max_pool1d(input, output_size, return_indices=False):
    """Largest value of as many windows as asked for; see `torch.nn.AdaptiveMaxPool1d`.

    Parameters
    ----------
    input : Variable of shape (N, C, L)
    output_size : int
    return_indices : bool, default: False

    Returns
    -------
    Variable of shape (N, C, *output_size)
        With `return_indices` a pair: the values, and a LongTensor Variable of the
        same shape with the position of each inside (L).

    Raises
    ------
    ValueError
        If the input is not 3-D.

    Examples
    --------
    >>> adaptive_max_pool1d(torch.ones(1, 1, 5), 3).size()
    torch.Size([1, 1, 3])
    """
    output, indices = _adaptive(_nn.adaptive_max_pool3d, input, output_size, 1)
    output = _from_volume(output, 1)
    return (output, _from_volume(indices, 1)) if return_indices else output


def adaptive_avg_pool1d(input, output_size):
    """Average of as many windows as asked for; see `torch.nn.AdaptiveAvgPool1d`.

    Parameters
    ----------
    input : Variable of shape (N, C, L)
    output_size : int

    Returns
    -------
    Variable of shape (N, C, *output_size)

    Raises
    ------
    ValueError
        If the input is not 3-D.

    Examples
    --------
    >>> adaptive_avg_pool1d(torch.ones(1, 1, 5), 3).size()
    torch.Size([1, 1, 3])
    """
    output = _adaptive(_nn.adaptive_avg_pool3d, input, output_size, 1)
    return _from_volume(output, 1)


def adaptive_max_pool2d(input, output_size, return_indices=False):
    """Largest value of as many windows as asked for; see `torch.nn.AdaptiveMaxPool2d`.

    Parameters
    ----------
    input : Variable of shape (N, C, H, W)
    output_size : int or (int, int)
    return_indices : bool, default: False

    Returns
    -------
    Variable of shape (N, C, *output_size)
        With `return_indices` a pair: the values, and a LongTensor Variable of the
        same shape with the position of each inside (H, W).

    Raises
    ------
    ValueError
        If the input is not 4-D.

    Examples
    --------
    >>> adaptive_max_pool2d(torch.ones(1, 1, 5, 5), 3).size()
    torch.Size([1, 1, 3, 3])
    """
    output, indices = _adaptive(_nn.adaptive_max_pool3d, input, output_size, 2)
    output = _from_volume(output, 2)
    return (output, _from_volume(indices, 2)) if return_indices else output


def adaptive_avg_pool2d(input, output_size):
    """Average of as many windows as asked for; see `torch.nn.AdaptiveAvgPool2d`.

    Parameters
    ----------
    input : Variable of shape (N, C, H, W)
    output_size : int or (int, int)

    Returns
    -------
    Variable of shape (N, C, *output_size)

    Raises
    ------
    ValueError
        If the input is not 4-D.

    Examples
    --------
    >>> adaptive_avg_pool2d(torch.ones(1, 1, 5, 5), 3).size()
    torch.Size([1, 1, 3, 3])
    """
    output = _adaptive(_nn.adaptive_avg_pool3d, input, output_size, 2)
    return _from_volume(output, 2)


def adaptive_max_pool3d(input, output_size, return_indices=False):
    """Largest value of as many windows as asked for; see `torch.nn.AdaptiveMaxPool3d`.

    Parameters
    ----------
    input : Variable of shape (N, C, T, H, W)
    output_size : int or (int, int, int)
    return_indices : bool, default: False

    Returns
    -------
    Variable of shape (N, C, *output_size)
        With `return_indices` a pair: the values, and a LongTensor Variable of the
        same shape with the position of each inside (T, H, W).

    Raises
    ------
    ValueError
        If the input is not 5-D.

    Examples
    --------
    >>> adaptive_max_pool3d(torch.ones(1, 1, 5, 5, 5), 3).size()
    torch.Size([1, 1, 3, 3, 3])
    """
    output, indices = _adaptive(_nn.adaptive_max_pool3d, input, output_size, 3)
    output = _from_volume(output, 3)
    return (output, _from_volume(indices, 3)) if return_indices else output


def adaptive_avg_pool3d(input, output_size):
    """Average of as many windows as asked for; see `torch.nn.AdaptiveAvgPool3d`.

    Parameters
    ----------
    input : Variable of shape (N, C, T, H, W)
    output_size : int or (int, int, int)

    Returns
    -------
    Variable of shape (N, C, *output_size)

    Raises
    ------
    ValueError
        If the input is not 5-D.

    Examples
    --------
    >>> adaptive_avg_pool3d(torch.ones(1, 1, 5, 5, 5), 3).size()
    torch.Size([1, 1, 3, 3, 3])
    """
    output = _adaptive(_nn.adaptive_avg_pool3d, input, output_size, 3)
    return _from_volume(output, 3)


def _unpooled_size(input, kernel, step, pad, output_size):
    """The spatial size before pooling; `output_size` may differ by less than a step."""
    spatial = len(kernel)
    size = [
        (n - 1) * s + k - 2 * p
        for n, k, s, p in zip(tuple(input.size())[2:], kernel, step, pad)
    ]
    if output_size is None:
        return size
    wanted = list(output_size)[-spatial:]
    if len(output_size) not in (spatial, spatial + 2):
        raise ValueError(
            f"output_size should be a sequence containing {spatial} or {spatial + 2} "
            f"elements, but it has a length of '{len(output_size)}'"
        )
    for given, n, s in zip(wanted, size, step):
        if not n - s < given < n + s:
            raise ValueError(
                f"invalid output_size {wanted} (dims must be between "
                f"{[n - s for n, s in zip(size, step)]} and "
                f"{[n + s for n, s in zip(size, step)]})"
            )
    return wanted


def _unpool(input, indices, kernel_size, stride, padding, output_size, spatial):
    check_dim(input, spatial + 2)
    kernel, step, pad = _windows(kernel_size, stride, padding, spatial)
    size = _unpooled_size(input, kernel, step, pad, output_size)
    if isinstance(indices, Variable):
        indices = indices.data
    if spatial == 3:
        return _nn.max_unpool3d(input, indices, size[0], size[2], size[1])
    if spatial == 2:
        return _nn.max_unpool2d(input, indices, size[1], size[0])
    input, indices = input.unsqueeze(2), indices.unsqueeze(2)
    return _nn.max_unpool2d(input, indices, size[0], 1).squeeze(2)


def max_unpool1d(input, indices, kernel_size, stride=None, padding=0, output_size=None):
    """Inverse of `max_pool1d`, with zeros; see `torch.nn.MaxUnpool1d`.

    Parameters
    ----------
    input : Variable of shape (N, C, L)
    indices : Variable of LongTensor of the same shape
        What `max_pool1d` returned.
    kernel_size : int
    stride : int, default: kernel_size
    padding : int, default: 0
    output_size : sequence of int, optional
        Chooses among the sizes that the pooling maps to one.

    Returns
    -------
    Variable of shape (N, C, L')

    Raises
    ------
    ValueError
        If the input is not 3-D or `output_size` is impossible.
    RuntimeError
        If an index is out of range.

    Examples
    --------
    >>> x, places = max_pool1d(torch.ones(1, 1, 4), 2, return_indices=True)
    >>> max_unpool1d(x, places, 2).size()
    torch.Size([1, 1, 4])
    """
    return _unpool(input, indices, kernel_size, stride, padding, output_size, 1)


def max_unpool2d(input, indices, kernel_size, stride=None, padding=0, output_size=None):
    """Inverse of `max_pool2d`, with zeros; see `torch.nn.MaxUnpool2d`.

    Parameters
    ----------
    input : Variable of shape (N, C, H, W)
    indices : Variable of LongTensor of the same shape
        What `max_pool2d` returned.
    kernel_size : int or (int, int)
    stride : int or (int, int), default: kernel_size
    padding : int or (int, int), default: 0
    output_size : sequence of int, optional
        Chooses among the sizes that the pooling maps to one.

    Returns
    -------
    Variable of shape (N, C, H', W')

    Raises
    ------
    ValueError
        If the input is not 4-D or `output_size` is impossible.
    RuntimeError
        If an index is out of range.

    Examples
    --------
    >>> pool = torch.nn.MaxPool2d(2, return_indices=True)
    >>> x, places = pool(torch.ones(1, 1, 4, 4))
    >>> max_unpool2d(x, places, 2).size()
    torch.Size([1, 1, 4, 4])
    """
    return _unpool(input, indices, kernel_size, stride, padding, output_size, 2)


def max_unpool3d(input, indices, kernel_size, stride=None, padding=0, output_size=None):
    """Inverse of `max_pool3d`, with zeros; see `torch.nn.MaxUnpool3d`.

    Parameters
    ----------
    input : Variable of shape (N, C, T, H, W)
    indices : Variable of LongTensor of the same shape
        What `max_pool3d` returned.
    kernel_size : int or (int, int, int)
    stride : int or (int, int, int), default: kernel_size
    padding : int or (int, int, int), default: 0
    output_size : sequence of int, optional
        Chooses among the sizes that the pooling maps to one.

    Returns
    -------
    Variable of shape (N, C, T', H', W')

    Raises
    ------
    ValueError
        If the input is not 5-D or `output_size` is impossible.
    RuntimeError
        If an index is out of range.

    Examples
    --------
    >>> x, places = max_pool3d(torch.ones(1, 1, 4, 4, 4), 2, return_indices=True)
    >>> max_unpool3d(x, places, 2).size()
    torch.Size([1, 1, 4, 4, 4])
    """
    return _unpool(input, indices, kernel_size, stride, padding, output_size, 3)


def lp_pool1d(input, norm_type, kernel_size, stride=None, ceil_mode=False):
    """The p-norm of each window; see `torch.nn.LPPool1d`.

    Parameters
    ----------
    input : Variable of shape (N, C, L)
    norm_type : float
        The p of the norm.
    kernel_size : int
    stride : int, default: kernel_size
    ceil_mode : bool, default: False
        Whether a last partial window counts.

    Returns
    -------
    Variable of shape (N, C, L')

    Examples
    --------
    >>> lp_pool1d(torch.ones(1, 1, 4), 2, 2).size()
    torch.Size([1, 1, 2])
    """
    mean = avg_pool1d(input.pow(norm_type), kernel_size, stride, 0, ceil_mode)
    # the sum; an odd power may be negative
    total = mean.sign() * mean.abs() * numbers("kernel_size", kernel_size, 1)[0]
    return total.pow(1.0 / norm_type)


def lp_pool2d(input, norm_type, kernel_size, stride=None, ceil_mode=False):
    """The p-norm of each window; see `torch.nn.LPPool2d`.

    Parameters
    ----------
    input : Variable of shape (N, C, H, W)
    norm_type : float
        The p of the norm.
    kernel_size : int or (int, int)
    stride : int or (int, int), default: kernel_size
    ceil_mode : bool, default: False
        Whether a last partial window counts.

    Returns
    -------
    Variable of shape (N, C, H', W')

    Examples
    --------
    >>> lp_pool2d(torch.ones(1, 1, 4, 4), 2, 2).size()
    torch.Size([1, 1, 2, 2])
    """
    h, w = numbers("kernel_size", kernel_size, 2)
    mean = avg_pool2d(input.pow(norm_type), kernel_size, stride, 0, ceil_mode)
    # the sum; an odd power may be negative
    total = mean.sign() * mean.abs() * h * w
    return total.pow(1.0 / norm_type)


def fractional_max_pool2d(
    input,
    kernel_size,
    output_size=None,
    output_ratio=None,
    return_indices=False,
    _random_samples=None,
):
    """Largest value of windows at random places; see `torch.nn.FractionalMaxPool2d`.

    Parameters
    ----------
    input : Variable of shape (N, C, H, W)
    kernel_size : int or (int, int)
    output_size : int or (int, int), optional
    output_ratio : float or (float, float), optional
        Output size as a part of the input's; one of the two must be given.
    return_indices : bool, default: False
    _random_samples : Tensor of shape (N, C, 2), optional
        Numbers in [0, 1) that place the windows.

    Returns
    -------
    Variable of shape (N, C, H', W')
        With `return_indices` a pair: the values, and a LongTensor Variable of the
        same shape with the position of each in its input plane.

    Raises
    ------
    ValueError
        If neither size nor ratio is given.
    RuntimeError
        If the windows do not fit the input.

    Examples
    --------
    >>> fractional_max_pool2d(torch.ones(1, 1, 6, 6), 2, output_size=3).size()
    torch.Size([1, 1, 3, 3])
    """
    if output_size is None and output_ratio is None:
        raise ValueError(
            "fractional_max_pool2d requires specifying either an output_size, or a "
            "output_ratio"
        )
    h, w = numbers("kernel_size", kernel_size, 2)
    if output_size is None:
        pair = isinstance(output_ratio, (tuple, list))
        ratio = output_ratio if pair else (output_ratio, output_ratio)
        output_size = [int(n * r) for n, r in zip(tuple(input.size())[-2:], ratio)]
    out_h, out_w = numbers("output_size", output_size, 2)
    if _random_samples is None:
        planes = tuple(input.size())[:-2]
        data = input.data if isinstance(input, Variable) else input
        _random_samples = data.new(*planes, 2).uniform_()
    elif isinstance(_random_samples, Variable):
        _random_samples = _random_samples.data
    output, indices = _nn.fractional_max_pool2d(
        input, out_w, out_h, w, h, _random_samples
    )
    return (output, indices) if return_indices else output
