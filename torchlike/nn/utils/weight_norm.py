"""Weights as a length times a direction.

References
----------
T. Salimans, D. Kingma, "Weight Normalization", 2016.
"""

from torchlike.nn.parameter import Parameter

__all__ = ["remove_weight_norm", "weight_norm"]


def _norm(v, dim):
    """The 2-norm over all dimensions but `dim`, in v's number of dimensions."""
    if dim is None:
        return v.norm()
    size = [1] * v.dim()
    size[dim] = v.size(dim)
    rows = v.transpose(0, dim).contiguous().view(v.size(dim), -1)
    return rows.norm(2, 1).view(*size)


class WeightNorm:
    """The hook that computes a weight before each forward pass.

    Parameters
    ----------
    name : str
        Name of the weight; its parts are ``name_g`` and ``name_v``.
    dim : int or None
        Dimension that keeps a length for each index; None: one length.
    """

    def __init__(self, name, dim):
        self.name = name
        self.dim = dim

    def compute_weight(self, module):
        """The weight: ``g * v / |v|``."""
        g = getattr(module, self.name + "_g")
        v = getattr(module, self.name + "_v")
        return v * (g / _norm(v, self.dim)).expand(*v.size())

    def remove(self, module):
        """Make the weight a parameter again."""
        weight = self.compute_weight(module)
        delattr(module, self.name)
        del module._parameters[self.name + "_g"]
        del module._parameters[self.name + "_v"]
        module.register_parameter(self.name, Parameter(weight.data))

    def __call__(self, module, inputs):
        setattr(module, self.name, self.compute_weight(module))


def weight_norm(module, name="weight", dim=0):
    """Replace a weight by its length and its direction.

    Parameters
    ----------
    module : Module
    name : str, default: 'weight'
    dim : int or None, default: 0
        Dimension that keeps a length for each index; None: one length for all.

    Returns
    -------
    Module
        The argument, with the parameters ``weight_g`` and ``weight_v``.

    Notes
    -----
    ``weight = weight_g * weight_v / |weight_v|``, computed before each forward pass.

    Examples
    --------
    >>> layer = weight_norm(torch.nn.Linear(20, 40))
    >>> layer.weight_g.size(), layer.weight_v.size()
    (torch.Size([40, 1]), torch.Size([40, 20]))
    """
    hook = WeightNorm(name, dim)
    weight = getattr(module, name)
    del module._parameters[name]
    module.register_parameter(name + "_g", Parameter(_norm(weight, dim).data))
    module.register_parameter(name + "_v", Parameter(weight.data))
    setattr(module, name, hook.compute_weight(module))
    module.register_forward_pre_hook(hook)
    return module


def remove_weight_norm(module, name="weight"):
    """Undo `weight_norm`.

    Parameters
    ----------
    module : Module
    name : str, default: 'weight'

    Returns
    -------
    Module
        The argument.

    Raises
    ------
    ValueError
        If the weight is not normalised.

    Examples
    --------
    >>> layer = weight_norm(torch.nn.Linear(20, 40))
    >>> remove_weight_norm(layer).weight.size()
    torch.Size([40, 20])
    """
    for key, hook in module._forward_pre_hooks.items():
        if isinstance(hook, WeightNorm) and hook.name == name:
            hook.remove(module)
            del module._forward_pre_hooks[key]
            return module
    raise ValueError(f"weight_norm of '{name}' not found in {module}")
