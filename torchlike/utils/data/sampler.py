"""Orders in which a data set is read."""

import torchlike

__all__ = [
    "BatchSampler",
    "RandomSampler",
    "Sampler",
    "SequentialSampler",
    "SubsetRandomSampler",
    "WeightedRandomSampler",
]


class Sampler:
    """Base class: a subclass yields indices from `__iter__` and has a `__len__`.

    Parameters
    ----------
    data_source : Dataset
        What the indices are for.
    """

    def __init__(self, data_source):
        pass

    def __iter__(self):
        raise NotImplementedError(f"{type(self).__name__} defines no __iter__")

    def __len__(self):
        raise NotImplementedError(f"{type(self).__name__} defines no __len__")


class SequentialSampler(Sampler):
    """0, 1, 2 ... in order.

    Parameters
    ----------
    data_source : Dataset

    Examples
    --------
    >>> list(torch.utils.data.sampler.SequentialSampler('abc'))
    [0, 1, 2]
    """

    def __init__(self, data_source):
        self.data_source = data_source

    def __iter__(self):
        return iter(range(len(self.data_source)))

    def __len__(self):
        return len(self.data_source)


class RandomSampler(Sampler):
    """All indices in random order, a new one in every pass.

    Parameters
    ----------
    data_source : Dataset

    Examples
    --------
    >>> sorted(torch.utils.data.sampler.RandomSampler('abc'))
    [0, 1, 2]
    """

    def __init__(self, data_source):
        self.data_source = data_source

    def __iter__(self):
        return iter(torchlike.randperm(len(self.data_source)).tolist())

    def __len__(self):
        return len(self.data_source)


class SubsetRandomSampler(Sampler):
    """Given indices in random order.

    Parameters
    ----------
    indices : sequence of int

    Examples
    --------
    >>> sorted(torch.utils.data.sampler.SubsetRandomSampler([4, 7]))
    [4, 7]
    """

    def __init__(self, indices):
        self.indices = indices

    def __iter__(self):
        order = torchlike.randperm(len(self.indices)).tolist()
        return (self.indices[i] for i in order)

    def __len__(self):
        return len(self.indices)


class WeightedRandomSampler(Sampler):
    """Indices drawn with given weights.

    Parameters
    ----------
    weights : sequence of float
        Weight of each index; they need not sum to 1.
    num_samples : int
        How many indices are drawn.
    replacement : bool, default: True
        Whether an index may come up again.

    Raises
    ------
    ValueError
        If `num_samples` is not positive, or is too large to draw without replacement.

    Examples
    --------
    >>> list(torch.utils.data.sampler.WeightedRandomSampler([0, 1], 3))
    [1, 1, 1]
    """

    def __init__(self, weights, num_samples, replacement=True):
        if isinstance(num_samples, bool) or num_samples <= 0:
            raise ValueError(
                f"num_samples should be a positive integer, got {num_samples}"
            )
        self.weights = torchlike.DoubleTensor(list(weights))
        if not replacement and num_samples > len(self.weights):
            raise ValueError(
                f"cannot draw {num_samples} of {len(self.weights)} without replacement"
            )
        self.num_samples = num_samples
        self.replacement = replacement

    def __iter__(self):
        drawn = torchlike.multinomial(self.weights, self.num_samples, self.replacement)
        return iter(drawn.tolist())

    def __len__(self):
        return self.num_samples


class BatchSampler:
    """Lists of indices of another sampler.

    Parameters
    ----------
    sampler : Sampler
    batch_size : int
        Length of each list; a float without a fraction is accepted.
    drop_last : bool
        Whether a last shorter list is left out.

    Raises
    ------
    ValueError
        If `batch_size` is not a positive integer.

    Examples
    --------
    >>> order = torch.utils.data.sampler.SequentialSampler('abc')
    >>> list(torch.utils.data.sampler.BatchSampler(order, 2, drop_last=False))
    [[0, 1], [2]]
    """

    def __init__(self, sampler, batch_size, drop_last):
        whole = isinstance(batch_size, float) and batch_size.is_integer()
        if whole:  # of a division in Python 3
            batch_size = int(batch_size)
        if (
            isinstance(batch_size, bool)
            or not isinstance(batch_size, int)
            or batch_size <= 0
        ):
            raise ValueError(
                f"batch_size should be a positive integer value, but got {batch_size!r}"
            )
        if not isinstance(drop_last, bool):
            raise ValueError(
                f"drop_last should be a boolean value, but got {drop_last!r}"
            )
        self.sampler = sampler
        self.batch_size = batch_size
        self.drop_last = drop_last

    def __iter__(self):
        batch = []
        for index in self.sampler:
            batch.append(index)
            if len(batch) == self.batch_size:
                yield batch
                batch = []
        if batch and not self.drop_last:
            yield batch

    def __len__(self):
        samples = len(self.sampler)
        if self.drop_last:
            return samples // self.batch_size
        return (samples + self.batch_size - 1) // self.batch_size
