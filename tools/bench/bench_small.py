"""Operators on 5x5 tensors: what a call costs, not its arithmetic."""

import torch
from timing import Item, data

# Statement and what NumPy does for it, where it has that.
_SMALL = {
    "a + b": "a + b",
    "a + 1.5": "a + 1.5",
    "a * b": "a * b",
    "-a": "-a",
    "a.add(b)": "np.add(a, b)",
    "a.add_(b)": "np.add(a, b, a)",
    "a.mul_(1.0)": "np.multiply(a, 1.0, a)",
    "torch.add(a, b)": "np.add(a, b)",
    "torch.add(a, b, out=c)": "np.add(a, b, out=c)",
    "a + row": "a + row",
    "a.t() + b": "a.T + b",
    "a > b": "a > b",
    "a.view(25)": "a.reshape(25)",
    "a.t()": "a.T",
    "a.transpose(0, 1)": "a.swapaxes(0, 1)",
    "a.expand(5, 5)": None,
    "a.unsqueeze(0)": "a[None]",
    "a.clone()": "a.copy()",
    "a.fill_(1.0)": "a.fill(1.0)",
    "a[0]": "a[0]",
    "a[1:3]": "a[1:3]",
    "a[1, 2]": "a[1, 2]",
    "a[:, 1]": "a[:, 1]",
    "a[1] = 0.5": "a[1] = 0.5",
    "torch.zeros(3, 3)": "np.zeros((3, 3), np.float32)",
    "torch.FloatTensor(3, 3)": "np.empty((3, 3), np.float32)",
    "torch.cat([a, b], 0)": "np.concatenate([a, b], 0)",
}
_MATH = {
    "a.sum()": "a.sum()",
    "a.sum(1)": "a.sum(1)",
    "a.mean()": "a.mean()",
    "a.max(1)": "a.max(1), a.argmax(1)",
    "a.exp()": "np.exp(a)",
    "a.tanh()": "np.tanh(a)",
    "torch.sigmoid(a)": None,
    "a.mm(b)": "np.dot(a, b)",
    "torch.matmul(a, b)": "np.matmul(a, b)",
}
# These do next to nothing in both libraries.
_TRIVIAL = {
    "a.size()": "a.shape",
    "a.size(0)": "a.shape[0]",
    "a.dim()": "a.ndim",
    "a.contiguous()": "np.ascontiguousarray(a)",
}

ITEMS = [
    Item(name, target, numpy=numpy)
    for target, table in (("small", _SMALL), ("math", _MATH), ("given", _TRIVIAL))
    for name, numpy in table.items()
]


def setup():
    return {
        "torch": torch,
        "a": data(5, 5),
        "b": data(5, 5).mul_(0.001),
        "c": data(5, 5),
        "row": data(5),
    }
