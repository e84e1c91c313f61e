"""Update rules against their formulas, written with NumPy."""

import numpy as np
import pytest

import torchlike as torch
from torchlike import nn, optim

START = np.array([[1.0, -2.0, 3.0], [0.5, 4.0, -1.0]])


def rmsprop(x, g, s, t, lr=0.1, alpha=0.9, eps=1e-8, momentum=0, centered=False):
    s["v"] = alpha * s.get("v", 0) + (1 - alpha) * g * g
    variance = s["v"]
    if centered:
        s["m"] = alpha * s.get("m", 0) + (1 - alpha) * g
        variance = variance - s["m"] ** 2
    s["b"] = momentum * s.get("b", 0) + g / (np.sqrt(variance) + eps)
    return x - lr * s["b"]


def adagrad(x, g, s, t, lr=0.1, lr_decay=0):
    s["sum"] = s.get("sum", 0) + g * g
    return x - lr / (1 + (t - 1) * lr_decay) * g / (np.sqrt(s["sum"]) + 1e-10)


def adadelta(x, g, s, t, lr=1.0, rho=0.9, eps=1e-6):
    s["v"] = rho * s.get("v", 0) + (1 - rho) * g * g
    delta = np.sqrt((s.get("u", 0) + eps) / (s["v"] + eps)) * g
    s["u"] = rho * s.get("u", 0) + (1 - rho) * delta**2
    return x - lr * delta


def adamax(x, g, s, t, lr=0.1, betas=(0.9, 0.999), eps=1e-8):
    s["m"] = betas[0] * s.get("m", 0) + (1 - betas[0]) * g
    s["u"] = np.maximum(betas[1] * s.get("u", 0), np.abs(g) + eps)
    return x - lr / (1 - betas[0] ** t) * s["m"] / s["u"]


def asgd(x, g, s, t, lr=0.1, lambd=1e-4, alpha=0.75, t0=1e6):
    eta, mu = s.get("eta", lr), s.get("mu", 1)
    x = x * (1 - lambd * eta) - eta * g
    s["ax"] = s.get("ax", 0) + mu * (x - s.get("ax", 0))
    s["eta"] = lr / (1 + lambd * lr * t) ** alpha
    s["mu"] = 1 / max(1, t - t0)
    return x


def rprop(x, g, s, t, lr=0.1, etas=(0.5, 1.2), step_sizes=(1e-6, 50)):
    sign = np.sign(g * s.get("previous", 0))
    factor = np.where(sign > 0, etas[1], np.where(sign < 0, etas[0], 1))
    s["size"] = np.clip(s.get("size", lr) * factor, *step_sizes)
    s["previous"] = g = np.where(sign < 0, 0, g)
    return x - np.sign(g) * s["size"]


CASES = {
    "rmsprop": (optim.RMSprop, rmsprop, {"lr": 0.1, "alpha": 0.9}),
    "rmsprop-momentum": (optim.RMSprop, rmsprop, {"alpha": 0.9, "momentum": 0.5}),
    "rmsprop-centered": (
        optim.RMSprop,
        rmsprop,
        {"lr": 0.05, "alpha": 0.8, "centered": True},
    ),
    "rmsprop-both": (
        optim.RMSprop,
        rmsprop,
        {"alpha": 0.9, "centered": True, "momentum": 0.5, "eps": 0.01},
    ),
    "adagrad": (optim.Adagrad, adagrad, {"lr": 0.1}),
    "adagrad-decay": (optim.Adagrad, adagrad, {"lr": 0.1, "lr_decay": 0.5}),
    "adadelta": (optim.Adadelta, adadelta, {}),
    "adadelta-options": (optim.Adadelta, adadelta, {"lr": 2, "rho": 0.5, "eps": 0.01}),
    "adamax": (optim.Adamax, adamax, {"lr": 0.1}),
    "adamax-options": (optim.Adamax, adamax, {"lr": 0.5, "betas": (0.5, 0.6)}),
    "asgd": (optim.ASGD, asgd, {"lr": 0.1}),
    "asgd-averages": (optim.ASGD, asgd, {"lr": 0.1, "lambd": 0.1, "t0": 2}),
    "rprop": (optim.Rprop, rprop, {"lr": 0.1}),
    "rprop-limits": (optim.Rprop, rprop, {"lr": 0.6, "step_sizes": (0.4, 0.7)}),
}
DECAYS = [(case, decay) for case in CASES for decay in (0, 0.1)]
DECAYS = [(c, d) for c, d in DECAYS if not (d and CASES[c][0] is optim.Rprop)]


def check_rule(kind, rule, options, tensor, decay=0, start=START):
    p = nn.Parameter(tensor(start.tolist()))
    if decay:
        optimizer = kind([p], weight_decay=decay, **options)
    else:
        optimizer = kind([p], **options)
    options = {"lr": optimizer.param_groups[0]["lr"], **options}
    x, state = start.copy(), {}
    for t in range(1, 8):
        optimizer.zero_grad()
        (p * p).sum().backward()
        optimizer.step()
        x = rule(x, 2 * x + decay * x, state, t, **options)
        np.testing.assert_allclose(p.data.numpy(), x, rtol=1e-5, atol=1e-6)
    assert optimizer.state[p]["step"] == 7
    return optimizer.state[p], state


@pytest.mark.parametrize("tensor", [torch.FloatTensor, torch.DoubleTensor])
@pytest.mark.parametrize(("case", "decay"), DECAYS)
def test_follows_its_formula(case, decay, tensor):
    kind, rule, options = CASES[case]
    check_rule(kind, rule, options, tensor, decay)


def test_state_has_the_names_of_0_3():
    names = {
        optim.RMSprop: {"step", "square_avg"},
        optim.Adagrad: {"step", "sum"},
        optim.Adadelta: {"step", "square_avg", "acc_delta"},
        optim.Adamax: {"step", "exp_avg", "exp_inf"},
        optim.ASGD: {"step", "eta", "mu", "ax"},
        optim.Rprop: {"step", "prev", "step_size"},
    }
    for kind, expected in names.items():
        p = nn.Parameter(torch.ones(2))
        optimizer = kind([p])
        p.sum().backward()
        optimizer.step()
        assert set(optimizer.state[p]) == expected


def test_asgd_keeps_the_average():
    ours, formula = check_rule(
        optim.ASGD, asgd, {"lr": 0.1, "t0": 2, "lambd": 0.1}, torch.DoubleTensor
    )
    np.testing.assert_allclose(ours["ax"].numpy(), formula["ax"])


def test_large_parameters_are_split_between_threads():
    start = np.random.RandomState(0).randn(70001)
    for kind, rule in [
        (optim.RMSprop, rmsprop),
        (optim.Adagrad, adagrad),
        (optim.Adadelta, adadelta),
        (optim.Adamax, adamax),
    ]:
        options = {"alpha": 0.9} if kind is optim.RMSprop else {}
        check_rule(kind, rule, options, torch.DoubleTensor, start=start)


@pytest.mark.parametrize(
    "kind", [optim.RMSprop, optim.Adagrad, optim.Adadelta, optim.Adamax]
)
def test_strided_and_empty_parameters(kind):
    p = nn.Parameter(torch.ones(2, 3).t())
    q = nn.Parameter(torch.ones(2, 3))
    empty = nn.Parameter(torch.Tensor())
    optimizer = kind([p, q, empty])
    empty.grad = torch.autograd.Variable(torch.Tensor())
    ((p * p).sum() + (q * q).sum()).backward()
    optimizer.step()
    assert p.data.size() == (3, 2) and p.data.stride() == (1, 3)
    np.testing.assert_array_equal(p.data.t().numpy(), q.data.numpy())


@pytest.mark.parametrize(
    "kind", [optim.RMSprop, optim.Adagrad, optim.Adadelta, optim.Adamax, optim.Adam]
)
def test_damaged_state_is_reported(kind):
    p = nn.Parameter(torch.ones(2))
    optimizer = kind([p])
    p.sum().backward()
    optimizer.step()
    for name, value in list(optimizer.state[p].items()):
        if name != "step":
            optimizer.state[p][name] = torch.ones(3)
            with pytest.raises(RuntimeError, match=r"same size, got \[2\] and \[3\]"):
                optimizer.step()
            optimizer.state[p][name] = torch.DoubleTensor(2)
            with pytest.raises(TypeError, match="DoubleTensor"):
                optimizer.step()
            optimizer.state[p][name] = None
            with pytest.raises(TypeError, match="None"):
                optimizer.step()
            optimizer.state[p][name] = value
    optimizer.step()


def test_sparse_adam_needs_sparse_gradients():
    p = nn.Parameter(torch.ones(2))
    optimizer = optim.SparseAdam([p])
    optimizer.step()
    p.sum().backward()
    with pytest.raises(RuntimeError, match="does not support dense gradients"):
        optimizer.step()


@pytest.mark.parametrize(
    ("kind", "options", "message"),
    [
        (optim.RMSprop, {"lr": -1}, "Invalid lr value: -1"),
        (optim.RMSprop, {"alpha": 1.5}, "Invalid alpha value: 1.5"),
        (optim.RMSprop, {"momentum": -1}, "Invalid momentum value: -1"),
        (optim.Adagrad, {"lr_decay": -1}, "Invalid lr_decay value: -1"),
        (optim.Adadelta, {"rho": 2}, "Invalid rho value: 2"),
        (optim.Adadelta, {"eps": -1}, "Invalid eps value: -1"),
        (optim.Adamax, {"betas": (1.0, 0.9)}, "beta parameter at index 0: 1.0"),
        (optim.SparseAdam, {"betas": (0.9, -1)}, "beta parameter at index 1: -1"),
        (optim.ASGD, {"weight_decay": -1}, "Invalid weight_decay value: -1"),
        (optim.Rprop, {"etas": (0.5, 0.9)}, "Invalid eta values: 0.5, 0.9"),
        (optim.LBFGS, {"max_iter": -1}, "Invalid max_iter value: -1"),
    ],
)
def test_bad_options(kind, options, message):
    with pytest.raises(ValueError, match=message):
        kind([nn.Parameter(torch.ones(1))], **options)
