# v[...] by LongTensors and sequences, reading and writing, with gradients.
from torchlike._C.tensor_index cimport Plan
from torchlike._C.variable cimport VariableBase

# `view` is what the plan's basic index and order make of a Variable.
cdef VariableBase v_get(VariableBase view, Plan plan)
cdef int v_put_(VariableBase view, Plan plan, VariableBase value) except -1      # value: of the type of view
