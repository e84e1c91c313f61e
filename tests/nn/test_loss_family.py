"""Every loss against a loop in Python."""

import math

import numpy as np
import pytest

import torchlike as torch
from torchlike import nn
from torchlike.autograd import Variable, gradcheck, gradgradcheck
from torchlike.nn import functional as F

RNG = np.random.RandomState(0)
X = RNG.uniform(-2, 2, (4, 5))
Y = RNG.uniform(-2, 2, (4, 5))
P = RNG.uniform(0.1, 0.9, (4, 5))
Q = RNG.uniform(0.1, 0.9, (4, 5))
S = np.where(RNG.rand(4, 5) < 0.5, -1.0, 1.0)
COUNTS = RNG.randint(0, 5, (4, 5)).astype(float)


def huber(x, y):
    d = abs(x - y)
    return d * d / 2 if d < 1 else d - 0.5


def cross_entropy(p, y):
    return -(y * math.log(p) + (1 - y) * math.log(1 - p))


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def poisson_full(x, y):
    extra = y * math.log(y) - y + math.log(2 * math.pi * y) / 2 if y > 1 else 0
    return math.exp(x) - y * x + extra


def hinge(x, y):
    return x if y == 1 else max(0, 1.5 - x)


# name, options, input, target, loss of one element
ELEMENTS = {
    "l1": (nn.L1Loss, {}, X, Y, lambda x, y: abs(x - y)),
    "smooth_l1": (nn.SmoothL1Loss, {}, X, Y, huber),
    "mse": (nn.MSELoss, {}, X, Y, lambda x, y: (x - y) ** 2),
    "kl": (nn.KLDivLoss, {}, X, P, lambda x, y: y * (math.log(y) - x)),
    "bce": (nn.BCELoss, {}, P, Q, cross_entropy),
    "logits": (
        nn.BCEWithLogitsLoss,
        {},
        X,
        Q,
        lambda x, y: cross_entropy(sigmoid(x), y),
    ),
    "multilabel_soft_margin": (
        nn.MultiLabelSoftMarginLoss,
        {},
        X,
        Q,
        lambda x, y: cross_entropy(sigmoid(x), y),
    ),
    "soft_margin": (
        nn.SoftMarginLoss,
        {},
        X,
        S,
        lambda x, y: math.log(1 + math.exp(-y * x)),
    ),
    "hinge": (nn.HingeEmbeddingLoss, {"margin": 1.5}, X, S, hinge),
    "poisson": (nn.PoissonNLLLoss, {}, X, COUNTS, lambda x, y: math.exp(x) - y * x),
    "poisson_full": (nn.PoissonNLLLoss, {"full": True}, X, COUNTS, poisson_full),
    "poisson_plain": (
        nn.PoissonNLLLoss,
        {"log_input": False},
        P,
        COUNTS,
        lambda x, y: x - y * math.log(x + 1e-8),
    ),
}


def loop(function, x, y):
    return np.array([function(a, b) for a, b in zip(x.ravel(), y.ravel())])


@pytest.mark.parametrize("size_average", [True, False])
@pytest.mark.parametrize("name", ELEMENTS)
def test_elements(name, size_average):
    module, options, x, y, function = ELEMENTS[name]
    loss = module(size_average=size_average, **options)
    v = Variable(torch.from_numpy(x.copy()), requires_grad=True)
    target = Variable(torch.from_numpy(y))
    value = loop(function, x, y)
    expected = value.mean() if size_average else value.sum()
    assert loss(v, target).data[0] == pytest.approx(expected, rel=1e-9)
    assert gradcheck(lambda a: loss(a, target), [v])
    assert gradgradcheck(lambda a: loss(a, target), [v])


@pytest.mark.parametrize("name", ["l1", "smooth_l1", "kl"])
def test_without_reduce(name):
    module, _, x, y, function = ELEMENTS[name]
    loss = module(reduce=False)
    v = Variable(torch.from_numpy(x.copy()), requires_grad=True)
    out = loss(v, Variable(torch.from_numpy(y)))
    np.testing.assert_allclose(out.data.numpy().ravel(), loop(function, x, y))
    assert gradgradcheck(lambda a: loss(a, Variable(torch.from_numpy(y))), [v])


@pytest.mark.parametrize("module", [nn.BCELoss, nn.BCEWithLogitsLoss])
def test_weights(module):
    weight = RNG.uniform(0.5, 2, 5)
    x = P if module is nn.BCELoss else X
    value = loop(
        lambda a, b: cross_entropy(a if x is P else sigmoid(a), b), x, Q
    ).reshape(4, 5)
    loss = module(weight=torch.from_numpy(weight))
    v = Variable(torch.from_numpy(x.copy()), requires_grad=True)
    out = loss(v, Variable(torch.from_numpy(Q)))
    assert out.data[0] == pytest.approx((value * weight).mean(), rel=1e-9)
    assert gradcheck(lambda a: loss(a, Variable(torch.from_numpy(Q))), [v])


PAIRED = [F.mse_loss, F.l1_loss, F.smooth_l1_loss, F.kl_div, F.soft_margin_loss]


@pytest.mark.parametrize("function", PAIRED)
def test_target_of_another_shape(function):
    """Elements go in pairs, as in 0.3; a column and a row must not broadcast."""
    x = Variable(torch.from_numpy(X.copy()), requires_grad=True)
    y = torch.from_numpy(Q.copy())
    flat = Variable(y.view(-1, 1))
    assert function(x, flat).data[0] == function(x, Variable(y)).data[0]
    assert gradcheck(lambda v: function(v, flat), [x])
    assert gradgradcheck(lambda v: function(v, flat), [x])


@pytest.mark.parametrize("function", [F.l1_loss, F.smooth_l1_loss])
def test_gradient_for_the_target(function):
    x = Variable(torch.from_numpy(X.copy()), requires_grad=True)
    y = Variable(torch.from_numpy(Y.copy()), requires_grad=True)
    plain = function(x, Variable(torch.from_numpy(Y)))
    assert function(x, y).data[0] == pytest.approx(plain.data[0])
    assert gradcheck(function, [x, y])


def test_margin_ranking():
    loss = nn.MarginRankingLoss(margin=0.5)
    a, b, y = X[:, 0], Y[:, 0], S[:, 0]
    expected = np.mean([max(0, -c * (p - q) + 0.5) for p, q, c in zip(a, b, y)])
    v = [Variable(torch.from_numpy(t.copy())) for t in (a, b, y)]
    assert loss(*v).data[0] == pytest.approx(expected)


def cosine(a, b):
    return (a * b).sum() / math.sqrt((a * a).sum() * (b * b).sum())


def test_cosine_embedding():
    loss = nn.CosineEmbeddingLoss(margin=0.1)
    y = S[:, 0]
    expected = [
        1 - cosine(a, b) if c == 1 else max(0, cosine(a, b) - 0.1)
        for a, b, c in zip(X, Y, y)
    ]
    v = [Variable(torch.from_numpy(t.copy()), requires_grad=True) for t in (X, Y)]
    target = Variable(torch.from_numpy(y.copy()))
    assert loss(*v, target).data[0] == pytest.approx(np.mean(expected))
    assert gradgradcheck(lambda a, b: loss(a, b, target), v)


def test_cosine_similarity():
    v = [Variable(torch.from_numpy(t.copy()), requires_grad=True) for t in (X, Y)]
    out = nn.CosineSimilarity()(*v)
    expected = [cosine(a, b) for a, b in zip(X, Y)]
    np.testing.assert_allclose(out.data.numpy(), expected)
    assert gradcheck(nn.CosineSimilarity(dim=0), v)


@pytest.mark.parametrize("p", [1, 2, 3])
def test_pairwise_distance(p):
    v = [Variable(torch.from_numpy(t.copy()), requires_grad=True) for t in (X, Y)]
    out = nn.PairwiseDistance(p)(*v)
    expected = [((abs(a - b) + 1e-6) ** p).sum() ** (1 / p) for a, b in zip(X, Y)]
    np.testing.assert_allclose(out.data.numpy()[:, 0], expected)
    assert gradcheck(nn.PairwiseDistance(p), v)
    with pytest.raises(ValueError, match=r"\[4, 5\] and \[4, 4\]"):
        nn.PairwiseDistance()(v[0], v[1][:, :4])


@pytest.mark.parametrize("swap", [False, True])
def test_triplet_margin(swap):
    rows = [X, Y, X + RNG.uniform(-1, 1, X.shape)]

    def distance(a, b):
        return math.sqrt(((abs(a - b) + 1e-6) ** 2).sum())

    expected = []
    for a, p, n in zip(*rows):
        far = distance(a, n)
        if swap:
            far = min(far, distance(p, n))
        expected.append(max(0, distance(a, p) - far + 1))
    v = [Variable(torch.from_numpy(t.copy()), requires_grad=True) for t in rows]
    loss = nn.TripletMarginLoss(swap=swap)
    assert loss(*v).data[0] == pytest.approx(np.mean(expected))
    assert gradcheck(loss, v)


@pytest.mark.parametrize("p", [1, 2])
@pytest.mark.parametrize("weighted", [False, True])
def test_multi_margin(p, weighted):
    classes = np.array([0, 3, 2, 4])
    weight = RNG.uniform(0.5, 2, 5) if weighted else np.ones(5)
    expected = []
    for x, t in zip(X, classes):
        terms = [max(0, 0.7 - x[t] + x[i]) ** p for i in range(5) if i != t]
        expected.append(weight[t] * sum(terms) / 5)
    w = torch.from_numpy(weight) if weighted else None
    loss = nn.MultiMarginLoss(p=p, margin=0.7, weight=w)
    v = Variable(torch.from_numpy(X.copy()), requires_grad=True)
    target = Variable(torch.from_numpy(classes))
    assert loss(v, target).data[0] == pytest.approx(np.mean(expected))
    assert gradcheck(lambda a: loss(a, target), [v])
    assert gradgradcheck(lambda a: loss(a, target), [v])
    one = loss(v[0], Variable(torch.LongTensor([0])))
    assert one.data[0] == pytest.approx(expected[0])


@pytest.mark.parametrize("size_average", [True, False])
def test_multilabel_margin(size_average):
    lists = np.array(
        [[0, 3, -1, 2, 2], [1, 2, 3, 4, 0], [-1, 0, 0, 0, 0], [4, -1, -1, -1, -1]]
    )
    expected = []
    for x, row in zip(X, lists):
        chosen = []
        for t in row:
            if t < 0:
                break
            chosen.append(t)
        others = [i for i in range(5) if i not in chosen]
        terms = [max(0, 1 - x[j] + x[i]) for j in chosen for i in others]
        expected.append(sum(terms) / 5)
    loss = nn.MultiLabelMarginLoss(size_average)
    v = Variable(torch.from_numpy(X.copy()), requires_grad=True)
    target = Variable(torch.from_numpy(lists))
    value = np.mean(expected) if size_average else np.sum(expected)
    assert loss(v, target).data[0] == pytest.approx(value)
    assert gradcheck(lambda a: loss(a, target), [v])
    assert gradgradcheck(lambda a: loss(a, target), [v])
    one = loss(v[0], target[0])
    assert one.data[0] == pytest.approx(expected[0])


def test_pixels():
    scores = RNG.uniform(-1, 1, (2, 3, 2, 2))
    classes = RNG.randint(0, 3, (2, 2, 2))
    expected = -np.mean(
        [scores[n, classes[n, i, j], i, j] for n, i, j in np.ndindex(2, 2, 2)]
    )
    out = nn.NLLLoss2d()(
        Variable(torch.from_numpy(scores)), Variable(torch.from_numpy(classes))
    )
    assert out.data[0] == pytest.approx(expected)


def test_errors():
    x, y = torch.randn(2, 3), torch.randn(3, 2)
    for function in PAIRED:
        with pytest.raises(RuntimeError, match=r"\[2 x 3\] has 6 .*\[2 x 2\] has 4 el"):
            function(x, torch.randn(2, 2))
    with pytest.raises(ValueError, match=r"\(3, 2\).*\(2, 3\)"):
        F.binary_cross_entropy_with_logits(x, y)
    with pytest.warns(UserWarning, match="is deprecated"):
        F.binary_cross_entropy(x.abs() / 9, y.abs() / 9)
    with pytest.warns(UserWarning), pytest.raises(ValueError, match=r"\(4\).*\(6\)"):
        F.binary_cross_entropy(x, torch.randn(2, 2))
    with pytest.raises(IndexError, match="7 of 3"):
        F.multilabel_margin_loss(x, torch.LongTensor([[7, 0, 0], [0, 0, 0]]))
    with pytest.raises(RuntimeError, match=r"\[2 x 2\].*\[2 x 3\]"):
        F.multilabel_margin_loss(x, torch.LongTensor(2, 2).zero_())
    with pytest.raises(ValueError, match="3"):
        F.multi_margin_loss(x, torch.LongTensor([0, 1]), p=3)
    with pytest.raises(RuntimeError, match=r"\[3\] for input \[2 x 3\]"):
        F.multi_margin_loss(x, torch.LongTensor([0, 1, 2]))
    with pytest.raises(ValueError, match="gradient w.r.t. targets"):
        target = Variable(torch.randn(2, 3), requires_grad=True)
        nn.KLDivLoss()(Variable(x), target)
