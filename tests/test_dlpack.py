"""DLPack: both directions with NumPy, capsules of both versions, lifetimes."""

import ctypes
import gc

import numpy as np
import pytest

import torchlike as torch
from torchlike._C.core import memory_stats
from torchlike.utils.dlpack import from_dlpack, to_dlpack

TYPES = {
    "uint8": torch.ByteTensor,
    "int8": torch.CharTensor,
    "int16": torch.ShortTensor,
    "int32": torch.IntTensor,
    "int64": torch.LongTensor,
    "float16": torch.HalfTensor,
    "float32": torch.FloatTensor,
    "float64": torch.DoubleTensor,
}

capsule_name = ctypes.pythonapi.PyCapsule_GetName
capsule_name.restype, capsule_name.argtypes = ctypes.c_char_p, [ctypes.py_object]
capsule_pointer = ctypes.pythonapi.PyCapsule_GetPointer
capsule_pointer.restype = ctypes.c_void_p
capsule_pointer.argtypes = [ctypes.py_object, ctypes.c_char_p]
capsule_new = ctypes.pythonapi.PyCapsule_New
capsule_new.restype = ctypes.py_object
capsule_new.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
Deleter = ctypes.CFUNCTYPE(None, ctypes.c_void_p)


class DLTensor(ctypes.Structure):
    _fields_ = [
        ("data", ctypes.c_void_p),
        ("device_type", ctypes.c_int32),
        ("device_id", ctypes.c_int32),
        ("ndim", ctypes.c_int32),
        ("code", ctypes.c_uint8),
        ("bits", ctypes.c_uint8),
        ("lanes", ctypes.c_uint16),
        ("shape", ctypes.c_void_p),
        ("strides", ctypes.c_void_p),
        ("byte_offset", ctypes.c_uint64),
    ]


class Managed(ctypes.Structure):
    _fields_ = [
        ("tensor", DLTensor),
        ("context", ctypes.c_void_p),
        ("deleter", Deleter),
    ]


class Versioned(ctypes.Structure):
    _fields_ = [
        ("major", ctypes.c_uint32),
        ("minor", ctypes.c_uint32),
        ("context", ctypes.c_void_p),
        ("deleter", Deleter),
        ("flags", ctypes.c_uint64),
        ("tensor", DLTensor),
    ]


class Producer:
    """A capsule made by hand; `deleted` counts the calls of its deleter."""

    def __init__(self, versioned=False, shape=(2, 3), strides=None, **changes):
        self.deleted = 0
        self.memory = np.arange(24, dtype="float32")
        self.shape = (ctypes.c_int64 * len(shape))(*shape)
        self.strides = strides and (ctypes.c_int64 * len(strides))(*strides)
        self.managed = Versioned(major=1) if versioned else Managed()
        self.managed.deleter = Deleter(self.delete)
        tensor = self.managed.tensor
        tensor.data = self.memory.ctypes.data
        tensor.device_type = 1
        tensor.ndim = len(shape)
        tensor.code, tensor.bits, tensor.lanes = 2, 32, 1
        tensor.shape = ctypes.addressof(self.shape)
        tensor.strides = self.strides and ctypes.addressof(self.strides)
        for name, value in changes.items():
            owner = self.managed if hasattr(self.managed, name) else tensor
            setattr(owner, name, value)
        self.name = b"dltensor_versioned" if versioned else b"dltensor"
        self.capsule = capsule_new(ctypes.addressof(self.managed), self.name, None)

    def delete(self, _):
        self.deleted += 1


def exported(capsule, struct):
    """The struct in a capsule that has not been consumed."""
    return struct.from_address(capsule_pointer(capsule, capsule_name(capsule)))


# ------------------------------------------------------------------------------- NumPy


@pytest.mark.parametrize("dtype", TYPES)
def test_to_numpy_shares(dtype):
    t = TYPES[dtype]([[1, 2, 3], [4, 5, 6]])
    a = np.from_dlpack(t.t())
    assert a.dtype == dtype
    assert a.tolist() == [[1, 4], [2, 5], [3, 6]]
    t.fill_(7) if dtype != "float16" else t.storage().fill_(7)
    assert a[2, 1] == 7
    del t
    gc.collect()
    assert a.sum() == 42


@pytest.mark.parametrize("dtype", TYPES)
def test_from_numpy_shares(dtype):
    a = np.arange(24, dtype=dtype).reshape(2, 3, 4)
    view = a[:, 1:, ::2]
    t = from_dlpack(view)
    assert type(t) is TYPES[dtype]
    assert t.tolist() == view.tolist()
    assert t.stride() == (12, 4, 2)
    view[0, 0, 1] = 100
    assert t[0][0][1] == 100
    a = view = None
    gc.collect()
    assert t[1][1][1] == 22


def test_number_of_numpy_gets_one_dimension():
    assert from_dlpack(np.array(3.0)).tolist() == [3]


def test_empty_both_ways():
    assert from_dlpack(np.zeros((3, 0, 2))).dim() == 0
    a = np.from_dlpack(torch.LongTensor())
    assert a.shape == (0,) and a.dtype == "int64"


def test_read_only_needs_a_copy():
    a = np.arange(3.0)
    a.flags.writeable = False
    with pytest.raises(BufferError, match="read-only"):
        from_dlpack(a)
    with pytest.raises(BufferError):
        from_dlpack(a, copy=False)
    t = from_dlpack(a, copy=True)
    t[0] = 5
    assert a[0] == 0 and t.tolist() == [5, 1, 2]


def test_copy_is_separate():
    a = np.arange(3.0)
    from_dlpack(a, copy=True)[0] = 5
    assert a[0] == 0
    from_dlpack(a, copy=False)[0] = 5
    assert a[0] == 5


def test_numpy_asks_for_a_copy():
    t = torch.zeros(3)
    np.from_dlpack(t, copy=True)[0] = 1
    assert t[0] == 0


@pytest.mark.parametrize("dtype", ["bool", "complex64", "uint16"])
def test_types_without_a_tensor(dtype):
    name = {"complex64": "complex64", "bool": "bool8"}.get(dtype, dtype)
    with pytest.raises(TypeError, match=f"no tensor type for elements of {name}"):
        from_dlpack(np.zeros(3, dtype))


def test_negative_strides():
    with pytest.raises(ValueError, match="negative strides.*-1"):
        from_dlpack(np.arange(4.0)[::-1])


# ---------------------------------------------------------------------------- capsules


def test_capsule_is_consumed_once():
    t = torch.zeros(2, 3)
    capsule = to_dlpack(t)
    assert capsule_name(capsule) == b"dltensor"
    shared = from_dlpack(capsule)
    assert capsule_name(capsule) == b"used_dltensor"
    assert shared.data_ptr() == t.data_ptr()
    with pytest.raises(ValueError, match="consumed only once.*used_dltensor"):
        from_dlpack(capsule)


def test_versioned_capsule():
    t = torch.arange(0, 6).view(2, 3)
    assert capsule_name(t.__dlpack__(max_version=(0, 8))) == b"dltensor"
    capsule = t.__dlpack__(max_version=(1, 3))
    assert capsule_name(capsule) == b"dltensor_versioned"
    struct = exported(capsule, Versioned)
    assert (struct.major, struct.minor, struct.flags) == (1, 0, 0)
    shared = from_dlpack(capsule)
    assert capsule_name(capsule) == b"used_dltensor_versioned"
    del t, capsule
    gc.collect()
    assert shared.tolist() == [[0, 1, 2], [3, 4, 5]]


def test_copied_flag():
    t = torch.zeros(2)
    capsule = t.__dlpack__(max_version=(1, 0), copy=True)
    assert exported(capsule, Versioned).flags == 2
    assert from_dlpack(capsule).data_ptr() != t.data_ptr()


def test_device_and_stream():
    t = torch.zeros(2)
    assert t.__dlpack_device__() == (1, 0)
    assert from_dlpack(t.__dlpack__(dl_device=(1, 0))).tolist() == [0, 0]
    with pytest.raises(BufferError, match=r"\(2, 0\)"):
        t.__dlpack__(dl_device=(2, 0))
    with pytest.raises(ValueError, match="stream must be None"):
        t.__dlpack__(stream=1)


@pytest.mark.parametrize("max_version", [None, (1, 0)], ids=["old", "versioned"])
@pytest.mark.parametrize("consumed", [False, True])
def test_memory_returns(max_version, consumed):
    before = memory_stats()["bytes_in_use"]
    t = torch.zeros(1 << 20)
    capsule = t.__dlpack__(max_version=max_version)
    if consumed:
        from_dlpack(capsule)
    del t, capsule
    gc.collect()
    assert memory_stats()["bytes_in_use"] == before


def test_exported_memory_does_not_move():
    t = torch.zeros(3)
    capsule = to_dlpack(t)
    with pytest.raises(RuntimeError, match="not resizable, from 3 to 3000000"):
        t.resize_(3000000)
    del capsule
    assert t.resize_(3000000).numel() == 3000000


@pytest.mark.parametrize("versioned", [False, True])
def test_deleter_is_called_once(versioned):
    p = Producer(versioned, shape=(2, 3))
    t = from_dlpack(p.capsule)
    assert t.tolist() == [[0, 1, 2], [3, 4, 5]]
    row = t[1]
    del t
    assert p.deleted == 0
    assert row.tolist() == [3, 4, 5]
    del row
    assert p.deleted == 1
    p.capsule = None
    assert p.deleted == 1


def test_deleter_may_be_missing():
    p = Producer(deleter=Deleter(0))
    assert from_dlpack(p.capsule).sum() == 15


def test_deleter_after_an_empty_import_and_after_a_copy():
    empty = Producer(shape=(0, 3), data=None)
    assert from_dlpack(empty.capsule).dim() == 0
    assert empty.deleted == 1
    copied = Producer()
    t = from_dlpack(copied.capsule, copy=True)
    assert copied.deleted == 1
    assert t.sum() == 15


def test_offset_and_strides():
    p = Producer(shape=(2, 2), strides=(8, 3), byte_offset=8)
    assert from_dlpack(p.capsule).tolist() == [[2, 5], [10, 13]]


def test_expanded_rows():
    t = from_dlpack(Producer(shape=(3, 2), strides=(0, 1)).capsule)
    assert t.tolist() == [[0, 1]] * 3


HUGE = 1 << 62
REFUSED = {
    "device": (BufferError, r"device \(2, 0\)", {"device_type": 2}),
    "bool": (TypeError, "elements of bool8", {"code": 6, "bits": 8}),
    "bfloat16": (TypeError, "bfloat16", {"code": 4, "bits": 16}),
    "float8": (TypeError, "type code 10 of 8", {"code": 10, "bits": 8}),
    "int128": (TypeError, "int128", {"code": 0, "bits": 128}),
    "lanes": (TypeError, "float32 with 4 lanes", {"lanes": 4}),
    "no memory": (ValueError, "no memory", {"data": None}),
    "no sizes": (ValueError, "no sizes", {"shape_pointer": None}),
    "misaligned": (ValueError, "not aligned", {"byte_offset": 2}),
    "negative ndim": (ValueError, "has -1", {"ndim": -1}),
    "many dimensions": (ValueError, "has 65", {"ndim": 65}),
    "negative size": (ValueError, "dimension 1 is -3", {"shape": (2, -3)}),
    "negative stride": (ValueError, "dimension 0 is -3", {"strides": (-3, 1)}),
    "huge size": (ValueError, "more elements", {"shape": (HUGE, 8)}),
    "huge stride": (ValueError, "more elements", {"strides": (HUGE, 1)}),
    "huge expansion": (
        ValueError,
        "more elements",
        {"shape": (HUGE, HUGE), "strides": (0, 0)},
    ),
}


@pytest.mark.parametrize("versioned", [False, True])
@pytest.mark.parametrize("case", REFUSED)
def test_refused_capsules_stay_as_they_were(case, versioned):
    error, message, changes = REFUSED[case]
    changes = dict(changes)
    no_sizes = "shape_pointer" in changes
    changes.pop("shape_pointer", None)
    p = Producer(versioned, **changes)
    if no_sizes:
        p.managed.tensor.shape = None
    with pytest.raises(error, match=message):
        from_dlpack(p.capsule)
    assert p.deleted == 0
    assert capsule_name(p.capsule) == p.name


def test_refused_versions_and_flags():
    with pytest.raises(BufferError, match="2.0"):
        from_dlpack(Producer(True, major=2).capsule)
    p = Producer(True, flags=1)
    with pytest.raises(BufferError, match="read-only"):
        from_dlpack(p.capsule)
    t = from_dlpack(p.capsule, copy=True)
    assert p.deleted == 1 and t.data_ptr() != p.memory.ctypes.data


def test_other_objects():
    for junk in (3, None, [1.0], "dltensor"):
        with pytest.raises(TypeError, match="capsule or an object with __dlpack__"):
            from_dlpack(junk)
    with pytest.raises(TypeError, match="expects a tensor, but got list"):
        to_dlpack([1.0])
    name, memory = b"something", ctypes.create_string_buffer(8)
    with pytest.raises(ValueError, match="invalid capsule.*'something'"):
        from_dlpack(capsule_new(ctypes.addressof(memory), name, None))


class Old:
    """A producer from before version 1."""

    def __init__(self, tensor):
        self.tensor = tensor

    def __dlpack__(self, stream=None):
        return to_dlpack(self.tensor)


def test_producer_without_versions():
    t = torch.zeros(3)
    assert from_dlpack(Old(t)).data_ptr() == t.data_ptr()
    assert from_dlpack(Old(t), copy=True).data_ptr() != t.data_ptr()
