# cython: binding=True
# These are class attributes too: functions that Python binds to the object before the dot.
"""Activation functions of torch.nn.functional.

A Variable and ordinary numbers go straight to the operator; everything else goes to the
functions of the operator table, which say what does not fit.
"""
from libc.stdint cimport int64_t
from torchlike._C.quick_args cimport int_of, is_variable, real_of
from torchlike._C.variable cimport VariableBase
from torchlike._C.variable_ops cimport (
    v_elu_DD, v_elu_DD_, v_hardshrink_D, v_hardtanh_DD, v_hardtanh_DD_, v_leaky_relu_D, v_leaky_relu_D_,
    v_log_sigmoid, v_log_softmax_I, v_neg, v_prelu_T, v_relu, v_relu_, v_softmax_I, v_softplus_DD, v_softshrink_D,
    v_threshold_DD, v_threshold_DD_,
)

import warnings

from torchlike._C.tensor import nn_functions

# The constants of self-normalising networks, to double precision.
SELU_ALPHA = 1.6732632423543772848170429916717
SELU_SCALE = 1.0507009873554804934193349852946
cdef double selu_alpha = SELU_ALPHA
cdef double selu_scale = SELU_SCALE


cdef inline object of_table(str name, inplace):
    return nn_functions[name + "_" if inplace else name]


def threshold(input, threshold, value, inplace=False):
    """``x if x > threshold else value``, element by element.

    Parameters
    ----------
    input : Variable of any shape
    threshold, value : float
    inplace : bool, default: False

    Returns
    -------
    Variable of the shape of `input`

    Examples
    --------
    >>> threshold(torch.Tensor([1, 5]), 2, 0).tolist()
    [0.0, 5.0]
    """
    cdef double limit, other
    if isinstance(input, VariableBase) and real_of(threshold, &limit) and real_of(value, &other):
        if inplace:
            return v_threshold_DD_(<VariableBase>input, limit, other)
        return v_threshold_DD(<VariableBase>input, limit, other)
    return of_table("threshold", inplace)(input, threshold, value)


def relu(input, inplace=False):
    """max(0, x), element by element.

    Parameters
    ----------
    input : Variable of any shape
    inplace : bool, default: False

    Returns
    -------
    Variable of the shape of `input`

    Examples
    --------
    >>> relu(torch.Tensor([-1, 5])).tolist()
    [0.0, 5.0]
    """
    if isinstance(input, VariableBase):
        return v_relu_(<VariableBase>input) if inplace else v_relu(<VariableBase>input)
    return of_table("relu", inplace)(input)


def hardtanh(input, min_val=-1.0, max_val=1.0, inplace=False):
    """``min(max(x, min_val), max_val)``.

    Parameters
    ----------
    input : Variable of any shape
    min_val, max_val : float, default: -1 and 1
    inplace : bool, default: False

    Returns
    -------
    Variable of the shape of `input`

    Examples
    --------
    >>> hardtanh(torch.Tensor([-2, 0.5, 3])).tolist()
    [-1.0, 0.5, 1.0]
    """
    cdef double least, most
    if isinstance(input, VariableBase) and real_of(min_val, &least) and real_of(max_val, &most):
        if inplace:
            return v_hardtanh_DD_(<VariableBase>input, least, most)
        return v_hardtanh_DD(<VariableBase>input, least, most)
    return of_table("hardtanh", inplace)(input, min_val, max_val)


def relu6(input, inplace=False):
    """``min(max(x, 0), 6)``.

    Parameters
    ----------
    input : Variable of any shape
    inplace : bool, default: False

    Returns
    -------
    Variable of the shape of `input`

    Examples
    --------
    >>> relu6(torch.Tensor([-2, 4, 8])).tolist()
    [0.0, 4.0, 6.0]
    """
    return hardtanh(input, 0, 6, inplace)


def elu(input, alpha=1.0, inplace=False):
    """``max(0, x) + min(0, alpha * (exp(x) - 1))``.

    Parameters
    ----------
    input : Variable of any shape
    alpha : float, default: 1
    inplace : bool, default: False

    Returns
    -------
    Variable of the shape of `input`

    Examples
    --------
    >>> elu(torch.Tensor([0, 2])).tolist()
    [0.0, 2.0]
    """
    cdef double below
    if isinstance(input, VariableBase) and real_of(alpha, &below):
        return v_elu_DD_(<VariableBase>input, below, 1) if inplace else v_elu_DD(<VariableBase>input, below, 1)
    return of_table("elu", inplace)(input, alpha)


def selu(input, inplace=False):
    """``scale * (max(0, x) + min(0, alpha * (exp(x) - 1)))``; see `torch.nn.SELU`.

    Parameters
    ----------
    input : Variable of any shape
    inplace : bool, default: False

    Returns
    -------
    Variable of the shape of `input`

    Examples
    --------
    >>> round(selu(torch.ones(1))[0], 4)
    1.0507
    """
    if isinstance(input, VariableBase):
        if inplace:
            return v_elu_DD_(<VariableBase>input, selu_alpha, selu_scale)
        return v_elu_DD(<VariableBase>input, selu_alpha, selu_scale)
    return of_table("elu", inplace)(input, SELU_ALPHA, SELU_SCALE)


def leaky_relu(input, negative_slope=0.01, inplace=False):
    """``max(0, x) + negative_slope * min(0, x)``.

    Parameters
    ----------
    input : Variable of any shape
    negative_slope : float, default: 0.01
    inplace : bool, default: False

    Returns
    -------
    Variable of the shape of `input`

    Raises
    ------
    ValueError
        If the slope is negative in place: the gradient needs the sign of the input.

    Examples
    --------
    >>> leaky_relu(torch.Tensor([-2, 2]), 0.5).tolist()
    [-1.0, 2.0]
    """
    cdef double slope
    if isinstance(input, VariableBase) and real_of(negative_slope, &slope) and slope >= 0:
        if inplace:
            return v_leaky_relu_D_(<VariableBase>input, slope)
        return v_leaky_relu_D(<VariableBase>input, slope)
    if negative_slope < 0:
        if inplace:
            raise ValueError(f"leaky_relu in place needs a negative_slope of at least 0, but got {negative_slope}")
        return relu(input) - relu(-input) * negative_slope
    return of_table("leaky_relu", inplace)(input, negative_slope)


def logsigmoid(input):
    """``log(1 / (1 + exp(-x)))``, without overflow.

    Parameters
    ----------
    input : Variable of any shape

    Returns
    -------
    Variable of the shape of `input`

    Examples
    --------
    >>> round(logsigmoid(torch.zeros(1))[0], 4)
    -0.6931
    """
    if isinstance(input, VariableBase):
        return v_log_sigmoid(<VariableBase>input)
    return nn_functions["log_sigmoid"](input)


def hardshrink(input, lambd=0.5):
    """``x`` where ``|x| > lambd``, else 0.

    Parameters
    ----------
    input : Variable of any shape
    lambd : float, default: 0.5

    Returns
    -------
    Variable of the shape of `input`

    Examples
    --------
    >>> hardshrink(torch.Tensor([-0.25, 2])).tolist()
    [0.0, 2.0]
    """
    cdef double limit
    if isinstance(input, VariableBase) and real_of(lambd, &limit):
        return v_hardshrink_D(<VariableBase>input, limit)
    return nn_functions["hardshrink"](input, lambd)


def softshrink(input, lambd=0.5):
    """``x - lambd`` above lambd, ``x + lambd`` below -lambd, else 0.

    Parameters
    ----------
    input : Variable of any shape
    lambd : float, default: 0.5

    Returns
    -------
    Variable of the shape of `input`

    Examples
    --------
    >>> softshrink(torch.Tensor([-0.25, 2])).tolist()
    [0.0, 1.5]
    """
    cdef double limit
    if isinstance(input, VariableBase) and real_of(lambd, &limit):
        return v_softshrink_D(<VariableBase>input, limit)
    return nn_functions["softshrink"](input, lambd)


def softplus(input, beta=1, threshold=20):
    """``log(1 + exp(beta * x)) / beta``, and ``x`` where ``beta * x > threshold``.

    Parameters
    ----------
    input : Variable of any shape
    beta : float, default: 1
    threshold : float, default: 20

    Returns
    -------
    Variable of the shape of `input`

    Examples
    --------
    >>> round(softplus(torch.zeros(1))[0], 4)
    0.6931
    """
    cdef double steepness, limit
    if isinstance(input, VariableBase) and real_of(beta, &steepness) and real_of(threshold, &limit):
        return v_softplus_DD(<VariableBase>input, steepness, limit)
    return nn_functions["softplus"](input, beta, threshold)


def prelu(input, weight):
    """``max(0, x) + weight * min(0, x)`` with a learnt weight.

    Parameters
    ----------
    input : Variable of any shape, or (N, C, *) for one weight a channel
    weight : Variable of shape (1) or (C)

    Returns
    -------
    Variable of the shape of `input`

    Raises
    ------
    RuntimeError
        If there are neither one nor C weights.

    Examples
    --------
    >>> prelu(torch.Tensor([-2, 2]), torch.Tensor([0.25])).tolist()
    [-0.5, 2.0]
    """
    if isinstance(input, VariableBase) and is_variable(weight, (<VariableBase>input).data_):
        return v_prelu_T(<VariableBase>input, <VariableBase>weight)
    return nn_functions["prelu"](input, weight)


# -------------------------------------------------------------------------------------- along a dimension

def implicit_dim(name, ndim, stacklevel):
    """The dimension that old code meant, with a warning at its line."""
    warnings.warn(
        f"Implicit dimension choice for {name} has been deprecated. "
        "Change the call to include dim=X as an argument.",
        stacklevel=stacklevel,
    )
    return 0 if ndim in (0, 1, 3) else 1


def softmax(input, dim=None, _stacklevel=3):
    """``exp(x) / sum(exp(x))`` along a dimension.

    Parameters
    ----------
    input : Variable of any shape
    dim : int, optional
        Without it 0 for 1-D and 3-D inputs, else 1, with a warning.

    Returns
    -------
    Variable of the shape of `input`

    Raises
    ------
    RuntimeError
        If there is no such dimension.

    Examples
    --------
    >>> softmax(torch.zeros(4), dim=0).tolist()
    [0.25, 0.25, 0.25, 0.25]
    """
    cdef int64_t along
    if dim is None:
        dim = implicit_dim("softmax", input.dim(), _stacklevel - 2)
    if isinstance(input, VariableBase) and int_of(dim, &along):
        return v_softmax_I(<VariableBase>input, along)
    return nn_functions["softmax"](input, dim)


def softmin(input, dim=None, _stacklevel=3):
    """`softmax` of the negative input.

    Parameters
    ----------
    input : Variable of any shape
    dim : int, optional
        Without it 0 for 1-D and 3-D inputs, else 1, with a warning.

    Returns
    -------
    Variable of the shape of `input`

    Raises
    ------
    RuntimeError
        If there is no such dimension.

    Examples
    --------
    >>> softmin(torch.zeros(4), dim=0).tolist()
    [0.25, 0.25, 0.25, 0.25]
    """
    cdef int64_t along
    if dim is None:
        dim = implicit_dim("softmin", input.dim(), _stacklevel - 2)
    if isinstance(input, VariableBase) and int_of(dim, &along):
        return v_softmax_I(v_neg(<VariableBase>input), along)
    return nn_functions["softmax"](-input, dim)


def log_softmax(input, dim=None, _stacklevel=3):
    """Logarithm of `softmax`, computed without overflow.

    Parameters
    ----------
    input : Variable of any shape
    dim : int, optional
        Without it 0 for 1-D and 3-D inputs, else 1, with a warning.

    Returns
    -------
    Variable of the shape of `input`

    Raises
    ------
    RuntimeError
        If there is no such dimension.

    Examples
    --------
    >>> log_softmax(torch.zeros(1), dim=0).tolist()
    [0.0]
    """
    cdef int64_t along
    if dim is None:
        dim = implicit_dim("log_softmax", input.dim(), _stacklevel - 2)
    if isinstance(input, VariableBase) and int_of(dim, &along):
        return v_log_softmax_I(<VariableBase>input, along)
    return nn_functions["log_softmax"](input, dim)
