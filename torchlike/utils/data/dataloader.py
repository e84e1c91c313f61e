"""Batches of a data set."""

import select
from collections.abc import Mapping, Sequence

import torchlike
from torchlike.utils.data.dataset import TensorDataset
from torchlike.utils.data.sampler import BatchSampler, RandomSampler, SequentialSampler

__all__ = ["DataLoader", "default_collate"]

# The tensor types that have index_select.
_WITH_ROWS = {
    cls for cls in torchlike._tensor_classes if cls is not torchlike.HalfTensor
}

# Batches that each worker is asked for in advance.
_AHEAD = 2

# NumPy type -> tensor class; collate functions of programs use it too.
numpy_type_map = {
    "float64": torchlike.DoubleTensor,
    "float32": torchlike.FloatTensor,
    "float16": torchlike.HalfTensor,
    "int64": torchlike.LongTensor,
    "int32": torchlike.IntTensor,
    "int16": torchlike.ShortTensor,
    "int8": torchlike.CharTensor,
    "uint8": torchlike.ByteTensor,
}
# Collate functions of programs ask whether to put batches into shared memory. They need
# not: a worker copies what it sends.
_use_shared_memory = False


def _is_numpy(value):
    """Whether value is a NumPy array or scalar, without importing NumPy."""
    return type(value).__module__ == "numpy" and hasattr(value, "dtype")


def _collate_numpy(batch):
    """A tensor of NumPy arrays (stacked) or scalars."""
    first = batch[0]
    if first.ndim:
        # The batch is a copy: an array that cannot be a tensor's memory will do.
        lent = [a if a.flags.writeable else a.copy() for a in batch]
        return torchlike.stack([torchlike.from_numpy(array) for array in lent], 0)
    name = "uint8" if first.dtype.kind == "b" else first.dtype.name
    if name not in numpy_type_map:
        raise TypeError(
            "batch must contain tensors, numbers, dicts or lists; "
            f"found NumPy values of type {first.dtype}"
        )
    return numpy_type_map[name]([value.item() for value in batch])


def default_collate(batch):
    """Put samples of one kind together along a new first dimension.

    Parameters
    ----------
    batch : list
        Tensors of one shape (S), NumPy arrays or scalars, numbers, strings, or mappings
        and sequences of them.

    Returns
    -------
    Tensor of shape (N, S) for tensors and arrays; LongTensor (N) for ints, DoubleTensor
    (N) for floats; the list itself for strings; dicts and lists of these

    Raises
    ------
    TypeError
        If the samples are of another kind.
    RuntimeError
        If shapes differ.

    Examples
    --------
    >>> from torchlike.utils.data.dataloader import default_collate
    >>> default_collate([(torch.ones(2), 1), (torch.ones(2), 2)])[1].tolist()
    [1, 2]
    """
    first = batch[0]
    if torchlike.is_tensor(first):
        return torchlike.stack(batch, 0)
    if isinstance(first, (str, bytes)):
        return batch
    if _is_numpy(first):
        return _collate_numpy(batch)
    if isinstance(first, int):
        return torchlike.LongTensor(batch)
    if isinstance(first, float):
        return torchlike.DoubleTensor(batch)
    if isinstance(first, Mapping):
        return {key: default_collate([d[key] for d in batch]) for key in first}
    if isinstance(first, Sequence):
        return [default_collate(list(samples)) for samples in zip(*batch)]
    raise TypeError(
        "batch must contain tensors, numbers, dicts or lists; "
        f"found {torchlike.typename(first)}"
    )


class DataLoader:
    """Iterates over batches of a data set.

    Parameters
    ----------
    dataset : Dataset
    batch_size : int, default: 1
        Samples in a batch.
    shuffle : bool, default: False
        Whether each pass has a new random order.
    sampler : Sampler, optional
        The order; excludes `shuffle`.
    batch_sampler : iterable of list of int, optional
        Indices of each batch; excludes `batch_size`, `shuffle`, `sampler`, `drop_last`.
    num_workers : int, default: 0
        Processes that load batches; 0: this process does.
    collate_fn : callable, default: default_collate
        Turns a list of samples into a batch.
    pin_memory : bool, default: False
        Whether batches are copied to page-locked memory; without CUDA there is no such
        memory, and this does nothing.
    drop_last : bool, default: False
        Whether a last smaller batch is left out.
    timeout : float, in seconds, default: 0
        How long to wait for a batch of a worker; 0: as long as it takes.
    worker_init_fn : callable, optional
        Called in each worker with its number, 0 to ``num_workers - 1``, before it loads
        anything.

    Raises
    ------
    ValueError
        If options exclude each other or a number is out of range.
    TypeError
        From the iterator, if workers start afresh (not by fork) and something cannot be
        sent to them.
    RuntimeError
        From the iterator, if a worker dies or `timeout` is over. An exception in a
        worker is raised with its type, and the worker's traceback as its message.

    Notes
    -----
    Worker ``i`` loads batches ``i``, ``i + num_workers`` and so on. Its generators of
    random numbers (torch, random, and NumPy if that is imported) start from ``seed +
    i``, where `seed` is drawn from torch's generator in every pass.

    Examples
    --------
    >>> data = torch.utils.data.TensorDataset(torch.ones(5, 2), torch.ones(5))
    >>> loader = torch.utils.data.DataLoader(data, batch_size=2)
    >>> [x.size(0) for x, y in loader]
    [2, 2, 1]
    """

    def __init__(
        self,
        dataset,
        batch_size=1,
        shuffle=False,
        sampler=None,
        batch_sampler=None,
        num_workers=0,
        collate_fn=default_collate,
        pin_memory=False,
        drop_last=False,
        timeout=0,
        worker_init_fn=None,
    ):
        if batch_sampler is not None and (
            batch_size != 1 or shuffle or sampler is not None or drop_last
        ):
            raise ValueError(
                "batch_sampler is mutually exclusive with batch_size, shuffle, "
                "sampler, and drop_last"
            )
        if sampler is not None and shuffle:
            raise ValueError("sampler is mutually exclusive with shuffle")
        if num_workers < 0:
            raise ValueError(
                "num_workers cannot be negative; use num_workers=0 to disable "
                f"multiprocessing, got {num_workers}"
            )
        if timeout < 0:
            raise ValueError(f"timeout option should be non-negative, got {timeout}")
        if batch_sampler is None:
            if sampler is None:
                kind = RandomSampler if shuffle else SequentialSampler
                sampler = kind(dataset)
            batch_sampler = BatchSampler(sampler, batch_size, drop_last)
        self.dataset = dataset
        self.batch_size = batch_size
        self.num_workers = num_workers
        self.collate_fn = collate_fn
        self.pin_memory = pin_memory
        self.drop_last = drop_last
        self.timeout = timeout
        self.worker_init_fn = worker_init_fn
        self.sampler = sampler
        self.batch_sampler = batch_sampler

    def __iter__(self):
        return DataLoaderIter(self)

    def __len__(self):
        return len(self.batch_sampler)


def _has_rows(dataset, indices):
    """Whether `_rows` gives what the samples would give."""
    return (
        type(dataset) is TensorDataset
        and set(map(type, indices)) == {int}
        and min(indices) >= 0
        and max(indices) < len(dataset)
        and all(type(tensor) in _WITH_ROWS for tensor in dataset.tensors)
    )


def _rows(dataset, indices):
    """What `default_collate` makes of samples of a TensorDataset, made at once."""
    which = torchlike.LongTensor(indices)
    batch = []
    for tensor in dataset.tensors:
        rows = tensor.index_select(0, which)
        if tensor.dim() == 1:  # its samples are numbers
            floating = rows.type() in ("torch.FloatTensor", "torch.DoubleTensor")
            rows = rows.double() if floating else rows.long()
        batch.append(rows)
    return batch


def fetch(dataset, collate_fn, indices):
    """The batch of the samples that `indices` names."""
    if collate_fn is default_collate and _has_rows(dataset, indices):
        return _rows(dataset, indices)
    return collate_fn([dataset[i] for i in indices])


class DataLoaderIter:
    """One pass over a `DataLoader`.

    Parameters
    ----------
    loader : DataLoader
    """

    def __init__(self, loader):
        self.dataset = loader.dataset
        self.collate_fn = loader.collate_fn
        self.batch_sampler = loader.batch_sampler
        self.num_workers = loader.num_workers
        self.timeout = loader.timeout
        self.sample_iter = iter(loader.batch_sampler)
        self._workers = []
        if loader.num_workers > 0:
            self._start(loader.worker_init_fn)

    def _start(self, init_fn):
        from torchlike.utils.data import _workers  # it loads multiprocessing

        self._end_workers = _workers.end
        context = _workers.start_context()
        seed = int(torchlike.LongTensor(1).random_()[0])
        self._asked = self._received = 0
        self._polls = []  # for each worker: its answers, and the end of any
        try:
            for number in range(self.num_workers):
                parts = self.dataset, self.collate_fn, init_fn, number, seed + number
                self._workers.append(_workers.Worker(context, *parts))
            for worker in self._workers:
                poll = select.poll()
                poll.register(worker.answer_file, select.POLLIN)
                for other in self._workers:
                    poll.register(other.sentinel, select.POLLIN)
                self._polls.append(poll)
            for _ in range(_AHEAD * self.num_workers):
                self._ask()
        except BaseException:
            self._end()
            raise

    def _ask(self):
        """Ask a worker for the next batch, if there is one."""
        indices = next(self.sample_iter, None)
        if indices is not None:
            self._workers[self._asked % self.num_workers].request(indices)
            self._asked += 1

    def _wait(self, number):
        """Wait for an answer of a worker."""
        worker = self._workers[number]
        if worker.has_answer():
            return
        ready = self._polls[number].poll(self.timeout * 1000 if self.timeout else None)
        if not ready:
            raise RuntimeError(f"DataLoader timed out after {self.timeout} seconds")
        for other in self._workers:
            if any(file == other.sentinel for file, _ in ready):
                other.check()

    def _next_of_workers(self):
        if self._received == self._asked:
            self._end()
            raise StopIteration
        number = self._received % self.num_workers
        try:
            self._wait(number)
            batch = self._workers[number].receive()
            self._received += 1
            self._ask()
        except BaseException:
            self._end()
            raise
        if hasattr(batch, "reraise"):
            batch.reraise()
        return batch

    def _end(self):
        """End the workers."""
        workers, self._workers = self._workers, []
        self._asked = self._received = 0
        self._end_workers(workers)

    def __del__(self):
        if getattr(self, "_workers", None):
            self._end()

    def __len__(self):
        return len(self.batch_sampler)

    def __iter__(self):
        return self

    def __next__(self):
        if self.num_workers > 0:
            return self._next_of_workers()
        return fetch(self.dataset, self.collate_fn, next(self.sample_iter))

    next = __next__  # called by name in code written for Python 2
