"""Element-wise operators on 16M floats, and 4096x4096 transposed: memory at work."""

import torch
from timing import Item, data

# Statement and what NumPy does for it, where it has that.
_ITEMS = {
    "allocated": {
        "A + B": "A + B",
        "A * B": "A * B",
        "A + 1.5": "A + np.float32(1.5)",
        "-A": "-A",
    },
    "given": {
        "torch.add(A, B, out=C)": "np.add(A, B, out=C)",
        "torch.mul(A, B, out=C)": "np.multiply(A, B, out=C)",
        "C.add_(B)": "np.add(C, B, out=C)",
        "C.fill_(1.0)": "C.fill(1.0)",
        "C.copy_(A)": "np.copyto(C, A)",
        "A.sum()": "A.sum()",
        "S.sum(0)": "S.sum(0)",
        "S.sum(1)": "S.sum(1)",
        "A.max()": "A.max()",
    },
    "transcendental": {
        "A.exp()": "np.exp(A)",
        "A.tanh()": "np.tanh(A)",
        "P.log()": "np.log(P)",
        "torch.exp(A, out=C)": "np.exp(A, out=C)",
        "torch.tanh(A, out=C)": "np.tanh(A, out=C)",
        "torch.log(P, out=C)": "np.log(P, out=C)",
        "torch.sigmoid(A)": None,
    },
    "transposed": {
        "S.t().contiguous()": "np.ascontiguousarray(S.T)",
        "S.t() + T": "S.T + T",
        "T.copy_(S.t())": "np.copyto(T, S.T)",
    },
}

ITEMS = [
    Item(name, target, numpy=numpy)
    for target, statements in _ITEMS.items()
    for name, numpy in statements.items()
]


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
