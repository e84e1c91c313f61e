"""Tensors between processes, in programs of their own."""

import multiprocessing
import os
import select
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import torchlike
from torchlike import multiprocessing as mp

ENVIRONMENT = {
    **os.environ,
    "PYTHONPATH": str(Path(torchlike.__file__).parent.parent),
}

PROGRAM = """
import sys

import {torch} as torch
import {torch}.multiprocessing as mp
from {torch} import nn
from {torch}.autograd import Variable


class Net(nn.Module):
    def __init__(self):
        super(Net, self).__init__()
        self.fc = nn.Linear(2, 2)
        self.register_buffer("count", torch.zeros(1))


def change(queue, simple, pipe, net, tensor):
    mp.set_sharing_strategy(sys.argv[2])
    a, row, variable = queue.get()
    a.fill_(1)
    row.fill_(2)
    variable.data.add_(3)
    variable.grad.data.add_(4)
    net.fc.weight.data.fill_(5)
    net.count += 6
    tensor.fill_(7)
    simple.put((a, a.storage(), row))     # what came from there
    pipe.send(torch.ones(2, 10000))       # new memory
    pipe.send(torch.ones(3))
    pipe.close()


def double(tensor):
    return tensor.mul_(2)


def main():
    context = mp.get_context(sys.argv[1])
    mp.set_sharing_strategy(sys.argv[2])
    queue, simple = context.Queue(), context.SimpleQueue()
    pipe, other = context.Pipe()
    net, tensor = Net().share_memory(), torch.zeros(3).share_memory_()
    process = context.Process(target=change, args=(queue, simple, other, net, tensor))
    process.start()
    other.close()
    a, variable = torch.zeros(2, 3), Variable(torch.zeros(2), requires_grad=True)
    variable.sum().backward()
    queue.put((a, a[1], variable))
    again, storage, row = simple.get()
    assert again.data_ptr() == a.data_ptr() == storage.data_ptr()
    assert row.data_ptr() == a[1].data_ptr()
    assert a.tolist() == [[1, 1, 1], [2, 2, 2]]
    big, small = pipe.recv(), pipe.recv()
    assert big.sum() == 20000 and small.tolist() == [1, 1, 1] and big.is_shared()
    process.join()
    assert process.exitcode == 0
    assert variable.data.tolist() == [3, 3] and variable.grad.data.tolist() == [5, 5]
    assert net.fc.weight.data.tolist() == [[5, 5], [5, 5]] and net.count[0] == 6
    assert tensor.tolist() == [7, 7, 7]
    with context.Pool(1) as pool:
        x = torch.ones(2)
        assert pool.map(double, [x])[0].data_ptr() == x.data_ptr()
        assert x.tolist() == [2, 2]
        y = pool.apply(double, (torch.ones(5000),))
        assert y.sum() == 10000
        pool.close()
        pool.join()


if __name__ == "__main__":
    main()
    print("passed")
"""


def run(folder, program, *arguments, command=()):
    """Run a program; return its output."""
    path = folder / "program.py"
    path.write_text(textwrap.dedent(program), encoding="utf-8")
    process = subprocess.run(
        [sys.executable, "-W", "error", *command, str(path), *arguments],
        capture_output=True,
        cwd=folder,
        env=ENVIRONMENT,
        text=True,
        timeout=120,
    )
    assert process.stderr == ""
    assert process.returncode == 0
    return process.stdout


def shared_files():
    """The names of shared memory that there are."""
    return {name for name in os.listdir("/dev/shm") if name.startswith("torch_")}


def wait_for_end(pid, seconds):
    """Whether a process, which need not be a child, ends in time."""
    try:
        file = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([file], [], [], seconds)[0])
    finally:
        os.close(file)


def test_everything_of_the_standard_module():
    for name in multiprocessing.__all__:
        assert getattr(mp, name) is getattr(multiprocessing, name)
        assert name in mp.__all__ and name in dir(mp)
    assert mp.managers is sys.modules["multiprocessing.managers"]
    from torchlike.multiprocessing.pool import Pool
    from torchlike.multiprocessing.queue import Queue, SimpleQueue

    assert Pool is mp.pool.Pool and Queue is mp.queues.Queue
    assert SimpleQueue is mp.queues.SimpleQueue
    with pytest.raises(AttributeError, match=r"torchlike.multiprocessing.*'nothing'"):
        mp.nothing  # noqa: B018


@pytest.mark.parametrize("strategy", ["file_descriptor", "file_system"])
@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_memory_is_shared(method, strategy, tmp_path):
    before = shared_files()
    program = PROGRAM.replace("{torch}", "torchlike")
    assert run(tmp_path, program, method, strategy) == "passed\n"
    assert shared_files() == before


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_memory_is_shared_by_old_programs(method, tmp_path):
    program = PROGRAM.replace("{torch}", "torch")
    command = ["-m", "torchlike", "run"]
    output = run(tmp_path, program, method, "file_descriptor", command=command)
    assert output == "passed\n"


def test_the_standard_module_shares_too_when_it_is_there_first(tmp_path):
    program = """
        import multiprocessing

        import torchlike as torch

        def fill(queue, done):
            queue.get().fill_(1)
            done.set()

        queue, done = multiprocessing.Queue(), multiprocessing.Event()
        context = multiprocessing.get_context("fork")
        process = context.Process(target=fill, args=(queue, done))
        process.start()
        tensor = torch.zeros(2)
        queue.put(tensor)
        done.wait()
        process.join()
        print(tensor.tolist(), torch.multiprocessing.get_sharing_strategy())
    """
    assert run(tmp_path, program) == "[1.0, 1.0] file_descriptor\n"


def test_results_of_processes_that_have_ended(tmp_path):
    program = """
        import torchlike as torch
        import torchlike.multiprocessing as mp

        def work(queue, number):
            queue.put((number, torch.ones(4) * number))

        context = mp.get_context("fork")
        queue = context.Queue()
        processes = [context.Process(target=work, args=(queue, i)) for i in range(3)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        results = dict(queue.get() for _ in processes)
        print([results[i].tolist()[:2] for i in range(3)])
    """
    assert run(tmp_path, program) == "[[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]]\n"


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_a_process_with_a_manager_of_its_own_waits_for_receivers(method, tmp_path):
    program = """
        import sys
        import torchlike as torch
        import torchlike.multiprocessing as mp

        def work(pipe):
            mp.set_sharing_strategy("file_system")
            pipe.send(torch.ones(5000))

        if __name__ == "__main__":
            context = mp.get_context(sys.argv[1])
            pipe, theirs = context.Pipe()
            process = context.Process(target=work, args=(theirs,))
            process.start()
            pipe.poll(None)
            process.join(0.5)
            print(process.exitcode, pipe.recv().sum())
            process.join()
            print(process.exitcode)
    """
    before = shared_files()
    assert run(tmp_path, program, method) == "None 5000.0\n0\n"
    assert shared_files() == before


def test_memory_is_given_back_when_it_is_received(tmp_path):
    program = """
        import os
        import torchlike as torch
        import torchlike.multiprocessing as mp

        def receive(queue, done):
            for _ in range(300):
                queue.get()
            done.send(len(os.listdir("/proc/self/fd")))

        context = mp.get_context("fork")
        queue, (done, theirs) = context.SimpleQueue(), context.Pipe()
        process = context.Process(target=receive, args=(queue, theirs))
        process.start()
        for _ in range(300):
            queue.put(torch.ones(5000))
        assert done.recv() < 30
        reductions = mp.reductions
        while reductions._watching:
            pass
        assert not reductions._sent and len(os.listdir("/proc/self/fd")) < 30
        process.join()
    """
    assert run(tmp_path, program) == ""


@pytest.mark.parametrize("killed", ["group", "process"])
def test_nothing_is_left_of_killed_processes(killed, tmp_path):
    program = """
        import os, signal
        import torchlike as torch
        import torchlike.multiprocessing as mp

        def child(queue):
            tensor = queue.get()
            mp.set_sharing_strategy("file_system")
            own = torch.ones(5).share_memory_()
            print(os.getpid(), mp.reductions._manager_pid, flush=True)
            signal.pause()

        mp.set_sharing_strategy("file_system")
        tensor = torch.ones(3).share_memory_()
        context = mp.get_context("fork")
        queue = context.Queue()
        queue.put(tensor)
        process = context.Process(target=child, args=(queue,))
        process.start()
        mp.set_sharing_strategy("file_descriptor")
        other = torch.ones(3).share_memory_()
        process.join()
    """
    before = shared_files()
    path = tmp_path / "program.py"
    path.write_text(textwrap.dedent(program), encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, str(path)],
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    child, manager = map(int, process.stdout.readline().split())
    assert len(shared_files() - before) == 2
    if killed == "group":
        os.killpg(process.pid, signal.SIGKILL)
    else:
        os.kill(child, signal.SIGKILL)
        os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    assert wait_for_end(manager, 10)
    assert shared_files() == before
