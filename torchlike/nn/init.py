"""Initial values for parameters: functions that fill a tensor in place and return it.

References
----------
X. Glorot, Y. Bengio, "Understanding the difficulty of training deep feedforward
neural networks", 2010 (xavier); K. He et al., "Delving deep into rectifiers", 2015
(kaiming).
"""

import math

from torchlike.autograd import Variable

__all__ = [
    "calculate_gain",
    "constant",
    "eye",
    "kaiming_normal",
    "kaiming_uniform",
    "normal",
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
