"""Tools for parameters, and the initial values that need more than a distribution."""

import numpy as np
import pytest

import torchlike as torch
from torchlike import nn
from torchlike.autograd import Variable
from torchlike.nn import init, utils


@pytest.mark.parametrize("p", [1, 2, 3, float("inf")])
@pytest.mark.parametrize("limit", [0.5, 1000])
def test_clip_grad_norm(p, limit):
    layer = nn.Linear(4, 3)
    layer(Variable(torch.randn(5, 4))).sum().backward()
    before = np.concatenate([q.grad.data.numpy().ravel() for q in layer.parameters()])
    norm = np.linalg.norm(before, p)
    assert utils.clip_grad_norm(layer.parameters(), limit, p) == pytest.approx(norm)
    after = np.concatenate([q.grad.data.numpy().ravel() for q in layer.parameters()])
    expected = before * min(1, limit / (norm + 1e-6))
    np.testing.assert_allclose(after, expected, rtol=1e-5)


def test_vector():
    a, b = nn.Linear(3, 2), nn.Linear(3, 2)
    vector = utils.parameters_to_vector(a.parameters())
    utils.vector_to_parameters(vector, b.parameters())
    assert (a.weight.data == b.weight.data).all()
    assert (a.bias.data == b.bias.data).all()
    with pytest.raises(ValueError, match=r"8 elements, but got \[7\]"):
        utils.vector_to_parameters(vector[:7], b.parameters())
    with pytest.raises(TypeError, match="FloatTensor"):
        utils.vector_to_parameters(vector.data, b.parameters())


@pytest.mark.parametrize("dim", [0, 1, None])
def test_weight_norm(dim):
    torch.manual_seed(0)
    layer = nn.Linear(4, 3)
    before = layer.weight.data.clone()
    x = Variable(torch.randn(2, 4))
    y = layer(x).data.numpy()
    utils.weight_norm(layer, dim=dim)
    assert [k for k, _ in layer.named_parameters()] == ["bias", "weight_g", "weight_v"]
    np.testing.assert_allclose(layer(x).data.numpy(), y, rtol=1e-5, atol=1e-6)
    layer.weight_g.data.mul_(2)
    bias = layer.bias.data.numpy()
    expected = (y - bias) * 2 + bias
    np.testing.assert_allclose(layer(x).data.numpy(), expected, rtol=1e-4, atol=1e-6)
    layer(x).sum().backward()
    assert layer.weight_g.grad is not None and layer.weight_v.grad is not None
    utils.remove_weight_norm(layer)
    np.testing.assert_allclose(layer.weight.data.numpy(), before.numpy() * 2, rtol=1e-5)
    assert sorted(k for k, _ in layer.named_parameters()) == ["bias", "weight"]
    with pytest.raises(ValueError, match="'weight' not found"):
        utils.remove_weight_norm(layer)


@pytest.mark.parametrize("shape", [(3, 5), (5, 3), (4, 2, 3)])
def test_orthogonal(shape):
    w = init.orthogonal(torch.Tensor(*shape).double(), gain=2).numpy()
    w = w.reshape(shape[0], -1)
    product = w @ w.T if w.shape[0] <= w.shape[1] else w.T @ w
    np.testing.assert_allclose(product, 4 * np.eye(len(product)), atol=1e-12)
    with pytest.raises(ValueError, match=r"\[3\]"):
        init.orthogonal(torch.Tensor(3))


@pytest.mark.parametrize("n", [1, 2, 3])
def test_dirac(n):
    w = init.dirac(torch.Tensor(4, 3, *(3, 4, 5)[:n])).numpy()
    assert w.sum() == 3
    for c in range(3):
        assert w[(c, c, *(1, 2, 2)[:n])] == 1
    with pytest.raises(ValueError, match=r"\[2, 2\]"):
        init.dirac(torch.Tensor(2, 2))


def test_sparse():
    w = init.sparse(torch.Tensor(10, 7), 0.25).numpy()
    assert ((w == 0).sum(0) == 3).all()
    with pytest.raises(ValueError, match=r"\[2\]"):
        init.sparse(torch.Tensor(2), 0.5)
