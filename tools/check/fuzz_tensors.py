"""Call everything that tensors, Variables and storages can do with hostile arguments.

    python -m tools.check.fuzz_tensors [--rounds N] [--seed N] [--only TEXT] [--list]

Subjects are the methods of every type of tensor and storage and of Variables, the
functions of ``torch``, and each overload of the operator table with arguments of its
types; results are differentiated. Arguments overlap in memory, are each other's
``out=``, or change the tensors of the call while they are read (`tools.check.hostile`).

A call must return or raise one of the exceptions that say what is wrong, and what
raises must leave its operands as they were. What reaches outside its memory shows in a
build with sanitizers:

    TORCHLIKE_SANITIZE=address,undefined python -m tools.build
    LD_PRELOAD=$(gcc -print-file-name=libasan.so) \\
        ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1 \\
        python -m tools.check.fuzz_tensors

The file fuzz-tensors-last holds the number and the name of the last call; --seed with
that number and --rounds 1 makes it again.
"""

import argparse
import faulthandler
import inspect
import sys
import warnings
from collections import Counter

import torchlike as torch
from tools.check.hostile import TYPES, World
from tools.codegen import load_table
from torchlike import _C
from torchlike.autograd import Function, Variable
from torchlike.autograd.function import InplaceFunction

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
    BufferError,
    KeyError,  # from an argument
    StopIteration,
    RecursionError,
)
SECONDS_PER_CALL = 60
# Functions that reach outside the process or change it for later calls.
_GLOBAL = {"load", "save", "set_default_tensor_type", "set_num_threads"}
_GLOBAL |= {"set_printoptions", "set_rng_state", "__getattr__"}
_OBJECT = {"__class__", "__init_subclass__", "__new__", "__subclasshook__"}
_OBJECT |= {"__getattribute__", "__delattr__", "__setattr__", "__dir__"}
_FILES = {"from_file", "_new_shared_fd", "_new_shared_filename", "_new_using_filename"}


# ----------------------------------------------------------------------------- subjects


def _methods(cls):
    left_out = _OBJECT | _FILES
    return [
        n for n in dir(cls) if n not in left_out and callable(getattr(cls, n, None))
    ]


def _tensor_methods():
    for name in TYPES:
        cls = getattr(torch, name + "Tensor")
        for method in _methods(cls):
            yield f"{name}Tensor.{method}", _method(name, World.tensor, method)
        storage = getattr(torch, name + "Storage")
        for method in _methods(storage):
            yield f"{name}Storage.{method}", _method(name, World.storage, method)


def _variable_methods():
    for method in _methods(Variable):
        for name in ("Float", "Long"):
            make = _method(name, World.variable, method)
            yield f"Variable.{method} of {name}", make


def _method(type_name, make, method):
    def call(world):
        world.type_name = type_name
        target = make(world)
        function = getattr(target, method)
        variable = isinstance(target, Variable)
        arguments = [world.value(variable) for _ in range(world.random.randrange(4))]
        if method in ("__getitem__", "__setitem__"):
            arguments[:1] = [world.index()]
        return function, arguments, {}

    return call


def _functions():
    for name in dir(torch):
        function = getattr(torch, name)
        skip = name in _GLOBAL or inspect.isclass(function) or name.startswith("_")
        if not skip and callable(function) and not inspect.ismodule(function):
            yield f"torch.{name}", _function(function)


def _function(function):
    def call(world):
        world.type_name = world.random.choice(TYPES[1:7])
        variables = world.chance(0.3)
        count = world.random.choice((0, 1, 1, 2, 2, 3))
        arguments = [world.value(variables) for _ in range(count)]
        return function, arguments, _out(world)

    return call


def _overloads():
    """Every overload of the table with arguments of its types."""
    for operator in load_table()[0].values():
        forms = [(operator.name, "function")] if operator.function else []
        if operator.namespace:
            forms = [(operator.name, "layer")]
        elif operator.public is True and operator.method:
            forms.append((operator.name, "method"))
        if operator.inplace and not operator.namespace:
            forms.append((operator.inplace, "method"))
        forms += [(name, "Variable") for name, kind in forms if kind == "method"]
        for name, kind in forms:
            for overload in operator.overloads:
                label = f"{kind} {name}{overload.suffix}"
                yield label, _overload(operator, overload, name, kind)


def _overload(operator, overload, name, kind):
    def call(world):
        world.type_name = world.random.choice(overload.types or TYPES)
        variable = kind == "Variable" or (kind != "method" and world.chance(0.4))
        if variable and world.chance(0.8) and "Float" in overload.types:
            world.type_name = "Float"
        own = world.variable if variable else world.tensor
        fits = world.chance(0.6)
        target = own(None, operator.shapes.get("self") if fits else None)
        positional, named = [], {}
        for a in overload.arguments:
            if a.default is not None and world.chance(0.5):
                continue
            value = _argument(world, a, operator, variable, target, fits)
            if a.kind == "Z" and a is overload.arguments[-1] and not named:
                positional += value
            elif a.keyword_only or named or world.chance(0.1) or a.kind == "Z":
                named[a.name] = value[0] if a.kind == "Z" and value else value
            else:
                positional.append(value)
        if kind in ("method", "Variable"):
            return getattr(target, name), positional, named
        if kind == "function" and not variable:
            named |= _out(world)
        function = getattr(_C.nn if kind == "layer" else torch, name)
        return function, [target, *positional], named

    return call


def _argument(world, argument, operator, variable, target, fits):
    kind = argument.kind
    if world.chance(0.06):
        return [world.odd()] if kind == "Z" else world.odd()
    shape = operator.shapes.get(argument.name)
    if kind in "Tt" or kind == "W":
        if kind != "T" and world.chance(0.3):
            return None
        if shape is None and fits and world.chance(0.7):
            shape = tuple(target.size())
        own = world.variable if variable and kind != "W" else world.tensor
        return own(None, shape if fits else None)
    if kind in "LBP":
        name = {"L": "Long", "B": "Byte", "P": "Int"}[kind]
        if argument.name in operator.samples and fits:
            return getattr(torch, name + "Tensor")(operator.samples[argument.name])
        shape = tuple(target.size()) if world.chance(0.5) else None
        return (world.variable if world.chance(0.2) else world.tensor)(name, shape)
    if kind == "Z":
        return world.sizes_argument()
    if kind == "G":
        return torch.Generator()
    if kind == "b":
        return world.chance(0.5)
    if argument.name in operator.samples and fits and not world.wild:
        return operator.samples[argument.name]
    return world.integer() if kind == "I" else world.number()


def _out(world):
    """out= of a tensor that is in use, or of several."""
    if world.chance(0.6):
        return {}
    name = world.random.choice((world.type_name, world.type_name, "Long", "Byte"))
    if world.tensors and world.chance(0.5):
        out = world.random.choice(world.tensors)
    else:
        out = world.tensor(name)
    if world.chance(0.2):
        out = (out, world.tensor(world.random.choice((world.type_name, "Long"))))
    return {"out": out if world.chance(0.95) else world.odd()}


def _user_functions():
    """Functions of users whose forward and backward do and return anything."""
    for style in ("static", "instance", "in place"):
        yield (
            f"Function, {style}",
            lambda world, style=style: _user_function(world, style),
        )


def _user_function(world, style):
    base = InplaceFunction if style == "in place" else Function

    def results(ctx, given):
        if world.wild:
            world.act()
        tensors = [t for t in given if torch.is_tensor(t) or isinstance(t, Variable)]
        made = [world.random.choice((lambda t: t, _plus, _view))(t) for t in tensors]
        return world.random.choice((*made, tuple(made), world.odd(), None))

    def forward(ctx, *given):
        out = results(ctx, given)
        if world.chance(0.5):
            ctx.save_for_backward(*given[:2])
        if world.chance(0.2):
            ctx.mark_dirty(*given[:1])
        if world.chance(0.1) and torch.is_tensor(out):
            ctx.mark_non_differentiable(out)
        return out

    def backward(ctx, *gradients):
        _touch(ctx.saved_tensors if world.chance(0.5) else ctx.saved_variables)
        return results(ctx, gradients)

    if style == "static":
        forward, backward = staticmethod(forward), staticmethod(backward)
    cls = type("Fuzzed", (base,), {"forward": forward, "backward": backward})
    arguments = [world.variable() for _ in range(world.random.randrange(1, 4))]
    if world.chance(0.2):
        arguments.append(world.odd())
    return cls.apply if style == "static" else cls(), arguments, {}


def _plus(t):
    return t + 1


def _view(t):
    return t.view(-1)


def subjects(only=""):
    """Everything that is called, by name.

    Parameters
    ----------
    only : str
        Part of the names.

    Returns
    -------
    dict of str to callable
        Each takes a `World` and returns a function and its arguments.
    """
    found = dict([*_tensor_methods(), *_variable_methods(), *_functions()])
    found |= dict([*_overloads(), *_user_functions()])
    return {name: make for name, make in found.items() if only in name}


# -------------------------------------------------------------------------------- calls


def _state(t):
    """What of a tensor a failing call may not change."""
    storage = t.storage()
    words = bytes(memoryview(storage)) if len(storage) < 1000 else len(storage)
    return t.size(), t.stride(), t.storage_offset(), t.data_ptr(), words


def _touch(value, depth=0):
    """Read all of a result."""
    if isinstance(value, Variable):
        value = value.data
    if torch.is_tensor(value) and value.numel() < 1 << 20:
        value.clone()
    elif torch.is_storage(value):
        value.clone()
    elif isinstance(value, (list, tuple)) and depth < 3:
        for item in value[:10]:
            _touch(item, depth + 1)


def _differentiate(world, result):
    """Backward through a result, with hooks and changes of what was saved."""
    first = result[0] if isinstance(result, (tuple, list)) and result else result
    if not isinstance(first, Variable) or not first.requires_grad:
        return
    if world.wild and world.chance(0.3):
        first.register_hook(world.hook)
    if world.wild and world.chance(0.3):
        world.act()
    gradient = first.data.clone().fill_(1)
    if world.chance(0.3) and world.variables:
        wanted = [v for v in world.variables if v.requires_grad] or [first]
        found = torch.autograd.grad(
            [first], wanted, [Variable(gradient)], create_graph=True, allow_unused=True
        )
        for g in found:
            if g is not None and g.requires_grad:
                if world.wild and world.chance(0.3):
                    world.act()
                g.backward(g.data.clone())
    else:
        first.backward(gradient)


def call(name, make, seed):
    """Make one call.

    Returns
    -------
    (bool, str or None)
        Whether it passed, and what is wrong.
    """
    world, error = World(seed), None
    try:
        function, arguments, named = make(world)
    except EXPECTED:  # the type has no such method, or an argument acted already
        return False, None
    made, acted = list(world.tensors), world.acted
    before = [_state(t) for t in made]
    try:
        result = function(*arguments, **named)
    except EXPECTED as raised:
        error = raised
    if error is not None and world.acted == acted:
        for t, state in zip(made, before, strict=True):
            if _state(t) != state:
                text = f"{type(error).__name__}: {error}"
                return False, f"an operand of size {state[0]} changed before {text}"
    if error is None:
        try:
            _touch(result)
            _differentiate(world, result)
        except EXPECTED as raised:
            error = raised
    for t in made:
        _touch(t)
    return error is None, None


def run(rounds, seed=0, only="", report=None):
    """Call subjects in turn.

    Parameters
    ----------
    rounds : int
    seed : int, default: 0
        Of the first call; each has its own.
    only : str, default: all
        Part of the names of the subjects.
    report : file, optional
        Gets a line before each call, so that the last one is known after a crash.

    Returns
    -------
    (Counter, list of str)
        How many calls of each subject passed, and what was wrong.
    """
    makers = subjects(only)
    names, passed, wrong = list(makers), Counter(), []
    for number in range(seed, seed + rounds):
        name = names[number % len(names)]
        if report:
            report.seek(0)
            report.write(f"{number} {name}\n".ljust(80))
            report.flush()
            faulthandler.dump_traceback_later(SECONDS_PER_CALL, exit=True)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                success, problem = call(name, makers[name], number)
            passed[name] += success
        except Exception as error:
            problem = f"{type(error).__name__}: {error}"
        if problem:
            wrong.append(f"{name}, seed {number}: {problem}")
    faulthandler.cancel_dump_traceback_later()
    return passed, wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=100000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="")
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    faulthandler.enable()
    with open("fuzz-tensors-last", "w") as last:
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
