"""Optimisers: they change parameters by their gradients."""

from torchlike.optim import lr_scheduler
from torchlike.optim.adadelta import Adadelta
from torchlike.optim.adagrad import Adagrad
from torchlike.optim.adam import Adam
from torchlike.optim.adamax import Adamax
from torchlike.optim.asgd import ASGD
from torchlike.optim.lbfgs import LBFGS
from torchlike.optim.optimizer import Optimizer
from torchlike.optim.rmsprop import RMSprop
from torchlike.optim.rprop import Rprop
from torchlike.optim.sgd import SGD
from torchlike.optim.sparse_adam import SparseAdam

__all__ = [
    "ASGD",
    "LBFGS",
    "SGD",
    "Adadelta",
    "Adagrad",
    "Adam",
    "Adamax",
    "Optimizer",
    "RMSprop",
    "Rprop",
    "SparseAdam",
    "lr_scheduler",
]
