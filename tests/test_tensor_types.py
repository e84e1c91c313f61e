"""Which tensor types there are, the default one, and conversions by name."""

import collections
import copy

import pytest

import torchlike as torch


@pytest.fixture(autouse=True)
def default_type():
    yield
    torch.set_default_tensor_type(torch.FloatTensor)


@pytest.mark.parametrize("t", [torch.DoubleTensor, "torch.DoubleTensor"], ids=str)
def test_default_type(t):
    assert torch.Tensor is torch.FloatTensor and torch.Storage is torch.FloatStorage
    torch.set_default_tensor_type(t)
    assert torch.Tensor is torch.DoubleTensor and torch.Storage is torch.DoubleStorage
    for made in (torch.Tensor(2), torch.zeros(2), torch.rand(2), torch.Tensor([1])):
        assert type(made) is torch.DoubleTensor


@pytest.mark.parametrize(
    "t, error, message",
    [
        (torch.IntTensor, TypeError, "only floating-point types .* got IntTensor"),
        ("torch.HalfTensor", TypeError, "only floating-point types .* got HalfTensor"),
        ("torch.Foo", RuntimeError, "invalid type: 'torch.Foo'"),
        (torch.FloatStorage, TypeError, "is no tensor type"),
        (3, TypeError, "3 is no tensor type"),
    ],
)
def test_default_type_refuses(t, error, message):
    with pytest.raises(error, match=message):
        torch.set_default_tensor_type(t)
    assert torch.Tensor is torch.FloatTensor


def test_classes():
    assert len(torch._tensor_classes) == len(torch._storage_classes) == 8
    for cls in torch._tensor_classes:
        t = cls()
        assert t.storage_type() in torch._storage_classes
        assert type(t.storage()) is t.storage_type()
        assert t.is_signed() == (cls is not torch.ByteTensor)
        assert torch.is_tensor(t) and torch.is_storage(t.storage())
        assert torch.typename(t) == torch.typename(cls) == t.type()
        assert not hasattr(t, "data")
    assert not torch.is_tensor(torch.autograd.Variable(torch.ones(1)))
    assert issubclass(torch.FatalError, Exception)
    assert torch._six.PY3


def test_type():
    t = torch.ones(2)
    for new_type in (torch.IntTensor, "torch.IntTensor"):
        assert type(t.type(new_type)) is torch.IntTensor
        assert type(t.type(new_type, True)) is torch.IntTensor
        assert type(t.type(new_type, **{"async": True})) is torch.IntTensor
    assert t.type(torch.FloatTensor) is t
    with pytest.raises(TypeError, match="unexpected keyword argument 'device'"):
        t.type(torch.IntTensor, device=1)
    with pytest.raises(AssertionError, match="CUDA"):
        t.type("torch.cuda.FloatTensor")


def test_new():
    t = torch.LongTensor([1, 2])
    assert t.new().dim() == 0
    assert t.new(2, 3).size() == t.new(torch.Size([2, 3])).size() == (2, 3)
    assert t.new([5, 6]).tolist() == [5, 6]
    assert t.new(t).data_ptr() == t.new(t.storage()).data_ptr() == t.data_ptr()
    assert t.new(t.storage(), 1, torch.Size([1])).tolist() == [2]


def test_half_elements():
    t = torch.HalfTensor([[1, 2], [3, 4]])
    assert t[1][1] == 4 and t[:, 1].tolist() == [2, 4]
    t[0, 1] = 7
    t[1] = 0.5
    assert t.tolist() == [[1, 7], [0.5, 0.5]]
    with pytest.raises(TypeError, match="HalfTensor doesn't implement"):
        t[torch.LongTensor([0])]


FLOATING_ONLY = "exp log log1p sqrt rsqrt sin cos tan asin acos atan sinh cosh tanh"
FLOATING_ONLY += " sigmoid floor ceil round trunc frac erf erfinv reciprocal lerp atan2"
FLOATING_ONLY += " mean std var norm renorm dist histc uniform_ normal_ exponential_"
FLOATING_ONLY += " cauchy_ log_normal_ inverse gesv qr svd symeig eig potrf"


@pytest.mark.parametrize("name", ["Byte", "Char", "Short", "Int", "Long"])
def test_integer_types_lack_what_needs_fractions(name):
    t = getattr(torch, name + "Tensor")([1, 2])
    for method in FLOATING_ONLY.split():
        assert not hasattr(t, method), method
        assert hasattr(torch.FloatTensor, method)
    with pytest.raises(TypeError, match=f"{name}Tensor doesn't implement .* sqrt"):
        torch.sqrt(t)
    assert hasattr(t, "all") == hasattr(t, "any") == (name == "Byte")


def test_half_has_copies_and_views_only():
    h = torch.HalfTensor([[1, 2], [3, 4]])
    for name in ("add", "mul_", "sum", "lt", "zero_", "fill_", "mm", "gather", "sort"):
        assert not hasattr(h, name)
        assert not hasattr(torch.HalfTensor, name)
        with pytest.raises(AttributeError, match=f"'torch.HalfTensor' .* '{name}'"):
            getattr(h, name)
    for name in ("copy_", "clone", "t", "view", "expand", "unfold", "numpy", "float"):
        assert hasattr(h, name)
    with pytest.raises(TypeError, match=r"torch\.HalfTensor doesn't implement .* add"):
        torch.add(h, 1)


def test_sizes_in_memory():
    assert torch.zeros(1000).__sizeof__() >= 4000
    assert torch.DoubleTensor(1000).storage().__sizeof__() >= 8000


def test_copies_share_what_was_shared():
    t = torch.zeros(2, 2)
    rows, whole = copy.deepcopy([t[1], t])
    rows.fill_(1)
    assert whole.tolist() == [[0, 0], [1, 1]]
    assert copy.copy(t).data_ptr() == t.data_ptr()


@pytest.mark.parametrize("name", ["distributed", "jit", "legacy", "onnx", "sparse"])
def test_parts_of_0_3_that_are_missing_say_so(name):
    with pytest.raises(AttributeError, match=f"does not have torch.{name}"):
        getattr(torch, name)
    assert not hasattr(torch, name)


def test_typename_is_that_of_0_3():
    v = torch.autograd.Variable(torch.ones(1))
    for name, value in {
        "torch.autograd.variable.Variable": v,
        "torch.nn.parameter.Parameter": torch.nn.Parameter(torch.ones(1)),
        "torch.nn.modules.linear.Linear": torch.nn.Linear(1, 1),
        "int": 3,
        "str": str,
        "collections.OrderedDict": collections.OrderedDict,
    }.items():
        assert torch.typename(value) == name
    assert torch.typename(type(v)) == torch.typename(v)
