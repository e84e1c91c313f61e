"""The zip and tar formats, and files that PyTorch wrote (tests/data/README.md)."""

import io
import os
import pickle
import struct
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest

import torchlike as torch
from torchlike import nn
from torchlike.autograd import Variable

DATA = Path(__file__).parent / "data"


def zipped(obj):
    file = io.BytesIO()
    torch.save(obj, file, _use_new_zipfile_serialization=True)
    return file.getvalue()


def loaded(data, **options):
    return torch.load(io.BytesIO(data), **options)


# ---- files of PyTorch 2.14 -----------------------------------------------------


@pytest.mark.parametrize("name", ["zip.pt", "stream.pt"])
def test_loads_files_of_pytorch(name):
    r = torch.load(DATA / name)
    assert r["base"].tolist() == [[0, 1, 2], [3, 4, 5]]
    r["base"].fill_(7)
    assert r["turned"].tolist() == [[7, 7]] * 3
    assert type(r["bfloat16"]) is torch.FloatTensor
    expected = [1.5, -2.25, float(np.float32(3e38))]
    np.testing.assert_allclose(r["bfloat16"].tolist(), expected, rtol=2**-8)
    assert type(r["bool"]) is torch.ByteTensor and r["bool"].tolist() == [1, 0, 1]
    assert type(r["number"]) is torch.LongTensor and r["number"].tolist() == [3]
    assert r["empty"].dim() == 0
    assert type(r["parameter"]) is nn.Parameter and r["parameter"].requires_grad
    assert r["size"] == torch.Size([1, 2])
    assert type(r["state"]) is OrderedDict
    assert type(r["model"]) is nn.Linear
    assert r["model"].weight.data.equal(r["state"]["weight"])
    x = Variable(torch.ones(1, 3))
    expected = r["state"]["weight"].sum(1) + r["state"]["bias"]
    np.testing.assert_allclose(r["model"](x).data[0].numpy(), expected.numpy())


# ---- zip ------------------------------------------------------------------------


def test_zip_round_trip():
    base = torch.arange(0, 12).view(3, 4)
    value = {
        "views": [base, base.t(), base[1]],
        "kinds": [torch.LongTensor([1]), torch.ByteTensor([2]), torch.ones(2).half()],
        "storage": base.storage(),
        "empty": torch.Tensor(),
        "size": base.size(),
        "parameter": nn.Parameter(torch.ones(2)),
        "variable": Variable(torch.ones(2), requires_grad=True),
        "text": "é",
    }
    r = loaded(zipped(value))
    a, b, c = r["views"]
    a.fill_(7)
    assert b.tolist() == [[7] * 3] * 4 and c.tolist() == [7] * 4
    assert list(r["storage"]) == [7] * 12
    for x, y in zip(r["kinds"], value["kinds"]):
        assert type(x) is type(y) and x.tolist() == y.tolist()
    assert r["empty"].dim() == 0 and r["size"] == (3, 4) and r["text"] == "é"
    assert type(r["size"]) is torch.Size
    assert type(r["parameter"]) is nn.Parameter
    assert type(r["variable"]) is Variable and r["variable"].requires_grad


def test_zip_is_that_of_pytorch():
    data = zipped({"w": torch.Tensor([1, 2]), "b": torch.ByteTensor([3])})
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert set(archive.namelist()) == {
            f"archive/{name}"
            for name in ("data.pkl", "byteorder", "version", "data/0", "data/1")
        }
        assert archive.read("archive/data/0") == struct.pack("<ff", 1, 2)
        assert archive.read("archive/version") == b"3\n"
        for info in archive.infolist():
            assert info.compress_type == zipfile.ZIP_STORED
            names, extra = struct.unpack_from("<HH", data, info.header_offset + 26)
            assert (info.header_offset + 30 + names + extra) % 64 == 0
        pickled = archive.read("archive/data.pkl")
    assert b"ctorch._utils\n_rebuild_tensor_v2\n" in pickled
    assert b"ctorch\nFloatStorage\n" in pickled and b"torchlike" not in pickled
    assert zipped({"w": torch.Tensor([1, 2]), "b": torch.ByteTensor([3])}) == data


def test_zip_at_a_path_is_replaced_at_once(tmp_path):
    path = tmp_path / "x.pt"
    torch.save(torch.ones(2), path, _use_new_zipfile_serialization=True)
    with pytest.raises((TypeError, AttributeError, pickle.PicklingError)):
        torch.save(lambda: 1, path, _use_new_zipfile_serialization=True)
    assert torch.load(path).tolist() == [1, 1]
    assert os.listdir(tmp_path) == ["x.pt"]


def test_zip_from_a_pipe(tmp_path):
    data = zipped(torch.ones(3))
    code = "import sys, torchlike as t; print(t.load(sys.stdin.buffer).sum())"
    folder = str(Path(torch.__file__).parent.parent)
    process = subprocess.run(
        [sys.executable, "-c", code],
        input=data,
        capture_output=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": folder},
        timeout=60,
    )
    assert process.stdout.strip() == b"3.0", process.stderr


def rewritten(data, change, compression=zipfile.ZIP_STORED):
    """An archive with its members changed by a function of a dict."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda m: m.pop("archive/data/0"), "has no member data/0"),
        (lambda m: m.pop("archive/data.pkl"), "has 0 files data.pkl"),
        (lambda m: m.update({"other/data.pkl": b""}), "has 2 files data.pkl"),
        (lambda m: m.update({"archive/data/0": b"abcd"}), "it has 4 bytes, .* says 8"),
        (lambda m: m.update({"archive/byteorder": b"big"}), "only little-endian"),
        (lambda m: m.update({"archive/constants.pkl": b""}), "TorchScript"),
        (lambda m: m.update({"archive/data.pkl": b"\x80\x02"}), "the saved object"),
    ],
)
def test_damaged_archives(change, message):
    data = rewritten(zipped(torch.ones(2)), change)
    with pytest.raises(RuntimeError, match=message):
        loaded(data)


def test_compressed_archives_are_refused():
    data = rewritten(zipped(torch.zeros(9999)), lambda m: None, zipfile.ZIP_DEFLATED)
    with pytest.raises(RuntimeError, match="compressed"):
        loaded(data)


def test_zip_truncation_and_damage():
    data = zipped({"w": torch.ones(30), "n": nn.Linear(2, 2).state_dict()})
    for end in range(0, len(data), 7):
        with pytest.raises(RuntimeError):
            loaded(data[:end])
    rng = np.random.RandomState(0)
    for _ in range(300):
        damaged = bytearray(data)
        for _ in range(rng.randint(1, 4)):
            damaged[rng.randint(len(data))] = rng.randint(256)
        try:
            loaded(bytes(damaged))
        except (RuntimeError, pickle.UnpicklingError):
            pass


def test_zip_cannot_run_code():
    class Evil:
        def __reduce__(self):
            return os.system, ("true",)

    with pytest.raises(pickle.UnpicklingError, match=r"system'.*allow\(cls"):
        loaded(zipped([Evil()]))


# ---- tar ------------------------------------------------------------------------


class Tensors01(pickle.Pickler):
    """Pickles with the persistent ids of 0.1: the ids of tensors as text."""

    def persistent_id(self, obj):
        return obj.key if isinstance(obj, Key) else None


class Key:
    def __init__(self, key):
        self.key = key


def tar_of_0_1(storages, views, tensors, obj):
    """An archive as 0.1 wrote it; class names are put in as text."""

    def dump(value):
        text = pickle.dumps(value, 2)
        for kind in ("Float", "Long"):
            for noun in ("Storage", "Tensor"):
                name = f"class {kind}{noun}".encode()
                pushed = b"X" + struct.pack("<I", len(name)) + name
                text = text.replace(pushed, f"ctorch\n{kind}{noun}\n".encode())
        return text

    stored = dump(len(storages))
    for key, kind, size, raw in storages:
        stored += dump((key, "cpu", f"class {kind}Storage"))
        stored += struct.pack("<q", size) + raw
    stored += dump(views)
    listed = dump(len(tensors))
    for key, storage, kind, size, stride, offset in tensors:
        listed += dump((key, storage, f"class {kind}Tensor"))
        listed += struct.pack("<ii", len(size), 0)
        listed += struct.pack(f"<{2 * len(size) + 1}q", *size, *stride, offset)
    pickled = io.BytesIO()
    Tensors01(pickled, 2).dump(obj)
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:", format=tarfile.PAX_FORMAT) as archive:
        parts = {"sys_info": dump({}), "pickle": pickled.getvalue()}
        for name, data in {**parts, "tensors": listed, "storages": stored}.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return file.getvalue()


def example(**changes):
    parts = {
        "storages": [
            (11, "Float", 6, struct.pack("<6f", *range(6))),
            (12, "Long", 1, struct.pack("<q", 9)),
        ],
        "views": [(13, 11, 2, 2)],
        "tensors": [
            (21, 11, "Float", (2, 3), (3, 1), 0),
            (22, 11, "Float", (3,), (1,), 3),
            (23, 12, "Long", (1,), (1,), 0),
            (24, 13, "Float", (2,), (1,), 0),
        ],
        "obj": OrderedDict(
            a=Key("21"), b=Key("22"), c=[Key("23"), 5], d=Key("24"), s=Key("12")
        ),
    }
    return tar_of_0_1(**{**parts, **changes})


def test_loads_files_of_0_1():
    r = loaded(example())
    assert r["a"].tolist() == [[0, 1, 2], [3, 4, 5]]
    r["a"].fill_(7)
    assert r["b"].tolist() == [7, 7, 7]
    assert type(r["c"][0]) is torch.LongTensor and r["c"][0].tolist() == [9]
    assert r["c"][1] == 5 and r["d"].tolist() == [2, 3] and list(r["s"]) == [9]


def test_damaged_files_of_0_1():
    with pytest.raises(pickle.UnpicklingError, match="unknown persistent id '99'"):
        loaded(example(obj=[Key("99")]))
    with pytest.raises(RuntimeError, match="does not fit a storage of 6 elements"):
        loaded(example(tensors=[(21, 11, "Float", (9,), (1,), 0)]))
    with pytest.raises(RuntimeError, match="view of 9 elements at 0 does not fit"):
        loaded(example(views=[(13, 11, 0, 9)]))
    with pytest.raises(RuntimeError, match="bytes are expected"):
        loaded(example(storages=[(11, "Float", 1 << 40, b"")]))
    data = example()
    for end in range(512, len(data) - 10240, 97):
        with pytest.raises(RuntimeError):
            loaded(data[:end])
    rng = np.random.RandomState(0)
    for _ in range(300):
        damaged = bytearray(data)
        damaged[rng.randint(len(data))] = rng.randint(256)
        try:
            loaded(bytes(damaged))
        except (RuntimeError, pickle.UnpicklingError):
            pass


def test_streams_of_python_2():
    """Strings are bytes there, and classes have other names."""
    pickled = (
        b"\x80\x02ccollections\nOrderedDict\nq\x01]q\x02]q\x03(U\x01aq\x04"
        b"c__builtin__\nset\nq\x05]q\x06K\x01a\x85q\x07Rq\x08ea\x85q\tRq\n."
    )
    with tempfile.TemporaryFile() as file:
        facts = {"little_endian": True}
        for value in (0x1950A86A20F9469CFC6C, 1001, facts):
            pickle.dump(value, file, 2)
        file.write(pickled + pickle.dumps([], 2))
        file.seek(0)
        assert torch.load(file) == OrderedDict(a={1})
