"""Tensors: constructors, sizes, views, copies, conversions, joining."""

import copy
import gc
import pickle
import weakref

import numpy as np
import pytest

import torchlike as torch
from torchlike.testing import assert_allclose, to_array

TYPES = ("Byte", "Char", "Short", "Int", "Long", "Float", "Double", "Half")
MATH_TYPES = TYPES[:-1]


def named(names):
    classes = [getattr(torch, n + "Tensor") for n in names]
    return pytest.mark.parametrize("make", classes, ids=names)


every_type = named(TYPES)
math_type = named(MATH_TYPES)


@pytest.fixture
def default_type():
    yield torch.set_default_tensor_type
    torch.set_default_tensor_type(torch.FloatTensor)


def counted(*shape, make=torch.FloatTensor):
    return make(np.arange(np.prod(shape)).reshape(shape).tolist())


# ------------------------------------------------------------------------- constructors


@every_type
def test_constructor_without_arguments(make):
    t = make()
    assert t.dim() == 0 and t.numel() == 0 and t.size() == ()
    assert t.tolist() == [] and len(t) == 0 and not t


@every_type
def test_constructor_with_sizes(make):
    for sizes in [(3,), (2, 3), (1, 2, 3, 4), (1,) * 64]:
        for t in (make(*sizes), make(torch.Size(sizes))):
            assert t.size() == sizes
            assert t.type() == f"torch.{make.__name__}"
    assert make(np.int64(2), 3).size() == (2, 3)
    assert make(0).dim() == 0


@every_type
def test_constructor_with_a_sequence(make):
    assert make([[1, 2, 3], [4, 5, 6]]).tolist() == [[1, 2, 3], [4, 5, 6]]
    assert make((1, 2)).tolist() == [1, 2]
    assert make(range(3)).tolist() == [0, 1, 2]
    assert make([(1, 2), (3, 4)]).size() == (2, 2)
    assert make([]).dim() == 0
    assert make(np.array([[1, 2], [3, 4]])).tolist() == [[1, 2], [3, 4]]
    assert make([make([1])[0], np.int64(2), True]).tolist() == [1, 2, 1]


@every_type
def test_constructor_with_a_tensor_shares_elements(make):
    t = make([1, 2, 3])
    u = make(t)
    assert u is not t and u.data_ptr() == t.data_ptr() and u.is_set_to(t)


@every_type
def test_constructor_with_a_storage(make):
    storage = make(6).storage()
    assert make(storage).size() == (6,)
    assert make(storage, 2).size() == (4,)
    t = make(storage, 1, torch.Size([2, 2]))
    assert t.stride() == (2, 1) and t.storage_offset() == 1
    t = make(storage, 0, (2, 3), (1, 2))
    assert t.stride() == (1, 2)
    assert t.data_ptr() == storage.data_ptr()


def test_integer_types_truncate_floats():
    assert torch.LongTensor([1.9, -1.9]).tolist() == [1, -1]


@pytest.mark.parametrize(
    "type_name, low, high",
    [
        ("Byte", 0, 255),
        ("Char", -128, 127),
        ("Short", -(2**15), 2**15 - 1),
        ("Int", -(2**31), 2**31 - 1),
        ("Long", -(2**63), 2**63 - 1),
    ],
)
def test_limits_of_integer_types(type_name, low, high):
    make = getattr(torch, type_name + "Tensor")
    t = make([low, high])
    assert t.tolist() == [low, high] and t[0] == low and t[1] == high
    assert t.min() == low and t.max() == high
    assert (t + 1)[1] == low and (t - 1)[0] == high  # arithmetic wraps


def test_tensor_is_the_default_type(default_type):
    assert torch.Tensor(2).type() == "torch.FloatTensor"
    assert isinstance(torch.ones(1), torch.Tensor)
    default_type("torch.DoubleTensor")
    assert torch.Tensor([1]).type() == "torch.DoubleTensor"
    for t in (torch.zeros(2), torch.randn(2), torch.eye(2), torch.arange(3)):
        assert t.type() == "torch.DoubleTensor"
        assert isinstance(t, torch.Tensor)
    assert not isinstance(torch.FloatTensor(), torch.Tensor)
    default_type(torch.FloatTensor)
    assert torch.ones(1).type() == "torch.FloatTensor"
    for wrong in (torch.LongTensor, "torch.IntTensor", torch.HalfTensor, int, None):
        with pytest.raises(TypeError):
            default_type(wrong)
    with pytest.raises((TypeError, RuntimeError), match="torch.NoTensor"):
        default_type("torch.NoTensor")
    assert torch.ones(1).type() == "torch.FloatTensor"


@every_type
def test_new(make):
    t = make(2, 3)
    assert type(t.new()) is type(t.new(4)) is make
    assert t.new([1, 2]).tolist() == [1, 2]
    assert t.new(torch.Size([4])).size() == (4,)


def test_attributes_weak_references_and_hash():
    t = torch.ones(2)
    t.label = "x"
    assert t.label == "x" and t.__dict__ == {"label": "x"}
    reference = weakref.ref(t)
    assert len({t, t, torch.ones(2)}) == 2
    del t
    gc.collect()
    assert reference() is None


def test_subclass():
    class Mine(torch.FloatTensor):
        extra = 3

    t = Mine(2, 3).fill_(1)
    assert isinstance(t, torch.FloatTensor) and t.extra == 3
    assert torch.is_tensor(t) and (t + t).sum() == 12


# -------------------------------------------------------------------------------- sizes


def test_size():
    s = torch.ones(2, 3, 4).size()
    assert isinstance(s, torch.Size) and isinstance(s, tuple)
    assert s == (2, 3, 4) and s[1] == 3 and s[-1] == 4 and len(s) == 3
    assert isinstance(s[1:], torch.Size) and s[1:] == (3, 4)
    assert isinstance(s + (5,), torch.Size) and s + (5,) == (2, 3, 4, 5)
    assert repr(s) == str(s) == "torch.Size([2, 3, 4])"
    assert s.numel() == 24 and torch.Size([]).numel() == 1
    assert hash(s) == hash((2, 3, 4))
    assert pickle.loads(pickle.dumps(s)) == s
    assert torch.ones(2, 3).shape == (2, 3)


def test_sizes_of_a_tensor():
    t = torch.ones(2, 3, 4)
    assert t.size(0) == 2 and t.size(-1) == 4
    assert t.stride() == (12, 4, 1) and t.stride(0) == 12 and t.stride(-1) == 1
    assert t.dim() == t.ndimension() == 3
    assert t.numel() == t.nelement() == 24
    assert t.element_size() == 4 and torch.DoubleTensor().element_size() == 8
    assert t.is_contiguous() and not t.transpose(0, 1).is_contiguous()
    assert t.is_same_size(torch.zeros(2, 3, 4)) and not t.is_same_size(t[0])
    for dim in (3, -4, 2**31):
        with pytest.raises((IndexError, RuntimeError), match=str(dim)):
            t.size(dim)


def test_wrong_dimension_names_the_range():
    with pytest.raises((IndexError, RuntimeError), match=r"\[-2, 1\].*2"):
        torch.ones(2, 3).size(2)
    with pytest.raises((IndexError, RuntimeError), match=r"\[-2, 1\].*-3"):
        torch.ones(2, 3).sum(-3)


# -------------------------------------------------------------------------------- views


@every_type
def test_views_share_elements(make):
    t = counted(4, 6, make=make)
    a = to_array(t)
    views = [
        (t.t(), a.T),
        (t.transpose(0, 1), a.T),
        (t.select(0, 1), a[1]),
        (t.select(1, -1), a[:, -1]),
        (t.narrow(1, 2, 3), a[:, 2:5]),
        (t.view(3, 8), a.reshape(3, 8)),
        (t.unsqueeze(1), a[:, None]),
        (t.unsqueeze(-1), a[:, :, None]),
        (t.unsqueeze(1).squeeze(1), a),
        (t[1:3, ::2], a[1:3, ::2]),
        (t.expand(2, 4, 6), np.broadcast_to(a, (2, 4, 6))),
        (t.unfold(1, 2, 2), a.reshape(4, 3, 2)),
    ]
    for view, array in views:
        assert_allclose(view, array)
        assert view.storage().data_ptr() == t.storage().data_ptr()
    t[1, 2] = 99
    for view, array in views:
        assert_allclose(view, array)


def test_views_keep_the_storage_alive():
    view = torch.ones(1000, 1000)[500]
    gc.collect()
    others = [torch.zeros(1000, 1000) for _ in range(3)]
    assert view.sum() == 1000 and others[0].sum() == 0


def test_squeeze():
    t = torch.ones(1, 2, 1, 3)
    assert t.squeeze().size() == (2, 3)
    assert t.squeeze(0).size() == (2, 1, 3) and t.squeeze(1).size() == t.size()
    assert t.squeeze(-2).size() == (1, 2, 3)
    assert torch.ones(1, 1).squeeze().size() == (1,)  # no tensors without dimensions
    assert t.squeeze_() is t and t.size() == (2, 3)
    assert t.unsqueeze_(0) is t and t.size() == (1, 2, 3)


def test_select_and_narrow_outside():
    t = torch.ones(2, 3)
    with pytest.raises((IndexError, RuntimeError), match=r"2.*|.*2"):
        t.select(0, 2)
    with pytest.raises((IndexError, RuntimeError), match=r"2.*2.*3|3"):
        t.narrow(1, 2, 2)
    for start, length in [(-1, 1), (0, 0), (0, 4), (2**62, 2**62), (1, -1)]:
        with pytest.raises((IndexError, RuntimeError, ValueError)):
            t.narrow(1, start, length)
    assert t.size() == (2, 3)


@every_type
def test_resize(make):
    t = counted(2, 3, make=make)
    assert t.resize_(3, 2) is t and t.tolist() == [[0, 1], [2, 3], [4, 5]]
    assert t.resize_(torch.Size([2])).tolist() == [0, 1]
    t.resize_(4, 4)
    assert t.view(-1)[:6].tolist() == [0, 1, 2, 3, 4, 5]
    assert t.resize_as_(make(1, 5)).size() == (1, 5)
    assert t.resize_(0).dim() == 0


def test_resize_of_a_view_grows_the_shared_storage():
    t = counted(4)
    view = t[2:]
    view.resize_(10)
    assert len(t.storage()) == 12
    assert t.tolist() == [0, 1, 2, 3] and view[:2].tolist() == [2, 3]


@every_type
def test_set(make):
    a, b = counted(4, make=make), make()
    assert b.set_(a) is b and b.is_set_to(a)
    b.set_(a.storage(), 1, torch.Size([3]))
    assert b.tolist() == [1, 2, 3]
    b.set_(a.storage(), 0, (2, 2), (1, 2))
    assert b.tolist() == [[0, 2], [1, 3]]
    assert b.set_(a.storage()).tolist() == [0, 1, 2, 3]
    assert b.set_().dim() == 0


# ------------------------------------------------------------------ copies, conversions


@pytest.mark.parametrize("source", TYPES)
@pytest.mark.parametrize("target", TYPES)
def test_copy_between_types(source, target):
    make, other = getattr(torch, target + "Tensor"), getattr(torch, source + "Tensor")
    values = [[0, 1, 2], [3, 100, 127]]
    for s in (other(values), other(values).t().contiguous().t()):
        t = make(2, 3)
        assert t.copy_(s) is t and t.tolist() == values
        t = make(3, 2)
        t.t().copy_(s)
        assert t.t().tolist() == values
        assert s.type(make).tolist() == values
        assert s.type(f"torch.{target}Tensor").type() == f"torch.{target}Tensor"
        assert s.type_as(t).type() == t.type()


def test_conversion_truncates_and_wraps():
    t = torch.DoubleTensor([1.9, -1.9, 300])
    assert t.int().tolist() == [1, -1, 300]
    assert torch.IntTensor([300, -1]).byte().tolist() == [44, 255]
    assert torch.LongTensor([2**40 + 5]).int().tolist() == [5]
    assert torch.DoubleTensor([1e300]).float()[0] == float("inf")
    assert torch.FloatTensor([65536, 1e-8]).half().float().tolist() == [float("inf"), 0]


def test_half_rounds_to_even():
    values = [2049, 2051, 1 / 3, 65504, 65519, 6e-8]
    expected = np.array(values, np.float32).astype(np.float16)
    got = torch.FloatTensor(values).half().float()
    np.testing.assert_array_equal(to_array(got), expected.astype(np.float32))


def test_conversion_methods():
    t = torch.FloatTensor([1, 2])
    for name in TYPES:
        assert getattr(t, name.lower())().type() == f"torch.{name}Tensor"
    assert t.float() is t and t.type(torch.FloatTensor) is t and t.cpu() is t
    assert t.type() == "torch.FloatTensor"
    with pytest.raises(AssertionError, match="CUDA"):
        t.cuda()
    with pytest.raises(RuntimeError, match="torch.StrangeTensor"):
        t.type("torch.StrangeTensor")


def test_copy_broadcasts():
    t = torch.zeros(2, 3)
    assert t.copy_(torch.Tensor([1, 2, 3])).tolist() == [[1, 2, 3], [1, 2, 3]]
    assert t.copy_(torch.Tensor([[4], [5]])).tolist() == [[4, 4, 4], [5, 5, 5]]
    assert t.copy_(counted(3, 2)).tolist() == [[0, 1, 2], [3, 4, 5]]  # same count
    with pytest.raises(RuntimeError, match=r"2"):
        t.copy_(torch.ones(2))
    with pytest.raises(TypeError, match="list"):
        t.copy_([1, 2, 3])


def test_copy_onto_itself():
    t = counted(3, 3)
    t.copy_(t)
    assert t.tolist() == [[0, 1, 2], [3, 4, 5], [6, 7, 8]]


@every_type
def test_clone_and_contiguous(make):
    t = counted(2, 3, make=make)
    c = t.clone()
    assert c.tolist() == t.tolist() and c.data_ptr() != t.data_ptr()
    assert t.contiguous() is t
    c = t.t().contiguous()
    assert c.is_contiguous() and c.tolist() == t.t().tolist()


# ----------------------------------------------------------------- copying and pickling


@every_type
def test_copy_and_deepcopy(make):
    t = counted(2, 3, make=make)
    shallow = copy.copy(t)
    assert shallow is not t and shallow.data_ptr() == t.data_ptr()
    deep = copy.deepcopy(t)
    assert deep.tolist() == t.tolist() and deep.data_ptr() != t.data_ptr()
    assert type(deep) is make


def test_deepcopy_keeps_sharing():
    t = counted(2, 3)
    a, b, c = copy.deepcopy([t, t[1], t])
    assert a is c and a.data_ptr() != t.data_ptr()
    a[1, 0] = 50
    assert b[0] == 50 and t[1, 0] == 3


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@every_type
def test_pickle(make, protocol):
    for t in (counted(2, 3, make=make), counted(2, 3, make=make).t(), make()):
        u = pickle.loads(pickle.dumps(t, protocol))
        assert type(u) is make and u.size() == t.size() and u.stride() == t.stride()
        assert u.tolist() == t.tolist()


# ----------------------------------------------------------------- values and operators


@every_type
def test_values(make):
    t = counted(2, 3, make=make)
    assert t.tolist() == [[0, 1, 2], [3, 4, 5]]
    assert [row.tolist() for row in t] == t.tolist()
    assert len(t) == 2
    one = make([3])
    assert float(one) == 3 and int(one) == 3 and one.item() == 3
    with pytest.raises(ValueError, match="6"):
        float(t)
    with pytest.raises(RuntimeError, match="ambiguous"):
        bool(t)


@math_type
def test_contains(make):
    assert 2 in make([1, 2]) and 3 not in make([1, 2])


@math_type
def test_operators(make):
    a, b = make([7, 8, 9]), make([2, 3, 4])
    assert (a + b).tolist() == [9, 11, 13] and (1 + a).tolist() == [8, 9, 10]
    assert (a - b).tolist() == [5, 5, 5] and (9 - a).tolist() == [2, 1, 0]
    assert (a * 2).tolist() == (2 * a).tolist() == [14, 16, 18]
    assert (a % b).tolist() == [1, 2, 1] and (b**2).tolist() == [4, 9, 16]
    assert (a > 7).tolist() == [0, 1, 1] and (a <= b).tolist() == [0, 0, 0]
    assert (a == a).tolist() == [1, 1, 1] and (a != 8).tolist() == [1, 0, 1]
    m = make([[1, 2], [3, 4]])
    assert (m @ m).tolist() == [[7, 10], [15, 22]]
    c = a
    c += 1
    c *= b
    c -= make([1])
    assert c is a and a.tolist() == [15, 26, 39]


@named(("Short", "Int", "Long", "Float", "Double"))
def test_negation(make):
    assert (-make([1, -2])).tolist() == [-1, 2]
    assert abs(make([1, -2])).tolist() == [1, 2]


def test_broadcasting():
    a, b = counted(3, 1), counted(4)
    assert (a + b).size() == (3, 4)
    assert_allclose(a * b, to_array(a) * to_array(b))
    assert torch.ones(2, 1, 4).add(torch.ones(3, 1)).size() == (2, 3, 4)
    with pytest.raises(RuntimeError, match=r"\(3\).*\(2\).*dimension 1"):
        torch.ones(2, 3) + torch.ones(2, 2)
    with pytest.raises(RuntimeError, match=r"\(1\).*\(4\).*dimension 1"):
        a.add_(b)  # in place, self does not grow
    assert a.size() == (3, 1)


def test_aliasing_arguments():
    t = counted(3, 3)
    a = to_array(t).copy()
    torch.add(t, t.t(), out=t)
    assert_allclose(t, a + a.T)
    t = counted(3, 3)
    torch.mm(t, t, out=t)
    assert_allclose(t, a @ a)
    t = counted(5)
    t[1:].add_(t[:-1])  # overlapping: as if the argument were read first
    assert t.numel() == 5


# ------------------------------------------------------------------- creation functions


def test_creation_functions():
    assert torch.zeros(2, 3).tolist() == [[0] * 3] * 2
    assert torch.ones((2, 3)).tolist() == torch.ones([2, 3]).tolist() == [[1] * 3] * 2
    assert torch.zeros(torch.Size([2])).tolist() == [0, 0]
    assert torch.eye(2, 3).tolist() == [[1, 0, 0], [0, 1, 0]]
    assert torch.eye(2).tolist() == [[1, 0], [0, 1]]
    assert torch.linspace(0, 1, 5).tolist() == [0, 0.25, 0.5, 0.75, 1]
    assert torch.linspace(0, 1).numel() == 100
    assert torch.linspace(3, 3, 1).tolist() == [3]
    assert_allclose(torch.logspace(-1, 1, 3), [0.1, 1, 10])
    assert torch.arange(3).tolist() == [0, 1, 2]
    assert torch.arange(1, 2, 0.5).tolist() == [1, 1.5]
    assert torch.arange(3, 0, -1).tolist() == [3, 2, 1]
    assert torch.range(1, 3).tolist() == [1, 2, 3]
    assert torch.range(0, 1, 0.25).tolist() == [0, 0.25, 0.5, 0.75, 1]
    like = torch.zeros_like(torch.LongTensor([[1, 2]]))
    assert like.tolist() == [[0, 0]] and like.type() == "torch.LongTensor"
    assert torch.ones_like(torch.DoubleTensor(2)).tolist() == [1, 1]


def test_creation_with_out():
    out = torch.DoubleTensor(7)
    assert torch.zeros(2, 2, out=out) is out and out.tolist() == [[0, 0], [0, 0]]
    assert torch.ones(3, out=out).tolist() == [1, 1, 1]
    assert torch.arange(0, 3, out=out).tolist() == [0, 1, 2]
    long = torch.LongTensor()
    assert torch.arange(0, 5, out=long).tolist() == [0, 1, 2, 3, 4]
    assert torch.range(0, 5, 2, out=long).tolist() == [0, 2, 4]
    assert torch.linspace(0, 1, 3, out=out).tolist() == [0, 0.5, 1]
    assert torch.eye(2, out=out).tolist() == [[1, 0], [0, 1]]


@pytest.mark.parametrize(
    "call",
    [
        lambda: torch.zeros(-1),
        lambda: torch.ones(2, -3),
        lambda: torch.eye(0),
        lambda: torch.eye(-1),
        lambda: torch.linspace(0, 1, 0),
        lambda: torch.linspace(0, 1, 1),
        lambda: torch.linspace(0, 1, -2),
        lambda: torch.arange(0, 5, 0),
        lambda: torch.arange(5, 0),
        lambda: torch.arange(0, float("inf")),
        lambda: torch.arange(0, float("nan")),
        lambda: torch.arange(0, 1, 1e-30),
        lambda: torch.range(1, 0),
        lambda: torch.randperm(-1),
        lambda: torch.zeros(2**62, 2**62),
        lambda: torch.zeros(2**60),
        lambda: torch.zeros(1 << 70),
        lambda: torch.zeros("a"),
        lambda: torch.zeros(1.5),
        lambda: torch.zeros(*[1] * 65),
        lambda: torch.zeros(2, device=1),
        lambda: torch.zeros(2, out=[1]),
    ],
)
def test_bad_sizes(call):
    with pytest.raises((RuntimeError, ValueError, TypeError, OverflowError)):
        call()


def test_out_of_memory_tells_the_bytes():
    with pytest.raises(torch.OutOfMemoryError) as caught:
        torch.zeros(2**50)
    assert isinstance(caught.value, MemoryError)
    assert isinstance(caught.value, RuntimeError)
    assert caught.value.bytes == 2**52 and str(2**52) in str(caught.value)


# ------------------------------------------------------------------ joining and cutting


@math_type
def test_cat(make):
    a, b = counted(2, 3, make=make), counted(4, 3, make=make)
    assert_allclose(torch.cat([a, b]), np.concatenate([to_array(a), to_array(b)]))
    assert_allclose(torch.cat((a, a.t().contiguous().t()), 1), np.tile(to_array(a), 2))
    assert torch.cat([a, a], -1).size() == (2, 6)
    assert torch.cat([make(), a, make()]).tolist() == a.tolist()
    out = make()
    assert torch.cat([a, a], out=out) is out and out.size() == (4, 3)
    assert torch.cat([a]).tolist() == a.tolist()


def test_cat_errors():
    a = torch.ones(2, 3)
    with pytest.raises(RuntimeError, match=r"2 x 3.*2 x 4|3.*4"):
        torch.cat([a, torch.ones(2, 4)])
    with pytest.raises(RuntimeError):
        torch.cat([a, torch.ones(3)])
    with pytest.raises((RuntimeError, ValueError)):
        torch.cat([])
    with pytest.raises(TypeError, match="DoubleTensor"):
        torch.cat([a, a.double()])
    with pytest.raises(TypeError, match="int"):
        torch.cat([a, 1])
    with pytest.raises((IndexError, RuntimeError), match="2"):
        torch.cat([a, a], 2)


@math_type
def test_stack(make):
    a = counted(2, 3, make=make)
    for dim in (0, 1, 2, -1):
        assert_allclose(torch.stack([a, a, a], dim), np.stack([to_array(a)] * 3, dim))
    with pytest.raises((IndexError, RuntimeError), match="3"):
        torch.stack([a, a], 3)
    with pytest.raises((ValueError, RuntimeError)):
        torch.stack([])


def test_split_and_chunk():
    t = counted(5, 3)
    assert [p.tolist() for p in torch.split(t, 2)] == [
        t[:2].tolist(),
        t[2:4].tolist(),
        t[4:].tolist(),
    ]
    assert [p.size(1) for p in torch.split(t, 2, 1)] == [2, 1]
    assert [p.size(0) for p in torch.chunk(t, 2)] == [3, 2]
    assert [p.size(0) for p in torch.chunk(t, 4)] == [2, 2, 1]
    assert [p.size(1) for p in torch.chunk(t, 3, -1)] == [1, 1, 1]
    assert torch.split(t, 2)[0].data_ptr() == t.data_ptr()
    for bad in (0, -1):
        with pytest.raises(ValueError, match=str(bad)):
            torch.split(t, bad)
        with pytest.raises(ValueError, match=str(bad)):
            torch.chunk(t, bad)


MATMUL = [((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 2)), ((2, 3), (3, 4))]
MATMUL += [((5, 2, 3), (3,)), ((5, 2, 3), (3, 4)), ((3,), (5, 3, 2))]
MATMUL += [((2, 3), (5, 3, 4)), ((5, 2, 3), (5, 3, 4)), ((6, 1, 2, 3), (5, 3, 4))]


@pytest.mark.parametrize("left, right", MATMUL)
def test_matmul(left, right):
    a = torch.DoubleTensor(np.random.default_rng(0).normal(size=left))
    b = torch.DoubleTensor(np.random.default_rng(1).normal(size=right))
    expected = np.matmul(to_array(a), to_array(b))
    assert_allclose(torch.matmul(a, b), expected, 1e-11)
    assert_allclose(a @ b, expected, 1e-11)
    if np.ndim(expected):
        out = torch.DoubleTensor()
        assert torch.matmul(a, b, out=out) is out
        assert_allclose(out, expected)


def test_matmul_errors():
    with pytest.raises(RuntimeError, match=r"2 x 3.*2 x 3|3.*2"):
        torch.ones(2, 3) @ torch.ones(2, 3)
    with pytest.raises(RuntimeError, match=r"4.*5|5.*4"):
        torch.matmul(torch.ones(4, 2, 3), torch.ones(5, 3, 2))
    with pytest.raises(RuntimeError):
        torch.matmul(torch.Tensor(), torch.ones(2))


# ---------------------------------------------------------------------------- questions


def test_questions():
    assert torch.is_tensor(torch.ones(1)) and not torch.is_tensor([1])
    assert not torch.is_tensor(torch.autograd.Variable(torch.ones(1)))
    assert torch.is_storage(torch.FloatStorage(1)) and not torch.is_storage(3)
    assert torch.typename(torch.ones(1)) == "torch.FloatTensor"
    assert torch.ones(1).is_cuda is False and torch.ones(1).is_sparse is False
    assert not torch.ones(1).is_pinned() and not torch.ones(1).is_shared()


def test_byte_tensor_any_and_all():
    t = torch.ByteTensor([[0, 1], [1, 1]])
    assert t.any() and not t.all()
    assert t.all(1).view(-1).tolist() == [0, 1]
    assert not torch.ByteTensor([0, 0]).any() and torch.ByteTensor([1, 2]).all()


@every_type
def test_printing_smoke(make):
    for t in (make(), make([1]), counted(3, 2, make=make), counted(2, 2, 2, make=make)):
        assert make.__name__ in repr(t) and str(t) == repr(t)
    big = make(2000, 30)
    assert len(repr(big if make is torch.HalfTensor else big.zero_())) < 20000


def test_integer_tensors_lack_floating_operators():
    for name in ("sqrt", "exp", "mean", "std", "uniform_x"):
        assert not hasattr(torch.IntTensor, name)
    with pytest.raises(AttributeError):
        torch.IntTensor([1]).sqrt()
    with pytest.raises((TypeError, AttributeError), match="sqrt"):
        torch.sqrt(torch.IntTensor([1]))
