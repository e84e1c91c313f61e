"""Variables: flags, attributes, copying, freeing."""

import copy
import gc
import pickle
import weakref

import pytest

import torchlike as torch
from torchlike.autograd import Variable, grad


def leaf(*size):
    return Variable(torch.ones(*size), requires_grad=True)


def test_flags_of_a_leaf():
    v = Variable(torch.ones(2, 3))
    assert v.is_leaf and v.grad_fn is None and v.grad is None
    assert not v.requires_grad and not v.volatile
    v.requires_grad = True
    assert v.requires_grad
    assert v.output_nr == 0 and v._version == 0 and v.name is None


def test_flags_of_a_result():
    y = leaf(2) * 2
    assert y.requires_grad and not y.is_leaf and y.grad_fn is not None
    with pytest.raises(RuntimeError, match="only change requires_grad flags of leaf"):
        y.requires_grad = False
    with pytest.raises(RuntimeError, match="volatile can only be set on leaf"):
        y.volatile = True


def test_type_name():
    assert str(Variable) == "<class 'torch.autograd.variable.Variable'>"


@pytest.mark.parametrize("data", [[1, 2], 3, "x", object()])
def test_data_has_to_be_a_tensor(data):
    with pytest.raises(TypeError, match="Variable data has to be a tensor, but got"):
        Variable(data)
    v = leaf(2)
    with pytest.raises(TypeError, match="Variable data has to be a tensor, but got"):
        v.data = data


def test_junk_arguments_of_the_constructor():
    with pytest.raises(ValueError, match="can't be volatile and require_grad"):
        Variable(torch.ones(1), requires_grad=True, volatile=True)
    with pytest.raises(TypeError):
        Variable(torch.ones(1), nonsense=1)
    with pytest.raises(TypeError):
        Variable.__mro__[-2]()
    assert Variable().data.numel() == 0


def test_volatile_spreads():
    v = Variable(torch.ones(2), volatile=True)
    y = v * leaf(2)
    assert y.volatile and not y.requires_grad and y.grad_fn is None
    with pytest.raises(RuntimeError, match="element 0 of variables tuple is volatile"):
        y.sum().backward()


def test_grad_is_checked():
    v = leaf(2, 3)
    v.grad = Variable(torch.zeros(2, 3))
    with pytest.raises(RuntimeError, match=r"\[2 x 3\].*\[3 x 2\]"):
        v.grad = Variable(torch.zeros(3, 2))
    with pytest.raises(RuntimeError, match="different type"):
        v.grad = Variable(torch.zeros(2, 3).double())
    with pytest.raises(RuntimeError, match="its own grad"):
        v.grad = v
    with pytest.raises(TypeError, match="expected Variable or None"):
        v.grad = torch.zeros(2, 3)
    v.grad = None
    assert v.grad is None and v._grad is None


def test_user_attributes():
    v = leaf(2)
    v.foo = [v]
    assert v.foo[0] is v and v.__dict__ == {"foo": [v]}
    gone = weakref.ref(v)
    del v
    gc.collect()
    assert gone() is None


def test_subclass():
    class Weight(Variable):
        def __new__(cls, data, extra):
            self = super().__new__(cls, data, requires_grad=True)
            self.extra = extra
            return self

    w = Weight(torch.ones(2), 5)
    assert w.extra == 5 and w.requires_grad
    assert type(w * 2) is Variable
    (w * 2).sum().backward()
    assert w.grad.data.sum() == 4


def test_detach():
    x = leaf(2)
    y = x * 2
    d = y.detach()
    assert not d.requires_grad and d.is_leaf
    d.add_(1)
    assert y.data[0] == 3 and y._version == d._version == 1
    y.detach_()
    assert y.is_leaf and not y.requires_grad


def test_deepcopy():
    x = leaf(2)
    y = copy.deepcopy(x)
    assert y.requires_grad and y is not x
    y.data.zero_()
    assert x.data.sum() == 2
    with pytest.raises(RuntimeError, match="Only Variables created explicitly"):
        copy.deepcopy(x * 2)


def test_state():
    x = leaf(2)
    cls, arguments, state = x.__reduce_ex__(2)
    y = cls(*arguments)
    y.__setstate__(state)
    assert y.requires_grad and not y.volatile and y._backward_hooks is None
    old = Variable(torch.zeros(1))
    old.__setstate__((torch.ones(3), None, None, True, None))
    assert old.requires_grad and old.data.numel() == 3


def test_long_chains_are_freed_without_recursion():
    x = leaf(2)
    for step in (
        lambda y: y + 1,
        lambda y: y * x,
        lambda y: y.tanh(),
        lambda y: y.view(2),
    ):
        y = x
        for _ in range(200000):
            y = step(y)
        del y
    y = x
    for _ in range(50000):
        y = torch.cat([y[:1], y[1:]])
    del y


def test_a_graph_dies_with_its_end():
    class Data(Variable):
        pass

    x = Data(torch.ones(2))
    gone = weakref.ref(x)
    y = x * leaf(2)
    del x
    assert gone() is not None
    y.sum().backward()
    assert gone() is None


def test_next_functions():
    x, c = leaf(2), Variable(torch.ones(2))
    y = (x * c).grad_fn
    (accumulate, nr), nothing = y.next_functions
    assert nr == 0 and accumulate.variable is x
    assert y.next_functions[0][0] is accumulate
    assert nothing == (None, 0)
    assert type(accumulate).__name__ == "AccumulateGrad"
    # numbered only where there are several of the name
    assert type(x.expand(2, 2).grad_fn).__name__ == "ExpandBackward"
    assert type(x.exp().grad_fn).__name__ == "ExpBackward"
    z = (x * x).sum().grad_fn
    assert z.next_functions[0][0].name().startswith("Mul")
    assert repr(z).startswith(f"<{z.name()} object at 0x")


def test_pickle_of_flags():
    v = Variable(torch.ones(2), volatile=True)
    _, _, state = v.__reduce_ex__(2)
    assert pickle.loads(pickle.dumps(state)) == (False, True, None)


def test_replaced_data_leaves_recorded_operations_alone():
    x, y = leaf(2), leaf(2)
    x.data.fill_(3)
    product = x * y
    x.data = torch.zeros(2)
    product.sum().backward()
    assert y.grad.data.tolist() == [3, 3]
    assert x.grad.data.tolist() == y.data.tolist()
    assert x._version == 0


def test_replaced_data_and_create_graph():
    x = leaf(2)
    x.data.fill_(3)
    total = (x * x * x).sum()
    x.data = torch.ones(2)
    (first,) = grad(total, x, create_graph=True)
    assert first.data.tolist() == [27, 27]
    (second,) = grad(first.sum(), x)
    assert second.data.tolist() == [18, 18]


def test_replaced_data_does_not_hide_later_changes():
    x, y = Variable(torch.ones(2)), leaf(2)
    product = x * y
    x.data = torch.zeros(2)
    x.add_(1)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        product.sum().backward()


def test_type_of_replaced_data():
    x = leaf(2)
    product = x * 2
    with pytest.raises(RuntimeError, match="FloatTensor, got torch.DoubleTensor"):
        product.data = product.data.double()
    total = product.sum()
    x.data = x.data.double()
    with pytest.raises(RuntimeError, match="wrong type.*DoubleTensor.*FloatTensor"):
        total.backward()


def test_replaced_data_of_a_base():
    y = Variable(torch.ones(3))
    v = y[1:]
    y.data = torch.zeros(3).double()
    v.mul_(leaf(2))
    assert y.data.sum() == 0 and not y.requires_grad and v.requires_grad


def test_memory_of_a_variable():
    v = Variable(torch.ones(2, 3))
    assert list(v.storage()) == [1] * 6
    assert v.storage_type() is torch.FloatStorage
    assert not v.is_pinned()
    assert v.resize_(3, 2) is v and v.size() == (3, 2) and v._version == 1
    assert v.resize_as_(Variable(torch.ones(6))).size() == (6,)
    assert v.set_(Variable(torch.zeros(2))).data.tolist() == [0, 0]
    for change in (lambda v: v.resize_(4), lambda v: v.set_(torch.ones(1))):
        with pytest.raises(RuntimeError, match=r"require grad, here of size \(2, 2\)"):
            change(leaf(2, 2))
    saved = Variable(torch.ones(2))
    product = (leaf(2) * saved).sum()
    saved.resize_(1)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        product.backward()


def test_resize_out_of_place():
    v = leaf(2, 3)
    (v.t().resize(6) * Variable(torch.arange(0, 6))).sum().backward()
    assert v.grad.data.tolist() == [[0, 2, 4], [1, 3, 5]]
    assert v.resize_as(leaf(3, 2)).size() == (3, 2)
    with pytest.raises(
        RuntimeError, match=r"\(4, 2\) \(8 elements in total\).*\(2, 3\)"
    ):
        v.resize(4, 2)


def test_unnarrow():
    v = leaf(2, 1)
    wide = v._unnarrow(1, 2, 4)
    assert wide.data.tolist() == [[0, 0, 1, 0]] * 2
    (wide * 3).sum().backward()
    assert v.grad.data.tolist() == [[3], [3]]


def test_volatile_operations_keep_no_memory():
    v = Variable(torch.ones(1000), volatile=True)
    before = torch._C.core.memory_stats()["bytes_in_use"]
    for _ in range(100):
        v = v.exp().log()
    assert v.grad_fn is None
    assert torch._C.core.memory_stats()["bytes_in_use"] <= before


def test_volatile_results_keep_no_memory():
    x = Variable(torch.rand(100, 100), volatile=True)
    w = Variable(torch.rand(100, 100), requires_grad=True)

    def used_by(length):
        before = torch._C.core.memory_stats()["bytes_in_use"]
        y = x
        for _ in range(length):
            y = (y * w).tanh()
        assert y.volatile and y.grad_fn is None
        return torch._C.core.memory_stats()["bytes_in_use"] - before

    used_by(1)
    assert used_by(50) == used_by(1)
