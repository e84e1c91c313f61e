"""Batches of a data set."""

from collections.abc import Mapping, Sequence

import torchlike
from torchlike.utils.data.sampler import BatchSampler, RandomSampler, SequentialSampler

__all__ = ["DataLoader", "default_collate"]

# kind and item size of a NumPy type -> tensor class
_NUMPY_TENSORS = {
    ("f", 8): "DoubleTensor",
    ("f", 4): "FloatTensor",
    ("f", 2): "HalfTensor",
    ("i", 8): "LongTensor",
    ("i", 4): "IntTensor",
    ("i", 2): "ShortTensor",
    ("i", 1): "CharTensor",
    ("u", 1): "ByteTensor",
    ("b", 1): "ByteTensor",
}


def _is_numpy(value):
    """Whether value is a NumPy array or scalar, without importing NumPy."""
    return type(value).__module__ == "numpy" and hasattr(value, "dtype")


def _collate_numpy(batch):
    """A tensor of NumPy arrays (stacked) or scalars."""
    first = batch[0]
    if first.ndim:
        return torchlike.stack([torchlike.from_numpy(array) for array in batch], 0)
    name = _NUMPY_TENSORS.get((first.dtype.kind, first.dtype.itemsize))
    if name is None:
        raise TypeError(
            "batch must contain tensors, numbers, dicts or lists; "
            f"found NumPy values of type {first.dtype}"
        )
    return getattr(torchlike, name)([value.item() for value in batch])


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
        Must be 0: samples are loaded in this process.
    collate_fn : callable, default: default_collate
        Turns a list of samples into a batch.
    pin_memory : bool, default: False
        Must be False.
    drop_last : bool, default: False
        Whether a last smaller batch is left out.

    Raises
    ------
    ValueError
        If options exclude each other or a number is out of range.
    NotImplementedError
        For `num_workers` above 0 and for `pin_memory`.

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
        if num_workers > 0:
            raise NotImplementedError(
                "worker processes are not available yet: use num_workers=0, "
                f"got {num_workers}"
            )
        if pin_memory:
            raise NotImplementedError(
                "pinned memory is not available yet: use pin_memory=False"
            )
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
        self.sampler = sampler
        self.batch_sampler = batch_sampler

    def __iter__(self):
        return DataLoaderIter(self)

    def __len__(self):
        return len(self.batch_sampler)


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
        self.sample_iter = iter(loader.batch_sampler)

    def __len__(self):
        return len(self.batch_sampler)

    def __iter__(self):
        return self

    def __next__(self):
        indices = next(self.sample_iter)
        return self.collate_fn([self.dataset[i] for i in indices])

    next = __next__  # called by name in code written for Python 2
