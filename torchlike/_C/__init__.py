"""The compiled core: tensors, Variables, the engine; re-exported by the package."""

from types import SimpleNamespace

from torchlike._C import tensor
from torchlike._C.core import info

# The functions that torchlike.nn.functional is made of.
nn = SimpleNamespace(**tensor.nn_functions)

__all__ = ["info", "nn", "tensor"]
