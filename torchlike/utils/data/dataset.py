"""Collections of samples."""

import bisect
from itertools import accumulate

import torchlike

__all__ = ["ConcatDataset", "Dataset", "Subset", "TensorDataset", "random_split"]


class Dataset:
    """Base class of data sets: a subclass defines `__getitem__` and `__len__`.

    Examples
    --------
    >>> class Squares(torch.utils.data.Dataset):
    ...     def __getitem__(self, index):
    ...         return index * index
    ...     def __len__(self):
    ...         return 10
    >>> Squares()[3]
    9
    """

    def __getitem__(self, index):
        raise NotImplementedError(f"{type(self).__name__} defines no __getitem__")

    def __len__(self):
        raise NotImplementedError(f"{type(self).__name__} defines no __len__")

    def __add__(self, other):
        return ConcatDataset([self, other])


class TensorDataset(Dataset):
    """Samples that are rows of tensors.

    Parameters
    ----------
    data_tensor : Tensor of shape (N, *)
    target_tensor : Tensor of shape (N, *)
    *tensors : Tensor of shape (N, *)
        Any number of tensors is possible; sample i is the tuple of their rows i.

    Raises
    ------
    ValueError
        If no tensor is given or the first sizes differ.

    Examples
    --------
    >>> x, y = torch.zeros(4, 2), torch.ones(4)
    >>> data = torch.utils.data.TensorDataset(x, y)
    >>> len(data), data[0][1]
    (4, 1.0)
    """

    def __init__(self, *tensors, **named):
        for name in ("data_tensor", "target_tensor"):
            if name in named:
                tensors += (named.pop(name),)
        if named:
            raise TypeError(f"TensorDataset got an unexpected argument {min(named)!r}")
        sizes = [tensor.size(0) for tensor in tensors]
        if not tensors or len(set(sizes)) > 1:
            raise ValueError(
                f"TensorDataset needs tensors of one first size, got {sizes}"
            )
        self.tensors = tensors

    @property
    def data_tensor(self):
        """The first tensor."""
        return self.tensors[0]

    @property
    def target_tensor(self):
        """The second tensor."""
        return self.tensors[1]

    def __getitem__(self, index):
        return tuple(tensor[index] for tensor in self.tensors)

    def __len__(self):
        return self.tensors[0].size(0)


class ConcatDataset(Dataset):
    """Several data sets one after the other.

    Parameters
    ----------
    datasets : iterable of Dataset

    Attributes
    ----------
    cumulative_sizes : list of int
        Number of samples up to the end of each.

    Raises
    ------
    ValueError
        If there is none.

    Examples
    --------
    >>> a = torch.utils.data.TensorDataset(torch.zeros(2, 1))
    >>> len(torch.utils.data.ConcatDataset([a, a]))
    4
    """

    def __init__(self, datasets):
        self.datasets = list(datasets)
        if not self.datasets:
            raise ValueError("datasets should not be an empty iterable")
        self.cumulative_sizes = list(accumulate(len(d) for d in self.datasets))

    def __len__(self):
        return self.cumulative_sizes[-1]

    def __getitem__(self, index):
        length = len(self)
        if not -length <= index < length:
            raise IndexError(f"index {index} is out of range for {length} samples")
        index %= length
        which = bisect.bisect_right(self.cumulative_sizes, index)
        start = self.cumulative_sizes[which - 1] if which else 0
        return self.datasets[which][index - start]


class Subset(Dataset):
    """Some samples of a data set.

    Parameters
    ----------
    dataset : Dataset
    indices : sequence of int
        Which samples, in which order.

    Examples
    --------
    >>> data = torch.utils.data.TensorDataset(torch.arange(0, 5))
    >>> torch.utils.data.Subset(data, [4, 2])[0]
    (4.0,)
    """

    def __init__(self, dataset, indices):
        self.dataset = dataset
        self.indices = indices

    def __getitem__(self, index):
        return self.dataset[self.indices[index]]

    def __len__(self):
        return len(self.indices)


def random_split(dataset, lengths):
    """Divide a data set into parts at random.

    Parameters
    ----------
    dataset : Dataset
    lengths : sequence of int
        Number of samples of each part.

    Returns
    -------
    list of Subset

    Raises
    ------
    ValueError
        If the lengths do not sum to that of the data set, or one is negative.

    Examples
    --------
    >>> data = torch.utils.data.TensorDataset(torch.arange(0, 5))
    >>> train, test = torch.utils.data.random_split(data, [4, 1])
    >>> len(train), len(test)
    (4, 1)
    """
    lengths = list(lengths)
    if sum(lengths) != len(dataset) or min(lengths, default=0) < 0:
        raise ValueError(
            "Sum of input lengths does not equal the length of the input dataset: "
            f"got {lengths} for {len(dataset)} samples"
        )
    order = torchlike.randperm(len(dataset)).tolist() if lengths else []
    ends = accumulate(lengths)
    return [
        Subset(dataset, order[end - length : end]) for end, length in zip(ends, lengths)
    ]
