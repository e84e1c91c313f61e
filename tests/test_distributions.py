import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

import torchlike as torch
from torchlike.autograd import Variable, gradcheck
from torchlike.distributions import Bernoulli, Categorical, Distribution, Normal


def kind_of(x):
    return type(x), type(x.data if isinstance(x, Variable) else x)


def test_reached_from_the_package(tmp_path):
    program = "import torchlike as torch; torch.distributions.Normal(0, 1)"
    environment = os.environ | {"PYTHONPATH": str(Path(torch.__file__).parents[1])}
    command = [sys.executable, "-c", program]
    subprocess.run(command, cwd=tmp_path, env=environment, check=True)


# ---- Bernoulli -------------------------------------------------------------------


@pytest.mark.parametrize("wrap", [lambda x: x, Variable])
@pytest.mark.parametrize("shape", [(1,), (3,), (2, 3)])
def test_bernoulli_sizes(shape, wrap):
    probs = wrap(torch.rand(*shape))
    m = Bernoulli(probs)
    assert m.sample().size() == shape and m.sample_n(5).size() == (5, *shape)
    assert kind_of(m.sample()) == kind_of(m.sample_n(5)) == kind_of(probs)
    for drawn in (m.sample(), m.sample_n(5)):
        assert m.log_prob(drawn).size() == drawn.size()


def test_bernoulli_frequencies():
    torch.manual_seed(0)
    p = torch.Tensor([0, 0.3, 1])
    mean = Bernoulli(p).sample_n(5000).mean(0)
    np.testing.assert_allclose(mean.numpy(), p.numpy(), atol=0.03)
    assert mean[0] == 0 and mean[2] == 1


def test_bernoulli_log_prob():
    p = np.array([0.2, 0.7, 0.5])
    x = np.array([0.0, 1.0, 0.0])
    ours = Bernoulli(torch.from_numpy(p)).log_prob(torch.from_numpy(x))
    np.testing.assert_allclose(ours.numpy(), stats.bernoulli.logpmf(x, p))


def test_bernoulli_gradient_at_the_ends():
    p = Variable(torch.DoubleTensor([0.2, 0, 1]), requires_grad=True)
    x = Variable(torch.DoubleTensor([1, 0, 1]))
    Bernoulli(p).log_prob(x).sum().backward()
    assert p.grad.data.tolist() == [5, -1, 1]
    inner = Variable(torch.DoubleTensor([0.2, 0.9]), requires_grad=True)
    value = torch.DoubleTensor([1, 0])
    assert gradcheck(lambda p: Bernoulli(p).log_prob(value), (inner,))


# ---- Categorical -----------------------------------------------------------------


@pytest.mark.parametrize("wrap", [lambda x: x, Variable])
def test_categorical_sizes(wrap):
    one, many = Categorical(wrap(torch.rand(4))), Categorical(wrap(torch.rand(2, 4)))
    assert one.sample().size() == (1,) and many.sample().size() == (2,)
    for n in (1, 6):
        assert one.sample_n(n).size() == (n, 1) and many.sample_n(n).size() == (n, 2)
    for m in (one, many):
        for drawn in (m.sample(), m.sample_n(1), m.sample_n(6)):
            assert kind_of(drawn) == (type(wrap(torch.rand(1))), torch.LongTensor) or (
                kind_of(drawn) == (torch.LongTensor, torch.LongTensor)
            )
            assert m.log_prob(drawn).size() == drawn.size()


def test_categorical_frequencies():
    torch.manual_seed(0)
    p = torch.Tensor([[1, 2, 1], [0, 0, 5]])
    drawn = Categorical(p).sample_n(5000).numpy()
    first = np.bincount(drawn[:, 0], minlength=3) / 5000
    np.testing.assert_allclose(first, [0.25, 0.5, 0.25], atol=0.03)
    assert (drawn[:, 1] == 2).all()


def test_categorical_log_prob():
    p = np.array([[1.0, 2.0, 5.0], [3.0, 3.0, 2.0]])
    expected = np.log(p / 8)
    m = Categorical(torch.from_numpy(p))
    value = torch.LongTensor([[2, 1], [0, 0], [1, 2]])
    ours = m.log_prob(value).numpy()
    columns = np.arange(2)
    np.testing.assert_allclose(ours, expected[columns, value.numpy()])
    np.testing.assert_allclose(m.log_prob(value[0]).numpy(), ours[0])
    one = Categorical(torch.from_numpy(p[0]))
    ours = one.log_prob(torch.LongTensor([2, 0])).numpy()
    np.testing.assert_allclose(ours, expected[0, [2, 0]])


def test_categorical_gradient():
    p = Variable(torch.DoubleTensor([[1, 2, 5], [3, 3, 2]]), requires_grad=True)
    value = torch.LongTensor([2, 0])
    assert gradcheck(lambda p: Categorical(p).log_prob(value), (p,))


def test_reinforce_prefers_what_is_rewarded():
    torch.manual_seed(0)
    logits = Variable(torch.zeros(3), requires_grad=True)
    for _ in range(200):
        m = Categorical(torch.nn.functional.softmax(logits, 0))
        action = m.sample()
        loss = -m.log_prob(action) * (1.0 if action.data[0] == 1 else 0.0)
        logits.grad = None
        loss.backward()
        logits.data.add_(-0.5, logits.grad.data)
    assert logits.data.numpy().argmax() == 1


# ---- Normal ----------------------------------------------------------------------


def test_normal_sizes():
    cases = [
        (1.0, 2.0, (1,)),
        (torch.zeros(3), 2.0, (3,)),
        (0.0, torch.ones(2, 3), (2, 3)),
        (torch.zeros(2, 3), torch.ones(3), (2, 3)),
        (torch.DoubleTensor(4).zero_(), 1, (4,)),
    ]
    for mean, std, shape in cases:
        m = Normal(mean, std)
        assert m.sample().size() == shape and m.sample_n(5).size() == (5, *shape)
        assert m.log_prob(m.sample_n(5)).size() == (5, *shape)
    assert type(m.sample()) is torch.DoubleTensor
    v = Variable(torch.zeros(3), requires_grad=True)
    drawn = Normal(v, 1.0).sample_n(2)
    assert type(drawn) is Variable and not drawn.requires_grad


def test_normal_moments():
    torch.manual_seed(0)
    drawn = Normal(torch.Tensor([1, -5]), torch.Tensor([2, 0.5])).sample_n(20000)
    np.testing.assert_allclose(drawn.mean(0).numpy(), [1, -5], atol=0.06)
    np.testing.assert_allclose(drawn.std(0).numpy(), [2, 0.5], rtol=0.03)
    assert stats.kstest(drawn.numpy()[:, 0], stats.norm(1, 2).cdf).pvalue > 0.001


def test_normal_log_prob():
    x, mean, std = np.array([0.5, -3.0]), np.array([1.0, 2.0]), np.array([0.5, 4.0])
    expected = stats.norm.logpdf(x, mean, std)
    tensors = [torch.from_numpy(a) for a in (x, mean, std)]
    ours = Normal(tensors[1], tensors[2]).log_prob(tensors[0])
    np.testing.assert_allclose(ours.numpy(), expected)
    ours = Normal(1.0, 2.0).log_prob(tensors[0])
    np.testing.assert_allclose(ours.numpy(), stats.norm.logpdf(x, 1, 2))
    variables = [Variable(t, requires_grad=True) for t in tensors]
    assert gradcheck(lambda x, m, s: Normal(m, s).log_prob(x), variables)


# ---- errors ----------------------------------------------------------------------


def test_errors():
    with pytest.raises(ValueError, match=r"1-dimensional.*got size \[2, 2, 2\]"):
        Categorical(torch.ones(2, 2, 2))
    for kind in (Bernoulli, Categorical):
        with pytest.raises(TypeError, match="Tensor or Variable, got float"):
            kind(0.5)
    base = Distribution()
    for call in (base.sample, lambda: base.sample_n(1), lambda: base.log_prob(1)):
        with pytest.raises(NotImplementedError, match="Distribution defines no"):
            call()
    with pytest.raises(ValueError):
        Normal(0.0, -1.0).log_prob(torch.ones(1))
    assert math.isnan(Normal(0.0, torch.Tensor([-1])).log_prob(torch.ones(1))[0])
