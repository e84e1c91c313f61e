"""Comparisons for tests, with one tolerance for each element type."""

__all__ = ["TOLERANCES", "assert_allclose", "to_array"]

# Relative and absolute tolerance of results that were computed in a type.
TOLERANCES = {
    "float16": (2e-3, 1e-4),
    "float32": (2e-5, 2e-6),
    "float64": (1e-11, 1e-12),
}


def to_array(value):
    """Return a tensor's, a Variable's or a number's value as a NumPy array.

    Parameters
    ----------
    value : Tensor, Variable, number or array-like

    Returns
    -------
    numpy.ndarray
        Shares the memory of a tensor.
    """
    import numpy  # an optional, slow import: only for those who compare

    return numpy.asarray(getattr(value, "data", value))


def assert_allclose(actual, desired, rtol=None, atol=None):
    """Raise an AssertionError unless two values agree in shape and elements.

    Parameters
    ----------
    actual : Tensor, Variable or number
        Its type chooses the tolerance; integers must be equal.
    desired : Tensor, Variable, number or array-like
        The reference. A number's shape is taken to be that of one element.
    rtol, atol : float, optional
        Other tolerances than those of the type: ``|actual - desired| <= atol + rtol *
        |desired|``.

    Examples
    --------
    >>> from torchlike.testing import assert_allclose
    >>> assert_allclose(torch.ones(2) / 3, [1 / 3, 1 / 3])
    """
    import numpy  # an optional, slow import: only for those who compare

    actual, desired = to_array(actual), to_array(desired)
    if actual.size == 1 == desired.size and 0 in (actual.ndim, desired.ndim):
        actual, desired = actual.reshape(1), desired.reshape(1)
    if actual.shape != desired.shape:
        raise AssertionError(f"shapes differ: {actual.shape} and {desired.shape}")
    relative, absolute = TOLERANCES.get(actual.dtype.name, (0, 0))
    numpy.testing.assert_allclose(
        actual,
        desired,
        relative if rtol is None else rtol,
        absolute if atol is None else atol,
    )
