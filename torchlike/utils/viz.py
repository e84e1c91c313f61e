"""Pictures of the graph that backward walks."""

from html import escape

from torchlike.autograd import Variable

__all__ = ["Graph", "make_dot"]

_CHAR, _HEIGHT = 7.2, 26  # of a letter and a box, in pixels
_GAP_X, _GAP_Y, _MARGIN = 18, 34, 10
_SWEEPS = 4  # over the layers, to untangle the edges
_COLOURS = {"output": "#c8e6c9", "operation": "#eceff1", "leaf": "#bbdefb"}


def make_dot(var, params=None):
    """Draw how Variables were computed.

    Parameters
    ----------
    var : Variable, or nested dict, list or tuple of them
        The results; keys and positions name them in the picture.
    params : dict of str to Variable, optional
        Names for leaves, such as ``dict(model.named_parameters())``.

    Returns
    -------
    Graph
        Shown as a picture by notebooks and as text by ``print``.

    Raises
    ------
    TypeError
        If ``var`` or ``params`` holds something else.

    Examples
    --------
    >>> w = Variable(torch.ones(2, 3), requires_grad=True)
    >>> print(make_dot((w * 2).sum(), params={"w": w}))
    0  output [1]    <- 1
    1  SumBackward0  <- 2
    2  MulBackward0  <- 3
    3  w [2 x 3]
    """
    names = {}
    for name, value in (params or {}).items():
        if not isinstance(value, Variable):
            raise TypeError(
                f"params['{name}'] should be a Variable, but got {type(value).__name__}"
            )
        names[id(value)] = name
    return Graph(list(_outputs(var, "")), names)


def _outputs(value, name):
    """(name, Variable) of everything in nested containers."""
    if isinstance(value, Variable):
        yield name or "output", value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _outputs(item, f"{name}.{key}" if name else str(key))
    elif isinstance(value, (list, tuple)):
        for position, item in enumerate(value):
            yield from _outputs(item, f"{name}[{position}]")
    else:
        raise TypeError(
            "make_dot draws Variables in dicts, lists and tuples, but got "
            f"{type(value).__name__}" + (f" at {name}" if name else "")
        )


def _size(variable):
    return "[" + " x ".join(map(str, variable.size())) + "]"


class Graph:
    """What :func:`make_dot` returns.

    Attributes
    ----------
    labels : list of str
        Text of each box: an output, an operation or a leaf.
    kinds : list of str
        ``output``, ``operation`` or ``leaf``, for each box.
    edges : list of (int, int)
        From a result to what it was computed from.
    """

    def __init__(self, outputs, names):
        self.labels, self.kinds, self.edges = [], [], []
        boxes, keep = {}, []  # id of a node or leaf: its box; objects keep their ids
        todo = []

        def box(key, kind, label):
            boxes[key] = len(self.labels)
            self.labels.append(label)
            self.kinds.append(kind)
            return boxes[key]

        def target(function, variable):
            """The box of a node, or of a leaf where there is none."""
            if function is not None:
                variable = getattr(function, "variable", None)
            thing = function if variable is None else variable
            if id(thing) in boxes:
                return boxes[id(thing)]
            keep.append(thing)
            if variable is not None:
                name = names.get(id(variable)) or variable.name or ""
                return box(id(thing), "leaf", f"{name} {_size(variable)}".strip())
            todo.append(function)
            return box(id(thing), "operation", function.name())

        for position, (name, variable) in enumerate(outputs):
            start = box(("output", position), "output", f"{name} {_size(variable)}")
            self.edges.append((start, target(variable.grad_fn, variable)))
        while todo:
            function = todo.pop()
            for following, _ in function.next_functions:
                if following is not None:
                    end = target(following, None)
                    self.edges.append((boxes[id(function)], end))

    def text(self):
        """Return the boxes as text, one line each, with the numbers of their inputs."""
        inputs = self._inputs()
        width = max(map(len, self.labels), default=0)
        digits = len(str(len(self.labels)))
        lines = []
        for number, label in enumerate(self.labels):
            arrow = "<- " + " ".join(map(str, inputs[number])) if inputs[number] else ""
            lines.append(f"{number:>{digits}}  {label:<{width}}  {arrow}".rstrip())
        return "\n".join(lines)

    __str__ = text

    def source(self):
        """Return the graph in the language of graphviz."""
        lines = ["digraph {", "  node [shape=box, style=filled];"]
        for number, (label, kind) in enumerate(zip(self.labels, self.kinds)):
            label = label.replace("\\", r"\\").replace('"', r"\"")
            colour = _COLOURS[kind]
            lines.append(f'  {number} [label="{label}", fillcolor="{colour}"];')
        lines += [f"  {end} -> {start};" for start, end in self.edges]
        return "\n".join([*lines, "}"])

    def svg(self):
        """Return a picture: the results at the top, the leaves below."""
        chains, layers, widths = self._layers()
        _untangle(layers, chains)
        place, width = _place(layers, widths)
        height = len(layers) * (_HEIGHT + _GAP_Y) - _GAP_Y + 2 * _MARGIN
        out = [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" '
            f'height="{height:.0f}" font-family="monospace" font-size="12">',
            '<defs><marker id="arrow" markerWidth="8" markerHeight="8" refX="7" '
            'refY="4" orient="auto"><path d="M0,0 L8,4 L0,8 z"/></marker></defs>',
        ]
        for chain in chains:  # drawn upwards, as the values flow
            points = [place[i] for i in reversed(chain)]
            points[0] = (points[0][0], points[0][1] - _HEIGHT / 2)
            points[-1] = (points[-1][0], points[-1][1] + _HEIGHT / 2)
            line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
            out.append(
                f'<polyline points="{line}" fill="none" stroke="#555" '
                'marker-end="url(#arrow)"/>'
            )
        for number, (label, kind) in enumerate(zip(self.labels, self.kinds)):
            x, y = place[number]
            out.append(
                f'<rect x="{x - widths[number] / 2:.1f}" y="{y - _HEIGHT / 2:.1f}" '
                f'width="{widths[number]:.1f}" height="{_HEIGHT}" rx="4" '
                f'fill="{_COLOURS[kind]}" stroke="#555"/>'
                f'<text x="{x:.1f}" y="{y + 4:.1f}" text-anchor="middle">'
                f"{escape(label)}</text>"
            )
        return "\n".join([*out, "</svg>"])

    _repr_svg_ = svg

    def save(self, path):
        """Write the picture to a file, as SVG."""
        with open(path, "w", encoding="utf-8") as file:
            file.write(self.svg())

    def _inputs(self):
        inputs = [[] for _ in self.labels]
        for start, end in self.edges:
            inputs[start].append(end)
        return inputs

    def _layers(self):
        """Boxes by their longest way from a result; long edges get points between.

        Returns the chain of box and point numbers of every edge, the layers, and the
        widths of boxes and points.
        """
        inputs, depth = self._inputs(), [0] * len(self.labels)
        waiting = [0] * len(self.labels)
        for _, end in self.edges:
            waiting[end] += 1
        ready = [i for i, count in enumerate(waiting) if not count]
        while ready:
            start = ready.pop()
            for end in inputs[start]:
                depth[end] = max(depth[end], depth[start] + 1)
                waiting[end] -= 1
                if not waiting[end]:
                    ready.append(end)
        layers = [[] for _ in range(max(depth, default=-1) + 1)]
        for number, layer in enumerate(depth):
            layers[layer].append(number)
        widths = [_CHAR * len(label) + 16 for label in self.labels]
        chains = []
        for start, end in self.edges:
            chain = [start]
            for layer in range(depth[start] + 1, depth[end]):
                chain.append(len(widths))
                layers[layer].append(len(widths))
                widths.append(0)
            chains.append([*chain, end])
        return chains, layers, widths


def _untangle(layers, chains):
    """Order each layer by the mean position of the neighbours in the one before."""
    above, below = {}, {}
    for chain in chains:
        for upper, lower in zip(chain, chain[1:]):
            above.setdefault(lower, []).append(upper)
            below.setdefault(upper, []).append(lower)
    for sweep in range(_SWEEPS):
        down = sweep % 2 == 0
        neighbours = above if down else below
        position = {}
        for layer in layers if down else reversed(layers):
            mean = {}
            for i, item in enumerate(layer):
                near = [position[n] for n in neighbours.get(item, ()) if n in position]
                mean[item] = sum(near) / len(near) if near else i / max(1, len(layer))
            layer.sort(key=mean.get)
            # Positions run from 0 to 1, so that layers of any length compare.
            position.update((n, (i + 0.5) / len(layer)) for i, n in enumerate(layer))


def _place(layers, widths):
    """The centre of every box and point, and the width of the picture."""
    lengths = [sum(widths[i] + _GAP_X for i in layer) - _GAP_X for layer in layers]
    width = max(lengths, default=0)
    place = {}
    for row, (layer, length) in enumerate(zip(layers, lengths)):
        x = _MARGIN + (width - length) / 2
        y = _MARGIN + row * (_HEIGHT + _GAP_Y) + _HEIGHT / 2
        for item in layer:
            place[item] = (x + widths[item] / 2, y)
            x += widths[item] + _GAP_X
    return place, width + 2 * _MARGIN
