"""Element-wise operators on 16M floats, and 4096x4096 transposed: memory at work."""

import torch
from timing import Item, data

_ITEMS = {
    "allocated": ("A + B", "A * B", "A + 1.5", "-A"),
    "given": (
        "torch.add(A, B, out=C)",
        "torch.mul(A, B, out=C)",
        "C.add_(B)",
        "C.fill_(1.0)",
        "C.copy_(A)",
        "A.sum()",
        "S.sum(0)",
        "S.sum(1)",
        "A.max()",
    ),
    "transcendental": (
        "A.exp()",
        "A.tanh()",
        "P.log()",
        "torch.exp(A, out=C)",
        "torch.tanh(A, out=C)",
        "torch.log(P, out=C)",
        "torch.sigmoid(A)",
    ),
    "transposed": ("S.t().contiguous()", "S.t() + T", "T.copy_(S.t())"),
}

ITEMS = [Item(name, target) for target in _ITEMS for name in _ITEMS[target]]


def setup():
    count, side = 1 << 24, 1 << 12
    return {
        "torch": torch,
        "A": data(count),
        "B": data(count),
        "C": data(count),
        "P": data(count, low=0.1, high=10.0),
        "S": data(side, side),
        "T": data(side, side),
    }
