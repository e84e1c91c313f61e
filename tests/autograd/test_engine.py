"""backward and grad: sums of gradients, hooks, errors, re-entrance, threads."""

import gc
import weakref

import pytest

import torchlike as torch
from torchlike import autograd
from torchlike.autograd import Function, Variable
from torchlike.testing import assert_allclose


def leaf(*values):
    return Variable(torch.FloatTensor(list(values)), requires_grad=True)


def values(v):
    return list(v.data)


# ---- the sums


def test_gradients_add_up():
    x = leaf(2, 3)
    (x * x + x).sum().backward()
    assert values(x.grad) == [5, 7]
    (x * 2).sum().backward()
    assert values(x.grad) == [7, 9]


def test_diamond_is_walked_once_per_node():
    x = leaf(1)
    y = x * 2
    for _ in range(40):
        y = y + y
    y.backward()
    assert values(x.grad) == [2.0**41]


def test_shared_gradients_are_not_shared_memory():
    x, y = leaf(1, 1), leaf(1, 1)
    (x + y).sum().backward()
    x.grad.data.zero_()
    assert values(y.grad) == [1, 1]
    g = torch.ones(2)
    z = leaf(1, 1)
    z.backward(g)
    z.grad.data.zero_()
    assert values(Variable(g)) == [1, 1]


def test_unused_operand_gets_no_gradient():
    x, y = leaf(1), leaf(1)
    _ = x * y
    (x * 3).backward()
    assert y.grad is None


def test_grad_keeps_its_identity():
    x = leaf(1)
    (x * 2).backward()
    data = x.grad.data
    (x * 2).backward()
    assert x.grad.data is data and data[0] == 4


def test_several_roots():
    x = leaf(1, 2)
    y = x * x
    autograd.backward([y, y.sum(), x], [torch.ones(2), None, torch.ones(2)])
    assert values(x.grad) == [5, 9]


def test_backward_of_a_leaf():
    x = leaf(1)
    x.backward()
    assert values(x.grad) == [1]


def test_several_outputs():
    x = Variable(torch.FloatTensor([[1, 5], [7, 2]]), requires_grad=True)
    value, index = x.max(1)
    (value * value).sum().backward()
    assert list(x.grad.data.view(-1)) == [0, 10, 14, 0]


# ---- retaining


def test_second_backward():
    x = leaf(2)
    y = x * x
    y.backward(retain_graph=True)
    y.backward()
    assert values(x.grad) == [8]
    with pytest.raises(RuntimeError, match="backward through the graph a second time"):
        y.backward()


def test_the_old_name_of_retain_graph():
    x = leaf(2)
    for backward in (Variable.backward, autograd.backward):
        z = x * x
        with pytest.warns(UserWarning, match="Use retain_graph instead"):
            backward(z, retain_variables=True)
        z.backward()
        with pytest.raises(ValueError, match="only one of retain_graph and retain_var"):
            backward(z, retain_graph=True, retain_variables=True)


def test_higher_derivatives():
    x = leaf(2)
    y = x * x * x
    (first,) = autograd.grad(y, x, create_graph=True)
    (second,) = autograd.grad(first, x, create_graph=True)
    (third,) = autograd.grad(second, x)
    assert values(first) == [12] and values(second) == [12] and values(third) == [6]
    assert x.grad is None


def test_backward_of_a_gradient():
    x = leaf(2)
    (x * x * x).backward(create_graph=True)
    first = x.grad
    assert first.requires_grad
    x.grad = None
    first.backward()
    assert values(x.grad) == [12]


def test_a_gradient_variable_means_create_graph():
    x = leaf(2)
    (x * x).backward(Variable(torch.ones(1)))
    assert x.grad.requires_grad
    x.grad = None
    (x * x).backward(Variable(torch.ones(1), volatile=True))
    assert x.grad.volatile


def test_create_graph_gives_each_leaf_its_own_gradient():
    x, y = leaf(1, 1), leaf(1, 1)
    (x + y).sum().backward(create_graph=True)
    x.grad.data.zero_()
    assert values(y.grad) == [1, 1]


# ---- autograd.grad


def test_grad_of_inner_variables():
    x = leaf(2)
    y = x * x
    z = y * y
    dx, dy = autograd.grad(z, [x, y], retain_graph=True)
    assert values(dx) == [32] and values(dy) == [8]
    assert x.grad is None
    (dz,) = autograd.grad(z, z, retain_graph=True)
    assert values(dz) == [1]
    assert values(autograd.grad(z, [y, y])[1]) == [8]


def test_grad_leaves_other_leaves_alone():
    x, w = leaf(2), leaf(3)
    (dx,) = autograd.grad(x * w, x, retain_graph=True)
    assert values(dx) == [3] and w.grad is None
    y = x * w
    autograd.grad(y, x, only_inputs=False)
    assert values(w.grad) == [2] and x.grad is None


def test_grad_applies_only_what_it_needs():
    calls = []
    x, w = leaf(2), leaf(3)
    side = w * w
    side.register_hook(lambda g: calls.append(1))
    autograd.grad(side * x, x)
    assert calls == []


def test_grad_of_unused_input():
    x, y = leaf(1), leaf(1)
    with pytest.raises(
        RuntimeError, match="not have been used in the graph.*element 1"
    ):
        autograd.grad(x * 2, [x, y])
    assert autograd.grad(x * 2, [x, y], allow_unused=True)[1] is None
    with pytest.raises(RuntimeError, match="does not require grad: element 0"):
        autograd.grad(x * 2, Variable(torch.ones(1)))


# ---- wrong arguments


def test_wrong_roots():
    x = leaf(1, 2)
    with pytest.raises(RuntimeError, match=r"only for scalar outputs.*\[2\]"):
        x.backward()
    with pytest.raises(RuntimeError, match="no graph nodes that require computing"):
        Variable(torch.ones(1)).backward()
    with pytest.raises(RuntimeError, match=r"expected \[2\], got \[3\]"):
        x.backward(torch.ones(3))
    with pytest.raises(RuntimeError, match="FloatTensor, got .*DoubleTensor"):
        x.backward(torch.ones(2).double())
    with pytest.raises(TypeError, match="Tensors, Variables or None"):
        x.backward([1, 2])
    with pytest.raises(TypeError, match="should be a Variable"):
        autograd.backward(3)
    with pytest.raises(TypeError, match="element 0 of variables tuple is not"):
        autograd.backward([3])
    with pytest.raises(RuntimeError, match="1 variables and 2 gradients"):
        autograd.backward([x], [None, None])
    with pytest.raises(RuntimeError, match="no graph nodes"):
        autograd.backward([])
    with pytest.raises(RuntimeError, match="floating-point"):
        Variable(torch.LongTensor([1]), requires_grad=True).backward()


# ---- hooks


def test_hook_of_a_leaf_sees_the_sum_once():
    x = leaf(1)
    seen = []
    x.register_hook(lambda g: seen.append(values(g)))
    (x * 2 + x * 3).backward()
    assert seen == [[5]] and values(x.grad) == [5]


def test_hook_replaces_the_gradient():
    x = leaf(1)
    y = x * 2
    handle = y.register_hook(lambda g: g * 10)
    x.register_hook(lambda g: g + 1)
    y.backward(retain_graph=True)
    assert values(x.grad) == [21]
    handle.remove()
    x.grad = None
    y.backward()
    assert values(x.grad) == [3]


@pytest.mark.parametrize(
    "result, error, text",
    [
        (3, TypeError, "expected Variable, but hook"),
        (Variable(torch.ones(3)), RuntimeError, r"size of value.*\[1\].*\[3\]"),
        (Variable(torch.ones(1).double()), TypeError, "changed the type of value"),
    ],
)
def test_wrong_results_of_hooks(result, error, text):
    x = leaf(1)
    for v in (x, x * 2):
        handle = v.register_hook(lambda g: result)
        with pytest.raises(error, match=text):
            v.backward()
        handle.remove()


def test_hooks_need_a_gradient():
    with pytest.raises(RuntimeError, match="doesn't require gradient"):
        Variable(torch.ones(1)).register_hook(print)
    with pytest.raises(RuntimeError, match="volatile"):
        Variable(torch.ones(1), volatile=True).register_hook(print)
    with pytest.raises(TypeError, match="callable"):
        leaf(1).register_hook(3)


def test_hook_of_a_node():
    x = leaf(3)
    y = x * 2
    seen = []

    def hook(grad_inputs, grad_outputs):
        seen.append((values(grad_inputs[0]), values(grad_outputs[0])))
        return (grad_inputs[0] * 5, *grad_inputs[1:])

    y.grad_fn.register_hook(hook)
    y.backward()
    assert seen == [([2], [1])] and values(x.grad) == [10]


def test_hook_of_accumulate_grad():
    x = leaf(3)
    y = x * 2 + x
    accumulate = (x * 1).grad_fn.next_functions[0][0]
    seen = []
    accumulate.register_hook(lambda *_: seen.append(values(x.grad)))
    y.backward()
    assert seen == [[3]]


def test_retain_grad():
    x = leaf(3)
    y = x * x
    y.retain_grad()
    y.retain_grad()
    (y * 2).backward()
    assert values(y.grad) == [2] and values(x.grad) == [12]


def test_hook_cycle_is_collected():
    leaf(1).register_hook(print)  # graphs made before the first hook are not looked at

    def make():
        y = leaf(1) * 2
        z = y * 3
        mark = type("Mark", (), {})()
        y.register_hook(lambda g: (z, mark))
        return weakref.ref(mark)

    gone = make()
    gc.collect()
    assert gone() is None


# ---- errors on the way


def test_an_error_leaves_nothing_behind():
    x = leaf(1)
    y = x * 2
    z = y * 3 + y

    def fail(grad):
        raise KeyError("stop")

    handle = y.register_hook(fail)
    with pytest.raises(KeyError, match="stop"):
        z.backward(retain_graph=True)
    assert x.grad is None
    handle.remove()
    z.backward()
    assert values(x.grad) == [8]


def test_changed_inputs_are_noticed():
    x = leaf(1)
    y = x * 2
    z = y * y
    y.add_(1)
    with pytest.raises(
        RuntimeError, match="modified by an inplace operation.*version 1"
    ):
        z.backward()


def test_changed_results_are_noticed():
    x = leaf(1)
    y = x.tanh()
    y.add_(1)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.backward()


# ---- runs inside runs


def test_backward_inside_a_hook():
    x = leaf(3)
    y = x * x
    z = y * 2 + y
    inner = []

    def hook(grad):
        (d,) = autograd.grad(z, x, retain_graph=True)
        inner.append(values(d))

    handle = y.register_hook(lambda g: (handle.remove(), hook(g), None)[2])
    z.backward(retain_graph=True)
    assert inner == [[18]] and values(x.grad) == [18]


def test_failed_inner_run_keeps_the_outer_one():
    x = leaf(3)
    y = x * x
    z = y * 2 + y

    def hook(grad):
        handle.remove()

        def fail(grad):
            raise KeyError

        bad = y.register_hook(fail)
        with pytest.raises(KeyError):
            autograd.grad(z, x, retain_graph=True)
        bad.remove()

    handle = y.register_hook(hook)
    z.backward(retain_graph=True)
    assert values(x.grad) == [18]


def test_a_million_nodes():
    x = leaf(1)
    y = x
    for _ in range(1000000):
        y = y + 0
    y.backward()
    assert values(x.grad) == [1]


def test_callbacks():
    engine = Variable._execution_engine
    with pytest.raises(RuntimeError, match="only while backward runs"):
        engine.queue_callback(print)
    x = leaf(1)
    called = []
    handle = x.register_hook(
        lambda g: engine.queue_callback(lambda: called.append(values(x.grad)))
    )
    (x * 2).backward()
    assert called == [[2]]
    handle.remove()
    engine.run_backward((x * 2,), (None,))
    assert called == [[2]] and values(x.grad) == [4]


# ---- what is left behind


def test_iterations_leave_nothing_behind():
    class Square(Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx, grad_output):
            (x,) = ctx.saved_variables
            return grad_output * x * 2

    x = leaf(1, 2)

    def iterate(n):
        for _ in range(n):
            y = Square.apply(x).sum() + (x * x)[0].exp().sum()
            handle = y.register_hook(lambda grad: grad * 2)
            autograd.grad(y, x, create_graph=True)[0].sum().backward()
            handle.remove()
            x.grad = None

    iterate(200)
    gc.collect()
    gc.disable()
    try:
        objects = len(gc.get_objects())
        used = torch._C.core.memory_stats()["bytes_in_use"]
        iterate(10000)
        assert len(gc.get_objects()) - objects < 20
        assert torch._C.core.memory_stats()["bytes_in_use"] == used
        assert gc.collect() < 20
    finally:
        gc.enable()


def test_a_failed_run_leaves_nothing_behind():
    x = leaf(1, 2)
    y = x * 3
    y.register_hook(lambda grad: 1 / 0)
    total = (y * 2).sum()
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            total.backward(retain_graph=True)
    assert x.grad is None
    y._backward_hooks.clear()
    total.backward()
    assert values(x.grad) == [6, 6]


def test_order_of_the_nodes_is_latest_first():
    order = []
    x = leaf(1)

    def watched(name):
        v = x * 1
        v.register_hook(lambda grad: order.append(name))
        return v

    a, b, c = watched("a"), watched("b"), watched("c")
    (b + (c + a)).backward()
    assert order == ["c", "b", "a"]


def test_a_node_can_be_called():
    x, y = leaf(2), leaf(3)
    product = x * y
    dx, dy = product.grad_fn(leaf(10))
    assert (values(dx), values(dy)) == ([30], [20])
    dx.backward()
    assert values(y.grad) == [10]
    assert values((x * 2).grad_fn(leaf(1))) == [2]
    with pytest.raises(TypeError, match="expected Variable as gradient 1, but got int"):
        product.grad_fn(1)
    with pytest.raises(TypeError, match="expects the gradients of its outputs"):
        product.grad_fn()
    product.backward()
    with pytest.raises(RuntimeError, match="a second time"):
        product.grad_fn(leaf(1))
    with pytest.raises(
        TypeError, match="expected torch.FloatTensor as gradient 1, but"
    ):
        (x * 2).grad_fn(Variable(torch.ones(1).double()))


def test_products_are_added_to_the_grad_of_leaves():
    """Also where the grad shares memory with an operand, or has a history."""
    a = Variable(torch.rand(2, 3), requires_grad=True)
    b = Variable(torch.rand(3, 3), requires_grad=True)
    slopes = torch.rand(2, 3)
    da, db = slopes.mm(b.data.t()), a.data.t().mm(slopes)

    def product():
        a.mm(b).backward(slopes, retain_graph=False)

    for count in (1, 2, 3):
        product()
        assert_allclose(a.grad, count * da.numpy())
        assert_allclose(b.grad, count * db.numpy(), 1e-5)
    before = b.data.clone()
    b.grad = Variable(b.data)  # one memory: its value changes only after it was read
    product()
    assert_allclose(a.grad, 4 * da.numpy())
    assert_allclose(b.grad, (before + db).numpy())
    b.data.copy_(before)
    b.grad = Variable(torch.zeros(3, 3).t())  # any layout
    product()
    assert_allclose(b.grad, db.numpy())
    total = Variable(torch.ones(3, 3), requires_grad=True)
    b.grad = total * 2
    product()
    assert_allclose(b.grad, (db + 2).numpy())
    assert b.grad.requires_grad
    b.grad.sum().backward()
    assert_allclose(total.grad, [[2] * 3] * 3)


def test_a_leaf_that_changed_its_type_meets_an_error():
    a = Variable(torch.rand(1, 3), requires_grad=True)
    b = Variable(torch.rand(3, 3), requires_grad=True)
    y = a.mm(b).sum()
    b.data = b.data.double()
    b.grad = Variable(torch.zeros(3, 3).double())
    with pytest.raises(RuntimeError, match="expected torch.DoubleTensor, got torch.Fl"):
        y.backward()
    assert b.grad.data.sum() == 0


@pytest.mark.parametrize("count", [1, 4, 5, 9, 40])
def test_grad_of_many_inputs(count):
    leaves = [Variable(torch.ones(1), requires_grad=True) for _ in range(count)]
    inner = [v * (i + 1) for i, v in enumerate(leaves)]
    out = sum(v * v for v in inner)
    wanted = [*leaves, *reversed(inner), leaves[-1], inner[-1]]
    found = [g.data[0] for g in autograd.grad(out, wanted)]
    of_leaves = [2.0 * (i + 1) ** 2 for i in range(count)]
    of_inner = [2.0 * (i + 1) for i in range(count)]
    assert found == [*of_leaves, *reversed(of_inner), of_leaves[-1], of_inner[-1]]
    assert all(v.grad is None for v in leaves)


def test_grad_keeps_its_inputs_while_hooks_run():
    x = Variable(torch.ones(1), requires_grad=True)
    y = x * 2
    wanted = [y]
    z = y * 3
    z.register_hook(lambda g: wanted.clear())
    del y
    (found,) = autograd.grad(z * 1, wanted)
    assert found.data[0] == 3
