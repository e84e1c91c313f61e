"""Objects that change tensors while an operation reads them; random calls of all."""

import numpy as np
import pytest

import torchlike as torch
from tools.check import fuzz_tensors
from torchlike.autograd import Variable


class Number:
    """A number that does something when it is asked for its value."""

    def __init__(self, action, value=1):
        self.action, self.value = action, value

    def __index__(self):
        self.action()
        return self.value

    def __float__(self):
        self.action()
        return float(self.value)


def churn():
    """Memory that was just freed is used for something else."""
    return [torch.LongTensor(2).fill_(10**9) for _ in range(200)]


def test_an_index_is_kept_while_numbers_are_read():
    index = Variable(torch.LongTensor([0, 2]))
    v = Variable(torch.zeros(3, 2))

    def replace():
        index.data = torch.LongTensor([1])
        churn()

    v.index_fill_(0, index, Number(replace, 5))
    np.testing.assert_array_equal(v.data.numpy(), [[0, 0], [5, 5], [0, 0]])


@pytest.mark.parametrize("who", ["self", "other", "index"])
def test_a_type_that_changes_while_numbers_are_read(who):
    v, w = Variable(torch.ones(1000)), Variable(torch.ones(1000))
    index = Variable(torch.LongTensor([0]))
    changed = {"self": v, "other": w, "index": index}[who]

    def change():
        changed.data = torch.ByteTensor(1000).zero_()

    with pytest.raises(RuntimeError, match="another type while arguments were read"):
        if who == "index":
            v.index_fill_(0, index, Number(change))
        else:
            v.lerp(w, Number(change))


def test_sizes_that_change_a_type():
    v = Variable(torch.ones(6))

    def change():
        v.data = torch.ByteTensor(6)

    with pytest.raises(RuntimeError, match="another type while arguments were read"):
        v.view([Number(change, 2), 3])


def test_a_tensor_is_made_anew_while_its_new_elements_are_read():
    t = torch.zeros(5)
    t.__init__([Number(t.set_), 2, 3])
    np.testing.assert_array_equal(t.numpy(), [1, 2, 3])


def test_a_failing_init_leaves_the_tensor_as_it_was():
    t = torch.FloatTensor([1, 2])
    for data in ([1, None], [[1, 2], [3]], [[1], 2, 3]):
        with pytest.raises((TypeError, ValueError)):
            t.__init__(data)
        np.testing.assert_array_equal(t.numpy(), [1, 2])


def test_an_indexed_tensor_that_shrinks():
    t = torch.zeros(4, 5)

    def shrink():
        t.set_(torch.zeros(1))

    with pytest.raises((RuntimeError, IndexError)):
        t[3, Number(shrink, 4)]
    t = torch.zeros(4, 5)
    with pytest.raises((RuntimeError, IndexError)):
        t[1:, Number(shrink, 4)] = 1


def test_a_storage_that_shrinks_while_it_is_sliced():
    s = torch.FloatStorage(1000).fill_(1)
    for take in (lambda i: s[i:], lambda i: s.__setitem__(slice(i, None), 2)):
        with pytest.raises(RuntimeError, match="resized to 1 elements while it was"):
            take(Number(lambda: s.resize_(1), 500))
        s.resize_(1000)


def test_a_number_for_a_storage_that_raises_once():
    calls = []

    class Once:
        def __float__(self):
            calls.append(1)
            if len(calls) == 1:
                raise KeyError("first time")
            return 1.0

    with pytest.raises(TypeError, match="FloatStorage changed while it was read"):
        torch.FloatStorage(3)[0] = Once()


@pytest.mark.parametrize("make", [torch.rand, torch.randn])
def test_out_of_a_type_without_random_numbers_stays(make):
    out = torch.LongTensor([1, 2, 3])
    with pytest.raises(TypeError, match="LongTensor doesn't implement"):
        make(4, 5, out=out)
    assert out.tolist() == [1, 2, 3]


def test_out_of_normal_stays_when_it_fails():
    means, out = torch.zeros(2, 2), torch.ones(3)
    calls = [
        (TypeError, lambda: torch.normal(means, "x", out=out)),
        (ValueError, lambda: torch.normal(means, -1.0, out=out)),
        (TypeError, lambda: torch.normal(means, 1.0, generator=1, out=out)),
        (TypeError, lambda: torch.normal(means.double(), 1.0, out=out)),
    ]
    for error, call in calls:
        with pytest.raises(error):
            call()
        assert out.tolist() == [1, 1, 1]
    assert torch.normal(means, 1.0, out=out) is out
    assert out.size() == (2, 2)


def test_out_of_bernoulli_stays_when_a_probability_is_none():
    out = torch.ones(3)
    with pytest.raises(ValueError, match="p = 1.25"):
        torch.bernoulli(torch.FloatTensor([[0.5, 1.25]]), out=out)
    assert out.tolist() == [1, 1, 1]
    assert torch.bernoulli(torch.ones(1, 2), out=out).tolist() == [[1, 1]]


@pytest.mark.parametrize("spec", [1, None, ("a",), b"x"])
def test_a_format_is_a_string(spec):
    for value in (torch.ones(1), Variable(torch.ones(1))):
        with pytest.raises(TypeError):
            value.__format__(spec)


@pytest.mark.parametrize("part", range(4))
def test_random_calls(part):
    passed, wrong = fuzz_tensors.run(3000, seed=part * 1_000_000)
    assert not wrong, "\n".join(wrong)
    assert sum(passed.values()) > 300  # not everything is refused at the door


def test_subjects_are_everything():
    names = fuzz_tensors.subjects()
    for name in ("FloatTensor.map_", "Variable.scatter_ of Long", "torch.cat"):
        assert name in names
    assert {"method addcmul_STT", "Variable index_fill_ILS"} <= names.keys()
