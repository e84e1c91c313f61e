"""Batches from data loaders, and tensors that go to another process."""

import torch
import torch.multiprocessing
from timing import Item, data
from torch.utils.data import DataLoader, TensorDataset

_BATCHES = 200
_SENT = 100

ITEMS = [
    Item(
        "batch of 64 rows of 20, 0 workers", "loader-0", "read(short, 0)", per=_BATCHES
    ),
    Item(
        "batch of 64 rows of 784, 0 workers", "loader-0", "read(long, 0)", per=_BATCHES
    ),
    Item(
        "batch of 64 rows of 20, 2 workers", "loader-2", "read(short, 2)", per=_BATCHES
    ),
    Item(
        "batch of 64 rows of 784, 2 workers", "loader-2", "read(long, 2)", per=_BATCHES
    ),
    Item("100 tensors of 1 MB through a Queue", "queue", "send()"),
]


def _rows(width):
    rows = data(64 * _BATCHES, width)
    return TensorDataset(rows, torch.LongTensor([i % 10 for i in range(len(rows))]))


def _read(dataset, workers):
    count = 0
    for _ in DataLoader(dataset, batch_size=64, shuffle=True, num_workers=workers):
        count += 1
    assert count == _BATCHES


def _receive(queue, done):
    """Take tensors out of a queue; runs in another process."""
    while True:
        for _ in range(_SENT):
            queue.get()
        done.send(None)


def setup():
    context = torch.multiprocessing.get_context("fork")
    queue, (done, theirs) = context.Queue(), context.Pipe(duplex=False)
    context.Process(target=_receive, args=(queue, theirs), daemon=True).start()
    source = data(250_000)

    def send():
        for _ in range(_SENT):
            queue.put(source.clone())  # memory that is not shared yet
        done.recv()

    return {"read": _read, "short": _rows(20), "long": _rows(784), "send": send}
