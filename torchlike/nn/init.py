"""Initial values for parameters: functions that fill a tensor in place and return it.

References
----------
X. Glorot, Y. Bengio, "Understanding the difficulty of training deep feedforward
neural networks", 2010 (xavier); K. He et al., "Delving deep into rectifiers", 2015
(kaiming).
"""

import math

import torchlike
from torchlike.autograd import Variable

__all__ = [
    "calculate_gain",
    "constant",
    "dirac",
    "eye",
    "kaiming_normal",
    "kaiming_uniform",
    "normal",
    "orthogonal",
    "sparse",
    "uniform",
    "xavier_normal",
    "xavier_uniform",
]

_GAINS = {
    "linear": 1.0,
    "conv1d": 1.0,
    "conv2d": 1.0,
    "conv3d": 1.0,
    "conv_transpose1d": 1.0,
    "conv_transpose2d": 1.0,
    "conv_transpose3d": 1.0,
    "sigmoid": 1.0,
    "tanh": 5.0 / 3,
    "relu": math.sqrt(2.0),
}


def _data(tensor):
    """The tensor to fill: a Variable's own one."""
    return tensor.data if isinstance(tensor, Variable) else tensor


def calculate_gain(nonlinearity, param=None):
    """Factor that keeps the variance through a nonlinearity.

    Parameters
    ----------
    nonlinearity : str
        'linear', 'conv1d' ..., 'sigmoid', 'tanh', 'relu' or 'leaky_relu'.
    param : float, default: 0.01
        Negative slope of 'leaky_relu'.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If the nonlinearity is unknown.

    Examples
    --------
    >>> round(calculate_gain('relu'), 4)
    1.4142
    """
    if nonlinearity == "leaky_relu":
        slope = 0.01 if param is None else param
        if isinstance(slope, bool) or not isinstance(slope, (int, float)):
            raise ValueError(f"negative_slope {slope} not a valid number")
        return math.sqrt(2.0 / (1 + slope**2))
    if nonlinearity not in _GAINS:
        raise ValueError(f"Unsupported nonlinearity {nonlinearity}")
    return _GAINS[nonlinearity]


def uniform(tensor, a=0, b=1):
    """Fill a tensor of any shape from U(a, b).

    Examples
    --------
    >>> w = uniform(torch.Tensor(3, 5))
    """
    _data(tensor).uniform_(a, b)
    return tensor


def normal(tensor, mean=0, std=1):
    """Fill a tensor of any shape from N(mean, std).

    Examples
    --------
    >>> w = normal(torch.Tensor(3, 5))
    """
    _data(tensor).normal_(mean, std)
    return tensor


def constant(tensor, val):
    """Fill a tensor of any shape with one value.

    Examples
    --------
    >>> constant(torch.Tensor(2), 3).tolist()
    [3.0, 3.0]
    """
    _data(tensor).fill_(val)
    return tensor


def eye(tensor):
    """Fill a 2-D tensor with the identity.

    Raises
    ------
    ValueError
        If the tensor is not 2-D.

    Examples
    --------
    >>> eye(torch.Tensor(2, 2)).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    if tensor.dim() != 2:
        raise ValueError("Only tensors with 2 dimensions are supported")
    data = _data(tensor).zero_()
    for i in range(min(data.size())):
        data[i, i] = 1
    return tensor


def _fans(tensor):
    """(inputs, outputs) of one unit of a weight (out, in, *kernel)."""
    if tensor.dim() < 2:
        raise ValueError(
            "Fan in and fan out can not be computed for tensor with less than "
            f"2 dimensions, got {tensor.dim()}"
        )
    outputs, inputs, *kernel = tensor.size()
    field = math.prod(kernel)
    return inputs * field, outputs * field


def xavier_uniform(tensor, gain=1):
    """Fill from U(-a, a), a = gain * sqrt(6 / (fan_in + fan_out)).

    Raises
    ------
    ValueError
        If the tensor has less than 2 dimensions.

    Examples
    --------
    >>> w = xavier_uniform(torch.Tensor(3, 5), gain=calculate_gain('relu'))
    """
    bound = gain * math.sqrt(6.0 / sum(_fans(tensor)))
    return uniform(tensor, -bound, bound)


def xavier_normal(tensor, gain=1):
    """Fill from N(0, std), std = gain * sqrt(2 / (fan_in + fan_out)).

    Raises
    ------
    ValueError
        If the tensor has less than 2 dimensions.

    Examples
    --------
    >>> w = xavier_normal(torch.Tensor(3, 5))
    """
    return normal(tensor, 0, gain * math.sqrt(2.0 / sum(_fans(tensor))))


def _kaiming_std(tensor, a, mode):
    """sqrt(2 / ((1 + a^2) * fan)) for the fan that `mode` names."""
    modes = ("fan_in", "fan_out")
    if mode not in modes:
        raise ValueError(f"Mode {mode} not supported, please use one of {list(modes)}")
    fan = _fans(tensor)[modes.index(mode)]
    return calculate_gain("leaky_relu", a) / math.sqrt(fan)


def kaiming_uniform(tensor, a=0, mode="fan_in"):
    """Fill from U(-b, b), b = sqrt(6 / ((1 + a^2) * fan)).

    Parameters
    ----------
    tensor : Tensor or Variable of at least 2 dimensions
    a : float, default: 0
        Negative slope of the rectifier that follows.
    mode : {'fan_in', 'fan_out'}
        Whether the variance is kept forward or backward.

    Raises
    ------
    ValueError
        If the tensor has less than 2 dimensions or the mode is unknown.

    Examples
    --------
    >>> w = kaiming_uniform(torch.Tensor(3, 5), mode='fan_in')
    """
    bound = math.sqrt(3.0) * _kaiming_std(tensor, a, mode)
    return uniform(tensor, -bound, bound)


def kaiming_normal(tensor, a=0, mode="fan_in"):
    """Fill from N(0, std), std = sqrt(2 / ((1 + a^2) * fan)).

    Parameters
    ----------
    tensor : Tensor or Variable of at least 2 dimensions
    a : float, default: 0
        Negative slope of the rectifier that follows.
    mode : {'fan_in', 'fan_out'}
        Whether the variance is kept forward or backward.

    Raises
    ------
    ValueError
        If the tensor has less than 2 dimensions or the mode is unknown.

    Examples
    --------
    >>> w = kaiming_normal(torch.Tensor(3, 5), mode='fan_out')
    """
    return normal(tensor, 0, _kaiming_std(tensor, a, mode))


def dirac(tensor):
    """Fill a convolution's weight so that it passes its input on.

    Parameters
    ----------
    tensor : Tensor or Variable, 3-D to 5-D
        Weight (out, in, *kernel): output c gets input c, as far as there are both.

    Returns
    -------
    Tensor or Variable
        The argument.

    Raises
    ------
    ValueError
        If the tensor has another number of dimensions.

    Examples
    --------
    >>> dirac(torch.Tensor(1, 1, 3)).tolist()
    [[[0.0, 1.0, 0.0]]]
    """
    data = _data(tensor)
    if data.dim() not in (3, 4, 5):
        raise ValueError(
            "Only tensors with 3, 4, or 5 dimensions are supported, got size "
            f"{list(data.size())}"
        )
    data.zero_()
    centre = tuple(n // 2 for n in tuple(data.size())[2:])
    for c in range(min(data.size(0), data.size(1))):
        data[(c, c, *centre)] = 1
    return tensor


def orthogonal(tensor, gain=1):
    """Fill with a (semi) orthogonal matrix, the first dimension as rows.

    Parameters
    ----------
    tensor : Tensor or Variable, at least 2-D
    gain : float, default: 1
        Factor of the matrix.

    Returns
    -------
    Tensor or Variable
        The argument.

    Raises
    ------
    ValueError
        If the tensor has fewer than two dimensions.

    References
    ----------
    A. Saxe et al., "Exact solutions to the nonlinear dynamics of learning in deep
    linear neural networks", 2013.

    Examples
    --------
    >>> w = orthogonal(torch.Tensor(2, 3))
    >>> bool((w.mm(w.t()) - torch.eye(2)).abs().max() < 1e-5)
    True
    """
    data = _data(tensor)
    if data.dim() < 2:
        raise ValueError(
            "Only tensors with 2 or more dimensions are supported, got size "
            f"{list(data.size())}"
        )
    rows = data.size(0)
    columns = data.numel() // rows
    flat = data.new(rows, columns).normal_(0, 1)
    if rows < columns:
        flat = flat.t()
    q, r = torchlike.qr(flat.contiguous())
    # with the signs of r's diagonal the distribution is uniform
    q = q * torchlike.diag(r).sign().unsqueeze(0).expand(*q.size())
    if rows < columns:
        q = q.t()
    data.copy_(q.contiguous().view(*data.size())).mul_(gain)
    return tensor


def sparse(tensor, sparsity, std=0.01):
    """Fill with N(0, std) and a part of each column with zeros.

    Parameters
    ----------
    tensor : Tensor or Variable, 2-D
    sparsity : float
        The part of each column, 0 to 1, rounded up to whole elements.
    std : float, default: 0.01

    Returns
    -------
    Tensor or Variable
        The argument.

    Raises
    ------
    ValueError
        If the tensor is not 2-D.

    References
    ----------
    J. Martens, "Deep learning via Hessian-free optimization", 2010.

    Examples
    --------
    >>> int((sparse(torch.Tensor(4, 5), 0.5) == 0).sum())
    10
    """
    data = _data(tensor)
    if data.dim() != 2:
        raise ValueError(
            "Only tensors with 2 dimensions are supported, got size "
            f"{list(data.size())}"
        )
    rows, columns = data.size()
    zeros = int(math.ceil(rows * sparsity))
    data.normal_(0, std)
    for column in range(columns):
        for row in torchlike.randperm(rows).tolist()[:zeros]:
            data[row, column] = 0
    return tensor
