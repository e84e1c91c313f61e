"""Storages: types, views, files, buffers; memory lent by storages and tensors."""

import copy
import gc
import hashlib
import pickle
import struct

import numpy as np
import pytest

import torchlike as torch
from torchlike._C.storage import move_into

TYPES = ["byte", "char", "short", "int", "long", "half", "float", "double"]
CODES = dict(zip(TYPES, "Bbhiqefd"))
STORAGES = {name: getattr(torch, name.capitalize() + "Storage") for name in TYPES}
NUMPY = dict(
    zip(
        TYPES,
        "uint8 int8 int16 int32 int64 float16 float32 float64".split(),
        strict=True,
    )
)


# ------------------------------------------------------------------------------- types


@pytest.mark.parametrize("target", TYPES)
@pytest.mark.parametrize("source", TYPES)
def test_conversions(source, target):
    s = STORAGES[source]([0, 1, 100])
    r = getattr(s, target)()
    assert type(r) is STORAGES[target] is type(s.type(STORAGES[target]))
    assert r.tolist() == [0, 1, 100]
    assert (r is s) == (source == target)
    filled = STORAGES[target](3)
    assert filled.copy_(s) is filled
    assert filled.tolist() == [0, 1, 100]
    assert STORAGES[target](s).tolist() == [0, 1, 100]


def test_conversion_of_fractions_truncates():
    assert torch.FloatStorage([1.9, -1.9]).long().tolist() == [1, -1]
    assert torch.FloatStorage([1e300]).tolist() == [float("inf")]
    assert torch.HalfStorage([1e6, 0.1]).tolist() == [float("inf"), np.float16(0.1)]


def test_large_conversion():
    n = 1 << 20
    s = torch.IntStorage(n).fill_(3)
    assert s.double().type("torch.LongStorage").tolist() == [3] * n


def test_type_names():
    s = torch.IntStorage(2)
    assert s.type() == "torch.IntStorage"
    assert type(s.type("torch.HalfStorage", **{"async": True})) is torch.HalfStorage
    with pytest.raises(RuntimeError, match="invalid type: 'torch.BoolStorage'"):
        s.type("torch.BoolStorage")
    with pytest.raises(TypeError, match="unexpected keyword argument 'device'"):
        s.type("torch.HalfStorage", device=0)


@pytest.mark.parametrize("name", TYPES)
def test_elements_and_fill(name):
    s = STORAGES[name]([1, 2, 3, 4, 5])
    s[-1] = 9
    assert (s[0], s[4], len(s), s.size()) == (1, 9, 5, 5)
    s[1:3] = 7
    assert s.tolist() == list(s) == [1, 7, 7, 4, 9]
    assert s.fill_(2).tolist() == [2] * 5
    assert STORAGES[name](0).fill_(1).tolist() == []
    assert s.element_size() == struct.calcsize(CODES[name])
    assert s.__sizeof__() > 5 * s.element_size()


def test_bad_elements():
    s = torch.ByteStorage([1, 2])
    with pytest.raises(RuntimeError, match="ByteStorage without overflow: 256"):
        s[0] = 256
    with pytest.raises(TypeError, match="ByteStorage takes numbers of type int.*float"):
        s.fill_(1.5)
    with pytest.raises(TypeError, match="FloatStorage takes numbers.*str"):
        torch.FloatStorage(["a"])
    with pytest.raises(RuntimeError, match="DoubleStorage without overflow"):
        torch.DoubleStorage([10**400])
    with pytest.raises(IndexError, match="index 2 is out of range.*size 2"):
        s[2]
    with pytest.raises(RuntimeError, match="got 3 elements for 2"):
        s.copy_([1, 2, 3])
    assert s.tolist() == [1, 2]


def test_constructor():
    with pytest.raises(TypeError, match=r"got \(float\).*\n \* no arguments\n"):
        torch.FloatStorage(1.5)
    with pytest.raises(RuntimeError, match="-3"):
        torch.FloatStorage(-3)
    with pytest.raises(ValueError, match="between 0 and 2, but got 3"):
        torch.FloatStorage(torch.FloatStorage(2), 3)
    with pytest.raises(ValueError, match="between 0 and 1, but got 2"):
        torch.FloatStorage(torch.FloatStorage(2), 1, 2)
    assert torch.FloatStorage(np.arange(3)).tolist() == [0, 1, 2]


def test_made_without_init():
    assert torch.IntStorage.__new__(torch.IntStorage).tolist() == []
    with pytest.raises(TypeError, match="StorageBase is no storage type"):
        torch.FloatStorage.__base__()


def test_needs_of_cuda():
    s = torch.FloatStorage(2)
    for call in (s.cuda, s.pin_memory, torch.zeros(2).pin_memory):
        with pytest.raises(AssertionError, match="CUDA"):
            call()


def test_moved_into_a_buffer():
    t = torch.ones(4)
    s, memory = t.storage(), bytearray(struct.pack("4f", 1, 2, 3, 4))
    move_into(s, memory)
    assert t.tolist() == s.tolist() == [1, 2, 3, 4]
    t.fill_(7)
    assert struct.unpack("4f", memory) == (7, 7, 7, 7)
    with pytest.raises(BufferError):
        memory.append(1)
    with pytest.raises(RuntimeError, match="not resizable"):
        s.resize_(5)
    with pytest.raises(RuntimeError, match="4 elements are lent"):
        move_into(s, bytearray(16))
    other = torch.ones(4)
    view = memoryview(other.storage())
    with pytest.raises(RuntimeError, match="4 elements are lent"):
        move_into(other.storage(), bytearray(16))
    view.release()
    with pytest.raises(RuntimeError, match="Float of 4 and Float of 5"):
        move_into(other.storage(), bytearray(20))
    with pytest.raises(ValueError, match="whole elements"):
        move_into(other.storage(), bytearray(18))
    with pytest.raises(ValueError, match="writable"):
        move_into(other.storage(), bytes(16))
    del s, t
    memory.append(1)


# ------------------------------------------------------------------------------- views


def test_slices_are_views():
    s = torch.IntStorage([1, 2, 3, 4])
    v = s[1:3]
    v[0] = 20
    s[2] = 30
    assert (s.tolist(), v.tolist()) == ([1, 20, 30, 4], [20, 30])
    assert torch.IntStorage(s, 2).tolist() == [30, 4]
    assert torch.IntStorage(s, 1, 1).tolist() == [20]
    assert s[3:1].tolist() == []
    with pytest.raises(ValueError, match="step of 2, but only a step of 1"):
        s[::2]
    with pytest.raises(ValueError, match="step of -1, but only a step of 1"):
        s[::-1] = 0


def test_views_keep_memory():
    s = torch.IntStorage([1, 2, 3, 4])
    v = s[1:]
    with pytest.raises(RuntimeError, match="not resizable, from 4 to 400000"):
        s.resize_(400000)
    with pytest.raises(RuntimeError, match="not resizable"):
        v.resize_(2)
    inner = v[1:]
    del s, v
    gc.collect()
    torch.IntStorage(4).fill_(0)
    assert inner.tolist() == [3, 4]


def test_resizable_again_after_the_view():
    s = torch.IntStorage([1, 2])
    v, w = s[:1], s[1:]
    del v
    with pytest.raises(RuntimeError):
        s.resize_(400000)
    del w
    assert s.resize_(400000).tolist()[:2] == [1, 2]


def test_overlapping_copy():
    s = torch.IntStorage([1, 2, 3, 4])
    s[1:].copy_(s[:3])
    assert s.tolist() == [1, 1, 2, 3]


def test_copies():
    s = torch.FloatStorage([1, 2])
    for c in (s.clone(), copy.copy(s), copy.deepcopy(s)):
        c[0] = 5
    assert s.tolist() == [1, 2]
    a = torch.zeros(2, 2)
    b, row = copy.deepcopy([a, a[1]])
    b[1][0] = 3
    assert row.tolist() == [3, 0] and a.sum() == 0


# --------------------------------------------------------------------- buffers, files


@pytest.mark.parametrize("order", ["little", "big"])
@pytest.mark.parametrize("name", TYPES)
def test_from_buffer(name, order):
    data = struct.pack(("<" if order == "little" else ">") + "3" + CODES[name], 1, 2, 3)
    cls = STORAGES[name]
    size = struct.calcsize(CODES[name])
    assert cls.from_buffer(data, order).tolist() == [1, 2, 3]
    assert cls.from_buffer(data, order, 1, size).tolist() == [2]
    assert cls.from_buffer(data, byte_order=order, offset=3 * size).tolist() == []


def test_from_buffer_errors():
    cls = torch.IntStorage
    with pytest.raises(TypeError, match=r"required argument 'byte_order' \(pos 2\)"):
        cls.from_buffer(b"1234")
    with pytest.raises(ValueError, match="invalid byte_order 'huge'"):
        cls.from_buffer(b"1234", "huge")
    with pytest.raises(ValueError, match=r"buffer size \(5\).*element size \(4\)"):
        cls.from_buffer(b"12345", "native")
    with pytest.raises(ValueError, match=r"buffer length \(4\) , but got 5"):
        cls.from_buffer(b"1234", "native", offset=5)
    with pytest.raises(ValueError, match="only 1 elements after offset 0.*size of 2"):
        cls.from_buffer(b"1234", "native", 2)
    assert torch.ByteStorage.from_buffer(b"ab").tolist() == [97, 98]


def test_from_file(tmp_path):
    path = tmp_path / "numbers"
    s = torch.IntStorage.from_file(str(path), shared=True, size=3)
    assert s.is_shared() and s.share_memory_() is s
    s.fill_(7)
    assert path.read_bytes() == struct.pack("3i", 7, 7, 7)
    private = torch.IntStorage.from_file(path)
    private[0] = 1
    assert s.tolist() == [7, 7, 7] and private.tolist() == [1, 7, 7]
    with pytest.raises(RuntimeError, match="12 bytes is smaller"):
        torch.IntStorage.from_file(path, size=4)
    with pytest.raises(OSError, match="absent"):
        torch.IntStorage.from_file(tmp_path / "absent")
    with pytest.raises(ValueError, match="null byte"):
        torch.IntStorage.from_file("a\0b")


def test_storage_buffer_pins():
    s = torch.ByteStorage([1, 2])
    m = memoryview(s)
    with pytest.raises(RuntimeError, match="not resizable"):
        s.resize_(100000)
    s.__init__(5)
    assert bytes(m) == b"\1\2"
    m.release()
    assert s.resize_(100000).size() == 100000


# ------------------------------------------------------------------- buffers of tensors


@pytest.mark.parametrize("name", TYPES)
def test_tensor_buffer(name):
    t = getattr(torch, name.capitalize() + "Tensor")([[1, 2, 3], [4, 5, 6]])
    m = memoryview(t)
    size = t.element_size()
    assert (m.shape, m.strides, m.itemsize) == ((2, 3), (3 * size, size), size)
    assert not m.readonly and m.c_contiguous
    assert np.asarray(m).dtype == np.asarray(t).dtype == NUMPY[name]
    if name != "half":
        assert m.tolist() == t.tolist()
        m[1, 2] = 9
        assert t[1][2] == 9
    transposed = memoryview(t.t())
    assert transposed.f_contiguous and transposed.shape == (3, 2)
    assert bytes(m) == np.asarray(t).tobytes()


def test_tensor_buffer_outlives_the_tensor():
    t = torch.arange(0, 6).view(2, 3)
    m = memoryview(t)
    t.set_(torch.zeros(4))
    del t
    gc.collect()
    torch.zeros(2, 3)
    assert m.tolist() == [[0, 1, 2], [3, 4, 5]]


@pytest.mark.parametrize("lend", [memoryview, torch.FloatTensor.numpy, np.asarray])
def test_lent_tensors_cannot_be_resized(lend):
    t = torch.ones(3)
    lent = lend(t)
    with pytest.raises(RuntimeError, match="not resizable, from 3 to 500000"):
        t.resize_(500000)
    assert t.resize_(2).tolist() == [1, 1]
    assert list(lent) == [1, 1, 1]
    del lent
    gc.collect()
    assert t.resize_(500000).numel() == 500000


def test_bytes_of_tensors():
    t = torch.IntTensor([1, 2, 3])
    assert bytearray(t) == t.numpy().tobytes() and bytes(t) == t.numpy().tobytes()
    assert [10, 20, 30][torch.LongTensor([1])] == 20
    with pytest.raises(TypeError, match="integer"):
        [10, 20, 30][torch.LongTensor([1, 2])]


def test_tensor_buffer_requests():
    t = torch.zeros(4, 4)
    strided = t[:, 1:3]
    with pytest.raises(BufferError, match="not contiguous"):
        hashlib.sha1(strided)
    assert hashlib.sha1(torch.zeros(3)).digest() == hashlib.sha1(bytes(12)).digest()
    struct.pack_into("f", t, 4, 2.0)
    assert strided[0][0] == 2
    empty = memoryview(torch.DoubleTensor())
    assert empty.shape == (0,) and empty.format == "d" and bytes(empty) == b""
    assert memoryview(torch.zeros(1).expand(3)).tolist() == [0, 0, 0]


# -------------------------------------------------------------------------------- NumPy


def test_array_protocol():
    t = torch.FloatTensor([1, 2])
    assert np.asarray(t).dtype == "float32"
    assert np.shares_memory(np.asarray(t), t.numpy())
    assert not np.shares_memory(np.array(t), t.numpy())
    assert np.asarray(t, dtype="int64").tolist() == [1, 2]
    assert t.__array__("float64").dtype == "float64"
    with pytest.raises(ValueError):
        t.__array__("float64", copy=False)
    assert np.array([t, t]).shape == (2, 2)


def test_functions_return_tensors():
    t = torch.FloatTensor([0, 1])
    assert type(np.exp(t)) is torch.FloatTensor
    assert np.exp(t).tolist() == np.exp(np.float32([0, 1])).tolist()
    assert type(np.greater(t, 0)) is torch.ByteTensor
    assert np.add.reduce(t) == 1.0
    assert type(np.sin(torch.LongTensor([0]))) is torch.DoubleTensor
    assert type(np.sqrt(torch.zeros(2, 3).t())) is torch.FloatTensor


@pytest.mark.parametrize("type_name", ["Byte", "Long", "Float", "Double", "Half"])
def test_functions_of_numpy_take_tensors_as_arrays(type_name):
    a = np.array([[3, 1, 2], [0, 5, 4]])
    t = getattr(torch, type_name + "Tensor")(a.astype("float64"))
    x = t.numpy()
    for call in (
        np.sum,
        np.mean,
        np.std,
        np.max,
        np.argmax,
        np.cumsum,
        np.transpose,
        np.squeeze,
        np.any,
        np.shape,
        np.size,
        lambda v: np.sum(v, axis=0),
        lambda v: np.min(v, axis=-1, keepdims=True),
        lambda v: np.var(v, axis=1, dtype="float64"),
        lambda v: np.clip(v, 1, 3),
        lambda v: np.sort(v, axis=0),
        lambda v: np.concatenate([v, v], 1),
        lambda v: np.stack((v, v)),
        lambda v: np.block([[v, v], [v, v]]),
        lambda v: np.where([True, False, True], v, 0),
        lambda v: np.dot(v, v.T if isinstance(v, np.ndarray) else v.t()),
        lambda v: np.reshape(v, (3, 2)),
        lambda v: np.array_equal(v, v),
        lambda v: np.allclose(v, v),
    ):
        got, expected = call(t), call(x)
        assert type(got) is type(expected)
        np.testing.assert_array_equal(got, expected)
    assert np.shares_memory(np.transpose(t), x)


def test_functions_of_numpy_write_into_tensors():
    t, out = torch.FloatTensor([[3, 1], [2, 5]]), torch.FloatTensor(2)
    assert np.sum(t, axis=0, out=out) is out
    assert out.tolist() == [5, 6]
    np.copyto(t, np.zeros((2, 2), "float32"))
    assert t.tolist() == [[0, 0], [0, 0]]
    with pytest.raises(TypeError, match="takes a function"):
        t.__array_function__(3, (), (), {})


def test_arithmetic_with_arrays():
    t, a = torch.FloatTensor([1, 2]), np.array([3.0, 4.0])
    for r, expected in [(t * a, [3, 8]), (a * t, [3, 8]), (a - t, [2, 2])]:
        assert type(r) is np.ndarray and r.tolist() == expected
    assert (t - a).tolist() == [-2, -2]
    for r in (np.float64(2) * t, t * np.float64(2), np.int64(2) * t):
        assert type(r) is torch.FloatTensor and r.tolist() == [2, 4]
    with pytest.raises(TypeError):
        t += a


def test_from_numpy_rules():
    for bad, message in [
        (np.arange(3.0)[::-1], "strides.*negative"),
        (np.broadcast_to(np.arange(3.0), (2, 3)), "read-only"),
        (np.frombuffer(bytearray(17), "float64", 2, 1), "not aligned"),
    ]:
        with pytest.raises(ValueError, match=message):
            torch.from_numpy(bad)
        assert torch.from_numpy(bad.copy()).numpy().tolist() == bad.tolist()


# ------------------------------------------------------------------------------- pickle


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_pickle_in_band(protocol):
    t = torch.arange(0, 6).view(2, 3).t()
    r = pickle.loads(pickle.dumps(t, protocol))
    assert r.tolist() == t.tolist() and r.stride() == t.stride()
    assert r.resize_(100000).numel() == 100000
    s = torch.LongStorage([1, 2])
    assert pickle.loads(pickle.dumps(s, protocol)).tolist() == [1, 2]
    assert pickle.loads(pickle.dumps(torch.LongStorage(), protocol)).tolist() == []


def test_pickle_out_of_band():
    t = torch.arange(0, 100000)
    buffers = []
    data = pickle.dumps(t, 5, buffer_callback=buffers.append)
    assert len(data) < 1000 and len(buffers) == 1
    shared = pickle.loads(data, buffers=buffers)
    assert shared.data_ptr() == t.data_ptr()
    memory = bytearray(buffers[0])
    view = pickle.loads(data, buffers=[memoryview(memory)])
    view[0] = 5
    assert memory[:4] == struct.pack("f", 5)
    del memory
    gc.collect()
    assert view[99999] == 99999
    copied = pickle.loads(data, buffers=[bytes(buffers[0])])
    copied[0] = 1
    assert copied[1] == 1 and t[0] == 0


def test_broken_pickles():
    rebuild = torch._utils._rebuild_storage
    with pytest.raises(ValueError, match=r"buffer size \(5\)"):
        rebuild("IntStorage", b"12345")
    with pytest.raises(ValueError, match="aligned"):
        rebuild("IntStorage", memoryview(bytearray(9))[1:])
