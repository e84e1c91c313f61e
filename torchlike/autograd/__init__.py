"""Automatic differentiation: Variables, backward, user-defined Functions."""

from torchlike._C.backward import grad, run_backward as _run_backward
from torchlike._C.variable import retained as _retained

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
        Old name of ``retain_graph``, with a warning.

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
    if retain_variables is not None:
        retain_graph = _retained(retain_graph, retain_variables)
    _run_backward(variables, grad_variables, retain_graph, create_graph)
