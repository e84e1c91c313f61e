"""Tools for the parameters of modules."""

from torchlike.nn.utils import rnn
from torchlike.nn.utils.clip_grad import clip_grad_norm
from torchlike.nn.utils.convert_parameters import (
    parameters_to_vector,
    vector_to_parameters,
)
from torchlike.nn.utils.weight_norm import remove_weight_norm, weight_norm

__all__ = [
    "clip_grad_norm",
    "parameters_to_vector",
    "remove_weight_norm",
    "rnn",
    "vector_to_parameters",
    "weight_norm",
]
