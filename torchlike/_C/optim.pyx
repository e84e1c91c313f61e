"""Optimiser steps over lists of tensors, one fused kernel for each parameter."""
from torchlike._C.dispatch cimport THNN_dispatch
from torchlike._C.errors cimport check
from torchlike._C.tensor_base cimport TensorBase, missing_operator, type_name


cdef int same_type(TensorBase parameter, TensorBase other, str what) except -1:
    if other.ops != parameter.ops:
        raise TypeError(f"{what} must have the parameter's type {type_name(parameter)}, but is {type_name(other)}")
    if THNN_dispatch[parameter.ops.dtype].SGD_step == NULL:
        return missing_operator(parameter, "optimiser step")
    return 0


def sgd_step(list params, list grads, buffers, double lr, double momentum, double dampening,
             double weight_decay, bint nesterov, list first):
    """One step of stochastic gradient descent, in place.

    Parameters
    ----------
    params, grads : list of Tensor
        Of equal size and type, pair by pair.
    buffers : list of Tensor, or None without momentum
    lr, momentum, dampening, weight_decay : float
    nesterov : bool
    first : list of bool
        Whether a buffer is used for the first time.
    """
    cdef TensorBase p, g, b
    for i in range(len(params)):
        p, g = params[i], grads[i]
        same_type(p, g, "the gradient")
        b = None if buffers is None else buffers[i]
        if b is not None:
            same_type(p, b, "the momentum buffer")
        check(THNN_dispatch[p.ops.dtype].SGD_step(
            NULL, p.c_tensor, g.c_tensor, NULL if b is None else b.c_tensor, lr, momentum, dampening, weight_decay,
            nesterov, first[i]))


def adam_step(list params, list grads, list exp_avgs, list exp_avg_sqs, list steps, double lr, double beta1,
              double beta2, double eps, double weight_decay):
    """One step of Adam, in place; `steps` counts from 1."""
    cdef TensorBase p, g, m, v
    for i in range(len(params)):
        p, g, m, v = params[i], grads[i], exp_avgs[i], exp_avg_sqs[i]
        same_type(p, g, "the gradient")
        same_type(p, m, "exp_avg")
        same_type(p, v, "exp_avg_sq")
        check(THNN_dispatch[p.ops.dtype].Adam_step(
            NULL, p.c_tensor, g.c_tensor, m.c_tensor, v.c_tensor, lr, beta1, beta2, eps, weight_decay, steps[i]))
