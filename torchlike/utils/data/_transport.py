"""How batches travel from a worker to the training process.

A worker has a few pieces of shared memory, its slots. It copies the tensors of a batch
into a free one and sends the rest of the batch, pickled, through a pipe. The receiver
makes tensors in the slot; when the last of them is gone the slot is free again. So in a
steady state no memory is allocated, and no file is open: the receiver opens the file of
a new slot once, through ``/proc``, and closes it when it is mapped.

The first byte of a slot says who uses it: 0 nobody; 1 it was sent; 2 the receiver.
"""

import io
import os
import pickle
from multiprocessing.reduction import ForkingPickler

import torchlike
from torchlike._C import storage as _storage
from torchlike._C.slots import Lease, Slot

_FREE, _SENT = 0, 1
_ALIGNMENT = 64  # of every storage; the first such piece of a slot is its header
_SMALLEST = 1 << 16
# Batches in slots above this number are copied at once, so that a program that keeps
# its batches does not keep a mapping for each.
_MOST_SLOTS = 32

_STORAGES = _storage.storage_classes()
_TYPES = {cls: dtype for dtype, cls in enumerate(_STORAGES)}
_TENSORS = tuple(
    getattr(torchlike, cls.__name__.replace("Storage", "Tensor")) for cls in _STORAGES
)
_TENSOR_TYPES = frozenset(_TENSORS)


class _OwnSlot(Slot):
    """A slot as its worker sees it.

    Attributes
    ----------
    number : int
    file : int
        The open file; -1 when the receiver has mapped it.
    """

    def __new__(cls, number, size):
        file = os.memfd_create("torchlike-batch", os.MFD_CLOEXEC)
        try:
            os.truncate(file, size)
            self = super().__new__(cls, file, size)
        except BaseException:
            os.close(file)
            raise
        self.number, self.file = number, file
        return self

    def close_file(self):
        os.close(self.file)
        self.file = -1


class _Pickler(ForkingPickler):
    """Pickles a batch without the memory of its tensors, and lists the storages."""

    def __init__(self, file):
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self.storages = []
        self._numbers = {}

    def reducer_override(self, obj):
        """How tensors and storages are written."""
        cls = type(obj)
        if cls in _TENSOR_TYPES:
            return self._tensor(obj)
        if cls in _TYPES:
            return _storage_at, (self._place(obj),)
        return NotImplemented

    def _tensor(self, tensor):
        count = tensor.numel()
        if count:
            storage = tensor.storage()
            if len(storage) > 2 * count:  # a part of something large
                tensor = tensor.clone()
                storage = tensor.storage()
        else:
            storage = tensor.new().storage()
        place = tensor.storage_offset(), tuple(tensor.size()), tensor.stride()
        return _tensor_at, (self._place(storage), *place)

    def _place(self, storage):
        """The number of a storage, the same for the same one."""
        key = storage._cdata
        if key not in self._numbers:
            self._numbers[key] = len(self.storages)
            self.storages.append(storage)
        return self._numbers[key]


class Sender:
    """The worker's side.

    Parameters
    ----------
    connection : multiprocessing.connection.Connection
    """

    def __init__(self, connection):
        self._connection = connection
        self._slots = []
        self._unmapped = []  # slots whose file is open
        self._made = 0

    def send(self, batch):
        """Send an object; tensors in it are copied."""
        body = io.BytesIO()
        pickler = _Pickler(body)
        pickler.dump(batch)
        parts, end = [], _ALIGNMENT
        for storage in pickler.storages:
            parts.append((_TYPES[type(storage)], end, len(storage)))
            size = len(storage) * storage.element_size()
            end += -(-size // _ALIGNMENT) * _ALIGNMENT
        slot, dropped = None, None
        if parts:
            slot, dropped = self._free_slot(end)
            view = memoryview(slot)
            for storage, (_, start, size) in zip(pickler.storages, parts):
                size *= storage.element_size()
                view[start : start + size] = memoryview(storage)
            slot.state = _SENT
            slot = slot.number, len(slot), slot.file
        message = dropped, slot, parts, body.getvalue()
        self._connection.send_bytes(pickle.dumps(message, pickle.HIGHEST_PROTOCOL))

    def _free_slot(self, size):
        """A slot of at least that size, and the number of one that is given up."""
        for slot in list(self._unmapped):
            if slot.state != _SENT:
                slot.close_file()
                self._unmapped.remove(slot)
        dropped = None
        for slot in self._slots:
            if slot.state == _FREE:
                if len(slot) >= size:
                    return slot, None
                dropped = slot
        number = self._made
        if dropped is not None:  # too small now
            number = dropped.number
            self._slots.remove(dropped)
        else:
            self._made += 1
        new = _OwnSlot(number, max(_SMALLEST, 1 << (size - 1).bit_length()))
        self._slots.append(new)
        self._unmapped.append(new)
        return new, None if dropped is None else number


class Receiver:
    """The training process's side.

    Parameters
    ----------
    process : int
        The worker's number.
    """

    def __init__(self, process):
        self._process = process
        self._memory = {}

    def load(self, message):
        """The object that was sent.

        Parameters
        ----------
        message : bytes
        """
        dropped, slot, parts, body = pickle.loads(message)
        if dropped is not None:
            self._memory.pop(dropped, None)
        storages = []
        if slot is not None:
            number, size, file = slot
            if file >= 0 and number not in self._memory:
                self._memory[number] = self._map(size, file)
            lease = Lease(self._memory[number])
            storages = [lease.storage(*part) for part in parts]
            del lease
            if number >= _MOST_SLOTS:
                storages = [storage.clone() for storage in storages]
        return _Unpickler(io.BytesIO(body), storages).load()

    def _map(self, size, number):
        file = os.open(f"/proc/{self._process}/fd/{number}", os.O_RDWR | os.O_CLOEXEC)
        try:
            return Slot(file, size)
        finally:
            os.close(file)


class _Unpickler(pickle.Unpickler):
    """Unpickles a batch whose storages are given."""

    def __init__(self, file, storages):
        super().__init__(file)
        self._storages = storages

    def find_class(self, module, name):
        """The object of that name."""
        if module == __name__:
            return {"_tensor_at": self._tensor, "_storage_at": self._storage}[name]
        return super().find_class(module, name)

    def _storage(self, number):
        return self._storages[number]

    def _tensor(self, number, *place):
        storage = self._storages[number]
        tensor = _TENSORS[_TYPES[type(storage)]]()
        return tensor.set_(storage, *place) if place[1] else tensor


def _tensor_at(number, offset, size, stride):
    """Stands for `_Unpickler._tensor` in a pickle."""
    raise pickle.UnpicklingError("a batch can be read only where it was sent to")


def _storage_at(number):
    """Stands for `_Unpickler._storage` in a pickle."""
    raise pickle.UnpicklingError("a batch can be read only where it was sent to")
