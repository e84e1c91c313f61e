"""Functional forms of the layers: every argument is passed at the call.

Inputs are Variables or plain tensors; the result is of the same kind. The
computation, its backward and the checks of sizes are those of `torchlike._C.nn`.
"""

from torchlike._C import nn as _nn
from torchlike._C.activations import (
    SELU_ALPHA,
    SELU_SCALE,
    log_softmax,
    relu,
    softmax,
    softmin,
    threshold,
)
from torchlike._C.composite import linear
from torchlike._C.layers import batch_norm
from torchlike._C.losses import cross_entropy, nll_loss
from torchlike._C.windows import conv2d, max_pool2d
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
    low = -SELU_ALPHA * SELU_SCALE
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
