"""What a network consists of: layers, shapes, parameters, arithmetic, memory."""

import math
from dataclasses import dataclass, field

import torchlike
from torchlike.autograd import Variable

__all__ = ["LayerSummary", "Summary", "summary"]

_HEAD = ("layer", "type", "output", "parameters", "multiply-adds")
_UNITS = ((2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB"), (1, "B"))


@dataclass
class LayerSummary:
    """One module of a network.

    Attributes
    ----------
    name : str
        As in `named_modules`; empty for the network itself.
    type : str
        The class.
    shapes : list of tuple
        Of all Variables of the last result.
    parameters : int
        Numbers in the module's own parameters, not those of its parts.
    multiply_adds : int
        Of all calls.
    output_bytes : int
        Of the results of all calls; 0 if the module has parts.
    calls : int
    """

    name: str
    type: str
    parameters: int
    shapes: list = field(default_factory=list)
    multiply_adds: int = 0
    output_bytes: int = 0
    calls: int = 0


@dataclass
class Summary:
    """What `summary` found; prints as a table.

    Attributes
    ----------
    layers : list of LayerSummary
        In the order of the first calls, modules that were not called at the end.
    parameters, trainable : int
        Numbers in all parameters, and in those that require a gradient; parameters
        that modules share count once.
    parameter_bytes, buffer_bytes, input_bytes, output_bytes : int
        Memory of the parameters, of the buffers, of the inputs, and of the results of
        all layers without parts, which is what training keeps for backward.
    """

    layers: list
    parameters: int
    trainable: int
    parameter_bytes: int
    buffer_bytes: int
    input_bytes: int
    output_bytes: int

    @property
    def multiply_adds(self):
        """Multiply-adds of one forward pass."""
        return sum(layer.multiply_adds for layer in self.layers)

    @property
    def total_bytes(self):
        """Parameters, buffers, inputs and results together."""
        return (
            self.parameter_bytes
            + self.buffer_bytes
            + self.input_bytes
            + self.output_bytes
        )

    def __str__(self):
        rows = [_HEAD, *map(_row, self.layers)]
        widths = [max(map(len, column)) for column in zip(*rows)]
        rule = "-" * (sum(widths) + 2 * len(widths) - 2)
        lines = [_line(row, widths) for row in rows]
        frozen = self.parameters - self.trainable
        return "\n".join(
            [
                lines[0],
                rule,
                *lines[1:],
                rule,
                f"parameters     {self.parameters:,} ({frozen:,} of them frozen)",
                f"multiply-adds  {self.multiply_adds:,}",
                f"memory         {_bytes(self.total_bytes)}: parameters "
                f"{_bytes(self.parameter_bytes)}, buffers {_bytes(self.buffer_bytes)}, "
                f"input {_bytes(self.input_bytes)}, results "
                f"{_bytes(self.output_bytes)}",
            ]
        )

    __repr__ = __str__


def summary(model, input):
    r"""Run a network once and list its layers.

    The network runs in evaluation mode and without history, and is left as it was.

    Parameters
    ----------
    model : Module
    input : tuple of int, Tensor, Variable, list, tuple or dict
        One argument of `forward`: its size, the batch included, for zeros of the type
        of the parameters, or an example. A list or tuple of such things is several
        arguments, a dict is arguments by name.

    Returns
    -------
    Summary
        Print it for a table.

    Raises
    ------
    TypeError
        If `input` holds something else.

    Notes
    -----
    Multiply-adds are those with weights: of an output with n elements, a convolution
    needs :math:`n \, C_{in} / groups \prod k`, a linear layer :math:`n \cdot in`, a
    normalisation n; a transposed convolution needs :math:`n_{in} \, C_{out} / groups
    \prod k`, a recurrent layer the elements of its matrices for each step and sample.

    Examples
    --------
    >>> from torchlike.utils import summary
    >>> net = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU())
    >>> print(summary(net, (2, 4)))
    layer  type        output   parameters  multiply-adds
    -----------------------------------------------------
           Sequential  [2 x 8]           0              0
      0    Linear      [2 x 8]          40             64
      1    ReLU        [2 x 8]           0              0
    -----------------------------------------------------
    parameters     40 (0 of them frozen)
    multiply-adds  64
    memory         320 B: parameters 160 B, buffers 0 B, input 32 B, results 128 B
    """
    parameters = list(model.parameters())
    like = parameters[0].data if parameters else torchlike.FloatTensor()
    args, kwargs = _arguments(input, like)
    layers, handles = {}, []
    for name, module in model.named_modules():
        own = sum(p.numel() for p in module._parameters.values() if p is not None)
        layers[module] = LayerSummary(name, type(module).__name__, own)
    order = []

    def before(module, _):
        if module not in order:
            order.append(module)

    def after(module, given, result):
        layer = layers[module]
        outputs = list(_variables(result))
        layer.calls += 1
        layer.shapes = [tuple(v.size()) for v in outputs]
        layer.multiply_adds += _multiply_adds(module, list(_variables(given)), outputs)
        if not module._modules:
            layer.output_bytes += sum(map(_size, outputs))

    modes = {module: module.training for module in layers}
    try:
        for module in layers:
            handles.append(module.register_forward_pre_hook(before))
            handles.append(module.register_forward_hook(after))
        model.eval()
        model(*args, **kwargs)
    finally:
        for handle in handles:
            handle.remove()
        for module, training in modes.items():
            module.training = training
    idle = [m for m in layers if m not in order and layers[m].parameters]
    found = [layers[module] for module in order + idle]
    return Summary(
        layers=found,
        parameters=sum(p.numel() for p in parameters),
        trainable=sum(p.numel() for p in parameters if p.requires_grad),
        parameter_bytes=sum(map(_size, parameters)),
        buffer_bytes=sum(map(_size, model._all_buffers())),
        input_bytes=sum(map(_size, _variables([args, kwargs]))),
        output_bytes=sum(layer.output_bytes for layer in found),
    )


# ---- arguments ---------------------------------------------------------------


def _arguments(input, like):
    """The positional and the named arguments of the model."""
    if isinstance(input, dict):
        return (), {name: _example(value, like) for name, value in input.items()}
    several = isinstance(input, (list, tuple)) and not hasattr(input, "_replace")
    if several and not _is_size(input):
        return tuple(_example(value, like) for value in input), {}
    return (_example(input, like),), {}


def _is_size(value):
    return (
        isinstance(value, (list, tuple))
        and len(value) > 0
        and all(isinstance(n, int) and not isinstance(n, bool) for n in value)
    )


def _example(value, like):
    """A Variable without history, or a structure of them."""
    if isinstance(value, Variable):
        return Variable(value.data, volatile=True)
    if torchlike.is_tensor(value):
        return Variable(value, volatile=True)
    if _is_size(value):
        return Variable(like.new(*value).zero_(), volatile=True)
    if value is None:
        return None
    if isinstance(value, dict):
        return {key: _example(item, like) for key, item in value.items()}
    if hasattr(value, "_replace"):  # a named tuple, such as a PackedSequence
        return type(value)(
            *(_example(v, like) if isinstance(v, Variable) else v for v in value)
        )
    if isinstance(value, (list, tuple)):
        return type(value)(_example(item, like) for item in value)
    raise TypeError(
        "summary: expected sizes, tensors or Variables as input, got "
        f"{torchlike.typename(value)}"
    )


def _variables(value):
    """All Variables of a structure."""
    if isinstance(value, Variable):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _variables(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _variables(item)


# ---- arithmetic --------------------------------------------------------------


def _multiply_adds(module, inputs, outputs):
    """Multiply-adds with weights in one call of a module itself, not of its parts."""
    weights = [p for p in module._parameters.values() if p is not None]
    if not weights or not outputs:
        return 0
    matrices = sum(p.numel() for p in weights if p.dim() > 1)
    if hasattr(module, "hidden_size") and hasattr(module, "input_size"):
        return inputs[0].numel() // module.input_size * matrices
    if getattr(module, "transposed", False):
        return inputs[0].numel() * matrices // module.in_channels
    if isinstance(module, torchlike.nn.modules.conv._ConvNd):
        return outputs[0].numel() * matrices // module.out_channels
    if isinstance(module, (torchlike.nn.Linear, torchlike.nn.Bilinear)):
        return outputs[0].numel() * matrices // module.out_features
    if isinstance(module, (torchlike.nn.Embedding, torchlike.nn.EmbeddingBag)):
        return 0
    return outputs[0].numel()


def _size(value):
    """Bytes of a tensor or Variable."""
    tensor = value.data if isinstance(value, Variable) else value
    return tensor.numel() * tensor.element_size()


# ---- text --------------------------------------------------------------------


def _row(layer):
    depth = layer.name.count(".") + 1 if layer.name else 0
    name = "  " * depth + layer.name.rpartition(".")[2]
    shapes = ", ".join(f"[{' x '.join(map(str, shape))}]" for shape in layer.shapes)
    if layer.calls != 1:
        shapes = f"{shapes} ({layer.calls} calls)" if layer.calls else "not called"
    return (
        name,
        layer.type,
        shapes,
        f"{layer.parameters:,}",
        f"{layer.multiply_adds:,}",
    )


def _line(row, widths):
    cells = [text.ljust(width) for text, width in zip(row[:3], widths)]
    cells += [text.rjust(width) for text, width in zip(row[3:], widths[3:])]
    return "  ".join(cells).rstrip()


def _bytes(count):
    scale, unit = next((one for one in _UNITS if count >= one[0]), _UNITS[-1])
    value = count / scale
    digits = 0 if unit == "B" else max(0, 2 - int(math.log10(value)))
    return f"{value:.{digits}f} {unit}"
