"""Random zeroing against over-fitting."""

from torchlike.nn import functional as F
from torchlike.nn.modules.module import Module

__all__ = ["AlphaDropout", "Dropout", "Dropout2d", "Dropout3d"]


class Dropout(Module):
    """Zeroes elements at random while training and is the identity in evaluation.

    Parameters
    ----------
    p : float in [0, 1], default: 0.5
        Probability that an element becomes zero.
    inplace : bool, default: False
        Whether the input itself is overwritten.

    Raises
    ------
    ValueError
        If `p` is outside [0, 1].

    Notes
    -----
    What survives is multiplied by 1 / (1 - p), so the expected value stays.

    References
    ----------
    G. Hinton et al., "Improving neural networks by preventing co-adaptation of
    feature detectors", 2012.

    Examples
    --------
    >>> layer = torch.nn.Dropout(p=0.2)
    >>> layer(Variable(torch.randn(20, 16))).size()
    torch.Size([20, 16])
    """

    def __init__(self, p=0.5, inplace=False):
        super().__init__()
        F._check_probability(p)
        self.p = p
        self.inplace = inplace

    def forward(self, input):
        """Apply to an input of any shape."""
        return F.dropout(input, self.p, self.training, self.inplace)

    def __repr__(self):
        inplace = ", inplace" if self.inplace else ""
        return f"{type(self).__name__}(p={self.p}{inplace})"


class Dropout2d(Dropout):
    """Zeroes whole channels at random while training.

    Parameters
    ----------
    p : float in [0, 1], default: 0.5
        Probability that a channel becomes zero.
    inplace : bool, default: False
        Whether the input itself is overwritten.

    Raises
    ------
    ValueError
        If `p` is outside [0, 1].

    References
    ----------
    J. Tompson et al., "Efficient Object Localization Using Convolutional Networks",
    2014.

    Examples
    --------
    >>> layer = torch.nn.Dropout2d(p=0.2)
    >>> layer(Variable(torch.randn(2, 3, 4, 4))).size()
    torch.Size([2, 3, 4, 4])
    """

    def forward(self, input):
        """Apply to an input of shape (N, C, H, W)."""
        return F.dropout2d(input, self.p, self.training, self.inplace)


class Dropout3d(Dropout):
    """Zeroes whole channels at random while training.

    Parameters
    ----------
    p : float in [0, 1], default: 0.5
        Probability that a channel becomes zero.
    inplace : bool, default: False
        Whether the input itself is overwritten.

    Raises
    ------
    ValueError
        If `p` is outside [0, 1].

    References
    ----------
    J. Tompson et al., "Efficient Object Localization Using Convolutional Networks",
    2014.

    Examples
    --------
    >>> layer = torch.nn.Dropout3d(p=0.2)
    >>> layer(Variable(torch.randn(2, 3, 2, 4, 4))).size()
    torch.Size([2, 3, 2, 4, 4])
    """

    def forward(self, input):
        """Apply to an input of shape (N, C, T, H, W)."""
        return F.dropout3d(input, self.p, self.training, self.inplace)


class AlphaDropout(Module):
    """Dropout for self-normalising networks: it keeps mean and variance.

    Parameters
    ----------
    p : float in [0, 1], default: 0.5
        Probability that an element is dropped.

    Raises
    ------
    ValueError
        If `p` is outside [0, 1].

    Notes
    -----
    What is dropped becomes the limit of `SELU` for small inputs; then all is scaled and
    shifted so that mean 0 and variance 1 stay.

    References
    ----------
    G. Klambauer et al., "Self-Normalizing Neural Networks", 2017.

    Examples
    --------
    >>> layer = torch.nn.AlphaDropout(p=0.2)
    >>> layer(Variable(torch.randn(20, 16))).size()
    torch.Size([20, 16])
    """

    def __init__(self, p=0.5):
        super().__init__()
        F._check_probability(p)
        self.p = p

    def forward(self, input):
        """Apply to an input of any shape."""
        return F.alpha_dropout(input, self.p, self.training)

    def __repr__(self):
        return f"{type(self).__name__}(p={self.p})"
