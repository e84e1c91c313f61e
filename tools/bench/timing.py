"""What a workload consists of, and how one is measured."""

import gc
import random
import sys
import timeit
from collections.abc import Callable
from dataclasses import dataclass, replace

import torch

# A sample repeats the statement until it takes this long, in seconds.
SAMPLE = 0.002
# Samples of an item: as many as fit into BUDGET seconds, within these limits.
BUDGET = 1.0
FEWEST, MOST = 5, 60
# The time an item runs before its first sample, in seconds.
WARM_UP = 0.02

# The numbers that `data` repeats; a prime length, so that rows of a matrix differ.
_PERIOD = 4099


@dataclass
class Item:
    """One line of the result table.

    Attributes
    ----------
    name : str
        What the table calls it; also the statement, unless another one is given.
    target : str
        A key of targets.toml.
    statement : str, optional
        What is timed, in the namespace of the family.
    numpy : str, optional
        What NumPy does for the same, with the tensors of the namespace as arrays.
    per : int
        What the time is divided by: the steps that the statement contains.
    flops : int
        Floating-point operations of the statement, for a rate in the table.
    measure : callable, optional
        Returns the value of an item that is not timed, in `unit`.
    unit : str
        "s" or "B".
    optional : bool
        Left out if the statement fails: one of the libraries does not have it.
    """

    name: str
    target: str
    statement: str | None = None
    numpy: str | None = None
    per: int = 1
    flops: int = 0
    measure: Callable[[], float] | None = None
    unit: str = "s"
    optional: bool = False


def data(*shape, low=-1.0, high=1.0, period=_PERIOD):
    """Return a FloatTensor with the same numbers under either library.

    They repeat after `period` numbers.
    """
    numbers = random.Random(2017)
    block = torch.FloatTensor([numbers.uniform(low, high) for _ in range(period)])
    count = 1
    for size in shape:
        count *= size
    times = -(-count // period)
    many = block.unsqueeze(0).expand(times, period).contiguous().view(-1)
    return many[:count].clone().view(*shape)


def with_numpy(items, namespace):
    """Return the items that NumPy can do, as NumPy does them, and their namespace."""
    import numpy  # not on the sides that measure a tensor library

    def array(value):
        if isinstance(value, list):
            return [array(one) for one in value]
        return value.numpy() if torch.is_tensor(value) else value

    arrays = {name: array(value) for name, value in namespace.items()}
    items = [replace(item, statement=item.numpy) for item in items if item.numpy]
    return items, {**arrays, "np": numpy}


def measure(items, namespace):
    """Return the minimum of every item, in seconds per statement or in its unit.

    An optional item that fails has no value. Short samples of all the items alternate,
    so that a disturbance of the machine costs each of them a few samples and none of
    them its minimum.
    """
    best = {item.name: item.measure() for item in items if item.measure}
    timed = [
        _Timed(item, namespace)
        for item in items
        if not (item.measure or item.optional and fails(item, namespace))
    ]
    gc.collect()
    gc.disable()
    for turn in range(MOST):
        for one in timed:
            if turn < one.samples:
                one.sample()
    gc.enable()
    best.update((one.item.name, one.best / one.item.per) for one in timed)
    return best


def fails(item, namespace):
    """Whether an optional item raises; says so on standard error."""
    try:
        exec(item.statement or item.name, namespace)
    except Exception as error:
        message = str(error).partition("\n")[0]
        print(
            f"left out: {item.name}: {type(error).__name__}: {message}", file=sys.stderr
        )
        return True
    return False


class _Timed:
    """An item that is ready to run, and the best time so far."""

    def __init__(self, item, namespace):
        self.item = item
        self.timer = timeit.Timer(item.statement or item.name, globals=namespace)
        self.best = float("inf")
        self.loops = 1
        spent = self.timer.timeit(1)
        while spent < WARM_UP:
            seconds = self.timer.timeit(self.loops)
            spent += seconds
            if seconds < SAMPLE:
                self.loops *= 2
        seconds = self.timer.timeit(self.loops)
        self.samples = min(max(int(BUDGET / seconds), FEWEST), MOST)

    def sample(self):
        self.best = min(self.best, self.timer.timeit(self.loops) / self.loops)
