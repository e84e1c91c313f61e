"""The state of the default random number generator."""

from torchlike._C.generator import get_default_generator

__all__ = [
    "default_generator",
    "get_rng_state",
    "initial_seed",
    "manual_seed",
    "seed",
    "set_rng_state",
]

default_generator = get_default_generator()


def manual_seed(seed):
    """Set the seed of the default generator and return the generator.

    Parameters
    ----------
    seed : int
        Any; taken modulo ``2 ** 64``.

    Examples
    --------
    >>> _ = torch.manual_seed(1)
    >>> a = torch.rand(2)
    >>> _ = torch.manual_seed(1)
    >>> torch.equal(a, torch.rand(2))
    True
    """
    return default_generator.manual_seed(seed)


def seed():
    """Seed the default generator from the system and return the seed."""
    return default_generator.seed()


def initial_seed():
    """Return the seed that the default generator began with."""
    return default_generator.initial_seed()


def get_rng_state():
    """Return the state of the default generator as a ByteTensor."""
    return default_generator.get_state()


def set_rng_state(new_state):
    """Restore a state that `get_rng_state` returned.

    Raises
    ------
    TypeError
        If it is no ByteTensor of the right size.
    RuntimeError
        If its bytes are not those of a generator.
    """
    default_generator.set_state(new_state)
