"""What fails changes nothing: damaged calls of every operator.

A proper call of each overload, in each of its forms, gets one argument after the other
replaced by one that does not fit. When the call raises, operands, ``out=`` and graph
must be as they were.
"""

import numpy as np
import pytest

import torchlike as torch
from torchlike.autograd import Variable

from .conftest import OPERATORS, Case, all_values, fits, forms, laid_out

TYPES = ("Float", "Long")
FORMS = ("function", "method", "out", "inplace")
# A warning is an error in this suite.
ERRORS = (
    RuntimeError,
    TypeError,
    ValueError,
    IndexError,
    OverflowError,
    AttributeError,
    UserWarning,
)
KIND_TYPES = {"L": "Long", "B": "Byte", "P": "Int"}


def cases():
    for operator in OPERATORS.values():
        for overload in operator.overloads:
            kinds = [f for f in forms(operator, overload) if f in FORMS]
            if "function" in kinds and "method" in kinds:
                kinds.remove("method")
            for form in kinds:
                for type_name in TYPES:
                    if type_name not in overload.types:
                        continue
                    for layout in ("contiguous", "strided"):
                        if fits(operator, overload, layout, type_name, form):
                            values = next(iter(all_values(operator, overload, layout)))
                            yield Case(
                                operator, overload, values, type_name, layout, form
                            )


def wrong_tensors(t):
    """Tensors that may not fit where t does."""
    cls = type(t)
    yield cls()
    yield cls(7, 5).fill_(1)
    yield cls(2, 1, 2, 1, 2, 1, 2).fill_(1)
    yield cls(13).fill_(0)
    if t.dim():
        longer = list(t.size())
        longer[-1] += 1
        yield cls(*longer).fill_(1)
        yield t.unsqueeze(0)
        for value in (10**6, -(10**6)):
            if cls is not torch.ByteTensor:
                last = t.clone()
                last.view(-1)[-1] = value
                yield last
        yield t.clone().zero_()
    yield torch.DoubleTensor(3).zero_()


def wrong_values(value):
    """Values that may not fit where another does."""
    if torch.is_tensor(value):
        yield from wrong_tensors(value)
    elif isinstance(value, (bool, type(None))):
        yield 1.5
    elif isinstance(value, int):
        yield from (-100, 100, 2**40, 2**62, -(2**63), 2**64)
    elif isinstance(value, float):
        yield from (float("nan"), float("-inf"), 1e300, -1e300, -1.0, "text")
    elif isinstance(value, (tuple, list)):
        yield from ((0,), (-5, 3), (2**40, 2**40), (2**62,), (1,) * 65, ("a",))
        if value and not isinstance(value[0], (tuple, list)):
            yield (*value[:-1], value[-1] + 1)
            yield (*value, 3)


def wrong_outs(outs):
    """What results may not fit into: other types, and memory that cannot grow."""
    for i, out in enumerate(outs):
        others = [
            torch.ShortTensor([5, 6]),
            laid_out(np.array([1, 2], np.float32), "contiguous"),
            type(out)(np.array([3, 4]).astype(torch_dtype(out))),
            None,
        ]
        for other in others:
            yield (*outs[:i], other, *outs[i + 1 :])
    yield outs * 2
    yield outs[:-1]


def torch_dtype(t):
    return {"Float": "f4", "Double": "f8", "Long": "i8", "Int": "i4", "Byte": "u1"}[
        t.type()[6:-6]
    ]


def damaged(case):
    """(arguments, keywords) of calls in which one thing is wrong."""
    positional, keywords = case.inputs(case.arrays())
    if case.form == "out":
        outs = tuple(
            getattr(torch, KIND_TYPES.get(kind, case.type_name) + "Tensor")([1, 2, 3])
            for kind in case.overload.outputs
        )
        for wrong in wrong_outs(outs):
            yield (
                positional,
                {**keywords, "out": wrong[0] if len(wrong) == 1 else wrong},
            )
        keywords["out"] = outs[0] if len(outs) == 1 else outs
    for i, value in enumerate(positional):
        for wrong in wrong_values(value):
            yield [*positional[:i], wrong, *positional[i + 1 :]], keywords
    for name, value in keywords.items():
        if name != "out":
            for wrong in wrong_values(value):
                yield positional, {**keywords, name: wrong}
    yield [*positional, 1], keywords
    yield positional, {**keywords, "nonsense": 1}


def tensors_in(positional, keywords):
    found = []
    for value in (*positional, *keywords.values()):
        inner = value if isinstance(value, (tuple, list)) else (value,)
        found += [t for t in inner if torch.is_tensor(t)]
    return found


def state(t):
    return (
        t.size(),
        t.stride(),
        t.storage_offset(),
        t.data_ptr(),
        bytes(memoryview(t.storage())),
    )


def label(value):
    return f"{tuple(value.size())}" if torch.is_tensor(value) else repr(value)[:40]


@pytest.mark.parametrize("damage", list(cases()), ids=str)
def test_a_failing_call_changes_nothing(damage):
    failed = 0
    for positional, keywords in damaged(damage):
        watched = tensors_in(positional, keywords)
        # Each call its own copies: calls that succeed may change theirs.
        before = [state(t) for t in watched]
        try:
            damage.call(damage.form, *positional, **keywords)
        except ERRORS as error:
            failed += 1
            after = [state(t) for t in watched]
            shown = [*map(label, positional), *map(label, keywords.values())]
            assert after == before, f"{', '.join(shown)}: {error}"
    assert failed


def in_place_cases():
    return [
        case for case in cases() if case.form == "inplace" and case.type_name == "Float"
    ]


def as_variables(values):
    """Tensors become Variables that were computed, with the same elements."""
    out = []
    for value in values:
        if torch.is_tensor(value):
            floating = type(value) is torch.FloatTensor and value.dim()
            value = Variable(value, requires_grad=bool(floating))
            value = value.clone() if floating else value
        out.append(value)
    return out


@pytest.mark.parametrize("damage", in_place_cases(), ids=str)
def test_a_failing_change_leaves_the_graph(damage):
    failed = 0
    for given, keywords in damaged(damage):
        positional = as_variables(given)
        keywords = dict(zip(keywords, as_variables(keywords.values()), strict=True))
        variables = [
            v for v in (*positional, *keywords.values()) if isinstance(v, Variable)
        ]

        def states(variables=variables):
            return [
                (v.grad_fn, v._version, v.requires_grad, v.data, state(v.data))
                for v in variables
            ]

        before = states()
        try:
            damage.call("inplace", *positional, **keywords)
        except ERRORS as error:
            failed += 1
            for now, then in zip(states(), before, strict=True):
                same = now[0] is then[0] and now[3] is then[3]
                assert same and now[1:3] == then[1:3] and now[4] == then[4], error
    assert failed
