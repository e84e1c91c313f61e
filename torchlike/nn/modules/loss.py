"""Losses as modules."""

from torchlike.autograd import Variable
from torchlike.nn import functional as F
from torchlike.nn.modules.module import Module

__all__ = ["CrossEntropyLoss", "MSELoss", "NLLLoss"]


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
