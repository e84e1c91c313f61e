"""Normalisation across channels."""

from torchlike.nn import functional as F
from torchlike.nn.modules.module import Module

__all__ = ["CrossMapLRN2d"]


class CrossMapLRN2d(Module):
    r"""Divides by a power of the mean square of neighbouring channels.

    Parameters
    ----------
    size : int
        Number of neighbouring channels.
    alpha : float, default: 1e-4
        Weight of the mean square.
    beta : float, default: 0.75
        The power.
    k : float, default: 1
        Added to the mean square.

    Notes
    -----
    .. math:: y_c = x_c / \left( k + \alpha \frac{1}{n} \sum_{c'} x_{c'}^2 \right)^\beta

    over n channels around c, those that are missing counted as 0.

    References
    ----------
    A. Krizhevsky et al., "ImageNet Classification with Deep Convolutional Neural
    Networks", 2012.

    Examples
    --------
    >>> layer = torch.nn.CrossMapLRN2d(5)
    >>> layer(Variable(torch.randn(1, 8, 4, 4))).size()
    torch.Size([1, 8, 4, 4])
    """

    def __init__(self, size, alpha=1e-4, beta=0.75, k=1):
        super().__init__()
        self.size = size
        self.alpha = alpha
        self.beta = beta
        self.k = k

    def forward(self, input):
        """Normalise an input of shape (N, C, H, W)."""
        return F.local_response_norm(input, self.size, self.alpha, self.beta, self.k)

    def __repr__(self):
        return (
            f"{type(self).__name__}({self.size}, alpha={self.alpha}, "
            f"beta={self.beta}, k={self.k})"
        )
