"""Every operator on recorded 5 x 5 Variables: the cost of a small call."""

import torch
from timing import Item, data
from torch.autograd import Variable

# `w` requires a gradient and lies between 0 and 1; `x` does not.
_UNARY = """
    abs acos asin atan ceil cos cosh erf exp floor frac log log1p neg reciprocal round
    rsqrt sigmoid sign sin sinh sqrt tan tanh trunc
""".split()
_BINARY = "add atan2 div fmod max min mul pow remainder sub mm matmul dist".split()
_COMPARE = "eq ge gt le lt ne".split()
_REDUCE = "max mean min norm prod std sum var".split()

_STATEMENTS = (
    *(f"w.{name}()" for name in _UNARY),
    *(f"w.{name}(x)" for name in _BINARY),
    *(f"w.{name}(0.5)" for name in ("add", "sub", "mul", "div", "pow")),
    "1.5 - w",
    "1.5 / w",
    *(f"w.{name}(x)" for name in _COMPARE),
    *(f"w.{name}()" for name in _REDUCE),
    *(f"w.{name}(1)" for name in (*_REDUCE, "cumsum", "cumprod")),
    "w.norm(1, 1)",
    "w.addcmul(x, x)",
    "w.addcdiv(x, x)",
    "w.addmm(x, x)",
    "row_w.addmv(x, row)",
    "w.addr(row, row)",
    "w.mv(row)",
    "row_w.dot(row)",
    "row_w.ger(row)",
    "w3.bmm(x3)",
    "w.clamp(0.1, 0.9)",
    "w.lerp(x, 0.5)",
    "w.clone()",
    "w.t()",
    "w.transpose(0, 1)",
    "w.view(25)",
    "w.expand(3, 5, 5)",
    "w.unsqueeze(0)",
    "w.squeeze()",
    "w.narrow(0, 1, 2)",
    "w.select(0, 1)",
    "w.diag()",
    "w.trace()",
    "w.tril()",
    "w.triu()",
    "w.sort()",
    "w.topk(2)",
    "w.index_select(0, index)",
    "w.gather(0, places)",
    "w.masked_select(mask)",
    "w.masked_fill(mask, 0.5)",
    "w[0]",
    "w[1:3]",
    "w[0, 1]",
    "w[:, 1]",
    "w[index]",
    "torch.cat((w, x))",
    "torch.stack((w, x))",
    "w.chunk(2)",
    "torch.nn.functional.relu(w)",
    "torch.nn.functional.softmax(w, dim=1)",
    "torch.nn.functional.log_softmax(w, dim=1)",
    "torch.nn.functional.linear(x, w, row_w)",
)

ITEMS = [Item(statement, "record") for statement in _STATEMENTS]


def setup():
    x = Variable(data(5, 5).abs().clamp(0.1, 0.9))
    w = Variable(x.data.clone(), requires_grad=True)
    return {
        "torch": torch,
        "x": x,
        "w": w,
        "x3": Variable(data(1, 5, 5)),
        "w3": Variable(data(1, 5, 5), requires_grad=True),
        "row": Variable(data(5)),
        "row_w": Variable(data(5), requires_grad=True),
        "index": Variable(torch.LongTensor([0, 2, 4])),
        "places": Variable(torch.LongTensor([[0, 1, 2, 3, 4]] * 2)),
        "mask": x > 0.5,
    }
