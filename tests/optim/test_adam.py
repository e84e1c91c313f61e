import numpy as np
import pytest

import torchlike as torch
from torchlike import nn, optim


@pytest.mark.parametrize("kind", ["FloatTensor", "DoubleTensor"])
@pytest.mark.parametrize("decay", [0, 0.1])
def test_follows_its_formula(decay, kind):
    start = np.array([1.0, -2.0, 3.0])
    p = nn.Parameter(getattr(torch, kind)(start.tolist()))
    optimizer = optim.Adam([p], lr=0.1, betas=(0.8, 0.99), weight_decay=decay)
    x, m, v = start.copy(), 0, 0
    for t in range(1, 6):
        optimizer.zero_grad()
        (p * p).sum().backward()
        optimizer.step()
        g = 2 * x + decay * x
        m = 0.8 * m + 0.2 * g
        v = 0.99 * v + 0.01 * g * g
        rate = 0.1 * np.sqrt(1 - 0.99**t) / (1 - 0.8**t)
        x = x - rate * m / (np.sqrt(v) + 1e-8)
        np.testing.assert_allclose(p.data.numpy(), x, rtol=1e-5)
    state = optimizer.state[p]
    assert state["step"] == 5
    np.testing.assert_allclose(state["exp_avg"].numpy(), m, rtol=1e-5)
    np.testing.assert_allclose(state["exp_avg_sq"].numpy(), v, rtol=1e-5)


def test_bad_values():
    p = [nn.Parameter(torch.ones(1))]
    with pytest.raises(ValueError, match="Invalid lr value: -1"):
        optim.Adam(p, lr=-1)
    with pytest.raises(ValueError, match="Invalid eps value: -1"):
        optim.Adam(p, eps=-1)
    with pytest.raises(ValueError, match="beta parameter at index 1: 1.0"):
        optim.Adam(p, betas=(0.9, 1.0))
