"""Threads and forks: the same numbers, no deadlock."""

import os
import signal
import threading

import numpy as np
import pytest

import torchlike as torch
from torchlike.autograd import Variable
from torchlike.testing import assert_allclose, to_array


@pytest.fixture
def threads():
    before = torch.get_num_threads()
    yield torch.set_num_threads
    torch.set_num_threads(before)


def work(seed):
    """Operations large enough for the pool; returns a few numbers."""
    rng = np.random.default_rng(seed)
    a = torch.FloatTensor(rng.normal(size=(300, 400)).astype(np.float32))
    b = torch.FloatTensor(rng.normal(size=(400, 300)).astype(np.float32))
    v = Variable(a, requires_grad=True)
    (v.mm(Variable(b)).tanh() * 2).sum().backward()
    c = (a + b.t()).exp().log()
    return [
        c.sum(),
        a.mm(b).norm(),
        v.grad.data.sum(),
        a.max(1)[0].sum(),
        a.t().contiguous()[3, 7],
    ]


def test_number_of_threads(threads):
    assert torch.get_num_threads() >= 1
    for n in (1, 2, 5):
        threads(n)
        assert torch.get_num_threads() == n
    for bad in (0, -1):
        with pytest.raises((RuntimeError, ValueError), match=str(bad)):
            threads(bad)
    for bad in ("a", None, 1.5):
        with pytest.raises(TypeError):
            threads(bad)
    assert torch.get_num_threads() == 5


def test_results_do_not_depend_on_the_number(threads):
    threads(1)
    expected = work(0)
    for n in (2, 3, 8):
        threads(n)
        np.testing.assert_allclose(work(0), expected, 1e-4)


def test_many_python_threads(threads):
    threads(2)
    expected = [work(i) for i in range(4)]
    results, failures = [None] * 4, []

    def run(i):
        try:
            for _ in range(10):
                results[i] = work(i)
                np.testing.assert_allclose(results[i], expected[i], 1e-4)
        except BaseException as failure:
            failures.append(failure)

    workers = [threading.Thread(target=run, args=(i,)) for i in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
        assert not worker.is_alive()
    assert not failures


def test_tensors_made_in_one_thread_and_freed_in_another():
    made = []
    worker = threading.Thread(
        target=lambda: made.extend(torch.ones(100) for _ in range(5000))
    )
    worker.start()
    worker.join()
    assert sum(t.sum() for t in made) == 500000
    made.clear()
    assert torch.zeros(100).sum() == 0


def test_fork(threads):
    threads(2)
    expected = work(1)
    for _ in range(3):
        child = os.fork()
        if child == 0:
            signal.alarm(30)  # a deadlock ends the child
            ok = np.allclose(work(1), expected, 1e-4)
            os._exit(0 if ok else 1)
        assert os.waitpid(child, 0)[1] == 0
    np.testing.assert_allclose(work(1), expected, 1e-4)


def test_fork_while_another_thread_works(threads):
    threads(2)
    stop = threading.Event()

    def busy():
        while not stop.is_set():
            work(2)

    worker = threading.Thread(target=busy)
    worker.start()
    try:
        expected = work(1)
        for _ in range(5):
            child = os.fork()
            if child == 0:
                signal.alarm(30)
                ok = np.allclose(work(1), expected, 1e-4)
                os._exit(0 if ok else 1)
            assert os.waitpid(child, 0)[1] == 0
    finally:
        stop.set()
        worker.join(60)


def test_memory_is_reused_and_returned():
    from torchlike._C import core

    torch.empty_cache()
    before = core.memory_stats()["bytes_in_use"]
    t = torch.zeros(1 << 20)
    assert core.memory_stats()["bytes_in_use"] >= before + (4 << 20)
    del t
    assert core.memory_stats()["bytes_in_use"] <= before + 4096
    torch.empty_cache()
    assert core.memory_stats()["bytes_cached"] < 1 << 20


def test_failing_allocations_are_clean_errors():
    from torchlike._C import core

    a = torch.ones(300, 300)
    expected = to_array(a) @ to_array(a)
    for n in range(1, 30):
        core.fail_allocation(n)
        try:
            b = (a.t().contiguous() + a.mm(a)).sort(1)[0]
            assert_allclose(b[0], np.sort(expected[0] + 1), 1e-4)
        except MemoryError:
            pass
        finally:
            core.fail_allocation(0)
    assert a.sum() == 90000
