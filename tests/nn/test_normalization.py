"""Normalisation, channel dropout and bilinear layers against NumPy."""

import numpy as np
import pytest

import torchlike as torch
from torchlike import nn
from torchlike.autograd import Variable, gradcheck, gradgradcheck
from torchlike.nn import functional as F

RNG = np.random.RandomState(0)


def variable(*shape):
    return Variable(torch.from_numpy(RNG.randn(*shape)), requires_grad=True)


def test_batch_norm_of_volumes():
    layer = nn.BatchNorm3d(2).double()
    x = variable(2, 2, 3, 2, 2)
    a = x.data.numpy()
    mean, var = (f(a, (0, 2, 3, 4), keepdims=True) for f in (np.mean, np.var))
    w = layer.weight.data.numpy().reshape(1, 2, 1, 1, 1)
    expected = (a - mean) / np.sqrt(var + 1e-5) * w
    np.testing.assert_allclose(layer(x).data.numpy(), expected)
    with pytest.raises(ValueError, match="got 4D"):
        layer(variable(2, 2, 3, 2))


@pytest.mark.parametrize("n", [1, 2, 3])
@pytest.mark.parametrize("affine", [False, True])
def test_instance_norm(n, affine):
    layer = getattr(nn, f"InstanceNorm{n}d")(2, affine=affine).double()
    x = variable(3, 2, *(4, 3, 2)[:n])
    a = x.data.numpy()
    axes = tuple(range(2, n + 2))
    mean, var = a.mean(axes, keepdims=True), a.var(axes, keepdims=True)
    expected = (a - mean) / np.sqrt(var + 1e-5)
    if affine:
        expected = expected * layer.weight.data.numpy().reshape(1, 2, *(1,) * n)
    y = layer(x).data.numpy()
    np.testing.assert_allclose(y, expected)
    count = np.prod(a.shape[2:])
    running = 0.1 * mean.reshape(3, 2).mean(0)
    np.testing.assert_allclose(layer.running_mean.numpy(), running)
    unbiased = var.reshape(3, 2).mean(0) * count / (count - 1)
    np.testing.assert_allclose(layer.running_var.numpy(), 0.9 + 0.1 * unbiased)
    layer.eval()
    np.testing.assert_allclose(layer(x).data.numpy(), expected)
    layer.use_running_stats()
    assert abs(layer(x).data.numpy() - expected).max() > 1e-3
    assert repr(layer) == (
        f"InstanceNorm{n}d(2, eps=1e-05, momentum=0.1, affine={affine})"
    )
    with pytest.raises(ValueError, match="3-feature"):
        layer(variable(1, 3, *(4, 3, 2)[:n]))


@pytest.mark.parametrize("affine", [False, True])
def test_instance_norm_gradient(affine):
    layer = nn.InstanceNorm1d(2, affine=affine).double()
    assert gradcheck(layer, [variable(2, 2, 4)])
    assert gradgradcheck(layer, [variable(2, 2, 4)])


def test_batch_norm_without_weight():
    layer = nn.BatchNorm1d(2, affine=False).double()
    assert gradcheck(layer, [variable(4, 2)])
    x = variable(4, 2).data
    with pytest.raises(RuntimeError, match="both or not at all"):
        F.batch_norm(x, None, x[0], training=True)


def test_cross_map():
    x = variable(2, 5, 2, 3)
    a = x.data.numpy()
    expected = np.empty_like(a)
    for size in (3, 4):
        for c in range(5):
            first, last = c - size // 2, c - size // 2 + size
            squares = (a[:, max(first, 0) : last] ** 2).sum(1) / size
            expected[:, c] = a[:, c] / (2 + 0.5 * squares) ** 0.75
        layer = nn.CrossMapLRN2d(size, 0.5, 0.75, 2)
        np.testing.assert_allclose(layer(x).data.numpy(), expected)
    assert gradcheck(layer, [x])


@pytest.mark.parametrize("p", [1, 2, 3])
def test_normalize(p):
    x = variable(3, 4)
    a = x.data.numpy()
    norm = (abs(a) ** p).sum(1, keepdims=True) ** (1 / p)
    np.testing.assert_allclose(F.normalize(x, p).data.numpy(), a / norm)
    assert gradcheck(lambda v: F.normalize(v, p), [x])


def test_bilinear():
    layer = nn.Bilinear(3, 4, 2).double()
    a, b = variable(5, 3), variable(5, 4)
    w = layer.weight.data.numpy()
    expected = np.einsum("ni,kij,nj->nk", a.data.numpy(), w, b.data.numpy())
    expected += layer.bias.data.numpy()
    np.testing.assert_allclose(layer(a, b).data.numpy(), expected)
    assert gradcheck(F.bilinear, [a, b, layer.weight, layer.bias])
    assert gradgradcheck(F.bilinear, [a, b, layer.weight, layer.bias])
    with pytest.raises(ValueError, match=r"\[5, 3\], \[4, 4\]"):
        layer(a, b[:4])


@pytest.mark.parametrize("n", [2, 3])
@pytest.mark.parametrize("inplace", [False, True])
def test_channel_dropout(n, inplace):
    torch.manual_seed(0)
    layer = getattr(nn, f"Dropout{n}d")(0.25, inplace)
    x = Variable(torch.ones(20, 50, *(2, 3, 2)[:n]))
    y = layer(x).data.numpy().reshape(1000, -1)
    assert (y == y[:, :1]).all()
    np.testing.assert_allclose(np.unique(y), [0, 4 / 3], rtol=1e-6)
    assert 0.2 < (y[:, 0] == 0).mean() < 0.3
    assert (layer(x) is x) == inplace
    layer.eval()
    assert layer(x) is x


def test_alpha_dropout():
    torch.manual_seed(0)
    x = torch.randn(100000)
    y = nn.AlphaDropout(0.2)(Variable(x)).data.numpy()
    assert abs(y.mean()) < 0.02
    assert abs(y.std() - 1) < 0.02
    assert nn.AlphaDropout(0.2).eval()(x) is x
    with pytest.raises(ValueError, match="1.5"):
        nn.AlphaDropout(1.5)
