"""Statements that call every operator of the table on a few numbers.

They are written with these names: `a`, `b`, `c` are 5 x 5 matrices between 0.1 and 0.9,
`row` has 5 elements, `batch` is 1 x 5 x 5, `n` holds integers; `x` stands for what an
in-place method changes. `names` makes them and whatever else the statements mention.
"""

import copy
import sys
from pathlib import Path

import torch
from timing import Item, data

ROOT = Path(__file__).resolve().parents[2]


def _lines(text):
    return [line.strip() for line in text.strip().splitlines()]


# Operators whose samples in the table do not suit both libraries, or whose arguments
# are the results of others.
BY_HAND = {
    "addbmm": ["a.addbmm(batch, batch)"],
    "btrifact": ["solvable.btrifact()"],
    "btrifact_with_info": [],
    "btrisolve": [],
    "clamp": ["a.clamp(0.2, 0.8)", "a.clamp(min=0.2)", "a.clamp(max=0.8)"],
    "cross": ["three.cross(three, 1)"],
    "expand": ["a.expand(5, 5)", "row.expand(5, 5)"],
    "geqrf": ["a.geqrf()"],
    "gels": ["b.gels(definite)"],
    "gesv": ["b.gesv(definite)"],
    "index_fill": ["x.index_fill_(1, index, 0.5)"],
    "inverse": ["definite.inverse()"],
    "masked_fill": ["x.masked_fill_(mask, 0.5)"],
    "masked_scatter": ["x.masked_scatter_(mask, b)"],
    "masked_select": ["a.masked_select(mask)"],
    "orgqr": ["a.orgqr(row)"],
    "ormqr": ["a.ormqr(row, b)"],
    "permute": ["a.permute(1, 0)"],
    "potrf": ["definite.potrf()"],
    "potri": ["factor.potri()"],
    "potrs": ["b.potrs(factor)"],
    "pstrf": [],
    "put": ["x.put_(index, three_numbers)"],
    "random": ["x.random_()", "x.random_(9)", "x.random_(2, 9)"],
    "squeeze": ["a.squeeze()", "batch.squeeze(0)"],
    "t": ["a.t()", "x.t_()"],
    "transpose": ["a.transpose(0, 1)", "x.transpose_(0, 1)"],
    "trtrs": ["b.trtrs(definite)"],
    "unsqueeze": ["a.unsqueeze(1)", "x.unsqueeze_(0).squeeze_(0)"],
    "view": ["a.view(25)", "a.view(-1, 5)"],
}
# Methods and functions that are not in the table.
BESIDE_THE_TABLE = _lines("""
    torch.cat((a, b))
    torch.stack((a, b))
    torch.matmul(a, b)
    a.matmul(b)
    a.matmul(row)
    batch.matmul(batch)
    a @ b
    a + b
    a - b
    a * b
    a / b
    a % b
    a ** 2
    -a
    a + 1.5
    1.5 - a
    1.5 / a
    a > b
    a == b
    a[0]
    a[0, 1]
    a[1:3]
    a[:, 1]
    a[..., 1]
    a[None]
    a[index]
    a[[0, 2]]
    a[mask]
    a.chunk(2)
    a.split(2)
    a.unbind()
    a.repeat(2, 2)
    a.expand_as(b)
    a.view_as(b)
    a.type_as(b)
    a.bernoulli()
    a.multinomial(2)
    a.size()
    a.size(0)
    a.dim()
    a.numel()
    a.is_contiguous()
    a.double()
    a.long()
    n.float()
    len(a)
""")
# Those that only tensors have, or whose cost is the same for Variables.
OF_TENSORS = _lines("""
    y = x; y += 0.5
    y = x; y *= 1.0
    x[1] = 0.5
    x[:, 1] = row
    x[0, 1] = 0.5
    x[index] = 0.5
    x[mask] = 0.5
    torch.FloatTensor(5, 5)
    torch.FloatTensor([1.0, 2.0, 3.0])
    torch.zeros(5, 5)
    torch.ones(5, 5)
    torch.rand(5, 5)
    torch.randn(5, 5)
    torch.eye(5)
    torch.arange(0, 5)
    torch.linspace(0, 1, 5)
    torch.logspace(0, 1, 5)
    torch.randperm(5)
    torch.zeros_like(a)
    torch.ones_like(a)
    torch.bernoulli(a)
    torch.normal(a, b)
    torch.is_tensor(a)
    torch.numel(a)
    torch.add(a, b, out=c)
    a.new(5, 5)
    a.apply_(identity)
    x.map_(b, first)
    x.bernoulli_(0.5)
    x.resize_(5, 5)
    x.resize_as_(b)
    x.set_(spare)
    a.int()
    a.short()
    a.char()
    a.byte()
    a.half()
    a.float()
    a.cpu()
    a.type()
    a.type('torch.DoubleTensor')
    a.stride()
    a.stride(0)
    a.shape
    a.storage()
    a.storage_offset()
    a.data_ptr()
    a.element_size()
    a.nelement()
    a.ndimension()
    a.is_same_size(b)
    a.is_set_to(b)
    a.is_shared()
    a.is_signed()
    a.is_pinned()
    a.tolist()
    a.numpy()
    one.item()
    float(one)
    int(one)
    list(a)
    0.5 in a
    copy.copy(a)
    copy.deepcopy(a)
""")
# Those that do next to nothing in either library: what is left is Python's call.
TRIVIAL = frozenset(
    _lines("""
    a.size()
    a.size(0)
    a.dim()
    a.numel()
    a.is_contiguous()
    a.contiguous()
    len(a)
    torch.is_tensor(a)
    torch.numel(a)
    a.float()
    a.cpu()
    a.type()
    a.stride()
    a.stride(0)
    a.shape
    a.storage_offset()
    a.data_ptr()
    a.element_size()
    a.nelement()
    a.ndimension()
    a.is_same_size(b)
    a.is_set_to(b)
    a.is_shared()
    a.is_signed()
    a.is_pinned()
    one.item()
    float(one)
    int(one)
""")
)
# Functions of torch.nn.functional that the table has under torchlike's own names.
OF_LAYERS = _lines("""
    F.relu(a)
    F.threshold(a, 0.1, 0.2)
    F.elu(a)
    F.selu(a)
    F.leaky_relu(a)
    F.hardtanh(a)
    F.softplus(a)
    F.softshrink(a)
    F.hardshrink(a)
    F.logsigmoid(a)
    F.softsign(a)
    F.tanhshrink(a)
    F.sigmoid(a)
    F.tanh(a)
    F.softmax(a, dim=1)
    F.log_softmax(a, dim=1)
    F.softmin(a, dim=1)
    F.prelu(a, one)
    F.rrelu(a)
    F.dropout(a)
    F.dropout(a, training=False)
    F.linear(a, b, row)
    F.linear(a, b)
    F.normalize(a)
    F.cosine_similarity(a, b)
    F.pairwise_distance(a, b)
    F.embedding(index, a)
    F.nll_loss(a, labels)
    F.cross_entropy(a, labels)
    F.mse_loss(a, b)
    F.l1_loss(a, b)
    F.smooth_l1_loss(a, b)
    F.kl_div(a, b)
    F.binary_cross_entropy(a, b)
    F.binary_cross_entropy_with_logits(a, b)
    F.soft_margin_loss(a, b)
    F.hinge_embedding_loss(a, signs)
    F.cosine_embedding_loss(a, b, row_signs)
    F.margin_ranking_loss(row, row, row_signs)
    F.triplet_margin_loss(a, b, c)
    F.multi_margin_loss(a, labels)
    F.poisson_nll_loss(a, b)
    F.batch_norm(a, row, row, training=True)
    F.max_pool2d(image, 2)
    F.avg_pool2d(image, 2)
    F.conv2d(image, kernel)
    F.conv1d(batch, kernel1)
    F.pad(image, (1, 1, 1, 1))
""")


def items(statements, target):
    """The statements as items of a workload."""
    return [
        Item(one, "given" if one in TRIVIAL else target, optional=True)
        for one in dict.fromkeys(statements)
    ]


def of_table(recorded):
    """Calls of every operator; of those in place on Variables, of a fresh copy."""
    sys.path.insert(0, str(ROOT))
    try:
        from tools.codegen import load_table
    finally:
        sys.path.remove(str(ROOT))
    statements = []
    for operator in load_table()[0].values():
        if operator.namespace or not (operator.public or operator.inplace):
            continue
        if operator.name in BY_HAND:
            statements += BY_HAND[operator.name]
            continue
        for overload in operator.overloads:
            of_integers = operator.name.startswith("__")
            call = _call(operator, overload, of_integers)
            if operator.public and operator.method:
                owner = _tensor(operator, "self", 0, of_integers)
                statements.append(f"{owner}.{operator.name}{call}")
            if operator.inplace and not operator.inplace_view:
                owner = "k" if of_integers else _target(operator)
                statements.append(f"{owner}.{operator.inplace}{call}")
    if recorded:
        statements = [_of_copy(one) for one in statements]
    return list(dict.fromkeys(statements))


def _of_copy(statement):
    for name in ("x", "row_x", "batch_x"):
        if statement.startswith(name + "."):
            return statement.replace(name + ".", f"{name}.clone().", 1)
    return statement


def _dims(operator, name):
    return len(operator.shapes.get(name, (5, 5)))


def _target(operator):
    return {1: "row_x", 2: "x", 3: "batch_x"}[_dims(operator, "self")]


def _tensor(operator, name, position, of_integers):
    if of_integers:
        return "n"
    dims = _dims(operator, name)
    return {1: "row", 2: "abc"[position], 3: "batch"}[dims]


def _call(operator, overload, of_integers):
    """The arguments in parentheses: samples of the table, defaults left out."""
    arguments, position = [], 0
    by_name = False
    for argument in overload.arguments:
        kind, name = argument.kind, argument.name
        by_name |= argument.keyword_only
        value = None
        if kind in "Tt":
            position += 1
            value = _tensor(operator, name, position, of_integers)
            if "L" in overload.suffix:
                value = "b_columns"
        elif kind == "L":
            value = "index" if _is_flat(operator.samples[name]) else "places"
        elif name in operator.samples and not argument.default:
            value = repr(operator.samples[name])
        elif argument.default:
            by_name = by_name or kind not in "ST"
            continue
        else:
            value = {"S": "0.5", "D": "0.5", "I": "1", "b": "True", "B": "mask"}[kind]
        arguments.append(f"{name}={value}" if by_name else value)
    return f"({', '.join(arguments)})"


def _is_flat(sample):
    return not isinstance(sample[0], list)


def names(wrap):
    """What the statements mention; `wrap(tensor, recorded)` makes the floating ones."""

    def numbers(*shape):
        return data(*shape).abs_().clamp_(0.1, 0.9)

    square = numbers(5, 5)
    definite = square + square.t() + torch.eye(5) * 8
    long = torch.LongTensor
    wrapped = {
        "b": square * 0.5,
        "c": square * 0.25,
        "row": numbers(5),
        "b_columns": numbers(5, 3),
        "three": numbers(5, 3),
        "three_numbers": numbers(3),
        "definite": definite,
        "factor": definite.potrf() if hasattr(definite, "potrf") else None,
        "solvable": definite.unsqueeze(0),
        "signs": square.sign(),
        "row_signs": torch.ones(5),
        "one": numbers(1),
        "spare": square.clone(),
        "kernel": numbers(1, 1, 3, 3),
        "kernel1": numbers(1, 5, 3),
    }
    recorded = {
        "a": square,
        "x": square.clone(),
        "batch": numbers(1, 5, 5),
        "batch_x": numbers(1, 5, 5),
        "row_x": numbers(5),
        "image": numbers(1, 1, 6, 6),
    }
    given = {
        "n": long([[1, 2, 3, 4, 5]] * 5),
        "k": long([[1, 2, 3, 4, 5]] * 5),
        "index": long([0, 2, 4]),
        "places": long([[0, 2, 4]] * 5),
        "labels": long([0, 1, 2, 3, 4]),
        "mask": square > 0.5,
    }
    out = {key: wrap(value, False) for key, value in wrapped.items()}
    out |= {key: wrap(value, True) for key, value in recorded.items()}
    out |= {key: wrap(value, False) for key, value in given.items()}
    return out | {
        "torch": torch,
        "F": torch.nn.functional,
        "copy": copy,
        "identity": lambda number: number,
        "first": lambda number, other: number,
    }
