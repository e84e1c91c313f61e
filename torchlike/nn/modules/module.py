"""Module: a function with parameters, buffers and sub-modules.

An instance keeps its registered parts in three ordered dicts, `_parameters`,
`_buffers` and `_modules`; attribute access looks there last, assignment first.
"""

import functools
from collections import OrderedDict

import torchlike
from torchlike._C.module import (
    HOOKS as _HOOKS,
    PARTS as _PARTS,
    ModuleBase,
    use_c_functions,
)
from torchlike.autograd import Variable
from torchlike.nn.backends.thnn import backend
from torchlike.nn.parameter import Parameter
from torchlike.utils.hooks import RemovableHandle

__all__ = ["Module"]


class StateDictKeyError(KeyError, RuntimeError):
    """Keys of a state dict that do not match the module's.

    A `KeyError` as in 0.3 and a `RuntimeError` as in later versions.
    """

    def __str__(self):  # KeyError would print the repr of the message
        return str(self.args[0])


def _indent(text):
    """Indent all lines but the first by two spaces."""
    return text.replace("\n", "\n  ")


def _shape(tensor):
    return f"[{' x '.join(map(str, tensor.size()))}]"


def _quoted(names):
    return ", ".join(f'"{name}"' for name in names)


class Module(ModuleBase):
    """Base class of all layers and networks.

    A subclass assigns parameters, tensors and sub-modules to attributes in its
    `__init__`, after `super().__init__()`, and computes in `forward`. Modules nest.

    Attributes
    ----------
    training : bool
        True until `eval` is called; some layers behave differently.

    Examples
    --------
    >>> class Net(torch.nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.hidden = torch.nn.Linear(4, 8)
    ...         self.out = torch.nn.Linear(8, 2)
    ...     def forward(self, x):
    ...         return self.out(self.hidden(x).tanh())
    >>> Net()(Variable(torch.randn(5, 4))).size()
    torch.Size([5, 2])
    """

    dump_patches = False
    _backend = backend
    _later_keys = ()

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        use_c_functions(cls)

    def __init__(self):
        state = self.__dict__
        for name in _PARTS + _HOOKS:
            state[name] = OrderedDict()
        state["training"] = True

    def forward(self, *input):
        """Compute the result; every subclass overrides this.

        Raises
        ------
        NotImplementedError
            If the subclass does not.
        """
        raise NotImplementedError(f"{type(self).__name__} defines no forward")

    # ---- parts -------------------------------------------------------------

    def register_buffer(self, name, tensor):
        """Add a tensor that is part of the state but not learnt.

        Parameters
        ----------
        name : str
            Also the attribute's name.
        tensor : Tensor or None

        Raises
        ------
        KeyError
            If another attribute has the name.

        Examples
        --------
        >>> module = torch.nn.Module()
        >>> module.register_buffer('mean', torch.zeros(3))
        """
        self._check_name("buffer", name, self._buffers)
        self._buffers[name] = tensor

    def register_parameter(self, name, param):
        """Add a parameter.

        Parameters
        ----------
        name : str
            Also the attribute's name.
        param : Parameter or None
            None reserves the name for a parameter that this instance lacks.

        Raises
        ------
        TypeError
            If `param` is something else.
        KeyError
            If another attribute has the name.
        ValueError
            If `param` was computed from other Variables.

        Examples
        --------
        >>> module = torch.nn.Module()
        >>> module.register_parameter('scale', torch.nn.Parameter(torch.ones(1)))
        """
        if "_parameters" not in self.__dict__:
            raise AttributeError(
                "cannot assign parameter before Module.__init__() call"
            )
        self._check_name("parameter", name, self._parameters)
        if param is not None and not isinstance(param, Parameter):
            raise TypeError(
                f"cannot assign '{torchlike.typename(param)}' object to parameter "
                f"'{name}' (torch.nn.Parameter or None required)"
            )
        if param is not None and param.grad_fn is not None:
            raise ValueError(
                f"Cannot assign non-leaf Variable to parameter '{name}'. Model "
                "parameters must be created explicitly: compute what depends on "
                "another variable in forward()"
            )
        self._parameters[name] = param

    def add_module(self, name, module):
        """Add a sub-module.

        Parameters
        ----------
        name : str
            Also the attribute's name.
        module : Module or None

        Raises
        ------
        TypeError
            If `module` is something else.
        KeyError
            If another attribute has the name.

        Examples
        --------
        >>> module = torch.nn.Module()
        >>> module.add_module('relu', torch.nn.ReLU())
        """
        if module is not None and not isinstance(module, Module):
            raise TypeError(f"{torchlike.typename(module)} is not a Module subclass")
        self._check_name("module", name, self._modules)
        self._modules[name] = module

    def _check_name(self, kind, name, parts):
        """Refuse a name that is no string, is nested or is taken by something else."""
        if not isinstance(name, str):
            raise TypeError(
                f"{kind} name should be a string, got {torchlike.typename(name)}"
            )
        if name in parts:
            return
        if hasattr(self, name):
            raise KeyError(f"attribute '{name}' already exists")
        if "." in name:
            raise KeyError(f"{kind} name can't contain \".\", got '{name}'")

    def __setattr__(self, name, value):
        state = self.__dict__
        parameters = state.get("_parameters")
        modules = state.get("_modules")
        buffers = state.get("_buffers")
        if isinstance(value, Parameter):
            if parameters is None:
                raise AttributeError(
                    "cannot assign parameters before Module.__init__() call"
                )
            self._forget(name, state, buffers, modules)
            self.register_parameter(name, value)
        elif parameters is not None and name in parameters:
            if value is not None:
                raise TypeError(
                    f"cannot assign '{torchlike.typename(value)}' as parameter "
                    f"'{name}' (torch.nn.Parameter or None expected)"
                )
            self.register_parameter(name, None)
        elif isinstance(value, Module):
            if modules is None:
                raise AttributeError(
                    "cannot assign module before Module.__init__() call"
                )
            self._forget(name, state, parameters, buffers)
            modules[name] = value
        elif modules is not None and name in modules:
            if value is not None:
                raise TypeError(
                    f"cannot assign '{torchlike.typename(value)}' as child module "
                    f"'{name}' (torch.nn.Module or None expected)"
                )
            modules[name] = None
        elif buffers is not None and name in buffers:
            if value is not None and not torchlike.is_tensor(value):
                raise TypeError(
                    f"cannot assign '{torchlike.typename(value)}' as buffer "
                    f"'{name}' (torch.Tensor or None required)"
                )
            buffers[name] = value
        else:
            object.__setattr__(self, name, value)

    @staticmethod
    def _forget(name, *places):
        """Drop what an assignment to `name` replaces."""
        for place in places:
            place.pop(name, None)

    def __delattr__(self, name):
        for kind in _PARTS:
            if name in self.__dict__[kind]:
                del self.__dict__[kind][name]
                return
        object.__delattr__(self, name)

    def __dir__(self):
        names = {*dir(type(self)), *self.__dict__}
        for kind in _PARTS:
            names.update(self.__dict__[kind])
        # a Sequential calls its parts '0', '1' ...
        return sorted(name for name in names if not name[0].isdigit())

    # ---- call and hooks ----------------------------------------------------

    def _call_with_hooks(self, *input, **kwargs):
        """`forward` with everything that was registered around it."""
        for hook in list(self._forward_pre_hooks.values()):
            hook(self, input)
        result = self.forward(*input, **kwargs)
        for hook in list(self._forward_hooks.values()):
            if hook(self, input, result) is not None:
                raise RuntimeError(
                    "forward hooks should never return any values, "
                    f"but '{hook}' didn't return None"
                )
        if self._backward_hooks:
            variable = result
            while not isinstance(variable, Variable):
                if isinstance(variable, dict):
                    values = variable.values()
                    variable = next(v for v in values if isinstance(v, Variable))
                else:
                    variable = variable[0]
            node = variable.grad_fn
            if node is not None:
                for hook in self._backward_hooks.values():
                    node.register_hook(functools.partial(hook, self))
        return result

    def register_forward_pre_hook(self, hook):
        """Call ``hook(module, input)`` before every `forward`.

        Parameters
        ----------
        hook : callable
            Gets the module and the tuple of positional arguments; returns None.

        Returns
        -------
        RemovableHandle
            Its `remove()` takes the hook away.

        Examples
        --------
        >>> layer = torch.nn.ReLU()
        >>> handle = layer.register_forward_pre_hook(lambda module, input: None)
        >>> handle.remove()
        """
        return self._register_hook(self._forward_pre_hooks, hook)

    def register_forward_hook(self, hook):
        """Call ``hook(module, input, output)`` after every `forward`.

        Parameters
        ----------
        hook : callable
            Gets the module, the tuple of positional arguments and the result; must
            return None, else the call raises RuntimeError.

        Returns
        -------
        RemovableHandle
            Its `remove()` takes the hook away.

        Examples
        --------
        >>> layer = torch.nn.ReLU()
        >>> handle = layer.register_forward_hook(lambda module, input, output: None)
        >>> handle.remove()
        """
        return self._register_hook(self._forward_hooks, hook)

    def register_backward_hook(self, hook):
        """Call ``hook(module, grad_input, grad_output)`` when gradients pass.

        Parameters
        ----------
        hook : callable
            Gets the module and two tuples of Variables: gradients of the inputs and of
            the outputs of the last operation of `forward`. May return a replacement
            of `grad_input`.

        Returns
        -------
        RemovableHandle
            Its `remove()` takes the hook away.

        Examples
        --------
        >>> layer = torch.nn.Linear(2, 2)
        >>> handle = layer.register_backward_hook(lambda module, gin, gout: None)
        >>> handle.remove()
        """
        return self._register_hook(self._backward_hooks, hook)

    @staticmethod
    def _register_hook(hooks, hook):
        handle = RemovableHandle(hooks)
        hooks[handle.id] = hook
        return handle

    # ---- walking -----------------------------------------------------------

    def named_children(self):
        """Yield (name, module) of every direct sub-module, each module once.

        Examples
        --------
        >>> net = torch.nn.Sequential(torch.nn.ReLU())
        >>> [name for name, child in net.named_children()]
        ['0']
        """
        seen = set()
        for name, module in self._modules.items():
            if module is not None and module not in seen:
                seen.add(module)
                yield name, module

    def children(self):
        """Yield every direct sub-module once.

        Examples
        --------
        >>> list(torch.nn.Sequential(torch.nn.ReLU()).children())
        [ReLU()]
        """
        for _, module in self.named_children():
            yield module

    def named_modules(self, memo=None, prefix=""):
        """Yield (dotted name, module) of this module and all below, each once.

        Parameters
        ----------
        memo : set, optional
            Modules that are left out; those yielded are added.
        prefix : str, default: ''
            Name of this module.

        Examples
        --------
        >>> net = torch.nn.Sequential(torch.nn.ReLU())
        >>> [name for name, module in net.named_modules()]
        ['', '0']
        """
        if memo is None:
            memo = set()
        if self in memo:
            return
        memo.add(self)
        yield prefix, self
        for name, module in self._modules.items():
            if module is not None:
                path = f"{prefix}.{name}" if prefix else name
                yield from module.named_modules(memo, path)

    def modules(self):
        """Yield this module and all below, each once.

        Examples
        --------
        >>> len(list(torch.nn.Sequential(torch.nn.ReLU()).modules()))
        2
        """
        for _, module in self.named_modules():
            yield module

    def named_parameters(self, memo=None, prefix=""):
        """Yield (dotted name, Parameter) of this module and all below, each once.

        Parameters
        ----------
        memo : set, optional
            Parameters that are left out; those yielded are added.
        prefix : str, default: ''
            Name of this module.

        Examples
        --------
        >>> [name for name, p in torch.nn.Linear(2, 3).named_parameters()]
        ['weight', 'bias']
        """
        return self._named_parts("_parameters", memo, prefix)

    def parameters(self):
        """Yield the parameters of this module and all below, each once.

        Examples
        --------
        >>> [p.numel() for p in torch.nn.Linear(2, 3).parameters()]
        [6, 3]
        """
        for _, param in self.named_parameters():
            yield param

    def _all_buffers(self, memo=None):
        """Yield the buffers of this module and all below, each once."""
        for _, buffer in self._named_parts("_buffers", memo, ""):
            yield buffer

    def _named_parts(self, kind, memo, prefix):
        """Yield (dotted name, part) of one kind, depth first, each object once."""
        # Compared by identity: a Variable's == works element by element.
        seen = set() if memo is None else {id(part) for part in memo}
        for path, module in self.named_modules(prefix=prefix):
            for name, part in module.__dict__[kind].items():
                if part is not None and id(part) not in seen:
                    seen.add(id(part))
                    if memo is not None:
                        memo.add(part)
                    yield (f"{path}.{name}" if path else name), part

    def apply(self, fn):
        """Call ``fn(module)`` for every module, children first.

        Parameters
        ----------
        fn : callable

        Returns
        -------
        Module
            This module.

        Examples
        --------
        >>> net = torch.nn.Sequential(torch.nn.ReLU()).apply(print)
        ReLU()
        Sequential(
          (0): ReLU()
        )
        """
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self

    # ---- modes, types, gradients ---------------------------------------------

    def train(self, mode=True):
        """Set training mode for this module and all below.

        Parameters
        ----------
        mode : bool, default: True

        Returns
        -------
        Module
            This module.

        Examples
        --------
        >>> torch.nn.Dropout().train(False).training
        False
        """
        self.training = mode
        for module in self.children():
            module.train(mode)
        return self

    def eval(self):
        """Set evaluation mode: ``train(False)``.

        Examples
        --------
        >>> torch.nn.Dropout().eval().training
        False
        """
        return self.train(False)

    def zero_grad(self):
        """Set the gradients of all parameters to zero.

        Examples
        --------
        >>> torch.nn.Linear(2, 2).zero_grad()
        """
        for param in self.parameters():
            grad = param.grad
            if grad is None:
                continue
            if grad.requires_grad:  # part of a graph: leave its values alone
                param.grad = Variable(grad.data.clone().zero_())
            else:
                grad.data.zero_()

    def _apply(self, fn):
        """Replace every parameter's, gradient's and buffer's tensor t by fn(t)."""
        for module in self.children():
            module._apply(fn)
        for param in self._parameters.values():
            if param is not None:
                grad = param.grad
                param.grad = None  # its type must be the parameter's at any time
                param.data = fn(param.data)
                if grad is not None:
                    param.grad = Variable(fn(grad.data))
        for name, buffer in self._buffers.items():
            if buffer is not None:
                self._buffers[name] = fn(buffer)
        return self

    def type(self, dst_type):
        """Convert parameters and buffers.

        Parameters
        ----------
        dst_type : type or str
            Such as ``torch.DoubleTensor``.

        Returns
        -------
        Module
            This module.

        Examples
        --------
        >>> torch.nn.Linear(2, 2).type('torch.DoubleTensor').weight.data.type()
        'torch.DoubleTensor'
        """
        return self._apply(lambda tensor: tensor.type(dst_type))

    def float(self):
        """Convert parameters and buffers to FloatTensor.

        Examples
        --------
        >>> torch.nn.Linear(2, 2).float().weight.data.type()
        'torch.FloatTensor'
        """
        return self._apply(lambda tensor: tensor.float())

    def double(self):
        """Convert parameters and buffers to DoubleTensor.

        Examples
        --------
        >>> torch.nn.Linear(2, 2).double().weight.data.type()
        'torch.DoubleTensor'
        """
        return self._apply(lambda tensor: tensor.double())

    def half(self):
        """Convert parameters and buffers to HalfTensor.

        Examples
        --------
        >>> torch.nn.Linear(2, 2).half().weight.data.type()
        'torch.HalfTensor'
        """
        return self._apply(lambda tensor: tensor.half())

    def cpu(self):
        """Move parameters and buffers to the CPU, where they are already.

        Examples
        --------
        >>> torch.nn.ReLU().cpu()
        ReLU()
        """
        return self

    def cuda(self, device=None):
        """Refuse: parameters and buffers live on the CPU.

        Raises
        ------
        AssertionError
            Always.
        """
        raise AssertionError("Torch not compiled with CUDA enabled")

    def share_memory(self):
        """Move parameters, gradients and buffers to memory that other processes see.

        Returns
        -------
        Module
            The module itself.

        Examples
        --------
        >>> torch.nn.Linear(2, 2).share_memory().weight.is_shared()
        True
        """
        return self._apply(lambda tensor: tensor.share_memory_())

    # ---- state ---------------------------------------------------------------

    def state_dict(self, destination=None, prefix="", keep_vars=False):
        """Parameters and buffers of this module and all below.

        Parameters
        ----------
        destination : dict, optional
            Where to store them. Default: a new OrderedDict.
        prefix : str, default: ''
            Put before every key.
        keep_vars : bool, default: False
            Store the Parameters themselves instead of their tensors.

        Returns
        -------
        dict
            Dotted name -> tensor, which shares memory with the module.

        Examples
        --------
        >>> list(torch.nn.Linear(2, 2).state_dict())
        ['weight', 'bias']
        """
        if destination is None:
            destination = OrderedDict()
        for name, param in self._parameters.items():
            if param is not None:
                destination[prefix + name] = param if keep_vars else param.data
        for name, buffer in self._buffers.items():
            if buffer is not None:
                destination[prefix + name] = buffer
        for name, module in self._modules.items():
            if module is not None:
                module.state_dict(destination, prefix + name + ".", keep_vars)
        return destination

    def load_state_dict(self, state_dict, strict=True):
        """Copy values into the parameters and buffers of this module and all below.

        Nothing is changed if an error is raised.

        Parameters
        ----------
        state_dict : dict
            Dotted name -> tensor or Variable.
        strict : bool, default: True
            Whether the keys must be exactly those of `state_dict()`.

        Raises
        ------
        KeyError
            (also a RuntimeError) With `strict`, if keys are missing or unexpected.
        RuntimeError
            If sizes differ.
        TypeError
            If a value is no tensor.

        Examples
        --------
        >>> a, b = torch.nn.Linear(2, 2), torch.nn.Linear(2, 2)
        >>> a.load_state_dict(b.state_dict())
        """
        own = self.state_dict()
        if strict:
            self._check_keys(own, state_dict)
        copies = []
        for name, value in state_dict.items():
            if name not in own:
                continue
            value = value.data if isinstance(value, Variable) else value
            if not torchlike.is_tensor(value):
                raise TypeError(
                    f"state_dict: '{name}' must be a tensor, "
                    f"got {torchlike.typename(value)}"
                )
            if value.size() != own[name].size():
                raise RuntimeError(
                    f"While copying the parameter named {name}, whose dimensions in "
                    f"the model are {_shape(own[name])} and whose dimensions in the "
                    f"checkpoint are {_shape(value)}."
                )
            copies.append((own[name], value))
        for target, value in copies:
            target.copy_(value)

    def _check_keys(self, own, state_dict):
        """Raise one error that lists all missing and all unexpected keys."""
        missing = [key for key in own if key not in state_dict]
        unexpected = [key for key in state_dict if key not in own]
        if unexpected:
            ignored = self._ignored_keys()
            unexpected = [key for key in unexpected if key not in ignored]
        problems = []
        if missing:
            problems.append(f"missing keys in state_dict: {_quoted(missing)}")
        if unexpected:
            kind = "keys" if len(unexpected) > 1 else "key"
            problems.append(f"unexpected {kind} {_quoted(unexpected)} in state_dict")
        if problems:
            raise StateDictKeyError(
                f"load_state_dict of {type(self).__name__}: " + "; ".join(problems)
            )

    def _ignored_keys(self):
        """Keys of `state_dict` that later versions write and nothing here needs."""
        return {
            f"{path}.{key}" if path else key
            for path, module in self.named_modules()
            for key in module._later_keys
        }

    def __setstate__(self, state):
        self.__dict__.update(state)
        self.__dict__.pop("_backend", None)  # 0.3 kept it in every module
        # files of other versions may lack some of the dicts
        for name in _PARTS + _HOOKS:
            self.__dict__.setdefault(name, OrderedDict())
        self.__dict__.setdefault("training", True)

    # ---- printing ------------------------------------------------------------

    def __repr__(self):
        lines = "".join(
            f"  ({name}): {_indent(repr(module))}\n"
            for name, module in self._modules.items()
        )
        return f"{type(self).__name__}(\n{lines})"


use_c_functions(Module)
