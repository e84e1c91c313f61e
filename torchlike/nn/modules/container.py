"""Modules that hold other modules or parameters."""

import operator
import warnings

from torchlike.autograd import Variable
from torchlike.nn.modules.module import Module
from torchlike.nn.modules.unrecorded import run_unrecorded

__all__ = ["Container", "ModuleList", "ParameterList", "Sequential"]


def _key(index, length):
    """The name '0', '1' ... that an index, possibly negative, stands for."""
    position = operator.index(index)
    if not -length <= position < length:
        raise IndexError(f"index {position} is out of range for {length} entries")
    return str(position % length)


class Container(Module):
    """A module with parts; `Module` itself has them by now, and a warning says so.

    Parameters
    ----------
    **kwargs : Module
        The parts by name.

    Examples
    --------
    >>> import warnings
    >>> with warnings.catch_warnings(record=True):
    ...     warnings.simplefilter("always")
    ...     parts = torch.nn.Container(act=torch.nn.ReLU())
    >>> parts.act
    ReLU ()
    """

    def __init__(self, **kwargs):
        super().__init__()
        warnings.warn(
            "nn.Container is deprecated. All of its functionality is now implemented "
            "in nn.Module. Subclass that instead.",
            stacklevel=2,
        )
        for name, module in kwargs.items():
            self.add_module(name, module)


class Sequential(Module):
    """Modules applied one after the other.

    Parameters
    ----------
    *args : Module
        Named '0', '1' ...; or one OrderedDict of names and modules.

    Examples
    --------
    >>> net = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU())
    >>> net(Variable(torch.randn(2, 4))).size()
    torch.Size([2, 8])
    """

    def __init__(self, *args):
        super().__init__()
        if len(args) == 1 and isinstance(args[0], dict):
            named = args[0].items()
        else:
            named = ((str(i), module) for i, module in enumerate(args))
        for name, module in named:
            self.add_module(name, module)

    def __getitem__(self, index):
        modules = self._modules
        position = int(_key(index, len(modules)))
        return list(modules.values())[position]

    def __len__(self):
        return len(self._modules)

    def forward(self, input):
        """Pass the input through all modules in order."""
        if type(input) is Variable and input.volatile and input.dim() > 2:
            return run_unrecorded(self._modules.values(), input)
        for module in self._modules.values():
            input = module(input)
        return input


class _ListMixin:
    """A list whose entries are registered under the names '0', '1' ...

    The class that uses it provides `_parts`, the dict that holds the entries, and
    `_register_part(name, value)`, which adds one and refuses what does not belong.
    """

    def __getitem__(self, index):
        parts = self._parts
        if isinstance(index, slice):
            return type(self)(list(parts.values())[index])
        return parts[_key(index, len(parts))]

    def __setitem__(self, index, value):
        setattr(self, _key(index, len(self._parts)), value)

    def __len__(self):
        return len(self._parts)

    def __iter__(self):
        return iter(self._parts.values())

    def __iadd__(self, values):
        return self.extend(values)

    def append(self, value):
        """Add one entry at the end and return the list itself.

        Raises
        ------
        TypeError
            If `value` is of the wrong kind.
        """
        self._register_part(str(len(self)), value)
        return self

    def extend(self, values):
        """Add all entries of a sequence at the end and return the list itself.

        Raises
        ------
        TypeError
            If `values` is no sequence or one of them is of the wrong kind.
        """
        if not isinstance(values, (list, tuple, type(self))):
            raise TypeError(
                f"{type(self).__name__}.extend should be called with a list, "
                f"but got {type(values).__name__}"
            )
        for value in list(values):
            self.append(value)
        return self


class ModuleList(_ListMixin, Module):
    """A list of modules, all of which belong to the module that holds it.

    Parameters
    ----------
    modules : list of Module, optional

    Examples
    --------
    >>> layers = torch.nn.ModuleList([torch.nn.Linear(2, 2) for _ in range(3)])
    >>> len(layers), len(list(layers.parameters()))
    (3, 6)
    """

    def __init__(self, modules=None):
        super().__init__()
        if modules is not None:
            self.extend(list(modules))

    @property
    def _parts(self):
        return self._modules

    def _register_part(self, name, module):
        self.add_module(name, module)


class ParameterList(_ListMixin, Module):
    """A list of parameters, all of which belong to the module that holds it.

    Parameters
    ----------
    parameters : list of Parameter, optional

    Examples
    --------
    >>> scales = torch.nn.ParameterList([torch.nn.Parameter(torch.ones(1))])
    >>> len(scales)
    1
    """

    def __init__(self, parameters=None):
        super().__init__()
        if parameters is not None:
            self.extend(list(parameters))

    @property
    def _parts(self):
        return self._parameters

    def _register_part(self, name, parameter):
        self.register_parameter(name, parameter)
