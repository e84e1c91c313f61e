"""Sharing memory with NumPy."""

import gc
import sys
import weakref

import numpy as np
import pytest

import torchlike as torch

DTYPES = {
    "Byte": "uint8",
    "Char": "int8",
    "Short": "int16",
    "Int": "int32",
    "Long": "int64",
    "Float": "float32",
    "Double": "float64",
    "Half": "float16",
}
every_type = pytest.mark.parametrize("name, dtype", DTYPES.items(), ids=DTYPES)


@every_type
def test_numpy_shares_memory(name, dtype):
    t = getattr(torch, name + "Tensor")([[1, 2, 3], [4, 5, 6]])
    a = t.numpy()
    assert a.dtype == dtype and a.shape == (2, 3)
    a[0, 1] = 9
    assert t[0, 1] == 9
    a = t.t().numpy()
    assert a.strides == (t.element_size(), 3 * t.element_size())
    assert a.tolist() == t.t().tolist()
    assert t[1].numpy().tolist() == [4, 5, 6]
    assert t.view(2, 1, 3).expand(2, 4, 3).numpy().shape == (2, 4, 3)


@every_type
def test_from_numpy_shares_memory(name, dtype):
    a = np.array([[1, 2, 3], [4, 5, 6]], dtype)
    t = torch.from_numpy(a)
    assert t.type() == f"torch.{name}Tensor" and t.tolist() == a.tolist()
    a[1, 2] = 9
    assert t[1, 2] == 9
    for view in (a.T, a[:, 1:], a[::2], a[:, ::2], np.asfortranarray(a)):
        shared = torch.from_numpy(view)
        assert shared.tolist() == view.tolist()
        assert shared.data_ptr() == view.ctypes.data
    t.numpy()[0, 0] = 7
    assert a[0, 0] == 7


def test_array_outlives_the_tensor():
    t = torch.ones(1000, 1000)
    a = t[500].numpy()
    del t
    gc.collect()
    others = [torch.zeros(1000, 1000) for _ in range(4)]
    assert a.sum() == 1000 and others[0].sum() == 0


def test_tensor_outlives_the_array():
    a = np.ones((1000, 1000))
    t = torch.from_numpy(a)[500]
    del a
    gc.collect()
    others = [np.zeros((1000, 1000)) for _ in range(4)]
    assert t.sum() == 1000 and others[0].sum() == 0


def test_the_last_user_frees_the_array():
    class Tracked(np.ndarray):
        pass

    a = np.ones(10).view(Tracked)
    freed = weakref.ref(a)
    t = torch.from_numpy(a)
    view, storage = t[2:], t.storage()
    del a, t
    gc.collect()
    assert freed() is not None
    del view
    gc.collect()
    assert freed() is not None
    del storage
    gc.collect()
    assert freed() is None


def test_array_of_a_resized_tensor_stays_valid():
    t = torch.ones(4)
    for tensor, array in [(t, t.numpy()), (torch.from_numpy(np.ones(4)), None)]:
        array = tensor.numpy() if array is None else array
        try:
            tensor.resize_(1000000).zero_()
        except RuntimeError:  # shared memory does not grow
            assert tensor.tolist() == [1] * 4
        assert array.tolist() in ([1] * 4, [0] * 4)


@every_type
def test_array_protocol(name, dtype):
    t = getattr(torch, name + "Tensor")([1, 2, 3])
    a = np.asarray(t)
    assert a.dtype == dtype and a.tolist() == [1, 2, 3]
    a[0] = 5
    assert t[0] == 5  # no copy
    assert np.array(t).ctypes.data != t.data_ptr()
    assert np.asarray(t, np.float64).dtype == np.float64
    assert np.add(t, 1).tolist() == [6, 3, 4]
    assert np.sum(np.asarray(t)) == 10


def test_empty():
    assert torch.FloatTensor().numpy().shape == (0,)
    assert torch.from_numpy(np.zeros((0, 3))).dim() == 0
    assert torch.from_numpy(np.array(3.0)).tolist() == [3]


@pytest.mark.parametrize(
    "make, error, text",
    [
        (lambda: [1, 2], TypeError, "list"),
        (lambda: None, TypeError, "NoneType"),
        (lambda: np.float32(1), TypeError, "float32"),
        (lambda: np.array(["a"]), TypeError, "U1"),
        (lambda: np.array([None]), TypeError, "object"),
        (lambda: np.array([True]), TypeError, "bool"),
        (lambda: np.array([1j]), TypeError, "complex128"),
        (lambda: np.zeros(2, np.uint16), TypeError, "uint16"),
        (lambda: np.zeros(2, ">f4"), TypeError, "f4"),
        (lambda: np.zeros(2, [("a", "f4")]), TypeError, "a"),
        (lambda: np.arange(3)[::-1], ValueError, "-8"),
        (lambda: np.zeros(3, "u1,f4")["f1"], ValueError, "5"),
        (lambda: np.broadcast_to(np.zeros(3), (2, 3)), ValueError, "read-only"),
        (lambda: np.frombuffer(b"1234", np.uint8), ValueError, "read-only"),
    ],
)
def test_arrays_that_no_tensor_can_share(make, error, text):
    with pytest.raises(error, match=text):
        torch.from_numpy(make())


def test_numpy_takes_no_arguments():
    with pytest.raises(TypeError):
        torch.ones(1).numpy(1)
    with pytest.raises(TypeError):
        torch.ones(1).__array__(bogus=1)


def test_numbers_of_numpy():
    t = torch.FloatTensor([1, 2])
    assert (t + np.float64(0.5)).tolist() == [1.5, 2.5]
    assert (t * np.int32(2)).tolist() == [2, 4]
    t[np.int64(0)] = np.float32(7)
    assert t.tolist() == [7, 2]
    assert torch.LongTensor([1]).add(np.int64(2)).tolist() == [3]
    assert torch.zeros(np.int64(2), np.int32(3)).size() == (2, 3)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="Python 3.12 shows __buffer__")
def test_buffer_without_shape():
    memory = torch.zeros(2, 3).__buffer__(0)  # asks for neither shape nor strides
    assert memory.nbytes == 24 and bytes(memory) == bytes(24)


@pytest.mark.parametrize("name", ["uint8", "int64", "float16", "float32", "float64"])
def test_constructors_share_arrays_of_their_type(name):
    cls = torch.from_numpy(np.ones(1, name)).__class__
    a = np.arange(6).astype(name).reshape(2, 3)
    for part in (a, a.T, a[:, 1:], a[1]):
        t = cls(part)
        assert t.numpy().tolist() == part.tolist() and np.shares_memory(t.numpy(), a)
    other = torch.ShortTensor(a)
    assert other.tolist() == a.tolist() and not np.shares_memory(other.numpy(), a)
    frozen = a.copy()
    frozen.flags.writeable = False
    for part in (frozen, a[::-1]):
        t = cls(part)
        assert t.tolist() == part.tolist()
        assert not np.shares_memory(t.numpy(), part)
    assert cls(a.astype(a.dtype.newbyteorder())).tolist() == a.tolist()
    for part in (np.ones(2, bool), np.ones(2, "uint16"), np.ones(2, "longdouble")):
        assert cls(part).tolist() == [1, 1]
    for bad in (np.ones(2, complex), np.array(["a"]), np.array([1, None])):
        with pytest.raises(TypeError, match="invalid type"):
            cls(bad)
