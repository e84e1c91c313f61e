"""Rows of tables, chosen by number."""

import torchlike
from torchlike._C.layers import embedding
from torchlike.autograd import Variable

__all__ = ["embedding", "embedding_bag"]


def _plain(value):
    """The tensor of a Variable or the tensor itself."""
    return value.data if isinstance(value, Variable) else value


def embedding_bag(
    embedding_matrix,
    indices,
    offsets=None,
    max_norm=None,
    norm_type=2,
    scale_grad_by_freq=False,
    mode="mean",
):
    """Sums or means of bags of rows of a table; see `torch.nn.EmbeddingBag`.

    Parameters
    ----------
    embedding_matrix : Variable of shape (V, D)
    indices : Variable of LongTensor of shape (B, n) or (N)
        Row numbers: a bag in each row, or all bags one after the other.
    offsets : Variable of LongTensor of shape (B), for 1-D indices
        Where each bag begins; the first is 0.
    max_norm : float, optional
    norm_type : float, default: 2
    scale_grad_by_freq : bool, default: False
        As in `embedding`.
    mode : {'mean', 'sum'}, default: 'mean'

    Returns
    -------
    Variable of shape (B, D)

    Raises
    ------
    ValueError
        If the offsets do not fit the indices or the mode is another.

    Examples
    --------
    >>> bags = torch.LongTensor([[0, 1], [1, 1]])
    >>> embedding_bag(Variable(torch.eye(2)), Variable(bags), mode="sum").data.tolist()
    [[1.0, 1.0], [0.0, 2.0]]
    """
    if mode not in ("sum", "mean"):
        raise ValueError(f"mode has to be one of sum or mean, got '{mode}'")
    rows = embedding(indices, embedding_matrix, max_norm, norm_type, scale_grad_by_freq)
    if indices.dim() == 2:
        if offsets is not None:
            raise ValueError(
                "if input is 2D, then offsets has to be None, as input is treated is a "
                f"mini-batch of fixed length sequences; got offsets of size "
                f"{list(offsets.size())}"
            )
        return rows.sum(1) if mode == "sum" else rows.mean(1)
    if indices.dim() != 1 or offsets is None or offsets.dim() != 1:
        raise ValueError(
            "expected 2D indices, or 1D indices with 1D offsets, got indices of size "
            f"{list(indices.size())}"
        )
    starts = _plain(offsets).tolist()
    ends = [*starts[1:], indices.size(0)]
    if starts[0] != 0 or any(a > b for a, b in zip(starts, ends)):
        raise ValueError(
            f"offsets must rise from 0 to at most {indices.size(0)}, got {starts}"
        )
    counts = [b - a for a, b in zip(starts, ends)]
    bag = torchlike.LongTensor([i for i, n in enumerate(counts) for _ in range(n)])
    out = Variable(_plain(embedding_matrix).new(len(counts), rows.size(1)).zero_())
    out = out.index_add_(0, Variable(bag), rows)
    if mode == "sum":
        return out
    return out / Variable(out.data.new([max(n, 1) for n in counts]).unsqueeze(1))
