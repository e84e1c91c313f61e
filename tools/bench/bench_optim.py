"""Steps of optimisers."""

from timing import Item, data
from torch import nn, optim

_RATE = 1e-7  # small enough that thousands of steps leave the parameters as they were
_SIZES = {  # (parameters, elements of each): target
    (300, 100): "step",
    (300, 3500): "optim-300",  # of Adam
    (50, 10_000): "optim-50",
    (1, 5_000_000): "optim-large",
}
_KINDS = {
    "SGD": optim.SGD,
    "SGD momentum": lambda params, lr: optim.SGD(params, lr=lr, momentum=0.9),
    "Adam": optim.Adam,
    "RMSprop": optim.RMSprop,
    "Adagrad": optim.Adagrad,
    "Adadelta": optim.Adadelta,
    "Adamax": optim.Adamax,
    "ASGD": optim.ASGD,
    "Rprop": optim.Rprop,
}
_CASES = [
    (kind, size)
    for kind in _KINDS
    for size in _SIZES
    if kind == "Adam"
    or size == (50, 10_000)
    or (kind in ("SGD", "SGD momentum") and size != (300, 3500))
]


def _name(kind, size):
    return f"{kind}, {size[0]} x {size[1]}"


ITEMS = [
    Item(_name(kind, size), _SIZES[size], f"optimizers[{_name(kind, size)!r}].step()")
    for kind, size in _CASES
]


def _optimizer(kind, count, elements):
    parameters = [nn.Parameter(data(elements)) for _ in range(count)]
    for parameter in parameters:
        parameter.sum().backward()
    return _KINDS[kind](parameters, lr=_RATE)


def setup():
    return {
        "optimizers": {
            _name(kind, size): _optimizer(kind, *size) for kind, size in _CASES
        }
    }
