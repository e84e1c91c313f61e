"""The module classes, one family per file."""

from torchlike.nn.modules.activation import (
    LogSoftmax,
    ReLU,
    Sigmoid,
    Softmax,
    Tanh,
    Threshold,
)
from torchlike.nn.modules.batchnorm import BatchNorm1d, BatchNorm2d
from torchlike.nn.modules.container import ModuleList, ParameterList, Sequential
from torchlike.nn.modules.conv import Conv2d
from torchlike.nn.modules.dropout import Dropout
from torchlike.nn.modules.linear import Linear
from torchlike.nn.modules.loss import CrossEntropyLoss, MSELoss, NLLLoss
from torchlike.nn.modules.module import Module
from torchlike.nn.modules.pooling import MaxPool2d

__all__ = [
    "BatchNorm1d",
    "BatchNorm2d",
    "Conv2d",
    "CrossEntropyLoss",
    "Dropout",
    "Linear",
    "LogSoftmax",
    "MSELoss",
    "MaxPool2d",
    "Module",
    "ModuleList",
    "NLLLoss",
    "ParameterList",
    "ReLU",
    "Sequential",
    "Sigmoid",
    "Softmax",
    "Tanh",
    "Threshold",
]
