"""Variable: a tensor with a place in the graph of the computation."""

from torchlike._C.variable_class import Variable

__all__ = ["Variable"]
