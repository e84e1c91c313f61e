"""The order in which one of several training processes reads a data set."""

from itertools import cycle, islice

import torchlike
from torchlike.utils.data.sampler import Sampler

__all__ = ["DistributedSampler"]


class DistributedSampler(Sampler):
    """A part of all indices in random order, a different one in each process.

    All processes draw the same order, seeded by the epoch, and take one piece each. The
    first indices are repeated so that all pieces have the same length.

    Parameters
    ----------
    dataset : Dataset
        Of constant size.
    num_replicas : int
        Number of processes.
    rank : int
        Number of this process, from 0.

    Raises
    ------
    ValueError
        If `num_replicas` or `rank` is missing, or not 0 <= rank < num_replicas.

    Examples
    --------
    >>> from torchlike.utils.data.distributed import DistributedSampler
    >>> a, b = (DistributedSampler('abc', 2, rank) for rank in range(2))
    >>> len(a), len(set(a) | set(b))
    (2, 3)
    """

    def __init__(self, dataset, num_replicas=None, rank=None):
        if num_replicas is None or rank is None:
            raise ValueError(
                "num_replicas and rank are required, because there is no process group "
                "to ask (torch.distributed does not exist in this version)"
            )
        if not 0 <= rank < num_replicas:
            raise ValueError(
                f"rank must be at least 0 and below num_replicas, got {rank} and "
                f"{num_replicas}"
            )
        self.dataset = dataset
        self.num_replicas = num_replicas
        self.rank = rank
        self.epoch = 0
        self.num_samples = -(-len(dataset) // num_replicas)
        self.total_size = self.num_samples * num_replicas

    def __iter__(self):
        if not self.num_samples:
            return iter(())
        generator = torchlike.Generator()
        generator.manual_seed(self.epoch)
        order = torchlike.randperm(len(self.dataset), generator=generator).tolist()
        start = self.rank * self.num_samples
        return islice(cycle(order), start, start + self.num_samples)

    def __len__(self):
        return self.num_samples

    def set_epoch(self, epoch):
        """Choose the order.

        Parameters
        ----------
        epoch : int
        """
        self.epoch = epoch
