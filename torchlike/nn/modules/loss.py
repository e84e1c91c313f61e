"""Losses as modules."""

from torchlike.autograd import Variable
from torchlike.nn import functional as F
from torchlike.nn.modules.module import Module

__all__ = [
    "BCELoss",
    "BCEWithLogitsLoss",
    "CosineEmbeddingLoss",
    "CrossEntropyLoss",
    "HingeEmbeddingLoss",
    "KLDivLoss",
    "L1Loss",
    "MSELoss",
    "MarginRankingLoss",
    "MultiLabelMarginLoss",
    "MultiLabelSoftMarginLoss",
    "MultiMarginLoss",
    "NLLLoss",
    "NLLLoss2d",
    "PoissonNLLLoss",
    "SmoothL1Loss",
    "SoftMarginLoss",
    "TripletMarginLoss",
]


def _assert_no_grad(variable):
    """Refuse a target that requires a gradient."""
    if isinstance(variable, Variable) and variable.requires_grad:
        raise ValueError(
            "nn criterions don't compute the gradient w.r.t. targets - please "
            "mark these variables as volatile or not requiring gradients"
        )


class _Loss(Module):
    """Keeps whether the values of a batch are averaged or summed."""

    def __init__(self, size_average=True):
        super().__init__()
        self.size_average = size_average


class _WeightedLoss(_Loss):
    """Keeps a weight per class as well."""

    def __init__(self, weight=None, size_average=True):
        super().__init__(size_average)
        self.register_buffer("weight", weight)


class _ClassLoss(_WeightedLoss):
    """Keeps the ignored label and whether the values are put together at all."""

    def __init__(self, weight=None, size_average=True, ignore_index=-100, reduce=True):
        super().__init__(weight, size_average)
        self.ignore_index = ignore_index
        self.reduce = reduce


class NLLLoss(_ClassLoss):
    r"""Negative log-likelihood of the right class.

    Parameters
    ----------
    weight : Tensor of shape (C), optional
        Weight of each class. Default: all 1.
    size_average : bool, default: True
        Weighted mean over the batch instead of the sum.
    ignore_index : int, default: -100
        Label whose samples do not count.
    reduce : bool, default: True
        Whether one number is returned instead of one per sample.

    Raises
    ------
    ValueError
        If the target requires a gradient.

    Notes
    -----
    .. math:: l_n = -w_{t_n} x_{n, t_n}

    for log-probabilities (N, C) and a LongTensor target (N) with 0 <= t < C, or
    (N, C, H, W) and (N, H, W).

    Examples
    --------
    >>> loss = torch.nn.NLLLoss()
    >>> log_p = F.log_softmax(Variable(torch.randn(3, 5)), dim=1)
    >>> loss(log_p, Variable(torch.LongTensor([1, 0, 4]))).size()
    torch.Size([1])
    """

    def forward(self, input, target):
        """Loss of log-probabilities (N, C) for the classes (N)."""
        _assert_no_grad(target)
        return F.nll_loss(
            input,
            target,
            self.weight,
            self.size_average,
            self.ignore_index,
            self.reduce,
        )


class CrossEntropyLoss(_ClassLoss):
    r"""`LogSoftmax` over the classes and `NLLLoss` in one.

    Parameters
    ----------
    weight : Tensor of shape (C), optional
        Weight of each class. Default: all 1.
    size_average : bool, default: True
        Weighted mean over the batch instead of the sum.
    ignore_index : int, default: -100
        Label whose samples do not count.
    reduce : bool, default: True
        Whether one number is returned instead of one per sample.

    Raises
    ------
    ValueError
        If the target requires a gradient.

    Notes
    -----
    .. math:: l_n = w_{t_n} \left(-x_{n, t_n} + \log \sum_j \exp(x_{n, j})\right)

    for scores (N, C) and a LongTensor target (N) with 0 <= t < C.

    Examples
    --------
    >>> loss = torch.nn.CrossEntropyLoss()
    >>> scores = Variable(torch.randn(3, 5), requires_grad=True)
    >>> loss(scores, Variable(torch.LongTensor([1, 0, 4]))).backward()
    """

    def forward(self, input, target):
        """Loss of scores (N, C) for the classes (N)."""
        _assert_no_grad(target)
        return F.cross_entropy(
            input,
            target,
            self.weight,
            self.size_average,
            self.ignore_index,
            self.reduce,
        )


class MSELoss(_Loss):
    r"""Squared difference.

    Parameters
    ----------
    size_average : bool, default: True
        Mean over all elements instead of the sum.
    reduce : bool, default: True
        Whether one number is returned instead of one per element.

    Raises
    ------
    ValueError
        If the target requires a gradient.

    Notes
    -----
    .. math:: l_i = (x_i - y_i)^2

    Input and target have one shape.

    Examples
    --------
    >>> loss = torch.nn.MSELoss()
    >>> x = Variable(torch.randn(3, 5), requires_grad=True)
    >>> loss(x, Variable(torch.randn(3, 5))).backward()
    """

    def __init__(self, size_average=True, reduce=True):
        super().__init__(size_average)
        self.reduce = reduce

    def forward(self, input, target):
        """Loss of an input for a target of the same shape."""
        _assert_no_grad(target)
        return F.mse_loss(input, target, self.size_average, self.reduce)


class L1Loss(_Loss):
    r"""Absolute difference.

    Parameters
    ----------
    size_average : bool, default: True
        Mean over all elements instead of the sum.
    reduce : bool, default: True
        Whether one number is returned instead of one per element.

    Raises
    ------
    ValueError
        If the target requires a gradient.

    Notes
    -----
    .. math:: l_i = |x_i - y_i|

    Input and target have one shape.

    Examples
    --------
    >>> loss = torch.nn.L1Loss()
    >>> x = Variable(torch.randn(3, 5), requires_grad=True)
    >>> loss(x, Variable(torch.randn(3, 5))).backward()
    """

    def __init__(self, size_average=True, reduce=True):
        super().__init__(size_average)
        self.reduce = reduce

    def forward(self, input, target):
        """Loss of an input for a target of the same shape."""
        _assert_no_grad(target)
        return F.l1_loss(input, target, self.size_average, self.reduce)


class SmoothL1Loss(_Loss):
    r"""Squared difference near 0, absolute elsewhere (Huber's loss).

    Parameters
    ----------
    size_average : bool, default: True
        Mean over all elements instead of the sum.
    reduce : bool, default: True
        Whether one number is returned instead of one per element.

    Raises
    ------
    ValueError
        If the target requires a gradient.

    Notes
    -----
    .. math::

        l_i = (x_i - y_i)^2 / 2 \text{ if } |x_i - y_i| < 1
        \text{ else } |x_i - y_i| - 1 / 2

    Input and target have one shape.

    Examples
    --------
    >>> loss = torch.nn.SmoothL1Loss()
    >>> x = Variable(torch.randn(3, 5), requires_grad=True)
    >>> loss(x, Variable(torch.randn(3, 5))).backward()
    """

    def __init__(self, size_average=True, reduce=True):
        super().__init__(size_average)
        self.reduce = reduce

    def forward(self, input, target):
        """Loss of an input for a target of the same shape."""
        _assert_no_grad(target)
        return F.smooth_l1_loss(input, target, self.size_average, self.reduce)


class NLLLoss2d(NLLLoss):
    r"""`NLLLoss` of each pixel.

    Parameters
    ----------
    weight : Tensor of shape (C), optional
        Weight of each class. Default: all 1.
    size_average : bool, default: True
        Mean over all elements instead of the sum.
    ignore_index : int, default: -100
        Label whose pixels do not count.
    reduce : bool, default: True
        Whether one number is returned instead of one per element.

    Raises
    ------
    ValueError
        If the target requires a gradient.

    Notes
    -----
    Input (N, C, H, W), target (N, H, W).

    Examples
    --------
    >>> loss = torch.nn.NLLLoss2d()
    >>> log_p = F.log_softmax(Variable(torch.randn(1, 3, 2, 2)), dim=1)
    >>> loss(log_p, Variable(torch.LongTensor(1, 2, 2).zero_())).size()
    torch.Size([1])
    """

    def forward(self, input, target):
        """Loss of log-probabilities (N, C, H, W) for the classes (N, H, W)."""
        return super().forward(input, target)


class PoissonNLLLoss(_Loss):
    r"""Negative log-likelihood of counts from Poisson distributions.

    Parameters
    ----------
    log_input : bool, default: True
        Whether the input is the logarithm of the expected count.
    full : bool, default: False
        Whether Stirling's approximation of log(target!) is added for targets above 1.
    size_average : bool, default: True
        Mean over all elements instead of the sum.
    eps : float, default: 1e-8
        Added to the count where its logarithm is taken.

    Raises
    ------
    ValueError
        If the target requires a gradient.

    Notes
    -----
    .. math:: l_i = \exp(x_i) - y_i x_i

    or :math:`x_i - y_i \log(x_i + eps)` without `log_input`; Stirling's term is
    :math:`y \log y - y + \log(2 \pi y) / 2`.

    Examples
    --------
    >>> loss = torch.nn.PoissonNLLLoss()
    >>> x = Variable(torch.randn(3, 5), requires_grad=True)
    >>> loss(x, Variable(torch.rand(3, 5))).backward()
    """

    def __init__(self, log_input=True, full=False, size_average=True, eps=1e-8):
        super().__init__(size_average)
        self.log_input = log_input
        self.full = full
        self.eps = eps

    def forward(self, log_input, target):
        """Loss of an input for a target of the same shape."""
        _assert_no_grad(target)
        return F.poisson_nll_loss(
            log_input, target, self.log_input, self.full, self.size_average, self.eps
        )


class KLDivLoss(_Loss):
    r"""Kullback-Leibler divergence of probabilities from log-probabilities.

    Parameters
    ----------
    size_average : bool, default: True
        Mean over all elements instead of the sum.
    reduce : bool, default: True
        Whether one number is returned instead of one per element.

    Raises
    ------
    ValueError
        If the target requires a gradient.

    Notes
    -----
    .. math:: l_i = y_i (\log y_i - x_i)

    The input x holds log-probabilities. Mean over all elements, not over the batch.

    Examples
    --------
    >>> loss = torch.nn.KLDivLoss()
    >>> x = Variable(torch.randn(3, 5), requires_grad=True)
    >>> loss(x, Variable(torch.rand(3, 5))).backward()
    """

    def __init__(self, size_average=True, reduce=True):
        super().__init__(size_average)
        self.reduce = reduce

    def forward(self, input, target):
        """Loss of an input for a target of the same shape."""
        _assert_no_grad(target)
        return F.kl_div(input, target, self.size_average, self.reduce)


class BCELoss(_WeightedLoss):
    r"""Cross entropy of probabilities.

    Parameters
    ----------
    weight : Tensor, optional
        Factor of each element's loss, repeated to the shape of the input.
    size_average : bool, default: True
        Mean over all elements instead of the sum.

    Raises
    ------
    ValueError
        If the target requires a gradient.

    Notes
    -----
    .. math:: l_i = -w_i (y_i \log x_i + (1 - y_i) \log(1 - x_i))

    Inputs are in (0, 1), targets in [0, 1]; both have one shape.

    Examples
    --------
    >>> loss = torch.nn.BCELoss()
    >>> x = Variable(torch.rand(3, 5), requires_grad=True)
    >>> loss(x, Variable(torch.rand(3, 5))).backward()
    """

    def forward(self, input, target):
        """Loss of an input for a target of the same shape."""
        _assert_no_grad(target)
        return F.binary_cross_entropy(input, target, self.weight, self.size_average)


class BCEWithLogitsLoss(_WeightedLoss):
    r"""`Sigmoid` and `BCELoss` in one, without overflow.

    Parameters
    ----------
    weight : Tensor, optional
        Factor of each element's loss, repeated to the shape of the input.
    size_average : bool, default: True
        Mean over all elements instead of the sum.

    Notes
    -----
    .. math:: l_i = w_i (\log(1 + \exp(x_i)) - x_i y_i)

    Input and target have one shape.

    Examples
    --------
    >>> loss = torch.nn.BCEWithLogitsLoss()
    >>> x = Variable(torch.randn(3, 5), requires_grad=True)
    >>> loss(x, Variable(torch.rand(3, 5))).backward()
    """

    def forward(self, input, target):
        """Loss of an input for a target of the same shape."""
        return F.binary_cross_entropy_with_logits(
            input, target, self.weight, self.size_average
        )


class MarginRankingLoss(_Loss):
    r"""Hinge loss of the order of two inputs.

    Parameters
    ----------
    margin : float, default: 0
        Distance that the larger must have.
    size_average : bool, default: True
        Mean over all elements instead of the sum.

    Notes
    -----
    .. math:: l_i = \max(0, -y_i (x_{1,i} - x_{2,i}) + margin)

    The target y is 1 if the first shall be larger, else -1.

    Examples
    --------
    >>> loss = torch.nn.MarginRankingLoss()
    >>> one = Variable(torch.ones(1))
    >>> loss(one, one * 3, one).data[0]
    2.0
    """

    def __init__(self, margin=0, size_average=True):
        super().__init__(size_average)
        self.margin = margin

    def forward(self, input1, input2, target):
        """Loss of two inputs for targets 1 and -1."""
        return F.margin_ranking_loss(
            input1, input2, target, self.margin, self.size_average
        )


class HingeEmbeddingLoss(_Loss):
    r"""Distances that shall be small or larger than a margin.

    Parameters
    ----------
    margin : float, default: 1
        Distance that is far enough.
    size_average : bool, default: True
        Mean over all elements instead of the sum.

    Notes
    -----
    .. math:: l_i = x_i \text{ if } y_i = 1 \text{ else } \max(0, margin - x_i)

    for targets 1 and -1.

    Examples
    --------
    >>> loss = torch.nn.HingeEmbeddingLoss()
    >>> loss(Variable(torch.ones(2)), Variable(torch.Tensor([1, -1]))).data[0]
    0.5
    """

    def __init__(self, margin=1.0, size_average=True):
        super().__init__(size_average)
        self.margin = margin

    def forward(self, input, target):
        """Loss of distances for targets 1 and -1."""
        return F.hinge_embedding_loss(input, target, self.margin, self.size_average)


class CosineEmbeddingLoss(_Loss):
    r"""Directions that shall agree or not.

    Parameters
    ----------
    margin : float, default: 0
        Cosine that is far enough, between -1 and 1.
    size_average : bool, default: True
        Mean over all elements instead of the sum.

    Notes
    -----
    .. math:: l_i = 1 - c_i \text{ if } y_i = 1 \text{ else } \max(0, c_i - margin)

    for the cosine c of the rows of two inputs (N, D).

    Examples
    --------
    >>> loss = torch.nn.CosineEmbeddingLoss()
    >>> x = Variable(torch.ones(1, 3))
    >>> round(abs(loss(x, x, Variable(torch.ones(1))).data[0]), 4)
    0.0
    """

    def __init__(self, margin=0, size_average=True):
        super().__init__(size_average)
        self.margin = margin

    def forward(self, input1, input2, target):
        """Loss of rows (N, D) for targets 1 and -1."""
        return F.cosine_embedding_loss(
            input1, input2, target, self.margin, self.size_average
        )


class MultiLabelMarginLoss(_Loss):
    r"""Hinge loss between the classes of a sample and all others.

    Parameters
    ----------
    size_average : bool, default: True
        Mean over all elements instead of the sum.

    Raises
    ------
    ValueError
        If the target requires a gradient.

    Notes
    -----
    .. math:: l = \sum_{j \in T, i \notin T} \max(0, 1 - (x_j - x_i)) / C

    for inputs (N, C) and a LongTensor target (N, C) that lists the classes T of a
    sample, ended by -1.

    Examples
    --------
    >>> loss = torch.nn.MultiLabelMarginLoss()
    >>> loss(Variable(torch.zeros(2)), Variable(torch.LongTensor([1, -1]))).data[0]
    0.5
    """

    def forward(self, input, target):
        """Loss of scores (N, C) for lists of classes (N, C)."""
        _assert_no_grad(target)
        return F.multilabel_margin_loss(input, target, self.size_average)


class SoftMarginLoss(_Loss):
    r"""Logistic loss.

    Parameters
    ----------
    size_average : bool, default: True
        Mean over all elements instead of the sum.

    Raises
    ------
    ValueError
        If the target requires a gradient.

    Notes
    -----
    .. math:: l_i = \log(1 + \exp(-y_i x_i))

    for targets 1 and -1.

    Examples
    --------
    >>> loss = torch.nn.SoftMarginLoss()
    >>> x = Variable(torch.randn(3, 5), requires_grad=True)
    >>> loss(x, Variable(torch.ones(3, 5))).backward()
    """

    def forward(self, input, target):
        """Loss of an input for a target of the same shape."""
        _assert_no_grad(target)
        return F.soft_margin_loss(input, target, self.size_average)


class MultiLabelSoftMarginLoss(_WeightedLoss):
    r"""Cross entropy of each class on its own.

    Parameters
    ----------
    weight : Tensor, optional
        Factor of each element's loss, repeated to the shape of the input.
    size_average : bool, default: True
        Mean over all elements instead of the sum.

    Notes
    -----
    .. math:: l_i = -w_i (y_i \log \sigma(x_i) + (1 - y_i) \log(1 - \sigma(x_i)))

    for scores (N, C) and targets 0 or 1.

    Examples
    --------
    >>> loss = torch.nn.MultiLabelSoftMarginLoss()
    >>> x = Variable(torch.randn(3, 5), requires_grad=True)
    >>> loss(x, Variable(torch.ones(3, 5))).backward()
    """

    def forward(self, input, target):
        """Loss of scores (N, C) for targets (N, C)."""
        return F.multilabel_soft_margin_loss(
            input, target, self.weight, self.size_average
        )


class MultiMarginLoss(Module):
    r"""Hinge loss between the class of a sample and all others.

    Parameters
    ----------
    p : 1 or 2, default: 1
        Power of each term.
    margin : float, default: 1
        Distance that the right class must have.
    weight : Tensor of shape (C), optional
        Weight of each class.
    size_average : bool, default: True
        Mean over the batch instead of the sum.

    Notes
    -----
    .. math:: l_n = w_t \sum_{i \neq t} \max(0, margin - x_t + x_i)^p / C

    Examples
    --------
    >>> loss = torch.nn.MultiMarginLoss()
    >>> loss(Variable(torch.zeros(1, 4)), Variable(torch.LongTensor([1]))).data[0]
    0.75
    """

    def __init__(self, p=1, margin=1, weight=None, size_average=True):
        super().__init__()
        if p not in (1, 2):
            raise ValueError(f"only p == 1 and p == 2 supported, got {p}")
        if weight is not None and weight.dim() != 1:
            raise ValueError(f"weight must be 1-D, got size {list(weight.size())}")
        self.p = p
        self.margin = margin
        self.size_average = size_average
        self.weight = weight

    def forward(self, input, target):
        """Loss of scores (N, C) for the classes (N)."""
        return F.multi_margin_loss(
            input, target, self.p, self.margin, self.weight, self.size_average
        )


class TripletMarginLoss(Module):
    r"""An anchor that shall be nearer to a positive than to a negative.

    Parameters
    ----------
    margin : float, default: 1
        Difference that the distances must have.
    p : float, default: 2
        Norm of the distances.
    eps : float, default: 1e-6
        Added to each coordinate's distance.
    swap : bool, default: False
        Whether the positive replaces the anchor where it is nearer to the negative.

    Notes
    -----
    .. math:: l = \max(0, d(a, p) - d(a, n) + margin)

    averaged over the rows of three inputs (N, D).

    Examples
    --------
    >>> loss = torch.nn.TripletMarginLoss()
    >>> x = Variable(torch.ones(1, 3))
    >>> round(loss(x, x, x).data[0], 4)
    1.0
    """

    def __init__(self, margin=1.0, p=2, eps=1e-6, swap=False):
        super().__init__()
        self.margin = margin
        self.p = p
        self.eps = eps
        self.swap = swap

    def forward(self, anchor, positive, negative):
        """Loss of three batches of rows (N, D)."""
        return F.triplet_margin_loss(
            anchor, positive, negative, self.margin, self.p, self.eps, self.swap
        )
