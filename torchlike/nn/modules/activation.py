"""Activation functions as modules. All take an input of any shape."""

import warnings

import torchlike
from torchlike.nn import functional as F
from torchlike.nn.modules.module import Module
from torchlike.nn.parameter import Parameter

__all__ = [
    "ELU",
    "GLU",
    "Hardshrink",
    "Hardtanh",
    "LeakyReLU",
    "LogSigmoid",
    "LogSoftmax",
    "PReLU",
    "RReLU",
    "ReLU",
    "ReLU6",
    "SELU",
    "Sigmoid",
    "Softmax",
    "Softmax2d",
    "Softmin",
    "Softplus",
    "Softshrink",
    "Softsign",
    "Tanh",
    "Tanhshrink",
    "Threshold",
]


class Threshold(Module):
    """Replaces what does not exceed a threshold.

    Parameters
    ----------
    threshold : float
        The limit.
    value : float
        What stands where the input is not above it.
    inplace : bool, default: False
        Whether the input itself is overwritten.

    Notes
    -----
    y = x if x > threshold else value

    Examples
    --------
    >>> torch.nn.Threshold(0.1, 20)
    Threshold(threshold=0.1, value=20)
    """

    def __init__(self, threshold, value, inplace=False):
        super().__init__()
        self.threshold = threshold
        self.value = value
        self.inplace = inplace

    def forward(self, input):
        """Apply element by element."""
        return F.threshold(input, self.threshold, self.value, self.inplace)

    def __repr__(self):
        inplace = ", inplace" if self.inplace else ""
        return (
            f"{type(self).__name__}(threshold={self.threshold}, "
            f"value={self.value}{inplace})"
        )


class ReLU(Threshold):
    """max(0, x), element by element.

    Parameters
    ----------
    inplace : bool, default: False
        Whether the input itself is overwritten.

    Examples
    --------
    >>> torch.nn.ReLU(inplace=True)
    ReLU(inplace)
    """

    def __init__(self, inplace=False):
        super().__init__(0, 0, inplace)

    def forward(self, input):
        """Apply element by element."""
        return F.relu(input, self.inplace)

    def __repr__(self):
        return f"{type(self).__name__}({'inplace' if self.inplace else ''})"


class Tanh(Module):
    """The hyperbolic tangent, element by element.

    Examples
    --------
    >>> torch.nn.Tanh()
    Tanh()
    """

    def forward(self, input):
        """Apply element by element."""
        return input.tanh()

    def __repr__(self):
        return f"{type(self).__name__}()"


class Sigmoid(Module):
    """1 / (1 + exp(-x)), element by element.

    Examples
    --------
    >>> torch.nn.Sigmoid()
    Sigmoid()
    """

    def forward(self, input):
        """Apply element by element."""
        return input.sigmoid()

    def __repr__(self):
        return f"{type(self).__name__}()"


class _AlongDim(Module):
    """Keeps the dimension and prints without it, as 0.3 does."""

    def __init__(self, dim=None):
        super().__init__()
        self.dim = dim

    def __repr__(self):
        return f"{type(self).__name__}()"


class Softmax(_AlongDim):
    r"""Values in (0, 1) that sum to 1 along a dimension.

    Parameters
    ----------
    dim : int, optional
        The dimension. Without it 0.3's old rule chooses 0 for 1-D and 3-D inputs and
        1 otherwise, with a warning.

    Notes
    -----
    .. math:: y_i = \exp(x_i) / \sum_j \exp(x_j)

    Examples
    --------
    >>> layer = torch.nn.Softmax(dim=1)
    >>> layer(Variable(torch.zeros(1, 4)))[0, 0].data[0]
    0.25
    """

    def forward(self, input):
        """Normalise along `dim`."""
        return F.softmax(input, self.dim, _stacklevel=4)


class LogSoftmax(_AlongDim):
    r"""The logarithm of `Softmax`, computed without overflow.

    Parameters
    ----------
    dim : int, optional
        The dimension, chosen as in `Softmax` if it is not given.

    Notes
    -----
    .. math:: y_i = x_i - \log \sum_j \exp(x_j)

    Examples
    --------
    >>> torch.nn.LogSoftmax(dim=1)
    LogSoftmax()
    """

    def forward(self, input):
        """Normalise along `dim`."""
        return F.log_softmax(input, self.dim, _stacklevel=4)


class Hardtanh(Module):
    r"""Limits to an interval.

    Parameters
    ----------
    min_val, max_val : float, default: -1 and 1
        The interval.
    inplace : bool, default: False
        Whether the input itself is overwritten.
    min_value, max_value : float, optional
        Old names of `min_val` and `max_val`, with a warning.

    Raises
    ------
    ValueError
        If `max_val` does not exceed `min_val`.

    Notes
    -----
    .. math:: y = \min(\max(x, min\_val), max\_val)

    Examples
    --------
    >>> torch.nn.Hardtanh(-2, 2)
    Hardtanh(min_val=-2, max_val=2)
    """

    def __init__(
        self, min_val=-1, max_val=1, inplace=False, min_value=None, max_value=None
    ):
        super().__init__()
        if min_value is not None:
            warnings.warn(
                "keyword argument min_value is deprecated and renamed to min_val",
                stacklevel=2,
            )
            min_val = min_value
        if max_value is not None:
            warnings.warn(
                "keyword argument max_value is deprecated and renamed to max_val",
                stacklevel=2,
            )
            max_val = max_value
        if max_val <= min_val:
            raise ValueError(
                f"max_val must exceed min_val, got min_val={min_val}, max_val={max_val}"
            )
        self.min_val = min_val
        self.max_val = max_val
        self.inplace = inplace

    def forward(self, input):
        """Apply element by element."""
        return F.hardtanh(input, self.min_val, self.max_val, self.inplace)

    def __repr__(self):
        inplace = ", inplace" if self.inplace else ""
        return (
            f"{type(self).__name__}(min_val={self.min_val}, "
            f"max_val={self.max_val}{inplace})"
        )


class ReLU6(Hardtanh):
    """min(max(0, x), 6), element by element.

    Parameters
    ----------
    inplace : bool, default: False
        Whether the input itself is overwritten.

    Examples
    --------
    >>> torch.nn.ReLU6()
    ReLU6()
    """

    def __init__(self, inplace=False):
        super().__init__(0, 6, inplace)

    def __repr__(self):
        return f"{type(self).__name__}({'inplace' if self.inplace else ''})"


class ELU(Module):
    r"""Exponential linear unit.

    Parameters
    ----------
    alpha : float, default: 1
        Minus the limit for small inputs.
    inplace : bool, default: False
        Whether the input itself is overwritten.

    Notes
    -----
    .. math:: y = \max(0, x) + \min(0, \alpha (\exp(x) - 1))

    References
    ----------
    D. Clevert et al., "Fast and Accurate Deep Network Learning by Exponential Linear
    Units", 2015.

    Examples
    --------
    >>> torch.nn.ELU()
    ELU(alpha=1.0)
    """

    def __init__(self, alpha=1.0, inplace=False):
        super().__init__()
        self.alpha = alpha
        self.inplace = inplace

    def forward(self, input):
        """Apply element by element."""
        return F.elu(input, self.alpha, self.inplace)

    def __repr__(self):
        inplace = ", inplace" if self.inplace else ""
        return f"{type(self).__name__}(alpha={self.alpha}{inplace})"


class SELU(Module):
    r"""Exponential linear unit that keeps mean and variance.

    Parameters
    ----------
    inplace : bool, default: False
        Whether the input itself is overwritten.

    Notes
    -----
    .. math:: y = s (\max(0, x) + \min(0, \alpha (\exp(x) - 1)))

    with alpha = 1.67326... and s = 1.05070...

    References
    ----------
    G. Klambauer et al., "Self-Normalizing Neural Networks", 2017.

    Examples
    --------
    >>> torch.nn.SELU()
    SELU()
    """

    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def forward(self, input):
        """Apply element by element."""
        return F.selu(input, self.inplace)

    def __repr__(self):
        inplace = "inplace" if self.inplace else ""
        return f"{type(self).__name__}({inplace})"


class LeakyReLU(Module):
    r"""Rectifier that lets a part of what is below 0 pass.

    Parameters
    ----------
    negative_slope : float, default: 0.01
        Factor below 0.
    inplace : bool, default: False
        Whether the input itself is overwritten.

    Notes
    -----
    .. math:: y = \max(0, x) + slope \cdot \min(0, x)

    Examples
    --------
    >>> torch.nn.LeakyReLU(0.1)
    LeakyReLU(0.1)
    """

    def __init__(self, negative_slope=1e-2, inplace=False):
        super().__init__()
        self.negative_slope = negative_slope
        self.inplace = inplace

    def forward(self, input):
        """Apply element by element."""
        return F.leaky_relu(input, self.negative_slope, self.inplace)

    def __repr__(self):
        inplace = ", inplace" if self.inplace else ""
        return f"{type(self).__name__}({self.negative_slope}{inplace})"


class RReLU(Module):
    r"""Leaky rectifier with random slopes while training.

    Parameters
    ----------
    lower, upper : float, default: 1 / 8 and 1 / 3
        Range of the slopes; in evaluation mode their middle is used.
    inplace : bool, default: False
        Whether the input itself is overwritten.

    Notes
    -----
    .. math:: y = \max(0, x) + a \min(0, x), \quad a \sim U(lower, upper)

    References
    ----------
    B. Xu et al., "Empirical Evaluation of Rectified Activations in Convolutional
    Network", 2015.

    Examples
    --------
    >>> torch.nn.RReLU(0.1, 0.3)
    RReLU(0.1, 0.3)
    """

    def __init__(self, lower=1.0 / 8, upper=1.0 / 3, inplace=False):
        super().__init__()
        self.lower = lower
        self.upper = upper
        self.inplace = inplace

    def forward(self, input):
        """Apply element by element."""
        return F.rrelu(input, self.lower, self.upper, self.training, self.inplace)

    def __repr__(self):
        inplace = ", inplace" if self.inplace else ""
        return f"{type(self).__name__}({self.lower}, {self.upper}{inplace})"


class PReLU(Module):
    r"""Leaky rectifier whose slope is learnt.

    Parameters
    ----------
    num_parameters : int, default: 1
        1, or the number of channels for a slope each.
    init : float, default: 0.25
        First value of the slopes.

    Notes
    -----
    .. math:: y = \max(0, x) + weight \cdot \min(0, x)

    Channels are dimension 1 of the input.

    References
    ----------
    K. He et al., "Delving Deep into Rectifiers", 2015.

    Examples
    --------
    >>> torch.nn.PReLU(8)
    PReLU(8)
    """

    def __init__(self, num_parameters=1, init=0.25):
        super().__init__()
        self.num_parameters = num_parameters
        self.weight = Parameter(torchlike.Tensor(num_parameters).fill_(init))

    def forward(self, input):
        """Apply element by element."""
        return F.prelu(input, self.weight)

    def __repr__(self):
        return f"{type(self).__name__}({self.num_parameters})"


class GLU(Module):
    r"""Gated linear unit: one half of the input gates the other.

    Parameters
    ----------
    dim : int, default: -1
        Dimension that is halved, of an even size.

    Notes
    -----
    .. math:: y = a \cdot \mathrm{sigmoid}(b)

    References
    ----------
    Y. Dauphin et al., "Language Modeling with Gated Convolutional Networks", 2016.

    Examples
    --------
    >>> torch.nn.GLU()(Variable(torch.ones(2, 4))).size()
    torch.Size([2, 2])
    """

    def __init__(self, dim=-1):
        super().__init__()
        self.dim = dim

    def forward(self, input):
        """Apply element by element."""
        return F.glu(input, self.dim)

    def __repr__(self):
        return f"{type(self).__name__}(dim={self.dim})"


class LogSigmoid(Module):
    r"""Logarithm of the logistic function, without overflow.

    Notes
    -----
    .. math:: y = \log(1 / (1 + \exp(-x)))

    Examples
    --------
    >>> torch.nn.LogSigmoid()
    LogSigmoid()
    """

    def forward(self, input):
        """Apply element by element."""
        return F.logsigmoid(input)

    def __repr__(self):
        return f"{type(self).__name__}()"


class Softplus(Module):
    r"""Smooth rectifier.

    Parameters
    ----------
    beta : float, default: 1
        Sharpness of the bend.
    threshold : float, default: 20
        Where beta * x exceeds it, the input itself is returned.

    Notes
    -----
    .. math:: y = \log(1 + \exp(\beta x)) / \beta

    Examples
    --------
    >>> torch.nn.Softplus()
    Softplus(beta=1, threshold=20)
    """

    def __init__(self, beta=1, threshold=20):
        super().__init__()
        self.beta = beta
        self.threshold = threshold

    def forward(self, input):
        """Apply element by element."""
        return F.softplus(input, self.beta, self.threshold)

    def __repr__(self):
        return f"{type(self).__name__}(beta={self.beta}, threshold={self.threshold})"


class Softshrink(Module):
    r"""Moves towards 0 by lambd.

    Parameters
    ----------
    lambd : float, default: 0.5
        The distance; nothing passes 0.

    Notes
    -----
    y = x - lambd above lambd, x + lambd below -lambd, else 0

    Examples
    --------
    >>> torch.nn.Softshrink()
    Softshrink(0.5)
    """

    def __init__(self, lambd=0.5):
        super().__init__()
        self.lambd = lambd

    def forward(self, input):
        """Apply element by element."""
        return F.softshrink(input, self.lambd)

    def __repr__(self):
        return f"{type(self).__name__}({self.lambd})"


class Hardshrink(Module):
    r"""Zero for what lies within [-lambd, lambd].

    Parameters
    ----------
    lambd : float, default: 0.5
        The limit.

    Notes
    -----
    y = x where abs(x) > lambd, else 0

    Examples
    --------
    >>> torch.nn.Hardshrink()
    Hardshrink(0.5)
    """

    def __init__(self, lambd=0.5):
        super().__init__()
        self.lambd = lambd

    def forward(self, input):
        """Apply element by element."""
        return F.hardshrink(input, self.lambd)

    def __repr__(self):
        return f"{type(self).__name__}({self.lambd})"


class Softsign(Module):
    r"""x / (1 + abs(x)), element by element.

    Examples
    --------
    >>> torch.nn.Softsign()
    Softsign()
    """

    def forward(self, input):
        """Apply element by element."""
        return F.softsign(input)

    def __repr__(self):
        return f"{type(self).__name__}()"


class Tanhshrink(Module):
    r"""x - tanh(x), element by element.

    Examples
    --------
    >>> torch.nn.Tanhshrink()
    Tanhshrink()
    """

    def forward(self, input):
        """Apply element by element."""
        return F.tanhshrink(input)

    def __repr__(self):
        return f"{type(self).__name__}()"


class Softmin(_AlongDim):
    """`Softmax` of the negative input.

    Parameters
    ----------
    dim : int, optional
        The dimension, chosen as in `Softmax` if it is not given.

    Examples
    --------
    >>> torch.nn.Softmin(dim=1)
    Softmin()
    """

    def forward(self, input):
        """Normalise along `dim`."""
        return F.softmin(input, self.dim, _stacklevel=4)


class Softmax2d(Module):
    """`Softmax` over the channels of each pixel.

    Raises
    ------
    ValueError
        If the input is not (N, C, H, W).

    Examples
    --------
    >>> torch.nn.Softmax2d()(Variable(torch.zeros(1, 4, 2, 2))).data[0, 0, 0, 0]
    0.25
    """

    def forward(self, input):
        """Normalise an input of shape (N, C, H, W) over C."""
        if input.dim() != 4:
            raise ValueError(
                f"Softmax2d requires a 4D tensor as input, got {input.dim()}D"
            )
        return F.softmax(input, 1, _stacklevel=4)

    def __repr__(self):
        return f"{type(self).__name__}()"
