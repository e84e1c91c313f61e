"""Turns the operator table into test cases.

Every overload of tools/ops/*.toml becomes cases for each element type, memory layout
and form of the call. A test that asks for ``case`` gets those with a NumPy expression,
one that asks for ``gradient`` those with a derivative.
"""

import itertools
import math
import zlib
from dataclasses import dataclass

import numpy as np
import pytest
import scipy.special

import torchlike as torch
from tools.codegen import load_table
from tools.codegen.methods import takes_out
from torchlike import _C

OPERATORS, _ = load_table()
DTYPES = {
    "Byte": np.uint8,
    "Char": np.int8,
    "Short": np.int16,
    "Int": np.int32,
    "Long": np.int64,
    "Float": np.float32,
    "Double": np.float64,
}
FLOATING = ("Float", "Double")
KIND_TYPES = {"L": "Long", "B": "Byte", "P": "Int"}
SHAPE = (3, 4)
LAYOUTS = (
    "contiguous",
    "transposed",
    "strided",
    "expanded",
    "broadcast",
    "long",
    "one",
    "empty",
)
GRADIENT_LAYOUTS = ("contiguous", "transposed", "expanded", "broadcast", "one")
OMIT = object()  # the argument is left to its default

# Arguments that the table has no samples for.
SAMPLES = {
    "view": {"size": (6, 2)},
    "expand": {"size": (2, 3, 4)},
    "permute": {"dims": (1, 0)},
    "topk": {"sorted": True},  # without it the order is free: see test_special.py
    "random": {"from": 2, "to": 7},
    "multilabel_margin_loss": {"target": [[2, -1, 0, 0], [0, 1, 2, -1], [-1, 1, 2, 3]]},
    "multi_margin_loss": {
        "target": [1, 3, 0],
        "p": 2,
        "margin": 0.7,
        "weight": [0.5, 1, 2, 0.25],
    },
    "nll_loss": {"target": [1, 3, 0], "weight": [0.5, 1, 2, 0.25]},
}
SHAPES = {"expand": {"self": (3, 1)}}
# The same for tensors with one element. Other sizes, counts and steps are 1 there, and
# indices ...
ZEROS = "dim dim0 dim1 dimension index indices start target padW padH padT".split()
ONE = {
    "diag": {"diagonal": 0},
    "embedding": {"padding_idx": -1},
    "expand": {"size": (2, 3)},
    "fractional_max_pool2d": {"samples": [0.1, 0.7]},
    "grid_sample": {"grid": (1, 1, 1, 2)},
    "multi_margin_loss": {"p": 2},
    "multilabel_margin_loss": {"target": [0]},
    "pad_constant": {"pad": [1, 2, 2, 1]},
    "permute": {"dims": (0,)},
    "random": {"from": 2, "to": 7},
    "reflection_pad2d": {"left": 0, "right": 0, "top": 0, "bottom": 0},
}
DIMENSIONS_OF_ONE = {"embedding": 2, "renorm": 2, "select": 2}


# ----------------------------------------------------------- names in NumPy expressions


def divide(a, b):
    """Quotient as C computes it: integers are truncated towards zero."""
    if np.issubdtype(np.result_type(a, b), np.integer):
        return np.sign(a) * np.sign(b) * (np.abs(a) // np.abs(b))
    return a / b


def sort(a, dim=-1, descending=False):
    order = np.argsort(a, dim, kind="stable")
    order = np.flip(order, dim) if descending else order
    return np.take_along_axis(a, order, dim), order


def topk(a, k, dim=-1, largest=True):
    return tuple(np.take(x, range(k), dim) for x in sort(a, dim, largest))


def kth(a, k, dim=-1, keepdim=False):
    picked = (np.take(x, [k - 1], dim) for x in sort(a, dim))
    return tuple(x if keepdim else x.squeeze(dim) for x in picked)


def mode(a, dim=-1, keepdim=False):
    def last_of_most_frequent(line):
        values, counts = np.unique(line, return_counts=True)
        return np.flatnonzero(line == values[counts.argmax()])[-1]

    where = np.expand_dims(np.apply_along_axis(last_of_most_frequent, dim, a), dim)
    picked = np.take_along_axis(a, where, dim), where
    return tuple(x if keepdim else x.squeeze(dim) for x in picked)


def put(a, indices, source, accumulate):
    out = a.copy()
    if accumulate:
        np.add.at(out.reshape(-1), indices, source)
    else:
        np.put(out, indices, source)
    return out


def lshift(a, n):
    return a << n if np.issubdtype(a.dtype, np.integer) else a * 2.0**n


def rshift(a, n):
    """Zeros come in at the sign."""
    if not np.issubdtype(a.dtype, np.integer):
        return a / 2.0**n
    unsigned = f"u{a.dtype.itemsize}"
    return (a.astype(unsigned) >> np.asarray(n).astype(unsigned)).astype(a.dtype)


def reduced(loss, size_average, reduce):
    if not reduce:
        return loss
    return loss.mean() if size_average else loss.sum()


def arg(function, a, dim, keepdim):
    return function(a, dim, keepdims=keepdim)


NAMES = {
    "np": np,
    "scipy": scipy,
    "divide": divide,
    "sort": sort,
    "topk": topk,
    "kth": kth,
    "mode": mode,
    "put": put,
    "lshift": lshift,
    "rshift": rshift,
    "reduced": reduced,
    "arg": arg,
}


# ---------------------------------------------------------------------------- arguments


def elements(rng, count, type_name, domain, name):
    """Random numbers of a type: small, so that sums and products of integers fit."""
    if domain == "distinct":  # from self and from each other
        steps = rng.permutation(count) - (0 if type_name == "Byte" else count // 2)
        return steps + (0.2 if name == "self" else 0.6) * (type_name in FLOATING)
    if type_name not in FLOATING:
        low = {"positive": 1, "nonzero": 1}.get(domain, 0)
        values = rng.integers(low, 6, count)
        if type_name != "Byte" and domain != "positive":
            values *= rng.choice([-1, 1], count)
        return values
    if domain == "positive":
        return rng.uniform(0.5, 2, count)
    if domain == "probability":
        return rng.uniform(0.1, 0.9, count)
    if domain == "unit":
        return rng.uniform(-0.9, 0.9, count)
    if domain == "dominant":  # a square matrix that is far from singular
        return rng.uniform(-2, 2, count) + 8 * np.eye(math.isqrt(count)).ravel()
    if domain == "nonzero":
        return rng.uniform(0.5, 2, count) * rng.choice([-1, 1], count)
    if domain == "fractional":
        return rng.integers(-3, 3, count) + rng.choice([0.2, 0.3, 0.7, 0.8], count)
    return rng.uniform(-2, 2, count)


def laid_out(array, layout):
    """A tensor with the elements of an array, lying in memory as the layout says."""
    tensor_class = getattr(
        torch, {np.dtype(d): n for n, d in DTYPES.items()}[array.dtype] + "Tensor"
    )
    if layout == "transposed":
        order = tuple(reversed(range(array.ndim)))
        base = tensor_class(np.ascontiguousarray(array.transpose(order)))
        return base.permute(*order)
    if layout == "strided":
        wide = np.repeat(array, 2, -1)
        wide[..., 1::2] = 77
        return tensor_class(wide)[(Ellipsis, slice(None, None, 2))]
    if layout == "expanded":
        return tensor_class(array[:1].copy()).expand(*array.shape)
    return tensor_class(array) if array.size else tensor_class()


def scalar(value, type_name):
    """A sample as a number of the type: integers, away from 0; for bytes not below."""
    if type_name in FLOATING or isinstance(value, int):
        return value
    value = math.floor(value) if value < 0 else math.ceil(value)
    return max(value, 0) if type_name == "Byte" else value


def variants(argument, samples, shape, layout):
    """Values to try for an argument that is no tensor."""
    if argument.name in samples:
        return [samples[argument.name]]
    kind, default = argument.kind, argument.default
    if kind == "b":
        values = [OMIT, default != "True"] if default else [False, True]
        return values if layout == "contiguous" else values[1:]
    if argument.name in ("dim", "dimension"):
        dims = sorted({0, len(shape) - 1, -1})
        return [OMIT, *dims] if default else dims
    if kind == "I":
        return [OMIT, 1, -1]
    if kind == "S":
        return [OMIT, "number"] if default else ["number"]
    if kind == "D":
        return [OMIT] if default else [0.5]
    return [OMIT]


def default_value(argument):
    """The default of an argument, which the table has as text."""
    text = argument.default
    names = {"True": True, "False": False, "None": None}
    if text in names:
        return names[text]
    return int(text) if text.lstrip("-").isdigit() else float(text)


# -------------------------------------------------------------------------------- cases


@dataclass
class Case:
    """One call of one overload."""

    operator: object
    overload: object
    values: tuple  # of the arguments that are no tensors, by position; None for tensors
    type_name: str
    layout: str
    form: str  # function, method, out, aliased (out is an argument) or inplace

    def __str__(self):
        shown = [
            f"{a.name}={v}"
            for a, v in zip(self.overload.arguments, self.values, strict=True)
            if v is not None and v is not OMIT and not isinstance(v, (list, tuple))
        ]
        names = [a.name for a in self.overload.arguments if a.kind in "Tt"]
        call = f"{self.operator.name}({','.join(names + shown)})"
        return "-".join([call, self.type_name, self.layout, self.form])

    @property
    def seed(self):
        return zlib.crc32(str(self).encode())

    def shape(self, name):
        """The shape of self or of a tensor argument in this layout."""
        given = SHAPES.get(self.operator.name, self.operator.shapes).get(name)
        if given and self.layout == "one":
            return ONE.get(self.operator.name, {}).get(name) or (1,) * len(given)
        if given:
            return tuple(given)
        if name != "self" and self.layout == "broadcast":
            return (1, 4) if name == self.overload.tensors[1] else (3, 1)
        one = (1,) * DIMENSIONS_OF_ONE.get(self.operator.name, 1)
        return {"long": (2, 131), "one": one, "empty": (0,)}.get(self.layout, SHAPE)

    def arrays(self):
        """Inputs as NumPy arrays: {name: array or value}, without those left out."""
        rng = np.random.default_rng(self.seed)
        domain, out = self.operator.domain, {}

        def array(name, type_name, shape):
            flat = elements(rng, math.prod(shape), type_name, domain.get(name), name)
            full = flat.astype(DTYPES[type_name]).reshape(shape)
            if self.layout == "expanded":
                full = np.broadcast_to(full[:1], shape)
            return full

        out["self"] = array("self", self.type_name, self.shape("self"))
        for argument, value in zip(self.overload.arguments, self.values, strict=True):
            name, kind = argument.name, argument.kind
            if kind in "Tt":
                out[name] = array(name, self.type_name, self.shape(name))
            elif kind == "B":
                out[name] = rng.integers(0, 2, self.shape("self")).astype(np.uint8)
            elif value is OMIT:
                continue
            elif kind == "L":
                out[name] = np.array(value, np.int64)
            elif kind == "W":
                out[name] = np.array(value, DTYPES[self.type_name])
            elif value == "number":
                floating = self.type_name in FLOATING
                out[name] = 1.5 if floating else 2
            else:
                out[name] = scalar(value, self.type_name) if kind == "S" else value
        return out

    def inputs(self, arrays):
        """Positional and keyword arguments of the call, self first."""
        positional, keywords = [laid_out(arrays["self"], self.layout)], {}
        omitted = False  # what follows an omitted argument goes by keyword
        for argument in self.overload.arguments:
            if argument.name not in arrays:
                omitted = True
                continue
            value = arrays[argument.name]
            if argument.kind in "Tt":
                value = laid_out(value, self.layout)
            elif isinstance(value, np.ndarray):
                value = laid_out(value, "contiguous")
            by_name = self.form == "method" and self.operator.function
            if by_name or argument.keyword_only or (omitted and argument.default):
                keywords[argument.name] = value
            else:
                positional.append(value)
        return positional, keywords

    def call(self, form, self_, *arguments, **keywords):
        """Makes the call on tensors or on Variables."""
        if form == "inplace":
            name = self.operator.inplace
            if self.operator.namespace:
                return getattr(_C.nn, name)(self_, *arguments, **keywords)
            return getattr(self_, name)(*arguments, **keywords)
        if form == "method":  # all arguments by name, if there is a function as well
            return getattr(self_, self.operator.name)(*arguments, **keywords)
        namespace = _C.nn if self.operator.namespace else torch
        return getattr(namespace, self.operator.name)(self_, *arguments, **keywords)

    def expected(self, arrays):
        """Results by NumPy, as a tuple; floating-point ones in double precision."""
        names = dict(NAMES)
        for name, value in arrays.items():
            names[name] = value
            if isinstance(value, np.ndarray) and value.dtype == np.float32:
                names[name] = value.astype(np.float64)
        for argument in self.overload.arguments:
            if argument.name not in names:
                names[argument.name] = default_value(argument)
        with np.errstate(all="ignore"):
            result = eval(self.overload.numpy, names)
        return result if isinstance(result, tuple) else (result,)


def forms(operator, overload):
    out = []
    if operator.function:
        out.append("function")
        if takes_out(operator, overload):
            out.append("out")
            pointwise = operator.source == "pointwise.toml"
            if pointwise and len(overload.tensors) > 1:
                out.append("aliased")
    if operator.method:
        out.append("method")
    if operator.inplace and overload.outputs == ["T"]:
        out.append("inplace")
    return out


def fits(operator, overload, layout, type_name, form):
    """Whether a layout makes sense for an overload."""
    tensors = len(overload.tensors) > 1
    special = bool(operator.shapes or SHAPES.get(operator.name))
    distinct = "distinct" in operator.domain.values()
    if form == "method" and operator.function or operator.name == "view":
        return layout == "contiguous"  # one layout: the rest is the function's code
    pointwise = operator.source in ("pointwise.toml", "compare.toml")
    if form == "aliased" and layout not in ("contiguous", "transposed", "strided"):
        return False
    if layout == "expanded":
        return form != "inplace" and not distinct and not special
    if layout == "broadcast":
        return overload.broadcasts and tensors and not special
    if layout in ("long", "one"):
        narrow = type_name in ("Byte", "Char")
        free = not special and not {"L", "Z"} & {a.kind for a in overload.arguments}
        if layout == "long":
            return (
                free and not operator.samples.get("dim") and not (distinct and narrow)
            )
        return (
            free
            and not operator.samples
            and operator.source != "view.toml"
            and (operator.name not in ("var", "std", "tril", "triu", "t", "nonzero"))
        )
    if layout == "empty":
        return pointwise and not overload.number and form != "out"
    return True


def all_values(operator, overload, layout):
    """Combinations of values of the arguments that are no tensors."""
    samples = operator.samples | SAMPLES.get(operator.name, {})
    if layout == "one":
        samples = {name: sample_of_one(name, value) for name, value in samples.items()}
        samples |= ONE.get(operator.name, {})
    shape = (1,) if layout == "one" else operator.shapes.get("self", SHAPE)
    lists = [
        [None] if a.kind in "TtB" else variants(a, samples, shape, layout)
        for a in overload.arguments
    ]
    return itertools.product(*lists)


def forward_cases():
    for operator in OPERATORS.values():
        for overload in operator.overloads:
            if not overload.numpy:
                continue
            for form, layout in itertools.product(forms(operator, overload), LAYOUTS):
                types = [t for t in DTYPES if t in overload.types]
                for type_name in types:
                    if not fits(operator, overload, layout, type_name, form):
                        continue
                    for values in all_values(operator, overload, layout):
                        yield Case(operator, overload, values, type_name, layout, form)


def sample_of_one(name, value):
    """What a sample becomes for tensors with one element."""
    if isinstance(value, (list, tuple)):
        return type(value)([sample_of_one(name, value[0])])
    if isinstance(value, (float, bool)):
        return value
    return int(name not in ZEROS)


def has_gradient(operator, overload, layout):
    """Whether there is something to differentiate, in this layout."""
    if operator.name == "view":
        return layout == "contiguous"
    if layout == "expanded":  # all rows are equal
        singular = operator.name in ("std", "svd", "symeig")
        return not singular and not {"distinct", "dominant"} & set(
            operator.domain.values()
        )
    # 0 / 0; three elements at least.
    return layout != "one" or operator.name not in ("std", "cross")


def gradient_cases():
    for operator in OPERATORS.values():
        for overload in operator.overloads:
            if not (overload.grad or overload.grad_v or overload.grad_all):
                continue
            kinds = [
                f for f in forms(operator, overload) if f in ("function", "inplace")
            ]
            if operator.inplace_view and "inplace" in kinds:
                kinds.remove("inplace")  # not there for Variables
            if operator.method and not operator.function:
                kinds.append("method")
            for form, layout in itertools.product(kinds, GRADIENT_LAYOUTS):
                if layout == "broadcast":
                    if not fits(operator, overload, layout, "Double", form):
                        continue
                elif not has_gradient(operator, overload, layout):
                    continue
                for values in all_values(operator, overload, layout):
                    yield Case(operator, overload, values, "Double", layout, form)


def pytest_generate_tests(metafunc):
    for fixture, cases in (("case", forward_cases), ("gradient", gradient_cases)):
        if fixture in metafunc.fixturenames:
            metafunc.parametrize(fixture, list(cases()), ids=str)


@pytest.fixture(scope="session")
def operators():
    """The operator table."""
    return OPERATORS
