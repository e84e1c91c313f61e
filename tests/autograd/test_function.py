"""User-defined Functions."""

import gc
import re
import weakref

import pytest

import torchlike as torch
from torchlike import autograd
from torchlike.autograd import Function, Variable, gradcheck, gradgradcheck
from torchlike.autograd.function import (
    BackwardCFunction,
    FunctionMeta,
    InplaceFunction,
    NestedIOFunction,
    once_differentiable,
    traceable,
)


def leaf(*values):
    return Variable(torch.DoubleTensor(list(values)), requires_grad=True)


def values(v):
    return list(v.data)


class Mul(Function):
    @staticmethod
    def forward(ctx, a, b):
        ctx.save_for_backward(a, b)
        return a * b

    @staticmethod
    def backward(ctx, grad):
        a, b = ctx.saved_variables
        return grad * b, grad * a


class Exp(Function):
    @staticmethod
    def forward(ctx, x):
        result = x.exp()
        ctx.save_for_backward(result)
        return result

    @staticmethod
    def backward(ctx, grad):
        (result,) = ctx.saved_variables
        return grad * result


class MulConstant(Function):
    @staticmethod
    def forward(ctx, tensor, constant, unused=None):
        ctx.constant = constant
        return tensor * constant

    @staticmethod
    def backward(ctx, grad):
        return grad * ctx.constant, None, None, None


class Split(Function):
    @staticmethod
    def forward(ctx, x):
        return x * 2, x * 3

    @staticmethod
    def backward(ctx, first, second):
        return first * 2 + second * 3


def backward_returns(result, static=True):
    """A Function of two arguments whose backward returns something."""

    class Broken(Function):
        @staticmethod
        def forward(ctx, a, b=None):
            return a * 2

        @staticmethod
        def backward(ctx, grad):
            return result

    return Broken


def test_gradients():
    x, y = leaf(1, 2), leaf(3, 4)
    assert gradcheck(Mul.apply, [x, y]) and gradgradcheck(Mul.apply, [x, y])
    assert gradcheck(Exp.apply, [x]) and gradgradcheck(Exp.apply, [x])
    assert gradcheck(lambda x: MulConstant.apply(x, 3.0), [x])
    assert gradcheck(Split.apply, [x]) and gradgradcheck(Split.apply, [x])


def test_context():
    seen = {}

    class Look(Function):
        @staticmethod
        def forward(ctx, a, b, c):
            seen["forward"] = ctx.needs_input_grad
            return a + b

        @staticmethod
        def backward(ctx, grad):
            seen["backward"] = ctx.needs_input_grad
            seen["volatile"] = grad.volatile
            return grad, grad, None

    out = Look.apply(leaf(1), Variable(torch.ones(1).double()), "text")
    assert out.grad_fn.name() == "LookBackward"
    assert "LookBackward object" in repr(out.grad_fn)
    out.backward()
    assert seen["forward"] == seen["backward"] == (True, False, False)
    assert seen["volatile"]


def test_the_class_of_contexts():
    x = leaf(3)
    y = Mul.apply(x, leaf(4))
    cls = type(y.grad_fn)
    assert cls.__name__ == y.grad_fn.name() == "MulBackward"
    assert Mul._backward_cls is cls and cls._forward_cls is Mul
    assert issubclass(cls, BackwardCFunction) and not isinstance(y.grad_fn, Mul)
    shown = re.fullmatch(
        r"<torch\.autograd\.function\.MulBackward object at (0x[0-9a-f]+)>",
        repr(y.grad_fn),
    )
    assert int(shown[1], 16) == id(y.grad_fn)
    assert type(Mul) is FunctionMeta and not Mul._is_legacy
    assert Function._backward_cls.__name__ == "FunctionBackward"

    class Sub(Mul):
        pass

    assert type(Sub.apply(x, x).grad_fn) is Sub._backward_cls
    assert Sub._backward_cls._forward_cls is Sub


def test_what_a_context_keeps_is_seen_on_grad_fn():
    a, b = leaf(3), leaf(4)
    y = Mul.apply(a, b)
    assert y.grad_fn.saved_tensors == (a.data, b.data)
    assert y.grad_fn.saved_variables == (a, b)
    assert y.grad_fn.needs_input_grad == (True, True)
    assert MulConstant.apply(a, 5).grad_fn.constant == 5
    y.backward()
    with pytest.raises(RuntimeError, match="already been freed"):
        list(y.grad_fn.saved_tensors)


def test_a_context_computes_gradients_when_called():
    y = Mul.apply(leaf(3), leaf(4))
    grad = Variable(torch.DoubleTensor([10]))
    assert [values(g) for g in y.grad_fn(grad)] == [[40], [30]]
    assert [values(g) for g in y.grad_fn.apply(grad)] == [[40], [30]]
    with pytest.raises(TypeError, match="expected Variable as gradient 1, but got int"):
        y.grad_fn(1)


def test_instances_are_their_own_context():
    class Double(Function):
        def forward(self, x):
            self.factor = 2
            return x * 2

        def backward(self, grad):
            return grad * self.factor

    f = Double()
    y = f(leaf(1))
    assert y.grad_fn is f and f.factor == 2
    assert repr(f).startswith(f"<{__name__}.Double object at 0x")
    assert Double._is_legacy and Double._backward_cls is None
    with pytest.raises(AttributeError, match=r"no static method: call Double\(\)"):
        Double.apply(leaf(1))


@pytest.mark.parametrize("wrong", [5, "text", int, Variable])
def test_a_class_of_contexts_that_is_none(wrong):
    class Broken(Mul):
        pass

    Broken._backward_cls = wrong
    with pytest.raises(TypeError):
        Broken.apply(leaf(1), leaf(2))


def test_unused_output_has_a_zero_gradient():
    x = leaf(1, 2)
    first, second = Split.apply(x)
    assert (first.output_nr, second.output_nr) == (0, 1)
    second.sum().backward()
    assert values(x.grad) == [3, 3]


def test_nothing_is_recorded_without_need():
    x = Variable(torch.ones(2))
    assert MulConstant.apply(x, 2).grad_fn is None
    y = MulConstant.apply(Variable(torch.ones(2), volatile=True), 2)
    assert y.volatile and y.grad_fn is None


def test_saved_values_are_checked():
    x, y = leaf(1), leaf(2)
    product = Mul.apply(x, y)
    product.backward(retain_graph=True)
    product.backward()
    assert values(x.grad) == [4]
    with pytest.raises(RuntimeError, match="a second time"):
        product.backward()
    z = x * 1
    product = Mul.apply(z, y)
    z.add_(1)
    with pytest.raises(
        RuntimeError, match="modified by an inplace operation.*MulBackward"
    ):
        product.backward()
    result = Exp.apply(x)
    result.add_(1)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        result.backward()


def test_only_inputs_and_outputs_can_be_saved():
    class Wrong(Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x * 2)
            return x

    with pytest.raises(RuntimeError, match="input or output tensors, but argument 0"):
        Wrong.apply(leaf(1))


@pytest.mark.parametrize(
    "result, error, text",
    [
        ((), RuntimeError, r"incorrect number of gradients \(expected 2, got 0\)"),
        ((1, 2, 3), RuntimeError, r"\(expected 2, got 3\)"),
        ((3, None), TypeError, "expected Variable as gradient 1, but got int"),
        ((torch.ones(2), None), TypeError, "expected Variable as gradient 1"),
        (
            (Variable(torch.ones(3).double()), None),
            RuntimeError,
            r"at index 0 - expected shape \[2\] but got \[3\]",
        ),
        (
            (Variable(torch.ones(2)), None),
            RuntimeError,
            "expected type torch.DoubleTensor but got torch.FloatTensor",
        ),
        (
            (None, Variable(torch.ones(2))),
            RuntimeError,
            "different than None at position 2",
        ),
    ],
)
def test_wrong_gradients(result, error, text):
    out = backward_returns(result).apply(leaf(1, 2), 5)
    with pytest.raises(error, match=text):
        out.sum().backward()


@pytest.mark.parametrize("result", [None, 3, (), [1], (3,), Variable(torch.ones(1))])
def test_wrong_outputs(result):
    class Wrong(Function):
        @staticmethod
        def forward(ctx, x):
            return result

    with pytest.raises(TypeError, match="Wrong.forward: expected"):
        Wrong.apply(leaf(1))


def test_missing_methods():
    class Empty(Function):
        pass

    with pytest.raises(NotImplementedError, match="Empty defines no forward"):
        Empty.apply(leaf(1))


def test_no_gradient():
    x = leaf(1, 2)
    (x + backward_returns((None, None)).apply(x)).sum().backward()
    assert values(x.grad) == [1, 1]


def test_non_differentiable_output():
    class Sort(Function):
        @staticmethod
        def forward(ctx, x):
            index = x.long()
            ctx.mark_non_differentiable(index)
            return x * 2, index

        @staticmethod
        def backward(ctx, grad, nothing):
            return grad * 2

    value, index = Sort.apply(leaf(1, 2))
    assert value.requires_grad and not index.requires_grad
    value.sum().backward()


def test_unchanged_input_as_output():
    class Identity(Function):
        @staticmethod
        def forward(ctx, x):
            return x

        @staticmethod
        def backward(ctx, grad):
            return grad * 3

    x = leaf(1)
    y = Identity.apply(x)
    assert y is not x
    y.backward()
    assert values(x.grad) == [3]


def test_inplace():
    class Double(Function):
        @staticmethod
        def forward(ctx, x):
            ctx.mark_dirty(x)
            return x.mul_(2)

        @staticmethod
        def backward(ctx, grad):
            return grad * 2

    x = leaf(1, 2)
    y = x * 1
    z = Double.apply(y)
    assert z is y and y._version == 1
    y.sum().backward()
    assert values(x.grad) == [2, 2]
    v = (x * 1)[1:]
    Double.apply(v)
    v.sum().backward()
    assert values(x.grad) == [2, 4]
    with pytest.raises(RuntimeError, match="a leaf Variable that requires grad"):
        Double.apply(leaf(1))


def test_wrong_mark_dirty():
    class Wrong(Function):
        @staticmethod
        def forward(ctx, x, other):
            ctx.mark_dirty(x if other else x * 2)
            return x * 2

    with pytest.raises(RuntimeError, match="were not returned as output"):
        Wrong.apply(leaf(1), True)
    with pytest.raises(RuntimeError, match="can only be called for inputs"):
        Wrong.apply(leaf(1), False)


def test_once_differentiable():
    class Square(Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        @once_differentiable
        def backward(ctx, grad):
            (x,) = ctx.saved_tensors
            return grad * x * 2

    x = leaf(3)
    Square.apply(x).backward()
    assert values(x.grad) == [6]
    y = Square.apply(x)
    (first,) = autograd.grad(y * y, x, create_graph=True)
    assert values(first) == [108]
    with pytest.raises(RuntimeError, match="once_differentiable"):
        first.backward()


def test_methods_on_tensors():
    class Scale(InplaceFunction):
        def __init__(self, factor):
            super().__init__()
            self.factor = factor

        def forward(self, x, y):
            self.save_for_backward(x)
            return x * self.factor + y

        def backward(self, grad):
            assert torch.is_tensor(grad) and len(self.saved_tensors) == 1
            return grad * self.factor, grad

    x, y = leaf(1, 2), leaf(3, 4)
    scale = Scale(5)
    scale(x, y).sum().backward()
    assert values(x.grad) == [5, 5] and values(y.grad) == [1, 1]
    assert not scale.inplace
    with pytest.raises(RuntimeError, match="called only once"):
        scale(x, y)
    with pytest.raises(RuntimeError, match="static method: call Mul.apply"):
        Mul()(x, y)


def test_many_arguments():
    class Sum(Function):
        @staticmethod
        def forward(ctx, *tensors):
            result = tensors[0].clone()
            for t in tensors[1:]:
                result += t
            return result

        @staticmethod
        def backward(ctx, grad):
            return tuple(grad * i for i in range(len(ctx.needs_input_grad)))

    inputs = [leaf(1) for _ in range(40)]
    Sum.apply(*inputs).backward()
    assert [x.grad.data[0] for x in inputs] == list(range(40))


def test_backward_in_backward():
    class Inner(Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx, grad):
            (x,) = ctx.saved_tensors
            inner = Variable(x, requires_grad=True)
            (inner * inner).backward()
            return Variable(inner.grad.data * grad.data)

    x = leaf(3)
    (Inner.apply(x) + Inner.apply(x)).backward()
    assert values(x.grad) == [12]


def test_cycles_are_collected():
    class Keep(Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, grad):
            return grad * 2

    y = Keep.apply(leaf(1))
    y.grad_fn.result = y
    y.mark = type("Mark", (), {})()
    gone = weakref.ref(y.mark)
    del y
    gc.collect()
    assert gone() is None


def test_replaced_data_leaves_saved_values_alone():
    class Multiply(Function):
        @staticmethod
        def forward(ctx, x, y):
            ctx.save_for_backward(x, None, y)
            return x * y

        @staticmethod
        def backward(ctx, grad_output):
            x, nothing, y = ctx.saved_variables
            assert nothing is None and ctx.saved_tensors[0] is x.data
            return grad_output * y, grad_output * x

    x, y = leaf(2), leaf(3)
    out = Multiply.apply(x, y)
    x.data = torch.zeros(1).double()
    out.backward()
    assert (x.grad.data[0], y.grad.data[0]) == (3, 2)


def test_shared_storage_counts_changes_together():
    class Half(Function):
        def forward(self, x):
            out = x.narrow(0, 0, 1)
            self.mark_shared_storage((x, out))
            return out

    x = Variable(torch.ones(2))
    part = Half()(x)
    part.mul_(3)
    assert x._version == part._version == 1
    assert x.data.tolist() == [3, 1]


def test_wrong_shared_storage():
    class Wrong(Function):
        def __init__(self, pairs):
            self.pairs = pairs

        def forward(self, x):
            out = x + 1
            self.mark_shared_storage(*self.pairs(x, out))
            return out

    with pytest.raises(TypeError, match="argument 0 is int"):
        Wrong(lambda x, out: [1])(leaf(1))
    with pytest.raises(ValueError, match="was no input"):
        Wrong(lambda x, out: [(out, out)])(leaf(1))


def test_nested_arguments_and_results():
    class Nested(NestedIOFunction):
        def forward_extended(self, x, pair):
            y, (z,) = pair
            self.save_for_backward(x, [y, z])
            return x * y, [z * 2, (x + z,)]

        def backward_extended(self, product, rest):
            double, (total,) = rest
            x, (y, z) = self.saved_tensors
            return product * y + total, [product * x, (double * 2 + total,)]

    x, y, z = leaf(2), leaf(3), leaf(5)
    product, (double, (total,)) = Nested()(x, [y, (z,)])
    assert [v.data[0] for v in (product, double, total)] == [6, 10, 7]
    (product + double * 10 + total * 100).backward()
    assert [v.grad.data[0] for v in (x, y, z)] == [103, 2, 120]


def test_nested_function_without_methods():
    with pytest.raises(NotImplementedError, match="no forward_extended"):
        NestedIOFunction()(leaf(1))


def test_traceable():
    @traceable
    class Copy(Function):
        pass

    assert Copy.is_traceable
    assert not getattr(Function, "is_traceable", False)


def test_changes_before_and_after_saving():
    x, y = Variable(torch.ones(1).double()), leaf(2)
    x.add_(1)
    out = Mul.apply(x, y)
    out.backward(retain_graph=True)
    assert values(y.grad) == [2]
    x.add_(1)
    with pytest.raises(RuntimeError, match="at version 2, expected version 1"):
        out.backward()
