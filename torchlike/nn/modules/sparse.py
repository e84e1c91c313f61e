"""Tables of vectors that are looked up by number."""

import torchlike
from torchlike.nn import functional as F
from torchlike.nn.modules.module import Module
from torchlike.nn.parameter import Parameter

__all__ = ["Embedding", "EmbeddingBag"]


class Embedding(Module):
    """A learnt vector for each number below a limit.

    Parameters
    ----------
    num_embeddings : int
        Number of vectors V.
    embedding_dim : int
        Size of each, D.
    padding_idx : int, optional
        Number whose vector starts as zeros and gets no gradient.
    max_norm : float, optional
        Vectors that are used are first scaled, in place, to at most this norm.
    norm_type : float, default: 2
        The norm for `max_norm`.
    scale_grad_by_freq : bool, default: False
        Whether a vector's gradient is divided by how often it occurs in the input.
    sparse : bool, default: False
        Kept; a call with true raises NotImplementedError.

    Attributes
    ----------
    weight : Parameter of shape (num_embeddings, embedding_dim), from N(0, 1)

    Raises
    ------
    ValueError
        If `padding_idx` is out of range.

    Notes
    -----
    A LongTensor input (*) gives (*, D).

    Examples
    --------
    >>> table = torch.nn.Embedding(10, 3)
    >>> table(Variable(torch.LongTensor([[1, 2, 4], [4, 3, 9]]))).size()
    torch.Size([2, 3, 3])
    """

    def __init__(
        self,
        num_embeddings,
        embedding_dim,
        padding_idx=None,
        max_norm=None,
        norm_type=2,
        scale_grad_by_freq=False,
        sparse=False,
    ):
        super().__init__()
        if padding_idx is not None:
            if not -num_embeddings <= padding_idx < num_embeddings:
                raise ValueError(
                    f"padding_idx must be within num_embeddings {num_embeddings}, "
                    f"got {padding_idx}"
                )
            padding_idx %= num_embeddings
        self.num_embeddings = num_embeddings
        self.embedding_dim = embedding_dim
        self.padding_idx = padding_idx
        self.max_norm = max_norm
        self.norm_type = norm_type
        self.scale_grad_by_freq = scale_grad_by_freq
        self.sparse = sparse
        self.weight = Parameter(torchlike.Tensor(num_embeddings, embedding_dim))
        self.reset_parameters()

    def reset_parameters(self):
        """Draw all vectors from N(0, 1); that of `padding_idx` becomes 0."""
        self.weight.data.normal_(0, 1)
        if self.padding_idx is not None:
            self.weight.data[self.padding_idx].fill_(0)

    def forward(self, input):
        """Look up a LongTensor of any shape."""
        return F.embedding(
            input,
            self.weight,
            self.max_norm,
            self.norm_type,
            self.scale_grad_by_freq,
            self.sparse,
            self.padding_idx,
        )

    def __repr__(self):
        text = f"{type(self).__name__}({self.num_embeddings}, {self.embedding_dim}"
        if self.padding_idx is not None:
            text += f", padding_idx={self.padding_idx}"
        if self.max_norm is not None:
            text += f", max_norm={self.max_norm}"
        if self.norm_type != 2:
            text += f", norm_type={self.norm_type}"
        if self.scale_grad_by_freq:
            text += ", scale_grad_by_freq=True"
        if self.sparse:
            text += ", sparse=True"
        return text + ")"


class EmbeddingBag(Module):
    """Sums or means of bags of learnt vectors.

    Parameters
    ----------
    num_embeddings : int
        Number of vectors V.
    embedding_dim : int
        Size of each, D.
    max_norm : float, optional
        Vectors that are used are first scaled, in place, to at most this norm.
    norm_type : float, default: 2
        The norm for `max_norm`.
    scale_grad_by_freq : bool, default: False
        Whether a vector's gradient is divided by how often it occurs in the input.
    mode : {'mean', 'sum'}, default: 'mean'
        What becomes of the vectors of a bag; an empty bag gives zeros.

    Attributes
    ----------
    weight : Parameter of shape (num_embeddings, embedding_dim), from N(0, 1)

    Notes
    -----
    A LongTensor input (B, n) holds B bags; an input (N) with offsets (B) bags that
    begin at the offsets. The result is (B, D).

    Examples
    --------
    >>> bags = torch.nn.EmbeddingBag(10, 3, mode="sum")
    >>> numbers = Variable(torch.LongTensor([1, 2, 4, 5, 4, 3]))
    >>> bags(numbers, Variable(torch.LongTensor([0, 4]))).size()
    torch.Size([2, 3])
    """

    def __init__(
        self,
        num_embeddings,
        embedding_dim,
        max_norm=None,
        norm_type=2,
        scale_grad_by_freq=False,
        mode="mean",
    ):
        super().__init__()
        self.num_embeddings = num_embeddings
        self.embedding_dim = embedding_dim
        self.max_norm = max_norm
        self.norm_type = norm_type
        self.scale_grad_by_freq = scale_grad_by_freq
        self.mode = mode
        self.weight = Parameter(torchlike.Tensor(num_embeddings, embedding_dim))
        self.reset_parameters()

    def reset_parameters(self):
        """Draw all vectors from N(0, 1)."""
        self.weight.data.normal_(0, 1)

    def forward(self, input, offsets=None):
        """Look up bags (B, n), or (N) that begin at the offsets (B)."""
        return F.embedding_bag(
            self.weight,
            input,
            offsets,
            self.max_norm,
            self.norm_type,
            self.scale_grad_by_freq,
            self.mode,
        )

    def __repr__(self):
        text = f"{type(self).__name__}({self.num_embeddings}, {self.embedding_dim}"
        if self.max_norm is not None:
            text += f", max_norm={self.max_norm}"
        if self.norm_type != 2:
            text += f", norm_type={self.norm_type}"
        if self.scale_grad_by_freq:
            text += ", scale_grad_by_freq=True"
        return text + f", mode={self.mode})"
