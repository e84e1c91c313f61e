# Filling tensors: functions that the operator table names, with `out` first.
from libc.stdint cimport int64_t
from torchlike._C.tensor_base cimport TensorBase
from torchlike._C.th cimport THScalar

cdef int fill(TensorBase out, TensorBase self, THScalar value) except -1
cdef int zero(TensorBase out, TensorBase self) except -1
cdef int copy(TensorBase out, TensorBase self, TensorBase source) except -1
cdef int sum_to(TensorBase out, TensorBase self, int n, const int64_t *size) except -1

cdef int random(TensorBase out, TensorBase self, object generator) except -1
cdef int random_to(TensorBase out, TensorBase self, object generator, int64_t to) except -1
cdef int random_between(TensorBase out, TensorBase self, object generator, int64_t low, int64_t high) except -1
cdef int uniform(TensorBase out, TensorBase self, object generator, double low, double high) except -1
cdef int normal(TensorBase out, TensorBase self, object generator, double mean, double std) except -1
cdef int exponential(TensorBase out, TensorBase self, object generator, double lambd) except -1
cdef int cauchy(TensorBase out, TensorBase self, object generator, double median, double sigma) except -1
cdef int log_normal(TensorBase out, TensorBase self, object generator, double mean, double std) except -1
cdef int geometric(TensorBase out, TensorBase self, object generator, double p) except -1
