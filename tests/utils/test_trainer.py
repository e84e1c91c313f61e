import numpy as np
import pytest

import torchlike as torch
from torchlike import nn, optim
from torchlike.utils.trainer import Trainer
from torchlike.utils.trainer.plugins import (
    AccuracyMonitor,
    Logger,
    LossMonitor,
    Monitor,
    Plugin,
    ProgressMonitor,
    TimeMonitor,
)


def trainer_of(batches=3):
    """One weight w, batches with loss (w * 1 - 3) ** 2, learning rate 1/4: w halves."""
    model = nn.Linear(1, 1, bias=False)
    model.weight.data.fill_(1)
    data = [(torch.ones(1, 1), torch.ones(1, 1) * 3)] * batches
    optimizer = optim.SGD(model.parameters(), lr=0.25)
    return Trainer(model, nn.MSELoss(), optimizer, data)


class Recorder(Plugin):
    def __init__(self, *interval):
        super().__init__(list(interval))
        self.calls = []

    def register(self, trainer):
        self.trainer = trainer

    def __getattr__(self, name):
        if name in ("iteration", "epoch", "batch", "update"):
            return lambda number, *args: self.calls.append((name, number, len(args)))
        raise AttributeError(name)


def test_trains():
    trainer = trainer_of()
    trainer.run(epochs=2)
    assert trainer.iterations == 6
    # the distance from 3 is halved at every step
    np.testing.assert_allclose(trainer.model.weight.data[0][0], 3 - 2 * 0.5**6)
    trainer.run()
    assert trainer.iterations == 9 and trainer.epochs == 3


def test_plugins_are_called_when_they_say():
    trainer = trainer_of()
    every = Recorder((1, "batch"), (1, "iteration"), (1, "update"), (1, "epoch"))
    second = Recorder((2, "iteration"), (2, "epoch"))
    trainer.register_plugin(every)
    trainer.register_plugin(second)
    trainer.run(epochs=2)
    steps = []
    for i in range(1, 7):
        steps += [("batch", i, 2), ("iteration", i, 4), ("update", i, 1)]
        if i % 3 == 0:
            steps.append(("epoch", i // 3, 0))
    assert every.calls == steps
    assert [(name, i) for name, i, _ in second.calls] == [
        ("iteration", 2),
        ("iteration", 4),
        ("iteration", 6),
        ("epoch", 2),
    ]


def test_loss_monitor():
    trainer = trainer_of()
    trainer.register_plugin(LossMonitor(smoothing=0.5))
    trainer.run()
    losses = [4, 1, 0.25]
    stats = trainer.stats["loss"]
    average = 0
    for loss in losses:
        average = 0.5 * average + 0.5 * loss
    np.testing.assert_allclose(stats["last"], losses[-1])
    np.testing.assert_allclose(stats["running_avg"], average)
    np.testing.assert_allclose(stats["epoch_mean"], np.mean(losses))
    trainer.run()
    np.testing.assert_allclose(stats["epoch_mean"], np.mean(losses) / 64)


def test_accuracy_progress_and_time(monkeypatch):
    model = nn.Linear(2, 2, bias=False)
    model.weight.data.copy_(torch.eye(2))
    inputs = torch.Tensor([[1, 0], [0, 1], [0, 1], [0, 1]])
    data = [(inputs, torch.LongTensor([0, 1, 1, 0]))] * 2
    optimizer = optim.SGD(model.parameters(), lr=0)
    trainer = Trainer(model, nn.CrossEntropyLoss(), optimizer, data)
    for plugin in (AccuracyMonitor(), ProgressMonitor(), TimeMonitor()):
        trainer.register_plugin(plugin)
    trainer.train()
    assert trainer.stats["accuracy"]["last"] == 75
    progress = trainer.stats["progress"]
    assert (progress["samples_used"], progress["percent"]) == (2, 100)
    assert trainer.stats["time"]["last"] >= 0
    trainer.call_plugins("epoch", 1)
    assert progress["samples_used"] == 0


def test_logger(capsys):
    trainer = trainer_of(2)
    trainer.register_plugin(LossMonitor(running_average=False, precision=2, unit="!"))
    trainer.register_plugin(ProgressMonitor())
    trainer.register_plugin(Logger(["progress", "loss", "loss.epoch_mean"]))
    trainer.run()
    assert capsys.readouterr().out.splitlines() == [
        "progress: 1/2 (50.00%)\tloss: 4.00!",
        "progress: 2/2 (100.00%)\tloss: 1.00!",
        "## EPOCH SUMMARY 1",
        "loss: 2.50!",
        "loss: 2.50!",
    ]
    trainer.register_plugin(Logger(["none"]))
    with pytest.raises(ValueError, match="no stat 'none', expected one of .*'loss'"):
        trainer.run()


def test_closures_that_are_called_several_times():
    trainer = trainer_of(1)
    trainer.optimizer = optim.LBFGS(trainer.model.parameters(), lr=0.1)
    recorder = Recorder((1, "iteration"))
    trainer.register_plugin(recorder)
    trainer.register_plugin(LossMonitor())
    trainer.run()
    np.testing.assert_allclose(trainer.stats["loss"]["last"], 4)
    assert recorder.calls == [("iteration", 1, 4)]


def test_bad_plugins():
    trainer = trainer_of()
    with pytest.raises(ValueError, match="unknown unit 'year', expected one of"):
        trainer.register_plugin(Recorder((1, "year")))
    with pytest.raises(ValueError, match="must be positive, got 0"):
        trainer.register_plugin(Recorder((0, "epoch")))
    with pytest.raises(NotImplementedError, match="Plugin defines no register"):
        trainer.register_plugin(Plugin())
    assert Monitor(precision=1).log_format == ".1f"
