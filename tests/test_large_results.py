"""Results so large that they bypass the caches, against NumPy."""

import numpy as np
import pytest

import torchlike as torch

# Floats of 32 MB, and a rest that fills neither a vector nor a cache line.
COUNT = (1 << 23) + 37


def numbers(seed, count=COUNT):
    return np.random.default_rng(seed).standard_normal(count, dtype=np.float32)


@pytest.fixture(scope="module")
def operands():
    return numbers(1), numbers(2)


@pytest.mark.parametrize("offset", [0, 1, 15])
def test_arithmetic_into_unaligned_memory(operands, offset):
    a, b = (torch.from_numpy(array) for array in operands)
    memory = torch.zeros(COUNT + 32)
    out = memory[offset : offset + COUNT]
    torch.add(a, 0.5, b, out=out)
    expected = operands[0] + np.float32(0.5) * operands[1]
    np.testing.assert_allclose(out.numpy(), expected, rtol=1e-6, atol=1e-6)
    torch.mul(a, 3, out=out)
    np.testing.assert_array_equal(out.numpy(), operands[0] * np.float32(3))
    assert not memory.numpy()[:offset].any()
    assert not memory.numpy()[offset + COUNT :].any()


def test_copies(operands):
    a = torch.from_numpy(operands[0])
    np.testing.assert_array_equal(a.clone().numpy(), operands[0])
    memory = torch.zeros(COUNT + 1)
    memory[1:].copy_(a)
    np.testing.assert_array_equal(memory.numpy()[1:], operands[0])
    np.testing.assert_array_equal(a.double().numpy(), operands[0].astype(np.float64))


def test_comparison_has_smaller_elements_than_its_operands():
    numpy = np.tile(numbers(3, 4099), 8200)
    a = torch.from_numpy(numpy)
    np.testing.assert_array_equal((a > 0.25).numpy(), numpy > 0.25)


def test_in_place_and_shifted_operands(operands):
    a = torch.from_numpy(operands[0].copy())
    a.add_(torch.from_numpy(operands[1]))
    np.testing.assert_array_equal(a.numpy(), operands[0] + operands[1])
    memory = torch.from_numpy(np.append(operands[0], operands[1][:1]))
    torch.neg(memory[:-1], out=memory[1:])
    np.testing.assert_array_equal(memory.numpy()[1:], -operands[0])
