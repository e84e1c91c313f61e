"""Random shapes, strides, overlaps and types: NumPy computes what is expected.

Tensors are views of larger storages that hypothesis cuts, turns, expands and folds. The
examples are the same in every run.
"""

import math
import pickle

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings, strategies as st

import torchlike as torch
import torchlike.utils.dlpack
from torchlike.testing import TOLERANCES

settings.register_profile(
    "fixed",
    derandomize=True,
    deadline=None,
    database=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
settings.load_profile("fixed")

INTEGERS = ("Byte", "Char", "Short", "Int", "Long")
FLOATING = ("Float", "Double")
MATH = INTEGERS + FLOATING
sizes = st.one_of(st.integers(1, 4), st.sampled_from([1, 2, 7, 16, 33]))
shapes = st.lists(sizes, min_size=1, max_size=4).filter(lambda s: math.prod(s) < 5000)


def filled(type_name, shape, seed, low=-5, high=6):
    """A contiguous tensor of small integers, which every type computes exactly."""
    rng = np.random.RandomState(seed)
    low = max(low, 0) if type_name == "Byte" else low
    cls = getattr(torch, type_name + "Tensor")
    return cls(rng.randint(low, high, tuple(shape)).astype("float64"))


@st.composite
def views(draw, type_name="Float", shape=None, low=-5, high=6, overlap=True):
    """A tensor of some layout; with `overlap`, elements may share their memory."""
    final = list(shape if shape is not None else draw(shapes))
    rank = len(final)
    order = draw(st.permutations(range(rank)))
    padded, cuts = [], []
    for d in order:
        step = draw(st.integers(1, 3))
        before, after = draw(st.integers(0, 2)), draw(st.integers(0, 2))
        flat = overlap and draw(st.integers(0, 5)) == 0
        padded.append(1 if flat else before + step * final[d] + after)
        cuts.append(None if flat else (before, step))
    assume(math.prod(padded) < 100_000)
    t = filled(type_name, padded, draw(st.integers(0, 1000)), low, high)
    for k, d in enumerate(order):
        if cuts[k] is not None:
            before, step = cuts[k]
            t = t.narrow(k, before, step * final[d])
            t = t[(slice(None),) * k + (slice(None, None, step),)]
    back = [order.index(d) for d in range(rank)]
    t = t.permute(*back).expand(*final)
    if overlap and shape is None and t.size(-1) > 2 and draw(st.integers(0, 3)) == 0:
        t = t.unfold(-1, 2, 1)
    return t


def array(t):
    """A copy of a tensor's elements."""
    return t.numpy().copy() if t.numel() else np.zeros(0, t.numpy().dtype)


def same(result, expected, factor=1):
    """The tensor (or number) has these elements and sizes."""
    if not torch.is_tensor(result):
        result, expected = np.float64(result), np.float64(expected)
        np.testing.assert_allclose(result, expected, 1e-5 * factor, 1e-5 * factor)
        return
    actual = result.numpy()
    assert actual.shape == (expected.shape or (1,))
    rtol, atol = TOLERANCES.get(actual.dtype.name, (0, 0))
    expected = expected.reshape(actual.shape).astype(actual.dtype)
    np.testing.assert_allclose(actual, expected, rtol * factor, atol * factor)


def snapshot(*tensors):
    return [
        (t.size(), t.stride(), t.storage_offset(), t.storage().tolist())
        for t in tensors
    ]


@st.composite
def broadcasting(draw, type_name, count):
    """Views whose shapes broadcast with one another."""
    shape = draw(shapes)
    out = []
    for _ in range(count):
        own = [1 if draw(st.integers(0, 4)) == 0 else n for n in shape]
        dropped = draw(st.integers(0, len(own) - 1)) if draw(st.booleans()) else 0
        out.append(draw(views(type_name, own[dropped:])))
    return out


# --------------------------------------------------------------------------- pointwise


def truncated(a, b):
    return (np.sign(a) * np.sign(b) * (np.abs(a) // np.abs(b))).astype(a.dtype)


BINARY = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
    "max": np.maximum,
    "min": np.minimum,
    "lt": np.less,
    "ge": np.greater_equal,
    "eq": np.equal,
    "ne": np.not_equal,
}


@pytest.mark.parametrize("type_name", MATH)
@pytest.mark.parametrize("name", BINARY)
@given(data=st.data())
@settings(max_examples=25)
def test_two_operands(name, type_name, data):
    a, b = data.draw(broadcasting(type_name, 2))
    x, y = array(a), array(b)
    if name == "div":
        b = b.abs().add(1) if type_name != "Byte" else b.add(1)
        y = array(b)
        expected = truncated(x, y) if type_name in INTEGERS else x / y
        if type_name == "Byte":
            expected = x // y
    else:
        expected = BINARY[name](x, y)
    assume(expected.size < 20_000)
    same(getattr(a, name)(b), np.asarray(expected))


@pytest.mark.parametrize("type_name", ["Byte", "Short", "Long", "Float", "Double"])
@given(data=st.data())
def test_in_place_changes_the_elements_of_the_view_only(type_name, data):
    a = data.draw(views(type_name, overlap=False))
    shape = [1 if data.draw(st.integers(0, 4)) == 0 else n for n in a.size()]
    b = data.draw(views(type_name, shape))
    whole = np.array(a.storage().tolist())
    view = np.lib.stride_tricks.as_strided(
        whole[a.storage_offset() :],
        tuple(a.size()),
        [s * whole.itemsize for s in a.stride()],
    )
    view += array(b)
    assert a.add_(b) is a
    expected = whole.astype(a.numpy().dtype)
    np.testing.assert_array_equal(a.storage().tolist(), expected)


@pytest.mark.parametrize("type_name", ["Char", "Float"])
@given(data=st.data())
def test_operand_is_another_view_of_the_same_elements(type_name, data):
    n = data.draw(st.sampled_from([2, 3, 8, 33]))
    t = filled(type_name, (n, n), data.draw(st.integers(0, 99)))
    x = array(t)
    turned = data.draw(st.booleans())
    other, y = (t.t(), x.T) if turned else (t, x)
    same(t + other, x + y)
    same(torch.mul(t, other, out=torch.FloatTensor().type_as(t)), x * y)
    same(t.clone().add_(t), x + x)
    out = t.clone()
    same(torch.add(out, out, out=out), x + x)


@st.composite
def windows(draw, shape, room):
    """Offset and strides of a window of distinct elements inside `room` elements."""
    order = draw(st.permutations(range(len(shape))))
    strides, step = [0] * len(shape), draw(st.integers(1, 2))
    for d in order:
        strides[d] = step
        step = step * shape[d] + draw(st.integers(0, 3))
    last = sum((n - 1) * k for n, k in zip(shape, strides, strict=True))
    assume(last < room)
    return draw(st.integers(0, room - 1 - last)), strides


@pytest.mark.parametrize("type_name", ["Byte", "Int", "Float", "Double"])
@given(data=st.data())
@settings(max_examples=150)
def test_operands_that_overlap_the_result_are_read_first(type_name, data):
    """As if they were copied before anything is written, which is NumPy's rule too."""
    room = data.draw(st.sampled_from([30, 200, 3000]))
    shape = data.draw(st.lists(st.integers(1, 12), min_size=1, max_size=3))
    whole = filled(type_name, (room,), data.draw(st.integers(0, 99)))
    places = [data.draw(windows(shape, room)) for _ in range(3)]

    def tensors(storage):
        views = [type(whole)() for _ in places]
        for t, (offset, strides) in zip(views, places, strict=True):
            t.set_(storage, offset, shape, strides)
        return views

    def arrays(x):
        strided = np.lib.stride_tricks.as_strided
        return [
            strided(x[offset:], shape, [k * x.itemsize for k in strides])
            for offset, strides in places
        ]

    calls = [
        (lambda a, b, c: a.add_(b), lambda a, b, c: np.add(a, b.copy(), out=a)),
        (lambda a, b, c: a.copy_(b), lambda a, b, c: np.copyto(a, b.copy())),
        (
            lambda a, b, c: torch.mul(b, c, out=a),
            lambda a, b, c: np.copyto(a, b.copy() * c.copy()),
        ),
        (
            lambda a, b, c: a.addcmul_(2, b, c),
            lambda a, b, c: np.copyto(a, a + 2 * b.copy() * c.copy()),
        ),
        (
            lambda a, b, c: torch.cumsum(b, 0, out=a),
            lambda a, b, c: np.copyto(a, b.cumsum(0).astype(a.dtype)),
        ),
    ]
    for ours, theirs in calls:
        t, x = whole.clone(), array(whole)
        ours(*tensors(t.storage()))
        theirs(*arrays(x))
        np.testing.assert_array_equal(t.numpy(), x)


@pytest.mark.parametrize("type_name", FLOATING)
@pytest.mark.parametrize(
    "name, ufunc",
    [("exp", np.exp), ("tanh", np.tanh), ("floor", np.floor), ("abs", np.abs)]
    + [("sin", np.sin), ("sign", np.sign), ("reciprocal", lambda x: 1 / x)],
)
@given(data=st.data())
@settings(max_examples=25)
def test_one_operand(name, ufunc, type_name, data):
    t = data.draw(views(type_name))
    with np.errstate(divide="ignore"):
        same(getattr(t, name)(), ufunc(array(t)))
    out = t.new(3)
    with np.errstate(divide="ignore"):
        same(getattr(torch, name)(t, out=out), ufunc(array(t)))


@pytest.mark.parametrize("type_name", ["Int", "Double"])
@given(data=st.data())
def test_three_operands(type_name, data):
    a, b, c = data.draw(broadcasting(type_name, 3))
    x, y, z = array(a), array(b), array(c)
    shape = np.broadcast_shapes(x.shape, y.shape, z.shape)
    assume(math.prod(shape) < 20_000)
    same(torch.addcmul(a, 2, b, c), x + 2 * y * z)
    low, high = min(1, int(x.max())), max(1, int(x.max()))
    same(a.clamp(low, high), x.clip(low, high))


@pytest.mark.parametrize("target", [*MATH, "Half"])
@pytest.mark.parametrize("source", [*MATH, "Half"])
@given(data=st.data())
@settings(max_examples=10)
def test_conversion(source, target, data):
    name = "Float" if source == "Half" else source
    t = data.draw(views(name, low=0))
    t = t.half() if source == "Half" else t
    cls = getattr(torch, target + "Tensor")
    same(t.type(cls), t.float().numpy())
    destination = cls(*t.size())
    assert destination.copy_(t) is destination
    same(destination, t.float().numpy())


# -------------------------------------------------------------------------- reductions


@pytest.mark.parametrize("type_name", MATH)
@given(data=st.data())
def test_reductions(type_name, data):
    t = data.draw(views(type_name, low=-2, high=3))
    x = array(t)
    exact = x.astype("int64" if type_name in INTEGERS else "float64")
    same(t.sum(), exact.sum())
    assert t.max() == x.max() and t.min() == x.min()
    dim = data.draw(st.integers(-x.ndim, x.ndim - 1))
    keep = data.draw(st.booleans())
    same(t.sum(dim, keep), exact.sum(dim, keepdims=keep).astype(x.dtype))
    same(t.cumsum(dim), exact.cumsum(dim).astype(x.dtype))
    values, places = t.max(dim, keep)
    same(values, x.max(dim, keepdims=keep))
    picked = t.gather(dim, places if keep or x.ndim == 1 else places.unsqueeze(dim))
    same(picked, x.max(dim, keepdims=True))
    if type_name in FLOATING:
        same(t.mean(dim, keep), x.mean(dim, keepdims=keep, dtype="float64"), 4)
        if x.shape[dim] > 1:
            expected = x.astype("float64").std(dim, ddof=1, keepdims=keep)
            same(t.std(dim, keepdim=keep), expected, 10)


@pytest.mark.parametrize("type_name", ["Byte", "Int", "Float", "Double"])
@given(data=st.data())
def test_order_statistics(type_name, data):
    t = data.draw(views(type_name))
    x = array(t)
    dim = data.draw(st.integers(-x.ndim, x.ndim - 1))
    n = x.shape[dim]
    down = data.draw(st.booleans())
    ordered = np.sort(x, dim)
    values, places = t.sort(dim, down)
    same(values, np.flip(ordered, dim) if down else ordered)
    same(t.gather(dim, places), array(values))
    all_places = np.moveaxis(
        np.broadcast_to(np.arange(n), np.moveaxis(x, dim, -1).shape), -1, dim
    )
    np.testing.assert_array_equal(np.sort(places.numpy(), dim), all_places)
    k = data.draw(st.integers(1, n))
    values, places = t.topk(k, dim, down)
    top = np.flip(ordered, dim) if down else ordered
    same(values, np.take(top, range(k), dim))
    same(t.gather(dim, places), array(values))
    values, places = t.kthvalue(k, dim, True)
    same(values, np.take(ordered, [k - 1], dim))
    same(t.gather(dim, places), array(values))
    values, places = t.median(dim, True)
    same(values, np.take(ordered, [(n - 1) // 2], dim))
    same(t.gather(dim, places), array(values))


# ---------------------------------------------------------------------------- products


@pytest.mark.parametrize("type_name", ["Long", "Float", "Double"])
@given(data=st.data())
def test_products(type_name, data):
    n, k, m = (data.draw(sizes) for _ in range(3))
    a, b = data.draw(views(type_name, (n, k))), data.draw(views(type_name, (k, m)))
    v, c = data.draw(views(type_name, (k,))), data.draw(views(type_name, (n, m)))
    u = data.draw(views(type_name, (n,)))
    same(a.mm(b), array(a) @ array(b))
    same(a.mv(v), array(a) @ array(v))
    same(u.ger(v), np.outer(array(u), array(v)))
    same(torch.addmm(2, c, 3, a, b), 2 * array(c) + 3 * array(a) @ array(b))
    target = data.draw(views(type_name, (n, m), overlap=False))
    expected = array(target) + array(a) @ array(b)
    same(target.addmm_(a, b), expected)


# ------------------------------------------------------------------------------- views


@st.composite
def basic_indices(draw, shape):
    """Entries for the first and, behind an Ellipsis, for the last dimensions."""
    first = draw(st.integers(0, len(shape)))
    last = draw(st.integers(0, len(shape) - first))
    entries = [draw(basic_entry(n)) for n in shape[:first]]
    if last or draw(st.booleans()):
        entries.append(Ellipsis)
    entries += [draw(basic_entry(n)) for n in shape[len(shape) - last :]]
    if draw(st.integers(0, 3)) == 0:
        entries.insert(draw(st.integers(0, len(entries))), None)
    return tuple(entries)


@st.composite
def basic_entry(draw, n):
    kind = draw(st.integers(0, 2))
    if kind == 0:
        return draw(st.integers(-n, n - 1))
    if kind == 1:
        return slice(None)
    start = draw(st.integers(-n, n - 1))
    stop = draw(st.one_of(st.none(), st.integers(start % n + 1, n + 2)))
    return slice(start, stop, draw(st.integers(1, 3)))


@pytest.mark.parametrize("type_name", ["Byte", "Float"])
@given(data=st.data())
def test_basic_indexing(type_name, data):
    t = data.draw(views(type_name, overlap=False))
    x = array(t)
    index = data.draw(basic_indices(x.shape))
    expected = x[index]
    result = t[index]
    if isinstance(expected, np.ndarray) and expected.ndim:
        same(result, expected)
        assert result.storage().data_ptr() == t.storage().data_ptr()
        value = data.draw(views(type_name, expected.shape))
        x[index] = array(value)
        t[index] = value
        same(t, x)
    else:
        assert result == expected
    x[index] = 3
    t[index] = 3
    same(t, x)


@pytest.mark.parametrize("type_name", ["Int", "Double"])
@given(data=st.data())
def test_advanced_indexing(type_name, data):
    t = data.draw(views(type_name, overlap=False))
    x = array(t)
    places = data.draw(st.lists(st.integers(0, x.ndim - 1), min_size=1, unique=True))
    shape = data.draw(st.lists(st.integers(1, 3), min_size=1, max_size=2))
    ours, theirs = [], []
    for d, n in enumerate(x.shape):
        if d in places:
            rng = np.random.RandomState(data.draw(st.integers(0, 99)))
            numbers = rng.randint(-n, n, shape)
            theirs.append(numbers)
            form = data.draw(st.integers(0, 2))
            ours.append([torch.LongTensor(numbers), numbers, numbers.tolist()][form])
        else:
            ours.append(slice(None))
            theirs.append(slice(None))
    expected = x[tuple(theirs)]
    assume(expected.size < 50_000)
    same(t[tuple(ours)], expected)
    t[tuple(ours)] = 9
    x[tuple(theirs)] = 9
    same(t, x)
    mask = x > 0
    if mask.any():
        same(t[torch.ByteTensor(mask.astype("uint8"))], x[mask])


@given(data=st.data())
def test_sizes_and_strides(data):
    t = data.draw(views("Short"))
    x = array(t)
    rank = x.ndim
    first = data.draw(st.integers(-rank, rank - 1))
    second = data.draw(st.integers(-rank, rank - 1))
    same(t.transpose(first, second), np.swapaxes(x, first, second))
    same(t.unsqueeze(first), np.expand_dims(x, first))
    same(t.squeeze(), x.squeeze())
    n = x.shape[first]
    size, step = data.draw(st.integers(1, n)), data.draw(st.integers(1, 3))
    windows = np.lib.stride_tricks.sliding_window_view(x, size, first)
    kept = [slice(None)] * windows.ndim
    kept[first % rank] = slice(None, None, step)
    same(t.unfold(first, size, step), windows[tuple(kept)])
    same(t.contiguous().view(-1), x.reshape(-1))
    parts = t.split(size, first % rank)
    same(torch.cat(parts, first), x)
    same(torch.stack([t, t], first), np.stack([x, x], first))
    same(t.repeat(*[2] * rank), np.tile(x, [2] * rank))


@pytest.mark.parametrize("type_name", [*MATH, "Half"])
@given(data=st.data())
@settings(max_examples=20)
def test_interchange_keeps_sizes_strides_and_elements(type_name, data):
    t = data.draw(views("Float" if type_name == "Half" else type_name))
    t = t.type(f"torch.{type_name}Tensor")
    x = t.numpy()
    assert x.strides == tuple(s * t.element_size() for s in t.stride())
    for other in (
        torch.utils.dlpack.from_dlpack(t),
        torch.utils.dlpack.from_dlpack(torch.utils.dlpack.to_dlpack(t)),
        pickle.loads(pickle.dumps(t, 4)),
    ):
        assert other.type() == t.type() and other.size() == t.size()
        np.testing.assert_array_equal(other.numpy(), x)
    np.testing.assert_array_equal(np.from_dlpack(t), x)
    np.testing.assert_array_equal(np.asarray(memoryview(t)), x)
    assert bytes(memoryview(t.contiguous())) == x.tobytes()


# -------------------------------------------------------------- indices and bad indices


@st.composite
def index_cases(draw):
    t = draw(views("Float", overlap=False))
    dim = draw(st.integers(-t.dim(), t.dim() - 1))
    n = t.size(dim)
    count = draw(st.integers(1, 4))
    index = draw(st.lists(st.integers(0, n - 1), min_size=count, max_size=count))
    bad = draw(
        st.one_of(
            st.none(),
            st.sampled_from([-1, n, n + 7, 2**31, 2**40, 2**63 - 1, -(2**63)]),
        )
    )
    if bad is not None:
        index[draw(st.integers(0, count - 1))] = bad
    return t, dim, index, bad


@given(case=index_cases(), data=st.data())
@settings(max_examples=150)
def test_index_operators(case, data):
    t, dim, index, bad = case
    x, places = array(t), torch.LongTensor(index)
    shape = list(x.shape)
    shape[dim] = len(index)
    source = data.draw(views("Float", shape))
    y = array(source)
    rest = [slice(None)] * x.ndim
    add, copied, filled_ = x.copy(), x.copy(), x.copy()
    if bad is None:
        for k, place in enumerate(index):
            target, given_ = list(rest), list(rest)
            target[dim], given_[dim] = place, k
            add[tuple(target)] += y[tuple(given_)]
            copied[tuple(target)] = y[tuple(given_)]
            filled_[tuple(target)] = 7
        same(t.index_select(dim, places), np.take(x, index, dim))
        same(t.clone().index_add_(dim, places, source), add)
        same(t.clone().index_copy_(dim, places, source), copied)
        same(t.clone().index_fill_(dim, places, 7), filled_)
        return
    before = snapshot(t, source, places)
    for call in (
        lambda: t.index_select(dim, places),
        lambda: t.index_add_(dim, places, source),
        lambda: t.index_copy_(dim, places, source),
        lambda: t.index_fill_(dim, places, 7),
    ):
        with pytest.raises((RuntimeError, IndexError)):
            call()
        assert snapshot(t, source, places) == before


@given(case=index_cases(), data=st.data())
@settings(max_examples=150)
def test_gather_scatter_take_put(case, data):
    t, dim, index, bad = case
    x = array(t)
    shape = list(x.shape)
    shape[dim] = len(index)
    column = [1] * x.ndim
    column[dim] = len(index)
    places = torch.LongTensor(index).view(*column).expand(*shape)
    source = data.draw(views("Float", shape))
    flat = torch.LongTensor([0, x.size - 1])
    if bad is None:
        numbers, y = array(places), array(source)
        same(t.gather(dim, places), np.take_along_axis(x, numbers, dim))
        added, written = x.copy(), x.copy()
        for at in np.ndindex(*shape):
            to = list(at)
            to[dim] = numbers[at]
            added[tuple(to)] += y[at]
            written[tuple(to)] = y[at]
        same(t.clone().scatter_add_(dim, places, source), added)
        if len(set(index)) == len(index):
            same(t.clone().scatter_(dim, places, source), written)
        same(t.take(flat), x.reshape(-1)[[0, -1]])
        return
    wrong = bad if abs(bad) > x.size else (x.size if bad > 0 else -x.size - 1)
    outside = torch.LongTensor([0, wrong])
    before = snapshot(t, source, places, outside)
    for call in (
        lambda: t.gather(dim, places),
        lambda: t.scatter_(dim, places, source),
        lambda: t.scatter_(dim, places, 7),
        lambda: t.scatter_add_(dim, places, source),
        lambda: t.take(outside),
        lambda: t.put_(outside, torch.zeros(2)),
        lambda: t.put_(outside, torch.zeros(2), accumulate=True),
        lambda: t[torch.LongTensor([0, wrong])],
        lambda: t.__setitem__(torch.LongTensor([0, wrong]), 1),
    ):
        with pytest.raises((RuntimeError, IndexError)):
            call()
        assert snapshot(t, source, places, outside) == before


extreme = st.sampled_from(
    [-1, 0, 1, 3, 2**31, 2**32, 2**40, 2**61, 2**62, 2**63 - 1, -(2**63), -(2**31)]
)


@given(data=st.data())
@settings(max_examples=200)
def test_impossible_sizes_change_nothing(data):
    t = filled("Float", (2, 3), 1)
    size = data.draw(st.lists(extreme, min_size=1, max_size=4))
    stride = data.draw(st.lists(extreme, min_size=len(size), max_size=len(size)))
    offset = data.draw(extreme)
    # more bytes than a machine has, or a negative size
    bad = min(size) < 0
    if not bad:
        prefix = size[: size.index(0)] if 0 in size else size
        assume(math.prod(prefix) > 2**45)
    # strides of 0 repeat elements, and small ones need less memory
    stride = [s or 1 for s in stride]
    strided = bad or min(stride) < 0 or max(size) > 2**60
    before = snapshot(t)
    for call in (
        lambda: t.resize_(*size),
        lambda: torch.FloatTensor(*size),
        lambda: t.new(*size),
        lambda: torch.zeros(*size),
        lambda: t.set_(t.storage(), 0, size),
        lambda: t.set_(t.storage(), offset, size, stride) if strided else t.view(7),
        lambda: torch.FloatTensor(t.storage(), offset, torch.Size(size)),
        lambda: t.view(*(min(abs(n) or 1, 2**62) for n in size), 7),
        lambda: t.unfold(0, size[0], -1),
    ):
        with pytest.raises((RuntimeError, ValueError, IndexError, OverflowError)):
            call()
        assert snapshot(t) == before


@given(data=st.data())
@settings(max_examples=200)
def test_mismatched_operands_change_nothing(data):
    a = data.draw(views("Float", overlap=False))
    b = data.draw(views("Float", overlap=False))
    try:
        np.broadcast_shapes(tuple(a.size()), tuple(b.size()))
        fits = True
    except ValueError:
        fits = a.numel() == b.numel()
    assume(not fits)
    wide = [a.size(d) + 1 for d in range(a.dim())]
    c, out = torch.ones(*wide), torch.FloatTensor(2, 2).fill_(7)
    index = torch.zeros(*[1] * (a.dim() + 1)).long()
    before = snapshot(a, b, c, out, index)
    for call in (
        lambda: torch.add(a, b, out=out),
        lambda: a.add_(b),
        lambda: a.addcmul_(b, b),
        lambda: torch.lt(a, b, out=out),
        lambda: a.lt_(b),
        lambda: a.copy_(b),
        lambda: a.masked_fill_(b.byte(), 1),
        lambda: a.masked_scatter_(b.byte(), b),
        lambda: a.scatter_(0, index, 1),
        lambda: torch.gather(a, 0, index, out=out),
        lambda: a.index_add_(0, torch.LongTensor([0]), c),
        lambda: a.sum(a.dim()),
        lambda: torch.sum(a, -a.dim() - 1, out=out),
        lambda: torch.cat([a, c], a.dim()),
        lambda: torch.mm(a, b, out=out) if a.dim() != 2 else a.sum(9),
        lambda: a.map_(b, max),
        lambda: torch.topk(a, a.size(-1) + 1, out=(out, torch.LongTensor())),
        lambda: torch.kthvalue(a, 0, out=(out, torch.LongTensor())),
        lambda: a.renorm_(2, a.dim(), 1),
    ):
        with pytest.raises((RuntimeError, ValueError, IndexError)):
            call()
        assert snapshot(a, b, c, out, index) == before
