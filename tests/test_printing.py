"""Printed tensors, against what 0.3 printed for the same values."""

import math

import pytest

import torchlike as torch
from torchlike.autograd import Variable


@pytest.fixture(autouse=True)
def default_options():
    yield
    torch.set_printoptions(profile="default")


def check(tensor, text):
    assert repr(tensor) == str(tensor) == text


def test_vector_of_integers():
    check(
        torch.linspace(-10, 10, 5),
        "\n-10\n -5\n  0\n  5\n 10\n[torch.FloatTensor of size 5]\n",
    )


def test_vector_of_fractions():
    check(
        torch.linspace(3, 10, 5),
        "\n  3.0000\n  4.7500\n  6.5000\n  8.2500\n 10.0000\n"
        "[torch.FloatTensor of size 5]\n",
    )


def test_wide_range_uses_exponents():
    check(
        torch.Tensor([1e-10, 1e-5, 1, 1e5, 1e10]),
        "\n 1.0000e-10\n 1.0000e-05\n 1.0000e+00\n 1.0000e+05\n 1.0000e+10\n"
        "[torch.FloatTensor of size 5]\n",
    )


def test_matrix():
    check(
        torch.Tensor([[1.2045, 2.4084, 0.4001], [0.5596, 1.5677, -0.6219]]),
        "\n 1.2045  2.4084  0.4001\n 0.5596  1.5677 -0.6219\n"
        "[torch.FloatTensor of size 2x3]\n",
    )
    check(torch.eye(2), "\n 1  0\n 0  1\n[torch.FloatTensor of size 2x2]\n")


def test_width_follows_the_largest_magnitude():
    check(
        torch.Tensor([[0.6187, -32.6438], [-0.7234, 27.0703]]),
        "\n  0.6187 -32.6438\n -0.7234  27.0703\n[torch.FloatTensor of size 2x2]\n",
    )


@pytest.mark.parametrize(
    "kind", ["Byte", "Char", "Short", "Int", "Long", "Float", "Double", "Half"]
)
def test_every_type(kind):
    tensor = getattr(torch, kind + "Tensor")([[1, 2, 3], [4, 5, 60]])
    check(tensor, f"\n  1   2   3\n  4   5  60\n[torch.{kind}Tensor of size 2x3]\n")


def test_large_integers_use_exponents():
    check(
        torch.LongTensor([1000000, 3]),
        "\n 1.0000e+06\n 3.0000e+00\n[torch.LongTensor of size 2]\n",
    )


@pytest.mark.parametrize(
    "values, scale, lines",
    [
        ([1e-3, 2e-3], "1.00000e-03", ["  1.0000", "  2.0000"]),
        ([123456.5, 250000.25], "1.00000e+05", ["  1.2346", "  2.5000"]),
    ],
)
def test_vector_with_a_scale(values, scale, lines):
    text = "\n".join([f"\n{scale} *", *lines, "[torch.DoubleTensor of size 2]\n"])
    check(torch.DoubleTensor(values), text)


def test_matrix_with_a_scale():
    check(
        torch.Tensor([[0.001, -0.002]]),
        "\n1.00000e-03 *\n  1.0000 -2.0000\n[torch.FloatTensor of size 1x2]\n",
    )


def test_nan_and_infinity():
    check(
        torch.Tensor([math.nan, 1, math.inf]),
        "\nnan\n  1\ninf\n[torch.FloatTensor of size 3]\n",
    )
    check(torch.Tensor([math.nan]), "\nnan\n[torch.FloatTensor of size 1]\n")
    check(
        torch.Tensor([-math.inf, 0.5]),
        "\n   -inf\n 0.5000\n[torch.FloatTensor of size 2]\n",
    )


def test_empty():
    check(torch.Tensor(), "[torch.FloatTensor with no dimension]\n")
    check(torch.LongTensor(), "[torch.LongTensor with no dimension]\n")


def test_three_and_four_dimensions():
    check(
        torch.Tensor([[[1, 2], [3, 4]], [[5, 6], [7, 8]]]),
        "\n(0 ,.,.) = \n  1  2\n  3  4\n\n(1 ,.,.) = \n  5  6\n  7  8\n"
        "[torch.FloatTensor of size 2x2x2]\n",
    )
    check(
        torch.Tensor([[[[0, 6], [14, 16]]]]),
        "\n(0 ,0 ,.,.) = \n   0   6\n  14  16\n[torch.FloatTensor of size 1x1x2x2]\n",
    )
    check(
        torch.Tensor([[[0, 2, 0, 4, 0, 6, 0, 8]]]),
        "\n(0 ,.,.) = \n   0   2   0   4   0   6   0   8\n"
        "[torch.FloatTensor of size 1x1x8]\n",
    )


def test_wide_matrix_is_split_into_columns():
    lines = repr(torch.rand(2, 25) + 0.1).split("\n")
    assert lines[:3] == ["", "", "Columns 0 to 9 "]
    assert [line for line in lines if line.startswith("Columns")] == [
        "Columns 0 to 9 ",
        "Columns 10 to 19 ",
        "Columns 20 to 24 ",
    ]
    assert len(lines[3]) == 79 and lines[5] == ""
    assert lines[-2] == "[torch.FloatTensor of size 2x25]"


def test_summary_of_a_vector():
    check(
        torch.arange(0, 1000).long(),
        "\n   0\n   1\n   2\n ⋮  \n 997\n 998\n 999\n[torch.LongTensor of size 1000]\n",
    )
    assert "⋮" not in repr(torch.arange(0, 999))


def test_summary_of_a_matrix():
    check(
        torch.arange(0, 2000).view(20, 100),
        "\n"
        "    0     1     2  ...     97    98    99\n"
        "  100   101   102  ...    197   198   199\n"
        "  200   201   202  ...    297   298   299\n"
        "       ...          ⋱          ...       \n"
        " 1700  1701  1702  ...   1797  1798  1799\n"
        " 1800  1801  1802  ...   1897  1898  1899\n"
        " 1900  1901  1902  ...   1997  1998  1999\n"
        "[torch.FloatTensor of size 20x100]\n",
    )


def test_summary_of_a_long_or_wide_matrix():
    torch.set_printoptions(threshold=10)
    check(
        torch.arange(0, 20).view(10, 2),
        "\n    0     1\n    2     3\n    4     5\n"
        "     ⋮      \n"
        "   14    15\n   16    17\n   18    19\n[torch.FloatTensor of size 10x2]\n",
    )
    check(
        torch.arange(0, 20).view(2, 10),
        "\n    0     1     2  ...      7     8     9\n"
        "   10    11    12  ...     17    18    19\n[torch.FloatTensor of size 2x10]\n",
    )


def test_summary_of_many_matrices():
    torch.set_printoptions(threshold=10)
    text = repr(torch.zeros(8, 2, 1, 1))
    heads = [line for line in text.split("\n") if line.startswith("(")]
    assert heads == [
        f"({i} ,{j} ,.,.) = " for i in (0, 1, 2, 5, 6, 7) for j in range(2)
    ]
    assert "\n...   \n     ⋮ \n\n(5 ,0 ,.,.) = \n" in text


def test_options():
    t = torch.Tensor([0.123456])
    torch.set_printoptions(precision=2)
    check(t, "\n   0.12\n[torch.FloatTensor of size 1]\n")
    torch.set_printoptions(profile="short")
    assert "⋮" in repr(torch.ones(1000))
    torch.set_printoptions(profile="full")
    assert "⋮" not in repr(torch.ones(1000))
    torch.set_printoptions(profile="default", linewidth=40)
    assert "Columns 0 to 5 \n" in repr(torch.ones(2, 20))


def test_bad_options_change_nothing():
    with pytest.raises(ValueError, match="profile must be one of .* got 'x'"):
        torch.set_printoptions(profile="x")
    with pytest.raises(ValueError, match="edgeitems must not be negative, got -1"):
        torch.set_printoptions(precision=2, edgeitems=-1)
    assert "0.1235" in repr(torch.Tensor([0.123456]))


def test_views():
    t = torch.Tensor([[1, 2], [3, 4]]).t()
    check(t, "\n 1  3\n 2  4\n[torch.FloatTensor of size 2x2]\n")


def test_storage():
    check(torch.FloatStorage([1, 2]), " 1.0\n 2.0\n[torch.FloatStorage of size 2]")
    check(torch.LongStorage([1, 2]), " 1\n 2\n[torch.LongStorage of size 2]")


def test_variable():
    check(
        Variable(torch.ones(1)),
        "Variable containing:\n 1\n[torch.FloatTensor of size 1]\n",
    )
