"""Function: operations with a hand-written derivative."""

import functools

from torchlike._C.function import Function as _FunctionBase, attach_error

from .variable import Variable

__all__ = [
    "BackwardCFunction",
    "Function",
    "FunctionMeta",
    "InplaceFunction",
    "NestedIOFunction",
    "once_differentiable",
    "traceable",
]


class BackwardCFunction(_FunctionBase):
    """The context of a Function with static methods, which is its node in the graph.

    ``forward`` and ``backward`` get it as ``ctx`` and may set attributes; it is the
    ``grad_fn`` of the results. Each Function has a class of them, ``_backward_cls``.
    """

    def apply(self, *grads):
        """Call the Function's ``backward`` with the gradients of its outputs."""
        return self._forward_cls.backward(self, *grads)


class FunctionMeta(type):
    """The class of Function and its subclasses: gives each the class of its contexts.

    A subclass ``F`` with a static ``forward`` has ``F._backward_cls``, named
    ``FBackward``, whose ``_forward_cls`` is ``F``; one whose instances are called has
    None and ``_is_legacy``.
    """

    def __init__(cls, name, bases, namespace):
        super().__init__(name, bases, namespace)
        forward = next(
            base.__dict__["forward"]
            for base in cls.__mro__
            if "forward" in base.__dict__
        )
        cls._is_legacy = not isinstance(forward, (staticmethod, classmethod))
        cls._backward_cls = None
        if not cls._is_legacy:
            attributes = {"_forward_cls": cls, "__module__": "torch.autograd.function"}
            cls._backward_cls = type(
                name + "Backward", (BackwardCFunction,), attributes
            )


class Function(_FunctionBase, metaclass=FunctionMeta):
    """An operation with a hand-written derivative.

    Subclasses define the static methods ``forward(ctx, *args)``, which gets tensors in
    place of Variables and returns a tensor or a tuple of tensors, and ``backward(ctx,
    *grads)``, which gets a Variable for every output and returns a Variable or None for
    every argument of forward. ``Subclass.apply(*args)`` performs the operation.
    """

    @staticmethod
    def forward(ctx, *args):
        """Compute the result from tensors; every subclass defines it."""
        raise NotImplementedError(f"{_user_name(ctx)} defines no forward")

    @staticmethod
    def backward(ctx, *grad_outputs):
        """Compute the gradients of the arguments; every subclass defines it."""
        raise NotImplementedError(f"{_user_name(ctx)} defines no backward")


def _user_name(ctx):
    return getattr(type(ctx), "_forward_cls", type(ctx)).__name__


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


def _flatten(value):
    """The tensors, Variables and None in nested lists and tuples, in order."""
    if isinstance(value, (list, tuple)):
        return [leaf for item in value for leaf in _flatten(item)]
    return [value]


def _nest(leaves, like):
    """The next values of an iterator in the nesting of another value."""
    if isinstance(like, (list, tuple)):
        return type(like)(_nest(leaves, item) for item in like)
    return next(leaves)


class NestedIOFunction(Function):
    """A Function whose arguments and results may be nested lists and tuples.

    Subclasses define ``forward_extended(*args)`` and ``backward_extended(*grads)``,
    which get and return tensors nested as the user gave them; instances are called
    once.
    """

    def __call__(self, *args):
        """Perform the operation on nested Variables."""
        self._nested_args = args
        outputs = super().__call__(*_flatten(args))
        return _nest(iter(outputs), self._nested_outputs)

    def forward(self, *tensors):
        """Call ``forward_extended`` with nested tensors."""
        args = _nest(iter(tensors), self._nested_args)
        del self._nested_args
        self._nested_outputs = self.forward_extended(*args)
        outputs = tuple(_flatten(self._nested_outputs))
        # Only the nesting is wanted later.
        self._nested_outputs = _nest(iter([None] * len(outputs)), self._nested_outputs)
        return outputs

    def backward(self, *grads):
        """Call ``backward_extended`` with nested gradients."""
        nested = _nest(iter(grads), self._nested_outputs)
        if not isinstance(nested, tuple):
            nested = (nested,)
        return tuple(_flatten(self.backward_extended(*nested)))

    def forward_extended(self, *args):
        """Compute the result from nested tensors; every subclass defines it."""
        raise NotImplementedError(f"{type(self).__name__} defines no forward_extended")

    def backward_extended(self, *grads):
        """Compute the gradients of the arguments; every subclass defines it."""
        raise NotImplementedError(f"{type(self).__name__} defines no backward_extended")

    def save_for_backward(self, *values):
        """Keep nested inputs or outputs for backward."""
        tensors = _flatten(values)
        self._nested_saved = _nest(iter([None] * len(tensors)), values)
        super().save_for_backward(*tensors)

    @property
    def saved_tensors(self):
        """What forward saved, nested as it was given."""
        tensors = super().saved_tensors
        return _nest(iter(tensors), self._nested_saved) if tensors else ()

    def mark_dirty(self, *values):
        """Name the inputs, which may be nested, that forward changes in place."""
        super().mark_dirty(*_flatten(values))

    def mark_non_differentiable(self, *values):
        """Name the outputs, which may be nested, that have no derivative."""
        super().mark_non_differentiable(*_flatten(values))
