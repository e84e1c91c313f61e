"""Activation functions. All work element by element on an input of any shape."""

from torchlike._C import nn as _nn
from torchlike._C.activations import (
    elu,
    hardshrink,
    hardtanh,
    leaky_relu,
    logsigmoid,
    prelu,
    relu6,
    selu,
    softplus,
    softshrink,
)

__all__ = [
    "elu",
    "glu",
    "hardshrink",
    "hardtanh",
    "leaky_relu",
    "logsigmoid",
    "prelu",
    "relu6",
    "rrelu",
    "selu",
    "softplus",
    "softshrink",
    "softsign",
    "tanhshrink",
]


def rrelu(input, lower=1.0 / 8, upper=1.0 / 3, training=False, inplace=False):
    """``max(0, x) + a * min(0, x)`` with random ``a``; see `torch.nn.RReLU`.

    Parameters
    ----------
    input : Variable of any shape
    lower, upper : float, default: 1 / 8 and 1 / 3
        Range of the slopes.
    training : bool, default: False
        Whether slopes are drawn for each element; else they are the middle.
    inplace : bool, default: False

    Returns
    -------
    Variable of the shape of `input`

    Raises
    ------
    ValueError
        If `lower` exceeds `upper`.

    Examples
    --------
    >>> rrelu(torch.Tensor([-2, 2]), 0.25, 0.75).tolist()
    [-1.0, 2.0]
    """
    output, slopes = _nn.rrelu(input, lower, upper, training)
    return input.mul_(slopes) if inplace else output


def glu(input, dim=-1):
    """``a * sigmoid(b)`` for the halves a and b of the input along a dimension.

    Parameters
    ----------
    input : Variable
    dim : int, default: -1
        The dimension, of an even size.

    Returns
    -------
    Variable with half the size along `dim`

    Raises
    ------
    RuntimeError
        If the size is odd.

    References
    ----------
    Y. Dauphin et al., "Language Modeling with Gated Convolutional Networks", 2016.

    Examples
    --------
    >>> glu(torch.Tensor([3, 0])).tolist()
    [1.5]
    """
    size = input.size(dim)
    if size % 2:
        raise RuntimeError(
            f"Halving dimension must be even. Dim {dim} is size {size}, "
            f"input size {list(input.size())}"
        )
    half = size // 2
    dim = dim % input.dim()
    return input.narrow(dim, 0, half) * input.narrow(dim, half, half).sigmoid()


def tanhshrink(input):
    """``x - tanh(x)``.

    Parameters
    ----------
    input : Variable of any shape

    Returns
    -------
    Variable of the shape of `input`

    Examples
    --------
    >>> tanhshrink(torch.zeros(1)).tolist()
    [0.0]
    """
    return input - input.tanh()


def softsign(input):
    """``x / (1 + |x|)``.

    Parameters
    ----------
    input : Variable of any shape

    Returns
    -------
    Variable of the shape of `input`

    Examples
    --------
    >>> softsign(torch.Tensor([-1, 3])).tolist()
    [-0.5, 0.75]
    """
    return input / (input.abs() + 1)
