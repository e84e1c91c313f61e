import copy

import numpy as np
import pytest

import torchlike as torch
from torchlike import nn, optim
from torchlike.autograd import Variable
from torchlike.optim.optimizer import Optimizer, required


def parameter(values=(1.0, 2.0)):
    return nn.Parameter(torch.Tensor(list(values)))


def minimise(optimizer, p, steps):
    for _ in range(steps):
        optimizer.zero_grad()
        (p * p).sum().backward()
        optimizer.step()


def test_groups_have_their_own_options():
    a, b = parameter(), parameter()
    optimizer = optim.SGD([{"params": [a]}, {"params": b, "lr": 0.5}], lr=0.1)
    assert [group["lr"] for group in optimizer.param_groups] == [0.1, 0.5]
    assert optimizer.param_groups[1]["params"][0] is b
    (a.sum() + b.sum()).backward()
    optimizer.step()
    np.testing.assert_allclose(a.data.numpy(), [0.9, 1.9], rtol=1e-6)
    np.testing.assert_allclose(b.data.numpy(), [0.5, 1.5], rtol=1e-6)


def test_parameters_without_gradient_stay():
    a, b = parameter(), parameter()
    for optimizer in (optim.SGD([a, b], lr=1, momentum=0.5), optim.Adam([a, b])):
        a.sum().backward()
        optimizer.step()
        assert b.data.tolist() == [1, 2]
        assert len(optimizer.state) == 1


def test_closure_is_called_and_its_result_returned():
    p = parameter()
    optimizer = optim.SGD([p], lr=0.1)

    def closure():
        optimizer.zero_grad()
        loss = p.sum()
        loss.backward()
        return loss

    assert optimizer.step(closure).data[0] == 3
    assert p.data.sum() == pytest.approx(2.8)


def test_zero_grad():
    p = parameter()
    optimizer = optim.SGD([p], lr=0.1)
    optimizer.zero_grad()
    assert p.grad is None
    p.sum().backward()
    optimizer.zero_grad()
    assert p.grad.data.tolist() == [0, 0]


OPTIMISERS = {
    "SGD": {"lr": 0.1, "momentum": 0.9},
    "Adam": {"lr": 0.1},
    "RMSprop": {"lr": 0.1, "momentum": 0.5, "centered": True},
    "Adagrad": {"lr": 0.1},
    "Adadelta": {},
    "Adamax": {"lr": 0.1},
    "ASGD": {"lr": 0.1, "t0": 2},
    "Rprop": {"lr": 0.1},
}


@pytest.mark.parametrize("kind", OPTIMISERS)
def test_state_dict_continues_a_run(kind):
    def make(p):
        return getattr(optim, kind)([p], **OPTIMISERS[kind])

    p = parameter()
    first = make(p)
    minimise(first, p, 3)
    q = nn.Parameter(p.data.clone())
    second = make(q)
    state = copy.deepcopy(first.state_dict())
    second.load_state_dict(state)
    minimise(first, p, 3)
    minimise(second, q, 3)
    np.testing.assert_array_equal(p.data.numpy(), q.data.numpy())
    # the dict was copied, so running on did not change it
    assert list(state["state"].values())[0].get("step", 3) == 3


def test_state_dicts_of_later_versions_number_the_parameters():
    p, q = parameter(), parameter()
    optimizer = optim.Adam([p, q], lr=0.5)
    group = {"lr": 0.1, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0}
    moments = {"exp_avg": torch.ones(2), "exp_avg_sq": torch.ones(2)}
    saved = {
        "state": {1: {"step": torch.Tensor([3]), **moments}},
        "param_groups": [
            {**group, "amsgrad": False, "foreach": None, "params": [0, 1]}
        ],
    }
    optimizer.load_state_dict(saved)
    (p.sum() + q.sum()).backward()
    optimizer.step()
    assert optimizer.param_groups[0]["lr"] == 0.1
    assert [optimizer.state[x]["step"] for x in (p, q)] == [1, 4]


def test_load_state_dict_checks_the_groups():
    optimizer = optim.SGD([parameter()], lr=0.1)
    other = optim.SGD([parameter(), parameter()], lr=0.1)
    with pytest.raises(ValueError, match="group 0 has 1 parameters, got 2"):
        optimizer.load_state_dict(other.state_dict())
    other.add_param_group({"params": parameter()})
    with pytest.raises(ValueError, match="number of parameter groups: expected 1, got"):
        optimizer.load_state_dict(other.state_dict())


def test_bad_parameters():
    p = parameter()
    with pytest.raises(TypeError, match="iterable of Variables or dicts, but got"):
        optim.SGD(p, lr=0.1)
    with pytest.raises(ValueError, match="empty parameter list"):
        optim.SGD([], lr=0.1)
    with pytest.raises(TypeError, match="can only optimize Variables.*FloatTensor"):
        optim.SGD([torch.ones(1)], lr=0.1)
    with pytest.raises(ValueError, match="doesn't require gradients"):
        optim.SGD([Variable(torch.ones(1))], lr=0.1)
    with pytest.raises(ValueError, match="non-leaf"):
        optim.SGD([p * 2], lr=0.1)
    with pytest.raises(ValueError, match="more than one parameter group"):
        optim.SGD([{"params": [p]}, {"params": [p]}], lr=0.1)
    with pytest.raises(TypeError, match="ordered collection"):
        optim.SGD([{"params": {p}}], lr=0.1)
    with pytest.raises(TypeError, match="must be a dict"):
        optim.SGD([p], lr=0.1).add_param_group([p])


def test_required_options():
    p = parameter()
    with pytest.raises(ValueError, match="required optimization parameter lr"):
        optim.SGD([p])
    assert repr(required) == "<required parameter>"
    assert copy.deepcopy(required) is required


def test_repr():
    assert repr(optim.SGD([parameter()], lr=0.1)) == (
        "SGD (\n"
        "Parameter Group 0\n"
        "    dampening: 0\n"
        "    lr: 0.1\n"
        "    momentum: 0\n"
        "    nesterov: False\n"
        "    weight_decay: 0\n"
        ")"
    )


def test_step_has_to_be_defined():
    with pytest.raises(NotImplementedError):
        Optimizer([parameter()], {}).step()
