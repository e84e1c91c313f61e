"""Optimisers: they change parameters by their gradients."""

from torchlike.optim.adam import Adam
from torchlike.optim.optimizer import Optimizer
from torchlike.optim.sgd import SGD

__all__ = ["SGD", "Adam", "Optimizer"]
