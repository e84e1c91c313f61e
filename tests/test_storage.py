"""Storages: construction, elements, sharing with tensors, copies."""

import copy
import gc
import pickle

import pytest

import torchlike as torch

TYPES = ("Byte", "Char", "Short", "Int", "Long", "Float", "Double", "Half")
every_type = pytest.mark.parametrize(
    "make", [getattr(torch, n + "Storage") for n in TYPES], ids=TYPES
)


@every_type
def test_construction(make):
    assert len(make()) == 0 and make().tolist() == []
    assert len(make(5)) == make(5).size() == 5
    s = make([1, 2, 3])
    assert s.tolist() == list(s) == [1, 2, 3]
    assert make(range(2)).tolist() == [0, 1]
    assert torch.is_storage(s) and s.type() == f"torch.{make.__name__}"
    assert torch.typename(s) == s.type()


@every_type
def test_elements(make):
    s = make([1, 2, 3, 4])
    assert s[0] == 1 and s[-1] == 4
    s[1] = 7
    s[-1] = 9
    assert s.tolist() == [1, 7, 3, 9]
    s[1:3] = 5
    assert s.tolist() == [1, 5, 5, 9]
    assert s.fill_(2) is s and s.tolist() == [2, 2, 2, 2]
    for index in (4, -5, 2**40):
        with pytest.raises(IndexError, match=str(index)):
            s[index]
        with pytest.raises(IndexError, match=str(index)):
            s[index] = 0
    for index in ("a", 1.5, None):
        with pytest.raises(TypeError):
            s[index]
    assert s.tolist() == [2, 2, 2, 2]


@every_type
def test_slices_are_views(make):
    s = make([1, 2, 3, 4])
    part = s[1:3]
    part[0] = 9
    assert s.tolist() == [1, 9, 3, 4] and len(part) == 2
    assert s[2:2].tolist() == [] and s[:].data_ptr() == s.data_ptr()
    del s
    gc.collect()
    assert part.tolist() == [9, 3]
    with pytest.raises(ValueError, match="2"):
        part[::2]


def test_values_outside_the_type():
    s = torch.ByteStorage([1])
    for value in (256, -1, 2**70, "a", None, [1], 1.5):
        with pytest.raises((TypeError, RuntimeError)):
            s[0] = value
    assert s[0] == 1


@every_type
def test_resize(make):
    s = make([1, 2, 3])
    assert s.resize_(5) is s and len(s) == 5 and s[:3].tolist() == [1, 2, 3]
    assert s.resize_(2).tolist() == [1, 2]
    for bad in (-1, 2**62):
        with pytest.raises((RuntimeError, ValueError, OverflowError)):
            s.resize_(bad)
    assert s.tolist() == [1, 2]


@every_type
def test_copies(make):
    s = make([1, 2, 3])
    for c in (s.clone(), copy.copy(s), copy.deepcopy(s), pickle.loads(pickle.dumps(s))):
        assert type(c) is make and c.tolist() == [1, 2, 3]
        assert c.data_ptr() != s.data_ptr()
    other = make(3)
    assert other.copy_(s) is other and other.tolist() == [1, 2, 3]
    with pytest.raises(RuntimeError, match="3.*2|2.*3"):
        make(2).copy_(s)


@pytest.mark.parametrize("target", TYPES)
@every_type
def test_copy_between_types(make, target):
    s = make([1, 2, 100])
    t = s.type(f"torch.{target}Storage")
    assert t.type() == f"torch.{target}Storage" and t.tolist() == [1, 2, 100]
    t = getattr(torch, target + "Storage")(3).copy_(s)
    assert t.tolist() == [1, 2, 100]


@every_type
def test_tensor_and_storage_share(make):
    tensor_class = getattr(torch, make.__name__.replace("Storage", "Tensor"))
    t = tensor_class([1, 2, 3])
    s = t.storage()
    assert type(s) is make and s.data_ptr() == t.data_ptr()
    s[0] = 9
    assert t.tolist() == [9, 2, 3]
    assert tensor_class(s).tolist() == [9, 2, 3]
    assert len(tensor_class().storage()) == 0
    assert t[1:].storage_offset() == 1 and len(t[1:].storage()) == 3
    del t
    gc.collect()
    assert s.tolist() == [9, 2, 3]


def test_tensor_outlives_a_shrunk_storage():
    t = torch.ones(1000, 1000)
    t.storage().resize_(0)
    try:
        t.sum()
        str(t)
        t.fill_(2)
        t.clone()
    except RuntimeError:
        pass  # an error is as good; a crash is not


def test_buffer():
    s = torch.ShortStorage([1, 2, 3])
    view = memoryview(s)
    assert view.nbytes == 6 and bytes(view[:2]) == bytes(s)[:2]
    view.release()
    s.resize_(1)


def test_buffer_pins_the_storage():
    s = torch.FloatStorage(10)
    with memoryview(s), pytest.raises(RuntimeError, match="not resizable"):
        s.resize_(1 << 20)
    s.resize_(20)
    assert len(s) == 20


def test_value_that_changes_its_storage():
    s = torch.LongStorage([1, 2])

    class Shrinking:
        def __index__(self):
            s.resize_(0)
            return 7

    try:
        s.fill_(Shrinking())
    except (IndexError, BufferError, RuntimeError, TypeError):
        pass
    assert s.tolist() in ([], [1, 2], [7, 7])


def test_printing():
    assert repr(torch.FloatStorage([1, 2])) == (
        " 1.0\n 2.0\n[torch.FloatStorage of size 2]"
    )


def test_bad_construction():
    for bad in (-1, None.__class__, "a", ["x"], [None], 1.5, object()):
        with pytest.raises((TypeError, RuntimeError)):
            torch.FloatStorage(bad)
    with pytest.raises((MemoryError, RuntimeError, OverflowError)):
        torch.FloatStorage(2**62)


@pytest.mark.parametrize("length, items", [(2, 1000), (1000, 2), (2**40, 3)])
def test_sequence_that_lies_about_its_length(length, items):
    class Liar:
        def __len__(self):
            return length

        def __getitem__(self, i):
            if not 0 <= i < items:
                raise IndexError(i)
            return i

    for make in (torch.FloatStorage, torch.LongTensor, torch.HalfTensor):
        with pytest.raises((ValueError, RuntimeError, IndexError)):
            make(Liar())
