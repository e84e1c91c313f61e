"""What all optimisers share: parameter groups, state and its saving."""

from collections import defaultdict
from collections.abc import Iterable
from copy import deepcopy

import torchlike
from torchlike.autograd import Variable

__all__ = ["Optimizer", "required"]


class _RequiredParameter:
    """Type of `required`, the default of an option that every group must give."""

    def __repr__(self):
        return "<required parameter>"

    def __reduce__(self):
        return "required"


required = _RequiredParameter()


def _check_not_negative(**options):
    """Raise ValueError for a hyper-parameter below zero (or NaN)."""
    for name, value in options.items():
        if value is not required and not value >= 0:
            raise ValueError(f"Invalid {name} value: {value}")


def _check_betas(betas):
    """Raise ValueError for a pair of decays that are not in [0, 1)."""
    for i, beta in enumerate(betas):
        if not 0 <= beta < 1:
            raise ValueError(f"Invalid beta parameter at index {i}: {beta}")


class Optimizer:
    """Base class of all optimisers.

    Parameters
    ----------
    params : iterable of Variable, or of dict
        What to optimise. Each dict is a group: its 'params' (a Variable or several)
        and options that differ from the defaults.
    defaults : dict
        Options of groups that do not set them; `required` where they must.

    Attributes
    ----------
    param_groups : list of dict
    state : dict of Variable -> dict

    Raises
    ------
    TypeError
        If `params` is one Variable or holds something that cannot be optimised.
    ValueError
        If `params` is empty, a Variable is no leaf or is in two groups, or a required
        option is missing.
    """

    def __init__(self, params, defaults):
        if isinstance(params, Variable) or torchlike.is_tensor(params):
            raise TypeError(
                "params argument given to the optimizer should be an iterable of "
                f"Variables or dicts, but got {torchlike.typename(params)}"
            )
        self.defaults = defaults
        self.state = defaultdict(dict)
        self.param_groups = []
        groups = list(params)
        if not groups:
            raise ValueError("optimizer got an empty parameter list")
        if not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        for group in groups:
            self.add_param_group(group)

    def __getstate__(self):
        return {
            "defaults": self.defaults,
            "state": self.state,
            "param_groups": self.param_groups,
        }

    def __setstate__(self, state):
        self.__dict__.update(state)
        self.__dict__.setdefault("defaults", {})  # not in files of 0.3

    def __repr__(self):
        lines = [f"{type(self).__name__} ("]
        for i, group in enumerate(self.param_groups):
            lines.append(f"Parameter Group {i}")
            options = sorted(key for key in group if key != "params")
            lines += [f"    {key}: {group[key]}" for key in options]
        return "\n".join(lines) + "\n)"

    def state_dict(self):
        """State and options as a dict, with numbers in place of the parameters.

        Returns
        -------
        dict
            'state': id of a parameter -> its state; 'param_groups': the groups.

        Examples
        --------
        >>> optimizer = torch.optim.SGD(torch.nn.Linear(1, 1).parameters(), lr=0.1)
        >>> optimizer.state_dict()['state']
        {}
        """
        groups = [
            {**group, "params": [id(param) for param in group["params"]]}
            for group in self.param_groups
        ]
        state = {
            id(key) if isinstance(key, Variable) else key: value
            for key, value in self.state.items()
        }
        return {"state": state, "param_groups": groups}

    def load_state_dict(self, state_dict):
        """Take over the state and options of an optimiser with the same groups.

        Parameters
        ----------
        state_dict : dict
            What `state_dict` returned. It is copied.

        Raises
        ------
        ValueError
            If the number of groups, or of parameters in one, differs.

        Examples
        --------
        >>> optimizer = torch.optim.SGD(torch.nn.Linear(1, 1).parameters(), lr=0.1)
        >>> optimizer.load_state_dict(optimizer.state_dict())
        """
        saved = state_dict["param_groups"]
        groups = self.param_groups
        if len(saved) != len(groups):
            raise ValueError(
                "loaded state dict has a different number of parameter groups: "
                f"expected {len(groups)}, got {len(saved)}"
            )
        parameters = {}
        for i, (old, group) in enumerate(zip(saved, groups)):
            if len(old["params"]) != len(group["params"]):
                raise ValueError(
                    "loaded state dict contains a parameter group that doesn't match "
                    f"the size of optimizer's group: group {i} has "
                    f"{len(group['params'])} parameters, got {len(old['params'])}"
                )
            parameters.update(zip(old["params"], group["params"]))
        state = {
            parameters.get(key, key): _with_whole_step(deepcopy(value))
            for key, value in state_dict["state"].items()
        }
        new_groups = [
            {**deepcopy(dict(old, params=[])), "params": group["params"]}
            for old, group in zip(saved, groups)
        ]
        self.__setstate__(
            {"state": defaultdict(dict, state), "param_groups": new_groups}
        )

    def zero_grad(self):
        """Set the gradients of all parameters to zero.

        Examples
        --------
        >>> torch.optim.SGD(torch.nn.Linear(1, 1).parameters(), lr=0.1).zero_grad()
        """
        for group in self.param_groups:
            for param in group["params"]:
                grad = param.grad
                if grad is None:
                    continue
                if grad.requires_grad:  # part of a graph: leave its values alone
                    param.grad = Variable(grad.data.clone().zero_())
                else:
                    grad.data.zero_()

    def step(self, closure=None):
        """Change the parameters once; every optimiser overrides this.

        Parameters
        ----------
        closure : callable, optional
            Computes the loss anew, with its gradients, and returns it.

        Returns
        -------
        What `closure` returned, or None

        Raises
        ------
        NotImplementedError
            If the subclass does not override it.
        """
        raise NotImplementedError(f"{type(self).__name__} defines no step")

    def add_param_group(self, param_group):
        """Add parameters with options of their own.

        Parameters
        ----------
        param_group : dict
            'params' (a Variable or an iterable of them), and options.

        Raises
        ------
        TypeError
            If `param_group` is no dict or holds something that is no Variable.
        ValueError
            If a Variable is no leaf, does not require a gradient or belongs to a group
            already, or if a required option is missing.

        Examples
        --------
        >>> weight, bias = (torch.nn.Parameter(torch.ones(1)) for _ in range(2))
        >>> optimizer = torch.optim.SGD([weight], lr=0.1)
        >>> optimizer.add_param_group({'params': [bias], 'lr': 0.01})
        """
        if not isinstance(param_group, dict):
            raise TypeError(
                f"param group must be a dict, got {torchlike.typename(param_group)}"
            )
        group = {**self.defaults, **param_group}
        params = group["params"]
        if isinstance(params, Variable):
            params = [params]
        elif isinstance(params, (set, frozenset)) or not isinstance(params, Iterable):
            raise TypeError(
                "optimizer parameters need to be organized in an ordered collection, "
                f"got {torchlike.typename(params)}"
            )
        params = list(params)
        taken = {id(param) for other in self.param_groups for param in other["params"]}
        for param in params:
            if not isinstance(param, Variable):
                raise TypeError(
                    f"optimizer can only optimize Variables, but one of the params is "
                    f"{torchlike.typename(param)}"
                )
            if not param.requires_grad:
                raise ValueError(
                    "optimizing a parameter that doesn't require gradients"
                )
            if param.grad_fn is not None:
                raise ValueError("can't optimize a non-leaf Variable")
            if id(param) in taken:
                raise ValueError(
                    "some parameters appear in more than one parameter group"
                )
        for name, value in group.items():
            if value is required:
                raise ValueError(
                    "parameter group didn't specify a value of required "
                    f"optimization parameter {name}"
                )
        group["params"] = params
        self.param_groups.append(group)


def _with_whole_step(state):
    """A state with its count of steps as an int; later versions keep a tensor."""
    if isinstance(state, dict) and torchlike.is_tensor(state.get("step")):
        state["step"] = int(state["step"].view(-1)[0])
    return state


def _gradients(group):
    """(parameters, their tensors, gradients) where a group has a gradient."""
    params = [param for param in group["params"] if param.grad is not None]
    datas = [param.data for param in params]
    grads = [param.grad.data for param in params]
    return params, datas, grads


def _states(optimizer, params, datas, *names):
    """The states of parameters; new ones get step 0 and zeros under `names`."""
    states = [optimizer.state[param] for param in params]
    for data, state in zip(datas, states):
        if not state:
            state["step"] = 0
            for name in names:
                state[name] = data.clone().zero_()
    return states


def _column(states, name):
    """One entry of every state."""
    return [state[name] for state in states]


def _set_steps(states, steps):
    """Store the counts of steps, once these have been done."""
    for state, step in zip(states, steps):
        state["step"] = step
