import copy
import io
import marshal
import os
import pickle
import pickletools
import re
import stat
import struct
import types
import warnings
from collections import OrderedDict, defaultdict

import numpy as np
import pytest

import torchlike as torch
from torchlike import nn, optim, serialization
from torchlike.autograd import Variable
from torchlike.nn import functional as F
from torchlike.serialization import MAGIC_NUMBER, SourceChangeWarning

KINDS = ["Byte", "Char", "Short", "Int", "Long", "Float", "Double", "Half"]
INFO = {
    "protocol_version": 1001,
    "little_endian": True,
    "type_sizes": {"short": 2, "int": 4, "long": 4},
}


def saved(obj, **options):
    file = io.BytesIO()
    torch.save(obj, file, **options)
    return file.getvalue()


def loaded(data, **options):
    return torch.load(io.BytesIO(data), **options)


def again(obj):
    return loaded(saved(obj))


def global_names(data):
    """All 'module name' pairs that the pickles of a stream mention."""
    file, names = io.BytesIO(data), set()
    for _ in range(5):
        for opcode, argument, _ in pickletools.genops(file):
            if opcode.name == "GLOBAL":
                names.add(argument)
    return names


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.ReLU())
        self.activation = F.tanh
        self.sizes = [1, 2]

    def forward(self, x):
        return self.activation(self.body(x))


class Plain:
    pass


# ---- what survives -------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_tensors_of_every_type(kind):
    t = getattr(torch, kind + "Tensor")([[1, 2, 3], [4, 5, 6]])
    r = again(t)
    assert type(r) is type(t)
    assert r.tolist() == t.tolist()


@pytest.mark.parametrize("shape", [(), (1,), (2, 1, 3), (1, 2, 1, 2, 1, 2)])
def test_shapes(shape):
    t = torch.randn(*shape) if shape else torch.Tensor()
    r = again(t)
    assert r.size() == t.size() and r.tolist() == t.tolist()


def test_views_keep_stride_offset_and_sharing():
    base = torch.arange(0, 12).view(3, 4)
    a, b, c = again([base, base[1], base.t()])
    assert c.stride() == (1, 4) and b.storage_offset() == 4
    a.fill_(7)
    assert b.tolist() == [7] * 4 and c.tolist() == [[7] * 3] * 4


def test_sharing_is_written_once():
    t = torch.zeros(1000)
    assert len(saved([t, t, t.view(10, 100)])) < 4000 + 1000


def test_storages():
    s = torch.IntStorage([1, 2, 3])
    t = torch.IntTensor(s)
    r, u = again((s, t))
    assert list(r) == [1, 2, 3]
    r[0] = 9
    assert u.tolist() == [9, 2, 3]


def test_containers_and_numbers():
    value = {
        "list": [1, 2.5, None, True, "é", b"\x00\xff"],
        "tuple": (1j, slice(1, 2)),
        "set": {1, 2},
        "frozen": frozenset([3]),
        "ordered": OrderedDict(a=1),
        "empty": [b"", "", (), bytearray(b"ab")],
        "big": 10**30,
        "range": range(3),
        5: {},
    }
    assert again(value) == value


@pytest.mark.parametrize("protocol", range(1, pickle.HIGHEST_PROTOCOL + 1))
def test_every_protocol(protocol):
    value = OrderedDict(t=torch.ones(2), s="é", b=b"\xff", d=defaultdict(list))
    value["array"] = bytearray(b"ab")
    value["net"] = nn.Linear(2, 2)
    r = loaded(saved(value, pickle_protocol=protocol))
    assert r["t"].tolist() == [1, 1] and r["s"] == "é" and r["b"] == b"\xff"
    assert r["d"].default_factory is list and r["array"] == b"ab"
    assert repr(r["net"]) == repr(value["net"])


@pytest.mark.parametrize("kind", [np.float64, np.float32, np.int64, np.int8, np.bool_])
def test_numpy_scalars(kind):
    r = again(kind(1))
    assert type(r) is kind and r == 1


def test_variables():
    v = Variable(torch.ones(2), requires_grad=True)
    r, w = again([v, Variable(torch.ones(1), volatile=True)])
    assert type(r) is Variable and r.requires_grad and r.data.tolist() == [1, 1]
    assert w.volatile


def test_state_dict():
    net = Net()
    r = again(net.state_dict())
    assert type(r) is OrderedDict and list(r) == list(net.state_dict())
    other = Net()
    other.load_state_dict(r)
    np.testing.assert_array_equal(
        other.body[0].weight.data.numpy(), net.body[0].weight.data.numpy()
    )


def test_whole_module():
    net = Net().eval()
    x = Variable(torch.randn(5, 3))
    r = again(net)
    assert type(r) is Net and not r.training and r.sizes == [1, 2]
    assert type(r.body[0].weight) is nn.Parameter
    assert repr(r) == repr(net)
    np.testing.assert_array_equal(r(x).data.numpy(), net(x).data.numpy())


def test_optimizer_and_its_state():
    net = nn.Linear(2, 1)
    optimizer = optim.Adam(net.parameters(), lr=0.1)
    net(Variable(torch.ones(1, 2))).sum().backward()
    optimizer.step()
    both = again((net, optimizer))
    assert both[1].param_groups[0]["params"][0] is both[0].weight
    assert both[1].state[both[0].weight]["step"] == 1
    both[1].step()
    state = again(optimizer.state_dict())
    optimizer.load_state_dict(state)


def test_schedulers():
    net = nn.Linear(2, 1)
    optimizer = optim.SGD(net.parameters(), lr=1)
    schedulers = optim.lr_scheduler
    step = schedulers.StepLR(optimizer, 2, gamma=0.5)
    plateau = schedulers.ReduceLROnPlateau(optimizer, patience=0)
    step.step(3)
    optimizer, step, plateau = again([optimizer, step, plateau])
    assert step.optimizer is optimizer is plateau.optimizer
    step.step()
    assert optimizer.param_groups[0]["lr"] == 0.25
    for _ in range(2):
        plateau.step(1)
    assert optimizer.param_groups[0]["lr"] == 0.025


def test_data_set():
    data = torch.utils.data.TensorDataset(torch.ones(3, 2), torch.zeros(3))
    assert len(again(data)) == 3


# ---- the format ----------------------------------------------------------------


def test_stream_is_that_of_0_3():
    data = saved(OrderedDict(w=torch.Tensor([1, 2])))
    file = io.BytesIO(data)
    assert pickle.load(file) == 0x1950A86A20F9469CFC6C == MAGIC_NUMBER
    assert pickle.load(file) == 1001
    assert pickle.load(file) == INFO
    for opcode in pickletools.genops(file):
        assert opcode[0].proto <= 2
    keys = pickle.load(file)
    assert file.read() == struct.pack("<q", 2) + struct.pack("<ff", 1, 2)
    assert len(keys) == 1
    assert global_names(data) == {
        "collections OrderedDict",
        "torch._utils _rebuild_tensor",
        "torch FloatStorage",
    }


def test_classes_are_named_as_in_0_3():
    names = global_names(saved(Net()))
    assert {
        "torch.nn.modules.linear Linear",
        "torch.nn.modules.container Sequential",
        "torch.nn.parameter Parameter",
        "torch.nn.functional tanh",
    } <= names
    assert not any("torchlike" in name for name in names)
    v = global_names(saved(Variable(torch.ones(1))))
    assert "torch.autograd.variable Variable" in v


def test_equal_objects_give_equal_files():
    assert saved([torch.ones(2), torch.zeros(3)]) == saved(
        [torch.ones(2), torch.zeros(3)]
    )


def stream(obj_pickle, storages):
    """A file as another writer would make it."""
    data = b"".join(pickle.dumps(x, 2) for x in (MAGIC_NUMBER, 1001, INFO))
    data += obj_pickle + pickle.dumps(sorted(storages), 2)
    for key in sorted(storages):
        n, raw = storages[key]
        data += struct.pack("<q", n) + raw
    return data


def storage_id(kind, key, size, location="cpu", view="N"):
    """Opcodes that push a storage."""
    return (
        b"(X\x07\x00\x00\x00storagectorch\n"
        + kind.encode()
        + b"Storage\nX"
        + struct.pack("<i", len(key))
        + key.encode()
        + b"X"
        + struct.pack("<i", len(location))
        + location.encode()
        + b"J"
        + struct.pack("<i", size)
        + (b"N" if view == "N" else view)
        + b"tQ"
    )


def test_loads_tensors_of_later_versions():
    raw = struct.pack("<qqq", 7, 8, 9)
    for size, stride, values in (
        (b"K\x03\x85", b"K\x01\x85", [7, 8, 9]),
        (b")", b")", [7]),
    ):
        tensor = (
            b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n("
            + storage_id("Long", "5", 3)
            + b"K\x00"
            + size
            + stride
            + b"\x89ccollections\nOrderedDict\n)RtR."
        )
        r = loaded(stream(tensor, {"5": (3, raw)}))
        assert type(r) is torch.LongTensor and r.tolist() == values


def test_loads_storage_views_of_0_3():
    view = b"(X\x01\x00\x00\x009K\x01K\x02t"
    data = b"\x80\x02" + storage_id("Byte", "5", 4, view=view) + b"."
    assert list(loaded(stream(data, {"5": (4, b"\1\2\3\4")}))) == [2, 3]
    with pytest.raises(RuntimeError, match="view of 2 elements at 1 does not fit a st"):
        loaded(stream(data.replace(b"J\x04", b"J\x02"), {"5": (2, b"\1\2")}))


def test_0_3_kept_a_backend_in_modules():
    data = b"\x80\x02ctorch.nn.backends.thnn\n_get_thnn_function_backend\n)R."
    assert loaded(stream(data, {})) is None


def test_strings_of_python_2():
    assert loaded(stream(b"\x80\x02U\x02a\xe9.", {})) == "aé"


# ---- where to --------------------------------------------------------------------


def test_map_location():
    data = saved(torch.ones(2))
    seen = []

    def keep(storage, location):
        seen.append((type(storage), len(storage), location))
        return storage

    assert loaded(data, map_location=keep).sum() == 2
    assert seen == [(torch.FloatStorage, 2, "cpu")]
    for where in ("cpu", {"cpu": "cpu"}, lambda storage, location: None):
        assert loaded(data, map_location=where).sum() == 2
    with pytest.raises(RuntimeError, match="'cuda:0', which is not available"):
        loaded(data, map_location="cuda:0")
    with pytest.raises(RuntimeError, match="same type and size"):
        loaded(data, map_location=lambda storage, location: 3)


def test_cuda_storages_need_a_map():
    pushed = b"\x80\x02" + storage_id("Byte", "5", 1, "cuda:1") + b"."
    data = stream(pushed, {"5": (1, b"\7")})
    with pytest.raises(RuntimeError, match="'cuda:1'.*use map_location='cpu'"):
        loaded(data)
    for where in ("cpu", {"cuda:1": "cpu"}, lambda storage, location: storage):
        assert list(loaded(data, map_location=where)) == [7]


# ---- files -----------------------------------------------------------------------


def test_paths_are_replaced_at_once(tmp_path):
    path = tmp_path / "x.pt"
    torch.save([1], path)
    os.chmod(path, 0o640)
    with pytest.raises((TypeError, AttributeError, pickle.PicklingError)):
        torch.save([torch.ones(2), lambda: 0], path)
    assert torch.load(path) == [1]
    torch.save([2], str(path))
    assert torch.load(str(path)) == [2]
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o640
    assert os.listdir(tmp_path) == ["x.pt"]


def test_links_stay_links(tmp_path):
    (tmp_path / "link").symlink_to("x.pt")
    torch.save([1], tmp_path / "link")
    assert (tmp_path / "link").is_symlink() and torch.load(tmp_path / "x.pt") == [1]


def test_several_objects_in_one_file(tmp_path):
    with open(tmp_path / "x", "w+b") as file:
        for i in range(3):
            torch.save(torch.ones(i + 1), file)
        file.seek(0)
        assert [torch.load(file).numel() for _ in range(3)] == [1, 2, 3]


def test_reads_from_a_pipe():
    class Pipe(io.RawIOBase):
        def __init__(self, data):
            self.file = io.BytesIO(data)

        def readable(self):
            return True

        def readinto(self, view):
            return self.file.readinto(view)

    assert torch.load(Pipe(saved([torch.ones(3)])))[0].sum() == 3


def test_protocol_0_cannot_hold_storages():
    with pytest.raises(ValueError, match="at least 1, got 0"):
        saved(torch.ones(1), pickle_protocol=0)


@pytest.mark.parametrize("junk", [0, None, 1.5, []])
def test_what_is_no_file(junk):
    with pytest.raises(TypeError):
        torch.load(junk)
    with pytest.raises(TypeError):
        torch.save(1, junk)


def function_of(code):
    return types.FunctionType(marshal.loads(code), {})


class LambdaPickler(pickle._Pickler):
    def reducer_override(self, obj):
        if isinstance(obj, types.FunctionType) and obj.__name__ == "<lambda>":
            return function_of, (marshal.dumps(obj.__code__),)
        return NotImplemented


LAMBDAS = types.SimpleNamespace(
    __name__="lambdas", Pickler=LambdaPickler, Unpickler=pickle.Unpickler
)


@pytest.mark.parametrize("form", [False, True], ids=["stream", "zip"])
def test_other_pickle_modules(form):
    whole = torch.ones(2, 2)
    obj = [lambda x: x + 1, whole, whole.t(), Variable(whole), nn.Linear(1, 1)]
    with pytest.raises((AttributeError, pickle.PicklingError)):
        saved(obj, _use_new_zipfile_serialization=form)
    data = saved(obj, pickle_module=LAMBDAS, _use_new_zipfile_serialization=form)
    with pytest.raises(ValueError, match="lambdas lets a file run any code"):
        loaded(data, pickle_module=LAMBDAS)
    with pytest.raises(pickle.UnpicklingError, match="function_of"):
        loaded(data)
    result = loaded(data, pickle_module=LAMBDAS, unsafe=True)
    assert result[0](1) == 2 and type(result[4]) is nn.Linear
    result[1].fill_(3)
    assert result[2].tolist() == result[3].data.tolist() == [[3, 3]] * 2


def test_what_is_no_pickle_module():
    for module in (os, types.SimpleNamespace(__name__="x", Pickler=1, Unpickler=1)):
        with pytest.raises(ValueError, match=f"{module.__name__} has no class Pickler"):
            saved(1, pickle_module=module)
        with pytest.raises(ValueError, match="has no class Unpickler"):
            loaded(saved(1), pickle_module=module)
    assert loaded(saved(1, pickle_module=pickle), pickle_module=pickle) == 1


def test_registered_locations(monkeypatch):
    registry = serialization._package_registry
    monkeypatch.setattr(serialization, "_package_registry", list(registry))
    kept = torch.FloatStorage(2)
    serialization.register_package(
        5,
        lambda storage: "far" if len(storage) == 2 else None,
        lambda storage, tag: kept if tag == "far" else None,
    )
    data = saved([torch.ones(2), torch.ones(3)])
    first, second = loaded(data)
    assert first.storage().data_ptr() == kept.data_ptr() and kept.tolist() == [1, 1]
    assert second.tolist() == [1, 1, 1]
    kept = torch.FloatStorage(3)
    with pytest.raises(RuntimeError, match="'far' must return a storage of the same"):
        loaded(data)
    monkeypatch.undo()
    with pytest.raises(RuntimeError, match="belongs to 'far', which is not available"):
        loaded(data)
    assert loaded(data, map_location="cpu")[0].tolist() == [1, 1]
    assert loaded(data, map_location={"far": "cpu"})[0].tolist() == [1, 1]


def test_what_does_not_exist_here_is_named():
    pushed = b"\x80\x02]ctorch\nComplexFloatStorage\nactorch\nQUInt8Storage\na."
    with pytest.raises(
        pickle.UnpicklingError,
        match="because it does not exist here: 'torch.Comp.*', 'torch.QUInt8Storage'$",
    ):
        loaded(stream(pushed, {}))


@pytest.mark.parametrize(
    "layer, options, warned",
    [
        (nn.Upsample(scale_factor=2), {"scale_factor": 2.0, "align_corners": None}, ""),
        (nn.Upsample(scale_factor=2, mode="bilinear"), {"align_corners": True}, ""),
        (
            nn.Upsample(scale_factor=2, mode="bilinear"),
            {"align_corners": None},
            "Upsample was saved with align_corners=False",
        ),
        (nn.Conv2d(1, 1, 1), {"padding_mode": "zeros"}, ""),
        (nn.Conv2d(1, 1, 1), {"padding_mode": "reflect"}, "padding_mode='reflect'"),
        (nn.AvgPool2d(1), {"divisor_override": 3}, "AvgPool2d .* divisor_override=3"),
    ],
)
def test_layers_of_later_versions(layer, options, warned):
    layer.__dict__.update(options)
    data = saved(layer)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        again = loaded(data)
    assert len(caught) == bool(warned)
    if warned:
        assert re.search(warned, str(caught[0].message))
    assert again(Variable(torch.ones(1, 1, 2, 2))).dim() == 4


def test_instance_norm_of_later_versions():
    layer = nn.InstanceNorm2d(2, affine=True)
    del layer.__dict__["_use_running_stats"]
    layer.running_mean = layer.running_var = None
    layer.track_running_stats = False
    x = Variable(torch.randn(2, 2, 3, 3))
    r = loaded(saved(layer)).eval()(x).data.numpy()
    n = x.data.numpy()
    mean, var = (f(n, axis=(2, 3), keepdims=True) for f in (np.mean, np.var))
    expected = (n - mean) / np.sqrt(var + 1e-5) * layer.weight.data[0]
    np.testing.assert_allclose(r[:, :1], expected[:, :1], rtol=1e-4, atol=1e-5)


# ---- damaged and foreign files -----------------------------------------------------


def test_every_truncation_is_reported():
    data = saved(OrderedDict(w=torch.ones(3), b=torch.LongTensor([1])))
    for i in range(1, len(data)):
        with pytest.raises(RuntimeError, match="<BytesIO> is truncated, damaged"):
            loaded(data[:i])


def test_truncation_names_file_and_place(tmp_path):
    path = tmp_path / "cut.pt"
    path.write_bytes(saved([torch.ones(3), torch.ones(4)])[:-1])
    with pytest.raises(
        RuntimeError, match=r"cut.pt' .* storage 2 of 2, but 16 more bytes .* 15 are"
    ):
        torch.load(path)


def test_random_damage_never_does_worse():
    data = saved(Net().state_dict())
    rng = np.random.RandomState(0)
    for _ in range(500):
        damaged = bytearray(data)
        for _ in range(rng.randint(1, 4)):
            damaged[rng.randint(min(len(data), 1500))] = rng.randint(256)
        try:
            loaded(bytes(damaged))
        except (RuntimeError, pickle.UnpicklingError):
            pass


@pytest.mark.parametrize(
    "data, message",
    [
        (b"PK\x03\x04" + b"x" * 99, "expected the directory of the archive"),
        (b"x" * 257 + b"ustar\x00", "the headers of the archive, but a header has 263"),
        (b"<!DOCTYPE html>", "a web page"),
        (b"\x1f\x8bxxx", "gzip file"),
        (b"\x93NUMPYxxx", "NumPy array"),
        (b"", "<BytesIO> is empty; expected a file of torch.save"),
        (b"hello world", "expected the magic number"),
        (pickle.dumps({"a": 1}), "expected the magic number, but it begins otherwise"),
        (pickle.dumps(Plain()), "expected the magic number"),
        (
            pickle.dumps(MAGIC_NUMBER, 2) + pickle.dumps(7, 2),
            "the protocol version, but expected 1001, got 7",
        ),
    ],
)
def test_foreign_files(data, message):
    with pytest.raises(RuntimeError, match=message):
        loaded(data)


def test_big_endian_files():
    data = saved(1).replace(b"little_endian", b"little_endiam")
    assert loaded(data) == 1  # old files do not say
    data = b"".join(
        pickle.dumps(x, 2) for x in (MAGIC_NUMBER, 1001, {"little_endian": False}, 1)
    )
    with pytest.raises(RuntimeError, match="only little-endian"):
        loaded(data)


def test_sizes_are_checked_before_memory_is_taken():
    for size in (2**30, -5):
        pushed = b"\x80\x02" + storage_id("Double", "5", size) + b"."
        with pytest.raises(
            (RuntimeError, pickle.UnpicklingError),
            match=str(8 * size) if size > 0 else "-5",
        ):
            loaded(stream(pushed, {"5": (1, b"\0" * 8)}))
    # a string and a bytearray that claim to be larger than the file
    for opcode in (b"X\xff\xff\xff\x7f", b"\x96" + struct.pack("<q", 2**40)):
        with pytest.raises((RuntimeError, pickle.UnpicklingError)):
            loaded(stream(b"\x80\x02" + opcode + b"abc.", {}))


@pytest.mark.parametrize(
    "offset, size, stride",
    [(1, 3, 1), (0, 3, 2), (0, 4, 1), (-1, 2, 1), (0, 3, -1), (0, -3, 1)],
)
def test_views_outside_their_storage(offset, size, stride):
    def number(i):
        return b"J" + struct.pack("<i", i)

    tensor = (
        b"\x80\x02ctorch._utils\n_rebuild_tensor\n("
        + storage_id("Byte", "5", 3)
        + number(offset)
        + number(size)
        + b"\x85"
        + number(stride)
        + b"\x85tR."
    )
    with pytest.raises(RuntimeError, match="does not fit a storage of 3 elements"):
        loaded(stream(tensor, {"5": (3, b"abc")}))


def test_storage_of_another_size_than_announced():
    pushed = b"\x80\x02" + storage_id("Byte", "5", 2) + b"."
    with pytest.raises(RuntimeError, match="its size is 3, the object says 2"):
        loaded(stream(pushed, {"5": (3, b"abc")}))


# ---- safety ------------------------------------------------------------------------


class Evil:
    def __init__(self, function, *args):
        self.call = function, args

    def __reduce__(self):
        return self.call


@pytest.mark.parametrize(
    "evil, name",
    [
        (Evil(os.system, "true"), "posix.system|nt.system"),
        (Evil(eval, "1"), "builtins.eval|__builtin__.eval"),
        (Evil(getattr, [], "append"), "getattr"),
        (Evil(torch.load, "x"), "torch.*load"),
        (Evil(torch.save, 1, "x"), "torch.*save"),
        (Evil(Net), "a call of '.*Net'"),
        (Plain(), "Plain"),
        (Evil(list, range(3)), "a call of 'builtins.list'"),
        (Evil(defaultdict, Net), "defaultdict of"),
    ],
)
@pytest.mark.parametrize("protocol", [2, 4])
def test_a_file_cannot_run_code(evil, name, protocol):
    data = saved({"x": [evil]}, pickle_protocol=protocol)
    with pytest.raises(pickle.UnpicklingError, match=name) as error:
        loaded(data)
    assert "torch.load(f, unsafe=True)" in str(error.value) or "defaultdict" in name


def test_unsafe_loads_anything():
    r = loaded(saved({"p": Plain(), "t": torch.ones(2), "n": Net()}), unsafe=True)
    assert type(r["p"]) is Plain and r["t"].sum() == 2 and type(r["n"]) is Net


def test_dotted_names_lead_nowhere():
    data = b"\x80\x04\x8c\x13torch.serialization\x8c\tos.system\x93\x8c\x04true\x85R."
    with pytest.raises(pickle.UnpicklingError, match="torch.serialization.os.system"):
        loaded(stream(data, {}))


def test_state_is_set_on_known_instances_only():
    data = b"\x80\x02c__builtin__\nset\nN}X\x01\x00\x00\x00aK\x01s\x86b."
    with pytest.raises(pickle.UnpicklingError, match="a state for an object of type"):
        loaded(stream(data, {}))


def test_unknown_classes_are_named():
    data = b"\x80\x02cno_such_module\nNet\n)\x81."
    with pytest.raises(
        pickle.UnpicklingError,
        match=r"not loaded.*'no_such_module.Net' \(its module is not imported\)",
    ):
        loaded(stream(data, {}))
    data = f"\x80\x02c{__name__}\nGone\n)\x81.".encode("latin1")
    with pytest.raises(
        pickle.UnpicklingError, match=r"Gone' \(not defined in the running"
    ):
        loaded(stream(data, {}))


def test_nothing_is_imported():
    import sys

    sys.modules.pop("antigravity", None)
    with pytest.raises(pickle.UnpicklingError):
        loaded(stream(b"\x80\x02cantigravity\nwebbrowser\n.", {}))
    assert "antigravity" not in sys.modules


def test_unsupported_storage_types():
    pushed = b"\x80\x02" + storage_id("ComplexFloat", "5", 1) + b"."
    with pytest.raises(pickle.UnpicklingError, match="torch.ComplexFloatStorage"):
        loaded(stream(pushed, {"5": (1, b"\1")}))


def test_one_error_names_everything_refused():
    data = saved({"a": [Evil(os.system, "true"), {1: Plain()}], "b": Evil(eval, "1")})
    with pytest.raises(pickle.UnpicklingError) as error:
        loaded(data)
    text = str(error.value)
    for name in ("system'", "Plain'", "eval'"):
        assert text.count(name) == 1
    assert "torch.serialization.allow(cls, ...)" in text
    assert "torch.load(f, unsafe=True)" in text


class Point:
    def __init__(self, x=0):
        self.x = x


def make_point(x):
    return Point(x)


def test_allowed_classes_and_functions(monkeypatch):
    monkeypatch.setattr(torch.serialization, "_allowed", {})
    point = Point(torch.ones(2))
    called = Evil(make_point, 5)
    for protocol in (1, 2, 4):
        data = saved([point, called], pickle_protocol=protocol)
        torch.serialization._allowed.clear()
        with pytest.raises(pickle.UnpicklingError, match="Point.*make_point"):
            loaded(data)
        torch.serialization.allow(Point, make_point)
        a, b = loaded(data)
        assert type(a) is Point and a.x.tolist() == [1, 1] and b.x == 5
    with pytest.raises(TypeError, match="classes and functions, got int"):
        torch.serialization.allow(Point, 1)


def test_changed_source_warns():
    data = saved(Net())
    assert b"self.activation = F.tanh" in data
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        loaded(data)
    changed = data.replace(b"self.activation = F.tanh", b"self.activation = F.relu")
    with pytest.warns(SourceChangeWarning, match="source code of class '.*Net'"):
        loaded(changed)


def test_plain_pickle_and_copies_work_too():
    net = Net()
    for r in (pickle.loads(pickle.dumps(net)), copy.deepcopy(net)):
        assert repr(r) == repr(net)
        assert r.body[0].weight.data.tolist() == net.body[0].weight.data.tolist()
    x = Variable(torch.ones(2), requires_grad=True)
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        r, same = pickle.loads(pickle.dumps([x, x], protocol))
        assert type(r) is Variable and r is same
        assert r.requires_grad and r.data.tolist() == [1, 1]
