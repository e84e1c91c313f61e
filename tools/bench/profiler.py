"""What the profiler costs: ``python -m tools.bench.profiler``.

Prints nanoseconds of an operator on Variables of 5 x 5 elements and of a step of
forward and backward, each without a profiler, with one that is off, and recorded, and
what one event costs. Each is the minimum of many repetitions.
"""

import timeit

import torchlike as torch
from torchlike.autograd import Variable, profiler

_REPEATS = 30
_CALLS = 2000


def step(x):
    """Three operators forward and their nodes backward: 6 events."""
    (x * x).exp().sum().backward()


def best(function):
    """Nanoseconds of a call, the minimum over repetitions."""
    return min(timeit.repeat(function, number=_CALLS, repeat=_REPEATS)) / _CALLS * 1e9


def recorded(function):
    """The same while a profiler records, and the number of events of a call."""
    times, count = [], 0
    for _ in range(_REPEATS):
        with profiler.profile() as profile:
            times.append(timeit.timeit(function, number=_CALLS))
        count = len(profile.function_events) / _CALLS
    return min(times) / _CALLS * 1e9, count


def switched_off(function):
    """The same inside a profiler that is not enabled."""
    with profiler.profile(enabled=False):
        return best(function)


def main():
    """Measure and print the table."""
    x = Variable(torch.ones(5, 5), requires_grad=True)
    print(f"{'':24}{'without':>10}{'off':>10}{'recorded':>10}{'ns an event':>14}")
    for name, function in {
        "x + x": lambda: x + x,
        "forward and backward": lambda: step(x),
    }.items():
        plain, off = best(function), switched_off(function)
        on, events = recorded(function)
        cost = (on - plain) / events
        print(f"{name:24}{plain:10.0f}{off:10.0f}{on:10.0f}{cost:14.0f}")


if __name__ == "__main__":
    main()
