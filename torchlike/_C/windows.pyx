# cython: binding=True
# These are class attributes too: functions that Python binds to the object before the dot.
"""Convolution, pooling and padding of torch.nn.functional.

Variables and ordinary numbers go straight to the operator; everything else goes to the
functions of the operator table, which say what does not fit.
"""
from cpython.tuple cimport PyTuple_GET_SIZE
from libc.stdint cimport int64_t
from torchlike._C.quick_args cimport flag_of, int_of, ints_of, is_variable, real_of
from torchlike._C.tensor_base cimport TensorBase
from torchlike._C.variable cimport VariableBase
from torchlike._C.variable_ops cimport (
    first_max_pool2d_IIIIIIIIb, v_avg_pool2d_IIIIIIbb, v_conv1d_TtIIII, v_conv2d_TtIIIIIII, v_pad_constant_ZDb,
)

from torchlike._C.tensor import nn_functions


def numbers(name, value, count):
    """`count` ints from one int or a sequence of them, for the argument `name`."""
    if isinstance(value, int):
        return (value,) * count
    value = tuple(value)
    if len(value) == 1:
        return value * count
    if len(value) != count:
        raise ValueError(f"{name} must be one int or {'two' if count == 2 else count}, got {value}")
    return value


cdef inline bint are_filters(object input, object weight, object bias, int n):
    """Whether these are Variables of one type, the input of n dimensions."""
    if not isinstance(input, VariableBase):
        return False
    cdef TensorBase x = (<VariableBase>input).data_
    return x.c_tensor.nDimension == n and is_variable(weight, x) and (bias is None or is_variable(bias, x))


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
    cdef int64_t step, pad, spread, parts
    if (
        are_filters(input, weight, bias, 3) and ints_of(stride, &step, 1) and ints_of(padding, &pad, 1)
        and ints_of(dilation, &spread, 1) and int_of(groups, &parts)
    ):
        return v_conv1d_TtIIII(
            <VariableBase>input, <VariableBase>weight, <VariableBase>bias, step, pad, spread, parts)
    if input.dim() != 3:
        raise ValueError(f"expected 3D input (got {input.dim()}D input)")
    options = [numbers(n, v, 1)[0] for n, v in [("stride", stride), ("padding", padding), ("dilation", dilation)]]
    return nn_functions["conv1d"](input, weight, bias, *options, groups)


def conv2d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """Filter images; see `torch.nn.Conv2d`.

    Parameters
    ----------
    input : Variable of shape (N, inC, H, W)
    weight : Variable of shape (outC, inC // groups, kH, kW)
    bias : Variable of shape (outC), optional
    stride : int or (int, int), in pixels, default: 1
    padding : int or (int, int), in pixels, default: 0
    dilation : int or (int, int), in pixels, default: 1
    groups : int, default: 1

    Returns
    -------
    Variable of shape (N, outC, H', W')

    Raises
    ------
    ValueError
        If the input is not 4-D.
    RuntimeError
        If the sizes do not fit.

    Examples
    --------
    >>> conv2d(torch.ones(1, 4, 5, 5), torch.ones(8, 4, 3, 3), padding=1).size()
    torch.Size([1, 8, 5, 5])
    """
    cdef int64_t step[2]
    cdef int64_t pad[2]
    cdef int64_t spread[2]
    cdef int64_t parts
    if (
        are_filters(input, weight, bias, 4) and ints_of(stride, step, 2) and ints_of(padding, pad, 2)
        and ints_of(dilation, spread, 2) and int_of(groups, &parts)
    ):
        return v_conv2d_TtIIIIIII(
            <VariableBase>input, <VariableBase>weight, <VariableBase>bias, step[0], step[1], pad[0], pad[1],
            spread[0], spread[1], parts)
    if input.dim() != 4:
        raise ValueError(f"Expected 4D tensor as input, got {input.dim()}D tensor instead.")
    return nn_functions["conv2d"](
        input, weight, bias, *numbers("stride", stride, 2), *numbers("padding", padding, 2),
        *numbers("dilation", dilation, 2), groups)


def avg_pool2d(input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
    """Average of each window; see `torch.nn.AvgPool2d`.

    Parameters
    ----------
    input : Variable of shape (N, C, H, W)
    kernel_size : int or (int, int)
    stride : int or (int, int), default: kernel_size
    padding : int or (int, int), default: 0
    ceil_mode : bool, default: False
        Whether a last partial window counts.
    count_include_pad : bool, default: True
        Whether the padding counts as zeros.

    Returns
    -------
    Variable of shape (N, C, H', W')

    Raises
    ------
    RuntimeError
        If the window does not fit the input.

    Examples
    --------
    >>> avg_pool2d(torch.ones(1, 1, 4, 4), 2).size()
    torch.Size([1, 1, 2, 2])
    """
    cdef int64_t size[2]
    cdef int64_t step[2]
    cdef int64_t pad[2]
    cdef bint ceil, count
    if (
        isinstance(input, VariableBase) and ints_of(kernel_size, size, 2)
        and ints_of(stride if stride else kernel_size, step, 2) and ints_of(padding, pad, 2)
        and flag_of(ceil_mode, &ceil) and flag_of(count_include_pad, &count)
    ):
        return v_avg_pool2d_IIIIIIbb(
            <VariableBase>input, size[1], size[0], step[1], step[0], pad[1], pad[0], ceil, count)
    height, width = numbers("kernel_size", kernel_size, 2)
    step_h, step_w = numbers("stride", stride, 2) if stride else (height, width)
    pad_h, pad_w = numbers("padding", padding, 2)
    return nn_functions["avg_pool2d"](
        input, width, height, step_w, step_h, pad_w, pad_h, ceil_mode, count_include_pad)


def max_pool2d(
    input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False,
):
    """Largest value of each window; see `torch.nn.MaxPool2d`.

    Parameters
    ----------
    input : Variable of shape (N, C, H, W) or (C, H, W)
    kernel_size : int or (int, int), in pixels
    stride : int or (int, int), in pixels, default: kernel_size
    padding : int or (int, int), in pixels, default: 0
    dilation : int or (int, int), in pixels, default: 1
    ceil_mode : bool, default: False
        Whether a last partial window counts.
    return_indices : bool, default: False

    Returns
    -------
    Variable of shape (N, C, H', W')
        With `return_indices` a pair: the values, and a LongTensor Variable of the
        same shape with the position of each in its input plane.

    Raises
    ------
    RuntimeError
        If the window does not fit the input.

    Examples
    --------
    >>> max_pool2d(torch.ones(1, 1, 4, 4), 2).size()
    torch.Size([1, 1, 2, 2])
    """
    cdef int64_t size[2]
    cdef int64_t step[2]
    cdef int64_t pad[2]
    cdef int64_t spread[2]
    cdef bint ceil
    # an empty tuple means the same as None, as in the generated functions of 0.3
    if (
        not return_indices and isinstance(input, VariableBase) and ints_of(kernel_size, size, 2)
        and ints_of(stride if stride else kernel_size, step, 2) and ints_of(padding, pad, 2)
        and ints_of(dilation, spread, 2) and flag_of(ceil_mode, &ceil)
    ):
        return first_max_pool2d_IIIIIIIIb(
            <VariableBase>input, size[1], size[0], step[1], step[0], pad[1], pad[0], spread[1], spread[0], ceil)
    height, width = numbers("kernel_size", kernel_size, 2)
    step_h, step_w = numbers("stride", stride, 2) if stride else (height, width)
    pad_h, pad_w = numbers("padding", padding, 2)
    dilation_h, dilation_w = numbers("dilation", dilation, 2)
    output, indices = nn_functions["max_pool2d"](
        input, width, height, step_w, step_h, pad_w, pad_h, dilation_w, dilation_h, ceil_mode)
    return (output, indices) if return_indices else output


def pad(input, pad, mode='constant', value=0):
    """Widen the input at its borders.

    Parameters
    ----------
    input : Variable
        Of shape (N, C, *) with one to three further dimensions; any shape for
        'constant'.
    pad : sequence of int
        Two numbers for each dimension, the last dimension first: (left, right, top,
        bottom, front, back). Negative ones crop.
    mode : {'constant', 'reflect', 'replicate'}, default: 'constant'
        Numbers, the input mirrored (at most 4-D), or its border repeated.
    value : float, default: 0
        The number for 'constant'.

    Returns
    -------
    Variable

    Raises
    ------
    ValueError
        If the number of paddings is wrong or the mode unknown.
    NotImplementedError
        If the mode does not take such an input.
    RuntimeError
        If a padding is larger than the input allows.

    Examples
    --------
    >>> pad(torch.ones(1, 1, 2), (1, 1)).tolist()
    [[[0.0, 1.0, 1.0, 0.0]]]
    """
    cdef int64_t sizes[64]
    cdef double border
    cdef Py_ssize_t n = PyTuple_GET_SIZE(pad) if type(pad) is tuple else -1
    if (
        mode == "constant" and isinstance(input, VariableBase) and 0 < n <= 64 and n % 2 == 0
        and n <= 2 * (<VariableBase>input).data_.c_tensor.nDimension and ints_of(pad, sizes, <int>n)
        and real_of(value, &border)
    ):
        return v_pad_constant_ZDb(<VariableBase>input, <int>n, sizes, border, False)
    pad = tuple(pad)
    dim = input.dim()
    if len(pad) % 2:
        raise ValueError(f"Padding length must be divisible by 2, got {pad}")
    if len(pad) // 2 > dim:
        raise ValueError(f"Padding length too large: {pad} for {dim}D input")
    if mode == "constant":
        return nn_functions["pad_constant"](input, pad, value)
    if value != 0:
        raise ValueError(f'Padding mode "{mode}" doesn\'t take in value argument')
    if mode not in ("reflect", "replicate"):
        raise ValueError(f"unknown padding mode '{mode}'")
    if dim not in (3, 4, 5) or (mode == "reflect" and dim == 5):
        raise NotImplementedError(
            f"Padding mode '{mode}' does not take {dim}D input of size {list(input.size())}"
        )
    if len(pad) != 2 * (dim - 2):
        raise ValueError(f"{dim}D tensors expect {2 * (dim - 2)} values for padding, got {pad}")
    if mode == "reflect":
        if dim == 4:
            return nn_functions["reflection_pad2d"](input, *pad)
        return nn_functions["reflection_pad2d"](input.unsqueeze(2), *pad, 0, 0).squeeze(2)
    image = input
    for _ in range(5 - dim):
        image = image.unsqueeze(2)
    output = nn_functions["replication_pad3d"](image, *pad, *(0,) * (6 - len(pad)))
    for _ in range(5 - dim):
        output = output.squeeze(2)
    return output
