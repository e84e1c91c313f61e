"""Methods of tensors and Variables that are made of other operators.

The types are made in C and take no attributes from Python; `add_method` puts these on.
"""

from torchlike import functional
from torchlike._C import composite, create, mapping, storage
from torchlike._C.args import add_method
from torchlike._C.tensor_ops import TensorOps
from torchlike._C.variable_class import Variable


def storage_type(cls):
    """The class of the storages under tensors of this type."""
    return getattr(storage, cls.__name__.replace("Tensor", "Storage"))


def index(self, m):
    """The same as ``tensor[m]``."""
    return self[m]


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


_copy_same_type = Variable.copy_


def variable_copy_(self, src, non_blocking=False, broadcast=True, **kwargs):
    """Take the elements of a Variable of any type, which is expanded to this size.

    Parameters
    ----------
    src : Variable
        Its gradient comes back in its own type.
    non_blocking, broadcast : bool
        As for tensors: without `broadcast` only the number of elements counts.
    """
    unknown = set(kwargs) - {"async"}
    if unknown:
        raise TypeError(f"copy_() got unexpected keyword arguments {sorted(unknown)}")
    if isinstance(src, Variable):
        src = src.type_as(self)
        if not broadcast:
            src = src.contiguous().view_as(self)
    return _copy_same_type(self, src)


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
    "chunk": composite.Methods.chunk,
    "expand_as": composite.Methods.expand_as,
    "matmul": composite.Methods.matmul,
    "multinomial": multinomial,
    "repeat": composite.repeat,
    "split": composite.split,
    "unbind": composite.unbind,
    "view_as": composite.Methods.view_as,
}


def install():
    """Put the methods on the types."""
    for name, method in _shared.items():
        add_method(TensorOps, name, method)
        add_method(Variable, name, method)
    for cls in (TensorOps, Variable):  # what Python 2 called them
        add_method(cls, "__div__", cls.__truediv__)
        add_method(cls, "__rdiv__", cls.__rtruediv__)
        add_method(cls, "__idiv__", cls.__itruediv__)
        add_method(cls, "__nonzero__", cls.__bool__)
    for name in ("apply_", "map_", "map2_"):
        add_method(TensorOps, name, getattr(mapping, name))
        add_method(Variable, name, _without_gradient(name))
    add_method(TensorOps, "bernoulli_", bernoulli_)
    add_method(TensorOps, "index", index)
    add_method(TensorOps, "storage_type", classmethod(storage_type))
    add_method(Variable, "bernoulli_", variable_bernoulli_)
    composite.install_copy(Variable, variable_copy_)
