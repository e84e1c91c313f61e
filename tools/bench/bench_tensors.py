"""Operators on large tensors beyond arithmetic: order, indices, reductions, chance."""

import random

import torch
from timing import Item, data

_COUNT = 1 << 20
_SIDE = 1 << 10
_ROWS, _COLUMNS = 50000, 256
_SIZES = (256, 512)

# Statement and what NumPy does for it, where it has that.
_ORDER = {
    "A.sort()": "np.sort(A), np.argsort(A)",
    "M.sort(1)": "np.sort(M, 1), np.argsort(M, 1)",
    "M.sort(0)": "np.sort(M, 0), np.argsort(M, 0)",
    "L.sort()": "np.sort(L), np.argsort(L)",
    "A.topk(10)": "np.argpartition(A, -10)",
    "A.topk(1000)": "np.argpartition(A, -1000)",
    "M.topk(10, 1)": "np.argpartition(M, -10, 1)",
    "M.topk(10, 0)": "np.argpartition(M, -10, 0)",
    "A.median()": "np.median(A)",
    "A.kthvalue(1000)": "np.argpartition(A, 1000)",
    "M.median(1)": "np.median(M, 1)",
    "A.mode(0)": None,
    "torch.histc(A, 100)": "np.histogram(A, 100)",
}
_SCAN = {
    "A.cumsum(0)": "np.cumsum(A)",
    "M.cumsum(0)": "np.cumsum(M, 0)",
    "M.cumsum(1)": "np.cumsum(M, 1)",
    "M.cumprod(1)": "np.cumprod(M, 1)",
}
_INDEX = {
    "E.index_select(0, rows)": "np.take(E, rows, 0)",
    "E.index_select(1, columns)": "np.take(E, columns, 1)",
    "E.t().index_select(1, rows)": "np.take(E.T, rows, 1)",
    "E.index_add_(0, rows, V)": None,
    "E.index_add_(1, columns, V)": None,
    "E.index_copy_(0, shuffled, V)": None,
    "E.index_fill_(0, rows, 0.5)": "E.__setitem__(rows, 0.5)",
    "E[rows]": "E[rows]",
    "E[rows, rows_of_columns]": "E[rows, rows_of_columns]",
    "E.__setitem__(shuffled, V)": "E.__setitem__(shuffled, V)",
    "E.gather(0, across)": "np.take_along_axis(E, across, 0)",
    "E.gather(1, along)": "np.take_along_axis(E, along, 1)",
    "E.scatter_(0, across, V)": "np.put_along_axis(E, across, V, 0)",
    "E.scatter_(1, along, V)": "np.put_along_axis(E, along, V, 1)",
    "E.scatter_add_(0, across, V)": None,
    "E.scatter_add_(1, along, V)": None,
    "A.take(places)": "np.take(A, places)",
    "Z.put_(places, B)": "np.put(Z, places, B)",
    "A.nonzero()": "np.nonzero(A)",
    "mask.nonzero()": "np.nonzero(mask)",
    "M.nonzero()": "np.argwhere(M)",
    "A.masked_select(mask)": "A[mask.view(bool)]",
    "Z.masked_fill_(mask, 0.5)": "np.putmask(Z, mask.view(bool), 0.5)",
    "Z.masked_scatter_(mask, B)": "np.place(Z, mask.view(bool), B)",
}
_MOVE = {
    "torch.cat(eight, 0)": "np.concatenate(eight, 0)",
    "torch.cat(eight, 1)": "np.concatenate(eight, 1)",
    "torch.stack(eight, 0)": "np.stack(eight, 0)",
    "A.double()": "A.astype(np.float64)",
    "A.int()": "A.astype(np.int32)",
    "A.long()": "A.astype(np.int64)",
    "P.byte()": "P.astype(np.uint8)",
    "D.float()": "D.astype(np.float32)",
    "D.long()": "D.astype(np.int64)",
    "I.float()": "I.astype(np.float32)",
    "I.long()": "I.astype(np.int64)",
    "L.float()": "L.astype(np.float32)",
    "L.int()": "L.astype(np.int32)",
    "mask.float()": "mask.astype(np.float32)",
    "mask.long()": "mask.astype(np.int64)",
    "W.copy_(M.t())": "np.copyto(W, M.T)",
    "torch.arange(0, count)": "np.arange(0, count, dtype=np.float32)",
    "torch.linspace(0, 1, count)": "np.linspace(0, 1, count, dtype=np.float32)",
    "torch.eye(side)": "np.eye(side, dtype=np.float32)",
    "M.tril()": "np.tril(M)",
    "M.diag()": "np.diag(M).copy()",
}
_REDUCE = {
    **{
        f"M.{name}({dim})": f"M.{name}({dim})"
        for name in ("sum", "mean", "max", "min", "prod", "std", "var")
        for dim in ("", 0, 1)
    },
    "M.norm()": "np.linalg.norm(M)",
    "M.norm(2, 0)": "np.linalg.norm(M, 2, 0)",
    "M.norm(2, 1)": "np.linalg.norm(M, 2, 1)",
    "M.norm(1, 1)": "np.linalg.norm(M, 1, 1)",
    "D.sum()": "D.sum()",
    "L.sum()": "L.sum()",
    "torch.dot(A, B)": "np.dot(A, B)",
    "(M - M.max(1, True)[0]).exp().sum(1)": "np.exp(M - M.max(1)[:, None]).sum(1)",
    "(M - M.max(0, True)[0]).exp().sum(0)": "np.exp(M - M.max(0)).sum(0)",
    "F.softmax(M, 1)": None,
    "F.softmax(M, 0)": None,
    "F.log_softmax(M, 1)": None,
}
_RANDOM = {
    "torch.randn(count)": "np.random.standard_normal(count)",
    "torch.rand(count)": "np.random.random_sample(count)",
    "Z.uniform_()": "np.random.random_sample(count)",
    "Z.normal_()": "np.random.standard_normal(count)",
    "Z.bernoulli_(0.5)": "np.random.binomial(1, 0.5, count)",
    "Z.exponential_()": "np.random.standard_exponential(count)",
    "Z.random_()": "np.random.randint(0, 1 << 24, count)",
    "Z.random_(0, 1000)": "np.random.randint(0, 1000, count)",
    "torch.randperm(count)": "np.random.permutation(count)",
    "torch.multinomial(P1000, 1000, True)": None,
}
_PRODUCT = {
    "X.bmm(Y)": "X @ Y",
    "torch.baddbmm(X, X, Y)": "X + X @ Y",
    "S.mv(row)": "S @ row",
    "S.t().mv(row)": "S.T @ row",
    "row.ger(row)": "np.outer(row, row)",
    "I512.mm(I512)": "I512 @ I512",
    "L256.mm(L256)": "L256 @ L256",
    "B256.mm(B256)": "B256 @ B256",
    "D512.mm(D512)": "D512 @ D512",
}
_LAPACK = {
    "inverse(G{})": "np.linalg.inv(G{})",
    "svd(G{})": "np.linalg.svd(G{}, full_matrices=False)",
    "qr(G{})": "np.linalg.qr(G{})",
    "symeig(H{})": "np.linalg.eigh(H{})",
    "gesv(G{0}, G{0})": "np.linalg.solve(G{0}, G{0})",
    "potrf(H{})": "np.linalg.cholesky(H{})",
}
_POINTWISE = {
    "A.pow(2)": "A**2",
    "P.pow(2.5)": "P**2.5",
    "P.pow(B)": "P**B",
    "A.sqrt()": "np.sqrt(A)",
    "A.abs()": "np.abs(A)",
    "A.clamp(-0.5, 0.5)": "np.clip(A, -0.5, 0.5)",
    "A > B": "A > B",
    "A == B": "A == B",
    "torch.max(A, B)": "np.maximum(A, B)",
    "A / B": "A / B",
    "A.fmod(0.3)": "np.fmod(A, np.float32(0.3))",
    "A.remainder(0.3)": "np.remainder(A, np.float32(0.3))",
    "torch.fmod(A, B)": "np.fmod(A, B)",
    "A.sin()": "np.sin(A)",
    "A.cos()": "np.cos(A)",
    "A.tan()": "np.tan(A)",
    "A.asin()": "np.arcsin(A)",
    "A.acos()": "np.arccos(A)",
    "A.atan()": "np.arctan(A)",
    "torch.atan2(A, B)": "np.arctan2(A, B)",
    "A.sinh()": "np.sinh(A)",
    "A.cosh()": "np.cosh(A)",
    "A.log1p()": "np.log1p(A)",
    "A.erf()": None,
    "A.floor()": "np.floor(A)",
    "A.round()": "np.round(A)",
    "A.sign()": "np.sign(A)",
    "A.addcmul(A, B)": None,
    "D.exp()": "np.exp(D)",
    "D.log1p()": "np.log1p(D)",
    "D.tanh()": "np.tanh(D)",
    "D.sin()": "np.sin(D)",
    "D.atan()": "np.arctan(D)",
    "L * L": "L * L",
    "M + row1": "M + row1",
    "M + column": "M + column",
    "column + row1": "column + row1",
    "torch.mul(M, column, out=Q)": "np.multiply(M, column, out=Q)",
}

ITEMS = [
    *(
        Item(name, "operator", numpy=table[name])
        for table in (_ORDER, _SCAN, _INDEX, _MOVE, _REDUCE, _RANDOM, _PRODUCT)
        for name in table
    ),
    *(
        Item(name.format(n), "operator", numpy=_LAPACK[name].format(n))
        for name in _LAPACK
        for n in _SIZES
    ),
    *(Item(name, "operator", numpy=_POINTWISE[name]) for name in _POINTWISE),
]


def _indices(count, limit):
    """Return a LongTensor of numbers below `limit`."""
    numbers = random.Random(2018)
    return torch.LongTensor([numbers.randrange(limit) for _ in range(count)])


def _factorisations():
    """Return what 0.3 calls inverse, svd, ... under the names of either library."""
    if not hasattr(torch, "linalg"):
        names = ("inverse", "svd", "qr", "gesv", "potrf")
        functions = {name: getattr(torch, name) for name in names}
        functions["symeig"] = lambda a: torch.symeig(a, True)
        return functions
    linalg = torch.linalg
    return {
        "inverse": linalg.inv,
        "svd": lambda a: linalg.svd(a, full_matrices=False),
        "qr": linalg.qr,
        "gesv": lambda b, a: linalg.solve(a, b),
        "potrf": linalg.cholesky,
        "symeig": linalg.eigh,
    }


def setup():
    a = data(_COUNT, period=_COUNT)
    # Numbers of the matrix with 50000 rows, and indices into it along either dimension.
    wide = _indices(_COLUMNS, _ROWS), _indices(_ROWS, _COLUMNS)
    across = wide[0].unsqueeze(0).expand(_ROWS, _COLUMNS).contiguous()
    shift = torch.LongTensor(range(_ROWS)).unsqueeze(1).expand(_ROWS, _COLUMNS)
    order = list(range(_ROWS))
    random.Random(2019).shuffle(order)
    namespace = {
        "torch": torch,
        "F": torch.nn.functional,
        "count": _COUNT,
        "side": _SIDE,
        "A": a,
        "B": data(_COUNT),
        "P": data(_COUNT, low=0.1, high=10.0),
        "D": a.double(),
        "I": (a * 1e6).int(),
        "L": (a * 1e9).long(),
        "Z": a.clone(),
        "M": a.clone().view(_SIDE, _SIDE),
        "mask": a > 0,
        "places": _indices(_COUNT, _COUNT),
        "P1000": data(1000, low=0.1, high=10.0),
        "E": data(_ROWS, _COLUMNS),
        "V": data(_ROWS, _COLUMNS),
        "rows": _indices(_ROWS, _ROWS),
        "rows_of_columns": wide[1],
        "columns": _indices(_COLUMNS, _COLUMNS),
        "shuffled": torch.LongTensor(order),
        "across": (across + shift) % _ROWS,
        "along": ((across + shift) % _COLUMNS).contiguous(),
        "eight": [data(_SIDE, _SIDE) for _ in range(8)],
        "X": data(32, 128, 128),
        "Y": data(32, 128, 128),
        "S": data(4096, 4096),
        "Q": data(_SIDE, _SIDE),
        "W": data(_SIDE, _SIDE).double(),
        "I512": (data(512, 512) * 100).int(),
        "L256": (data(256, 256) * 100).long(),
        "B256": (data(256, 256) * 100).byte(),
        "D512": data(512, 512).double(),
        "row": data(4096),
        "row1": data(_SIDE),
        "column": data(_SIDE, 1),
        **_factorisations(),
    }
    for n in _SIZES:
        namespace[f"G{n}"] = g = data(n, n)
        namespace[f"H{n}"] = g.mm(g.t()) + torch.eye(n)
    return namespace
