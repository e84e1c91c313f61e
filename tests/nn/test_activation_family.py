"""Every activation module against NumPy, with gradient and representation."""

import math

import numpy as np
import pytest

import torchlike as torch
from torchlike import nn
from torchlike.autograd import Variable, gradcheck, gradgradcheck
from torchlike.nn import functional as F


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def elu(x, alpha=1.0):
    return np.array([v if v > 0 else alpha * (math.exp(v) - 1) for v in x.ravel()])


def softmax(x, axis):
    e = np.exp(x - x.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


ALPHA, SCALE = 1.6732632423543772, 1.0507009873554805

# layer, the same in NumPy, repr
CASES = [
    (nn.ReLU6(), lambda x: np.clip(x, 0, 6), "ReLU6()"),
    (nn.Hardtanh(), lambda x: np.clip(x, -1, 1), "Hardtanh(min_val=-1, max_val=1)"),
    (nn.ELU(0.5), lambda x: elu(x, 0.5), "ELU(alpha=0.5)"),
    (nn.SELU(), lambda x: SCALE * elu(x, ALPHA), "SELU()"),
    (nn.LeakyReLU(0.1), lambda x: np.where(x > 0, x, 0.1 * x), "LeakyReLU(0.1)"),
    (nn.LeakyReLU(-0.5), lambda x: np.where(x > 0, x, -0.5 * x), "LeakyReLU(-0.5)"),
    (
        nn.RReLU(0.25, 0.75).eval(),
        lambda x: np.where(x > 0, x, 0.5 * x),
        "RReLU(0.25, 0.75)",
    ),
    (nn.PReLU().double(), lambda x: np.where(x > 0, x, 0.25 * x), "PReLU(1)"),
    (nn.PReLU(4).double(), lambda x: np.where(x > 0, x, 0.25 * x), "PReLU(4)"),
    (nn.GLU(1), lambda x: x[:, :2] * sigmoid(x[:, 2:]), "GLU(dim=1)"),
    (nn.LogSigmoid(), lambda x: np.log(sigmoid(x)), "LogSigmoid()"),
    (
        nn.Softplus(2, 3),
        lambda x: np.where(2 * x > 3, x, np.log(1 + np.exp(2 * x)) / 2),
        "Softplus(beta=2, threshold=3)",
    ),
    (
        nn.Softshrink(0.4),
        lambda x: np.where(x > 0.4, x - 0.4, np.where(x < -0.4, x + 0.4, 0)),
        "Softshrink(0.4)",
    ),
    (nn.Hardshrink(0.4), lambda x: np.where(abs(x) > 0.4, x, 0), "Hardshrink(0.4)"),
    (nn.Softsign(), lambda x: x / (1 + abs(x)), "Softsign()"),
    (nn.Tanhshrink(), lambda x: x - np.tanh(x), "Tanhshrink()"),
    (nn.Softmin(dim=1), lambda x: softmax(-x, 1), "Softmin()"),
    (nn.Softmax2d(), lambda x: softmax(x, 1), "Softmax2d()"),
]


@pytest.mark.parametrize("layer, reference, text", CASES, ids=[c[2] for c in CASES])
def test_layer(layer, reference, text):
    assert repr(layer) == text
    x = np.random.RandomState(0).uniform(-3, 7, (3, 4, 2, 2))
    y = layer(Variable(torch.from_numpy(x)))
    expected = reference(x)
    np.testing.assert_allclose(
        y.data.numpy(), expected.reshape(y.size()), rtol=1e-10, atol=1e-12
    )
    small = np.random.RandomState(1).uniform(-2, 2, (2, 4, 2, 1))
    inputs = [Variable(torch.from_numpy(small), requires_grad=True)]
    assert gradcheck(layer, inputs)
    assert gradgradcheck(layer, inputs)


@pytest.mark.parametrize("name", ["elu", "selu", "relu6", "hardtanh", "leaky_relu"])
def test_inplace(name):
    function = getattr(F, name)
    x = torch.randn(5, 7).double() * 3
    leaf = Variable(x.clone(), requires_grad=True)
    copy = Variable(x.clone(), requires_grad=True)
    moved = leaf * 1
    y = function(moved, inplace=True)
    assert y.data.data_ptr() == moved.data.data_ptr()
    expected = function(copy)
    assert (y.data == expected.data).all()
    y.sum().backward()
    expected.sum().backward()
    np.testing.assert_allclose(leaf.grad.data.numpy(), copy.grad.data.numpy())


def test_prelu_learns():
    weight = Variable(torch.Tensor([0.25, 0.5]).double(), requires_grad=True)
    x = Variable(torch.randn(3, 2, 4).double(), requires_grad=True)
    assert gradcheck(F.prelu, [x, weight])
    assert gradgradcheck(F.prelu, [x, weight])
    with pytest.raises(RuntimeError, match="4 elements not 2"):
        F.prelu(Variable(torch.randn(3, 4).double()), weight)


@pytest.mark.parametrize("size", [(5,), (3, 4), (2, 1, 3)], ids=str)
def test_prelu_with_one_slope_for_all(size):
    weight = Variable(torch.Tensor([0.25]).double(), requires_grad=True)
    x = Variable(torch.randn(*size).double(), requires_grad=True)
    a = x.data.numpy()
    expected = np.where(a > 0, a, 0.25 * a)
    np.testing.assert_allclose(F.prelu(x, weight).data.numpy(), expected)
    last = F.prelu(x.transpose(0, -1), weight).data.numpy()
    np.testing.assert_allclose(last, expected.swapaxes(0, -1))
    assert gradcheck(F.prelu, [x, weight])
    assert gradgradcheck(F.prelu, [x, weight])


def test_rrelu_draws_slopes():
    torch.manual_seed(0)
    x = torch.randn(2000)
    y = F.rrelu(x, 0.2, 0.4, training=True).numpy()
    slope = y / x.numpy()
    below = slope[x.numpy() < 0]
    assert (slope[x.numpy() > 0] == 1).all()
    assert below.min() >= 0.2 and below.max() <= 0.4 and below.std() > 0.04
    assert abs(below.mean() - 0.3) < 0.01
    v = Variable(x, requires_grad=True)
    z = F.rrelu(v, 0.2, 0.4, training=True)
    z.backward(torch.ones(2000))
    np.testing.assert_allclose(v.grad.data.numpy(), z.data.numpy() / x.numpy(), 1e-4)


def test_errors():
    with pytest.raises(RuntimeError, match="Dim 1 is size 3"):
        F.glu(torch.randn(2, 3), 1)
    with pytest.raises(ValueError, match="3D"):
        nn.Softmax2d()(Variable(torch.randn(1, 2, 3)))
    with pytest.raises(ValueError, match="max_val=-1"):
        nn.Hardtanh(0, -1)
    with pytest.raises(ValueError, match="lower = 2, upper = 1"):
        F.rrelu(torch.randn(3), 2, 1)
    with pytest.raises(ValueError, match="-0.5"):
        F.leaky_relu(torch.randn(3), -0.5, inplace=True)


@pytest.mark.filterwarnings("ignore:keyword argument")
def test_hardtanh_old_names():
    assert repr(nn.Hardtanh(min_value=-3, max_value=2)) == (
        "Hardtanh(min_val=-3, max_val=2)"
    )


def test_large_and_extreme_values():
    x = torch.Tensor([-200, -1, 0, 1, 200]).double()
    assert F.logsigmoid(x)[0] == -200
    assert F.softplus(x)[4] == 200
    big = torch.randn(100001)
    np.testing.assert_allclose(
        F.elu(big).numpy(), elu(big.numpy()).reshape(-1), rtol=1e-5, atol=1e-6
    )


def test_prelu_of_no_elements():
    x = Variable(torch.FloatTensor(), requires_grad=True)
    weight = Variable(torch.FloatTensor([0.25]), requires_grad=True)
    y = F.prelu(x, weight)
    assert y.dim() == 0
    y.backward(torch.FloatTensor())
    assert weight.grad.data.tolist() == [0]
