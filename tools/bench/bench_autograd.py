"""Recording, the backward engine, and functions written in Python."""

import torch
from timing import Item, data
from torch.autograd import Function, Variable, grad

_DEPTH = 1000
# In PyTorch 2 every tensor is a Variable.
_MERGED = isinstance(torch.FloatTensor(1), Variable)

_RECORD = (
    "w + x",
    "w * x",
    "w + 1.5",
    "w.tanh()",
    "x.mm(w)",
    "w.view(25)",
    "w[0]",
    "((x * w).tanh() + b).sum()",
)
_BACKWARD = (
    "w.sum().backward()",
    "((x * w).tanh() + b).sum().backward()",
    "x.mm(w).tanh().sum().backward()",
    "(x.mm(w) + b).tanh().mm(w2).sum().backward()",
    "grad((w * x).sum(), w)",
    "penalty(w, x)",
)

ITEMS = [
    *(Item(statement, "record") for statement in _RECORD),
    *(Item(statement, "backward") for statement in _BACKWARD),
    Item("chain of 1000, per node: forward", "record", "chain(w)", per=_DEPTH),
    Item(
        "chain of 1000, per node: both",
        "backward",
        "chain(w).sum().backward()",
        per=_DEPTH,
    ),
    Item("Square.apply(w)", "function"),
    Item("Square.apply(w).sum().backward()", "function"),
]


class Square(Function):
    """x^2, as a user would write it."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors if _MERGED else ctx.saved_variables
        return grad_output * x * 2


def chain(x):
    """Return x plus `_DEPTH` times a small number."""
    for _ in range(_DEPTH):
        x = x + 0.001
    return x


def penalty(w, x):
    """The gradient of a gradient: create_graph."""
    (first,) = grad((w * x).tanh().sum(), w, create_graph=True)
    return grad((first * first).sum(), w)


def setup():
    def leaf():
        return Variable(data(5, 5), requires_grad=True)

    return {
        "grad": grad,
        "penalty": penalty,
        "chain": chain,
        "Square": Square,
        "torch": torch,
        "x": Variable(data(5, 5)),
        "w": leaf(),
        "w2": leaf(),
        "b": leaf(),
    }
