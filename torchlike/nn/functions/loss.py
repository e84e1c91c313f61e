"""Losses between an input and a target.

With `size_average` they return the mean, else the sum; those with `reduce` return one
value for each element without it.
"""

import warnings

from torchlike._C import nn as _nn
from torchlike._C.losses import (
    cosine_similarity,
    multi_margin_loss,
    pairwise_distance,
    triplet_margin_loss,
)
from torchlike.autograd import Variable

__all__ = [
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cosine_embedding_loss",
    "cosine_similarity",
    "hinge_embedding_loss",
    "kl_div",
    "l1_loss",
    "margin_ranking_loss",
    "multi_margin_loss",
    "multilabel_margin_loss",
    "multilabel_soft_margin_loss",
    "pairwise_distance",
    "poisson_nll_loss",
    "smooth_l1_loss",
    "soft_margin_loss",
    "triplet_margin_loss",
]


def _reduced(loss, size_average, reduce=True):
    """The mean or the sum of a loss, or the loss itself."""
    if not reduce:
        return loss
    return loss.mean() if size_average else loss.sum()


def _differentiable(target):
    """Whether gradients flow to a target, which the fused losses do not support."""
    return isinstance(target, Variable) and target.requires_grad


def l1_loss(input, target, size_average=True, reduce=True):
    """``|input - target|``; see `torch.nn.L1Loss`.

    Parameters
    ----------
    input, target : Variable of one shape, or of one number of elements
        Gradients flow to the target too if it requires them.
    size_average, reduce : bool, default: True

    Returns
    -------
    Variable of shape (1), or of the shape of `input` without `reduce`

    Raises
    ------
    RuntimeError
        If the numbers of elements differ.

    Examples
    --------
    >>> l1_loss(torch.zeros(2), torch.Tensor([1, 2])).tolist()
    [1.5]
    """
    if _differentiable(target):
        return _reduced((input - target).abs(), size_average, reduce)
    return _nn.l1_loss(input, target, size_average, reduce)


def smooth_l1_loss(input, target, size_average=True, reduce=True):
    """Squared error near 0, absolute elsewhere; see `torch.nn.SmoothL1Loss`.

    Parameters
    ----------
    input, target : Variable of one shape, or of one number of elements
        Gradients flow to the target too if it requires them.
    size_average, reduce : bool, default: True

    Returns
    -------
    Variable of shape (1), or of the shape of `input` without `reduce`

    Raises
    ------
    RuntimeError
        If the numbers of elements differ.

    Examples
    --------
    >>> smooth_l1_loss(torch.zeros(2), torch.Tensor([1, 2])).tolist()
    [1.0]
    """
    if _differentiable(target):
        # d^2 / 2 with d = min(|x - y|, 1), and what |x - y| exceeds 1 by
        distance = (input - target).abs()
        near = distance.clamp(max=1)
        return _reduced(near * near * 0.5 + (distance - near), size_average, reduce)
    return _nn.smooth_l1_loss(input, target, size_average, reduce)


def kl_div(input, target, size_average=True, reduce=True):
    """``target * (log(target) - input)``; see `torch.nn.KLDivLoss`.

    Parameters
    ----------
    input : Variable
        Log-probabilities.
    target : Variable of the same number of elements
        Probabilities.
    size_average, reduce : bool, default: True

    Returns
    -------
    Variable of shape (1), or of the shape of `input` without `reduce`

    Raises
    ------
    RuntimeError
        If the numbers of elements differ.

    Examples
    --------
    >>> kl_div(torch.zeros(2), torch.ones(2)).tolist()
    [0.0]
    """
    return _nn.kl_div(input, target, size_average, reduce)


def poisson_nll_loss(
    input, target, log_input=True, full=False, size_average=True, eps=1e-8
):
    """Negative log-likelihood of counts; see `torch.nn.PoissonNLLLoss`.

    Parameters
    ----------
    input : Variable
        Logarithm of the expected count, or the count itself without `log_input`.
    target : Variable of the same shape
        Counts.
    log_input : bool, default: True
    full : bool, default: False
        Whether Stirling's approximation of log(target!) is added.
    size_average : bool, default: True
    eps : float, default: 1e-8
        Added to the count where its logarithm is taken.

    Returns
    -------
    Variable of shape (1)

    Examples
    --------
    >>> poisson_nll_loss(Variable(torch.zeros(2)), Variable(torch.ones(2))).data[0]
    1.0
    """
    if log_input:
        loss = input.exp() - target * input
    else:
        loss = input - target * (input + eps).log()
    if full:
        above = (target > 1).type_as(target)
        # counts of at most 1 have log(target!) = 0; the logarithm of 1 does no harm
        count = target * above + (1 - above)
        stirling = count * count.log() - count + (count * 6.283185307179586).log() * 0.5
        loss = loss + stirling * above
    return _reduced(loss, size_average)


def _check_probabilities(input, target):
    """The target in the input's shape; it may differ if the counts are equal."""
    if tuple(target.size()) == tuple(input.size()):
        return target
    warnings.warn(
        f"Using a target size ({tuple(target.size())}) that is different to the input "
        f"size ({tuple(input.size())}) is deprecated. Please ensure they have the "
        "same size.",
        stacklevel=4,
    )
    if input.numel() != target.numel():
        raise ValueError(
            "Target and input must have the same number of elements. target nelement "
            f"({target.numel()}) != input nelement ({input.numel()})"
        )
    return target.contiguous().view(*input.size())


def binary_cross_entropy(input, target, weight=None, size_average=True):
    """Cross entropy of probabilities; see `torch.nn.BCELoss`.

    Parameters
    ----------
    input : Variable
        Probabilities.
    target : Variable of the same shape
        Numbers in [0, 1].
    weight : Variable or Tensor, optional
        Factor of each element's loss, repeated to the shape of the input.
    size_average : bool, default: True

    Returns
    -------
    Variable of shape (1)

    Raises
    ------
    ValueError
        If input and target have different numbers of elements.

    Examples
    --------
    >>> loss = binary_cross_entropy(torch.ones(2) / 2, torch.Tensor([0, 1]))
    >>> round(loss[0], 4)
    0.6931
    """
    target = _check_probabilities(input, target)
    if weight is None:
        return _nn.binary_cross_entropy(input, target, size_average)
    if isinstance(input, Variable) and not isinstance(weight, Variable):
        weight = Variable(weight)
    loss = _nn.binary_cross_entropy(input, target, size_average, False)
    return _reduced(loss * weight.expand(*input.size()), size_average)


def binary_cross_entropy_with_logits(input, target, weight=None, size_average=True):
    """`sigmoid` and `binary_cross_entropy` in one, without overflow.

    Parameters
    ----------
    input : Variable
        Scores.
    target : Variable of the same shape
        Numbers in [0, 1]. Gradients flow to it too if it requires them.
    weight : Variable or Tensor, optional
        Factor of each element's loss.
    size_average : bool, default: True

    Returns
    -------
    Variable of shape (1)

    Raises
    ------
    ValueError
        If the sizes differ.

    Examples
    --------
    >>> loss = binary_cross_entropy_with_logits(torch.zeros(2), torch.Tensor([0, 1]))
    >>> round(loss[0], 4)
    0.6931
    """
    if tuple(target.size()) != tuple(input.size()):
        raise ValueError(
            f"Target size ({tuple(target.size())}) must be the same as input size "
            f"({tuple(input.size())})"
        )
    if _differentiable(target):
        loss = _nn.softplus(input) - input * target
    elif weight is None:
        return _nn.binary_cross_entropy_with_logits(input, target, size_average)
    else:
        loss = _nn.binary_cross_entropy_with_logits(input, target, size_average, False)
    if weight is not None:
        if isinstance(input, Variable) and not isinstance(weight, Variable):
            weight = Variable(weight)
        loss = loss * weight
    return _reduced(loss, size_average)


def soft_margin_loss(input, target, size_average=True):
    """``log(1 + exp(-target * input))``; see `torch.nn.SoftMarginLoss`.

    Parameters
    ----------
    input : Variable
    target : Variable of the same number of elements
        1 or -1.
    size_average : bool, default: True

    Returns
    -------
    Variable of shape (1)

    Raises
    ------
    RuntimeError
        If the numbers of elements differ.

    Examples
    --------
    >>> round(soft_margin_loss(torch.zeros(2), torch.ones(2))[0], 4)
    0.6931
    """
    return _nn.soft_margin_loss(input, target, size_average)


def multilabel_margin_loss(input, target, size_average=True):
    """Hinge loss of several classes; see `torch.nn.MultiLabelMarginLoss`.

    Parameters
    ----------
    input : Variable of shape (N, C) or (C)
    target : Variable of LongTensor of the same shape
        The classes of each sample, ended by -1.
    size_average : bool, default: True

    Returns
    -------
    Variable of shape (1)

    Raises
    ------
    RuntimeError
        If the sizes differ.
    IndexError
        If a class is out of range.

    Examples
    --------
    >>> multilabel_margin_loss(torch.zeros(2), torch.LongTensor([1, -1])).tolist()
    [0.5]
    """
    return _nn.multilabel_margin_loss(input, target, size_average)[0]


def multilabel_soft_margin_loss(input, target, weight=None, size_average=True):
    """Cross entropy of each class; see `torch.nn.MultiLabelSoftMarginLoss`.

    Parameters
    ----------
    input : Variable of shape (N, C)
        Scores.
    target : Variable of shape (N, C)
        0 or 1.
    weight : Variable or Tensor, optional
    size_average : bool, default: True

    Returns
    -------
    Variable of shape (1)

    Examples
    --------
    >>> loss = multilabel_soft_margin_loss(torch.zeros(1, 2), torch.ones(1, 2))
    >>> round(loss[0], 4)
    0.6931
    """
    return binary_cross_entropy(input.sigmoid(), target, weight, size_average)


def margin_ranking_loss(input1, input2, target, margin=0, size_average=True):
    """``max(0, -target * (input1 - input2) + margin)``.

    Parameters
    ----------
    input1, input2 : Variable
    target : Variable
        1 if the first shall be larger, else -1.
    margin : float, default: 0
    size_average : bool, default: True

    Returns
    -------
    Variable of shape (1)

    Examples
    --------
    >>> one = Variable(torch.ones(1))
    >>> margin_ranking_loss(one, one * 3, one).data[0]
    2.0
    """
    loss = (-target * (input1 - input2) + margin).clamp(min=0)
    return _reduced(loss, size_average)


def hinge_embedding_loss(input, target, margin=1.0, size_average=True):
    """``x`` where the target is 1, ``max(0, margin - x)`` where it is -1.

    Parameters
    ----------
    input : Variable
    target : Variable of the same shape
        1 or -1.
    margin : float, default: 1
    size_average : bool, default: True

    Returns
    -------
    Variable of shape (1)

    Examples
    --------
    >>> x, y = Variable(torch.Tensor([0.5, 0.5])), Variable(torch.Tensor([1, -1]))
    >>> hinge_embedding_loss(x, y, margin=2).data[0]
    1.0
    """
    similar = (target == 1).type_as(input)
    other = (target == -1).type_as(input)
    loss = input * similar + (margin - input).clamp(min=0) * other
    return _reduced(loss, size_average)


def cosine_embedding_loss(input1, input2, target, margin=0, size_average=True):
    """``1 - cos`` where the target is 1, ``max(0, cos - margin)`` where it is -1.

    Parameters
    ----------
    input1, input2 : Variable of shape (N, D)
    target : Variable of shape (N)
        1 or -1.
    margin : float, default: 0
    size_average : bool, default: True

    Returns
    -------
    Variable of shape (1)

    Examples
    --------
    >>> x = Variable(torch.ones(1, 3))
    >>> round(abs(cosine_embedding_loss(x, x, Variable(torch.ones(1))).data[0]), 4)
    0.0
    """
    tiny = 1e-12
    product = (input1 * input2).sum(1)
    squares = ((input1 * input1).sum(1) + tiny) * ((input2 * input2).sum(1) + tiny)
    cosine = product / squares.sqrt()
    similar = (target == 1).type_as(cosine)
    other = (target == -1).type_as(cosine)
    loss = (1 - cosine) * similar + (cosine - margin).clamp(min=0) * other
    return _reduced(loss, size_average)
