"""Optimiser steps over lists of tensors, one fused kernel for each parameter."""
from torchlike._C.dispatch cimport THNN_dispatch
from torchlike._C.errors cimport check
from torchlike._C.tensor_base cimport TensorBase, missing_operator, type_name


cdef int same_type(TensorBase parameter, TensorBase other, str what) except -1:
    if parameter is None or other is None:
        raise TypeError(f"{what} must be a tensor, got None")
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


def rmsprop_step(list params, list grads, list square_avgs, grad_avgs, buffers, double lr, double alpha, double eps,
                 double weight_decay, double momentum):
    """One step of RMSprop, in place; `grad_avgs` is None unless centred, `buffers` is None without momentum."""
    cdef TensorBase p, g, s, a, b
    for i in range(len(params)):
        p, g, s = params[i], grads[i], square_avgs[i]
        same_type(p, g, "the gradient")
        same_type(p, s, "square_avg")
        a = None if grad_avgs is None else grad_avgs[i]
        if a is not None:
            same_type(p, a, "grad_avg")
        b = None if buffers is None else buffers[i]
        if b is not None:
            same_type(p, b, "the momentum buffer")
        check(THNN_dispatch[p.ops.dtype].RMSprop_step(
            NULL, p.c_tensor, g.c_tensor, s.c_tensor, NULL if a is None else a.c_tensor,
            NULL if b is None else b.c_tensor, lr, alpha, eps, weight_decay, momentum))


def adagrad_step(list params, list grads, list sums, list steps, double lr, double lr_decay, double weight_decay):
    """One step of Adagrad, in place; `steps` counts from 1."""
    cdef TensorBase p, g, s
    for i in range(len(params)):
        p, g, s = params[i], grads[i], sums[i]
        same_type(p, g, "the gradient")
        same_type(p, s, "sum")
        check(THNN_dispatch[p.ops.dtype].Adagrad_step(
            NULL, p.c_tensor, g.c_tensor, s.c_tensor, lr, lr_decay, weight_decay, steps[i]))


def adadelta_step(list params, list grads, list square_avgs, list acc_deltas, double lr, double rho, double eps,
                  double weight_decay):
    """One step of Adadelta, in place."""
    cdef TensorBase p, g, s, a
    for i in range(len(params)):
        p, g, s, a = params[i], grads[i], square_avgs[i], acc_deltas[i]
        same_type(p, g, "the gradient")
        same_type(p, s, "square_avg")
        same_type(p, a, "acc_delta")
        check(THNN_dispatch[p.ops.dtype].Adadelta_step(
            NULL, p.c_tensor, g.c_tensor, s.c_tensor, a.c_tensor, lr, rho, eps, weight_decay))


def adamax_step(list params, list grads, list exp_avgs, list exp_infs, list steps, double lr, double beta1,
                double beta2, double eps, double weight_decay):
    """One step of Adamax, in place; `steps` counts from 1."""
    cdef TensorBase p, g, m, u
    for i in range(len(params)):
        p, g, m, u = params[i], grads[i], exp_avgs[i], exp_infs[i]
        same_type(p, g, "the gradient")
        same_type(p, m, "exp_avg")
        same_type(p, u, "exp_inf")
        check(THNN_dispatch[p.ops.dtype].Adamax_step(
            NULL, p.c_tensor, g.c_tensor, m.c_tensor, u.c_tensor, lr, beta1, beta2, eps, weight_decay, steps[i]))
