"""Layers, and training steps of small networks."""

import torch
import torch.nn.functional as F
from timing import Item, data
from torch import nn, optim
from torch.autograd import Variable

# Small enough that thousands of steps leave the networks as they were.
_RATE = 1e-7

ITEMS = [
    Item("Linear(10, 10) on 1x10", "step", "linear(ten)"),
    Item("Linear(10, 10), backward too", "step", "linear(ten).sum().backward()"),
    Item("ReLU on 1x10", "record", "relu(ten)"),
    Item("cross_entropy of 1x10", "step", "F.cross_entropy(ten, one)"),
    Item("MLP 784-128-10 forward, batch 1", "step", "mlp(image)"),
    Item("MLP 784-128-10 SGD step, batch 1", "step", "step1()"),
    Item("MLP 784-128-10 SGD step, batch 64", "arithmetic", "step64()"),
]


def _step(model, optimizer, x, target):
    """Return a function that does one training step."""

    def step():
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), target)
        loss.backward()
        optimizer.step()

    return step


def _mlp():
    return nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))


def _labels(count):
    return Variable(torch.LongTensor([i % 10 for i in range(count)]))


def setup():
    mlp = _mlp()
    sgd = optim.SGD(mlp.parameters(), lr=_RATE)
    image, images = Variable(data(1, 784)), Variable(data(64, 784))
    return {
        "F": F,
        "ten": Variable(data(1, 10)),
        "one": _labels(1),
        "linear": nn.Linear(10, 10),
        "relu": nn.ReLU(),
        "mlp": mlp,
        "image": image,
        "step1": _step(mlp, sgd, image, _labels(1)),
        "step64": _step(mlp, sgd, images, _labels(64)),
    }
