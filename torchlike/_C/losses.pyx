# cython: binding=True
# These are class attributes too: functions that Python binds to the object before the dot.
"""Losses of torch.nn.functional, and distances.

Variables and ordinary numbers go straight to the operator; everything else goes to the
functions of the operator table, which say what does not fit.
"""
from libc.stdint cimport int64_t
from torchlike._C.quick_args cimport flag_of, int_of, is_tensor, is_variable, real_of, tensor_in
from torchlike._C.tensor_base cimport TensorBase, real_scalar
from torchlike._C.th cimport TH_LONG, THTensor, THTensor_isSameSizeAs
from torchlike._C.variable cimport VariableBase
from torchlike._C.variable_ops cimport (
    v_abs, v_add_S, v_clamp_min, v_div_T, v_log_softmax_I, v_mean, v_mul_T, v_multi_margin_loss_LIDWb,
    v_nll_loss_LWbIb, v_norm_SIb, v_sub_T, v_sum_Ib,
)

import torchlike
from torchlike._C.tensor import nn_functions


cdef inline bint are_weights(object weight, TensorBase like) noexcept:
    """Whether this is None, or a tensor or Variable of the type of another tensor."""
    return weight is None or is_variable(weight, like) or is_tensor(weight, like)


cdef inline TensorBase plain(object o):
    """The tensor of a Variable, the tensor itself, or None."""
    return (<VariableBase>o).data_ if isinstance(o, VariableBase) else <TensorBase>o


cdef int check_batch(object input, object target) except -1:
    if input.size(0) != target.size(0):
        raise ValueError(
            f"Expected input batch_size ({input.size(0)}) to match target batch_size ({target.size(0)})."
        )
    return 0


def nll_loss(
    input, target, weight=None, size_average=True, ignore_index=-100, reduce=True
):
    """Negative log-likelihood; see `torch.nn.NLLLoss`.

    Parameters
    ----------
    input : Variable of shape (N, C) or (N, C, H, W)
        Log-probabilities.
    target : Variable of LongTensor of shape (N) or (N, H, W)
        Classes, 0 <= t < C or `ignore_index`.
    weight : Tensor of shape (C), optional
    size_average : bool, default: True
    ignore_index : int, default: -100
    reduce : bool, default: True

    Returns
    -------
    Variable of shape (1), or of the shape of `target` without `reduce`

    Raises
    ------
    ValueError
        If the input is neither 2-D nor 4-D or the batch sizes differ.
    IndexError
        If a class is out of range.

    Examples
    --------
    >>> x = Variable(torch.Tensor([[-1, -2]]))
    >>> nll_loss(x, Variable(torch.LongTensor([1]))).data[0]
    2.0
    """
    cdef int64_t ignored
    cdef bint average, reduced
    cdef TensorBase x, labels = tensor_in(target, TH_LONG)
    if labels is not None and isinstance(input, VariableBase):
        x = (<VariableBase>input).data_
        if (
            x.c_tensor.nDimension == 2 and labels.c_tensor.nDimension == 1
            and labels.c_tensor.size[0] == x.c_tensor.size[0] and are_weights(weight, x)
            and flag_of(size_average, &average) and int_of(ignore_index, &ignored) and flag_of(reduce, &reduced)
        ):
            return v_nll_loss_LWbIb(<VariableBase>input, labels, plain(weight), average, ignored, reduced)
    dim = input.dim()
    if dim == 2:
        try:
            return nn_functions["nll_loss"](input, target, weight, size_average, ignore_index, reduce)
        except RuntimeError:
            check_batch(input, target)
            raise
    if dim != 4:
        raise ValueError(f"Expected 2 or 4 dimensions (got {dim})")
    check_batch(input, target)
    n, _, height, width = input.size()
    if tuple(target.size()) != (n, height, width):
        raise ValueError(f"Expected target size {(n, height, width)}, got {tuple(target.size())}")
    return nn_functions["nll_loss2d"](input, target, weight, size_average, ignore_index, reduce)


def cross_entropy(
    input, target, weight=None, size_average=True, ignore_index=-100, reduce=True
):
    """`log_softmax` over dimension 1 and `nll_loss` in one.

    Parameters
    ----------
    input : Variable of shape (N, C) or (N, C, H, W)
        Scores.
    target : Variable of LongTensor of shape (N) or (N, H, W)
        Classes, 0 <= t < C or `ignore_index`.
    weight : Tensor of shape (C), optional
    size_average : bool, default: True
    ignore_index : int, default: -100
    reduce : bool, default: True

    Returns
    -------
    Variable of shape (1), or of the shape of `target` without `reduce`

    Raises
    ------
    ValueError, IndexError
        As `nll_loss`.

    Examples
    --------
    >>> x = Variable(torch.Tensor([[0, 0]]))
    >>> round(cross_entropy(x, Variable(torch.LongTensor([1]))).data[0], 4)
    0.6931
    """
    if isinstance(input, VariableBase):
        scores = v_log_softmax_I(<VariableBase>input, 1)
    else:
        scores = nn_functions["log_softmax"](input, 1)
    return nll_loss(scores, target, weight, size_average, ignore_index, reduce)


def multi_margin_loss(input, target, p=1, margin=1, weight=None, size_average=True):
    """Hinge loss of one class; see `torch.nn.MultiMarginLoss`.

    Parameters
    ----------
    input : Variable of shape (N, C) or (C)
    target : Variable of LongTensor of shape (N) or (1)
        Classes, 0 <= t < C.
    p : 1 or 2, default: 1
    margin : float, default: 1
    weight : Tensor of shape (C), optional
    size_average : bool, default: True

    Returns
    -------
    Variable of shape (1)

    Raises
    ------
    ValueError
        If `p` is neither 1 nor 2 or a weight requires a gradient.
    RuntimeError
        If a size does not fit or a class is out of range.

    Examples
    --------
    >>> x, y = Variable(torch.zeros(1, 4)), Variable(torch.LongTensor([1]))
    >>> multi_margin_loss(x, y).data[0]
    0.75
    """
    cdef int64_t power
    cdef double least
    cdef bint average
    cdef TensorBase x, labels = tensor_in(target, TH_LONG)
    if p not in (1, 2):
        raise ValueError(f"only p == 1 and p == 2 supported, got {p}")
    if labels is not None and isinstance(input, VariableBase):
        x = (<VariableBase>input).data_
        if (
            int_of(p, &power) and real_of(margin, &least) and are_weights(weight, x)
            and flag_of(size_average, &average)
        ):
            return v_multi_margin_loss_LIDWb(<VariableBase>input, labels, power, least, plain(weight), average)
    return nn_functions["multi_margin_loss"](input, target, p, margin, weight, size_average)


def pairwise_distance(x1, x2, p=2, eps=1e-6):
    """``(sum((|x1 - x2| + eps) ** p)) ** (1 / p)`` of each row.

    Parameters
    ----------
    x1, x2 : Variable of shape (N, D)
    p : float, default: 2
    eps : float, default: 1e-6

    Returns
    -------
    Variable of shape (N, 1)

    Raises
    ------
    ValueError
        If an input is not 2-D or the sizes differ.

    Examples
    --------
    >>> d = pairwise_distance(torch.zeros(1, 4), torch.ones(1, 4))
    >>> round(d[0, 0], 4)
    2.0
    """
    cdef double power, least
    cdef const THTensor *shape
    if isinstance(x1, VariableBase) and is_variable(x2, (<VariableBase>x1).data_):
        shape = (<VariableBase>x1).data_.c_tensor
        if (
            shape.nDimension == 2 and THTensor_isSameSizeAs(shape, (<VariableBase>x2).data_.c_tensor)
            and real_of(p, &power) and power > 0 and real_of(eps, &least)
        ):
            return distance(<VariableBase>x1, <VariableBase>x2, power, least)
    if tuple(x1.size()) != tuple(x2.size()):
        raise ValueError(f"Input sizes must be equal, got {list(x1.size())} and {list(x2.size())}")
    if x1.dim() != 2:
        raise ValueError(f"Input must be a 2D matrix, got {list(x1.size())}")
    return ((x1 - x2).abs() + eps).pow(p).sum(1, True).pow(1.0 / p)


cdef inline VariableBase distance(VariableBase x1, VariableBase x2, double p, double eps):
    return v_norm_SIb(v_add_S(v_abs(v_sub_T(x1, x2)), real_scalar(eps)), real_scalar(p), 1, True)


def triplet_margin_loss(
    anchor, positive, negative, margin=1.0, p=2, eps=1e-6, swap=False
):
    """``max(0, d(anchor, positive) - d(anchor, negative) + margin)``, averaged.

    Parameters
    ----------
    anchor, positive, negative : Variable of shape (N, D)
    margin : float, default: 1
    p : float, default: 2
        Of `pairwise_distance`.
    eps : float, default: 1e-6
    swap : bool, default: False
        Whether the positive replaces the anchor where it is nearer to the negative.

    Returns
    -------
    Variable of shape (1)

    Raises
    ------
    ValueError
        If an input is not 2-D, the sizes differ or the margin is not positive.

    Examples
    --------
    >>> x = Variable(torch.ones(1, 3))
    >>> round(triplet_margin_loss(x, x, x).data[0], 4)
    1.0
    """
    if not anchor.size() == positive.size() == negative.size():
        sizes = [list(v.size()) for v in (anchor, positive, negative)]
        raise ValueError(f"Input sizes must be equal, got {sizes}")
    if anchor.dim() != 2:
        raise ValueError(f"Input must be a 2D matrix, got {list(anchor.size())}")
    if margin <= 0:
        raise ValueError(f"Margin should be positive value, got {margin}")
    near = pairwise_distance(anchor, positive, p, eps)
    far = pairwise_distance(anchor, negative, p, eps)
    if swap:
        far = torchlike.min(far, pairwise_distance(positive, negative, p, eps))
    loss = near - far + margin
    if isinstance(loss, VariableBase):
        return v_mean(v_clamp_min(<VariableBase>loss, real_scalar(0)))
    return loss.clamp(min=0).mean()


def cosine_similarity(x1, x2, dim=1, eps=1e-8):
    """``sum(x1 * x2) / max(|x1| * |x2|, eps)`` along a dimension.

    Parameters
    ----------
    x1, x2 : Variable of one shape
    dim : int, default: 1
    eps : float, default: 1e-8

    Returns
    -------
    Variable without dimension `dim`

    Examples
    --------
    >>> cosine_similarity(torch.ones(1, 4), torch.ones(1, 4)).tolist()
    [1.0]
    """
    cdef int64_t along
    cdef double least
    cdef VariableBase a, b, norms, product
    if isinstance(x1, VariableBase) and int_of(dim, &along) and real_of(eps, &least):
        a = <VariableBase>x1
        if is_variable(x2, a.data_):
            b = <VariableBase>x2
            product = v_sum_Ib(v_mul_T(a, b), along, False)
            norms = v_mul_T(
                v_norm_SIb(a, real_scalar(2), along, False), v_norm_SIb(b, real_scalar(2), along, False))
            return v_div_T(product, v_clamp_min(norms, real_scalar(least)))
    return (x1 * x2).sum(dim) / (x1.norm(2, dim) * x2.norm(2, dim)).clamp(min=eps)
