import copy

import pytest

import torchlike as torch
from torchlike import nn, optim
from torchlike.optim import lr_scheduler as schedulers


def make(lr=0.5, groups=1):
    params = [{"params": [nn.Parameter(torch.ones(1))]} for _ in range(groups)]
    return optim.SGD(params, lr=lr)


def rates(optimizer, scheduler, epochs):
    """The learning rate of each epoch, with the step at its beginning."""
    result = []
    for _ in range(epochs):
        scheduler.step()
        result.append(optimizer.param_groups[0]["lr"])
    return result


CASES = {
    "step": (lambda o: schedulers.StepLR(o, 3, 0.1), lambda e: 0.1 ** (e // 3)),
    "milestones": (
        lambda o: schedulers.MultiStepLR(o, [2, 5], 0.1),
        lambda e: 0.1 ** ((e >= 2) + (e >= 5)),
    ),
    "exponential": (lambda o: schedulers.ExponentialLR(o, 0.9), lambda e: 0.9**e),
    "lambda": (
        lambda o: schedulers.LambdaLR(o, lambda e: 1 / (1 + e)),
        lambda e: 1 / (1 + e),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_first_step_is_epoch_0(case):
    build, factor = CASES[case]
    optimizer = make()
    scheduler = build(optimizer)
    assert scheduler.last_epoch == -1
    assert optimizer.param_groups[0]["lr"] == pytest.approx(0.5 * factor(0))
    expected = [0.5 * factor(epoch) for epoch in range(8)]
    assert rates(optimizer, scheduler, 8) == pytest.approx(expected)
    assert scheduler.last_epoch == 7
    scheduler.step(1)
    assert optimizer.param_groups[0]["lr"] == pytest.approx(0.5 * factor(1))


def test_one_function_for_each_group():
    optimizer = make(groups=2)
    scheduler = schedulers.LambdaLR(optimizer, [lambda e: e, lambda e: 2 * e])
    scheduler.step(3)
    assert [group["lr"] for group in optimizer.param_groups] == [1.5, 3.0]
    with pytest.raises(ValueError, match="Expected 2 lr_lambdas, but got 1"):
        schedulers.LambdaLR(optimizer, [lambda e: e])


def test_resuming():
    optimizer = make()
    scheduler = schedulers.StepLR(optimizer, 2)
    whole = rates(optimizer, scheduler, 6)
    optimizer = make()
    rates(optimizer, schedulers.StepLR(optimizer, 2), 3)
    state = copy.deepcopy(optimizer.state_dict())
    resumed = make()
    resumed.load_state_dict(state)
    scheduler = schedulers.StepLR(resumed, 2, last_epoch=2)
    assert rates(resumed, scheduler, 3) == pytest.approx(whole[3:])
    with pytest.raises(KeyError, match=r"initial_lr.*param_groups\[0\]"):
        schedulers.StepLR(make(), 2, last_epoch=2)


def test_bad_arguments():
    with pytest.raises(TypeError, match="int is not an Optimizer"):
        schedulers.StepLR(1, 2)
    with pytest.raises(ValueError, match=r"increasing integers. Got \[5, 2\]"):
        schedulers.MultiStepLR(make(), [5, 2])
    with pytest.raises(ValueError, match="positive, got 0"):
        schedulers.StepLR(make(), 0)


def plateau(values, **options):
    """The learning rate after each measured value."""
    optimizer = make()
    scheduler = schedulers.ReduceLROnPlateau(optimizer, **options)
    result = []
    for value in values:
        scheduler.step(value)
        result.append(optimizer.param_groups[0]["lr"])
    return pytest.approx(result)


def test_plateau():
    assert [0.5, 0.5, 0.5, 0.05, 0.05, 0.05, 0.005] == plateau([3] * 7, patience=2)
    assert [0.5] * 5 == plateau([5, 4, 3, 2, 1], patience=0)
    assert [0.5, 0.05, 0.005] == plateau([5, 4, 3], mode="max", patience=0)
    assert [0.5] * 3 == plateau([3, 4, 5], mode="max", patience=0)


def test_plateau_thresholds():
    relative = {"threshold": 0.1, "patience": 0}
    assert [0.5, 0.05] == plateau([10, 9.1], **relative)
    assert [0.5, 0.5] == plateau([10, 8.9], **relative)
    assert [0.5, 0.05] == plateau([10, 10.9], mode="max", **relative)
    assert [0.5, 0.5] == plateau([10, 11.1], mode="max", **relative)
    absolute = {"threshold": 2, "threshold_mode": "abs", "patience": 0}
    assert [0.5, 0.05] == plateau([10, 8.5], **absolute)
    assert [0.5, 0.5] == plateau([10, 7.5], **absolute)
    assert [0.5, 0.05] == plateau([10, 11.5], mode="max", **absolute)


def test_plateau_cooldown_and_limits(capsys):
    cooled = plateau([1] * 7, patience=0, cooldown=2)
    assert [0.5, 0.05, 0.05, 0.05, 0.005, 0.005, 0.005] == cooled
    assert [0.5, 0.2, 0.2] == plateau([1] * 3, patience=0, min_lr=0.2, verbose=True)
    assert capsys.readouterr().out == (
        "Epoch     1: reducing learning rate of group 0 to 2.0000e-01.\n"
    )
    assert [0.5, 0.5] == plateau([1] * 2, patience=0, eps=1)


def test_plateau_bad_arguments():
    optimizer = make()
    for options, message in [
        ({"factor": 1}, "Factor should be < 1.0, got 1"),
        ({"mode": "up"}, "mode up is unknown"),
        ({"threshold_mode": "x"}, "threshold mode x is unknown"),
        ({"min_lr": [0, 0]}, "expected 1 min_lrs, got 2"),
    ]:
        with pytest.raises(ValueError, match=message):
            schedulers.ReduceLROnPlateau(optimizer, **options)
    with pytest.raises(TypeError, match="not an Optimizer"):
        schedulers.ReduceLROnPlateau([])
