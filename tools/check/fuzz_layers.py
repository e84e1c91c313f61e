"""Call every layer with shapes, numbers and types that mostly do not fit.

    python -m tools.check.fuzz_layers [--rounds N] [--seed N] [--only TEXT] [--list]

Each call must return, or raise one of the exceptions that say what is wrong. What a
layer reads or writes outside its memory shows in a build with sanitizers:

    TORCHLIKE_SANITIZE=address,undefined python -m tools.build
    LD_PRELOAD=$(gcc -print-file-name=libasan.so) \\
        ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1 \\
        python -m tools.check.fuzz_layers

Subjects are the modules and functions of ``torch.nn``, which also run backward, and the
C functions of ``torch._thnn``, which take the tensors of results as they come. --list
prints the subjects that no call has passed.
"""

import argparse
import faulthandler
import inspect
import random
import sys
import warnings
from collections import Counter

import torchlike as torch
from torchlike import nn
from torchlike._thnn import parse_header, type2backend
from torchlike._thnn.utils import HEADERS
from torchlike.autograd import Variable
from torchlike.nn import functional as F

EXPECTED = (
    RuntimeError,
    ValueError,
    TypeError,
    IndexError,
    MemoryError,
    NotImplementedError,
    AssertionError,
    AttributeError,  # an operator that a type lacks
    ZeroDivisionError,
    OverflowError,
    KeyError,
)
# Sizes that memory could serve are small, all others far too large.
_NUMBERS = (1, 1, 1, 2, 2, 3, 4, 0, -1, 5, 7, -3, 64, 2**36, 2**40, 2**62, -(2**63))
_FLOATS = (0.5, 0.1, 1.0, 2.0, 0.0, -1.0, 1e-5, 1e300, float("nan"), float("inf"))
_ABSTRACT = ("Module", "Container", "DistributedDataParallel")


class Inputs:
    """Random arguments; `base` sizes make them fit one another now and then."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def renew(self):
        """Choose sizes for one call."""
        pick = self.random.choice
        self.batch, self.channels, self.outputs = pick((1, 2)), pick((1, 2, 4)), 2
        self.kernel = pick((1, 2, 3))
        self.dims = pick((0, 1, 1, 2, 2, 2, 3, 3))
        self.size = [pick((1, 2, 4, 5, 8)) for _ in range(self.dims)]
        self.wild = self.random.random() < 0.3

    def number(self, name=""):
        """An int; in calm calls a small one that suits a C argument's name."""
        if self.wild:
            return self.random.choice(_NUMBERS)
        if name[:1] == "k" or name[:8] == "poolSize":
            return self.kernel
        if name[:1] == "d" and self.random.random() < 0.7:
            return 1
        if name[:1] in ("p", "a") and self.random.random() < 0.7:
            return 0
        return self.random.choice((1, 1, 2, 2, 3, 0))

    def shape(self):
        """A shape that belongs to the call's sizes, or any."""
        pick = self.random.choice
        if self.wild and self.random.random() < 0.3:
            return [pick((1, 2, 3, 5)) for _ in range(pick(range(6)))]
        planes = [self.channels, *self.size]
        return pick(
            (
                [self.batch, *planes],
                [self.batch, *planes],
                [self.batch, *planes],
                planes,
                [self.batch, self.outputs, *self.size],
                [self.outputs, self.channels, *[self.kernel] * self.dims],
                [self.channels, self.outputs, *[self.kernel] * self.dims],
                [self.batch, *self.size],
                [self.batch, self.channels, *[max(1, n // 2) for n in self.size]],
                [self.batch, *self.size, 2],
                [self.outputs],
                [self.channels],
                [1],
                [],
            )
        )

    def tensor(self, kind):
        """A tensor of one type, dense or strided."""
        shape = self.shape()
        if not shape:
            return kind()
        count = 1
        for n in shape:
            count *= n
        if kind in (torch.LongTensor, torch.IntTensor):
            values = [self.random.choice((0, 0, 1, 1, 2)) for _ in range(count)]
            if self.wild:
                values[0] = self.random.choice(_NUMBERS)
        else:
            values = [self.random.uniform(-1, 1) for _ in range(count)]
            if self.wild:
                values[0] = self.random.choice(_FLOATS)
        t = kind(values).view(*shape)
        layout = self.random.random()
        if layout < 0.15 and len(shape) > 1:
            return (
                t.transpose(0, len(shape) - 1).contiguous().transpose(0, len(shape) - 1)
            )
        if layout < 0.25 and self.wild:
            return t.narrow(0, 0, 1).expand(*shape)
        return t

    def variable(self):
        """An input of a layer: floating, seldom whole numbers."""
        draw = self.random.random()
        kind = torch.LongTensor if draw < 0.2 else torch.FloatTensor
        if 0.95 < draw:
            kind = torch.DoubleTensor
        floating = kind is not torch.LongTensor
        return Variable(self.tensor(kind), requires_grad=floating)

    def argument(self, name):
        """A setting of a layer, by its name."""
        pick = self.random.choice
        if name in ("bias", "ceil_mode", "count_include_pad", "inplace", "training"):
            return pick((True, False))
        if name in ("size_average", "reduce", "affine", "log_target", "full", "swap"):
            return pick((True, False))
        if name == "mode":
            return pick(("nearest", "linear", "bilinear", "trilinear", "sum", "mean"))
        if name == "padding_mode":
            return pick(("zeros", "border"))
        if name in ("p", "eps", "momentum", "alpha", "beta", "lambd", "lower", "upper"):
            return pick(_FLOATS)
        if name in ("margin", "negative_slope", "min_val", "max_val", "threshold"):
            return pick(_FLOATS)
        if name in ("in_channels", "in_features", "num_features", "num_embeddings"):
            return pick((self.channels, self.channels, 0, -1, 3))
        if self.random.random() < 0.3:
            return tuple(self.number() for _ in range(pick((1, 2, 2, 3, 3, 4, 6))))
        return self.number()


def _modules():
    """(name, call of random inputs) for every module of nn."""
    for name, cls in vars(nn).items():
        if not (inspect.isclass(cls) and issubclass(cls, nn.Module)):
            continue
        if name in _ABSTRACT:
            continue
        yield f"nn.{name}", _module_call(cls)


def _module_call(cls):
    parameters = [
        p
        for p in inspect.signature(cls.__init__).parameters.values()
        if p.name not in ("self", "sparse") and p.kind is p.POSITIONAL_OR_KEYWORD
    ]

    def call(inputs):
        given = {
            p.name: inputs.argument(p.name)
            for p in parameters
            if p.default is p.empty or inputs.random.random() < 0.3
        }
        if any(isinstance(n, int) and n > 2**20 for n in given.values()):
            given = {k: v for k, v in given.items() if k not in _SIZES}
        layer = cls(**given)
        count = len(inspect.signature(layer.forward).parameters)
        run = [inputs.variable()]
        for _ in range(1, min(count, 3)):
            kind = inputs.random.choice((torch.LongTensor, type(run[0].data)))
            run.append(Variable(inputs.tensor(kind)))
        _backward(layer(*run))

    return call


# Sizes of parameters: memory for them would be there.
_SIZES = frozenset(
    "in_channels out_channels in_features out_features num_embeddings embedding_dim "
    "num_features num_parameters in1_features in2_features input_size hidden_size "
    "num_layers kernel_size".split()
)


def _functions():
    for name in F.__all__:
        function = getattr(F, name)
        if callable(function):
            yield f"F.{name}", _function_call(function)


_TENSORS = frozenset(
    "input target weight bias input1 input2 x1 x2 anchor positive negative indices "
    "grid theta running_mean running_var offsets embedding_matrix".split()
)


def _function_call(function):
    parameters = [
        p
        for p in inspect.signature(function).parameters.values()
        if p.kind is p.POSITIONAL_OR_KEYWORD and p.name != "sparse"
    ]

    def call(inputs):
        given = {}
        for p in parameters:
            if p.default is not p.empty and inputs.random.random() < 0.5:
                continue
            if p.name in ("running_mean", "running_var"):
                given[p.name] = inputs.tensor(torch.FloatTensor)
            elif p.name in ("indices", "offsets"):
                given[p.name] = Variable(inputs.tensor(torch.LongTensor))
            elif p.name in _TENSORS:
                given[p.name] = inputs.variable()
            elif p.name == "output_size":
                given[p.name] = inputs.random.choice((None, 1, 2, (2, 2), (1, 2, 2)))
            else:
                given[p.name] = inputs.argument(p.name)
        _backward(function(**given))

    return call


def _backward(result):
    while isinstance(result, (tuple, list)):
        result = result[0]
    if isinstance(result, Variable) and result.requires_grad:
        result.backward(result.data.clone().fill_(1))


def _c_functions():
    for kind in (torch.FloatTensor, torch.DoubleTensor):
        backend = type2backend[kind]
        for path in HEADERS:
            for function in parse_header(path):
                name = f"{backend.kind}.{function.name}"
                yield name, _c_call(backend, kind, function)


def _c_call(backend, kind, function):
    method = getattr(backend, function.name)

    def call(inputs):
        given = []
        for argument in function.arguments:
            if argument.is_optional and inputs.random.random() < 0.5:
                given.append(None)
            elif argument.type == "THTensor*":
                given.append(inputs.tensor(kind))
            elif argument.type == "THLongTensor*":
                given.append(inputs.tensor(torch.LongTensor))
            elif argument.type == "THIntTensor*":
                given.append(inputs.tensor(torch.IntTensor))
            elif argument.type == "THGenerator*":
                given.append(torch.Generator().manual_seed(1))
            elif argument.type == "double":
                given.append(inputs.random.choice(_FLOATS))
            elif argument.type == "int":
                given.append(inputs.random.choice((0, 1)))
            else:
                given.append(inputs.number(argument.name))
        method(*given)

    return call


def subjects(only=""):
    """Everything that is called, by name.

    Parameters
    ----------
    only : str
        Part of the names.

    Returns
    -------
    dict of str to callable
        Each takes an `Inputs`.
    """
    found = dict([*_modules(), *_functions(), *_c_functions()])
    return {name: call for name, call in found.items() if only in name}


def run(rounds, seed=0, only="", report=None):
    """Call subjects in turn.

    Parameters
    ----------
    rounds : int
    seed : int, default: 0
        Of the first round; each round has its own.
    only : str, default: all
        Part of the names of the subjects.
    report : file, optional
        Gets a line before each call, so that the last one is known after a crash.

    Returns
    -------
    (Counter, list of str)
        How many calls of each subject passed, and what raised anything unexpected.
    """
    calls = subjects(only)
    names, passed, wrong = list(calls), Counter(), []
    for number in range(seed, seed + rounds):
        name = names[number % len(names)]
        inputs = Inputs(number)
        inputs.renew()
        if report:
            report.seek(0)
            report.write(f"{number} {name}\n".ljust(80))
            report.flush()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                calls[name](inputs)
            passed[name] += 1
        except EXPECTED:
            pass
        except Exception as error:
            wrong.append(f"{name}, seed {number}: {type(error).__name__}: {error}")
    return passed, wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=100000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="")
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    faulthandler.enable()
    with open("fuzz-layers-last", "w") as last:
        passed, wrong = run(options.rounds, options.seed, options.only, last)
    names = subjects(options.only)
    print("\n".join(wrong))
    print(
        f"{sum(passed.values())} of {options.rounds} calls passed, {len(wrong)} wrong"
    )
    never = [name for name in names if not passed[name]]
    print(f"{len(names) - len(never)} of {len(names)} subjects passed at least once")
    if options.list:
        print("\n".join(never))
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
