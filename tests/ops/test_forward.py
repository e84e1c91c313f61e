"""Every operator with a NumPy expression, against it."""

import numpy as np

import torchlike as torch
from torchlike import autograd
from torchlike.testing import TOLERANCES, assert_allclose, to_array

# Types of results by the kinds in the table; T is the type of self.
KIND_TYPES = {"L": "Long", "B": "Byte", "P": "Int"}


def check(result, expected, kind, own):
    """Whether a result has its type, and the elements that NumPy computed."""
    type_name = KIND_TYPES.get(kind, own)
    assert result.type() == f"torch.{type_name}Tensor"
    expected = np.asarray(expected)
    if expected.ndim == 0:
        expected = expected.reshape(1)  # tensors have at least one dimension
    if expected.size == 0:
        assert result.dim() == 0
        return
    if type_name not in ("Float", "Double"):
        expected = expected.astype(to_array(result).dtype)  # wraps as C does
    assert_allclose(result, expected)


def test_forward(case):
    arrays = case.arrays()
    expected = case.expected(arrays)
    arguments, keywords = case.inputs(arrays)
    kinds = case.overload.outputs
    if case.form == "out":
        outs = []
        for value, kind in zip(expected, kinds, strict=True):
            type_name = KIND_TYPES.get(kind, case.type_name)
            shape = np.shape(value) if np.size(value) > 1 else (1,)
            out = getattr(torch, type_name + "Tensor")(*shape, 2).zero_().select(-1, 0)
            outs.append(out if case.layout == "transposed" else out.new())
        keywords["out"] = outs[0] if len(outs) == 1 else tuple(outs)
    elif case.form == "aliased":
        outs = [[a for a in arguments if torch.is_tensor(a)][-1]]
        keywords["out"] = outs[0]
    before = [
        to_array(a).copy() if torch.is_tensor(a) else a
        for a in arguments + list(keywords.values())
    ]
    result = case.call(case.form, *arguments, **keywords)
    results = result if isinstance(result, tuple) else (result,)
    if case.overload.number:
        wanted = bool if case.overload.number == "bool" else (int, float)
        assert isinstance(result, wanted)
        tolerance = TOLERANCES["float32" if case.type_name == "Float" else "float64"]
        assert_allclose(result, expected[0], *tolerance)
        return
    assert len(results) == len(expected) == len(kinds)
    if case.form in ("out", "aliased"):
        assert all(a is b for a, b in zip(results, outs, strict=True))
        before = before[: len(arguments)]
    elif case.form == "inplace":
        assert result is arguments[0]
        check_gaps(case, result)
    for result, value, kind in zip(results, expected, kinds, strict=True):
        check(result, value, kind, case.type_name)
    for i, (argument, value) in enumerate(zip(arguments, before)):
        changed = i == 0 and case.form == "inplace" or argument is result
        if torch.is_tensor(argument) and not changed:
            np.testing.assert_array_equal(to_array(argument), value)


def check_gaps(case, result):
    """An in-place call on every second element leaves the others alone."""
    if case.layout == "strided" and not case.operator.inplace_view:
        assert list(result.storage())[1::2] == [77] * result.numel()


def test_variable_forward(gradient):
    """The same on Variables; numbers come as Variables with one element."""
    if not gradient.overload.numpy or gradient.layout != "contiguous":
        return
    arrays = gradient.arrays()
    arguments, keywords = gradient.inputs(arrays)
    expected = gradient.expected(arrays)
    arguments = [autograd.Variable(a) if torch.is_tensor(a) else a for a in arguments]
    result = gradient.call(gradient.form, *arguments, **keywords)
    results = result if isinstance(result, tuple) else (result,)
    for variable, value in zip(results, expected, strict=True):
        assert isinstance(variable, autograd.Variable)
        assert_allclose(variable, value)
