"""Matrix products from 64 to 2048."""

import torch
from timing import Item, data

_SIZES = (64, 128, 256, 512, 1024, 2048)

ITEMS = [
    *(
        Item(
            f"mm {n}",
            "gemm",
            f"torch.mm(a{n}, b{n}, out=c{n})",
            numpy=f"np.matmul(a{n}, b{n}, out=c{n})",
            flops=2 * n**3,
        )
        for n in _SIZES
    ),
    *(
        Item(
            f"mm {n}, transposed",
            "gemm",
            f"a{n}.t().mm(b{n})",
            numpy=f"a{n}.T @ b{n}",
            flops=2 * n**3,
        )
        for n in _SIZES[::2]
    ),
]


def setup():
    namespace = {"torch": torch}
    for n in _SIZES:
        for letter in "abc":
            namespace[f"{letter}{n}"] = data(n, n)
    return namespace
