"""Variable: a tensor with a place in the graph of the computation."""

import copyreg

from torchlike._C.variable_class import Variable
from torchlike._utils import _reduce_variable

__all__ = ["Variable"]

copyreg.pickle(Variable, _reduce_variable)
