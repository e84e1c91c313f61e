"""Functional forms of the layers: every argument is passed at the call.

Inputs are Variables or plain tensors; the result is of the same kind. The
computation, its backward and the checks of sizes are those of `torchlike._C.nn`.
"""

import warnings

from torchlike._C import nn as _nn
from torchlike._C.composite import linear
from torchlike.autograd import Variable
from torchlike.nn.functions import (
    activation as _activation,
    conv as _conv,
    loss as _loss,
    normalization as _normalization,
    pooling as _pooling,
    sparse as _sparse,
    vision as _vision,
)
from torchlike.nn.functions.activation import *  # noqa: F403
from torchlike.nn.functions.conv import *  # noqa: F403
from torchlike.nn.functions.loss import *  # noqa: F403
from torchlike.nn.functions.normalization import *  # noqa: F403
from torchlike.nn.functions.pooling import *  # noqa: F403
from torchlike.nn.functions.sparse import *  # noqa: F403
from torchlike.nn.functions.vision import *  # noqa: F403

__all__ = [
    *_activation.__all__,
    *_conv.__all__,
    *_loss.__all__,
    *_normalization.__all__,
    *_pooling.__all__,
    *_sparse.__all__,
    *_vision.__all__,
    "alpha_dropout",
    "batch_norm",
    "conv2d",
    "cross_entropy",
    "dropout",
    "dropout2d",
    "dropout3d",
    "linear",
    "log_softmax",
    "max_pool2d",
    "mse_loss",
    "nll_loss",
    "relu",
    "sigmoid",
    "softmax",
    "softmin",
    "tanh",
    "threshold",
]


def _pair(name, value):
    """Two ints from an int or a pair, for the argument called `name`."""
    if isinstance(value, int):
        return value, value
    if len(value) == 1:
        return value[0], value[0]
    if len(value) != 2:
        raise ValueError(f"{name} must be one int or two, got {tuple(value)}")
    return value


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
    if input.dim() != 4:
        raise ValueError(
            f"Expected 4D tensor as input, got {input.dim()}D tensor instead."
        )
    step_h, step_w = _pair("stride", stride)
    pad_h, pad_w = _pair("padding", padding)
    dilation_h, dilation_w = _pair("dilation", dilation)
    return _nn.conv2d(
        input,
        weight,
        bias,
        step_h,
        step_w,
        pad_h,
        pad_w,
        dilation_h,
        dilation_w,
        groups,
    )


def max_pool2d(
    input,
    kernel_size,
    stride=None,
    padding=0,
    dilation=1,
    ceil_mode=False,
    return_indices=False,
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
    height, width = _pair("kernel_size", kernel_size)
    # an empty tuple means the same as None, as in the generated functions of 0.3
    step_h, step_w = _pair("stride", stride) if stride else (height, width)
    pad_h, pad_w = _pair("padding", padding)
    dilation_h, dilation_w = _pair("dilation", dilation)
    output, indices = _nn.max_pool2d(
        input,
        width,
        height,
        step_w,
        step_h,
        pad_w,
        pad_h,
        dilation_w,
        dilation_h,
        ceil_mode,
    )
    return (output, indices) if return_indices else output


def batch_norm(
    input,
    running_mean,
    running_var,
    weight=None,
    bias=None,
    training=False,
    momentum=0.1,
    eps=1e-5,
):
    """Normalise every channel; see `torch.nn.BatchNorm1d`.

    Parameters
    ----------
    input : Variable of shape (N, C) or (N, C, *)
    running_mean, running_var : Tensor of shape (C), or None
        Updated in place while training, used otherwise.
    weight, bias : Variable of shape (C), optional
    training : bool, default: False
        Whether statistics are those of the batch.
    momentum : float, default: 0.1
    eps : float, default: 1e-5

    Returns
    -------
    Variable of the shape of `input`

    Raises
    ------
    ValueError
        If a channel has only one value in training.
    RuntimeError
        If the sizes do not fit.

    Examples
    --------
    >>> x = torch.Tensor([[1.0], [3.0]])
    >>> batch_norm(x, None, None, training=True).sum()
    0.0
    """
    if training:
        size = tuple(input.size())
        if len(size) >= 2 and input.numel() == size[1]:
            raise ValueError(
                "Expected more than 1 value per channel when training, "
                f"got input size {list(size)}"
            )
    return _nn.batch_norm(
        input,
        weight,
        bias,
        running_mean,
        running_var,
        training,
        momentum,
        eps,
    )[0]


def _check_probability(p):
    """Raise ValueError unless 0 <= p <= 1."""
    if not 0 <= p <= 1:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")


def dropout(input, p=0.5, training=False, inplace=False):
    """Zero elements with probability p and scale the others by 1 / (1 - p).

    Parameters
    ----------
    input : Variable of any shape
    p : float in [0, 1], default: 0.5
    training : bool, default: False
        Without it the input is returned as it is.
    inplace : bool, default: False

    Returns
    -------
    Variable of the shape of `input`

    Raises
    ------
    ValueError
        If `p` is outside [0, 1].

    Examples
    --------
    >>> dropout(torch.ones(3), training=False).sum()
    3.0
    """
    _check_probability(p)
    if not training:
        return input
    output, noise = _nn.dropout(input, p)
    return input.mul_(noise) if inplace else output


def alpha_dropout(input, p=0.5, training=False):
    """Dropout that keeps mean 0 and variance 1; see `torch.nn.AlphaDropout`.

    Parameters
    ----------
    input : Variable of any shape
    p : float in [0, 1], default: 0.5
    training : bool, default: False
        Without it the input is returned as it is.

    Returns
    -------
    Variable of the shape of `input`

    Raises
    ------
    ValueError
        If `p` is outside [0, 1].

    Examples
    --------
    >>> alpha_dropout(torch.ones(3), training=False).sum()
    3.0
    """
    _check_probability(p)
    if p == 0 or not training:
        return input
    # what is dropped gets selu's limit below, then a * x + b restores the moments
    low = -_activation.SELU_ALPHA * _activation.SELU_SCALE
    kept = 1 - p
    if kept == 0:
        return input * 0
    data = input.data if isinstance(input, Variable) else input
    mask = data.new(*data.size()).bernoulli_(kept)
    scale = (kept + low * low * kept * p) ** -0.5
    shift = (1 - mask) * (scale * low) - scale * low * p
    factor = mask * scale
    if isinstance(input, Variable):
        factor, shift = Variable(factor), Variable(shift)
    return input * factor + shift


def _dropout_channels(input, p, training, inplace):
    """Zero whole channels of (N, C, *)."""
    _check_probability(p)
    if not training:
        return input
    data = input.data if isinstance(input, Variable) else input
    size = tuple(data.size())
    noise = data.new(*size[:2], *(1,) * (len(size) - 2))
    noise.fill_(0) if p == 1 else noise.bernoulli_(1 - p).div_(1 - p)
    noise = noise.expand(*size)
    if isinstance(input, Variable):
        noise = Variable(noise)
    return input.mul_(noise) if inplace else input * noise


def dropout2d(input, p=0.5, training=False, inplace=False):
    """Zero whole channels with probability p; see `torch.nn.Dropout2d`.

    Parameters
    ----------
    input : Variable of shape (N, C, H, W)
    p : float in [0, 1], default: 0.5
    training : bool, default: False
        Without it the input is returned as it is.
    inplace : bool, default: False

    Returns
    -------
    Variable of the shape of `input`

    Raises
    ------
    ValueError
        If `p` is outside [0, 1].

    Examples
    --------
    >>> dropout2d(torch.ones(1, 3, 2, 2), 1, training=True).sum()
    0.0
    """
    return _dropout_channels(input, p, training, inplace)


def dropout3d(input, p=0.5, training=False, inplace=False):
    """Zero whole channels with probability p; see `torch.nn.Dropout3d`.

    Parameters
    ----------
    input : Variable of shape (N, C, T, H, W)
    p : float in [0, 1], default: 0.5
    training : bool, default: False
        Without it the input is returned as it is.
    inplace : bool, default: False

    Returns
    -------
    Variable of the shape of `input`

    Raises
    ------
    ValueError
        If `p` is outside [0, 1].

    Examples
    --------
    >>> dropout3d(torch.ones(1, 3, 2, 2, 2), 1, training=True).sum()
    0.0
    """
    return _dropout_channels(input, p, training, inplace)


def threshold(input, threshold, value, inplace=False):
    """``x if x > threshold else value``, element by element.

    Parameters
    ----------
    input : Variable of any shape
    threshold, value : float
    inplace : bool, default: False

    Returns
    -------
    Variable of the shape of `input`

    Examples
    --------
    >>> threshold(torch.Tensor([1, 5]), 2, 0).tolist()
    [0.0, 5.0]
    """
    apply = _nn.threshold_ if inplace else _nn.threshold
    return apply(input, threshold, value)


def relu(input, inplace=False):
    """max(0, x), element by element.

    Parameters
    ----------
    input : Variable of any shape
    inplace : bool, default: False

    Returns
    -------
    Variable of the shape of `input`

    Examples
    --------
    >>> relu(torch.Tensor([-1, 5])).tolist()
    [0.0, 5.0]
    """
    return _nn.relu_(input) if inplace else _nn.relu(input)


def tanh(input):
    """Hyperbolic tangent of each element of a Variable of any shape.

    Examples
    --------
    >>> tanh(torch.zeros(1)).tolist()
    [0.0]
    """
    return input.tanh()


def sigmoid(input):
    """``1 / (1 + exp(-x))`` of each element of a Variable of any shape.

    Examples
    --------
    >>> sigmoid(torch.zeros(1)).tolist()
    [0.5]
    """
    return input.sigmoid()


def _implicit_dim(name, ndim, stacklevel):
    """The dimension that old code meant, with a warning at its line."""
    warnings.warn(
        f"Implicit dimension choice for {name} has been deprecated. "
        "Change the call to include dim=X as an argument.",
        stacklevel=stacklevel,
    )
    return 0 if ndim in (0, 1, 3) else 1


def softmax(input, dim=None, _stacklevel=3):
    """``exp(x) / sum(exp(x))`` along a dimension.

    Parameters
    ----------
    input : Variable of any shape
    dim : int, optional
        Without it 0 for 1-D and 3-D inputs, else 1, with a warning.

    Returns
    -------
    Variable of the shape of `input`

    Raises
    ------
    RuntimeError
        If there is no such dimension.

    Examples
    --------
    >>> softmax(torch.zeros(4), dim=0).tolist()
    [0.25, 0.25, 0.25, 0.25]
    """
    if dim is None:
        dim = _implicit_dim("softmax", input.dim(), _stacklevel)
    return _nn.softmax(input, dim)


def softmin(input, dim=None, _stacklevel=3):
    """`softmax` of the negative input.

    Parameters
    ----------
    input : Variable of any shape
    dim : int, optional
        Without it 0 for 1-D and 3-D inputs, else 1, with a warning.

    Returns
    -------
    Variable of the shape of `input`

    Raises
    ------
    RuntimeError
        If there is no such dimension.

    Examples
    --------
    >>> softmin(torch.zeros(4), dim=0).tolist()
    [0.25, 0.25, 0.25, 0.25]
    """
    if dim is None:
        dim = _implicit_dim("softmin", input.dim(), _stacklevel)
    return _nn.softmax(-input, dim)


def log_softmax(input, dim=None, _stacklevel=3):
    """Logarithm of `softmax`, computed without overflow.

    Parameters
    ----------
    input : Variable of any shape
    dim : int, optional
        Without it 0 for 1-D and 3-D inputs, else 1, with a warning.

    Returns
    -------
    Variable of the shape of `input`

    Raises
    ------
    RuntimeError
        If there is no such dimension.

    Examples
    --------
    >>> log_softmax(torch.zeros(1), dim=0).tolist()
    [0.0]
    """
    if dim is None:
        dim = _implicit_dim("log_softmax", input.dim(), _stacklevel)
    return _nn.log_softmax(input, dim)


def nll_loss(
    input, target, weight=None, size_average=True, ignore_index=-100, reduce=True
):
    """Negative log-likelihood; see `torch.nn.NLLLoss`.

    Parameters
    ----------
    input : Variable of shape (N, C) or (N, C, H, W)
        Log-probabilities.
    target : Variable of LongTensor of shape (N) or (N, H, W)
        Classes, 0 <= t < C or `ignore_index`.
    weight : Tensor of shape (C), optional
    size_average : bool, default: True
    ignore_index : int, default: -100
    reduce : bool, default: True

    Returns
    -------
    Variable of shape (1), or of the shape of `target` without `reduce`

    Raises
    ------
    ValueError
        If the input is neither 2-D nor 4-D or the batch sizes differ.
    IndexError
        If a class is out of range.

    Examples
    --------
    >>> x = Variable(torch.Tensor([[-1, -2]]))
    >>> nll_loss(x, Variable(torch.LongTensor([1]))).data[0]
    2.0
    """
    dim = input.dim()
    if dim == 2:
        try:
            return _nn.nll_loss(
                input, target, weight, size_average, ignore_index, reduce
            )[0]
        except RuntimeError:
            _check_batch(input, target)
            raise
    if dim != 4:
        raise ValueError(f"Expected 2 or 4 dimensions (got {dim})")
    _check_batch(input, target)
    n, classes, height, width = input.size()
    if tuple(target.size()) != (n, height, width):
        raise ValueError(
            f"Expected target size {(n, height, width)}, got {tuple(target.size())}"
        )
    # one row for each pixel
    rows = input.transpose(1, 2).transpose(2, 3).contiguous().view(-1, classes)
    labels = target.contiguous().view(-1)
    loss = _nn.nll_loss(rows, labels, weight, size_average, ignore_index, reduce)[0]
    return loss if reduce else loss.view(n, height, width)


def _check_batch(input, target):
    if input.size(0) != target.size(0):
        raise ValueError(
            f"Expected input batch_size ({input.size(0)}) to match target "
            f"batch_size ({target.size(0)})."
        )


def cross_entropy(
    input, target, weight=None, size_average=True, ignore_index=-100, reduce=True
):
    """`log_softmax` over dimension 1 and `nll_loss` in one.

    Parameters
    ----------
    input : Variable of shape (N, C) or (N, C, H, W)
        Scores.
    target : Variable of LongTensor of shape (N) or (N, H, W)
        Classes, 0 <= t < C or `ignore_index`.
    weight : Tensor of shape (C), optional
    size_average : bool, default: True
    ignore_index : int, default: -100
    reduce : bool, default: True

    Returns
    -------
    Variable of shape (1), or of the shape of `target` without `reduce`

    Raises
    ------
    ValueError, IndexError
        As `nll_loss`.

    Examples
    --------
    >>> x = Variable(torch.Tensor([[0, 0]]))
    >>> round(cross_entropy(x, Variable(torch.LongTensor([1]))).data[0], 4)
    0.6931
    """
    scores = _nn.log_softmax(input, 1)
    return nll_loss(scores, target, weight, size_average, ignore_index, reduce)


def mse_loss(input, target, size_average=True, reduce=True):
    """``(input - target) ** 2``, averaged, summed or as it is.

    Parameters
    ----------
    input, target : Variable of one shape, or of one number of elements
        Gradients flow to the target too if it requires them.
    size_average : bool, default: True
    reduce : bool, default: True

    Returns
    -------
    Variable of shape (1), or of the shape of `input` without `reduce`

    Raises
    ------
    RuntimeError
        If the numbers of elements differ.

    Examples
    --------
    >>> mse_loss(Variable(torch.ones(3)), Variable(torch.zeros(3))).data[0]
    1.0
    """
    if isinstance(target, Variable) and target.requires_grad:
        difference = input - target
        squared = difference * difference
        if not reduce:
            return squared
        return squared.mean() if size_average else squared.sum()
    return _nn.mse_loss(input, target, size_average, reduce)
