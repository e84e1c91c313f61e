"""No operator of the table escapes the tests."""

import ast
import re
from pathlib import Path


def special_tests():
    here = Path(__file__).parent
    files = here / "test_special.py", here.parent / "test_lapack.py"
    trees = [ast.parse(file.read_text()) for file in files]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    return {n.name for n in nodes if isinstance(n, ast.FunctionDef)}


def test_every_reachable_operator_has_a_test(operators):
    written = special_tests()
    for operator in operators.values():
        reachable = operator.public or operator.inplace
        if reachable and not all(o.numpy for o in operator.overloads):
            assert f"test_{operator.name}" in written, operator.name


def test_every_private_operator_is_used(operators):
    """One without a Python name is tested through the derivatives that contain it."""
    formulas = []
    for operator in operators.values():
        for o in operator.overloads:
            formulas += [*o.grad.values(), *o.grad_v.values(), *o.let.values()]
            formulas += [o.grad_all] if o.grad_all else []
    used = set(re.findall(r"\w+", " ".join(formulas)))
    spelled = {"rsub", "rdiv", "tpow"}  # behind Python's operators
    for operator in operators.values():
        if not operator.public and not operator.inplace:
            assert operator.name in used | spelled, operator.name


def test_numbers_on_the_left(operators):
    import torchlike as torch

    t = torch.FloatTensor([1, 2, 4])
    assert list(8 - t) == [7, 6, 4]
    assert list(8 / t) == [8, 4, 2]
    assert list(2**t) == [2, 4, 16]
