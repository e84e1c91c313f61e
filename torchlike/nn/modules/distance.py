"""Distances between rows."""

from torchlike.nn import functional as F
from torchlike.nn.modules.module import Module

__all__ = ["CosineSimilarity", "PairwiseDistance"]


class PairwiseDistance(Module):
    r"""The p-norm distance of each pair of rows.

    Parameters
    ----------
    p : float, default: 2
        The norm.
    eps : float, default: 1e-6
        Added to each coordinate's distance.

    Notes
    -----
    .. math:: d = \left( \sum_i (|x_i - y_i| + eps)^p \right)^{1/p}

    Inputs (N, D) give (N, 1).

    Examples
    --------
    >>> layer = torch.nn.PairwiseDistance(p=2)
    >>> layer(Variable(torch.randn(100, 8)), Variable(torch.randn(100, 8))).size()
    torch.Size([100, 1])
    """

    def __init__(self, p=2, eps=1e-6):
        super().__init__()
        self.norm = p
        self.eps = eps

    def forward(self, x1, x2):
        """Distances of the rows of two inputs (N, D)."""
        return F.pairwise_distance(x1, x2, self.norm, self.eps)


class CosineSimilarity(Module):
    r"""The cosine of the angle between vectors along a dimension.

    Parameters
    ----------
    dim : int, default: 1
        The dimension.
    eps : float, default: 1e-8
        Least product of the norms, against division by 0.

    Notes
    -----
    .. math:: s = \frac{x \cdot y}{\max(|x| |y|, eps)}

    Examples
    --------
    >>> layer = torch.nn.CosineSimilarity(dim=1)
    >>> layer(Variable(torch.randn(100, 8)), Variable(torch.randn(100, 8))).size()
    torch.Size([100])
    """

    def __init__(self, dim=1, eps=1e-8):
        super().__init__()
        self.dim = dim
        self.eps = eps

    def forward(self, x1, x2):
        """Cosines of two inputs of one shape."""
        return F.cosine_similarity(x1, x2, self.dim, self.eps)
