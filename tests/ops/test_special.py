"""Operators without a NumPy expression in the table, and special values of the others.

The completeness test asks for a function ``test_<operator>`` for each of the former.
"""

import numpy as np
import pytest

import torchlike as torch
from torchlike import _C
from torchlike.testing import assert_allclose, to_array

MATH_TYPES = ("Byte", "Char", "Short", "Int", "Long", "Float", "Double")
every_type = pytest.mark.parametrize(
    "make", [getattr(torch, n + "Tensor") for n in MATH_TYPES], ids=MATH_TYPES
)
floating = pytest.mark.parametrize(
    "make", [torch.FloatTensor, torch.DoubleTensor], ids=["Float", "Double"]
)


def counted(make, *shape):
    """1, 2, 3, ... as a tensor and as an array."""
    array = np.arange(1, np.prod(shape) + 1).reshape(shape)
    return make(array.tolist()), array


# -------------------------------------------------------------------------------- views


@every_type
def test_view(make):
    t, a = counted(make, 3, 4)
    for shape in [(12,), (2, 6), (2, -1), (-1,), (1, 3, 2, 2)]:
        v = t.view(*shape)
        assert_allclose(v, a.reshape(shape))
        assert v.data_ptr() == t.data_ptr()
    assert t.view(torch.Size([4, 3])).size() == (4, 3)
    with pytest.raises(RuntimeError, match=r"5 x -1.*12"):
        t.view(5, -1)
    with pytest.raises(RuntimeError, match=r"\[7\].*12"):
        t.view(7)
    with pytest.raises(RuntimeError, match="contiguous"):
        t.t().view(12)


@every_type
def test_expand(make):
    t, a = counted(make, 3, 1)
    assert_allclose(t.expand(3, 4), np.broadcast_to(a, (3, 4)))
    assert_allclose(t.expand(2, -1, 4), np.broadcast_to(a, (2, 3, 4)))
    assert t.expand(3, 4).stride() == (1, 0)
    with pytest.raises(RuntimeError, match=r"\(2\).*\(3\).*dimension 0"):
        t.expand(2, 4)


@every_type
def test_permute(make):
    t, a = counted(make, 2, 3, 4)
    assert_allclose(t.permute(2, 0, 1), a.transpose(2, 0, 1))
    assert_allclose(t.permute(-1, 0, -2), a.transpose(2, 0, 1))
    for dims in [(0, 1), (0, 0, 1), (0, 1, 3)]:
        with pytest.raises((RuntimeError, IndexError)):
            t.permute(*dims)


@every_type
def test_unfold(make):
    t, a = counted(make, 7)
    assert_allclose(t.unfold(0, 3, 2), [a[0:3], a[2:5], a[4:7]])
    t, a = counted(make, 2, 5)
    windows = np.stack([a[:, i : i + 2] for i in (0, 2)], 1)
    assert_allclose(t.unfold(1, 2, 2), windows)
    with pytest.raises(RuntimeError, match=r"8.*7|7.*8"):
        counted(make, 7)[0].unfold(0, 8, 1)
    with pytest.raises(RuntimeError, match="0"):
        t.unfold(0, 1, 0)


# ------------------------------------------------------------------ filling and copying


@every_type
def test_fill(make):
    t = make(3, 4)
    assert t.fill_(3) is t
    assert_allclose(t, np.full((3, 4), 3))
    t.t()[1].fill_(5)
    assert t.tolist()[0] == [3, 5, 3, 3]


@every_type
def test_zero(make):
    t, _ = counted(make, 3, 4)
    t.t()[1].zero_()
    assert_allclose(t, [[1, 0, 3, 4], [5, 0, 7, 8], [9, 0, 11, 12]])
    assert make().zero_().dim() == 0


def test_copy():
    from torchlike.autograd import Variable

    v = Variable(torch.zeros(2, 3))
    assert v.copy_(Variable(torch.Tensor([1, 2, 3]))) is v
    assert_allclose(v, [[1, 2, 3], [1, 2, 3]])


# -------------------------------------------------------------------- index and scatter


@every_type
def test_index_add(make):
    t, a = counted(make, 3, 4)
    t.index_add_(0, torch.LongTensor([2, 0, 2]), make([[1] * 4, [2] * 4, [3] * 4]))
    np.add.at(a, [2, 0, 2], [[1] * 4, [2] * 4, [3] * 4])
    assert_allclose(t, a)


@every_type
def test_index_copy(make):
    t, a = counted(make, 3, 4)
    source = make([[7, 8], [9, 10], [11, 12]])
    t.index_copy_(1, torch.LongTensor([3, 0]), source)
    a[:, [3, 0]] = to_array(source)
    assert_allclose(t, a)


@every_type
def test_index_fill(make):
    t, a = counted(make, 3, 4)
    t.index_fill_(-1, torch.LongTensor([1, 3]), 0)
    a[:, [1, 3]] = 0
    assert_allclose(t, a)


@every_type
def test_scatter(make):
    index = torch.LongTensor([[2, 0], [1, 3], [0, 3]])
    t, a = counted(make, 3, 4)
    t.scatter_(1, index, make([[7, 8], [9, 10], [11, 12]]))
    np.put_along_axis(a, to_array(index), [[7, 8], [9, 10], [11, 12]], 1)
    assert_allclose(t, a)
    t.scatter_(1, index, 50)
    np.put_along_axis(a, to_array(index), 50, 1)
    assert_allclose(t, a)


@every_type
def test_scatter_add(make):
    t, a = counted(make, 2, 3)
    index = torch.LongTensor([[0, 0, 1], [1, 0, 0]])
    t.scatter_add_(0, index, make([[1, 2, 3], [4, 5, 6]]))
    for (i, j), row in np.ndenumerate(to_array(index)):
        a[row, j] += [[1, 2, 3], [4, 5, 6]][i][j]
    assert_allclose(t, a)


@pytest.mark.parametrize(
    "call",
    [
        lambda t, i: t.index_select(0, i),
        lambda t, i: t.gather(0, i.view(1, 1)),
        lambda t, i: t.index_fill_(0, i, 1),
        lambda t, i: t.index_add_(0, i, torch.ones(1, 4)),
        lambda t, i: t.index_copy_(0, i, torch.ones(1, 4)),
        lambda t, i: t.scatter_(0, i.view(1, 1), 1),
        lambda t, i: t.scatter_add_(0, i.view(1, 1), torch.ones(1, 1)),
    ],
    ids=[
        "index_select",
        "gather",
        "index_fill_",
        "index_add_",
        "index_copy_",
        "scatter_",
        "scatter_add_",
    ],
)
@pytest.mark.parametrize("index", [3, -1, 2**62, -(2**63)])
def test_index_outside_is_an_error(call, index):
    t, a = counted(torch.FloatTensor, 3, 4)
    with pytest.raises((IndexError, RuntimeError), match=rf"{index}\b"):
        call(t, torch.LongTensor([index]))
    assert_allclose(t, a)


@every_type
def test_masked_fill(make):
    t, a = counted(make, 3, 4)
    t.masked_fill_(t.gt(5), 5)
    assert_allclose(t, np.minimum(a, 5))


@every_type
def test_masked_scatter(make):
    t, a = counted(make, 2, 3)
    mask = torch.ByteTensor([[1, 0, 1], [0, 1, 0]])
    t.masked_scatter_(mask, make([50, 60, 70, 80]))
    assert_allclose(t, [[50, 2, 60], [4, 70, 6]])
    with pytest.raises(RuntimeError, match="2"):
        t.masked_scatter_(mask, make([1, 2]))


@every_type
def test_topk_without_order(make):
    t = make([5, 1, 4, 2, 3])
    values, places = t.topk(3, 0, True, False)
    assert sorted(values) == [3, 4, 5]
    assert [t[i] for i in places] == list(values)


# ------------------------------------------------------------------------------- random


def statistics(name, *arguments, count=40000):
    torch.manual_seed(7)
    t = getattr(torch.DoubleTensor(count), name + "_")(*arguments)
    return to_array(t)


def test_random():
    x = statistics("random", 5)
    assert set(x) == {0, 1, 2, 3, 4}
    assert abs(x.mean() - 2) < 0.05
    assert set(statistics("random", -3, 2)) == {-3, -2, -1, 0, 1}
    t = torch.ByteTensor(10000).random_()
    assert t.min() == 0 and t.max() == 255
    t = torch.CharTensor(10000).random_()
    assert t.min() == 0 and t.max() == 127
    for bad in [(0,), (-5,), (3, 3), (4, 2)]:
        with pytest.raises((ValueError, RuntimeError), match=str(bad[0])):
            torch.zeros(2).random_(*bad)


def test_uniform():
    x = statistics("uniform", -1, 3)
    assert x.min() >= -1 and x.max() < 3
    assert abs(x.mean() - 1) < 0.03 and abs(x.var() - 16 / 12) < 0.03


def test_normal():
    x = statistics("normal", 2, 3)
    assert abs(x.mean() - 2) < 0.06 and abs(x.std() - 3) < 0.05


def test_exponential():
    x = statistics("exponential", 2)
    assert x.min() >= 0
    assert abs(x.mean() - 0.5) < 0.02 and abs(x.std() - 0.5) < 0.02


def test_cauchy():
    x = statistics("cauchy", 1, 2)
    assert abs(np.median(x) - 1) < 0.06
    assert abs(np.percentile(x, 75) - 3) < 0.1


def test_log_normal():
    # 0.3: mean and std are those of the underlying normal distribution
    x = np.log(statistics("log_normal", 1, 0.5))
    assert abs(x.mean() - 1) < 0.02 and abs(x.std() - 0.5) < 0.02


def test_geometric():
    # 0.3 computes log(u) / log(p): trials until the first failure
    x = statistics("geometric", 0.75)
    assert x.min() == 1
    assert abs(x.mean() - 4) < 0.1 and abs(x.std() - 12**0.5) < 0.1


# ------------------------------------------------------------------------------- layers


@floating
def test_dropout(make):
    torch.manual_seed(3)
    x = make(100, 100).fill_(2)
    y, noise = _C.nn.dropout(x, 0.25)
    y, noise = to_array(y), to_array(noise)
    assert set(np.unique(noise)) == {0, make([1 / 0.75])[0]}
    assert_allclose(make(y.tolist()), 2 * noise)
    assert abs((noise == 0).mean() - 0.25) < 0.02
    with pytest.raises((RuntimeError, ValueError), match="1.5"):
        _C.nn.dropout(x, 1.5)


def correlate(x, w, stride, padding, dilation, groups):
    """Convolution by its definition."""
    x = np.pad(x, ((0, 0), (0, 0), (padding[0],) * 2, (padding[1],) * 2))
    (n, c, h, width), (out, _, kh, kw) = x.shape, w.shape
    oh = (h - dilation[0] * (kh - 1) - 1) // stride[0] + 1
    ow = (width - dilation[1] * (kw - 1) - 1) // stride[1] + 1
    y = np.zeros((n, out, oh, ow))
    for o, i, j in np.ndindex(out, oh, ow):
        first = o // (out // groups) * (c // groups)
        rows = i * stride[0] + dilation[0] * np.arange(kh)
        columns = j * stride[1] + dilation[1] * np.arange(kw)
        window = x[:, first : first + c // groups, rows[:, None], columns]
        y[:, o, i, j] = (window * w[o]).sum((1, 2, 3))
    return y


@floating
@pytest.mark.parametrize("groups", [1, 2, 4])
def test_conv2d(make, groups):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2, 4, 6, 5))
    w = rng.normal(size=(8, 4 // groups, 3, 2))
    b = rng.normal(size=8)
    for stride, padding, dilation in [
        ((1, 1), (0, 0), (1, 1)),
        ((2, 1), (1, 0), (1, 2)),
    ]:
        y = _C.nn.conv2d(
            make(x), make(w), make(b), *stride, *padding, *dilation, groups
        )
        expected = correlate(x, w, stride, padding, dilation, groups)
        assert_allclose(y, expected + b.reshape(1, -1, 1, 1), 1e-4, 1e-5)
    y = _C.nn.conv2d(make(x), make(w), None, 1, 1, 0, 0, 1, 1, groups)
    expected = correlate(x, w, (1, 1), (0, 0), (1, 1), groups)
    assert_allclose(y, expected, 1e-4, 1e-5)


@floating
def test_max_pool2d(make):
    rng = np.random.default_rng(0)
    x = rng.permutation(2 * 3 * 5 * 6).reshape(2, 3, 5, 6).astype(float)
    y, places = _C.nn.max_pool2d(make(x), 2, 3, 2, 1)  # kW, kH, dW, dH
    expected = np.empty((2, 3, 3, 3))
    for i, j in np.ndindex(3, 3):
        expected[:, :, i, j] = x[:, :, i : i + 3, 2 * j : 2 * j + 2].max((2, 3))
    assert_allclose(y, expected)
    flat = np.take_along_axis(
        x.reshape(2, 3, -1), to_array(places).reshape(2, 3, -1), 2
    )
    assert_allclose(y, flat.reshape(expected.shape))


@floating
def test_nll_loss(make):
    rng = np.random.default_rng(0)
    x = np.log(rng.dirichlet(np.ones(4), 5))
    target, weight = [1, 3, 0, 3, 2], np.array([0.5, 1, 2, 0.25])
    each = -weight[target] * x[range(5), target]
    t, w = torch.LongTensor(target), make(weight)
    loss = _C.nn.nll_loss(make(x), t, w)
    assert_allclose(loss, each.sum() / weight[target].sum())
    assert_allclose(_C.nn.nll_loss(make(x), t, w, False), each.sum())
    assert_allclose(_C.nn.nll_loss(make(x), t, w, True, -100, False), each)
    kept = each[[0, 2, 4]].sum() / weight[[1, 0, 2]].sum()
    assert_allclose(_C.nn.nll_loss(make(x), t, w, True, 3), kept)
    with pytest.raises((RuntimeError, IndexError), match="7"):
        _C.nn.nll_loss(make(x), torch.LongTensor([1, 2, 7, 0, 0]), w)


@floating
def test_nll_loss2d(make):
    rng = np.random.default_rng(0)
    x = np.log(rng.dirichlet(np.ones(4), (2, 3, 2))).transpose(0, 3, 1, 2)
    target, weight = rng.integers(0, 4, (2, 3, 2)), np.array([0.5, 1, 2, 0.25])
    each = -weight[target] * np.take_along_axis(x, target[:, None], 1)[:, 0]
    t, w = torch.from_numpy(target), make(weight)
    loss = _C.nn.nll_loss2d(make(x), t, w)
    assert_allclose(loss, each.sum() / weight[target].sum(), 1e-5)
    assert_allclose(_C.nn.nll_loss2d(make(x), t, w, False), each.sum(), 1e-5)
    assert_allclose(_C.nn.nll_loss2d(make(x), t, w, True, -100, False), each, 1e-5)


@floating
def test_batch_norm(make):
    rng = np.random.default_rng(0)
    x = rng.normal(2, 3, (4, 3, 5))
    weight, bias = np.array([1, 2, 0.5]), np.array([0, 1, -1])
    mean, var = x.mean((0, 2)), x.var((0, 2))

    def normal(mean, var):
        shape = (1, 3, 1)
        scaled = (x - mean.reshape(shape)) / np.sqrt(var.reshape(shape) + 1e-3)
        return scaled * weight.reshape(shape) + bias.reshape(shape)

    running_mean, running_var = make(3).fill_(1), make(3).fill_(2)
    buffers = running_mean, running_var
    y, saved, inverse = _C.nn.batch_norm(
        make(x), make(weight), make(bias), *buffers, True, 0.25, 1e-3
    )
    assert_allclose(y, normal(mean, var), 1e-4, 1e-5)
    assert_allclose(saved, mean, 1e-4)
    assert_allclose(inverse, 1 / np.sqrt(var + 1e-3), 1e-4)
    assert_allclose(running_mean, 0.75 + 0.25 * mean, 1e-4)
    assert_allclose(running_var, 1.5 + 0.25 * var * 20 / 19, 1e-4)
    y = _C.nn.batch_norm(
        make(x), make(weight), make(bias), *buffers, False, 0.25, 1e-3
    )[0]
    expected = normal(to_array(running_mean), to_array(running_var))
    assert_allclose(y, expected, 1e-4, 1e-5)


# ----------------------------------------------------------------------- special values

VALUES = [0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 1e-30, 1e30, 88.0, -104.0]
VALUES += [np.inf, -np.inf, np.nan, 1e-45, 3e38, 710.0, -745.0]


@floating
@pytest.mark.parametrize("count", [len(VALUES), 4 * len(VALUES) + 3])
def test_special_values_of_pointwise_functions(make, operators, count):
    x = make((VALUES * 5)[:count])
    array = to_array(x)
    names = {"np": np, "self": array.astype(np.float64)}
    for operator in operators.values():
        overload = operator.overloads[0]
        usual = operator.source == "pointwise.toml" and operator.public
        if not usual or overload.arguments or "scipy" in overload.numpy:
            continue
        with np.errstate(all="ignore"):
            # Rounding to the type first shows where results overflow.
            expected = np.asarray(eval(overload.numpy, names)).astype(array.dtype)
        if operator.name in ("sin", "cos", "tan"):  # huge arguments: only finite ones
            usual = ~(np.abs(array) > 1e4) | ~np.isfinite(array)
        else:
            usual = np.ones(count, bool)
        if operator.name == "sign":
            usual &= ~np.isnan(array)  # C's comparisons with NaN give 0
        got = to_array(getattr(torch, operator.name)(x))
        np.testing.assert_allclose(
            got[usual],
            expected[usual],
            1e-6 if make is torch.FloatTensor else 1e-14,
            1e-44 if make is torch.FloatTensor else 1e-322,
            err_msg=operator.name,
        )


@floating
def test_nan_in_comparisons_and_reductions(make):
    nan = float("nan")
    x = make([1, nan, 3])
    assert list(x.eq(x)) == [1, 0, 1]
    assert list(x.ne(x)) == [0, 1, 0]
    assert list(x.lt(2)) == [1, 0, 0]
    assert list(x.ge(nan)) == [0, 0, 0]
    assert not torch.equal(x, x.clone())
    for result in (x.sum(), x.mean(), x.max(), x.min(), x.norm(), x.prod()):
        assert result != result
    for name in ("max", "min"):
        values, places = getattr(x, name)(0)
        assert values[0] != values[0] and places[0] == 1


@pytest.mark.parametrize("make", [torch.FloatTensor, torch.DoubleTensor])
@pytest.mark.parametrize("n", [1, 40])  # by the loop's rest and by whole vectors
def test_nan_in_pairs_and_bounds(make, n):
    """Of two elements the second is taken when they cannot be compared, as in C."""
    x, y = make([float("nan"), 1, 5] * n), make([2, float("nan"), 3] * n)
    assert [repr(v) for v in torch.max(x, y)[-3:]] == ["2.0", "nan", "5.0"]
    assert [repr(v) for v in torch.min(x, y)[-3:]] == ["2.0", "nan", "3.0"]
    assert [repr(v) for v in x.clamp(2, 3)[-3:]] == ["nan", "2.0", "3.0"]
    assert [repr(v) for v in x.clamp(min=2)[-3:]] == ["nan", "2.0", "5.0"]
    assert [repr(v) for v in x.clamp(max=3)[-3:]] == ["nan", "1.0", "3.0"]


@pytest.mark.parametrize("name", ["div", "fmod", "remainder"])
@pytest.mark.parametrize("type_name", ["Byte", "Char", "Short", "Int", "Long"])
def test_integer_division_by_zero_is_an_error(name, type_name):
    make = getattr(torch, type_name + "Tensor")
    t = make([4, 5, 6])
    for divisor in (0, make([1, 0, 2])):
        with pytest.raises((ZeroDivisionError, RuntimeError), match="zero|0"):
            getattr(t, name)(divisor)
        with pytest.raises((ZeroDivisionError, RuntimeError), match="zero|0"):
            getattr(t, name + "_")(divisor)
        assert list(t) == [4, 5, 6]


@pytest.mark.parametrize("name", ["div", "fmod", "remainder"])
@pytest.mark.parametrize(
    "type_name, bits", [("Char", 8), ("Short", 16), ("Int", 32), ("Long", 64)]
)
def test_smallest_integer_divided_by_minus_one(name, type_name, bits):
    low = -(2 ** (bits - 1))
    t = getattr(torch, type_name + "Tensor")([low, 6])
    expected = [low, -6] if name == "div" else [0, 0]  # wraps, as negation does
    assert list(getattr(t, name)(-1)) == expected
    assert list(getattr(t, name)(t.new([-1, -1]))) == expected


def test_integer_division_truncates():
    t = torch.IntTensor([7, -7, 7, -7])
    other = torch.IntTensor([2, 2, -2, -2])
    assert list(t / other) == [3, -3, -3, 3]
    assert list(t / 2) == [3, -3, 3, -3]
    assert list(t % other) == [1, 1, -1, -1]  # Python's sign, as remainder()
    assert list(t.fmod(other)) == [1, -1, 1, -1]


@pytest.mark.parametrize("p", [0, 1, 2, 3, 0.5, float("inf")])
def test_norms(p):
    a = np.random.default_rng(0).normal(size=(5, 7))
    t = torch.DoubleTensor(a)
    flat = np.abs(a).ravel()
    expected = np.linalg.norm(flat, p)
    assert_allclose(torch.DoubleTensor([t.norm(p)]), [expected])
    assert_allclose(t.norm(p, 1), [np.linalg.norm(row, p) for row in a])


# Enough elements for several threads.
def test_large_results_do_not_depend_on_threads(operators):
    rng = np.random.default_rng(0)
    a = torch.FloatTensor(rng.uniform(0.1, 0.9, (301, 333)).astype(np.float32))
    b = torch.FloatTensor(rng.uniform(0.1, 0.9, (301, 333)).astype(np.float32))
    threads = torch.get_num_threads()
    try:
        for operator in operators.values():
            for overload in operator.overloads:
                kinds = [x.kind for x in overload.arguments]
                usual = operator.function and operator.source in (
                    "pointwise.toml",
                    "compare.toml",
                )
                if not usual or kinds not in ([], ["T"], ["S"]):
                    continue
                arguments = [b if k == "T" else 0.5 for k in kinds]
                keywords = {}
                if overload.arguments and overload.arguments[0].keyword_only:
                    keywords = {overload.arguments[0].name: arguments.pop()}
                results = []
                for n in (1, 2, 3):
                    torch.set_num_threads(n)
                    for t in (a, a.t().contiguous().t()):
                        function = getattr(torch, operator.name)
                        results.append(function(t, *arguments, **keywords))
                for result in results[1:]:
                    if isinstance(result, bool):
                        assert result == results[0]
                    else:
                        np.testing.assert_allclose(
                            to_array(result), to_array(results[0]), 2e-6, 1e-6
                        )
    finally:
        torch.set_num_threads(threads)


@floating
def test_multilabel_margin_loss(make):
    x = make([0.1, 0.2, 0.4, 0.8])
    loss, slopes = _C.nn.multilabel_margin_loss(x, torch.LongTensor([3, 0, -1, 1]))
    # the targets 3 and 0 against 1 and 2
    expected = (1 - 0.8 + 0.2) + (1 - 0.8 + 0.4) + (1 - 0.1 + 0.2) + (1 - 0.1 + 0.4)
    assert_allclose(loss, [expected / 4])
    assert_allclose(slopes, [-0.5, 0.5, 0.5, -0.5])


@floating
@pytest.mark.parametrize("p", [1, 2])
def test_multi_margin_loss(make, p):
    x = np.array([[0.1, 0.2, 0.4], [0.8, 0.1, 0.5]])
    target, weight = [2, 1], np.array([1, 0.5, 2])
    others = [[0, 1], [0, 2]]
    each = [
        weight[t] * sum(max(0, 0.4 - row[t] + row[j]) ** p for j in rest) / 3
        for row, t, rest in zip(x, target, others)
    ]
    arguments = torch.LongTensor(target), p, 0.4, make(weight)
    assert_allclose(_C.nn.multi_margin_loss(make(x), *arguments), [sum(each) / 2])
    loss = _C.nn.multi_margin_loss(make(x), *arguments, False)
    assert_allclose(loss, [sum(each)])
    one = _C.nn.multi_margin_loss(make(x[1]), torch.LongTensor([1]), p, 0.4)
    assert_allclose(one, [each[1] / 0.5])
    with pytest.raises(RuntimeError, match="class 3 of 3"):
        _C.nn.multi_margin_loss(make(x), torch.LongTensor([0, 3]))
    with pytest.raises(RuntimeError, match="supported, got 3"):
        _C.nn.multi_margin_loss(make(x), torch.LongTensor([0, 1]), 3)
    with pytest.raises(RuntimeError, match=r"weight .*3 elements not 2"):
        _C.nn.multi_margin_loss(make(x), torch.LongTensor([0, 1]), 1, 1, make([1, 2]))


@floating
@pytest.mark.parametrize("groups", [1, 2])
def test_conv1d(make, groups):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2, 4, 9))
    w = rng.normal(size=(6, 4 // groups, 3))
    b = rng.normal(size=6)
    y = _C.nn.conv1d(make(x), make(w), make(b), 2, 1, 2, groups)
    planes = x[:, :, None], w[:, :, None]
    expected = correlate(*planes, (1, 2), (0, 1), (1, 2), groups)[:, :, 0]
    assert_allclose(y, expected + b.reshape(1, -1, 1), 1e-4, 1e-5)
    with pytest.raises(RuntimeError, match=r"3D weight .*kW\) expected.*\[6 x 2\]"):
        _C.nn.conv1d(make(x), make(w[:, :2, 0]), None)


@floating
def test_conv1d_input(make):
    t, weight = make([[[1, 2]]]), make([[[1, 10, 100]]])
    result = _C.nn.conv1d_input(t, weight, 5, 2, 0, 1, 1)
    assert_allclose(result, [[[1, 10, 102, 20, 200]]])


# ---------------------------------------------------------- layers; more in tests/nn


@floating
def test_max_pool3d(make):
    t, a = counted(make, 1, 1, 2, 2, 4)
    values, places = _C.nn.max_pool3d(t, 2, 2, 2, 2, 2, 2)
    assert_allclose(values, [[[[[14, 16]]]]])
    assert_allclose(places, [[[[[13, 15]]]]])


@floating
def test_adaptive_max_pool3d(make):
    t, a = counted(make, 1, 1, 2, 2, 3)
    values, places = _C.nn.adaptive_max_pool3d(t, 1, 2, 1)
    assert_allclose(values, [[[[[11, 12]]]]])
    assert_allclose(places, [[[[[10, 11]]]]])


@floating
def test_fractional_max_pool2d(make):
    t, a = counted(make, 1, 1, 4, 4)
    samples = make([0.0, 0.5])
    values, places = _C.nn.fractional_max_pool2d(t, 2, 2, 2, 2, samples)
    assert_allclose(values, [[[[6, 8], [14, 16]]]])
    assert_allclose(places, [[[[5, 7], [13, 15]]]])


@floating
def test_max_unpool2d(make):
    t, a = counted(make, 1, 1, 1, 2)
    index = torch.LongTensor([[[[3, 1]]]])
    result = _C.nn.max_unpool2d(t, index, 3, 2)
    assert_allclose(result, [[[[0, 2, 0], [1, 0, 0]]]])


@floating
def test_max_unpool3d(make):
    t, a = counted(make, 1, 1, 1, 1, 2)
    index = torch.LongTensor([[[[[5, 2]]]]])
    result = _C.nn.max_unpool3d(t, index, 2, 1, 3)
    assert_allclose(result, [[[[[0], [0], [2]], [[0], [0], [1]]]]])


@floating
def test_conv2d_relu(make):
    x, weight = make(2, 3, 5, 6).normal_(), make(4, 3, 3, 2).normal_()
    bias, numbers = make([1, -1, 0, 0.5]), (2, 1, 1, 0, 1, 2)
    plain = _C.nn.conv2d(x, weight, bias, *numbers).numpy()
    fused = _C.nn.conv2d_relu(x, weight, bias, *numbers)
    assert (plain < 0).any()
    np.testing.assert_array_equal(fused.numpy(), np.where(plain > 0, plain, 0))


@floating
def test_upsample_trilinear(make):
    t = make([0, 4]).view(1, 1, 1, 1, 2)
    result = _C.nn.upsample_trilinear(t, 1, 2, 5)
    assert_allclose(result, [[[[[0, 1, 2, 3, 4]] * 2]]])


@floating
def test_grid_sample(make):
    t, a = counted(make, 1, 1, 2, 2)
    grid = make([[[[-1, -1], [1, 1], [0, 0], [3, 3]]]])
    assert_allclose(_C.nn.grid_sample(t, grid, 0), [[[[1, 4, 2.5, 0]]]])
    assert_allclose(_C.nn.grid_sample(t, grid, 1), [[[[1, 4, 2.5, 4]]]])


@floating
def test_embedding_renorm(make):
    t = make([[3, 4], [0.3, 0.4], [6, 8]])
    index = torch.LongTensor([0, 1])
    result = _C.nn.embedding_renorm_(t, index, 1, 2)
    assert result is t
    assert_allclose(t, [[0.6, 0.8], [0.3, 0.4], [6, 8]], 1e-5)


@floating
def test_conv2d_input(make):
    t = make([[[[1, 2]]]])
    weight = make([[[[1, 10, 100]]]])
    result = _C.nn.conv2d_input(t, weight, 1, 5, 1, 2, 0, 0, 1, 1, 1)
    assert_allclose(result, [[[[1, 10, 102, 20, 200]]]])


@floating
@pytest.mark.parametrize("groups", [1, 2])
def test_conv3d(make, groups):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2, 4, 4, 5, 6))
    w = rng.normal(size=(6, 4 // groups, 2, 3, 1))
    b = rng.normal(size=6)
    stride, padding, dilation = (2, 1, 3), (1, 0, 2), (1, 2, 1)
    y = _C.nn.conv3d(make(x), make(w), make(b), *stride, *padding, *dilation, groups)
    # the slices of the kernel one by one are convolutions of planes
    deep = np.pad(x, ((0, 0), (0, 0), (1, 1), (0, 0), (0, 0)))
    slices = [
        sum(
            correlate(deep[:, :, t * 2 + k], w[:, :, k], (1, 3), (0, 2), (2, 1), groups)
            for k in range(2)
        )
        for t in range(3)
    ]
    expected = np.stack(slices, 2) + b.reshape(1, -1, 1, 1, 1)
    assert_allclose(y, expected, 1e-4, 1e-5)


@floating
def test_conv3d_input(make):
    t = make([[[[[1]], [[2]]]]])
    weight = make([[[[[1]], [[10]], [[100]]]]])
    result = _C.nn.conv3d_input(
        t, weight, *(5, 1, 1), *(2, 1, 1), *(0, 0, 0), *(1, 1, 1), 1
    )
    assert_allclose(result, [[[[[1]], [[10]], [[102]], [[20]], [[200]]]]])
