"""Linear algebra: every routine by reconstruction and against NumPy and SciPy.

``potrf``, ``potri``, ``potrs`` and ``inverse`` are also tested by the operator table.
"""

import math

import numpy as np
import pytest
import scipy.linalg

import torchlike as torch
from torchlike.autograd import Variable, gradcheck, gradgradcheck

TYPES = {"Float": np.float32, "Double": np.float64}
LAYOUTS = ("rows", "columns", "strided")
SHAPES = [(5, 5), (7, 4), (4, 7), (1, 1), (1, 4), (4, 1), (70, 40), (40, 70)]
SQUARE = (1, 2, 5, 70)

every_type = pytest.mark.parametrize("name", TYPES)
every_layout = pytest.mark.parametrize("layout", LAYOUTS)
every_shape = pytest.mark.parametrize("shape", SHAPES, ids=str)
every_batch = pytest.mark.parametrize("batch, n", [(1, 1), (3, 4), (300, 5), (2, 40)])
every_square = pytest.mark.parametrize("n", SQUARE)


def random_array(*shape, seed=0):
    return np.random.RandomState(seed + sum(shape)).randn(*shape)


def dominant(n, seed=0):
    return random_array(n, n, seed=seed) + 2 * n * np.eye(n)


def definite(n, seed=0):
    a = random_array(n, n, seed=seed)
    return a @ a.T + n * np.eye(n)


def tensor(array, name="Double", layout="rows"):
    """A tensor of a type whose elements lie in memory as the layout says."""
    array = np.asarray(array, TYPES[name])
    if layout == "columns" and array.ndim >= 2:
        return torch.from_numpy(array.swapaxes(-1, -2).copy("C")).transpose(-1, -2)
    if layout == "strided":
        wide = np.full((*array.shape[:-1], 2 * array.shape[-1]), np.nan, array.dtype)
        wide[..., ::2] = array
        return torch.from_numpy(wide)[(Ellipsis, slice(None, None, 2))]
    return torch.from_numpy(array.copy())


def assert_close(actual, expected, name="Double", scale=1):
    actual = actual.numpy() if torch.is_tensor(actual) else actual
    expected = np.asarray(expected)
    bound = {"Float": 2e-4, "Double": 1e-10}[name] * scale
    assert actual.shape == expected.shape
    np.testing.assert_allclose(actual, expected, rtol=bound, atol=bound)


def is_by_columns(t):
    return t.stride()[0] == 1 or t.size(0) == 1


# ---------------------------------------------------------------------- linear systems


@every_type
@every_layout
@every_square
def test_gesv(n, layout, name):
    a, b = dominant(n), random_array(n, 3)
    x, lu = torch.gesv(tensor(b, name, layout), tensor(a, name, layout))
    assert_close(x, np.linalg.solve(a, b), name)
    assert_close(lu, scipy.linalg.lu_factor(a)[0], name, n)
    assert is_by_columns(x) and is_by_columns(lu)


def test_gesv_exchanges_rows():
    a = np.array([[0.0, 2, 1], [1, 0, 0], [3, 0, 1]])
    b = random_array(3, 2)
    assert_close(torch.gesv(tensor(b), tensor(a))[0], np.linalg.solve(a, b))


def test_gesv_takes_a_vector_as_a_column():
    a, b = dominant(4), random_array(4)
    x, _ = tensor(b).gesv(tensor(a))
    assert_close(x, np.linalg.solve(a, b)[:, None])


@every_type
@every_layout
@pytest.mark.parametrize("unitriangular", [False, True])
@pytest.mark.parametrize("transpose", [False, True])
@pytest.mark.parametrize("upper", [False, True])
def test_trtrs(upper, transpose, unitriangular, layout, name):
    a, b = dominant(6) / 6, random_array(6, 3)
    x, copy = torch.trtrs(
        tensor(b, name, layout),
        tensor(a, name, layout),
        upper,
        transpose,
        unitriangular,
    )
    expected = scipy.linalg.solve_triangular(
        a, b, trans=int(transpose), lower=not upper, unit_diagonal=unitriangular
    )
    assert_close(x, expected, name, 10)
    assert_close(copy, a, name)


def test_trtrs_defaults():
    a, b = dominant(4), random_array(4, 2)
    assert_close(tensor(b).trtrs(tensor(a))[0], scipy.linalg.solve_triangular(a, b))


@every_type
@every_layout
@every_shape
def test_gels(shape, layout, name):
    a, b = random_array(*shape), random_array(shape[0], 2)
    m, n = shape
    x, _ = torch.gels(tensor(b, name, layout), tensor(a, name, layout))
    assert tuple(x.size()) == (max(m, n), 2)
    expected = np.linalg.lstsq(a, b, rcond=None)[0]
    assert_close(x[:n], expected, name, 10)
    if m > n:  # the rest has the norms of the residuals
        norms = np.linalg.norm(a @ expected - b, axis=0)
        assert_close(np.linalg.norm(x[n:].numpy(), axis=0), norms, name, 10)


# ---------------------------------------------------------- positive definite matrices


@every_type
@every_layout
@every_square
def test_potrf(n, layout, name):
    a, b = definite(n), random_array(n, 2)
    for upper in (True, False):
        u = torch.potrf(tensor(a, name, layout), upper)
        assert_close(u, scipy.linalg.cholesky(a, lower=not upper), name, n)
        assert_close(
            torch.potrs(tensor(b, name, layout), u, upper), np.linalg.solve(a, b), name
        )
        assert_close(torch.potri(u, upper), np.linalg.inv(a), name)


@every_type
@every_layout
@every_square
@pytest.mark.parametrize("upper", [True, False])
def test_pstrf(upper, n, layout, name):
    a = definite(n)
    u, pivots = torch.pstrf(tensor(a, name, layout), upper)
    assert isinstance(pivots, torch.IntTensor)
    order = pivots.numpy()
    assert sorted(order) == list(range(n))
    u = u.numpy()
    np.testing.assert_array_equal(u, np.triu(u) if upper else np.tril(u))
    assert_close(u.T @ u if upper else u @ u.T, a[order][:, order], name, n)


# ---------------------------------------------------------- inverse, orthogonal factors


@every_type
@every_layout
@every_square
def test_inverse(n, layout, name):
    a = dominant(n)
    inverse = torch.inverse(tensor(a, name, layout))
    assert_close(inverse, np.linalg.inv(a), name)
    assert is_by_columns(inverse)


@every_type
@every_layout
@every_shape
def test_qr(shape, layout, name):
    a, k = random_array(*shape), min(shape)
    q, r = torch.qr(tensor(a, name, layout))
    assert is_by_columns(q)
    q, r = q.numpy(), r.numpy()
    assert q.shape == (shape[0], k) and r.shape == (k, shape[1])
    assert_close(q @ r, a, name)
    assert_close(q.T @ q, np.eye(k), name)
    np.testing.assert_array_equal(r, np.triu(r))


@every_type
@every_layout
@every_shape
def test_geqrf(shape, layout, name):
    a = random_array(*shape)
    reflectors, tau = torch.geqrf(tensor(a, name, layout))
    (expected, factors), _ = scipy.linalg.qr(a, mode="raw")
    assert_close(reflectors, expected, name, 10)
    assert_close(tau, factors, name, 10)


@every_type
@every_layout
@every_shape
def test_orgqr(shape, layout, name):
    a = random_array(*shape)
    reflectors, tau = torch.geqrf(tensor(a, name))
    q = torch.orgqr(tensor(reflectors.numpy(), name, layout), tau)
    assert_close(q, scipy.linalg.qr(a, mode="economic")[0], name, 10)


@every_type
@every_layout
@pytest.mark.parametrize("shape", [(6, 6), (6, 4)], ids=str)
@pytest.mark.parametrize("left", [True, False])
@pytest.mark.parametrize("transpose", [True, False])
def test_ormqr(transpose, left, shape, layout, name):
    a = random_array(*shape)
    q = scipy.linalg.qr(a)[0]
    reflectors, tau = torch.geqrf(tensor(a, name, layout))
    c = random_array(6, 3) if left else random_array(3, 6)
    q = q.T if transpose else q
    product = torch.ormqr(reflectors, tau, tensor(c, name, layout), left, transpose)
    assert_close(product, q @ c if left else c @ q, name)


# ------------------------------------------------------ eigenvalues and singular values


@every_type
@every_layout
@every_square
@pytest.mark.parametrize("upper", [True, False])
def test_symeig(upper, n, layout, name):
    a = random_array(n, n)
    full = np.triu(a) + np.triu(a, 1).T if upper else np.tril(a) + np.tril(a, -1).T
    e, v = torch.symeig(tensor(a, name, layout), eigenvectors=True, upper=upper)
    assert_close(e, np.linalg.eigvalsh(full), name, n)
    assert is_by_columns(v)
    v = v.numpy()
    assert_close(v @ np.diag(e.numpy()) @ v.T, full, name, n)
    assert_close(v.T @ v, np.eye(n), name, n)
    alone, empty = tensor(a, name, layout).symeig(upper=upper)
    assert_close(alone, e.numpy(), name, n)
    assert empty.dim() == 0


def test_symeig_reads_one_triangle_only():
    a = definite(4)
    a[np.tril_indices(4, -1)] = np.nan
    assert_close(torch.symeig(tensor(a))[0], np.linalg.eigvalsh(definite(4)))


@every_type
@every_layout
@every_square
def test_eig(n, layout, name):
    a = random_array(n, n)
    e, v = torch.eig(tensor(a, name, layout), eigenvectors=True)
    assert tuple(e.size()) == (n, 2)
    values, v = e.numpy() @ [1, 1j], v.numpy().astype(complex)
    j = 0
    while j < n:  # a pair's second column is the imaginary part of the first
        if values[j].imag:
            v[:, j], v[:, j + 1] = (
                v[:, j] + 1j * v[:, j + 1],
                v[:, j] - 1j * v[:, j + 1],
            )
            j += 1
        j += 1
    assert_close(a @ v, v * values, name, n)
    order, expected = np.argsort(values), np.sort_complex(np.linalg.eigvals(a))
    if name == "Double":
        assert_close(values[order], expected, name, n)
    alone, empty = tensor(a, name, layout).eig()
    assert_close(alone.numpy().sum(0)[0], np.trace(a), name, n)
    assert empty.dim() == 0


@every_type
@every_layout
@every_shape
@pytest.mark.parametrize("some", [True, False])
def test_svd(some, shape, layout, name):
    (m, n), k = shape, min(shape)
    a = random_array(m, n)
    u, s, v = torch.svd(tensor(a, name, layout), some=some)
    assert is_by_columns(u)
    u, s, v = u.numpy(), s.numpy(), v.numpy()
    assert u.shape == (m, k if some else m) and v.shape == (n, k if some else n)
    assert_close(s, np.linalg.svd(a, compute_uv=False), name)
    assert_close(u[:, :k] @ np.diag(s) @ v[:, :k].T, a, name)
    assert_close(u.T @ u, np.eye(u.shape[1]), name)
    assert_close(v.T @ v, np.eye(v.shape[1]), name)


# ----------------------------------------------------------------------------- batches


@every_type
@every_layout
@pytest.mark.parametrize("pivot", [True, False])
@every_batch
def test_btrifact(batch, n, pivot, layout, name):
    a = random_array(batch, n, n) + 2 * n * np.eye(n)
    if pivot:
        a = a[:, ::-1].copy()
    lu, pivots = torch.btrifact(tensor(a, name, layout), pivot=pivot)
    assert isinstance(pivots, torch.IntTensor) and tuple(pivots.size()) == (batch, n)
    for i in {0, batch - 1}:
        if pivot:
            factors, order = scipy.linalg.lu_factor(a[i])
            assert_close(lu[i], factors, name, n)
            np.testing.assert_array_equal(pivots[i].numpy(), order + 1)
        else:
            full = lu[i].numpy()
            lower = np.tril(full, -1) + np.eye(n)
            assert_close(lower @ np.triu(full), a[i], name, n)
            np.testing.assert_array_equal(pivots[i].numpy(), np.arange(1, n + 1))


@every_type
@every_layout
@every_batch
def test_btrisolve(batch, n, layout, name):
    a = random_array(batch, n, n)[:, ::-1] + 2 * n * np.eye(n)
    lu, pivots = torch.btrifact(tensor(a, name))
    b, c = random_array(batch, n), random_array(batch, n, 2)
    lu = tensor(lu.numpy(), name, layout)
    x = tensor(b, name, layout).btrisolve(lu, pivots)
    assert_close(x, np.linalg.solve(a, b[..., None])[..., 0], name, n)
    x = torch.btrisolve(tensor(c, name, layout), lu, pivots)
    assert_close(x, np.linalg.solve(a, c), name, n)


@pytest.mark.parametrize("pivot", [True, False])
def test_btrifact_with_info(pivot):
    a = np.stack([dominant(3), np.zeros((3, 3)), dominant(3)])
    a[1, 0, 0] = 1
    *_, info = torch.btrifact_with_info(tensor(a), pivot=pivot)
    assert list(info) == [0, 2, 0]
    info = torch.IntTensor(7)
    torch.btrifact(tensor(a), info=info, pivot=pivot)
    assert list(info) == [0, 2, 0]
    with pytest.raises(
        RuntimeError, match=r"failed to factorize batch element 1 \(info == 2\)"
    ):
        torch.btrifact(tensor(a), pivot=pivot)


def test_btrisolve_refuses_impossible_pivots():
    lu, pivots = torch.btrifact(tensor(random_array(2, 3, 3)))
    for bad in (0, 4, -7, 2**31 - 1):
        pivots[1, 2] = bad
        with pytest.raises(
            RuntimeError, match=f"LU_pivots holds {bad}, expected 1 to 3"
        ):
            torch.btrisolve(tensor(random_array(2, 3)), lu, pivots)


# ------------------------------------------------------------------ results and errors


@every_type
def test_out_keeps_layout_or_is_resized(name):
    a, b = dominant(4), random_array(4, 2)
    t = tensor(a, name)
    inside = tensor(np.zeros((2, 4, 4)), name)
    assert torch.inverse(t, out=inside[1]) is not None
    assert_close(inside[1], np.linalg.inv(a), name)
    assert inside[0].abs().max() == 0
    small = tensor(np.zeros((2, 2)), name).clone()
    assert torch.inverse(t, out=small) is small
    assert_close(small, np.linalg.inv(a), name)
    x, lu = tensor(np.zeros(3), name).clone(), tensor(np.zeros((4, 4)), name)
    torch.gesv(tensor(b, name), t, out=(x, lu))
    assert_close(x, np.linalg.solve(a, b), name)
    assert lu.is_contiguous()
    u, s, v = (tensor(np.zeros(1), name).clone() for _ in range(3))
    torch.svd(t, out=(u, s, v))
    assert_close(u.numpy() @ np.diag(s.numpy()) @ v.numpy().T, a, name)


def test_out_may_be_the_operand():
    a, b = definite(4), random_array(4, 4)
    t, x = tensor(a), tensor(b)
    torch.gesv(x, t, out=(x, t))
    assert_close(x, np.linalg.solve(a, b))
    t = tensor(a)
    torch.inverse(t, out=t)
    assert_close(t, np.linalg.inv(a))
    t = tensor(a)
    assert_close(torch.potrf(t.t(), out=t), scipy.linalg.cholesky(a))


SINGLE = (
    "inverse",
    "potrf",
    "potri",
    "pstrf",
    "symeig",
    "eig",
    "qr",
    "geqrf",
    "svd",
    "btrifact",
)
NEED_SQUARE = ("inverse", "potrf", "potri", "pstrf", "symeig", "eig")
SYSTEMS = ("gesv", "trtrs", "gels", "potrs")


@pytest.mark.parametrize("function", SINGLE)
def test_wrong_dimensions(function):
    for t in (torch.DoubleTensor(), torch.zeros(3), torch.zeros(2, 2, 2, 2)):
        shown = f"has {t.dim()}|got {t.dim()}D"
        with pytest.raises(RuntimeError, match=shown):
            getattr(torch, function)(t)


@pytest.mark.parametrize("function", NEED_SQUARE)
def test_not_square(function):
    with pytest.raises(RuntimeError, match="A should be square, but is 2x3"):
        getattr(torch, function)(torch.zeros(2, 3))


@pytest.mark.parametrize("function", SYSTEMS)
def test_wrong_systems(function):
    solve = getattr(torch, function)
    with pytest.raises(RuntimeError, match="A has 3 rows, b has 2"):
        solve(torch.ones(2, 2), torch.eye(3))
    with pytest.raises(
        RuntimeError, match="B should have 1 or 2 dimensions, but has 3"
    ):
        solve(torch.ones(3, 2, 2), torch.eye(3))
    with pytest.raises(
        RuntimeError, match="B should have 1 or 2 dimensions, but has 0"
    ):
        solve(torch.FloatTensor(), torch.eye(3))
    with pytest.raises(RuntimeError, match="A should have 2 dimensions, but has 1"):
        solve(torch.ones(2, 2), torch.ones(2))
    with pytest.raises(TypeError):
        solve(torch.ones(2, 2), torch.eye(2).double())


def test_wrong_reflectors():
    reflectors, tau = torch.geqrf(torch.randn(4, 2))
    with pytest.raises(RuntimeError, match="tau has 3 elements, too many for A of 4x2"):
        torch.orgqr(reflectors, torch.ones(3))
    with pytest.raises(RuntimeError, match="tau should have 1 dimension, but has 2"):
        torch.orgqr(reflectors, torch.ones(3, 1))
    with pytest.raises(RuntimeError, match="A has 4 rows, C is 3x4"):
        torch.ormqr(reflectors, tau, torch.ones(3, 4))
    with pytest.raises(RuntimeError, match="A has 4 rows, C is 4x3"):
        torch.ormqr(reflectors, tau, torch.ones(4, 3), left=False)
    with pytest.raises(RuntimeError, match="C should have 2 dimensions, but has 1"):
        torch.ormqr(reflectors, tau, torch.ones(4))


def test_wrong_batches():
    lu, pivots = torch.btrifact(torch.randn(2, 3, 3))
    with pytest.raises(RuntimeError, match="matrices must be square, but are 3x4"):
        torch.btrifact(torch.ones(2, 3, 4))
    with pytest.raises(RuntimeError, match=r"b \[3 x 3\] and LU_data \[2 x 3 x 3\]"):
        torch.btrisolve(torch.ones(3, 3), lu, pivots)
    with pytest.raises(RuntimeError, match="expected 2D or 3D tensor, got 1D"):
        torch.btrisolve(torch.ones(3), lu, pivots)
    with pytest.raises(RuntimeError, match=r"size \[2 x 3\], but has \[2 x 2\]"):
        torch.btrisolve(torch.ones(2, 3), lu, pivots[:, :2])


SINGULAR = np.array([[1.0, 2, 3], [2, 4, 6], [1, 0, 1]])


@pytest.mark.parametrize(
    "function, arguments, message",
    [
        ("inverse", (SINGULAR,), r"U\(3,3\) is 0, U is singular"),
        (
            "gesv",
            (np.ones((3, 1)), SINGULAR),
            r"Lapack Error gesv : U\(3,3\) is 0, U is singular",
        ),
        (
            "trtrs",
            (np.ones((2, 1)), np.diag([1.0, 0])),
            r"trtrs : A\(2,2\) is 0, singular A",
        ),
        (
            "gels",
            (np.ones((2, 1)), np.diag([1.0, 0])),
            "2-th diagonal element .* of A is 0",
        ),
        (
            "potrf",
            (np.diag([1.0, -1, 1]),),
            "leading minor of order 2 is not positive definite",
        ),
        ("potri", (np.diag([1.0, 0]),), r"potri : A\(2,2\) is 0"),
        (
            "pstrf",
            (np.diag([1.0, 0, 1]),),
            "rank deficient or not positive semidefinite, rank 2 of 3",
        ),
    ],
)
def test_singular_matrices_change_nothing(function, arguments, message):
    operands = [tensor(a) for a in arguments]
    out = [torch.DoubleTensor([1, 2]) for _ in range(2)]
    if function == "pstrf":
        out[1] = torch.IntTensor([1, 2])
    out = out[0] if function in ("inverse", "potrf", "potri") else tuple(out)
    with pytest.raises(RuntimeError, match=message):
        getattr(torch, function)(*operands, out=out)
    for o in [out] if torch.is_tensor(out) else out:
        assert list(o) == [1, 2]
    for operand, array in zip(operands, arguments, strict=True):
        np.testing.assert_array_equal(operand.numpy(), array)


@every_type
@pytest.mark.parametrize("n", [1, 5, 40])
@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_nan_and_infinity_end_in_time(bad, n, name):
    a = definite(n)
    a[n // 2, n // 2] = bad
    t, b = tensor(a, name), tensor(random_array(n, 2), name)
    for function in ("symeig", "eig", "svd"):
        with pytest.raises(RuntimeError, match="the matrix contains NaN or infinity"):
            getattr(torch, function)(t)
    for arguments in ((b, t), (t, tensor(definite(n), name))):
        with pytest.raises(RuntimeError, match="the matrix contains NaN or infinity"):
            torch.gels(*arguments)
    for function in (
        torch.inverse,
        torch.potrf,
        torch.potri,
        torch.pstrf,
        torch.qr,
        torch.geqrf,
    ):
        try:
            function(t)
        except RuntimeError as error:
            assert "Lapack Error" in str(error)
    for function in (torch.gesv, torch.trtrs, torch.potrs):
        try:
            function(b, t)
        except RuntimeError as error:
            assert "Lapack Error" in str(error)


def test_integer_types_have_no_linear_algebra():
    assert not hasattr(torch.IntTensor, "inverse")
    assert not hasattr(torch.LongTensor, "svd")


# ------------------------------------------------------------------------- derivatives


def check_derivatives(function, *arrays):
    inputs = [Variable(tensor(a), requires_grad=True) for a in arrays]
    assert gradcheck(function, inputs)
    assert gradgradcheck(function, inputs)


def test_inverse_derivatives():
    check_derivatives(torch.inverse, dominant(4) / 4)


def test_gesv_derivatives():
    check_derivatives(
        lambda b, a: torch.gesv(b, a)[0], random_array(4, 2), dominant(4) / 4
    )
    check_derivatives(
        lambda b, a: torch.gesv(b, a)[0], random_array(4), dominant(4) / 4
    )


@pytest.mark.parametrize("upper", [True, False])
def test_potrf_derivatives(upper):
    check_derivatives(lambda a: torch.potrf(a, upper), definite(4))
    check_derivatives(lambda a: torch.potrf(a.mm(a.t()), upper), dominant(3) / 3)


@pytest.mark.parametrize("unitriangular", [False, True])
@pytest.mark.parametrize("transpose", [False, True])
@pytest.mark.parametrize("upper", [False, True])
def test_trtrs_derivatives(upper, transpose, unitriangular):
    def solve(b, a):
        return torch.trtrs(b, a, upper, transpose, unitriangular)[0]

    check_derivatives(solve, random_array(4, 2), dominant(4) / 4)
