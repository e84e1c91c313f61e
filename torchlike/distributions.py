r"""Probability distributions whose parameters may be learned.

Where the density is differentiable by its parameters `log_prob` gives policy gradients.
REINFORCE, with the sign of gradient descent:

>>> probs = Variable(torch.Tensor([0.3, 0.7]), requires_grad=True)
>>> policy = torch.distributions.Categorical(probs)
>>> action = policy.sample()
>>> reward = 1.0
>>> loss = -policy.log_prob(action) * reward
>>> loss.backward()

Parameters are tensors or Variables; of Variables, samples and log-probabilities are
Variables. No gradient flows through samples.

References
----------
R. Williams, "Simple Statistical Gradient-Following Algorithms for Connectionist
Reinforcement Learning", 1992.
"""

import math
from numbers import Number

import torchlike
from torchlike.autograd import Variable

__all__ = ["Bernoulli", "Categorical", "Distribution", "Normal"]


class Distribution:
    """Base class of distributions."""

    def sample(self):
        """Draw one sample of each distribution in the batch.

        Raises
        ------
        NotImplementedError
            If the subclass does not override it.
        """
        raise NotImplementedError(f"{type(self).__name__} defines no sample")

    def sample_n(self, n):
        """Draw n samples of each distribution in the batch.

        Parameters
        ----------
        n : int
            The first size of the result.

        Raises
        ------
        NotImplementedError
            If the subclass does not override it.
        """
        raise NotImplementedError(f"{type(self).__name__} defines no sample_n")

    def log_prob(self, value):
        """The logarithm of the density (or probability) at values.

        Parameters
        ----------
        value : Tensor or Variable
            As `sample` or `sample_n` return it.

        Raises
        ------
        NotImplementedError
            If the subclass does not override it.
        """
        raise NotImplementedError(f"{type(self).__name__} defines no log_prob")


def _data(value):
    """The tensor of a Variable, and anything else as it is."""
    return value.data if isinstance(value, Variable) else value


def _like(sample, *parameters):
    """A sample as a Variable if a parameter is one."""
    if any(isinstance(parameter, Variable) for parameter in parameters):
        return Variable(sample)
    return sample


def _together(*values):
    """The values, with tensors as Variables if one is a Variable."""
    if not any(isinstance(value, Variable) for value in values):
        return values
    return tuple(
        Variable(value) if torchlike.is_tensor(value) else value for value in values
    )


def _check_probs(probs):
    if not torchlike.is_tensor(_data(probs)):
        raise TypeError(
            f"probs must be a Tensor or Variable, got {torchlike.typename(probs)}"
        )


class Bernoulli(Distribution):
    """Ones with probability `probs`, else zeros.

    Parameters
    ----------
    probs : Tensor or Variable
        Probabilities of 1.

    Examples
    --------
    >>> m = torch.distributions.Bernoulli(torch.Tensor([0, 1]))
    >>> m.sample().tolist()
    [0.0, 1.0]
    """

    def __init__(self, probs):
        _check_probs(probs)
        self.probs = probs

    def sample(self):
        """Draw one sample of each; it has the size of `probs`."""
        return _like(torchlike.bernoulli(_data(self.probs)), self.probs)

    def sample_n(self, n):
        """Draw n samples of each; they have the size (n, probs.size()...)."""
        probs = _data(self.probs)
        many = probs.expand(n, *probs.size()).contiguous()
        return _like(torchlike.bernoulli(many), self.probs)

    def log_prob(self, value):
        """The logarithms of the probabilities of values that are 0 or 1."""
        probs, value = _together(self.probs, value)
        probs = probs.expand(value.size())
        both = torchlike.stack([1 - probs, probs])
        return both.gather(0, value.long().unsqueeze(0)).squeeze(0).log()


class Categorical(Distribution):
    """Whole numbers from 0 to K - 1, as `multinomial` draws them.

    Parameters
    ----------
    probs : Tensor or Variable of shape (K) or (N, K)
        Relative probabilities; a batch has one distribution in each row.

    Raises
    ------
    ValueError
        If `probs` has another number of dimensions.

    Examples
    --------
    >>> m = torch.distributions.Categorical(torch.Tensor([0, 0, 1, 0]))
    >>> m.sample()[0]
    2
    """

    def __init__(self, probs):
        _check_probs(probs)
        if probs.dim() not in (1, 2):
            raise ValueError(
                "probs must be 1-dimensional or 2-dimensional, got size "
                f"{list(probs.size())}"
            )
        self.probs = probs

    def sample(self):
        """Draw one number of each: a LongTensor of shape (1) or (N)."""
        return self.sample_n(1).squeeze(0)

    def sample_n(self, n):
        """Draw n numbers of each: a LongTensor of shape (n, 1) or (n, N)."""
        drawn = torchlike.multinomial(_data(self.probs), n, True)
        columns = drawn.unsqueeze(1) if drawn.dim() == 1 else drawn.t()
        return _like(columns.contiguous(), self.probs)

    def log_prob(self, value):
        """The logarithms of the probabilities of numbers."""
        probs, value = _together(self.probs, value)
        probs = probs / probs.sum(-1, keepdim=True)
        if probs.dim() == 1:
            return probs.gather(0, value.view(-1)).view(value.size()).log()
        probs = probs.expand(*value.size(), probs.size(-1))
        return probs.gather(-1, value.unsqueeze(-1)).squeeze(-1).log()


class Normal(Distribution):
    """The normal (Gaussian) distribution.

    Parameters
    ----------
    mean : float, Tensor or Variable
    std : float, Tensor or Variable
        Standard deviation.

    Examples
    --------
    >>> m = torch.distributions.Normal(torch.zeros(3), torch.ones(3))
    >>> m.sample().size()
    torch.Size([3])
    """

    def __init__(self, mean, std):
        self.mean = mean
        self.std = std

    def _tensors(self):
        """Mean and standard deviation as tensors of one type."""
        mean, std = _data(self.mean), _data(self.std)
        kind = type(std) if isinstance(mean, Number) else type(mean)
        if issubclass(kind, Number):
            kind = torchlike.Tensor
        return tuple(kind([x]) if isinstance(x, Number) else x for x in (mean, std))

    def sample(self):
        """Draw one sample of each; of two floats it has size 1."""
        mean, std = self._tensors()
        noise = (mean + std).normal_()
        return _like(noise * std + mean, self.mean, self.std)

    def sample_n(self, n):
        """Draw n samples of each; the first size is n."""
        mean, std = self._tensors()
        noise = mean.new(n, *(mean + std).size()).normal_()
        return _like(noise * std + mean, self.mean, self.std)

    def log_prob(self, value):
        """The logarithms of the densities at values."""
        value, mean, std = _together(value, self.mean, self.std)
        log_std = math.log(std) if isinstance(std, Number) else std.log()
        distance = (value - mean) ** 2 / (2 * std**2)
        return -distance - log_std - math.log(2 * math.pi) / 2
