# cython: binding=True
# These are class attributes too: functions that Python binds to the object before the dot.
"""Layers of torch.nn.functional that are one operator each, or few.

Variables and ordinary numbers go straight to the operator; everything else goes to the
functions of the operator table, which say what does not fit.
"""
from libc.stdint cimport int64_t
from torchlike._C.quick_args cimport flag_of, int_of, is_tensor, is_variable, real_of, tensor_in
from torchlike._C.tensor_base cimport TensorBase, real_scalar
from torchlike._C.th cimport TH_LONG
from torchlike._C.variable cimport VariableBase
from torchlike._C.variable_ops cimport (
    first_batch_norm_ttWWbDD, v_clamp_min, v_div_T, v_embedding_LIb, v_norm_SIb,
)

from torchlike._C.tensor import nn_functions


cdef inline object plain(object o):
    """The tensor of a Variable, or the object itself."""
    return (<VariableBase>o).data_ if isinstance(o, VariableBase) else o


def batch_norm(
    input,
    running_mean,
    running_var,
    weight=None,
    bias=None,
    training=False,
    momentum=0.1,
    eps=1e-5,
):
    """Normalise every channel; see `torch.nn.BatchNorm1d`.

    Parameters
    ----------
    input : Variable of shape (N, C) or (N, C, *)
    running_mean, running_var : Tensor of shape (C), or None
        Updated in place while training, used otherwise.
    weight, bias : Variable of shape (C), optional
    training : bool, default: False
        Whether statistics are those of the batch.
    momentum : float, default: 0.1
    eps : float, default: 1e-5

    Returns
    -------
    Variable of the shape of `input`

    Raises
    ------
    ValueError
        If a channel has only one value in training.
    RuntimeError
        If the sizes do not fit.

    Examples
    --------
    >>> x = torch.Tensor([[1.0], [3.0]])
    >>> batch_norm(x, None, None, training=True).sum()
    0.0
    """
    cdef double share, least
    cdef bint train
    cdef TensorBase x
    if training and input.dim() >= 2 and input.numel() == input.size(1):
        raise ValueError(
            f"Expected more than 1 value per channel when training, got input size {list(input.size())}"
        )
    if isinstance(input, VariableBase):
        x = (<VariableBase>input).data_
        if (
            (weight is None or is_variable(weight, x)) and (bias is None or is_variable(bias, x))
            and (running_mean is None or is_tensor(plain(running_mean), x))
            and (running_var is None or is_tensor(plain(running_var), x))
            and flag_of(training, &train) and real_of(momentum, &share) and real_of(eps, &least)
        ):
            return first_batch_norm_ttWWbDD(
                <VariableBase>input, <VariableBase>weight, <VariableBase>bias, <TensorBase>plain(running_mean),
                <TensorBase>plain(running_var), train, share, least)
    return nn_functions["batch_norm"](
        input, weight, bias, running_mean, running_var, training, momentum, eps)[0]


def normalize(input, p=2, dim=1, eps=1e-12):
    """Divide by the p-norm along a dimension, ``x / max(|x|_p, eps)``.

    Parameters
    ----------
    input : Variable of any shape
    p : float, default: 2
    dim : int, default: 1
    eps : float, default: 1e-12

    Returns
    -------
    Variable of the shape of `input`

    Examples
    --------
    >>> normalize(torch.Tensor([[0, 4]])).tolist()
    [[0.0, 1.0]]
    """
    cdef double power, least
    cdef int64_t along
    cdef VariableBase norm
    if isinstance(input, VariableBase) and real_of(p, &power) and int_of(dim, &along) and real_of(eps, &least):
        norm = v_norm_SIb(<VariableBase>input, real_scalar(power), along, True)
        return v_div_T(<VariableBase>input, v_clamp_min(norm, real_scalar(least)))
    return input / input.norm(p, dim, True).clamp(min=eps)


def embedding(
    input,
    embedding_matrix,
    max_norm=None,
    norm_type=2,
    scale_grad_by_freq=False,
    sparse=False,
    padding_idx=None,
):
    """The rows of a table that the input names; see `torch.nn.Embedding`.

    Parameters
    ----------
    input : Variable of LongTensor of any shape
        Row numbers, 0 <= i < V.
    embedding_matrix : Variable of shape (V, D)
    max_norm : float, optional
        Rows that are used are first scaled, in place, to at most this norm.
    norm_type : float, default: 2
    scale_grad_by_freq : bool, default: False
        Whether a row's gradient is divided by how often it occurs in the input.
    sparse : bool, default: False
        Only False: gradients are dense.
    padding_idx : int, optional
        Row that gets no gradient; negative ones count from the end.

    Returns
    -------
    Variable of shape (*, D)

    Raises
    ------
    NotImplementedError
        If `sparse` is true.
    ValueError
        If `padding_idx` is out of range.
    IndexError, RuntimeError
        If a row number is out of range.

    Examples
    --------
    >>> embedding(torch.LongTensor([[1, 0]]), torch.eye(2)).tolist()
    [[[0.0, 1.0], [1.0, 0.0]]]
    """
    cdef bint by_frequency
    cdef TensorBase rows = tensor_in(input, TH_LONG)
    if (
        rows is not None and padding_idx is None and max_norm is None and not sparse
        and isinstance(embedding_matrix, VariableBase) and flag_of(scale_grad_by_freq, &by_frequency)
    ):
        return v_embedding_LIb(<VariableBase>embedding_matrix, rows, -1, by_frequency)
    if sparse:
        raise NotImplementedError("embedding: sparse gradients are not supported")
    count = embedding_matrix.size(0)
    if padding_idx is None:
        padding_idx = -1
    elif not -count <= padding_idx < count:
        raise ValueError(f"padding_idx must be within the {count} rows, but got {padding_idx}")
    elif padding_idx < 0:
        padding_idx += count
    indices = plain(input)
    if max_norm is not None:
        nn_functions["embedding_renorm_"](plain(embedding_matrix), indices, max_norm, norm_type)
    return nn_functions["embedding"](embedding_matrix, indices, padding_idx, scale_grad_by_freq)
