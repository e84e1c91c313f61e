"""Data loaders with worker processes."""

import os
import random
import select
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

import torchlike as torch
from torchlike.utils.data import DataLoader, Dataset, TensorDataset

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(torch.__file__).parent.parent)}


class Computed(Dataset):
    """Sample i is f(i)."""

    def __init__(self, size, function):
        self.size = size
        self.function = function

    def __len__(self):
        return self.size

    def __getitem__(self, i):
        return self.function(i)


def sample(i):
    """A bit of everything."""
    return {
        "x": torch.ones(2, 3) * i,
        "array": np.full(2, i, np.int16),
        "name": f"sample {i}",
        "pair": (i, i / 2),
    }


def plain(batch):
    """A batch with lists in place of its tensors."""
    if torch.is_tensor(batch):
        return batch.type(), batch.tolist()
    if isinstance(batch, dict):
        return {key: plain(value) for key, value in batch.items()}
    if isinstance(batch, (list, tuple)):
        return [plain(value) for value in batch]
    return batch


def ended(pid):
    """Whether a process ends within two seconds."""
    try:
        file = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([file], [], [], 2)[0])
    finally:
        os.close(file)


def open_files():
    return len(os.listdir("/proc/self/fd"))


# ---- batches -----------------------------------------------------------------------


@pytest.mark.parametrize("workers", [1, 2, 5])
@pytest.mark.parametrize(
    "data",
    [
        Computed(10, sample),
        TensorDataset(torch.randn(11, 3), torch.arange(0, 11), torch.ones(11).byte()),
        [torch.LongTensor([i]) for i in range(7)],
        [],
    ],
    ids=["dicts", "tensors", "list", "empty"],
)
def test_batches_are_those_of_one_process(data, workers):
    expected = [plain(batch) for batch in DataLoader(data, 2)]
    loader = DataLoader(data, 2, num_workers=workers)
    for _ in range(2):
        assert [plain(batch) for batch in loader] == expected


def test_rows_of_a_tensor_data_set_are_those_of_its_samples():
    tensors = [
        getattr(torch, kind + "Tensor")([[1, 2], [3, 4], [5, 6]])
        for kind in "Byte Char Short Int Long Float Double".split()
    ]
    data = TensorDataset(*tensors, *(tensor[:, 1] for tensor in tensors))
    samples = Computed(3, data.__getitem__)
    for sampler in ([[2, 0]], [[1]]):
        got = plain(list(DataLoader(data, batch_sampler=sampler)))
        assert got == plain(list(DataLoader(samples, batch_sampler=sampler)))
    data = TensorDataset(torch.arange(0, 3).view(3, 1))
    assert next(iter(DataLoader(data, batch_sampler=[[-1]])))[0].tolist() == [[2]]
    for workers in (0, 1):
        with pytest.raises((IndexError, RuntimeError), match="3"):
            next(iter(DataLoader(data, batch_sampler=[[3]], num_workers=workers)))


def test_batches_are_shared_memory_of_their_own():
    data = [torch.ones(3) * i for i in range(8)]
    kept = []
    for batch in DataLoader(data, 2, num_workers=2):
        assert batch.is_shared()
        kept.append(batch.add_(10))
    assert [batch[:, 0].tolist() for batch in kept] == [
        [10 + i, 11 + i] for i in range(0, 8, 2)
    ]
    kept[0].fill_(0)
    assert kept[1][0].tolist() == [12, 12, 12] and data[0].tolist() == [0, 0, 0]


def test_more_batches_are_kept_than_there_is_room_for():
    before = open_files()
    data = Computed(300, lambda i: torch.ones(40) * i)
    kept = list(DataLoader(data, 2, num_workers=2))
    assert [batch[0][0] for batch in kept] == list(range(0, 300, 2))
    assert sum(batch.is_shared() for batch in kept) == 64
    assert open_files() <= before


def test_a_forked_child_does_not_give_a_batch_back():
    data = Computed(200, lambda i: torch.ones(3) * i)
    batches = iter(DataLoader(data, 1, num_workers=1))
    first = next(batches)
    child = os.fork()
    if not child:
        del first
        os._exit(0)
    os.waitpid(child, 0)
    for _ in range(100):
        next(batches)
    assert first.tolist() == [[0, 0, 0]]


def test_batches_of_all_sizes():
    sizes = [1, 100, 200_000, 3, 1_000_000, 0, 20]
    data = Computed(len(sizes), lambda i: torch.ones(sizes[i]) * i)
    for i, batch in enumerate(DataLoader(data, num_workers=1, collate_fn=list)):
        assert batch[0].tolist() == [i] * sizes[i]


def test_views_of_one_storage_stay_together():
    def collate(batch):
        x = torch.arange(0, 6).view(2, 3)
        return x, x.t(), x.storage(), torch.autograd.Variable(x)

    x, transposed, storage, variable = next(
        iter(DataLoader([0], 1, num_workers=1, collate_fn=collate))
    )
    x[0][1] = 9
    assert transposed[1][0] == 9 == storage[1] == variable.data[0][1]


def test_parts_of_something_large_travel_alone():
    whole = torch.arange(0, 3000).view(1000, 3)
    rows = Computed(1000, lambda i: whole[i])
    for batch in DataLoader(rows, 10, num_workers=2, collate_fn=list):
        assert len(batch[0].storage()) == 3
        assert batch[9].tolist() == [x + 27 for x in batch[0].tolist()]
    assert not whole.is_shared()


def test_long_requests_and_long_answers():
    data = Computed(120_000, lambda i: i)
    loader = DataLoader(data, 20_000, num_workers=1, collate_fn=list)
    assert [batch[0] for batch in loader] == list(range(0, 120_000, 20_000))


# ---- random numbers, set-up --------------------------------------------------------


def test_random_numbers_differ():
    def draw(i):
        return random.random(), np.random.rand(), torch.rand(1)[0]

    loader = DataLoader(Computed(6, draw), 1, num_workers=3, collate_fn=list)

    def two_passes():
        return [sample for _ in range(2) for (sample,) in loader]

    torch.manual_seed(3)
    first = two_passes()
    for numbers in zip(*first):
        assert len(set(numbers)) == 12
    torch.manual_seed(3)
    assert two_passes() == first


def test_workers_are_set_up():
    numbers = {}

    def init(number):
        numbers["own"] = number, torch.get_num_threads()

    data = Computed(6, lambda i: numbers["own"])
    loader = DataLoader(data, num_workers=3, collate_fn=list, worker_init_fn=init)
    assert [batch for (batch,) in loader] == [(i % 3, 1) for i in range(6)]


# ---- errors ------------------------------------------------------------------------


class WithTwo(Exception):
    """Takes two arguments."""

    def __init__(self, a, b):
        super().__init__(a, b)


def fail(error):
    raise error


@pytest.mark.parametrize(
    "error, kind, text",
    [
        (ZeroDivisionError("no\nway"), ZeroDivisionError, "no\nway"),
        (KeyError("a"), KeyError, "KeyError: 'a'\n"),
        (WithTwo(1, 2), RuntimeError, r"WithTwo: \(1, 2\)"),
        (StopIteration(), RuntimeError, "StopIteration"),
        (type("Local", (Exception,), {})("x"), RuntimeError, "Local: x"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_errors_arrive_with_their_traceback(error, kind, text):
    data = Computed(8, lambda i: fail(error) if i == 3 else i)
    batches = iter(DataLoader(data, 1, num_workers=2))
    assert [next(batches)[0] for _ in range(3)] == [0, 1, 2]
    with pytest.raises(kind, match=text) as info:
        next(batches)
    assert "Traceback" in str(info.value) and "in fail\n" in str(info.value)
    assert [batch[0] for batch in batches] == [4, 5, 6, 7]


def test_errors_of_the_set_up_and_of_pickling():
    loader = DataLoader([1], num_workers=1, worker_init_fn=lambda number: 1 / number)
    with pytest.raises(ZeroDivisionError, match="division by zero"):
        next(iter(loader))
    loader = DataLoader([1], num_workers=1, collate_fn=lambda batch: open)
    assert next(iter(loader)) is open
    loader = DataLoader([1], num_workers=1, collate_fn=lambda batch: lambda: 0)
    with pytest.raises(Exception, match="Can't (pickle|get) local object"):
        next(iter(loader))


def test_a_sampler_that_fails_ends_the_workers():
    def indices():
        yield from ([0], [1], [2])
        raise ValueError("of the sampler")

    data = Computed(3, lambda i: os.getpid())
    batches = iter(DataLoader(data, batch_sampler=indices(), num_workers=1))
    (pid,) = next(batches)
    with pytest.raises(ValueError, match="of the sampler"):
        next(batches)
    assert ended(pid)


def test_timeout():
    reader, writer = os.pipe()
    data = Computed(2, lambda i: os.read(reader, 1) if i else os.getpid())
    batches = iter(DataLoader(data, num_workers=1, timeout=1.5, collate_fn=list))
    (pid,) = next(batches)
    with pytest.raises(RuntimeError, match="timed out after 1.5 seconds"):
        next(batches)
    assert ended(pid)
    os.close(reader)
    os.close(writer)


@pytest.mark.parametrize("which", [0, 1])
def test_a_worker_that_is_killed(which):
    data = Computed(100, lambda i: os.getpid() if i < 2 else os.read(reader, 1))
    reader, writer = os.pipe()
    batches = iter(DataLoader(data, num_workers=2, collate_fn=list))
    pids = [next(batches)[0], next(batches)[0]]
    os.kill(pids[which], signal.SIGKILL)
    with pytest.raises(
        RuntimeError, match=rf"\(pid {pids[which]}\) is killed by signal: Killed"
    ):
        next(batches)
    assert all(ended(pid) for pid in pids)
    with pytest.raises(StopIteration):
        next(batches)
    os.close(reader)
    os.close(writer)


def test_a_worker_that_leaves():
    batches = iter(DataLoader(Computed(4, lambda i: os._exit(3)), num_workers=1))
    with pytest.raises(RuntimeError, match=r"exited unexpectedly with exit code 3\."):
        next(batches)


def test_leaving_a_loop_ends_the_workers():
    data = Computed(100, lambda i: os.getpid())
    before = open_files()
    for batch in DataLoader(data, num_workers=2, collate_fn=list):
        pid = batch[0]
        break
    assert ended(pid)
    batches = iter(DataLoader(data, num_workers=2, collate_fn=list))
    pid = next(batches)[0]
    del batches
    assert ended(pid)
    assert open_files() <= before


# ---- programs of their own ---------------------------------------------------------


def start(folder, program, *arguments):
    path = folder / "program.py"
    path.write_text(textwrap.dedent(program), encoding="utf-8")
    return subprocess.Popen(
        [sys.executable, "-W", "error", str(path), *arguments],
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_workers_end_with_the_program(tmp_path):
    program = """
        import os, threading, time
        from torchlike.utils.data import DataLoader

        class Slow:
            def __len__(self):
                return 10

            def __getitem__(self, i):
                if i < 2:
                    return os.getpid()
                while True:  # never asks whether anybody waits
                    pass

        loader = DataLoader(Slow(), num_workers=2)
        pid_of = lambda batch: os.getpid()
        other = iter(DataLoader([1] * 9, num_workers=1, collate_fn=pid_of))
        first = iter(loader)
        pids = [next(first)[0], next(first)[0], next(other)]
        pid = os.fork()                    # a stranger with copies of all our files
        if not pid:
            time.sleep(60)
        print(*pids, pid, flush=True)
        next(first)
    """
    process = start(tmp_path, program)
    *pids, stranger = map(int, process.stdout.readline().split())
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert all(ended(pid) for pid in pids)
    os.kill(stranger, signal.SIGKILL)
    process.communicate()


def test_a_program_ends_in_the_middle(tmp_path):
    program = """
        from torchlike.utils.data import DataLoader

        batches = iter(DataLoader(range(100), num_workers=2))
        function = lambda: batches
        function.itself = function, next(batches)
        print("end")
    """
    output, errors = start(tmp_path, program).communicate(timeout=60)
    assert (output, errors) == ("end\n", "")


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_workers_that_start_afresh(method, tmp_path):
    program = """
        import sys
        import torchlike as torch
        from torchlike.utils.data import DataLoader, TensorDataset

        class Shifted(TensorDataset):
            def __getitem__(self, i):
                return self.tensors[0][i] + 1

        if __name__ == "__main__":
            torch.multiprocessing.set_start_method(sys.argv[1])
            data = Shifted(torch.arange(0, 8).view(4, 2))
            batches = [b.tolist() for b in DataLoader(data, 2, num_workers=2)]
            assert batches == [[[1, 2], [3, 4]], [[5, 6], [7, 8]]], batches
            for loader in (
                DataLoader(data, num_workers=1, collate_fn=lambda batch: batch),
                DataLoader([lambda: 0], num_workers=1),
            ):
                try:
                    next(iter(loader))
                except TypeError as error:
                    print(error)
    """
    output, errors = start(tmp_path, program, method).communicate(timeout=120)
    first, second = output.splitlines()
    end = "'fork'), or num_workers=0"
    assert first.startswith("the collate_fn of the DataLoader") and first.endswith(end)
    assert second.startswith("the dataset of the DataLoader") and second.endswith(end)
    assert f"start afresh ('{method}'): " in first
    assert errors == ""


def test_few_files_are_open(tmp_path):
    program = """
        import os, resource
        import torchlike as torch
        from torchlike.utils.data import DataLoader

        resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))

        class Many:
            def __len__(self):
                return 3000

            def __getitem__(self, i):
                return [torch.ones(2) * i for _ in range(50)]

        loader = DataLoader(Many(), 3, num_workers=2)
        before = None
        for count, batch in enumerate(loader):
            if count == 10:
                before = len(os.listdir("/proc/self/fd"))
            assert batch[49][2][0] == count * 3 + 2
        assert count == 999
        assert len(os.listdir("/proc/self/fd")) < before
    """
    output, errors = start(tmp_path, program).communicate(timeout=120)
    assert (output, errors) == ("", "")
