import io
import json
import struct
from collections import OrderedDict

import pytest

import torchlike as torch
from torchlike import _safetensors
from torchlike._bounded import Bounded


def file_of(header, data=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def read(data):
    return _safetensors.read(Bounded(io.BytesIO(data)))


def written(tensors):
    file = io.BytesIO()
    _safetensors.write(tensors, file)
    return file.getvalue()


def entry(dtype, shape, begin, end):
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


def test_every_type_and_layout():
    tensors = OrderedDict(
        (kind, getattr(torch, kind + "Tensor")([[1, 2, 3], [4, 5, 6]]))
        for kind in ("Byte", "Char", "Short", "Int", "Long", "Float", "Double", "Half")
    )
    tensors["turned"] = tensors["Float"].t()
    tensors["row"] = tensors["Float"][1]
    tensors["empty"] = torch.Tensor()
    result = read(written(tensors))
    assert set(result) == set(tensors)
    for name, tensor in tensors.items():
        assert type(result[name]) is type(tensor)
        assert result[name].tolist() == tensor.tolist()
        assert result[name].is_contiguous()


def test_layout_of_the_file():
    data = written({"b": torch.ByteTensor([7]), "a": torch.DoubleTensor([[1, 2]])})
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    assert length % 8 == 0 and header == {
        "__metadata__": {"format": "pt"},
        "a": entry("F64", [1, 2], 0, 16),
        "b": entry("U8", [1], 16, 17),
    }
    assert data[8 + length :] == struct.pack("<dd", 1, 2) + b"\7"


def test_types_that_are_converted():
    header = {
        "x": entry("BF16", [2], 0, 4),
        "y": entry("BOOL", [2], 4, 6),
        "n": entry("I16", [], 6, 8),
        "z": entry("F32", [0, 3], 8, 8),
    }
    r = read(file_of(header, struct.pack("<HH??h", 0x3FC0, 0xC010, True, False, -3)))
    assert list(r) == ["x", "y", "n", "z"]
    assert type(r["x"]) is torch.FloatTensor and r["x"].tolist() == [1.5, -2.25]
    assert type(r["y"]) is torch.ByteTensor and r["y"].tolist() == [1, 0]
    assert r["n"].tolist() == [-3] and r["z"].dim() == 0


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ({"a": entry("F8_E4M3", [1], 0, 1)}, "'a' has the unsupported dtype 'F8_E4M3'"),
        ({"a": entry("F32", [3], 0, 8)}, "'a' has 8 bytes for F32 of shape"),
        ({"a": entry("F32", [-1], 0, 4)}, "no whole number"),
        ({"a": entry("F32", [1], 4, 8)}, "'a' is at 4 to 8, expected it at 0"),
        ({"a": entry("F32", [3], 0, 12)}, "at most 8 bytes"),
        ([], "the header is no object"),
    ],
)
def test_damaged_files(header, message):
    with pytest.raises(RuntimeError, match=message):
        read(file_of(header, b"12345678"))


def test_truncated_files():
    data = written({"a": torch.ones(3)})
    for end in range(len(data)):
        with pytest.raises((RuntimeError, ValueError, EOFError)):
            read(data[:end])
    assert _safetensors.is_safetensors(data[:512], len(data))
    assert not _safetensors.is_safetensors(b"PK\x03\x04" + b"\0" * 20, 24)
