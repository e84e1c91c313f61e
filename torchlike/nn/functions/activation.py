"""Activation functions. All work element by element on an input of any shape."""

from torchlike._C import nn as _nn

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

# The constants of self-normalising networks, to double precision.
SELU_ALPHA = 1.6732632423543772848170429916717
SELU_SCALE = 1.0507009873554804934193349852946


def hardtanh(input, min_val=-1.0, max_val=1.0, inplace=False):
    """``min(max(x, min_val), max_val)``.

    Parameters
    ----------
    input : Variable of any shape
    min_val, max_val : float, default: -1 and 1
    inplace : bool, default: False

    Returns
    -------
    Variable of the shape of `input`

    Examples
    --------
    >>> hardtanh(torch.Tensor([-2, 0.5, 3])).tolist()
    [-1.0, 0.5, 1.0]
    """
    apply = _nn.hardtanh_ if inplace else _nn.hardtanh
    return apply(input, min_val, max_val)


def relu6(input, inplace=False):
    """``min(max(x, 0), 6)``.

    Parameters
    ----------
    input : Variable of any shape
    inplace : bool, default: False

    Returns
    -------
    Variable of the shape of `input`

    Examples
    --------
    >>> relu6(torch.Tensor([-2, 4, 8])).tolist()
    [0.0, 4.0, 6.0]
    """
    return hardtanh(input, 0, 6, inplace)


def elu(input, alpha=1.0, inplace=False):
    """``max(0, x) + min(0, alpha * (exp(x) - 1))``.

    Parameters
    ----------
    input : Variable of any shape
    alpha : float, default: 1
    inplace : bool, default: False

    Returns
    -------
    Variable of the shape of `input`

    Examples
    --------
    >>> elu(torch.Tensor([0, 2])).tolist()
    [0.0, 2.0]
    """
    return _nn.elu_(input, alpha) if inplace else _nn.elu(input, alpha)


def selu(input, inplace=False):
    """``scale * (max(0, x) + min(0, alpha * (exp(x) - 1)))``; see `torch.nn.SELU`.

    Parameters
    ----------
    input : Variable of any shape
    inplace : bool, default: False

    Returns
    -------
    Variable of the shape of `input`

    Examples
    --------
    >>> round(selu(torch.ones(1))[0], 4)
    1.0507
    """
    apply = _nn.elu_ if inplace else _nn.elu
    return apply(input, SELU_ALPHA, SELU_SCALE)


def leaky_relu(input, negative_slope=0.01, inplace=False):
    """``max(0, x) + negative_slope * min(0, x)``.

    Parameters
    ----------
    input : Variable of any shape
    negative_slope : float, default: 0.01
    inplace : bool, default: False

    Returns
    -------
    Variable of the shape of `input`

    Raises
    ------
    ValueError
        If the slope is negative in place: the gradient needs the sign of the input.

    Examples
    --------
    >>> leaky_relu(torch.Tensor([-2, 2]), 0.5).tolist()
    [-1.0, 2.0]
    """
    if negative_slope < 0:
        if inplace:
            raise ValueError(
                "leaky_relu in place needs a negative_slope of at least 0, "
                f"but got {negative_slope}"
            )
        return _nn.relu(input) - _nn.relu(-input) * negative_slope
    apply = _nn.leaky_relu_ if inplace else _nn.leaky_relu
    return apply(input, negative_slope)


def prelu(input, weight):
    """``max(0, x) + weight * min(0, x)`` with a learnt weight.

    Parameters
    ----------
    input : Variable of any shape, or (N, C, *) for one weight a channel
    weight : Variable of shape (1) or (C)

    Returns
    -------
    Variable of the shape of `input`

    Raises
    ------
    RuntimeError
        If there are neither one nor C weights.

    Examples
    --------
    >>> prelu(torch.Tensor([-2, 2]), torch.Tensor([0.25])).tolist()
    [-0.5, 2.0]
    """
    if weight.numel() == 1:
        flat = input.contiguous().view(1, 1, -1)
        return _nn.prelu(flat, weight).view(*input.size())
    return _nn.prelu(input, weight)


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


def logsigmoid(input):
    """``log(1 / (1 + exp(-x)))``, without overflow.

    Parameters
    ----------
    input : Variable of any shape

    Returns
    -------
    Variable of the shape of `input`

    Examples
    --------
    >>> round(logsigmoid(torch.zeros(1))[0], 4)
    -0.6931
    """
    return _nn.log_sigmoid(input)


def hardshrink(input, lambd=0.5):
    """``x`` where ``|x| > lambd``, else 0.

    Parameters
    ----------
    input : Variable of any shape
    lambd : float, default: 0.5

    Returns
    -------
    Variable of the shape of `input`

    Examples
    --------
    >>> hardshrink(torch.Tensor([-0.25, 2])).tolist()
    [0.0, 2.0]
    """
    return _nn.hardshrink(input, lambd)


def softshrink(input, lambd=0.5):
    """``x - lambd`` above lambd, ``x + lambd`` below -lambd, else 0.

    Parameters
    ----------
    input : Variable of any shape
    lambd : float, default: 0.5

    Returns
    -------
    Variable of the shape of `input`

    Examples
    --------
    >>> softshrink(torch.Tensor([-0.25, 2])).tolist()
    [0.0, 1.5]
    """
    return _nn.softshrink(input, lambd)


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


def softplus(input, beta=1, threshold=20):
    """``log(1 + exp(beta * x)) / beta``, and ``x`` where ``beta * x > threshold``.

    Parameters
    ----------
    input : Variable of any shape
    beta : float, default: 1
    threshold : float, default: 20

    Returns
    -------
    Variable of the shape of `input`

    Examples
    --------
    >>> round(softplus(torch.zeros(1))[0], 4)
    0.6931
    """
    return _nn.softplus(input, beta, threshold)
