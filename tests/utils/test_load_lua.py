"""Files of Torch7, which a small writer makes as Lua's `torch.save` does."""

import io
import math
import struct

import numpy as np
import pytest

import torchlike as torch
from torchlike.utils.serialization import load_lua
from torchlike.utils.serialization.read_lua_file import (
    LuaFunction,
    T7Reader,
    T7ReaderException,
    TorchObject,
    hashable_uniq_dict,
)

# Types of Torch7: code for struct, format of C in ascii (None: raw bytes), samples.
TYPES = {
    "Byte": ("B", None, [0, 10, 255]),
    "Char": ("b", None, [-128, 10, 127]),
    "Short": ("h", "%d", [-32768, 7, 32767]),
    "Int": ("i", "%d", [-(2**31), 7, 2**31 - 1]),
    "Long": ("q", "%d", [-(2**31), 7, 2**31 - 1]),
    "Half": ("e", "%.9g", [-2.5, 0, math.inf]),
    "Float": ("f", "%.9g", [-2.5, 0, math.inf]),
    "Double": ("d", "%.17g", [-2.5, 1e300, math.nan]),
}


class Binary:
    """Writes binary files with longs of 8 or 4 bytes."""

    def __init__(self, long_size=8):
        self.out = io.BytesIO()
        self.long = "q" if long_size == 8 else "i"
        self.indexes = 0

    def array(self, code, *numbers):
        code = self.long if code == "q" else code
        self.out.write(struct.pack(f"<{len(numbers)}{code}", *numbers))

    def chars(self, data):
        self.array("i", len(data))
        self.out.write(data)

    values = array

    # ---- objects, the same in both encodings

    def index(self, kind, index=None):
        if index is None:
            self.indexes += 1
            index = self.indexes
        self.array("i", kind)
        self.array("i", index)
        return index

    def nil(self):
        self.array("i", 0)

    def number(self, value):
        self.array("i", 1)
        self.array("d", value)

    def string(self, data):
        self.array("i", 2)
        self.chars(data)

    def boolean(self, value):
        self.array("i", 5)
        self.array("i", value)

    def table(self, size, index=None):
        """The head of a table, which the caller fills."""
        index = self.index(3, index)
        self.array("i", size)
        return index

    def function(self, kind, dumped, *upvalues):
        index = None
        if kind == 6:
            self.array("i", 6)
        else:
            index = self.index(kind)
        self.chars(dumped)
        return index

    def torch(self, name, version=b"V 1"):
        index = self.index(4)
        if version:
            self.chars(version)
        self.chars(name)
        return index

    def storage(self, kind, values, prefix="torch."):
        index = self.torch(f"{prefix}{kind}Storage".encode())
        self.array("q", len(values))
        self.values(TYPES.get(kind, TYPES["Float"])[0], *values)
        return index

    def tensor(self, kind, size, stride, offset, storage, prefix="torch."):
        """A tensor; `storage` is called to write it."""
        self.torch(f"{prefix}{kind}Tensor".encode())
        self.array("i", len(size))
        self.array("q", *size)
        self.array("q", *stride)
        self.array("q", offset + 1)
        storage()

    def load(self, **options):
        return load_lua(io.BytesIO(self.out.getvalue()), **options)


class Ascii(Binary):
    """Writes ascii files: an array of numbers or a string is one line."""

    def array(self, code, *numbers):
        form = {"d": "%.17g", "f": "%.9g", "e": "%.9g"}.get(code, "%d")
        self.out.write(" ".join(form % number for number in numbers).encode())
        if numbers:
            self.out.write(b"\n")

    def chars(self, data):
        self.array("i", len(data))
        self.out.write(data + b"\n" * bool(data))

    def values(self, code, *numbers):
        if code in "Bb":  # as they are
            self.out.write(struct.pack(f"{len(numbers)}{code}", *numbers) + b"\n")
        else:
            self.array(code, *numbers)


WRITERS = [Binary, Ascii]


@pytest.fixture(params=WRITERS)
def file(request):
    return request.param()


def test_numbers_strings_and_nil(file):
    file.table(7)
    for i, value in enumerate([1, -3.5, 1e300, math.inf]):
        file.number(i + 1)
        file.number(value)
    for i, value in enumerate([b"text", b"", "öß\n x".encode()]):
        file.number(i + 5)
        file.string(value)
    result = file.load()
    assert result == [1, -3.5, 1e300, math.inf, "text", "", "öß\n x"]
    assert type(result[0]) is int and type(result[2]) is int
    result = file.load(int_heuristic=False, unicode_heuristic=False)
    assert type(result[0]) is float and result[6] == "öß\n x".encode()


@pytest.mark.parametrize("write", [Binary.nil, lambda f: f.boolean(0)])
def test_nothing_and_false(file, write):
    write(file)
    assert not file.load()
    assert file.load() is (None if write is Binary.nil else False)


def test_bytes_that_are_no_text(file):
    file.string(b"\xff\x00\n")
    assert file.load() == b"\xff\x00\n"


def test_tables(file):
    file.table(3)
    file.string(b"width")
    file.number(3)
    file.boolean(True)
    file.number(5)
    file.number(0.5)
    file.table(0)
    result = file.load()
    assert type(result) is hashable_uniq_dict
    assert dict(result) == {"width": 3, True: 5, 0.5: []}
    assert result.width == 3 and result.height is None
    assert result != dict(result) and result == result and hash(result) is not None


def test_lists_in_any_order_of_the_keys(file):
    file.table(3)
    for key in (3, 1, 2):
        file.number(key)
        file.number(key * 10)
    assert file.load() == [10, 20, 30]
    assert dict(file.load(list_heuristic=False)) == {1: 10, 2: 20, 3: 30}


def test_a_table_is_the_same_wherever_it_is(file):
    file.table(2)
    file.number(1)
    shared = file.table(1)
    file.number(1)
    file.string(b"x")
    file.number(2)
    file.index(3, shared)
    first, second = file.load()
    assert first is second and first == ["x"]


def test_a_table_in_itself(file):
    outer = file.table(1)
    file.number(1)
    file.index(3, outer)
    result = file.load()
    assert result[1] is result


def test_a_table_as_key(file):
    file.table(1)
    key = file.table(1)
    file.number(1)
    file.number(2)
    file.index(3, key)
    ((key, value),) = file.load().items()
    assert key is value and dict(key) == {1: 2}


def test_true_is_not_one(file):
    file.table(1)
    file.boolean(True)
    file.number(2)
    assert dict(file.load()) == {True: 2}


@pytest.mark.parametrize("kind", [6, 7, 8])
def test_functions_are_kept_as_bytes(file, kind):
    index = file.function(kind, b"\x1bLJ\n")
    file.table(1)
    file.number(1)
    file.index(kind, index) if index else file.number(7)
    result = file.load()
    assert type(result) is LuaFunction
    assert (result.size, result.dumped) == (4, b"\x1bLJ\n")
    assert result.upvalues[0] is (result if index else result.upvalues[0])


@pytest.mark.parametrize("kind", TYPES)
def test_storages_of_every_type(file, kind):
    file.storage(kind, TYPES[kind][2])
    result = file.load()
    assert type(result) is getattr(torch, kind + "Storage")
    np.testing.assert_array_equal(result.tolist(), TYPES[kind][2])


@pytest.mark.parametrize("kind", TYPES)
def test_tensors_share_their_storage(file, kind):
    values = TYPES[kind][2] * 2
    file.table(3)
    file.number(1)
    shared = []
    file.tensor(
        kind, (2, 3), (3, 1), 0, lambda: shared.append(file.storage(kind, values))
    )
    file.number(2)
    file.tensor(kind, (3,), (2,), 1, lambda: file.index(4, shared[0]))
    file.number(3)
    file.tensor(kind, (), (), 0, file.nil)
    whole, part, empty = file.load()
    expected = np.array(values).reshape(2, 3)
    assert type(whole) is type(empty) is getattr(torch, kind + "Tensor")
    np.testing.assert_array_equal(whole.tolist(), expected)
    np.testing.assert_array_equal(part.tolist(), expected.ravel()[1::2])
    assert empty.size() == () and part.stride() == (2,)
    whole.storage().fill_(1)
    assert part.tolist() == [1, 1, 1]


@pytest.mark.parametrize(
    "name, kind", [("Cuda", "Float"), ("CudaDouble", "Double"), ("CudaByte", "Byte")]
)
def test_tensors_of_a_gpu_are_on_the_cpu(file, name, kind):
    def storage():
        file.torch(f"torch.{name}Storage".encode())
        file.array("q", 2)
        file.values(TYPES[kind][0], 3, 4)

    file.tensor(name, (2,), (1,), 0, storage)
    result = file.load()
    assert type(result) is getattr(torch, kind + "Tensor") and result.tolist() == [3, 4]


def test_longs_of_four_bytes():
    file = Binary(long_size=4)
    file.tensor("Long", (3,), (1,), 0, lambda: file.storage("Long", [1, -2, 3]))
    assert file.load(long_size=4).tolist() == [1, -2, 3]
    file = Binary()
    file.tensor("Long", (1,), (1,), 0, lambda: file.storage("Long", [2**40]))
    for options in ({}, {"long_size": 8}, {"force_8bytes_long": True}):
        assert file.load(**options).tolist() == [2**40]
    with pytest.raises(ValueError, match="long_size must be 4 or 8, got 2"):
        file.load(long_size=2)


def test_many_values(file):
    values = np.random.RandomState(0).randn(70000).astype(np.float32)
    file.storage("Float", values.tolist())
    np.testing.assert_array_equal(file.load().tolist(), values)


def test_files_without_versions(file):
    file.torch(b"torch.IntStorage", version=None)
    file.array("q", 1)
    file.array("i", 5)
    assert file.load().tolist() == [5]


def unknown(file):
    file.table(2)
    file.number(1)
    file.torch(b"nn.Linear")
    file.table(2)
    file.string(b"train")
    file.boolean(False)
    file.string(b"bias")
    file.tensor("Float", (1,), (1,), 0, lambda: file.storage("Float", [2]))
    file.number(2)
    file.torch(b"nn.ReLU")
    file.table(0)


def test_unknown_classes_are_named(file):
    unknown(file)
    message = "classes that do not exist here: nn.Linear, nn.ReLU; unknown_classes=True"
    with pytest.raises(T7ReaderException, match=message):
        file.load()
    linear, relu = file.load(unknown_classes=True)
    assert type(linear) is TorchObject and linear.torch_typename() == "nn.Linear"
    assert linear.train is False and linear["bias"].tolist() == [2]
    assert linear.weight is None and linear["weight"] is None
    assert {"train", "bias", "torch_typename"} <= set(dir(linear))
    assert repr(relu) == "TorchObject('nn.ReLU', list)"
    assert relu.train is None


def test_unknown_classes_that_are_no_table_are_named(file):
    file.torch(b"tds.Hash")
    file.array("i", 77)
    with pytest.raises(T7ReaderException, match="tds.Hash.*77 is no type"):
        file.load(unknown_classes=True)


def test_several_objects_in_one_file(file):
    index = file.table(1)
    file.string(b"a")
    file.nil()
    file.index(3, index)
    reader = T7Reader(io.BytesIO(file.out.getvalue()))
    first = reader.read()
    assert reader.read() is first


def test_paths(tmp_path):
    file = Binary()
    file.number(2)
    path = tmp_path / "x.t7"
    path.write_bytes(file.out.getvalue())
    assert load_lua(path) == load_lua(str(path)) == 2
    path.write_bytes(b"")
    with pytest.raises(
        T7ReaderException, match="x.t7' is truncated.*at byte 0: 4 more"
    ):
        load_lua(path)


# ---- damaged and hostile files -----------------------------------------------------


def sample(file):
    unknown(file)
    data = io.BytesIO(file.out.getvalue())
    return data.getvalue()


def test_every_truncation_is_reported(file):
    data = sample(file)
    for size in range(len(data) - 1):
        with pytest.raises(T7ReaderException):
            load_lua(io.BytesIO(data[:size]), unknown_classes=True)


def test_sizes_are_checked_before_memory_is_taken(file):
    file.torch(b"torch.DoubleStorage")
    file.array("q", 2**40)
    with pytest.raises(T7ReaderException, match="a size of 1099511627776 with 0 bytes"):
        file.load()


@pytest.mark.parametrize("size", [-1, 2**31 - 1])
@pytest.mark.parametrize("head", [lambda f: f.table(0), lambda f: f.string(b"")])
def test_bad_sizes(file, head, size):
    head(file)
    text = file.out.getvalue()
    end = len(text) - (2 if isinstance(file, Ascii) else 4)
    file.out = io.BytesIO()
    file.array("i", size)
    data = text[:end] + file.out.getvalue()
    with pytest.raises(T7ReaderException, match=f"a size of {size} with 0 bytes"):
        load_lua(io.BytesIO(data))


def test_deep_files(file):
    for _ in range(1000):
        file.table(1)
        file.number(1)
    with pytest.raises(T7ReaderException, match="more than 200 objects are inside"):
        file.load()


@pytest.mark.parametrize(
    "size, stride, offset",
    [((3,), (1,), 0), ((2,), (2,), 0), ((2,), (1,), -1), ((-1,), (1,), 0)],
)
def test_views_outside_their_storage(file, size, stride, offset):
    file.tensor("Int", size, stride, offset, lambda: file.storage("Int", [1, 2]))
    with pytest.raises(T7ReaderException, match="does not fit a storage of 2"):
        file.load()


def test_storages_of_another_type(file):
    file.tensor("Int", (1,), (1,), 0, lambda: file.storage("Float", [1]))
    with pytest.raises(T7ReaderException, match="IntTensor is over .* FloatStorage"):
        file.load()
    file.out = io.BytesIO()
    file.tensor("Int", (1,), (1,), 0, lambda: file.table(0))
    with pytest.raises(T7ReaderException, match="over an object of type list"):
        file.load()


def test_keys_that_are_lists_or_come_twice(file):
    file.table(2)
    file.number(1)
    part = file.table(0)
    file.index(3, part)
    file.number(2)
    with pytest.raises(T7ReaderException, match="list_heuristic=False"):
        file.load()
    file.out = io.BytesIO()
    file.table(2)
    for _ in range(2):
        file.number(1)
        file.number(1)
    with pytest.raises(T7ReaderException, match="has the key 1 twice"):
        file.load()
