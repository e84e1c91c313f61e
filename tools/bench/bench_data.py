"""Batches from data loaders, and tensors that go to another process."""

import time

import torch
import torch.multiprocessing
from timing import Item, data
from torch.utils.data import DataLoader, TensorDataset

_BATCHES = 200
_SENT = 100
_TURNS = 12


def _receive(queue, done):
    """Take tensors out of a queue; runs in another process."""
    while True:
        for _ in range(_SENT):
            queue.get()
        done.send(None)


def _seconds_to_send():
    """The shortest time in which tensors that are not shared yet arrive elsewhere."""
    context = torch.multiprocessing.get_context("fork")
    queue, (done, theirs) = context.Queue(), context.Pipe(duplex=False)
    process = context.Process(target=_receive, args=(queue, theirs), daemon=True)
    process.start()
    source = data(250_000)
    best = float("inf")
    for _ in range(_TURNS):
        tensors = [source.clone() for _ in range(_SENT)]
        start = time.perf_counter()
        for tensor in tensors:
            queue.put(tensor)
        done.recv()
        best = min(best, time.perf_counter() - start)
    process.terminate()
    process.join()
    return best


ITEMS = [
    Item(
        f"batch of 64 rows of {width}, {workers} workers",
        f"loader-{workers}",
        f"read(rows[{width}], {workers})",
        per=_BATCHES,
    )
    for workers in (0, 2)
    for width in (20, 784)
]
ITEMS += [
    Item("100 tensors of 1 MB through a Queue", "queue", measure=_seconds_to_send),
]


def _rows(width):
    rows = data(64 * _BATCHES, width)
    return TensorDataset(rows, torch.LongTensor([i % 10 for i in range(len(rows))]))


def _read(dataset, workers):
    count = 0
    for _ in DataLoader(dataset, batch_size=64, shuffle=True, num_workers=workers):
        count += 1
    assert count == _BATCHES


def setup():
    return {"read": _read, "rows": {width: _rows(width) for width in (20, 784)}}
