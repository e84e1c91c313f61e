import math

import numpy as np
import pytest

import torchlike as torch
from torchlike import nn
from torchlike.autograd import Variable
from torchlike.nn import functional as F


def test_initial_values_are_uniform_and_bounded():
    torch.manual_seed(0)
    layer = nn.Linear(100, 50)
    bound = 1 / math.sqrt(100)
    for p in layer.parameters():
        values = p.data.numpy()
        assert np.abs(values).max() <= bound
        assert np.abs(values).max() > 0.9 * bound


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("shape", [(4,), (3, 4), (2, 3, 4), (2, 1, 3, 4)])
def test_forward_and_gradients(shape, bias):
    layer = nn.Linear(4, 5, bias=bias).double()
    x = Variable(torch.randn(*shape).double(), requires_grad=True)
    y = layer(x)
    w = layer.weight.data.numpy()
    expected = x.data.numpy() @ w.T + (layer.bias.data.numpy() if bias else 0)
    np.testing.assert_allclose(y.data.numpy(), expected, rtol=1e-12, atol=1e-12)
    g = np.random.RandomState(0).randn(*expected.shape)
    y.backward(torch.from_numpy(g))
    np.testing.assert_allclose(x.grad.data.numpy(), g @ w, rtol=1e-12, atol=1e-12)
    rows, grads = x.data.numpy().reshape(-1, 4), g.reshape(-1, 5)
    np.testing.assert_allclose(
        layer.weight.grad.data.numpy(), grads.T @ rows, rtol=1e-12, atol=1e-12
    )
    if bias:
        np.testing.assert_allclose(layer.bias.grad.data.numpy(), grads.sum(0))


def test_works_on_plain_tensors():
    out = F.linear(torch.ones(2, 3), torch.ones(4, 3), torch.ones(4))
    assert out.tolist() == [[4.0] * 4] * 2


def test_weight_may_be_replaced_by_a_plain_attribute():
    layer = nn.Linear(2, 2)
    weight = Variable(layer.weight.data * 2)
    del layer.weight
    layer.weight = weight
    y = layer(Variable(torch.eye(2)))
    expected = weight.data.numpy().T + layer.bias.data.numpy()
    np.testing.assert_allclose(y.data.numpy(), expected, rtol=1e-6)


def test_size_mismatch_names_the_sizes():
    with pytest.raises(RuntimeError, match="3.*5|5.*3"):
        nn.Linear(5, 2)(Variable(torch.ones(1, 3)))
