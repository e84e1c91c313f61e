import numpy as np
import pytest

import torchlike as torch
from torchlike import nn, optim
from torchlike.autograd import Variable

MATRIX = np.array([[3.0, 1.0, 0.0], [1.0, 2.0, 0.5], [0.0, 0.5, 1.0]])
TARGET = np.array([1.0, -2.0, 0.5])


def quadratic(p, optimizer, calls=None):
    """The closure of (p' A p) / 2 - b' p, whose minimum is A^-1 b."""
    a = Variable(torch.DoubleTensor(MATRIX.tolist()))
    b = Variable(torch.DoubleTensor(TARGET.tolist()))

    def closure():
        optimizer.zero_grad()
        loss = p.dot(a.mv(p)) / 2 - p.dot(b)
        loss.backward()
        if calls is not None:
            calls.append(loss.data[0])
        return loss

    return closure


def parameter():
    return nn.Parameter(torch.DoubleTensor([1, 1, 1]))


def test_first_iterations_follow_the_formula():
    p = parameter()
    optimizer = optim.LBFGS([p], lr=0.5, max_iter=2, max_eval=10)
    optimizer.step(quadratic(p, optimizer))
    x = np.ones(3)
    g = MATRIX @ x - TARGET
    s = -0.5 * min(1, 1 / np.abs(g).sum()) * g
    x = x + s
    new = MATRIX @ x - TARGET
    y = new - g
    # the inverse BFGS matrix of one pair, from (s'y / y'y) I
    rho, identity = 1 / (y @ s), np.eye(3)
    left = identity - rho * np.outer(s, y)
    inverse = left @ (identity * (s @ y) / (y @ y)) @ left.T + rho * np.outer(s, s)
    x = x - 0.5 * inverse @ new
    np.testing.assert_allclose(p.data.numpy(), x, rtol=1e-12)


def test_finds_the_minimum_with_little_history():
    for size in (1, 3, 100):
        p = parameter()
        optimizer = optim.LBFGS([p], history_size=size, max_iter=60, lr=0.8)
        optimizer.step(quadratic(p, optimizer))
        expected = np.linalg.solve(MATRIX, TARGET)
        np.testing.assert_allclose(p.data.numpy(), expected, atol=1e-4)
        assert len(optimizer.state[p]["old_dirs"]) <= size


def test_returns_the_first_loss_and_counts():
    p, calls = parameter(), []
    optimizer = optim.LBFGS([p], max_iter=4, lr=0.1)
    loss = optimizer.step(quadratic(p, optimizer, calls))
    assert loss.data[0] == calls[0]
    assert len(calls) == 4
    state = optimizer.state[p]
    assert state["func_evals"] == 4 and state["n_iter"] == 4


def test_max_eval():
    p, calls = parameter(), []
    optimizer = optim.LBFGS([p], max_eval=2, lr=0.1)
    optimizer.step(quadratic(p, optimizer, calls))
    assert len(calls) == 2


def test_stops_at_the_minimum():
    p = parameter()
    p.data.copy_(torch.DoubleTensor(np.linalg.solve(MATRIX, TARGET).tolist()))
    before, calls = p.data.clone(), []
    optimizer = optim.LBFGS([p])
    optimizer.step(quadratic(p, optimizer, calls))
    assert len(calls) == 1 and p.data.equal(before)


def test_several_parameters_and_none_gradients():
    a, b = parameter(), nn.Parameter(torch.DoubleTensor([[1, 2], [3, 4]]).t())
    unused = parameter()
    optimizer = optim.LBFGS([a, b, unused], max_iter=50)

    def closure():
        optimizer.zero_grad()
        loss = (a * a).sum() + ((b - 1) ** 2).sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    np.testing.assert_allclose(a.data.numpy(), 0, atol=1e-5)
    np.testing.assert_allclose(b.data.numpy(), 1, atol=1e-5)
    assert unused.data.tolist() == [1, 1, 1]


def test_state_dict_continues_a_run():
    p = parameter()
    first = optim.LBFGS([p], lr=0.3, max_iter=3)
    first.step(quadratic(p, first))
    q = nn.Parameter(p.data.clone())
    second = optim.LBFGS([q], lr=0.3, max_iter=3)
    second.load_state_dict(first.state_dict())
    first.step(quadratic(p, first))
    second.step(quadratic(q, second))
    assert p.data.equal(q.data)


def test_one_group_only_and_no_line_search():
    with pytest.raises(ValueError, match="parameter groups.*got 2"):
        optim.LBFGS([{"params": [parameter()]}, {"params": [parameter()]}])
    p = parameter()
    optimizer = optim.LBFGS([p], line_search_fn="wolfe")
    with pytest.raises(RuntimeError, match="line search function.*wolfe"):
        optimizer.step(quadratic(p, optimizer))
