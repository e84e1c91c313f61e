"""The kind of Variable that modules collect as their learnable values."""

from torchlike.autograd import Variable

__all__ = ["Parameter"]


class Parameter(Variable):
    """A Variable that a module registers when it is assigned as an attribute.

    Parameters
    ----------
    data : Tensor of any shape, optional
        The values; shared, not copied. Default: an empty tensor of the default type.
    requires_grad : bool, default: True
        Whether `backward` collects a gradient for it.

    Raises
    ------
    TypeError
        If `data` is neither a tensor nor None.

    Examples
    --------
    >>> weight = Parameter(torch.zeros(2, 3))
    >>> weight.requires_grad
    True
    """

    def __new__(cls, data=None, requires_grad=True):  # noqa: D102
        return super().__new__(cls, data, requires_grad=requires_grad)

    def __repr__(self):
        return "Parameter containing:" + repr(self.data)
