"""The C functions of the layers, called directly, as 0.3 allowed.

`type2backend[tensor_type]`, with a tensor class or its name, has every function of
``THNN.h`` as a method, with the names and the argument order of 0.3; `library_state` is
what they take first.
"""

from torchlike._thnn.backend import THNNBackend, type2backend
from torchlike._thnn.utils import THNN_H_PATH, Argument, Function, parse_header

__all__ = [
    "Argument",
    "Function",
    "THNNBackend",
    "THNN_H_PATH",
    "parse_header",
    "type2backend",
]
