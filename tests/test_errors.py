"""Wrong calls: which exception, what it says, and that nothing changes."""

import copy
import pickle

import pytest

import torchlike as torch
from torchlike import _C
from torchlike.autograd import Variable


def raises_unchanged(error, text, call, *tensors):
    """The call raises an exception that matches, and the tensors stay as they were."""
    before = [copy.deepcopy(t) for t in tensors]
    pointers = [t.data_ptr() for t in tensors]
    with pytest.raises(error, match=text):
        call(*tensors)
    for t, old, pointer in zip(tensors, before, pointers):
        assert t.size() == old.size() and t.stride() == old.stride()
        assert t.data_ptr() == pointer and t.tolist() == old.tolist()


@pytest.mark.parametrize(
    "call, error",
    [
        (lambda x: x.gather(1, torch.LongTensor([[3], [0]])), torch.OutOfRangeError),
        (lambda x: x.transpose(0, 5), torch.OutOfRangeError),
        (lambda x: torch.set_num_threads(0), torch.BadValueError),
        (
            lambda x: torch.FloatStorage.from_file("/no/such/file", False, 1),
            torch.FileError,
        ),
    ],
)
def test_errors_of_the_library_are_runtime_errors_too(call, error):
    """0.3 raised RuntimeError for all of them, and programs of its time catch that."""
    with pytest.raises(RuntimeError) as caught:
        call(torch.zeros(2, 3))
    assert type(caught.value) is error
    copied = pickle.loads(pickle.dumps(caught.value))
    assert type(copied) is error and str(copied) == str(caught.value)


A, B, V = (2, 3), (4, 5), (7,)


@pytest.mark.parametrize(
    "name, shapes, text",
    [
        ("add", (A, B), r"\(3\).*\(5\).*dimension 1"),
        ("mul", (A, V), r"\(3\).*\(7\).*dimension 1"),
        ("lt", (A, B), r"\(3\).*\(5\)"),
        ("atan2", (A, B), r"\(3\).*\(5\)"),
        ("addcmul", (A, B, B), r"3.*5|5.*3"),
        ("addcdiv", (A, A, B), r"3.*5|5.*3"),
        ("mm", (A, B), r"2 x 3.*4 x 5"),
        ("mm", (A, V), r"2D tensor.*1D|1D|\[7\]"),
        ("mv", (A, V), r"2 x 3.*7"),
        ("ger", (A, V), r"2 x 3|2D|1D"),
        ("bmm", (A, B), r"3D|2D|2 x 3"),
        ("bmm", ((2, 3, 4), (2, 5, 4)), r"2 x 3 x 4.*2 x 5 x 4|4.*5"),
        ("bmm", ((2, 3, 4), (3, 4, 5)), r"2.*3"),
        ("addmm", (A, B, A), r"4 x 5.*2 x 3"),
        ("addmm", ((9, 9), A, (3, 4)), r"9|2 x 4"),
        ("addmv", (V, A, V), r"2 x 3.*7"),
        ("addr", (A, V, V), r"2 x 3|7 x 7|7"),
        ("baddbmm", ((2, 3, 3), (2, 3, 4), (2, 5, 3)), r"4.*5"),
        ("dot", (V, (3,)), r"7.*3"),
        ("dist", (A, B), r"3.*5|2 x 3.*4 x 5"),
        ("lerp", (A, B, 0.5), r"3.*5"),
    ],
    ids=str,
)
@pytest.mark.parametrize("form", ["method", "out", "in place"])
def test_sizes_that_do_not_fit(name, shapes, text, form):
    tensors = [torch.ones(*s) if isinstance(s, tuple) else s for s in shapes]
    numbers = [t for t in tensors if not torch.is_tensor(t)]
    tensors = [t for t in tensors if torch.is_tensor(t)]
    if form == "in place":
        if not hasattr(torch.FloatTensor, name + "_"):
            return
        raises_unchanged(
            RuntimeError,
            None,
            lambda t, *r: getattr(t, name + "_")(*r, *numbers),
            *tensors,
        )
    elif form == "out":
        out = torch.FloatTensor([5])
        if name in ("dot", "dist"):
            return
        function = getattr(torch, name)
        if name == "lt":
            out = out.byte()
        raises_unchanged(
            RuntimeError,
            text,
            lambda *ts: function(*ts[:-1], *numbers, out=ts[-1]),
            *tensors,
            out,
        )
    else:
        raises_unchanged(
            RuntimeError, text, lambda t, *r: getattr(t, name)(*r, *numbers), *tensors
        )


@pytest.mark.parametrize(
    "call, text",
    [
        (lambda t: t.sum(2), r"\[-2, 1\].*2"),
        (lambda t: t.max(-3), r"\[-2, 1\].*-3"),
        (lambda t: t.cumsum(2), "2"),
        (lambda t: t.sort(5), "5"),
        (lambda t: t.topk(9), r"9.*3|9"),
        (lambda t: t.topk(-1), "-1"),
        (lambda t: t.topk(1, 7), "7"),
        (lambda t: t.transpose(0, 2), "2"),
        (lambda t: t.unsqueeze(4), "4"),
        (lambda t: t.squeeze(2), "2"),
        (lambda t: t.select(0, 5), "5"),
        (lambda t: t.narrow(0, 1, 5), r"5|6"),
        (lambda t: t.index_select(3, torch.LongTensor([0])), "3"),
        (
            lambda t: t.index_select(0, torch.LongTensor([[0]])),
            r"1 x 1|2D|dimension|vector",
        ),
        (lambda t: t.gather(0, torch.LongTensor([0])), r"2|1"),
        (lambda t: t.gather(1, torch.LongTensor([[0], [0], [0]])), r"3.*2|2.*3|3 x 1"),
        (lambda t: t.view(4, 2), r"4 x 2.*6"),
        (lambda t: t.view(-1, -1), "-1"),
        (lambda t: t.view(0, -1), "0"),
        (lambda t: t.view(-2, 3), "-2"),
        (lambda t: t.expand(3, 3), r"\(3\).*\(2\)"),
        (
            lambda t: torch.ones(1, 3, 1).add_(torch.ones(3, 1, 7)),
            r"\(1\) must match the existing size \(7\) at non-singleton dimension 2",
        ),
        (lambda t: t.expand(3), r"3|2"),
        (lambda t: t.expand(-1, 2, 3), "-1"),
        (lambda t: t.permute(0), r"1|2"),
        (lambda t: t.permute(0, 2), "2"),
        (lambda t: t.permute(0, 0), "0|repeated"),
        (lambda t: t.unsqueeze(2).t(), "3"),
        (lambda t: t.masked_select(torch.ByteTensor([1])[0:1].expand(5)), r"5|3"),
        (lambda t: t.unfold(0, 3, 1), r"3.*2|2.*3"),
        (lambda t: t.unfold(0, 1, -1), "-1"),
        (lambda t: t.diag(9), "9"),
        (lambda t: t.unsqueeze(0).trace(), r"3|1 x 2 x 3"),
        (lambda t: t.unsqueeze(0).tril(), r"3|1 x 2 x 3"),
        (lambda t: t.resize_(-1), "-1"),
        (lambda t: t.resize_(2**62, 4), ""),
        (lambda t: t.set_(t.storage(), -1, (2,)), "-1"),
        (lambda t: t.set_(t.storage(), 0, (2,), (-1,)), "-1"),
        (lambda t: t.std(3), "3"),
    ],
)
def test_bad_values_name_the_numbers(call, text):
    t = torch.FloatTensor([[1, 2, 3], [4, 5, 6]])
    errors = (RuntimeError, IndexError, ValueError)
    raises_unchanged(errors, text or None, call, t)


def test_empty_tensors_are_no_crash():
    e = torch.FloatTensor()
    calls = [
        *(
            lambda n=n: getattr(e, n)()
            for n in ("max", "min", "mean", "median", "trace", "t")
        ),
        *(
            lambda n=n: getattr(e, n)(0)
            for n in ("sum", "max", "sort", "cumsum", "topk")
        ),
        lambda: e.mm(e),
        lambda: e.dot(e),
        lambda: e.view(0),
        lambda: e.diag(),
        lambda: e.tril(),
        lambda: e.index_select(0, torch.LongTensor()),
        lambda: e.gather(0, torch.LongTensor()),
        lambda: e.nonzero(),
        lambda: e.masked_select(torch.ByteTensor()),
        lambda: torch.multinomial(e, 1),
        lambda: torch.cat([e, e]),
        lambda: torch.stack([e, e]),
        lambda: e.expand(2, 3),
        lambda: e.unsqueeze(0),
        lambda: e.add(torch.ones(2)),
        lambda: e.copy_(torch.ones(2)),
        lambda: torch.ones(2).copy_(e),
    ]
    for call in calls:
        try:
            call()
        except (RuntimeError, IndexError, ValueError, AttributeError):
            pass
    assert e.sum() == 0 and e.prod() == 1 and e.dim() == 0


# --------------------------------------------------------------------- arguments' types


def test_message_lists_what_was_given_and_what_is_accepted():
    t = torch.FloatTensor(2, 3)
    with pytest.raises(TypeError) as caught:
        t.add(torch.IntTensor(2), "a")
    text = str(caught.value)
    assert text.startswith(
        "add received an invalid combination of arguments - "
        "got (torch.IntTensor, str), but expected one of:"
    )
    assert "(float value, torch.FloatTensor other)" in text
    assert "didn't match because some of the arguments have invalid types" in text
    assert "!torch.IntTensor!" in text and "!str!" in text


@pytest.mark.parametrize(
    "call, text",
    [
        (lambda t: t.add(), r"add.*got \(\)"),
        (lambda t: t.add(None), "NoneType"),
        (lambda t: t.add(t.double()), "torch.DoubleTensor"),
        (lambda t: t.add(Variable(t)), "Variable"),
        (lambda t: t.add(1, t, t), "got"),
        (lambda t: t.add([1]), "list"),
        (lambda t: t.add(1j), "complex"),
        (lambda t: t.add(bogus=1), "bogus"),
        (lambda t: t.add(1, value=1), "value"),
        (lambda t: t.mm(), r"mm.*\(\)"),
        (lambda t: t.mm(3), "int"),
        (lambda t: t.sum(1.5), "float"),
        (lambda t: t.sum("a"), "str"),
        (lambda t: t.sum(True), "bool"),
        (lambda t: t.sum(0, 1), "int"),
        (lambda t: t.sum(dim=0, dims=1), "dims"),
        (lambda t: t.sum(2**63), "int"),
        (lambda t: t.view("a"), "str"),
        (lambda t: t.view(1.5), "float"),
        (lambda t: t.view([1, None]), "list|NoneType"),
        (lambda t: t.index_select(0, t), "torch.FloatTensor"),
        (lambda t: t.index_select(0, [1]), "list"),
        (lambda t: t.masked_select(t), "torch.FloatTensor"),
        (lambda t: t.clamp(), r"clamp.*\(\)"),
        (lambda t: t.clamp(min=None), "NoneType|min"),
        (lambda t: t.normal_("a"), "str"),
        (lambda t: t.normal_(generator=1), "int"),
        (lambda t: torch.add(1, 2), "add"),
        (lambda t: torch.add(), "add"),
        (lambda t: torch.add(t, t, out=3), "int"),
        (lambda t: torch.add(t, t, out=t.double()), "torch.DoubleTensor"),
        (lambda t: torch.max(t, 0, out=t), "2"),
        (lambda t: torch.max(t, 0, out=(t, t)), "LongTensor"),
        (lambda t: torch.add(Variable(t), 1, out=t), "out"),
        (lambda t: torch.cat([t], "a"), None),
        (lambda t: torch.cat(3), None),
        (lambda t: t.type(3), None),
        (lambda t: t.copy_(3), "int"),
        (lambda t: t.copy_(t, bogus=1), "bogus"),
        (lambda t: t.set_(t.double()), "torch.DoubleTensor"),
        (lambda t: t.set_(3), "int"),
        (lambda t: t.resize_("a"), None),
        (lambda t: t.resize_as_(3), None),
        (lambda t: t.size("a"), None),
        (lambda t: t.new("a"), "str"),
        (lambda t: t + "a", None),
        (lambda t: t + None, None),
        (lambda t: t @ 3, None),
        (lambda t: torch.FloatTensor("abc"), "str"),
        (lambda t: torch.FloatTensor(1.5), "float"),
        (lambda t: torch.FloatTensor(None), "NoneType"),
        (lambda t: torch.FloatTensor({}), "dict"),
        (lambda t: torch.FloatTensor(2, "a"), "str"),
        (lambda t: torch.FloatTensor(t, t), "torch.FloatTensor, torch.FloatTensor"),
        (lambda t: torch.FloatTensor(t.double()), "torch.DoubleTensor"),
        (lambda t: torch.FloatTensor(torch.IntStorage(2)), "torch.IntStorage"),
        (lambda t: torch.FloatTensor(["a"]), "str"),
        (lambda t: torch.FloatTensor([None]), "NoneType"),
        (lambda t: torch.FloatTensor(size=3), "size"),
    ],
)
def test_wrong_types_are_type_errors(call, text):
    raises_unchanged(TypeError, text, call, torch.FloatTensor([[1, 2, 3], [4, 5, 6]]))


@pytest.mark.parametrize(
    "data", [[[1, 2], [3]], [1, [2]], [[1], 2], [[], [1]], [[[1]], [2]]]
)
def test_ragged_sequences(data):
    for make in (torch.FloatTensor, torch.LongTensor, torch.HalfTensor):
        with pytest.raises((ValueError, TypeError), match="sequence|element"):
            make(data)


@pytest.mark.parametrize(
    "call",
    [
        lambda t: torch.eye(2.5),
        lambda t: torch.randperm(3.7),
        lambda t: torch.linspace(0, 1, 2.5),
        lambda t: torch.cat([t], 0.5),
        lambda t: torch.stack([t], 0.5),
        lambda t: t.size(0.5),
        lambda t: t.resize_(2.5),
        lambda t: t.set_(t.storage(), 0, (2.5,)),
        lambda t: torch.set_num_threads(1.5),
        lambda t: torch.FloatTensor(t.storage(), 1.5),
    ],
)
def test_a_float_is_no_int(call):
    raises_unchanged(TypeError, None, call, torch.FloatTensor([[1, 2, 3], [4, 5, 6]]))


def test_numbers_that_a_type_cannot_hold():
    t = torch.IntTensor([1, 2])
    raises_unchanged((TypeError, RuntimeError), "float", lambda t: t.add(1.5), t)
    raises_unchanged((TypeError, RuntimeError), str(2**70), lambda t: t.add(2**70), t)
    raises_unchanged((TypeError, RuntimeError), "float", lambda t: t.fill_(1.5), t)
    with pytest.raises(RuntimeError, match=str(2**70)):
        torch.LongTensor([2**70])


@pytest.mark.parametrize(
    "call",
    [
        lambda h: h[torch.LongTensor([0])],
        lambda h: h.__setitem__((0, 0), 1),
        lambda h: h.__setitem__(0, 2),
        lambda h: h.geometric_(0.5),
        lambda h: h.random_(),
        lambda h: h + h,
        lambda h: h.sum(),
        lambda h: h.fill_(1),
        lambda h: torch.cat([h, h]),
        lambda h: torch.eye(3, out=h),
        lambda h: torch.arange(3, out=h),
        lambda h: torch.range(0, 3, out=h),
        lambda h: torch.linspace(0, 1, 3, out=h),
        lambda h: torch.zeros(3, out=h),
        lambda h: torch.randperm(3, out=h),
        lambda h: torch.bernoulli(torch.ones(2, 3), out=h),
        lambda h: torch.bernoulli(h),
        lambda h: Variable(h, requires_grad=True) * 2,
        lambda h: Variable(h) == Variable(h),
        lambda h: h == h,
        lambda h: h.nonzero(),
        lambda h: h.max(),
    ],
)
def test_half_has_no_arithmetic(call):
    h = torch.HalfTensor([[1, 2, 3], [4, 5, 6]])
    try:
        call(h)
    except (TypeError, RuntimeError, AttributeError, IndexError):
        assert h.tolist() == [[1, 2, 3], [4, 5, 6]]


@pytest.mark.parametrize(
    "make", [torch.FloatTensor, torch.HalfTensor, torch.FloatStorage, Variable]
)
def test_objects_without_init(make):
    empty = make.__new__(make)
    try:
        assert len(empty) == 0
        repr(empty)
        empty.type()
        empty.clone()
    except (TypeError, RuntimeError, AttributeError, ValueError, IndexError):
        pass

    class Mine(make):
        def __init__(self):
            pass

    try:
        repr(Mine())
    except (TypeError, RuntimeError, AttributeError):
        pass


def test_deep_recursion_is_an_error():
    nested = []
    nested.append(nested)
    for call in (torch.FloatTensor, torch.cat, torch.stack):
        with pytest.raises((ValueError, TypeError, RecursionError, AttributeError)):
            call(nested)


def test_layers_name_the_sizes():
    x, w = torch.ones(2, 3, 5, 5), torch.ones(4, 2, 3, 3)
    for call, text in [
        (lambda: _C.nn.conv2d(x, w, None), r"3.*2|2.*3"),
        (lambda: _C.nn.conv2d(x, torch.ones(4, 3, 9, 9), None), r"9|5"),
        (lambda: _C.nn.conv2d(x, torch.ones(4, 3, 3, 3), torch.ones(7)), "7|4"),
        (lambda: _C.nn.conv2d(x, torch.ones(4, 3, 3, 3), None, 0, 1), "0"),
        (lambda: _C.nn.conv2d(x, torch.ones(4, 3, 3, 3), None, 1, 1, -1), "-1"),
        (
            lambda: _C.nn.conv2d(x, torch.ones(4, 3, 3, 3), None, 1, 1, 0, 0, 1, 1, 2),
            "2",
        ),
        (
            lambda: _C.nn.conv2d(x, torch.ones(4, 3, 3, 3), None, 1, 1, 0, 0, 1, 1, 0),
            "0",
        ),
        (lambda: _C.nn.conv2d(x[0, 0], w, None), r"4D|5 x 5|2"),
        (lambda: _C.nn.max_pool2d(x, 9, 9, 1, 1), "9|5"),
        (lambda: _C.nn.max_pool2d(x, 2, 2, 0, 0), "0"),
        (lambda: _C.nn.max_pool2d(x, 2, 2, 1, 1, 5, 5), "5"),
        (lambda: _C.nn.linear(x[0, 0], torch.ones(2, 4), None), r"5.*4|4.*5"),
        (lambda: _C.nn.batch_norm(x, torch.ones(4), None, None, None), r"4.*3|3.*4"),
        (lambda: _C.nn.nll_loss(x[0, 0], torch.LongTensor([0]), None), r"5.*1|1.*5"),
        (lambda: _C.nn.mse_loss(x, torch.ones(2)), r"2"),
        (lambda: _C.nn.softmax(x, 4), "4"),
        (lambda: _C.nn.dropout(x, -0.5), "-0.5"),
    ]:
        with pytest.raises((RuntimeError, ValueError, IndexError), match=text):
            call()
