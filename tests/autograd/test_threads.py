"""Backward in several threads at once, and inside hooks of another thread's."""

import os
import threading

import pytest

import torchlike as torch
from torchlike import autograd
from torchlike.autograd import Function, Variable

WAIT = 60  # seconds after which something that waits has failed


def leaf(*numbers):
    return Variable(torch.FloatTensor(list(numbers)), requires_grad=True)


def values(v):
    return None if v is None else list(v.data)


def run_threads(*functions):
    """Run functions in threads; the first error, or a thread that hangs, is raised."""
    errors = []

    def guarded(function):
        try:
            function()
        except BaseException as error:
            errors.append(error)

    threads = [
        threading.Thread(target=guarded, args=(f,), daemon=True) for f in functions
    ]
    for t in threads:
        t.start()
    for t in threads:
        t.join(WAIT)
    assert not any(t.is_alive() for t in threads)
    if errors:
        raise errors[0]


def test_shared_graph():
    x = leaf(1)
    shared = x * 2

    def work():
        for _ in range(50):
            y = shared
            for _ in range(20):
                y = y + shared
            y.register_hook(lambda g: None)
            y.backward(retain_graph=True)

    run_threads(*[work] * 4)
    assert values(x.grad) == [4 * 50 * 42]


def test_a_hook_waits_for_another_thread():
    x = leaf(3)
    y = x * x
    done = threading.Event()

    def other():
        (y * 2).backward(retain_graph=True)  # the graph that waits in the hook
        (leaf(1) * 2).backward()
        done.set()

    def hook(grad):
        handle.remove()
        thread = threading.Thread(target=other, daemon=True)
        thread.start()
        assert done.wait(WAIT)

    handle = y.register_hook(hook)
    run_threads(lambda: (y * 3).backward(retain_graph=True))
    assert values(x.grad) == [6 * 3 + 6 * 2]


def test_threads_meet_in_the_middle_of_one_graph():
    x = leaf(2)
    y = x * x
    z = y * 5 + y
    barrier = threading.Barrier(3)

    def meet(grad):
        barrier.wait(WAIT)

    handle = y.register_hook(meet)
    found = []

    def work():
        found.append(values(autograd.grad(z, x, retain_graph=True)[0]))

    run_threads(work, work, lambda: z.backward(retain_graph=True))
    handle.remove()
    assert found == [[24], [24]] and values(x.grad) == [24]


def test_an_error_in_one_thread_is_not_the_others():
    x = leaf(2)
    y = x * x
    z = y * 5 + y
    failed, waiting = threading.Event(), threading.Event()

    def hook(grad):
        if threading.current_thread().name == "fails":
            assert waiting.wait(WAIT)
            raise KeyError("stop")
        waiting.set()
        assert failed.wait(WAIT)

    y.register_hook(hook)

    def fail():
        threading.current_thread().name = "fails"
        with pytest.raises(KeyError, match="stop"):
            z.backward(retain_graph=True)
        failed.set()

    run_threads(fail, lambda: z.backward(retain_graph=True))
    assert values(x.grad) == [24]


def test_one_graph_is_released_under_another_run():
    class Wait(Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * 2

        @staticmethod
        def backward(ctx, grad_output):
            started.set()
            assert released.wait(WAIT)
            return grad_output * 2 * ctx.saved_variables[0]

    started, released = threading.Event(), threading.Event()
    x = leaf(4)
    y = Wait.apply(x)

    def slow():
        y.backward()

    def quick():
        assert started.wait(WAIT)
        started.clear()
        released.set()
        with pytest.raises(RuntimeError, match="a second time"):
            while True:
                y.backward()

    run_threads(slow, quick)
    assert x.grad.data[0] >= 8
    with pytest.raises(RuntimeError, match="a second time"):
        y.backward()


def test_no_addition_to_a_leaf_is_lost():
    # More elements than operations keep the interpreter's lock for.
    x = Variable(torch.zeros(70000), requires_grad=True)
    shared = x * 1

    def work():
        for _ in range(20):
            (x * 1).backward(torch.ones(70000))
            shared.sum().backward(retain_graph=True)

    def work_with_graph():
        for _ in range(20):
            (x * 1).backward(torch.ones(70000), create_graph=True)

    run_threads(work, work, work, work)
    assert x.grad.data.eq(4 * 20 * 2).all()
    x.grad = None
    run_threads(work_with_graph, work_with_graph)
    assert x.grad.data.eq(2 * 20).all()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_fork_while_another_thread_is_in_backward():
    x = leaf(2)
    y = x * x
    inside, over = threading.Event(), threading.Event()

    def hook(grad):
        inside.set()
        assert over.wait(WAIT)

    handle = y.register_hook(hook)

    def fork():
        assert inside.wait(WAIT)
        handle.remove()
        child = os.fork()
        if child == 0:
            status = 1
            try:
                (y * 3).backward()
                status = 0 if values(x.grad) == [12] else 2
            finally:
                os._exit(status)
        over.set()
        assert os.waitpid(child, 0)[1] == 0

    run_threads(lambda: (y * 1).backward(retain_graph=True), fork)
    assert values(x.grad) == [4]
