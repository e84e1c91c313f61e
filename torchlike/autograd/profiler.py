"""Profiler: which operations ran, how often and for how long."""

from collections import OrderedDict

from torchlike._C import profiler as _recorder

__all__ = [
    "EventList",
    "FunctionEvent",
    "FunctionEventAvg",
    "emit_nvtx",
    "format_time",
    "load_nvprof",
    "profile",
]

_NO_CUDA = "needs CUDA, but this build of torchlike has none"
_COLUMNS = (
    ("Name", 30, lambda e: e.key),
    ("Self CPU", 12, lambda e: format_time(e.self_cpu_time_total)),
    ("CPU total", 12, lambda e: format_time(e.cpu_time_total)),
    ("CPU time", 12, lambda e: format_time(e.cpu_time)),
    ("Calls", 8, lambda e: str(e.count)),
)


def format_time(microseconds):
    """Return a time in microseconds as text, such as ``'12.500us'``."""
    return f"{microseconds:.3f}us"


class FunctionEvent:
    """One run of an operation.

    Attributes
    ----------
    id : int
        Position in the order in which the events began.
    name, key : str
        The operation: ``add``, ``AddBackward0``, the name of a Function.
    thread : int
        As ``threading.get_ident()``.
    start, end : float, in microseconds
        Since the recording began.
    cpu_children : list of FunctionEvent
        What ran directly inside it.
    """

    count = 1
    cuda_time = cuda_time_total = 0.0

    def __init__(self, id, name, thread, start, end):
        self.id = id
        self.name = self.key = name
        self.thread = thread
        self.start = start
        self.end = end
        self.cpu_children = []

    @property
    def cpu_time_total(self):
        """Time from beginning to end, in microseconds."""
        return self.end - self.start

    cpu_time = cpu_time_total

    @property
    def self_cpu_time_total(self):
        """Time that is not that of an event inside, in microseconds."""
        return self.cpu_time - sum(child.cpu_time for child in self.cpu_children)

    def __repr__(self):
        return (
            f"<FunctionEvent id={self.id} cpu_time={format_time(self.cpu_time)} "
            f"name={self.name} thread={self.thread}>"
        )


class FunctionEventAvg:
    """Several events together, those of one operation or all.

    Attributes
    ----------
    key : str
        The operation, or ``Total``.
    count : int
        Number of events.
    cpu_time_total, self_cpu_time_total : float, in microseconds
        Sum over the events; the second counts nothing twice.
    """

    cuda_time = cuda_time_total = 0.0

    def __init__(self, key):
        self.key = key
        self.count = 0
        self.cpu_time_total = 0.0
        self.self_cpu_time_total = 0.0

    @property
    def cpu_time(self):
        """Mean time of an event, in microseconds."""
        return self.cpu_time_total / self.count if self.count else 0.0

    def add(self, event):
        """Count an event, or several, too."""
        self.count += event.count
        self.cpu_time_total += event.cpu_time_total
        self.self_cpu_time_total += event.self_cpu_time_total
        return self

    __iadd__ = add

    def __repr__(self):
        return (
            f"<FunctionEventAvg cpu_time={format_time(self.cpu_time)} "
            f"count={self.count} key={self.key}>"
        )


class EventList(list):
    """Events in a list that can summarise itself."""

    def __str__(self):
        return self.table()

    def table(self, sort_by=None):
        """Return the events as text, one line each.

        Parameters
        ----------
        sort_by : str, optional
            Attribute to sort by, largest first: ``cpu_time``, ``cpu_time_total``,
            ``self_cpu_time_total``, ``count``; ``key`` sorts by name.
        """
        events = list(self)
        if sort_by is not None:
            events.sort(key=lambda e: getattr(e, sort_by), reverse=sort_by != "key")
        rule = "  ".join("-" * width for _, width, _ in _COLUMNS)
        lines = ["  ".join(f"{name:<{width}}" for name, width, _ in _COLUMNS), rule]
        lines += [
            "  ".join(f"{text(event):<{width}}" for _, width, text in _COLUMNS)
            for event in events
        ]
        return "\n".join(line.rstrip() for line in lines) + "\n"

    def key_averages(self):
        """Return an EventList with a FunctionEventAvg for each operation."""
        averages = OrderedDict()
        for event in self:
            averages.setdefault(event.key, FunctionEventAvg(event.key)).add(event)
        return EventList(averages.values())

    def total_average(self):
        """Return all events as one FunctionEventAvg."""
        total = FunctionEventAvg("Total")
        for event in self:
            total.add(event)
        return total

    def export_chrome_trace(self, path):
        """Write a file that Perfetto and ``chrome://tracing`` show on a time line."""
        import json  # only here: it takes longer to import than the rest of autograd

        trace = [
            {
                "name": event.name,
                "ph": "X",
                "ts": event.start,
                "dur": event.cpu_time,
                "pid": 0,
                "tid": event.thread,
                "args": {},
            }
            for event in self
        ]
        with open(path, "w", encoding="utf-8") as file:
            json.dump(trace, file)


def _events(recorded):
    """Events of what was recorded, with their children."""
    events = EventList()
    around = {}  # for each thread the events that are not over
    begin = recorded[0][2] if recorded else 0
    for name, thread, start, end in recorded:
        start, end = (start - begin) / 1e3, (end - begin) / 1e3
        event = FunctionEvent(len(events), name, thread, start, end)
        outer = around.setdefault(thread, [])
        while outer and outer[-1].end <= start:
            outer.pop()
        if outer:
            outer[-1].cpu_children.append(event)
        outer.append(event)
        events.append(event)
    return events


class profile:
    """Record the operations on Variables that run inside a ``with`` block.

    Operators, the nodes that backward runs and user-defined Functions are events;
    those inside another one are its children.

    Parameters
    ----------
    enabled : bool, default: True
        False makes the block do nothing.

    Attributes
    ----------
    function_events : EventList
        The events, once the block is over.

    Raises
    ------
    RuntimeError
        When one block is entered inside another one, or twice, or asked before its
        end.

    Examples
    --------
    >>> x = Variable(torch.ones(2), requires_grad=True)
    >>> with profile() as prof:
    ...     (x * 2).sum().backward()
    >>> [event.name for event in prof.function_events]
    ['mul', 'sum', 'SumBackward0', 'MulBackward0']
    """

    _active = False  # one block at a time

    def __init__(self, enabled=True):
        self.enabled = enabled
        self.entered = False
        self.function_events = None

    def __enter__(self):
        if not self.enabled:
            return self
        if self.entered or profile._active:
            raise RuntimeError("autograd profiler traces are not reentrant")
        self.entered = profile._active = True
        _recorder.start()
        return self

    def __exit__(self, *exception):
        if self.enabled:
            profile._active = False
            self.function_events = _events(_recorder.stop())
        return False

    def _finished(self):
        if self.function_events is None:
            raise RuntimeError("can't use a profile whose block is not over")
        return self.function_events

    def __repr__(self):
        if self.function_events is None:
            return "<unfinished torch.autograd.profile>"
        return repr(self.function_events)

    def __str__(self):
        if self.function_events is None:
            return "<unfinished torch.autograd.profile>"
        return str(self.function_events)

    def table(self, sort_by=None):
        """Return the events as text; see :meth:`EventList.table`."""
        return self._finished().table(sort_by)

    def export_chrome_trace(self, path):
        """Write a file for Perfetto; see :meth:`EventList.export_chrome_trace`."""
        self._finished().export_chrome_trace(path)

    def key_averages(self):
        """Return the events of each operation together."""
        return self._finished().key_averages()

    def total_average(self):
        """Return all events together."""
        return self._finished().total_average()


class emit_nvtx:
    """Would mark operations for NVIDIA's profilers: needs CUDA.

    Parameters
    ----------
    enabled : bool, default: True
        False makes the block do nothing.

    Raises
    ------
    RuntimeError
        When an enabled block is entered.
    """

    def __init__(self, enabled=True):
        self.enabled = enabled

    def __enter__(self):
        if self.enabled:
            raise RuntimeError(f"emit_nvtx {_NO_CUDA}: use profile")
        return self

    def __exit__(self, *exception):
        return False


def load_nvprof(path):
    """Would read a recording of NVIDIA's profiler: needs CUDA.

    Raises
    ------
    RuntimeError
        Always.
    """
    raise RuntimeError(f"load_nvprof('{path}') {_NO_CUDA}")
