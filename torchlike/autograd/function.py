"""Function: operations with a hand-written derivative."""

import functools

from torchlike._C.function import Function, attach_error

from .variable import Variable

__all__ = ["Function", "InplaceFunction", "once_differentiable", "traceable"]


class InplaceFunction(Function):
    """A Function that is made with the choice whether it works in place.

    Parameters
    ----------
    inplace : bool, default: False
        Kept as the attribute ``inplace``.
    """

    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace


def once_differentiable(backward):
    """Mark a ``backward`` that works on tensors and can't be differentiated.

    Below ``@staticmethod``, above ``def backward(ctx, *grad_outputs)``: the gradients
    arrive as tensors and are returned as tensors.
    """

    @functools.wraps(backward)
    def wrapper(ctx, *grads):
        tensors = [g.data if isinstance(g, Variable) else g for g in grads]
        results = backward(ctx, *tensors)
        variables = [g for g in grads if isinstance(g, Variable)]
        volatile = any(g.volatile for g in variables)
        differentiable = tuple(g for g in variables if g.requires_grad)
        single = not isinstance(results, tuple)
        wrapped = []
        for result in (results,) if single else results:
            if result is not None:
                result = Variable(result, volatile=volatile)
                if differentiable and not volatile:
                    attach_error(
                        result,
                        "trying to differentiate twice a function that was marked "
                        "with @once_differentiable",
                        differentiable,
                    )
            wrapped.append(result)
        return wrapped[0] if single else tuple(wrapped)

    return wrapper


def traceable(cls):
    """Mark a Function class whose forward depends on the sizes of its inputs only."""
    cls.is_traceable = True
    return cls
