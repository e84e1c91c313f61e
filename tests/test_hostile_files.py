"""Files that were made to do harm: they are refused in little time and memory."""

import io
import pickle
import struct

import pytest

import torchlike as torch
from tools.check import fuzz_files
from torchlike import nn
from torchlike.serialization import MAGIC_NUMBER
from torchlike.utils.data import Dataset


def loads(pickled):
    """Load a stream whose object is a pickle."""
    header = [MAGIC_NUMBER, 1001, {"little_endian": True}]
    parts = [pickle.dumps(part, 2) for part in header]
    parts += [b"\x80\x04" + pickled + b".", pickle.dumps([], 2)]
    return torch.load(io.BytesIO(b"".join(parts)))


def refused(message):
    return pytest.raises((RuntimeError, pickle.UnpicklingError), match=message)


def name(module, name):
    return f"c{module}\n{name}\n".encode()


NUMBER = b"K\x01"
DEEP = b")" + b"\x85" * 200000  # ((((...),),),)
WIDE = b")" + b"2\x86" * 1000  # x = (x, x), and so on: its hash takes 2 ** 1000 steps
HUGE = name("builtins", "range") + b"J" + struct.pack("<i", 2**31 - 1) + b"\x85R"
ORDERED = name("collections", "OrderedDict")


@pytest.mark.parametrize("key", [DEEP, WIDE], ids=["deep", "wide"])
@pytest.mark.parametrize(
    "before, after",
    [
        (b"}", NUMBER + b"s"),
        (b"}(", NUMBER + b"u"),
        (b"(", NUMBER + b"d"),
        (b"\x8f(", b"\x90"),
        (b"(", b"\x91"),
        (name("builtins", "set") + b"](", b"e\x85R"),
        (name("builtins", "frozenset") + b"](", b"e\x85R"),
        (ORDERED + b"](](", NUMBER + b"ee\x85R"),
    ],
    ids="setitem setitems dict additems frozenset set() frozenset() pairs".split(),
)
def test_keys_whose_hash_takes_for_ever(before, after, key):
    with refused("a key of more than 1000 parts"):
        loads(before + key + after)


@pytest.mark.parametrize("value", [DEEP, WIDE], ids=["deep", "wide"])
def test_values_may_be_deep_or_wide(value):
    assert type(loads(b"}" + NUMBER + value + b"s")[1]) is tuple


@pytest.mark.parametrize(
    "pickled",
    [
        WIDE + b"Q",  # persistent ids
        b"(" + b"\x8c\x07storage" + name("torch", "FloatStorage") + WIDE * 3 + b"NtQ",
        b"(" + b"\x8c\x06module" + WIDE * 3 + b"tQ",
        name("torch._utils", "_rebuild_tensor") + b"(" + WIDE * 4 + b"tR",
        name("numpy", "dtype") + WIDE + b"\x85R",
        name("copyreg", "_reconstructor") + b"(" + WIDE * 3 + b"tR",
        name("_codecs", "encode") + WIDE * 2 + b"\x86R",
        name("collections", "defaultdict") + WIDE + b"\x85R",
        WIDE + WIDE + b"b",
        WIDE + b")R",
    ],
)
def test_what_an_error_shows_is_short(pickled):
    with pytest.raises((RuntimeError, pickle.UnpicklingError)) as error:
        loads(pickled)
    assert len(str(error.value)) < 500


@pytest.mark.parametrize(
    "pickled, message",
    [
        (ORDERED + b"](" + HUGE + b"e\x85R", "a pair that is a 'range'"),
        (ORDERED + HUGE + b"\x85R", "'OrderedDict' of a 'range'"),
        (name("builtins", "set") + HUGE + b"\x85R", "'set' of a 'range'"),
        (name("torch", "Size") + HUGE + b"\x85R", "'Size' of a 'range'"),
        (name("torch._utils", "_rebuild_size") + HUGE + b"\x85R", "must be a tuple"),
        (
            name("torch._utils", "_rebuild_tensor") + b"(NK\x00" + HUGE * 2 + b"tR",
            "size and stride of a tensor must be tuples",
        ),
        (
            name("collections", "defaultdict") + b"N](" + HUGE + b"e\x86R",
            "defaultdict from",
        ),
        (name("builtins", "bytes") + b"J\xff\xff\xff\x7f\x85R", "bytes of int"),
        (name("builtins", "bytearray") + b"J\xff\xff\xff\x7f\x85R", "bytes of int"),
        (name("builtins", "list") + HUGE + b"\x85R", "a call of 'builtins.list'"),
        (name("numpy", "dtype") + b"\x8c\x0c(99999999,)f\x85R", "not a plain number"),
    ],
)
def test_ranges_are_not_filled(pickled, message):
    with refused(message):
        loads(pickled)


class Recorder(nn.Module):
    """Has the methods that a pickle calls to fill a container."""

    calls = []

    def append(self, *args):
        self.calls.append(args)

    extend = add = __setitem__ = append


class RecordingList(list, Dataset):
    append = extend = Recorder.append


@pytest.mark.parametrize("cls", [Recorder, RecordingList])
@pytest.mark.parametrize(
    "items",
    [NUMBER + b"a", b"(" + NUMBER + b"e", b"(" + NUMBER + b"\x90", NUMBER * 2 + b"s"]
    + [b"(" + NUMBER * 2 + b"u"],
    ids="append appends additems setitem setitems".split(),
)
def test_methods_of_instances_are_not_called(cls, items):
    made = name(__name__, cls.__name__) + b")\x81"
    with refused(f"items of an object of type '{cls.__name__}'"):
        loads(made + items)
    assert Recorder.calls == []


@pytest.mark.parametrize("key", [b"\x8c\x0a__module__", b"\x8c\x0c__qualname__"])
def test_names_in_a_state_are_not_trusted(key):
    made = name(__name__, "Recorder") + b")\x81}" + key + WIDE + b"sb"
    with refused("a call of an object of type 'Recorder'"):
        loads(made + b")R")


def test_methods_of_tensors_are_not_called():
    tensor = name("torch", "FloatTensor") + b")R"
    for items in (NUMBER + b"a", NUMBER * 2 + b"s", b"(" + NUMBER * 2 + b"u"):
        with refused("FloatTensor"):
            loads(tensor + items)


# ---- damage by chance ---------------------------------------------------------------


@pytest.mark.parametrize("kind", fuzz_files.FORMATS)
def test_mutations(kind, tmp_path):
    files = fuzz_files.seeds([kind])
    for _, data in files:
        fuzz_files.load(kind, data, tmp_path / "whole")
    outcomes = fuzz_files.fuzz(500, 0, files, tmp_path)
    assert sum(outcomes.values()) == 500 and len(outcomes) > 1


def test_too_much_memory_is_noticed(tmp_path, monkeypatch):
    monkeypatch.setattr(fuzz_files, "load", lambda *args: torch.FloatTensor(1 << 26))
    with pytest.raises(AssertionError, match=r"\d{9} bytes for a file of"):
        fuzz_files.fuzz(1, 0, fuzz_files.seeds(["tar"]), tmp_path)
    assert (tmp_path / "failed.tar").exists()


def test_other_errors_are_noticed(tmp_path, monkeypatch):
    monkeypatch.setattr(fuzz_files, "load", lambda *args: {}["key"])
    with pytest.raises(KeyError):
        fuzz_files.fuzz(1, 0, fuzz_files.seeds(["tar"]), tmp_path)
