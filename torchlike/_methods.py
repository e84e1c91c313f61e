"""Methods of tensors and Variables that are made of other operators.

The types are made in C and take no attributes from Python; `add_method` puts these on.
"""

from torchlike import functional
from torchlike._C import create, mapping, storage
from torchlike._C.args import add_method
from torchlike._C.tensor_ops import TensorOps
from torchlike._C.variable_class import Variable


def repeat(self, *sizes):
    """Copies beside each other: `sizes` says how many along each dimension.

    Parameters
    ----------
    *sizes : int... or one sequence
        As many as the tensor has dimensions, or more: these come first.

    Examples
    --------
    >>> torch.FloatTensor([1, 2]).repeat(2, 3).size()
    torch.Size([2, 6])
    """
    if len(sizes) == 1 and isinstance(sizes[0], (tuple, list)):
        sizes = tuple(sizes[0])
    if len(sizes) < self.dim():
        raise ValueError(
            "number of dimensions of repeat dims can not be smaller than number of "
            f"dimensions of tensor: {list(sizes)} and {list(self.size())}"
        )
    if any(n < 1 for n in sizes):
        raise ValueError(f"repeat counts must be 1 or more, but got {list(sizes)}")
    own = [1] * (len(sizes) - self.dim()) + list(self.size())
    apart = [n for size in own for n in (1, size)]
    wide = [n for pair in zip(sizes, own) for n in pair]
    expanded = self.contiguous().view(*apart).expand(*wide)
    return expanded.contiguous().view(*(n * size for n, size in zip(sizes, own)))


def is_signed(self):
    """Whether the type has negative numbers: all but ByteTensor."""
    return not self.type().endswith("ByteTensor")


def storage_type(cls):
    """The class of the storages under tensors of this type."""
    return getattr(storage, cls.__name__.replace("Tensor", "Storage"))


def index(self, m):
    """The same as ``tensor[m]``."""
    return self[m]


def chunk(self, n_chunks, dim=0):
    """At most `n_chunks` parts of one size; see `torch.chunk`."""
    return functional.chunk(self, n_chunks, dim)


def expand_as(self, tensor):
    """The tensor expanded to the size of another one."""
    return self.expand(tensor.size())


def matmul(self, other):
    """The matrix product with `other`; see `torch.matmul`."""
    return functional.matmul(self, other)


def view_as(self, tensor):
    """The tensor viewed in the size of another one."""
    return self.view(tensor.size())


def bernoulli(self, *, generator=None):
    """0 or 1, drawn with the elements as probabilities; see `torch.bernoulli`."""
    return create.bernoulli(self, generator=generator)


def bernoulli_(self, p=0.5, *, generator=None):
    """Fill with 0 and 1; `p` is the probability of a 1, a number or a tensor."""
    return create.bernoulli_(self, p, generator=generator)


def variable_bernoulli_(self, p=0.5, *, generator=None):
    """Fill with 0 and 1; `p` is the probability of a 1, a number or a tensor."""
    sample = self.data.new(self.size())
    return self.copy_(Variable(create.bernoulli_(sample, p, generator=generator)))


def multinomial(self, num_samples, replacement=False, *, generator=None):
    """Indices drawn with the elements as weights; see `torch.multinomial`."""
    return functional.multinomial(self, num_samples, replacement, generator=generator)


def _without_gradient(name):
    function = getattr(mapping, name)

    def method(self, *args):
        if self.requires_grad:
            raise RuntimeError(
                f"Can't call {name}() on Variable that requires grad. "
                f"Use var.data.{name}() instead."
            )
        function(self.data, *(getattr(a, "data", a) for a in args))
        return self

    method.__name__ = name
    method.__doc__ = function.__doc__
    return method


_shared = {
    "bernoulli": bernoulli,
    "chunk": chunk,
    "expand_as": expand_as,
    "is_signed": is_signed,
    "matmul": matmul,
    "multinomial": multinomial,
    "repeat": repeat,
    "split": functional.split,
    "unbind": functional.unbind,
    "view_as": view_as,
}


def install():
    """Put the methods on the types."""
    for name, method in _shared.items():
        add_method(TensorOps, name, method)
        add_method(Variable, name, method)
    for name in ("apply_", "map_", "map2_"):
        add_method(TensorOps, name, getattr(mapping, name))
        add_method(Variable, name, _without_gradient(name))
    add_method(TensorOps, "bernoulli_", bernoulli_)
    add_method(TensorOps, "index", index)
    add_method(TensorOps, "storage_type", classmethod(storage_type))
    add_method(Variable, "bernoulli_", variable_bernoulli_)
