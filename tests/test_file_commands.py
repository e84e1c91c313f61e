"""`torchlike inspect` and `torchlike convert`."""

import os
import pickle
from collections import OrderedDict
from pathlib import Path

import pytest

import torchlike as torch
from torchlike import nn
from torchlike.commands import _files, convert, inspect

DATA = Path(__file__).parent / "data"


class Unknown:
    """A class that files may not name."""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def listing(path, capsys):
    """What inspect prints, as the first line and a dict."""
    assert inspect.main([str(path)]) == 0
    first, *rest = capsys.readouterr().out.splitlines()
    return first, dict(line.split("  ", 1) for line in rest)


def test_inspect(folder, capsys):
    thing = Unknown()
    thing.weight = torch.ones(2)
    loop = [torch.ones(1)]
    loop.append(loop)
    value = {
        "a": torch.ones(2, 3),
        "list": [1, 2],
        "deep": [{"x": torch.LongTensor([1])}, "text"],
        "layer": nn.Linear(2, 1),
        "thing": thing,
        "loop": loop,
        "none": {},
        "long": "x" * 200,
    }
    torch.save(value, "x.pt")
    first, rows = listing("x.pt", capsys)
    assert first == f"stream, of PyTorch 0.2 to 1.5, {os.path.getsize('x.pt')} bytes"
    rows = {name: text.strip() for name, text in rows.items()}
    assert rows.pop("long") == "str 'xx" + "x" * 57 + "..."
    assert rows == {
        "a": "torch.FloatTensor [2 x 3]",
        "list": "list [1, 2]",
        "deep.0.x": "torch.LongTensor [1]",
        "deep.1": "str 'text'",
        "layer": "module torchlike.nn.modules.linear.Linear",
        "layer.weight": "torch.FloatTensor [1 x 2]",
        "layer.bias": "torch.FloatTensor [1]",
        "thing": f"{__name__}.Unknown (not loaded)",
        "thing.0.weight": "torch.FloatTensor [2]",
        "loop.0": "torch.FloatTensor [1]",
        "loop.1": "same as loop",
        "none": "dict {}",
    }


def test_inspect_modules_that_are_not_whole(folder, capsys):
    layer = nn.Linear(2, 1)
    layer._parameters["weight"] = Unknown()
    torch.save(layer, "x.pt")
    _, rows = listing("x.pt", capsys)
    assert rows["_parameters.weight"].endswith("Unknown (not loaded)")
    assert rows["_parameters.bias"].strip() == "Parameter of torch.FloatTensor [1]"
    layer._parameters["weight"] = 5
    torch.save(layer, "x.pt")
    assert inspect.main(["x.pt"]) == 0
    assert convert.main(["x.pt", "y.safetensors"]) == 1
    assert "the file is no whole module" in capsys.readouterr().err


def test_inspect_other_formats(folder, capsys):
    first, rows = listing(DATA / "zip.pt", capsys)
    assert first.startswith("zip archive, of PyTorch 1.6 and later, ")
    assert rows["state.weight"].strip() == "torch.FloatTensor [2 x 3]"


@pytest.mark.parametrize("main", [inspect.main, lambda a: convert.main([*a, "y.pt"])])
def test_errors(main, folder, capsys):
    assert main(["missing.pt"]) == 1
    Path("web.pt").write_text("<!DOCTYPE html>")
    assert main(["web.pt"]) == 1
    Path("cut.safetensors").write_bytes(b"\x02" + b"\0" * 7 + b"{]    ")
    assert main(["cut.safetensors"]) == 1
    captured = capsys.readouterr()
    lines = captured.err.splitlines()
    assert "missing.pt" in lines[0] and "a web page" in lines[1]
    assert "damaged safetensors file" in lines[2] and len(lines) == 3
    assert captured.out == "" and not os.path.exists("y.pt")


def test_convert_round_trip(folder):
    value = OrderedDict(w=torch.randn(2, 3), b=torch.LongTensor([1, 2]))
    torch.save(value, "a.pt")
    for source, target, kind in [
        ("a.pt", "b.zip.pt", ["--to", "zip"]),
        ("b.zip.pt", "c.safetensors", []),
        ("c.safetensors", "d.pt", []),
        ("d.pt", "e.st", ["--to", "safetensors"]),
        ("e.st", "f.pt", ["--to", "stream"]),
    ]:
        assert not convert.main([source, target, *kind])
    formats = [_files.read(name)[0] for name in ("b.zip.pt", "c.safetensors", "d.pt")]
    assert formats == ["zip", "safetensors", "stream"]
    r = torch.load("f.pt")
    assert set(r) == {"w", "b"} and type(r) is OrderedDict
    assert r["w"].equal(value["w"]) and r["b"].equal(value["b"])


def test_safetensors_takes_named_tensors_only(folder, capsys):
    torch.save({"model": nn.Linear(2, 1), "p": {"q": nn.Parameter(torch.ones(1))}}, "a")
    assert not convert.main(["a", "a.safetensors"])
    assert set(_files.read("a.safetensors")[1]) == {"model.weight", "model.bias", "p.q"}
    torch.save({"w": torch.ones(1), "opt": {"lr": 0.1}}, "b")
    assert convert.main(["b", "b.safetensors"]) == 1
    assert "opt.lr is of type float" in capsys.readouterr().err
    assert sorted(os.listdir()) == ["a", "a.safetensors", "b"]


def test_convert_is_safe_unless_told(folder, capsys):
    thing = Unknown()
    torch.save(thing, "a.pt")
    assert convert.main(["a.pt", "b.pt"]) == 1
    assert "Unknown" in capsys.readouterr().err
    assert not convert.main(["--unsafe", "a.pt", "b.pt"])
    with pytest.raises(pickle.UnpicklingError):
        torch.load("b.pt")
