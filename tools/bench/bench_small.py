"""Operators on 5x5 tensors: what a call costs, not its arithmetic."""

import torch
from timing import Item, data

_SMALL = (
    "a + b",
    "a + 1.5",
    "a * b",
    "-a",
    "a.add(b)",
    "a.add_(b)",
    "a.mul_(1.0)",
    "torch.add(a, b)",
    "torch.add(a, b, out=c)",
    "a + row",
    "a.t() + b",
    "a > b",
    "a.view(25)",
    "a.t()",
    "a.transpose(0, 1)",
    "a.expand(5, 5)",
    "a.unsqueeze(0)",
    "a.clone()",
    "a.fill_(1.0)",
    "a[0]",
    "a[1:3]",
    "a[1, 2]",
    "a[:, 1]",
    "a[1] = 0.5",
    "torch.zeros(3, 3)",
    "torch.FloatTensor(3, 3)",
    "torch.cat([a, b], 0)",
)
_MATH = (
    "a.sum()",
    "a.sum(1)",
    "a.mean()",
    "a.max(1)",
    "a.exp()",
    "a.tanh()",
    "torch.sigmoid(a)",
    "a.mm(b)",
    "torch.matmul(a, b)",
)
# These do next to nothing in both libraries.
_TRIVIAL = ("a.size()", "a.size(0)", "a.dim()", "a.contiguous()")

ITEMS = [
    *(Item(statement, "small") for statement in _SMALL),
    *(Item(statement, "math") for statement in _MATH),
    *(Item(statement, "given") for statement in _TRIVIAL),
]


def setup():
    return {
        "torch": torch,
        "a": data(5, 5),
        "b": data(5, 5).mul_(0.001),
        "c": data(5, 5),
        "row": data(5),
    }
