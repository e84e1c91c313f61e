import numpy as np
import pytest

import torchlike as torch
from torchlike import nn, optim

CASES = {
    "plain": {},
    "decay": {"weight_decay": 0.1},
    "momentum": {"momentum": 0.9},
    "dampening": {"momentum": 0.9, "dampening": 0.5},
    "nesterov": {"momentum": 0.9, "nesterov": True, "weight_decay": 0.01},
}


@pytest.mark.parametrize("kind", ["FloatTensor", "DoubleTensor"])
@pytest.mark.parametrize("case", CASES)
def test_follows_its_formula(case, kind):
    options = CASES[case]
    start = np.array([[1.0, -2.0, 3.0], [0.5, 4.0, -1.0]])
    p = nn.Parameter(getattr(torch, kind)(start.tolist()))
    optimizer = optim.SGD([p], lr=0.1, **options)
    momentum = options.get("momentum", 0)
    x, velocity = start.copy(), None
    for _ in range(5):
        optimizer.zero_grad()
        (p * p).sum().backward()
        optimizer.step()
        d = 2 * x + options.get("weight_decay", 0) * x
        if momentum:
            if velocity is None:
                velocity = d.copy()
            else:
                velocity = momentum * velocity + (1 - options.get("dampening", 0)) * d
            d = d + momentum * velocity if options.get("nesterov") else velocity
        x -= 0.1 * d
        np.testing.assert_allclose(p.data.numpy(), x, rtol=1e-5)


def test_transposed_parameters():
    p = nn.Parameter(torch.ones(2, 3).t())
    (p * p).sum().backward()
    optim.SGD([p], lr=0.25, momentum=0.9).step()
    assert p.data.tolist() == [[0.5, 0.5]] * 3


@pytest.mark.parametrize("name", ["lr", "momentum", "weight_decay"])
@pytest.mark.parametrize("value", [-1, float("nan")])
def test_negative_values_are_refused(name, value):
    options = {"lr": 0.1, name: value}
    with pytest.raises(ValueError, match=f"Invalid {name} value: {value}"):
        optim.SGD([nn.Parameter(torch.ones(1))], **options)


@pytest.mark.parametrize("options", [{}, {"momentum": 0.9, "dampening": 0.1}])
def test_nesterov_needs_plain_momentum(options):
    with pytest.raises(ValueError, match="requires a momentum and zero dampening"):
        optim.SGD([nn.Parameter(torch.ones(1))], lr=1, nesterov=True, **options)
