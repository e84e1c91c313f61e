import numpy as np
import pytest

import torchlike as torch
from torchlike import nn
from torchlike.autograd import Variable
from torchlike.nn import functional as F


def softmax(x, axis):
    e = np.exp(x - x.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


CASES = {
    "ReLU": (nn.ReLU(), lambda x: np.maximum(x, 0)),
    "Threshold": (nn.Threshold(0.5, -2), lambda x: np.where(x > 0.5, x, -2)),
    "Tanh": (nn.Tanh(), np.tanh),
    "Sigmoid": (nn.Sigmoid(), lambda x: 1 / (1 + np.exp(-x))),
    "Softmax": (nn.Softmax(dim=1), lambda x: softmax(x, 1)),
    "Softmax0": (nn.Softmax(dim=0), lambda x: softmax(x, 0)),
    "LogSoftmax": (nn.LogSoftmax(dim=-1), lambda x: np.log(softmax(x, -1))),
}


@pytest.mark.parametrize("case", CASES)
def test_matches_numpy(case):
    layer, reference = CASES[case]
    x = torch.randn(4, 5, 3).double()
    y = layer(Variable(x))
    np.testing.assert_allclose(y.data.numpy(), reference(x.numpy()), rtol=1e-10)


@pytest.mark.parametrize("case", CASES)
def test_gradient_matches_differences(case):
    layer, reference = CASES[case]
    rng = np.random.RandomState(0)
    values, g = rng.randn(4, 5, 3), rng.randn(4, 5, 3)
    x = Variable(torch.from_numpy(values.copy()), requires_grad=True)
    layer(x).backward(torch.from_numpy(g))
    direction, eps = rng.randn(4, 5, 3), 1e-7
    slope = reference(values + eps * direction) - reference(values - eps * direction)
    slope = (slope * g).sum() / (2 * eps)
    assert (x.grad.data.numpy() * direction).sum() == pytest.approx(slope, rel=1e-5)


def test_relu_inplace():
    x = Variable(torch.Tensor([-1, 2]))
    y = nn.ReLU(inplace=True)(x)
    assert x.data.tolist() == [0, 2]
    assert y.data.data_ptr() == x.data.data_ptr()


@pytest.mark.parametrize(
    "shape, dim", [((4,), 0), ((3, 4), 1), ((2, 3, 4), 0), ((2, 3, 4, 5), 1)]
)
@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_implicit_dimension_warns_at_the_caller(name, shape, dim):
    x = Variable(torch.randn(*shape))
    function = getattr(F, name)
    with pytest.warns(UserWarning, match=f"Implicit dimension choice for {name}") as w:
        y = function(x)
    assert w[0].filename == __file__
    np.testing.assert_array_equal(y.data.numpy(), function(x, dim).data.numpy())


def test_module_warns_at_its_caller():
    with pytest.warns(UserWarning, match="Implicit dimension choice") as w:
        nn.Softmax()(Variable(torch.ones(2, 2)))
    assert w[0].filename == __file__


def test_repr():
    layers = [nn.ReLU(), nn.ReLU(True), nn.Tanh(), nn.Sigmoid(), nn.LogSoftmax(dim=1)]
    assert list(map(repr, layers)) == [
        "ReLU()",
        "ReLU(inplace)",
        "Tanh()",
        "Sigmoid()",
        "LogSoftmax()",
    ]
    assert repr(nn.Threshold(1, 2)) == "Threshold(threshold=1, value=2)"


def test_works_on_plain_tensors():
    x = torch.Tensor([-1, 1])
    assert F.relu(x).tolist() == [0, 1]
    assert F.threshold(x, 0, 5).tolist() == [5, 1]
    assert F.softmax(x * 0, 0).tolist() == [0.5, 0.5]
    np.testing.assert_allclose(F.tanh(x).numpy(), np.tanh([-1, 1]), rtol=1e-6)


def test_dimension_out_of_range():
    for dim in (2, -3):
        with pytest.raises((RuntimeError, IndexError), match=str(dim)):
            F.softmax(Variable(torch.ones(2, 2)), dim)
