"""Random numbers: 0.3's sequence, states, generators, samplers."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import torchlike as torch
from torchlike.testing import assert_allclose, to_array


@pytest.fixture(autouse=True)
def keep_state():
    state = torch.get_rng_state()
    yield
    torch.set_rng_state(state)


def test_known_numbers():
    torch.manual_seed(1)
    expected = [[0.6614, 0.2669, 0.0617], [0.6213, -0.4519, -0.1661]]
    assert_allclose(torch.randn(2, 3), expected, 0, 5e-5)


def test_mersenne_twister():
    # The first outputs of the reference implementation for its default seed; a float
    # takes the low 24 bits of one, a double the low 53 bits of two.
    outputs = [3499211612, 581869302, 3890346734, 3586334585]
    torch.manual_seed(5489)
    assert list(torch.LongTensor(4).random_(2**31)) == [n % 2**31 for n in outputs]
    torch.manual_seed(5489)
    assert list(torch.rand(4)) == [n % 2**24 / 2**24 for n in outputs]
    torch.manual_seed(5489)
    pair = outputs[0] << 32 | outputs[1]
    assert torch.DoubleTensor(1).uniform_()[0] == pair % 2**53 / 2**53


@pytest.mark.parametrize(
    "draw",
    [
        lambda: torch.rand(100),
        lambda: torch.randn(101),
        lambda: torch.randperm(50),
        lambda: torch.bernoulli(torch.Tensor(50).fill_(0.5)),
        lambda: torch.multinomial(torch.ones(20), 10),
        lambda: torch.DoubleTensor(33).normal_(1, 2),
        lambda: torch.LongTensor(20).random_(1000),
        lambda: torch.Tensor(20).exponential_(),
    ],
)
def test_seed_repeats_the_sequence(draw):
    torch.manual_seed(5)
    first, second = draw(), draw()
    assert not torch.equal(first, second)
    torch.manual_seed(5)
    assert torch.equal(draw(), first) and torch.equal(draw(), second)
    state = torch.get_rng_state()
    third = draw()
    torch.set_rng_state(state)
    assert torch.equal(draw(), third)


def test_parts_give_the_sequence_of_the_whole():
    torch.manual_seed(2)
    whole = torch.DoubleTensor(1000).uniform_()
    torch.manual_seed(2)
    parts = torch.cat([torch.DoubleTensor(n).uniform_() for n in (1, 7, 600, 392)])
    assert torch.equal(whole, parts)
    torch.manual_seed(2)
    strided = torch.DoubleTensor(1000, 2).select(1, 0).uniform_()
    assert torch.equal(whole, strided)


def test_odd_number_of_normals_is_remembered():
    torch.manual_seed(3)
    whole = torch.DoubleTensor(6).normal_()
    torch.manual_seed(3)
    first = torch.DoubleTensor(3).normal_()
    state = torch.get_rng_state()
    second = torch.DoubleTensor(3).normal_()
    assert torch.equal(torch.cat([first, second]), whole)
    torch.set_rng_state(state)
    assert torch.equal(torch.DoubleTensor(3).normal_(), second)


def test_generators():
    a, b = torch.Generator(), torch.Generator()
    assert a.manual_seed(4) is a and a.initial_seed() == 4
    b.manual_seed(4)
    torch.manual_seed(9)
    before = torch.get_rng_state()
    x = torch.Tensor(5).normal_(generator=a)
    assert torch.equal(x, torch.Tensor(5).normal_(generator=b))
    assert torch.equal(torch.get_rng_state(), before)
    b.set_state(a.get_state())
    assert torch.equal(
        torch.rand(1).uniform_(generator=a), torch.rand(1).uniform_(generator=b)
    )
    assert isinstance(torch.manual_seed(3), torch.Generator)
    assert torch.initial_seed() == 3
    assert torch.seed() == torch.initial_seed()
    for seed in (-1, 2**64 + 5, 0, 2**63):
        torch.manual_seed(seed)
        first = torch.rand(2)
        torch.manual_seed(seed % 2**64)
        assert torch.equal(first, torch.rand(2))


def test_bad_states():
    state = torch.get_rng_state()
    for bad in (state[:-1], state.int(), torch.ByteTensor(), None, "a", torch.zeros(3)):
        with pytest.raises((TypeError, RuntimeError)):
            torch.set_rng_state(bad)
    for value in (0, 255, 7):
        with pytest.raises(RuntimeError, match="state"):
            torch.set_rng_state(state.clone().fill_(value))
    assert torch.equal(torch.get_rng_state(), state)
    for bad in ("a", None, 1.5j, [1]):
        with pytest.raises((TypeError, ValueError)):
            torch.manual_seed(bad)
    with pytest.raises(TypeError):
        torch.Tensor(2).normal_(generator=3)


def test_processes_differ_without_a_seed(tmp_path):
    # In a folder of its own: the repository's would be imported from there.
    code = "import torchlike as t; print(t.initial_seed())"
    folder = str(Path(torch.__file__).parent.parent)
    seeds = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            check=True,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": folder},
        ).stdout
        for _ in range(2)
    }
    assert len(seeds) == 2


def test_rand_and_randn():
    torch.manual_seed(0)
    x = to_array(torch.rand(200, 200))
    assert 0 <= x.min() and x.max() < 1 and abs(x.mean() - 0.5) < 0.01
    assert np.abs(np.histogram(x, 10, (0, 1))[0] - 4000).max() < 300
    x = to_array(torch.randn(200, 200))
    assert abs(x.mean()) < 0.02 and abs(x.std() - 1) < 0.02
    assert abs((x**4).mean() - 3) < 0.15


def test_randperm():
    torch.manual_seed(0)
    p = torch.randperm(100)
    assert p.type() == "torch.LongTensor" and sorted(p) == list(range(100))
    out = torch.LongTensor()
    assert torch.randperm(4, out=out) is out
    with pytest.raises(TypeError, match="FloatTensor"):
        torch.randperm(4, out=torch.FloatTensor())
    firsts = [torch.randperm(3)[0] for _ in range(3000)]
    assert np.abs(np.bincount(firsts) - 1000).max() < 120


def test_bernoulli():
    torch.manual_seed(0)
    p = torch.Tensor([0, 0.25, 1]).unsqueeze(1).expand(3, 4000)
    x = to_array(torch.bernoulli(p)).mean(1)
    assert x[0] == 0 and x[2] == 1 and abs(x[1] - 0.25) < 0.03
    for bad in (-0.1, 1.1, float("nan")):
        with pytest.raises((RuntimeError, ValueError), match="0.*1"):
            torch.bernoulli(torch.Tensor([bad]))


def test_normal_with_one_mean():
    torch.manual_seed(0)
    x = torch.normal(mean=0.5, std=torch.arange(1, 6))
    torch.manual_seed(0)
    assert torch.equal(x, torch.normal(0.5, torch.arange(1, 6)))
    with pytest.raises(TypeError, match="both"):
        torch.normal(1.0, torch.ones(2), mean=2.0)
    with pytest.raises(TypeError, match="both"):
        torch.normal(torch.ones(2), mean=2.0)


def test_multinomial():
    torch.manual_seed(0)
    weights = torch.Tensor([1, 0, 3])
    x = torch.multinomial(weights, 8000, True)
    counts = np.bincount(to_array(x), minlength=3)
    assert counts[1] == 0 and abs(counts[2] / 8000 - 0.75) < 0.03
    assert sorted(torch.multinomial(weights, 2)) == [0, 2]
    for _ in range(20):  # index 0 when only weights of 0 are left
        assert torch.multinomial(torch.Tensor([0, 10, 3, 0]), 4)[2:].tolist() == [0, 0]
    assert torch.multinomial(torch.ones(4, 6), 3).size() == (4, 3)
    rows = torch.multinomial(torch.ones(4, 6), 6)
    assert all(sorted(row) == list(range(6)) for row in rows)
    for bad, n, replacement in [
        (torch.Tensor([1, 1]), 3, False),
        (torch.Tensor([1, -1]), 1, False),
        (torch.Tensor([0, 0]), 1, True),
        (torch.Tensor([float("nan"), 1]), 1, True),
        (torch.Tensor([float("inf"), 1]), 1, True),
        (torch.ones(2), 0, True),
        (torch.ones(2), -1, True),
        (torch.ones(2, 2, 2), 1, True),
        (torch.Tensor(), 1, True),
    ]:
        with pytest.raises((RuntimeError, ValueError)):
            torch.multinomial(bad, n, replacement)
    with pytest.raises(TypeError, match="FloatTensor"):
        torch.multinomial(torch.ones(3), 2, out=torch.FloatTensor())


@pytest.mark.parametrize(
    "call, number",
    [
        (lambda t: t.normal_(0, -1), "-1"),
        (lambda t: t.log_normal_(0, 0), "0"),
        (lambda t: t.geometric_(0), "0"),
        (lambda t: t.geometric_(1.5), "1.5"),
        (lambda t: t.random_(0), "0"),
        (lambda t: t.random_(5, 2), "2"),
    ],
)
def test_bad_parameters_name_the_number(call, number):
    t = torch.ones(3)
    state = torch.get_rng_state()
    with pytest.raises((RuntimeError, ValueError), match=number):
        call(t)
    assert list(t) == [1, 1, 1]
    assert torch.equal(torch.get_rng_state(), state)
