import numpy as np
import pytest

import torchlike as torch
from torchlike import nn
from torchlike.autograd import Variable
from torchlike.nn import functional as F


def log_softmax(x):
    x = x - x.max(1, keepdims=True)
    return x - np.log(np.exp(x).sum(1, keepdims=True))


def nll(x, target, weight, size_average, ignore_index, reduce):
    w = weight[target] * (target != ignore_index)
    losses = -w * x[np.arange(len(x)), target]
    if not reduce:
        return losses
    return losses.sum() / w.sum() if size_average else losses.sum()


@pytest.mark.parametrize("reduce", [True, False])
@pytest.mark.parametrize("size_average", [True, False])
@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("ignore_index", [-100, 2])
@pytest.mark.parametrize("kind", [nn.NLLLoss, nn.CrossEntropyLoss])
def test_class_losses(kind, ignore_index, weighted, size_average, reduce):
    rng = np.random.RandomState(0)
    x, target = rng.randn(6, 4), rng.randint(0, 4, 6)
    target[0] = 2
    weight = rng.rand(4) + 0.5 if weighted else np.ones(4)
    loss = kind(
        torch.from_numpy(weight) if weighted else None,
        size_average,
        ignore_index,
        reduce,
    )
    v = Variable(torch.from_numpy(x.copy()), requires_grad=True)
    out = loss(v, Variable(torch.from_numpy(target)))

    def value(x):
        if kind is nn.CrossEntropyLoss:
            x = log_softmax(x)
        return nll(x, target, weight, size_average, ignore_index, reduce)

    expected = value(x)
    np.testing.assert_allclose(
        out.data.numpy(), np.atleast_1d(expected), rtol=1e-10, atol=1e-12
    )
    g = rng.randn(*out.size())
    out.backward(torch.from_numpy(g))
    direction, eps = rng.randn(6, 4), 1e-6
    slope = value(x + eps * direction) - value(x - eps * direction)
    slope = (slope * g).sum() / (2 * eps)
    got = (v.grad.data.numpy() * direction).sum()
    assert got == pytest.approx(slope, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("reduce", [True, False])
def test_nll_loss_of_images(reduce):
    rng = np.random.RandomState(0)
    x, target = rng.randn(2, 3, 4, 5), rng.randint(0, 3, (2, 4, 5))
    out = F.nll_loss(
        Variable(torch.from_numpy(x)), Variable(torch.from_numpy(target)), reduce=reduce
    )
    expected = -np.take_along_axis(x, target[:, None], 1)[:, 0]
    if reduce:
        expected = [expected.mean()]
    np.testing.assert_allclose(out.data.numpy(), expected, rtol=1e-10)


@pytest.mark.parametrize("reduce", [True, False])
@pytest.mark.parametrize("size_average", [True, False])
def test_mse_loss(size_average, reduce):
    rng = np.random.RandomState(0)
    x, y = rng.randn(3, 4), rng.randn(3, 4)
    expected = (x - y) ** 2
    scale = 1.0
    if reduce:
        expected = [expected.mean() if size_average else expected.sum()]
        scale = 1 / 12 if size_average else 1.0
    for learn_target in (False, True):
        a = Variable(torch.from_numpy(x.copy()), requires_grad=True)
        b = Variable(torch.from_numpy(y.copy()), requires_grad=learn_target)
        out = F.mse_loss(a, b, size_average, reduce)
        np.testing.assert_allclose(out.data.numpy(), expected, rtol=1e-10)
        out.sum().backward()
        np.testing.assert_allclose(a.grad.data.numpy(), 2 * scale * (x - y))
        if learn_target:
            np.testing.assert_allclose(b.grad.data.numpy(), -2 * scale * (x - y))


@pytest.mark.parametrize("kind", [nn.NLLLoss, nn.CrossEntropyLoss, nn.MSELoss])
def test_target_must_not_require_a_gradient(kind):
    x = Variable(torch.ones(2, 2), requires_grad=True)
    with pytest.raises(ValueError, match="w.r.t. targets"):
        kind()(x, x)


def test_bad_sizes_and_classes():
    x = Variable(torch.zeros(2, 3))
    with pytest.raises(ValueError, match=r"batch_size \(2\) to match .* \(3\)"):
        F.nll_loss(x, Variable(torch.LongTensor([0, 1, 2])))
    with pytest.raises(ValueError, match=r"Expected 2 or 4 dimensions \(got 1\)"):
        F.nll_loss(Variable(torch.zeros(3)), Variable(torch.LongTensor([0])))
    with pytest.raises((IndexError, RuntimeError), match="3"):
        F.nll_loss(x, Variable(torch.LongTensor([0, 3])))
    with pytest.raises(RuntimeError, match=r"\[2 x 3\].*\[2 x 2\]"):
        F.mse_loss(x, Variable(torch.zeros(2, 2)))


def test_weight_is_a_buffer():
    loss = nn.NLLLoss(torch.ones(3))
    assert list(loss.state_dict()) == ["weight"]
    assert loss.double().weight.type() == "torch.DoubleTensor"
    assert repr(nn.MSELoss()) == "MSELoss(\n)"
