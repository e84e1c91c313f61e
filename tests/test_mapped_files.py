"""`torch.load(path, mmap=True)`: storages lie in the file until they are changed."""

import io
import os
import pickle
from collections import OrderedDict
from pathlib import Path

import pytest

import torchlike as torch
from torchlike.serialization import MAGIC_NUMBER

DATA = Path(__file__).parent / "data"
KINDS = ["Byte", "Char", "Short", "Int", "Long", "Half", "Float", "Double"]


def is_mapped(storage, path):
    """Whether the memory of a storage belongs to a mapping of the file."""
    for line in Path("/proc/self/maps").read_text().splitlines():
        begin, end = (int(text, 16) for text in line.split()[0].split("-"))
        if begin <= storage.data_ptr() < end:
            return line.endswith(str(path))
    raise AssertionError("the storage has no memory")


@pytest.fixture(params=[False, True], ids=["stream", "zip"])
def saved(request, tmp_path):
    """A function that saves an object and returns the path."""

    def save(obj):
        path = tmp_path / "x.pt"
        torch.save(obj, path, _use_new_zipfile_serialization=request.param)
        return path

    return save


@pytest.mark.parametrize("count", [1, 3, 1000])
def test_every_type_is_mapped(saved, count):
    """Also behind storages of odd sizes, whatever the lengths of the pickles."""
    for length in range(8):
        tensors = {k: getattr(torch, k + "Tensor")(count) for k in KINDS}
        tensors = {k + "x" * length: t for k, t in tensors.items()}
        for i, tensor in enumerate(tensors.values()):
            tensor.storage().fill_(i)
        path = saved(tensors)
        result = torch.load(path, mmap=True)
        assert list(result) == list(tensors)
        for name, tensor in result.items():
            assert tensor.tolist() == tensors[name].tolist()
            assert tensor.type() == tensors[name].type()
            assert is_mapped(tensor.storage(), path)


def test_changes_stay_in_memory(saved):
    path = saved([torch.ones(5), torch.ones(2)])
    before = path.read_bytes()
    first, other = torch.load(path, mmap=True), torch.load(path, mmap=True)
    first[0].fill_(7)
    assert first[0].tolist() == [7] * 5 and first[1].tolist() == [1, 1]
    assert other[0].tolist() == [1] * 5 and path.read_bytes() == before


def test_views_share_memory(saved):
    whole = torch.ones(2, 3)
    a, b, c = torch.load(saved([whole, whole.t(), whole[1]]), mmap=True)
    a.fill_(2)
    assert b.tolist() == [[2, 2]] * 3 and c.tolist() == [2, 2, 2]


def test_a_replaced_file_stays_mapped(saved):
    path = saved([torch.ones(5)])
    (old,) = torch.load(path, mmap=True)
    saved([torch.zeros(5)])
    assert old.tolist() == [1] * 5 and torch.load(path)[0].tolist() == [0] * 5
    path.unlink()
    assert old.sum() == 5


def test_storages_keep_their_size(saved):
    (tensor,) = torch.load(saved([torch.ones(5)]), mmap=True)
    with pytest.raises(RuntimeError, match="not resizable"):
        tensor.resize_(6)
    assert tensor.clone().resize_(6).numel() == 6


def test_no_file_stays_open(saved):
    path = saved([torch.ones(5)])
    before = len(os.listdir("/proc/self/fd"))
    kept = [torch.load(path, mmap=True) for _ in range(5)]
    assert len(os.listdir("/proc/self/fd")) == before
    del kept
    assert "x.pt" not in Path("/proc/self/maps").read_text()


def test_a_model_trains_on(saved):
    model = torch.nn.Linear(2, 1)
    state = torch.load(saved(model.state_dict()), mmap=True)
    model.load_state_dict(state)
    assert torch.equal(model.weight.data, state["weight"])
    whole = torch.load(saved(model), mmap=True)
    torch.optim.SGD(whole.parameters(), lr=1).zero_grad()
    whole(torch.autograd.Variable(torch.ones(1, 2))).sum().backward()
    torch.optim.SGD(whole.parameters(), lr=1).step()
    assert torch.equal(whole.weight.data, state["weight"] - 1)


@pytest.mark.parametrize("name", ["zip.pt", "stream.pt"])
def test_files_of_pytorch(name):
    mapped, read = torch.load(DATA / name, mmap=True), torch.load(DATA / name)
    for key in ("base", "bfloat16", "bool"):
        assert torch.equal(mapped[key], read[key])
    assert torch.equal(mapped["model"].weight.data, read["model"].weight.data)
    if name == "zip.pt":
        assert is_mapped(mapped["base"].storage(), DATA / name)
    assert not is_mapped(mapped["bfloat16"].storage(), DATA / name)


def test_a_callers_storage_is_filled(saved):
    path = saved([torch.Tensor([1, 2, 3])])
    memory = torch.FloatStorage(4)
    (tensor,) = torch.load(path, lambda storage, location: memory[1:], mmap=True)
    assert memory.tolist()[1:] == tensor.tolist() == [1, 2, 3]


def test_every_truncation_is_reported(saved):
    path = saved(OrderedDict(w=torch.ones(3), b=torch.LongTensor([1])))
    data = path.read_bytes()
    for end in range(1, len(data)):
        path.write_bytes(data[:end])
        with pytest.raises(RuntimeError, match="x.pt' is truncated, damaged"):
            torch.load(path, mmap=True)


def test_no_padding_where_the_position_is_unknown():
    class Sink:
        def __init__(self):
            self.data = b""

        def write(self, data):
            self.data += bytes(data)

        def flush(self):
            pass

    sink = Sink()
    torch.save([torch.ones(2)], sink)
    assert torch.load(io.BytesIO(sink.data))[0].tolist() == [1, 1]
    assert sink.data.endswith(
        pickle.dumps(["0"], 2) + b"\2" + b"\0" * 7 + b"\0\0\x80?" * 2
    )


def test_file_objects_are_refused():
    with pytest.raises(ValueError, match="needs the path of a file, got <BytesIO>"):
        torch.load(io.BytesIO(pickle.dumps(MAGIC_NUMBER)), mmap=True)
