"""Every distribution number by number, from the outputs of NumPy's Mersenne Twister.

NumPy seeds the generator as TH does, and its 32-bit integers are the plain outputs. The
transforms are written out here, as TH 0.3 computed them.
"""

import math

import numpy as np
import pytest

import torchlike as torch
from torchlike.testing import assert_allclose

SEED = 123
ALL = ("Byte", "Char", "Short", "Int", "Long", "Float", "Double")


class Source:
    """Outputs of the Mersenne Twister and what is made of one or two of them."""

    def __init__(self, seed=SEED):
        self.state = np.random.RandomState(seed)
        self.kept = None

    def bits(self):
        return int(self.state.randint(0, 2**32, dtype=np.uint32))

    def bits64(self):
        return self.bits() << 32 | self.bits()

    def uniform(self):
        return self.bits64() % 2**53 / 2**53

    def uniform_float(self):
        return self.bits() % 2**24 / 2**24

    def normal(self):
        if self.kept is not None:
            result, self.kept = self.kept, None
            return result
        angle, y = 2 * math.pi * self.uniform(), self.uniform()
        radius = math.sqrt(-2 * math.log(1 - y))
        self.kept = radius * math.sin(angle)
        return radius * math.cos(angle)

    def normal_block(self, uniforms):
        radius = np.sqrt(-2 * np.log1p(-uniforms[:8]))
        angle = 2 * math.pi * uniforms[8:]
        return np.concatenate([radius * np.cos(angle), radius * np.sin(angle)])

    def normals_in_blocks(self, n, uniform):
        x = np.array([uniform() for _ in range(n)])
        for i in range(0, n - 15, 16):
            x[i : i + 16] = self.normal_block(x[i : i + 16])
        if n % 16:
            x[n - 16 :] = self.normal_block(np.array([uniform() for _ in range(16)]))
        return x


@pytest.fixture(autouse=True)
def source():
    state = torch.get_rng_state()
    torch.manual_seed(SEED)
    yield Source()
    torch.set_rng_state(state)


def make(type_name, *size):
    return getattr(torch, type_name + "Tensor")(*size)


@pytest.mark.parametrize("n", [1, 7, 600, 1500])  # the state is renewed after 624
def test_uniform(source, n):
    assert torch.rand(n).tolist() == [source.uniform_float() for _ in range(n)]
    expected = [source.uniform() * 4 - 1 for _ in range(n)]
    assert torch.DoubleTensor(n).uniform_(-1, 3).tolist() == expected


def test_uniform_of_floats_rounds_as_floats_do(source):
    x = [np.float32(source.uniform_float()) for _ in range(50)]
    expected = [v * np.float32(0.3) + np.float32(0.1) for v in x]
    assert_allclose(torch.FloatTensor(50).uniform_(0.1, 0.4), expected, 2e-7, 0)


@pytest.mark.parametrize("type_name", ["Float", "Double"])
@pytest.mark.parametrize("n", [1, 2, 15, 16, 17, 40, 64, 1000])
def test_normal(source, type_name, n):
    x = make(type_name, n).normal_(1, 2)
    if n < 16:
        expected = [1 + 2 * source.normal() for _ in range(n)]
    else:
        uniform = source.uniform_float if type_name == "Float" else source.uniform
        expected = 1 + 2 * source.normals_in_blocks(n, uniform)
    rtol = 2e-5 if type_name == "Float" else 1e-12
    assert_allclose(x, expected, rtol, rtol)


@pytest.mark.parametrize("type_name", ["Float", "Double"])
def test_normal_into_a_strided_tensor_draws_one_by_one(source, type_name):
    x = make(type_name, 40, 2).select(1, 0).normal_()
    expected = [source.normal() for _ in range(40)]
    rtol = 1e-6 if type_name == "Float" else 1e-12
    assert_allclose(x, expected, rtol, rtol)


def test_normal_of_tensors(source):
    means, deviations = torch.arange(0, 20), torch.arange(1, 21)
    x = torch.normal(means, deviations)
    noise = source.normals_in_blocks(20, source.uniform_float)
    assert_allclose(x, np.arange(20) + noise * np.arange(1, 21), 1e-4, 1e-4)


@pytest.mark.parametrize("type_name", ["Float", "Double"])
@pytest.mark.parametrize(
    "name, arguments, transform",
    [
        ("exponential_", (1.5,), lambda s: -1 / 1.5 * math.log(1 - s.uniform())),
        (
            "cauchy_",
            (1, 2),
            lambda s: 1 + 2 * math.tan(math.pi * (s.uniform() - 0.5)),
        ),
        ("log_normal_", (0.5, 0.25), lambda s: math.exp(0.5 + 0.25 * s.normal())),
    ],
)
def test_continuous(source, type_name, name, arguments, transform):
    x = getattr(make(type_name, 30), name)(*arguments)
    rtol = 2e-6 if type_name == "Float" else 1e-11
    assert_allclose(x, [transform(source) for _ in range(30)], rtol, 0)


@pytest.mark.parametrize(
    "name, arguments",
    [
        ("exponential_", (0.3,)),
        ("cauchy_", (-1, 5)),
        ("log_normal_", (1, 2)),
        ("log_normal_", (0, 60)),
    ],
)
@pytest.mark.parametrize("n", [1, 2, 25, 1000, 1003])
def test_float_numbers_are_the_rounded_double_ones(name, arguments, n):
    draws = {}
    for type_name in ("Float", "Double"):
        torch.manual_seed(SEED)
        first, second = (
            getattr(make(type_name, n), name)(*arguments) for _ in range(2)
        )
        state = torch.get_rng_state().tolist()
        draws[type_name] = first.numpy(), second.numpy(), state
    for float_draw, double_draw in zip(draws["Float"], draws["Double"], strict=True):
        with np.errstate(over="ignore"):
            expected = np.asarray(double_draw).astype(np.asarray(float_draw).dtype)
        np.testing.assert_array_equal(float_draw, expected)


@pytest.mark.parametrize("type_name", ALL)
def test_geometric_counts_until_the_first_failure(source, type_name):
    x = make(type_name, 200).geometric_(0.7)
    expected = [
        int(math.log(1 - source.uniform()) / math.log(0.7)) + 1 for _ in range(200)
    ]
    assert x.tolist() == expected
    assert abs(np.mean(expected) - 1 / (1 - 0.7)) < 0.5


@pytest.mark.parametrize("type_name", ALL)
def test_bernoulli(source, type_name):
    p = [0.1, 0.9, 0.5, 0.3, 0.0, 1.0, 0.7]
    x = make(type_name, 40).bernoulli_(0.3)
    assert x.tolist() == [source.uniform() <= 0.3 for _ in range(40)]
    x = make(type_name, 7).bernoulli_(torch.DoubleTensor(p))
    assert x.tolist() == [source.uniform() <= q for q in p]
    # only a FloatTensor takes float numbers for float probabilities
    x = make(type_name, 7).bernoulli_(torch.FloatTensor(p))
    uniform = source.uniform_float if type_name == "Float" else source.uniform
    assert x.tolist() == [uniform() <= np.float32(q) for q in p]


@pytest.mark.parametrize(
    "type_name, count, bits",
    [
        ("Byte", 2**8, 32),
        ("Char", 2**7, 32),
        ("Short", 2**15, 32),
        ("Int", 2**31, 32),
        ("Long", 2**63, 64),
        ("Float", 2**24 + 1, 32),
        ("Double", 2**53 + 1, 64),
    ],
)
def test_random(source, type_name, count, bits):
    draw = source.bits if bits == 32 else source.bits64
    x = make(type_name, 30)
    assert x.random_().tolist() == [draw() % count for _ in range(30)]
    assert x.random_(100).tolist() == [source.bits() % 100 for _ in range(30)]
    low = 3 if type_name == "Byte" else -3
    expected = [source.bits() % (90 - low) + low for _ in range(30)]
    assert x.random_(low, 90).tolist() == expected


@pytest.mark.parametrize("type_name", ["Long", "Float", "Double"])
def test_random_from_64_bits(source, type_name):
    x = make(type_name, 30).random_(2**40)
    expected = [source.bits64() % 2**40 for _ in range(30)]
    kept = np.float32 if type_name == "Float" else np.float64
    assert x.tolist() == [kept(n) for n in expected]


@pytest.mark.parametrize("n", [1, 2, 10, 2000])
def test_randperm(source, n):
    expected = list(range(n))
    for i in range(n - 1):
        j = source.bits() % (n - i) + i
        expected[i], expected[j] = expected[j], expected[i]
    assert torch.randperm(n).tolist() == expected


WEIGHTS = [0.1, 0.0, 0.3, 0.25, 0.05, 0.2, 0.1]


@pytest.mark.parametrize("type_name", ["Float", "Double"])
def test_multinomial_with_replacement(source, type_name):
    rows = make(type_name, [WEIGHTS, WEIGHTS[::-1]])
    x = torch.multinomial(rows, 50, True)
    for row, drawn in zip(rows.tolist(), x.tolist(), strict=True):
        cumulative = np.cumsum(row) / np.sum(row)
        expected = [int((cumulative < source.uniform()).sum()) for _ in range(50)]
        assert drawn == expected


def test_multinomial_without_replacement(source):
    x = torch.multinomial(torch.DoubleTensor(WEIGHTS), 6)
    left, expected = np.array(WEIGHTS), []
    for _ in range(6):
        cumulative = np.cumsum(left) / left.sum()
        expected.append(int((cumulative < source.uniform()).sum()))
        left[expected[-1]] = 0
    assert x.tolist() == expected


def test_states_of_generators_are_saved_and_restored():
    generators = [torch.default_generator, torch.Generator().manual_seed(8)]
    for generator in generators:
        x = torch.DoubleTensor(3)
        x.normal_(generator=generator)  # an odd number leaves one behind
        state = generator.get_state()
        draws = [
            lambda g=generator: torch.DoubleTensor(700).normal_(generator=g),
            lambda g=generator: torch.DoubleTensor(5).normal_(generator=g),
            lambda g=generator: torch.LongTensor(9).random_(generator=g),
            lambda g=generator: torch.randperm(9, generator=g),
        ]
        first = [draw().tolist() for draw in draws]
        generator.set_state(state)
        assert [draw().tolist() for draw in draws] == first
        other = torch.Generator()
        other.set_state(state)
        assert torch.DoubleTensor(700).normal_(generator=other).tolist() == first[0]
        assert other.initial_seed() == generator.initial_seed()
    assert torch.get_rng_state().size() == (5048,)
