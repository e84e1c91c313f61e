import math

import numpy as np
import pytest

import torchlike as torch
from torchlike import nn
from torchlike.nn import init


def test_fill_and_return_the_tensor():
    t = torch.Tensor(4, 5)
    assert init.constant(t, 3) is t and t.sum() == 60
    assert init.eye(t).tolist() == np.eye(4, 5).tolist()
    p = nn.Parameter(torch.Tensor(4, 5))
    assert init.uniform(p, 2, 3) is p
    assert 2 <= p.data.min() and p.data.max() <= 3


@pytest.mark.parametrize(
    "function, std",
    [
        (init.normal, 1.0),
        (init.xavier_uniform, math.sqrt(2 / (200 * 9 + 100 * 9))),
        (init.xavier_normal, math.sqrt(2 / (200 * 9 + 100 * 9))),
        (init.kaiming_uniform, math.sqrt(2 / (100 * 9))),
        (init.kaiming_normal, math.sqrt(2 / (100 * 9))),
    ],
)
def test_standard_deviation(function, std):
    torch.manual_seed(0)
    values = function(torch.Tensor(200, 100, 3, 3)).numpy()
    assert values.std() == pytest.approx(std, rel=0.01)
    assert abs(values.mean()) < 0.01 * std


def test_gains():
    assert init.calculate_gain("relu") == pytest.approx(math.sqrt(2))
    assert init.calculate_gain("tanh") == pytest.approx(5 / 3)
    assert init.calculate_gain("leaky_relu", 1) == pytest.approx(1)
    with pytest.raises(ValueError, match="Unsupported nonlinearity x"):
        init.calculate_gain("x")


def test_bad_arguments():
    with pytest.raises(ValueError, match="less than 2 dimensions, got 1"):
        init.xavier_uniform(torch.Tensor(3))
    with pytest.raises(ValueError, match="Mode x not supported"):
        init.kaiming_normal(torch.Tensor(3, 3), mode="x")
    with pytest.raises(ValueError, match="2 dimensions"):
        init.eye(torch.Tensor(3))
