"""Activation functions as modules. All take an input of any shape."""

from torchlike.nn import functional as F
from torchlike.nn.modules.module import Module

__all__ = ["LogSoftmax", "ReLU", "Sigmoid", "Softmax", "Tanh", "Threshold"]


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
        return F.softmax(input, self.dim, _stacklevel=5)


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
        return F.log_softmax(input, self.dim, _stacklevel=5)
