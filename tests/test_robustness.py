"""Junk given to everything: an exception is right, a crash or a hang is not.

The calls are made in child processes with a memory limit. A child notes each call
before it makes it, so that the one that kills it is known; a new child goes on with the
next function. The calls are the same in every run. To make those of a group from number
FIRST on: ``python tests/test_robustness.py GROUP FIRST NOTE``, where NOTE is a file.
"""

import collections
import copy
import faulthandler
import functools
import inspect
import math
import multiprocessing
import os
import pickle
import random
import resource
import signal
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest

import torchlike as torch
from torchlike import _C, autograd, nn, optim

TYPES = ("Byte", "Char", "Short", "Int", "Long", "Float", "Double", "Half")
MEMORY = 4 << 30  # bytes that a child may map
SECONDS_PER_CALL = 20
CALLS = int(os.environ.get("TORCHLIKE_JUNK_CALLS", "150"))  # for each function
MAX_CRASHES = 8  # then a group gives up

# What would not come back, or would end the process:
EXCLUDED = {
    "torchlike.utils.data.DataLoader",  # endless samplers are the caller's to stop
    "torchlike.optim.Optimizer.state",
    "torchlike.multiprocessing.pool.Pool",  # of 2 ** 64 processes
}


# ----------------------------------------------------------------------------- the junk


class Liar:
    """A sequence whose length is not the number of its items."""

    def __init__(self, length, items):
        self.length, self.items = length, items

    def __len__(self):
        return self.length

    def __getitem__(self, i):
        if not 0 <= i < self.items:
            raise IndexError(i)
        return i


class Index:
    """An int whose value is made by a function."""

    def __init__(self, value):
        self.value = value

    def __index__(self):
        return self.value()

    __int__ = __index__

    def __float__(self):
        return float(self.value())


def recursive_list():
    nested = [1]
    nested.append(nested)
    return nested


def shrinking_list():
    """A list that becomes empty while its first item is read."""
    items = []

    def clear():
        items.clear()
        return 1

    items.extend([Index(clear), 2, 3, 4, 5])
    return items


def growing_list():
    items = []

    def grow():
        items.extend([1] * 1000)
        return 1

    items.extend([Index(grow), 2])
    return items


def failing():
    raise KeyError("hostile")


def tensor(type_name, *shape):
    t = getattr(torch, type_name + "Tensor")(*shape)
    if type_name == "Half":
        return t
    return t.fill_(1) if shape else t


CLASSES = [getattr(torch, name + "Tensor") for name in TYPES]
CLASSES += [torch.FloatStorage, autograd.Variable]
# Python 3.11 to 3.13 crash when a line such as ``x.dim()`` ran often and x then is a
# class (so do ``x.split()`` and str): groups of Python code get no classes.
PYTHON_GROUPS = ("functions", "modules", "optimizers", "streams")


class Junk:
    """A seeded source of arguments."""

    def __init__(self, seed, type_name="Float", classes=CLASSES):
        self.random = random.Random(seed)
        self.type_name = type_name
        self.classes = classes
        self.target = None  # what the call is a method of
        self.call = None  # operator and overload, if the call is to be plausible

    def integer(self):
        if self.random.random() < 0.6:
            return self.random.choice([-2, -1, 0, 0, 1, 1, 2, 3, 4, 5])
        return self.random.choice(
            [7, 63, 64, 65, 1 << 20, 1 << 31, -(1 << 31), 1 << 32, 1 << 40, 1 << 61]
            + [1 << 62, (1 << 63) - 1, -(1 << 63), 1 << 63, 1 << 64, 10**30, -(10**30)]
        )

    def number(self):
        return self.random.choice(
            [0.0, -0.0, 0.5, 1.5, -1.0, 1e-320, 1e308, math.inf, -math.inf, math.nan]
        )

    def tensor(self, type_name=None):
        """A small tensor of one of many layouts, with harmless elements."""
        r, name = self.random, type_name or self.type_name
        shape = r.choice(
            [(), (1,), (3,), (4,), (2, 3), (3, 2), (3, 3), (1, 3), (3, 1), (2, 3, 4)]
            + [
                (2, 2, 4, 4),
                (2, 2, 2, 2),
                (1, 2, 1, 3),
                (2, 1, 3, 2, 2),
                (1,) * 64,
                (40, 50),
            ]
        )
        t = tensor(name, *shape)
        layout = r.randrange(6)
        if not shape:
            return t
        if layout == 1 and len(shape) > 1:
            return t.transpose(0, -1)
        if layout == 2:
            return t.expand(3, *shape) if len(shape) < 64 else t
        if layout == 3 and shape[0] > 1:
            return t.narrow(0, 1, shape[0] - 1)
        if layout == 4 and shape[-1] > 2:
            return t[(Ellipsis, slice(None, None, 2))]
        if layout == 5 and len(shape) > 1:
            return t.select(0, 0)
        return t

    def indices(self):
        """A LongTensor, some elements of which are no good indices."""
        t = self.tensor("Long")
        if t.dim() == 1 and self.random.random() < 0.5:
            t = t.clone()
            t[self.random.randrange(t.numel())] = self.random.choice(
                [-1, 0, 0, 2, 5, 1 << 40, -(1 << 63)]
            )
        return t

    def storage(self):
        name = self.random.choice([self.type_name, *TYPES])
        return getattr(torch, name + "Storage")(self.random.choice([0, 1, 5, 24]))

    def variable(self):
        r = self.random
        name = self.type_name if r.random() < 0.8 else r.choice(TYPES)
        flag = r.choice([{}, {"requires_grad": True}, {"volatile": True}])
        v = autograd.Variable(self.tensor(name), **flag)
        return v * 1 if r.random() < 0.3 and name != "Half" else v

    def resizing(self):
        """An int that changes the object of the call while it is read."""

        def change():
            for name in ("resize_", "set_"):
                if hasattr(self.target, name):
                    getattr(self.target, name)(*(1,) * (name == "resize_"))
            return 1

        return Index(change)

    def odd(self):
        """What no function expects."""
        r = self.random
        make = r.choice(
            [
                lambda: None,
                lambda: True,
                lambda: False,
                lambda: 1j,
                lambda: "",
                lambda: "abc",
                lambda: "mean\0\ud800",
                lambda: b"\x80\x02}q\x00.",
                lambda: bytearray(b"123"),
                lambda: memoryview(b"123"),
                lambda: [],
                lambda: (),
                lambda: {},
                lambda: {"a": 1},
                lambda: set(),
                lambda: [1, 2, 3],
                lambda: (2, 3),
                lambda: [[1, 2], [3, 4]],
                lambda: [[1, 2], [3]],
                lambda: [[[[]]]],
                lambda: [1, [2]],
                lambda: [None],
                lambda: ["a", "b"],
                lambda: [1] * 65,
                lambda: [1 << 62, 1 << 62],
                lambda: [math.nan, math.inf],
                lambda: torch.Size([2, 3]),
                recursive_list,
                shrinking_list,
                growing_list,
                lambda: Liar(2, 1000),
                lambda: Liar(1000, 2),
                lambda: Liar(1 << 40, 3),
                lambda: Index(failing),
                lambda: Index(lambda: "x"),
                lambda: Index(lambda: 1 << 70),
                lambda: Index(lambda: 2),
                self.resizing,
                lambda: [self.resizing(), 1],
                lambda: (self.resizing(), 1),
                lambda: slice(None),
                lambda: slice(-(10**30), 10**30, 2),
                lambda: slice(2, 1),
                lambda: slice(None, None, 0),
                lambda: slice(None, None, -1),
                lambda: slice("a"),
                lambda: slice(self.resizing(), None),
                lambda: Ellipsis,
                lambda: (Ellipsis, Ellipsis),
                lambda: (None,) * 70,
                lambda: (0,) * 70,
                lambda: range(3),
                lambda: (i for i in range(3)),
                lambda: iter([]),
                lambda: len,
                lambda: lambda *a, **k: None,
                lambda: lambda *a: failing(),
                lambda: int,
                lambda: object(),
                lambda: torch,
                lambda: torch.Generator(),
                lambda: r.choice(self.classes),
                lambda: nn.Parameter(torch.ones(2, 3)),
                lambda: nn.Linear(3, 2),
                lambda: np.float32(2),
                lambda: np.int64(1),
                lambda: np.bool_(True),
                lambda: np.array(3),
                lambda: np.arange(6.0).reshape(2, 3)[:, ::-1],
                lambda: np.array(["a", None], object),
                lambda: np.arange(3, dtype=">i4"),
                lambda: np.zeros((0, 3)),
                lambda: np.zeros((1,) * 33),
                lambda: [self.tensor() for _ in range(r.randrange(4))],
                lambda: tuple(self.tensor(r.choice(TYPES)) for _ in range(2)),
                lambda: [self.variable() for _ in range(r.randrange(4))],
                lambda: (self.indices(), self.integer()),
                lambda: (slice(0, 2), self.indices()),
                lambda: {"params": [self.variable()], "lr": -1},
                lambda: collections.OrderedDict(weight=self.tensor()),
            ]
        )
        return make()

    def value(self):
        p = self.random.random()
        if p < 0.25:
            return self.tensor()
        if p < 0.3:
            return self.tensor(self.random.choice(TYPES))
        if p < 0.5:
            return self.integer()
        if p < 0.56:
            return self.number()
        if p < 0.62:
            return self.indices()
        if p < 0.66:
            return self.tensor("Byte")
        if p < 0.73:
            return self.variable()
        if p < 0.76:
            return self.storage()
        return self.odd()

    def shaped(self, shape):
        """A tensor of a shape, or of nearly that shape."""
        shape = list(shape)
        if self.random.random() < 0.3:
            d = self.random.randrange(len(shape))
            shape[d] = max(1, shape[d] + self.random.choice([-1, 1]))
        t = tensor(self.type_name, *shape)
        return t.transpose(0, -1) if self.random.random() < 0.2 else t

    def plausible(self, operator, argument):
        """An argument of the right type, and mostly of the right size."""
        r, kind, name = self.random, argument.kind, argument.name
        shape = operator.shapes.get(name)
        if name in operator.samples and r.random() < 0.7:
            value = operator.samples[name]
            return torch.LongTensor(value) if kind == "L" else value
        if kind in "TtW":
            if kind != "T" and r.random() < 0.2:
                return None
            t = self.shaped(shape) if shape else self.tensor()
            if not shape and r.random() < 0.6:
                t = tensor(self.type_name, *self.target.size())
            variable = isinstance(self.target, autograd.Variable) and kind != "W"
            return autograd.Variable(t, requires_grad=True) if variable else t
        if kind == "L":
            return self.indices()
        if kind == "B":
            return tensor("Byte", *self.target.size())
        if kind == "Z":
            return [self.integer() for _ in range(r.randrange(5))]
        if kind == "G":
            return torch.Generator()
        if kind == "b":
            return r.random() < 0.5
        return self.integer() if kind == "I" or r.random() < 0.5 else self.number()

    def arguments(self, keywords):
        if self.call is not None:
            operator, overload = self.call
            values = {a: self.plausible(operator, a) for a in overload.arguments}
            positional = [v for a, v in values.items() if not a.keyword_only]
            return positional, {a.name: v for a, v in values.items() if a.keyword_only}
        count = self.random.choice([0, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 8])
        positional = [self.value() for _ in range(count)]
        named = {}
        while keywords and self.random.random() < 0.2:
            named[self.random.choice(keywords)] = self.value()
        return positional, named


KEYWORDS = [
    "dim",
    "out",
    "keepdim",
    "size",
    "value",
    "index",
    "generator",
    "p",
    "input",
]
KEYWORDS += ["weight", "bias", "other", "source", "stride", "padding", "descending"]


# ----------------------------------------------------------------------- what is called


def methods(cls):
    """Names of the methods that Python may call on an object."""
    private = {"__class__", "__init_subclass__", "__new__", "__subclasshook__"}
    names = set(dir(cls)) - private - {"__getattribute__", "__delattr__", "__dict__"}
    return sorted(n for n in names if callable(getattr(cls, n, None)))


def tensor_calls(type_name):
    cls = getattr(torch, type_name + "Tensor")
    yield cls.__name__, lambda junk: cls
    yield f"{cls.__name__}.__new__", lambda junk: lambda *a, **k: cls.__new__(cls)
    for name in methods(cls):
        yield f"{cls.__name__}.{name}", method_of(lambda junk: junk.tensor(), name)


def method_of(make, name):
    def bound(junk):
        junk.target = make(junk)
        return getattr(junk.target, name)

    return bound


def variable_calls():
    yield "Variable", lambda junk: autograd.Variable
    for name in methods(autograd.Variable):
        yield f"Variable.{name}", method_of(lambda junk: junk.variable(), name)
    yield "Variable.data", lambda junk: assigner(junk.variable(), "data")
    for name in ("grad", "requires_grad", "volatile", "_backward_hooks"):
        setter = attribute_setter(name)
        yield f"Variable.{name}", setter


def attribute_setter(name):
    return lambda junk: assigner(junk.variable(), name)


def assigner(target, name):
    return lambda value=None: setattr(target, name, value)


def operator_calls():
    """Every overload with arguments of the right types, on tensors and on Variables."""
    sys.path.append(str(Path(__file__).resolve().parents[1]))  # for tools
    from tools.codegen import load_table

    def bound(junk, operator, overload, name, variable):
        junk.call = operator, overload
        shape = operator.shapes.get("self")
        leaf = junk.target = junk.shaped(shape) if shape else junk.tensor()
        if variable:
            leaf = autograd.Variable(leaf, requires_grad=True)
            junk.target = leaf.clone()
        if operator.namespace:
            function = functools.partial(getattr(_C.nn, name), junk.target)
        else:
            function = getattr(junk.target, name)
        return backward_after(function, leaf) if variable else function

    for operator in load_table()[0].values():
        names = [operator.name] if operator.public else []
        for name in names + [operator.inplace] * bool(operator.inplace):
            for overload in operator.overloads:
                for variable in (False, True):
                    only = operator.variable_only or (
                        operator.public == "variables" and name == operator.name
                    )
                    if only and not variable:
                        continue
                    label = f"{name}{overload.suffix}{' of a Variable' * variable}"
                    values = (operator, overload, name, variable)
                    yield label, lambda junk, values=values: bound(junk, *values)


def backward_after(call, leaf):
    """Differentiates the result of a call twice, by a leaf and the arguments."""

    def differentiate(*arguments, **keywords):
        result = call(*arguments, **keywords)
        first = result[0] if isinstance(result, tuple) else result
        leaves = [leaf, *(a for a in arguments if isinstance(a, autograd.Variable))]
        gradient = autograd.Variable(first.data.clone(), requires_grad=True)
        gradients = autograd.grad(
            [first], leaves, [gradient], create_graph=True, allow_unused=True
        )
        for found in gradients:
            if found is not None:
                found.backward(found.clone())
        return first

    return differentiate


def storage_calls():
    for type_name in TYPES:
        cls = getattr(torch, type_name + "Storage")
        yield cls.__name__, lambda junk, cls=cls: cls
        new = f"{cls.__name__}.__new__"
        yield new, lambda junk, cls=cls: lambda *a, **k: cls.__new__(cls)
        for name in methods(cls):
            make = method_of(lambda junk, cls=cls: cls(junk.random.randrange(6)), name)
            yield f"{cls.__name__}.{name}", make


def public_modules():
    """The public modules of the package, without those of the command."""
    import pkgutil

    yield torch
    for found in pkgutil.walk_packages(torch.__path__, "torchlike."):
        parts = found.name.split(".")
        if any(p.startswith("_") for p in parts) or parts[1] in ("commands", "compat"):
            continue
        yield __import__(found.name, fromlist=["*"])


def function_calls():
    """Functions and classes of the public modules; objects of the classes as well."""
    seen = set()
    for module in public_modules():
        for name in getattr(module, "__all__", None) or dir(module):
            value = getattr(module, name)
            label = f"{module.__name__}.{name}"
            skip = name.startswith("_") or label in EXCLUDED or not callable(value)
            # Python's own: processes by the billion are the caller's to ask for.
            skip |= module is torch.multiprocessing and hasattr(multiprocessing, name)
            if skip or id(value) in seen or inspect.ismodule(value):
                continue
            seen.add(id(value))
            yield label, lambda junk, value=value: value
    for name, value in sorted(vars(_C.nn).items()):
        yield f"nn.{name}", lambda junk, value=value: value
    generator_class = torch.Generator
    for name in methods(generator_class):
        yield f"Generator.{name}", method_of(lambda junk: torch.Generator(), name)
    for name in methods(torch.Size):
        yield f"Size.{name}", method_of(lambda junk: torch.Size([2, 3]), name)


def module_calls():
    """Layers made properly, called with junk; and methods of modules."""
    makers = {
        "Linear": lambda: nn.Linear(3, 4),
        "Conv2d": lambda: nn.Conv2d(2, 4, 2, padding=1, groups=2),
        "MaxPool2d": lambda: nn.MaxPool2d(2),
        "BatchNorm2d": lambda: nn.BatchNorm2d(2),
        "Dropout": lambda: nn.Dropout(0.5),
        "ReLU": lambda: nn.ReLU(inplace=True),
        "Tanh": nn.Tanh,
        "Sigmoid": nn.Sigmoid,
        "LogSoftmax": lambda: nn.LogSoftmax(dim=1),
        "NLLLoss": nn.NLLLoss,
        "CrossEntropyLoss": nn.CrossEntropyLoss,
        "MSELoss": nn.MSELoss,
        "Sequential": lambda: nn.Sequential(nn.Linear(3, 4), nn.Tanh()),
    }
    for name, make in makers.items():
        yield f"{name}()", lambda junk, make=make: make()
        yield f"{name}() and back", lambda junk, make=make: forward_and_back(make())
    for name in methods(nn.Module):
        yield f"Module.{name}", method_of(lambda junk: makers["Sequential"](), name)


def forward_and_back(module):
    """Calls a module, and backward on the result with the next argument."""

    def call(*arguments, **keywords):
        gradient = arguments[-1] if arguments else None
        for given in (arguments, arguments[:-1]):
            try:
                result = module(*given, **keywords)
            except Exception:
                continue
            result.backward(gradient)

    return call


def optimizer_calls():
    def step(cls):
        def call(*arguments, **keywords):
            parameters = [nn.Parameter(torch.ones(2, 3)) for _ in range(2)]
            optimizer = cls(parameters, *arguments, **keywords)
            for parameter in parameters:
                parameter.grad = autograd.Variable(torch.ones(2, 3))
            optimizer.step()
            optimizer.step()

        return call

    def odd_gradients(cls):
        def call(data=None, grad=None, *rest):
            parameter = nn.Parameter(torch.ones(2, 3))
            optimizer = cls([parameter], lr=0.1)
            parameter.grad = autograd.Variable(torch.ones(2, 3))
            optimizer.step()
            parameter.data = data
            parameter.grad = grad
            optimizer.step()

        return call

    def changed_state(cls):
        def call(*values):
            parameter = nn.Parameter(torch.ones(2, 3))
            optimizer = cls([parameter], lr=0.1)
            parameter.grad = autograd.Variable(torch.ones(2, 3))
            optimizer.step()
            state = optimizer.state_dict()
            for value, entry in zip(values, state["state"].values()):
                for name in entry:
                    entry[name] = value
            optimizer.load_state_dict(state)
            optimizer.step()

        return call

    for cls in (optim.SGD, optim.Adam):
        yield f"{cls.__name__}.step", lambda junk, cls=cls: step(cls)
        yield f"{cls.__name__} gradients", lambda junk, cls=cls: odd_gradients(cls)
        yield f"{cls.__name__} state", lambda junk, cls=cls: changed_state(cls)
        for name in methods(cls):
            make = method_of(
                lambda junk, cls=cls: cls([nn.Parameter(torch.ones(2, 3))], lr=0.1),
                name,
            )
            yield f"{cls.__name__}.{name}", make


def stream_calls():
    """torch.load of damaged files, and of pickles made of junk."""
    import io

    whole = io.BytesIO()
    torch.save({"a": torch.ones(3, 4), "b": [torch.LongTensor([1, 2])]}, whole)
    whole = whole.getvalue()

    def damaged(junk):
        data = bytearray(whole)
        for _ in range(junk.random.randrange(1, 4)):
            place = junk.random.randrange(len(data) or 1)
            choice = junk.random.randrange(3)
            if choice == 0 and data:
                data[place] = junk.random.randrange(256)
            elif choice == 1:
                del data[place:]
            else:
                data[place:place] = bytes(junk.random.randrange(1, 9))
        return lambda *a, **k: torch.load(io.BytesIO(bytes(data)))

    def pickled(junk):
        def call(value=None, *rest):
            stream = io.BytesIO()
            torch.save(value, stream)
            stream.seek(0)
            return torch.load(stream)

        return call

    def rebuilt(junk):
        t = junk.tensor()
        function, arguments = t.__reduce_ex__(2)

        def call(*values):
            changed = list(arguments)
            for value in values:
                changed[junk.random.randrange(len(changed))] = value
            return function(*changed)

        return call

    for k in range(10):
        yield f"load of damaged file {k}", damaged
    yield "save and load", pickled
    for k in range(4):
        yield f"rebuilt tensor {k}", rebuilt
    yield "copy.deepcopy", lambda junk: lambda v=None, *r: copy.deepcopy(v)
    yield "pickle", lambda junk: lambda v=None, *r: pickle.loads(pickle.dumps(v))


GROUPS = {
    **{name + "Tensor": lambda name=name: tensor_calls(name) for name in TYPES},
    "Variable": variable_calls,
    "operators": operator_calls,
    "storages": storage_calls,
    "functions": function_calls,
    "modules": module_calls,
    "optimizers": optimizer_calls,
    "streams": stream_calls,
}


# ---------------------------------------------------------------------------- the child


def shown(value, depth=0):
    """A short description of an argument that asks nothing of it."""
    if isinstance(value, autograd.Variable):
        return f"Variable({shown(value.data)})"
    if torch.is_tensor(value):
        return f"{value.type()}{tuple(value.size())}{value.stride()}"
    if torch.is_storage(value):
        return f"{type(value).__name__}({len(value)})"
    if type(value) in (list, tuple) and depth < 3:
        inner = ", ".join(shown(v, depth + 1) for v in value[:6])
        return f"{type(value).__name__}({inner})"
    if type(value) in (int, float, str, bytes, bool, slice, type(None), range):
        return repr(value)[:60]
    return type(value).__name__


def touch(value, depth=0):
    """Reads all of a result, so that one outside its memory shows."""
    if isinstance(value, autograd.Variable):
        value = value.data
    if torch.is_tensor(value) and value.numel() < 1 << 20:
        value.clone()
    elif torch.is_storage(value) and len(value) < 1 << 20:
        value.clone()
    elif isinstance(value, (list, tuple)) and depth < 3:
        for item in value[:10]:
            touch(item, depth + 1)


def run_child(group, first, note):
    """Makes the calls of a group, numbered from 0, from `first` on."""
    if "libasan" not in os.environ.get("LD_PRELOAD", ""):  # which maps terabytes
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    faulthandler.enable()
    random.seed(1)
    note = os.open(note, os.O_WRONLY)
    type_name = group.removesuffix("Tensor") if group.endswith("Tensor") else "Float"
    classes = [int] if group in PYTHON_GROUPS else CLASSES
    number = -1
    for label, make in GROUPS[group]():
        for k in range(CALLS):
            number += 1
            if number < first:
                continue
            junk = Junk(zlib.crc32(f"{label} {k}".encode()), type_name, classes)
            text = label
            try:
                function = make(junk)
                positional, named = junk.arguments(KEYWORDS)
                parts = [shown(v) for v in positional]
                parts += [f"{n}={shown(v)}" for n, v in named.items()]
                target = "" if junk.target is None else f" of {shown(junk.target)}"
                text = f"{label}({', '.join(parts)}){target}"
            finally:
                line = f"{number} {text}"[:1500].encode(errors="replace")
                os.pwrite(note, line.ljust(1501), 0)
            signal.setitimer(signal.ITIMER_REAL, SECONDS_PER_CALL)  # ends the process
            try:
                touch(function(*positional, **named))
            except Exception:
                pass
            touch(junk.target)
    signal.setitimer(signal.ITIMER_REAL, 0)
    os.pwrite(note, b"done".ljust(1501), 0)


# ----------------------------------------------------------------------------- the test


@pytest.mark.parametrize("group", GROUPS)
def test_junk_does_not_crash(group, tmp_path):
    note = tmp_path / "note"
    work = tmp_path / "work"  # where calls may leave files
    work.mkdir()
    crashes, first = [], 0
    while len(crashes) < MAX_CRASHES:
        note.write_bytes(b"")
        child = subprocess.run(
            [sys.executable, "-W", "ignore", __file__, group, str(first), str(note)],
            cwd=work,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=600 + 6 * CALLS,
        )
        text = note.read_text().strip()
        if text == "done":
            break
        stack = child.stderr.decode(errors="replace")
        crashes.append(f"{text}: exit status {child.returncode}\n{stack[-1500:]}")
        if not text:
            break
        first = (int(text.split()[0]) // CALLS + 1) * CALLS  # the next function
    assert not crashes, "\n\n".join(crashes)


if __name__ == "__main__":
    run_child(sys.argv[1], int(sys.argv[2]), sys.argv[3])
