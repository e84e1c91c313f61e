import numpy as np
import pytest

import torchlike as torch
from torchlike import nn
from torchlike.autograd import Variable


@pytest.mark.parametrize(
    "kind, shape",
    [
        (nn.BatchNorm1d, (6, 3)),
        (nn.BatchNorm1d, (6, 3, 5)),
        (nn.BatchNorm2d, (2, 3, 4, 5)),
    ],
)
def test_normalises_and_keeps_statistics(kind, shape):
    layer = kind(3, momentum=0.3).double()
    x = torch.randn(*shape).double()
    y = layer(Variable(x)).data.numpy()
    values = np.moveaxis(x.numpy(), 1, 0).reshape(3, -1)
    side = (1, 3) + (1,) * (len(shape) - 2)
    mean, var = values.mean(1), values.var(1)
    weight, bias = layer.weight.data.numpy(), layer.bias.data.numpy()
    expected = (x.numpy() - mean.reshape(side)) / np.sqrt(var.reshape(side) + 1e-5)
    expected = expected * weight.reshape(side) + bias.reshape(side)
    np.testing.assert_allclose(y, expected, rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(layer.running_mean.numpy(), 0.3 * mean)
    unbiased = values.var(1, ddof=1)
    np.testing.assert_allclose(layer.running_var.numpy(), 0.7 + 0.3 * unbiased)

    layer.eval()
    y = layer(Variable(x)).data.numpy()
    scale = np.sqrt(layer.running_var.numpy() + 1e-5).reshape(side)
    expected = (x.numpy() - layer.running_mean.numpy().reshape(side)) / scale
    expected = expected * weight.reshape(side) + bias.reshape(side)
    np.testing.assert_allclose(y, expected, rtol=1e-10, atol=1e-10)


def test_gradient_is_orthogonal_to_constants():
    layer = nn.BatchNorm2d(2).double()
    x = Variable(torch.randn(3, 2, 4, 4).double(), requires_grad=True)
    weights = torch.randn(3, 2, 4, 4).double()
    (layer(x) * Variable(weights)).sum().backward()
    # moving or scaling a whole channel does not change its output
    sums = np.moveaxis(x.grad.data.numpy(), 1, 0).reshape(2, -1).sum(1)
    np.testing.assert_allclose(sums, 0, atol=1e-10)
    np.testing.assert_allclose(
        layer.bias.grad.data.numpy(), weights.numpy().sum((0, 2, 3)), rtol=1e-10
    )


def test_without_parameters():
    layer = nn.BatchNorm1d(3, affine=False)
    assert list(layer.parameters()) == []
    assert list(layer.state_dict()) == ["running_mean", "running_var"]
    assert layer(Variable(torch.randn(4, 3))).size() == (4, 3)


def test_initial_values():
    layer = nn.BatchNorm2d(50)
    weight = layer.weight.data.numpy()
    assert 0 <= weight.min() < weight.max() <= 1
    assert layer.bias.data.sum() == 0
    assert layer.running_mean.sum() == 0 and layer.running_var.sum() == 50


def test_loads_state_dicts_of_later_versions():
    net = nn.Sequential(nn.BatchNorm2d(3))
    state = dict(net.state_dict())
    state["0.num_batches_tracked"] = torch.LongTensor([7])
    net.load_state_dict(state)
    state["num_batches_tracked"] = torch.LongTensor([7])
    with pytest.raises(
        KeyError, match='unexpected key "num_batches_tracked" in state_dict'
    ):
        net.load_state_dict(state)


def test_repr():
    assert repr(nn.BatchNorm2d(16)) == (
        "BatchNorm2d(16, eps=1e-05, momentum=0.1, affine=True)"
    )


def test_bad_input():
    with pytest.raises(ValueError, match=r"expected 4D input \(got 2D input\)"):
        nn.BatchNorm2d(3)(Variable(torch.ones(2, 3)))
    with pytest.raises(ValueError, match="expected 2D or 3D input"):
        nn.BatchNorm1d(3)(Variable(torch.ones(2, 3, 1, 1)))
    with pytest.raises(ValueError, match=r"more than 1 value .* \[1, 3\]"):
        nn.BatchNorm1d(3)(Variable(torch.ones(1, 3)))
    with pytest.raises(RuntimeError, match="3.*4|4.*3"):
        nn.BatchNorm1d(3)(Variable(torch.ones(2, 4)))
