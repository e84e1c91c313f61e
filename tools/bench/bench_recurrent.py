"""Recurrent layers and cells, forward and backward, and training steps with them."""

import torch
import torch.nn.functional as F
from timing import Item, data
from torch import nn
from torch.autograd import Variable

ITEMS = [
    Item("LSTM(6, 6) over 5 steps", "step", "small()"),
    Item("LSTM(6, 6) over 5 steps, forward", "step", "short(steps5)"),
    Item("LSTM(128, 128) over 50 steps, batch 1", "sequence", "alone()"),
    Item("GRU(128, 128) over 50 steps, batch 1", "sequence", "gru()"),
    Item("RNN(128, 128) over 50 steps, batch 1", "sequence", "plain()"),
    Item("LSTM 2x512 over 35 steps, batch 20", "recurrent", "large()"),
    Item("LSTMCell(10, 20) in a loop of 6, batch 3", "cell", "cells()"),
    Item("GRUCell(10, 20) in a loop of 6, batch 3", "cell", "gru_cells()"),
    Item("char-RNN tutorial step, 6 letters", "cell", "classify()"),
]


def _backward(layer, x):
    """Return a function that runs a layer forward and backward."""

    def step():
        layer.zero_grad()
        layer(x)[0].sum().backward()

    return step


def _loop(cell, steps, hidden, pair):
    """Return a function that runs a cell over steps, forward and backward."""
    zeros = Variable(torch.zeros(*hidden))

    def step():
        cell.zero_grad()
        state = (zeros, zeros) if pair else zeros
        for x in steps:
            state = cell(x, state)
        (state[0] if pair else state).sum().backward()

    return step


class _Classifier(nn.Module):
    """The network of the tutorial that tells names of 18 languages apart."""

    def __init__(self, letters, hidden, categories):
        super().__init__()
        self.i2h = nn.Linear(letters + hidden, hidden)
        self.i2o = nn.Linear(letters + hidden, categories)

    def forward(self, x, hidden):
        both = torch.cat((x, hidden), 1)
        return F.log_softmax(self.i2o(both), dim=1), self.i2h(both)


def _classify(model, line, category):
    """Return a function that does the tutorial's training step on one name."""
    zeros = Variable(torch.zeros(1, 128))

    def step():
        hidden = zeros
        model.zero_grad()
        for x in line:
            output, hidden = model(x, hidden)
        loss = F.nll_loss(output, category)
        loss.backward()
        for p in model.parameters():
            p.data.sub_(p.grad.data * 1e-7)

    return step


def setup():
    steps = [Variable(data(3, 10)) for _ in range(6)]
    line = [Variable(data(1, 57)) for _ in range(6)]
    short, steps5 = nn.LSTM(6, 6), Variable(data(5, 1, 6))
    steps50 = Variable(data(50, 1, 128))
    return {
        "short": short,
        "steps5": steps5,
        "small": _backward(short, steps5),
        "alone": _backward(nn.LSTM(128, 128), steps50),
        "gru": _backward(nn.GRU(128, 128), steps50),
        "plain": _backward(nn.RNN(128, 128), steps50),
        "large": _backward(nn.LSTM(512, 512, 2), Variable(data(35, 20, 512))),
        "cells": _loop(nn.LSTMCell(10, 20), steps, (3, 20), True),
        "gru_cells": _loop(nn.GRUCell(10, 20), steps, (3, 20), False),
        "classify": _classify(
            _Classifier(57, 128, 18), line, Variable(torch.LongTensor([3]))
        ),
    }
