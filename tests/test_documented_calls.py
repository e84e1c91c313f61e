"""Functions and methods called by the argument names of 0.3's documentation."""

import numpy as np
import pytest

import torchlike as torch
from torchlike.autograd import Variable
from torchlike.testing import to_array

rng = np.random.RandomState(3)
A, B = rng.rand(3, 3) + 3 * np.eye(3), rng.rand(3, 3) + 0.5
SPD = A @ A.T
U, V = rng.rand(3), rng.rand(3)
BATCH1, BATCH2 = rng.rand(2, 3, 3), rng.rand(2, 3, 3)

# name, arguments, expected; an array becomes a DoubleTensor
FUNCTIONS = [
    ("add", {"input": A, "value": 2, "other": B}, A + 2 * B),
    ("addcdiv", {"tensor": A, "value": 2, "tensor1": A, "tensor2": B}, A + 2 * A / B),
    ("addcmul", {"tensor": A, "value": 2, "tensor1": A, "tensor2": B}, A + 2 * A * B),
    ("atan2", {"input1": A, "input2": B}, np.arctan2(A, B)),
    ("exp", {"tensor": A}, np.exp(A)),
    ("frac", {"tensor": A}, A - np.trunc(A)),
    ("fmod", {"input": A, "divisor": 0.7}, np.fmod(A, 0.7)),
    ("fmod", {"input": A, "divisor": B}, np.fmod(A, B)),
    ("remainder", {"input": A, "divisor": -0.7}, A % -0.7),
    ("lerp", {"start": A, "end": B, "weight": 0.3}, A + 0.3 * (B - A)),
    ("pow", {"input": A, "exponent": 2}, A**2),
    ("pow", {"base": 2, "input": A}, 2**A),
    ("pow", {"base": A, "exponent": B}, A**B),
    ("eq", {"input": A, "other": A}, A == A),
    ("lt", {"input": A, "other": 1}, A < 1),
    ("equal", {"tensor1": A, "tensor2": B}, False),
    ("dot", {"tensor1": U, "tensor2": V}, U @ V),
    ("ger", {"vec1": U, "vec2": V}, np.outer(U, V)),
    ("mm", {"mat1": A, "mat2": B}, A @ B),
    ("mv", {"mat": A, "vec": U}, A @ U),
    ("bmm", {"batch1": BATCH1, "batch2": BATCH2}, BATCH1 @ BATCH2),
    ("addmm", {"beta": 2, "mat": A, "mat1": A, "mat2": B}, 2 * A + A @ B),
    ("addmv", {"tensor": U, "alpha": 2, "mat": A, "vec": V}, U + 2 * A @ V),
    ("addr", {"mat": A, "vec1": U, "vec2": V}, A + np.outer(U, V)),
    (
        "addbmm",
        {"mat": A, "batch1": BATCH1, "batch2": BATCH2},
        A + (BATCH1 @ BATCH2).sum(0),
    ),
    (
        "baddbmm",
        {"mat": BATCH1, "batch1": BATCH1, "batch2": BATCH2},
        BATCH1 + BATCH1 @ BATCH2,
    ),
    ("potrf", {"a": SPD, "upper": False}, np.linalg.cholesky(SPD)),
    ("potri", {"u": np.linalg.cholesky(SPD).T}, np.linalg.inv(SPD)),
    (
        "potrs",
        {"b": B, "u": np.linalg.cholesky(SPD).T},
        np.linalg.solve(SPD, B),
    ),
    ("gesv", {"B": B, "A": A}, (np.linalg.solve(A, B), None)),
    ("gels", {"B": B, "A": A}, (np.linalg.solve(A, B), None)),
    ("eig", {"a": np.diag([3.0, 2]), "eigenvectors": False}, ([[3, 0], [2, 0]], None)),
    ("sum", {"input": A, "dim": 0, "keepdim": True}, A.sum(0, keepdims=True)),
    ("mean", {"input": A, "dim": 1}, A.mean(1)),
    ("prod", {"input": A, "dim": 1}, A.prod(1)),
    ("norm", {"input": A, "p": 2, "dim": 1}, (A**2).sum(1) ** 0.5),
    ("std", {"input": A, "dim": 1, "unbiased": False}, A.std(1)),
    ("clamp", {"input": A, "min": 1, "max": 2}, A.clip(1, 2)),
    ("cumsum", {"input": A, "dim": 0}, A.cumsum(0)),
    ("transpose", {"input": A, "dim0": 0, "dim1": 1}, A.T),
    ("unsqueeze", {"input": A, "dim": 1}, A[:, None]),
    ("tril", {"input": A, "diagonal": -1}, np.tril(A, -1)),
    ("sort", {"input": A, "dim": None}, (np.sort(A), np.argsort(A))),
    ("topk", {"input": A, "k": 1, "dim": None}, (A.max(1)[:, None], None)),
    ("kthvalue", {"input": A, "k": 1, "dim": None}, (A.min(1), A.argmin(1))),
    ("mode", {"input": A, "dim": -1}, (A.min(1), A.argmin(1))),
]
LONG = torch.LongTensor([2, 0])
METHODS = [
    ("tril", {"k": -1}, np.tril(A, -1)),
    ("triu_", {"k": 1}, np.triu(A, 1)),
    ("sub_", {"x": 2}, A - 2),
    ("sub_", {"x": B}, A - B),
    ("eq", {"other": 1}, A == 1),
    ("ge_", {"other": B}, A >= B),
    ("remainder_", {"divisor": 0.5}, A % 0.5),
    ("bmm", {"batch2": BATCH2}, None),
    ("dot", {"tensor2": U}, None),
    ("chunk", {"n_chunks": 3}, tuple(A[i : i + 1] for i in range(3))),
    ("expand_as", {"tensor": BATCH1}, np.stack([A, A])),
    ("view_as", {"tensor": np.zeros(9)}, A.reshape(-1)),
    ("matmul", {"other": B}, A @ B),
    ("copy_", {"src": B}, B),
    ("index_fill_", {"dim": 0, "index": LONG, "val": 7}, [[7] * 3, A[1], [7] * 3]),
    ("index_copy_", {"dim": 0, "index": LONG, "tensor": B[:2]}, [B[1], A[1], B[0]]),
    (
        "index_add_",
        {"dim": 0, "index": LONG, "tensor": B[:2]},
        A + [B[1], 0 * B[1], B[0]],
    ),
    ("is_set_to", {"tensor": B}, False),
    ("mode", {"dim": None}, (A.min(1), A.argmin(1))),
]


def tensor(x):
    return torch.DoubleTensor(x.copy()) if isinstance(x, np.ndarray) else x


def check(result, expected):
    if isinstance(expected, tuple):
        for r, e in zip(result, expected, strict=True):
            check(r, e)
    elif torch.is_tensor(result) and expected is not None:
        np.testing.assert_allclose(to_array(result), expected, rtol=1e-12)
    elif expected is not None:
        np.testing.assert_allclose(result, expected, rtol=1e-12)


@pytest.mark.parametrize("name, arguments, expected", FUNCTIONS)
def test_function(name, arguments, expected):
    given = {k: tensor(v) for k, v in arguments.items()}
    check(getattr(torch, name)(**given), expected)


@pytest.mark.parametrize("name, arguments, expected", METHODS)
def test_method(name, arguments, expected):
    own = {"bmm": BATCH1, "dot": U}.get(name, A)
    expected = {"bmm": BATCH1 @ BATCH2, "dot": U @ U}.get(name, expected)
    given = {k: tensor(v) for k, v in arguments.items()}
    check(getattr(tensor(own), name)(**given), expected)


def test_a_name_and_its_alias_exclude_each_other():
    t = torch.ones(2)
    with pytest.raises(TypeError, match="divisor"):
        t.fmod(value=2, divisor=3)
    with pytest.raises(TypeError, match="k=int"):
        torch.ones(2, 2).tril(diagonal=1, k=1)
    with pytest.raises(TypeError, match="expected a tensor or a Variable"):
        torch.mm(mat1=2, mat2=torch.ones(2, 2))


@pytest.mark.parametrize(
    "name, ufunc",
    [
        ("lt", np.less),
        ("le", np.less_equal),
        ("gt", np.greater),
        ("ge", np.greater_equal),
        ("eq", np.equal),
        ("ne", np.not_equal),
    ],
)
def test_comparisons_into_the_own_type(name, ufunc):
    t, other = torch.FloatTensor([1, 2, 3]), torch.FloatTensor([2, 2, 2])
    expected = ufunc([1, 2, 3], 2).tolist()
    for value in (2, other):
        for out in (torch.FloatTensor(), torch.ByteTensor(7)):
            result = getattr(torch, name)(t, value, out=out)
            assert result is out and result.tolist() == expected
    with pytest.raises(TypeError, match=r"torch\.ByteTensor, but got torch\.IntTensor"):
        getattr(torch, name)(t, 2, out=torch.IntTensor())


def test_views_into_out():
    t = torch.arange(0, 6).view(2, 3)
    for name, arguments, size in [
        ("t", (), (3, 2)),
        ("transpose", (0, 1), (3, 2)),
        ("unsqueeze", (0,), (1, 2, 3)),
        ("squeeze", (), (2, 3)),
    ]:
        out = torch.FloatTensor(4)
        assert getattr(torch, name)(t, *arguments, out=out) is out
        assert out.size() == size and out.data_ptr() == t.data_ptr()
    with pytest.raises(TypeError, match=r"torch\.FloatTensor"):
        torch.t(t, out=torch.IntTensor())


def test_normal_by_its_names():
    torch.manual_seed(2)
    first = torch.normal(mean=0.5, std=torch.ones(4))
    torch.manual_seed(2)
    assert torch.normal(means=0.5, std=torch.ones(4)).tolist() == first.tolist()


def test_btrifact_without_info():
    a = torch.DoubleTensor(BATCH1)
    expected = a.btrifact()
    for result in (
        torch.btrifact(A=a, info=None, pivot=True),
        a.btrifact(None),
        a.btrifact(None, True),
        Variable(a).btrifact(info=None),
    ):
        for r, e in zip(result, expected, strict=True):
            assert (r.data if isinstance(r, Variable) else r).tolist() == e.tolist()


@pytest.mark.parametrize("wrap", [lambda x: x, Variable], ids=["tensor", "variable"])
def test_btriunpack(wrap):
    data = np.random.RandomState(5).rand(4, 5, 5)
    factors = wrap(torch.DoubleTensor(data)).btrifact()
    parts = torch.btriunpack(*factors)
    p, low, up = (to_array(x.data if isinstance(x, Variable) else x) for x in parts)
    np.testing.assert_allclose(p @ low @ up, data, rtol=1e-12)
    assert (np.tril(low) == low).all() and (np.triu(up) == up).all()
    assert (np.diagonal(low, axis1=1, axis2=2) == 1).all()
    assert (p.sum(1) == 1).all() and (p.sum(2) == 1).all()
    assert torch.btriunpack(*factors, unpack_data=False)[1:] == (None, None)
    assert torch.btriunpack(*factors, unpack_pivots=False)[0] is None


def test_btriunpack_errors():
    with pytest.raises(ValueError, match=r"\[2, 3\] and \[2, 3\]"):
        torch.btriunpack(torch.ones(2, 3), torch.ones(2, 3).int())
    with pytest.raises(ValueError, match=r"\[1, 3, 3\] and \[1, 2\]"):
        torch.btriunpack(torch.ones(1, 3, 3), torch.ones(1, 2).int())
    with pytest.raises(ValueError, match="pivot 4 is not one of the rows 1 to 3"):
        torch.btriunpack(torch.ones(1, 3, 3), torch.ones(1, 3).int() + 3)
