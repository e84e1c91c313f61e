"""Automatic differentiation: Variables, backward, user-defined Functions."""

from torchlike._C.engine import run_backward as _run_backward

from . import function, profiler, variable
from .function import Function, once_differentiable
from .gradcheck import gradcheck, gradgradcheck
from .variable import Variable

__all__ = [
    "Function",
    "Variable",
    "backward",
    "function",
    "grad",
    "gradcheck",
    "gradgradcheck",
    "once_differentiable",
    "profiler",
    "variable",
]


def _as_tuple(values, names):
    """A tuple of Variables, or of gradients, from one of them or a sequence."""
    if isinstance(values, Variable) or values is None:
        return (values,)
    if isinstance(values, (tuple, list)):
        return tuple(values)
    if names is None:
        return (values,)
    raise TypeError(
        f"{names} should be a Variable or a sequence of them, but got "
        f"{type(values).__name__}"
    )


def _gradients(given, count):
    """One gradient, perhaps None, for each of ``count`` outputs."""
    return (None,) * count if given is None else _as_tuple(given, None)


def backward(
    variables,
    grad_variables=None,
    retain_graph=None,
    create_graph=None,
    retain_variables=None,
):
    """Add the gradients of a sum of Variables to the ``grad`` of their leaves.

    Parameters
    ----------
    variables : Variable or sequence of Variable
        What is differentiated.
    grad_variables : sequence of Tensor, Variable or None, optional
        For each variable the gradient to start with, of the same size; may be None for
        one with a single element, where it is 1.
    retain_graph : bool, default: create_graph
        Keep the graph for another backward.
    create_graph : bool, optional
        Record the computation of the gradients, for higher derivatives. Default: False,
        unless a gradient is a Variable that is not volatile.
    retain_variables : bool, optional
        Old name of ``retain_graph``.

    Raises
    ------
    RuntimeError
        If a variable needs no gradient, is volatile, or its gradient has another type
        or size.

    Examples
    --------
    >>> x = Variable(torch.ones(2), requires_grad=True)
    >>> backward([(x * 3).sum()])
    >>> x.grad.data.sum()
    6.0
    """
    variables = _as_tuple(variables, "variables")
    gradients = _gradients(grad_variables, len(variables))
    if retain_graph is None:
        retain_graph = retain_variables
    _run_backward(variables, gradients, retain_graph, create_graph)


def grad(
    outputs,
    inputs,
    grad_outputs=None,
    retain_graph=None,
    create_graph=None,
    only_inputs=True,
    allow_unused=False,
):
    """Return the gradients of a sum of outputs with respect to inputs.

    Parameters
    ----------
    outputs : Variable or sequence of Variable
    inputs : Variable or sequence of Variable
        Leaves or results of operations; their ``grad`` is left alone.
    grad_outputs : sequence of Tensor, Variable or None, optional
        For each output the gradient to start with; None: 1.
    retain_graph : bool, default: create_graph
        Keep the graph for another backward.
    create_graph : bool, optional
        Record the computation, so that the result can be differentiated. Default:
        False, unless a gradient is a Variable that is not volatile.
    only_inputs : bool, default: True
        False: the other leaves get their gradients added to ``grad``.
    allow_unused : bool, default: False
        Return None for an input that the outputs do not depend on, instead of an error.

    Returns
    -------
    tuple of Variable
        One gradient, of the input's size, for each input.

    Raises
    ------
    RuntimeError
        If an input needs no gradient or was not used.

    Examples
    --------
    >>> x = Variable(torch.ones(2), requires_grad=True)
    >>> dx, = grad((x * x).sum(), x)
    >>> dx.data.sum()
    4.0
    """
    outputs = _as_tuple(outputs, "outputs")
    gradients = _gradients(grad_outputs, len(outputs))
    return _run_backward(
        outputs,
        gradients,
        retain_graph,
        create_graph,
        _as_tuple(inputs, "inputs"),
        only_inputs,
        allow_unused,
    )
