"""How storages travel to another process: as a description of shared memory.

With the strategy ``file_descriptor`` the memory is an anonymous file. The description
names the sender's process and the number of the open file there; the receiver opens
that through ``/proc`` and maps it. Until it has, the sender keeps the storage. Nothing
can be left behind: the system frees the memory with the last process that has it.

With ``file_system`` the memory is a file in ``/dev/shm``, which nobody keeps open. The
last storage over it deletes it; for processes that are killed a manager process does,
once the process that started it and all that were forked from that have ended. The one
that started it keeps what it sends until it is received, too.
"""

import errno
import os
import secrets
import subprocess
import tempfile
import threading
import time
from multiprocessing import parent_process, spawn, util
from multiprocessing.reduction import ForkingPickler

import torchlike

# What pickling needs is imported here: a process that is forked while a thread, that of
# a queue, imports a module waits forever for that module.
from torchlike import _utils  # noqa: F401
from torchlike._C import storage as _storage
from torchlike.autograd import Variable
from torchlike.multiprocessing import _manager
from torchlike.nn import Parameter

__all__ = [
    "get_all_sharing_strategies",
    "get_sharing_strategy",
    "set_sharing_strategy",
]

_STRATEGIES = ("file_descriptor", "file_system")
_strategy = "file_descriptor"

# A storage up to this many bytes also travels by value, for the case that the sender
# has ended when it is received.
_SMALL_BYTES = 4096
# Seconds that a child waits at its end for others to receive what it has sent.
_PATIENCE = 10


def get_all_sharing_strategies():
    """The sharing strategies that there are.

    Returns
    -------
    set of str

    Examples
    --------
    >>> sorted(torch.multiprocessing.get_all_sharing_strategies())
    ['file_descriptor', 'file_system']
    """
    return set(_STRATEGIES)


def get_sharing_strategy():
    """The strategy for memory that is shared from now on.

    Returns
    -------
    str

    Examples
    --------
    >>> torch.multiprocessing.get_sharing_strategy()
    'file_descriptor'
    """
    return _strategy


def set_sharing_strategy(new_strategy):
    """Choose the strategy for memory that is shared from now on, in this process.

    Parameters
    ----------
    new_strategy : {'file_descriptor', 'file_system'}
        With 'file_descriptor' every shared storage keeps a file open. 'file_system'
        needs none, but room in /dev/shm.

    Raises
    ------
    ValueError
        For another name.

    Examples
    --------
    >>> torch.multiprocessing.set_sharing_strategy('file_descriptor')
    """
    global _strategy
    if new_strategy not in _STRATEGIES:
        raise ValueError(
            f"there is no sharing strategy {new_strategy!r}: use 'file_descriptor' "
            "or 'file_system'"
        )
    _strategy = new_strategy


# ---- named memory ----------------------------------------------------------------

_log = -1  # the pipe to the manager
_manager_pid = 0
_started_by = 0


def uses_names():
    """Whether new shared memory has a name."""
    return _strategy == "file_system"


def _start_manager():
    """Start the manager of this process and of those that are forked from it."""
    global _log, _manager_pid, _started_by
    reader, _log = os.pipe()
    executable = os.fsdecode(spawn.get_executable())
    manager = subprocess.Popen(
        [executable, "-I", "-S", _manager.__file__, str(reader)],
        pass_fds=[reader],
        start_new_session=True,  # a signal to the group of the program is not for it
    )
    _manager_pid = manager.pid
    _started_by = os.getpid()
    manager.returncode = 0  # nobody waits for it
    os.close(reader)
    _storage.set_log(_log)


def new_path():
    """A new name for shared memory, which the manager knows.

    Returns
    -------
    bytes
    """
    folder = "/dev/shm" if os.path.isdir("/dev/shm") else tempfile.gettempdir()
    path = os.fsencode(f"{folder}/torch_{os.getpid()}_{secrets.token_hex(8)}")
    if _log < 0:
        _start_manager()
    try:
        os.write(_log, b"+" + path + b"\n")
    except BrokenPipeError:  # somebody ended it
        os.close(_log)
        _start_manager()
        os.write(_log, b"+" + path + b"\n")
    return path


def share(storage, keep=False):
    """Move a storage to shared memory.

    Parameters
    ----------
    storage : storage
    keep : bool, default: False
        Whether the old memory stays until the storage is freed.
    """
    _storage.move_to_shared(storage, new_path() if uses_names() else None, keep)


# ---- storages on their way --------------------------------------------------------

_sent = {}  # address -> storage that has been sent and perhaps not received
_large = set()  # the addresses of those that do not travel by value too
_lock = threading.Lock()
_prune_at = 16  # when _sent has so many, those that were received are dropped
_watching = False


def _forget_received():
    """Drop what has been received; how many are left."""
    global _prune_at
    for address, storage in list(_sent.items()):
        if not _storage.handles_of(storage):
            _sent.pop(address, None)
            _large.discard(address)
    _prune_at = max(16, 2 * len(_sent))
    return len(_sent)


def _watch():
    """Give memory back that only the sender still has; runs as a thread."""
    global _watching
    pause = 0.01
    while True:
        time.sleep(pause)
        pause = min(2 * pause, 0.25)
        with _lock:
            if not _forget_received():
                _watching = False
                return


def _wait_until_received():
    """Give others some time to receive what this process has sent; runs at its end."""
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        with _lock:
            _forget_received()
            if not _large:
                return
        time.sleep(0.002)


def _after_fork():
    """Forget in a forked child what its parent has sent."""
    global _lock, _watching
    _lock = threading.Lock()
    _sent.clear()
    _large.clear()
    _watching = False


os.register_at_fork(after_in_child=_after_fork)


def _keep_until_received(storage, small):
    global _watching
    address = storage.data_ptr()
    with _lock:
        if len(_sent) >= _prune_at:
            _forget_received()
        _sent[address] = storage
        if not small:
            _large.add(address)
        if _watching:
            return
        _watching = True
    threading.Thread(target=_watch, name="torchlike-shared", daemon=True).start()
    if parent_process() is not None:
        # after the threads of queues, which end at -5
        util.Finalize(None, _wait_until_received, exitpriority=-100)


# ---- what is sent, and what is made of it -----------------------------------------


def reduce_storage(storage):
    """Describe a storage for another process, and move it to shared memory.

    Parameters
    ----------
    storage : storage

    Returns
    -------
    tuple
        A function and its arguments.
    """
    name = type(storage).__name__
    origin = _storage.origin_of(storage)
    if origin is not None:
        whole, start = origin
        return rebuild_slice, (whole, start, len(storage))
    if not len(storage):
        return rebuild_storage_empty, (name,)
    if not _storage.has_file(storage):
        # Other threads may be computing with it.
        share(storage, keep=threading.active_count() > 1)
    storage._shared_incref()
    if not _storage.has_descriptor(storage):
        if _started_by == os.getpid():
            _keep_until_received(storage, small=False)
        return rebuild_storage_filename, (name, *storage._share_filename_())
    file, size = storage._share_fd_()
    small = len(storage) * storage.element_size() <= _SMALL_BYTES
    _keep_until_received(storage, small)
    place = os.getpid(), file, *_identity(os.fstat(file))
    return rebuild_storage_fd, (name, place, size, bytes(storage) if small else None)


def rebuild_slice(whole, start, size):
    """The slice of a storage; messages call it."""
    return whole[start : start + size]


def rebuild_storage_empty(name):
    """A storage without elements; messages call it."""
    return getattr(torchlike, name)()


def rebuild_storage_filename(name, manager, path, size):
    """The storage in named shared memory; messages call it."""
    cls = getattr(torchlike, name)
    try:
        storage = cls._new_shared_filename(manager, path, size)
    except OSError as error:
        if os.path.exists(path):
            raise
        raise RuntimeError(
            f"the {cls.__name__} of {size} elements that another process sent is gone: "
            f"all processes that had it, and their manager, have ended ({error})"
        ) from None
    return storage._shared_decref()


def rebuild_storage_fd(name, place, size, data):
    """The storage in the memory that another process has open; messages call it."""
    cls = getattr(torchlike, name)
    process, number, *identity = place
    path = f"/proc/{process}/fd/{number}"
    try:
        # The numbers may be in use again: look at the file before it is opened.
        if _identity(os.stat(path)) != identity:
            return _by_value(cls, process, size, data)
        file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError as error:
        return _by_value(cls, process, size, data, error)
    try:
        if _identity(os.fstat(file)) != identity:
            return _by_value(cls, process, size, data)
        return cls._new_shared_fd(file, size)._shared_decref()
    finally:
        os.close(file)


def _identity(info):
    return [info.st_dev, info.st_ino]


def _by_value(cls, process, size, data, error=None):
    """What is left of a storage whose sender has ended."""
    if data is not None:
        return cls.from_buffer(data, "native")
    if isinstance(error, FileNotFoundError):
        error = None
    if error is not None and error.errno in (errno.EMFILE, errno.ENFILE):
        raise OSError(
            error.errno,
            f"{error.strerror}: every tensor in shared memory keeps a file open; raise "
            "`ulimit -n`, or use the sharing strategy 'file_system' in the sender",
        )
    reason = "has ended" if error is None else f"has ended or is closed to us ({error})"
    raise RuntimeError(
        f"the {cls.__name__} of {size} elements that process {process} sent is gone: "
        f"the process {reason} before it was received; receive it before you join "
        "the process, or use the sharing strategy 'file_system' there"
    ) from error


def _reduce_variable(variable):
    state = variable.requires_grad, variable.volatile, variable._backward_hooks
    return _rebuild_variable, (None, variable.data, variable.grad, state)


def _reduce_parameter(parameter):
    return _rebuild_variable, (Parameter, *_reduce_variable(parameter)[1][1:])


def _rebuild_variable(cls, data, grad, state):
    """A Variable with its gradient; messages call it."""
    variable = (cls or Variable)(data)
    variable.__setstate__(state)
    variable.grad = grad
    return variable


def register():
    """Make the standard library's pickler for other processes share memory."""
    for dtype in _storage.storage_classes():
        ForkingPickler.register(dtype, reduce_storage)
    ForkingPickler.register(Variable, _reduce_variable)
    ForkingPickler.register(Parameter, _reduce_parameter)
