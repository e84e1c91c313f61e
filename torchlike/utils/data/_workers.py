"""Processes that load the batches of a `DataLoader`.

A worker is told by a pipe of its own which samples to load and answers by another; so
no lock can be left held by a worker that dies. A third pipe, the life line, has its
writing end only in the training process and nothing is written to it: its end is the
end of that process, and the system kills the worker then.
"""

import fcntl
import os
import random
import select
import signal
import struct
import sys
import time
import traceback
import weakref
from collections import deque
from multiprocessing.reduction import ForkingPickler

import torchlike
from torchlike import multiprocessing
from torchlike.utils.data._transport import Receiver, Sender
from torchlike.utils.data.dataloader import fetch

# Seconds that workers get to end by themselves.
_PATIENCE = 1.0
# Bytes of a request that a pipe takes without waiting, two at a time.
_ROOM = 1 << 14
_F_SETSIG = 10  # of Linux; the module fcntl lacks it

# What belongs to the training process alone: a forked child closes its copies.
_own_ends = weakref.WeakSet()


def _close_own_ends():
    for end in list(_own_ends):
        end.close()
    _own_ends.clear()


os.register_at_fork(after_in_child=_close_own_ends)


class ExceptionWrapper:
    """An exception with its traceback as text, to be raised in another process.

    Parameters
    ----------
    exc_info : tuple
        As of `sys.exc_info`.
    """

    def __init__(self, exc_info):
        self.exc_type = exc_info[0]
        self.exc_msg = "".join(traceback.format_exception(*exc_info))

    def reraise(self):
        """Raise an exception of the same type, with the traceback as its message."""
        message = self.exc_msg
        if issubclass(self.exc_type, KeyError):
            message = _Text(message)
        try:
            error = self.exc_type(message)
        except Exception:  # its constructor wants something else
            error = None
        if not isinstance(error, Exception) or isinstance(error, StopIteration):
            error = RuntimeError(message)
        raise error


class _Text(str):
    """A text that KeyError shows as it is."""

    def __repr__(self):
        return str(self)


# ---- in the worker ---------------------------------------------------------------


def _die_with(life_line):
    """Have this process killed when the other end of a pipe is closed."""
    fcntl.fcntl(life_line, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(life_line, _F_SETSIG, signal.SIGKILL)
    flags = fcntl.fcntl(life_line, fcntl.F_GETFL)
    fcntl.fcntl(life_line, fcntl.F_SETFL, flags | os.O_ASYNC)
    if select.select([life_line], [], [], 0)[0]:  # it was closed before
        os._exit(1)


def _seed(seed):
    random.seed(seed)
    torchlike.manual_seed(seed)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(seed % (1 << 32))


def worker_loop(dataset, collate_fn, init_fn, number, seed, requests, answers, line):
    """Load batches until the requests end; runs in the worker.

    Parameters
    ----------
    dataset : Dataset
    collate_fn : callable
    init_fn : callable or None
        Called with `number` first.
    number : int
        Of this worker, from 0.
    seed : int
        For the random numbers of this worker.
    requests, answers, line : multiprocessing.connection.Connection
        Receives lists of indices; sends batches; is never used.
    """
    _die_with(line.fileno())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the training process decides
    torchlike.set_num_threads(1)
    _seed(seed)
    failure = None
    if init_fn is not None:
        try:
            init_fn(number)
        except Exception:
            failure = ExceptionWrapper(sys.exc_info())
    sender = Sender(answers)
    try:
        while True:
            indices = requests.recv()
            if indices is None:
                return
            _answer(sender, failure, dataset, collate_fn, indices)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return  # nobody waits for more


def _answer(sender, failure, dataset, collate_fn, indices):
    """Send a batch, or the exception that it ended with."""
    try:
        batch = failure
        if batch is None:
            batch = fetch(dataset, collate_fn, indices)
        sender.send(batch)
    except (BrokenPipeError, ConnectionResetError):
        raise
    except Exception:
        error = ExceptionWrapper(sys.exc_info())
        try:
            sender.send(error)
        except (BrokenPipeError, ConnectionResetError):
            raise
        except Exception:
            error.exc_type = RuntimeError  # a class that cannot be pickled
            sender.send(error)


# ---- in the training process -----------------------------------------------------


class Worker:
    """A worker as the training process sees it.

    Parameters
    ----------
    context : multiprocessing context
    dataset, collate_fn, init_fn, number, seed
        As of `worker_loop`.

    Raises
    ------
    TypeError
        If something cannot be sent to the process.
    """

    def __init__(self, context, dataset, collate_fn, init_fn, number, seed):
        theirs, self._requests = context.Pipe(duplex=False)
        self._answers, answers = context.Pipe(duplex=False)
        line, self._line = context.Pipe(duplex=False)
        _own_ends.update([self._requests, self._answers, self._line])
        self.owner = os.getpid()
        self._early = deque()
        arguments = dataset, collate_fn, init_fn, number, seed, theirs, answers, line
        self._process = context.Process(target=worker_loop, args=arguments, daemon=True)
        try:
            self._process.start()
        except Exception as error:
            self._close()
            _explain(error, context, dataset, collate_fn, init_fn)
        finally:
            for end in (theirs, answers, line):
                end.close()
        self.sentinel = self._process.sentinel
        self.answer_file = self._answers.fileno()
        self._receiver = Receiver(self._process.pid)

    def request(self, indices):
        """Ask for a batch."""
        message = ForkingPickler.dumps(indices)
        try:
            if len(message) <= _ROOM:
                self._requests.send_bytes(message)
            else:
                self._request_long(message)
        except (EOFError, BrokenPipeError, ConnectionResetError):
            self.check()
            raise

    def _request_long(self, message):
        """Send more than the pipe holds to a worker that may be waiting for us."""
        data = memoryview(struct.pack("!i", len(message)) + message)
        to, answers = self._requests.fileno(), self._answers
        while data:
            readable, writable, _ = select.select([answers], [to], [])
            if writable:
                data = data[os.write(to, data[: select.PIPE_BUF]) :]
            elif readable:
                self._early.append(answers.recv_bytes())

    def has_answer(self):
        """Whether `receive` need not wait."""
        return bool(self._early)

    def receive(self):
        """The next batch, or an `ExceptionWrapper`."""
        try:
            early = self._early
            message = early.popleft() if early else self._answers.recv_bytes()
            return self._receiver.load(message)
        except (EOFError, ConnectionResetError, FileNotFoundError):
            self.check()
            raise

    def check(self):
        """Raise RuntimeError if the process has ended."""
        self._process.join(_PATIENCE)
        code = self._process.exitcode
        if code is None:
            return
        pid = self._process.pid
        if code < 0:
            name = signal.strsignal(-code) or f"number {-code}"
            raise RuntimeError(
                f"DataLoader worker (pid {pid}) is killed by signal: {name}."
            )
        raise RuntimeError(
            f"DataLoader worker (pid {pid}) exited unexpectedly with exit code {code}."
        )

    def _close(self):
        for end in (self._requests, self._answers, self._line):
            end.close()
            _own_ends.discard(end)

    def dismiss(self):
        """Tell the process to end."""
        try:
            self._requests.send(None)
        except OSError:
            pass  # it has ended, or closed the pipe
        self._requests.close()
        self._answers.close()

    def wait(self, timeout):
        """Wait for the end of the process; after `timeout` seconds end it."""
        self._process.join(timeout)
        for end in (self._process.terminate, self._process.kill):
            if self._process.exitcode is None:
                end()
                self._process.join(_PATIENCE)
        self._close()


def end(workers):
    """End workers, by force if they are not done soon."""
    own = [worker for worker in workers if worker.owner == os.getpid()]
    for worker in own:
        worker.dismiss()
    deadline = time.monotonic() + _PATIENCE
    for worker in own:
        worker.wait(max(0, deadline - time.monotonic()))


def _explain(error, context, *parts):
    """Raise an error that names what cannot be sent to a new process, or `error`."""
    names = "dataset", "collate_fn", "worker_init_fn"
    for name, part in zip(names, parts):
        try:
            ForkingPickler.dumps(part)
        except Exception as reason:
            raise TypeError(
                f"the {name} of the DataLoader cannot be sent to worker processes, "
                f"which start afresh ({context.get_start_method()!r}): {reason}; "
                "define it at the top level of a module, or choose workers that are "
                "forked, multiprocessing.set_start_method('fork'), or num_workers=0"
            ) from error
    raise error


def start_context():
    """The way to start workers: the one that the program has chosen, else by fork."""
    method = multiprocessing.get_start_method(allow_none=True)
    if method is None and "fork" in multiprocessing.get_all_start_methods():
        method = "fork"
    return multiprocessing.get_context(method)
