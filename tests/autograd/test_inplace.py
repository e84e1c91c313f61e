"""In-place operations: what they record, and changes through views."""

import pytest

import torchlike as torch
from torchlike import autograd
from torchlike.autograd import Variable, gradcheck, gradgradcheck
from torchlike.nn import functional as F


def leaf(*values):
    return Variable(torch.DoubleTensor(list(values)), requires_grad=True)


def values(v):
    return list(v.data)


def test_inplace_enters_the_graph():
    x, w = leaf(2, 3), leaf(4, 5)
    y = x * 1
    y.mul_(w)
    y.add_(1)
    assert y._version == 2
    y.sum().backward()
    assert values(x.grad) == [4, 5] and values(w.grad) == [2, 3]


def test_plain_target_becomes_part_of_the_graph():
    y, w = Variable(torch.ones(2).double()), leaf(4, 5)
    y.mul_(w)
    assert y.requires_grad and not y.is_leaf
    y.sum().backward()
    assert values(w.grad) == [1, 1]


def test_leaves_are_protected():
    x = leaf(1, 2)
    with pytest.raises(RuntimeError, match="a leaf Variable that requires grad.*add_"):
        x.add_(1)
    with pytest.raises(
        RuntimeError, match="a view of a leaf Variable that requires grad"
    ):
        x[0].add_(1)
    assert values(x) == [1, 2] and x._version == 0


def test_views_count_changes_together():
    x = Variable(torch.ones(3))
    v = x[1:]
    v.add_(1)
    x.add_(1)
    assert x._version == v._version == v[:1]._version == 2


def test_change_of_a_view():
    x, w = leaf(1, 2, 3), leaf(10)
    y = x * 2
    first = y[:1]
    first.mul_(w)
    assert values(y) == [20, 4, 6]
    (y * y).sum().backward()
    assert values(x.grad) == [800, 16, 24] and values(w.grad) == [80]


def test_views_made_before_the_change_see_it():
    w = leaf(10, 20)
    y = Variable(torch.ones(3).double())
    early, changed = y[1:], y[:2]
    changed.mul_(w)
    assert early.requires_grad and y.requires_grad
    (early * early).sum().backward()
    assert values(w.grad) == [0, 40]


def test_change_of_the_base_reaches_views():
    x = leaf(1, 2, 3)
    y = x * 1
    v = y[1:]
    y.mul_(5)
    v.sum().backward()
    assert values(x.grad) == [0, 5, 5]


def test_chain_of_changes():
    def f(x, w):
        y = x * 2
        y.view(-1)[1:3].mul_(w)
        y.mul_(3)
        y.t()[0].tanh_()
        return y

    x = Variable(torch.randn(2, 3).double(), requires_grad=True)
    w = Variable(torch.randn(2).double(), requires_grad=True)
    assert gradcheck(f, [x, w])
    assert gradgradcheck(f, [x, w])


def test_changed_result_in_a_view_is_noticed():
    y = leaf(1, 2) * 1
    y[:1].tanh_()
    y.mul_(2)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.sum().backward()


def test_view_of_a_volatile_variable():
    y = Variable(torch.ones(3), volatile=True)
    v = y[1:]
    v.add_(1)
    assert v.volatile and values(y) == [1, 2, 2]


def test_views_outlive_each_other():
    y = leaf(1, 2, 3) * 2
    views = [y[i:] for i in range(3)]
    del views[1]
    views[0].add_(1)
    del y
    views[1].sum().backward()


def test_detached_target():
    x, w = leaf(1, 2), leaf(3, 4)
    y = x * 2
    d = y.detach()
    d.mul_(w)
    d.sum().backward()
    assert values(w.grad) == [2, 4] and x.grad is None
    assert autograd.grad(y.sum(), x)[0] is not None


def test_failed_change_records_nothing():
    y = leaf(1, 2) * 2
    grad_fn = y.grad_fn
    with pytest.raises(RuntimeError):
        y.add_(leaf(1, 2, 3))
    assert y.grad_fn is grad_fn and y._version == 0


def test_methods_that_become_a_view():
    x = Variable(torch.rand(3, 4).double(), requires_grad=True)

    def alone(x):
        y = x * 2
        assert y.t_() is y and y.size() == (4, 3)
        y.unsqueeze_(1).transpose_(0, 2).squeeze_(1)
        return y * y

    def before_a_view(x):
        y = x * 2
        y.transpose_(0, 1)
        y[1:].mul_(3)
        return y * y

    def of_a_view(x):
        y = x * 2
        part = y[1:]
        part.t_()
        part.mul_(3)
        part.unsqueeze_(0)
        return y * y, part * part

    for function in (alone, before_a_view, of_a_view):
        assert gradcheck(function, (x,))
        assert gradgradcheck(function, (x,))


def test_methods_that_become_a_view_invalidate_saved_values():
    x = Variable(torch.rand(2, 3), requires_grad=True)
    y = x * 1
    z = y * y
    y.t_()
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        z.sum().backward()


@pytest.mark.parametrize(
    "function",
    [
        lambda x: F.batch_norm(x, None, None, training=True),
        lambda x: F.max_pool2d(x, 2),
        lambda x: x.max(3)[0],
    ],
    ids=["batch_norm", "max_pool2d", "max"],
)
def test_result_that_the_gradient_does_not_need_may_change(function):
    """Only the saved statistics or indices count, as before relu(inplace=True)."""
    x = Variable(torch.arange(1, 33).view(1, 2, 4, 4).sin(), requires_grad=True)
    F.relu(function(x)).sum().backward()
    wanted, x.grad = x.grad, None
    F.relu(function(x), inplace=True).sum().backward()
    assert torch.equal(x.grad.data, wanted.data)


def test_copy_converts():
    x = Variable(torch.DoubleTensor([1.5, 2.5]), requires_grad=True)
    y = Variable(torch.zeros(2, 2)) * 1
    assert y.copy_(x, **{"async": True}) is y
    assert y.data.tolist() == [[1.5, 2.5], [1.5, 2.5]]
    y.backward(torch.FloatTensor([[1, 2], [3, 4]]))
    assert x.grad.data.type() == "torch.DoubleTensor"
    assert x.grad.data.tolist() == [4, 6]
    n = Variable(torch.IntTensor(3)).copy_(Variable(torch.FloatTensor([1.7, -1.7, 3])))
    assert n.data.tolist() == [1, -1, 3]
    n.copy_(Variable(torch.ones(1, 3).long()), broadcast=False)
    assert n.data.tolist() == [1, 1, 1]
    with pytest.raises(TypeError, match="nonsense"):
        n.copy_(n, nonsense=1)
    with pytest.raises(TypeError):
        n.copy_(torch.ones(3))
