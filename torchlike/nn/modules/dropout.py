"""Random zeroing against over-fitting."""

from torchlike.nn import functional as F
from torchlike.nn.modules.module import Module

__all__ = ["Dropout"]


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
