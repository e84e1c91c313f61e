"""First and second derivatives of every operator that has them."""

import torchlike as torch
from torchlike.autograd import Variable, gradcheck, gradgradcheck

# Operators without a second derivative; they raise.
ONCE = {"grid_sample"}


def test_gradient(gradient):
    case = gradient
    arrays = case.arrays()
    arguments, keywords = case.inputs(arrays)
    overload = case.overload
    differentiable = set(
        overload.tensors if overload.grad_all else overload.grad or overload.grad_v
    )
    given = [a.name for a in overload.arguments if a.name in arrays]
    names = ["self", *(name for name in given if name not in keywords)]
    places = [i for i, name in enumerate(names) if name in differentiable]
    # The checks vary contiguous inputs; the layout is made inside the function.
    inputs = []
    for i in places:
        leaf = arguments[i].contiguous()
        if case.layout == "transposed":
            leaf = arguments[i].permute(*reversed(range(leaf.dim()))).contiguous()
        elif case.layout == "expanded":
            leaf = arguments[i][:1].contiguous()
        inputs.append(Variable(leaf, requires_grad=True))
    shapes = [tuple(arguments[i].size()) for i in places]
    fixed = [
        Variable(a) if torch.is_tensor(a) and name_kind(overload, n) in "Tt" else a
        for n, a in zip(names, arguments, strict=True)
    ]

    def function(*variables):
        torch.manual_seed(1)  # for operators that draw numbers
        given = list(fixed)
        for i, variable, shape in zip(places, variables, shapes, strict=True):
            if case.layout == "transposed":
                variable = variable.permute(*reversed(range(len(shape))))
            elif case.layout == "expanded":
                variable = variable.expand(*shape)
            given[i] = variable
        if case.form == "inplace":
            given[0] = given[0].clone()
        return case.call(case.form, *given, **keywords)

    assert gradcheck(function, inputs)
    if case.operator.name not in ONCE:
        assert gradgradcheck(function, inputs)


def name_kind(overload, name):
    """The kind of an argument; T for self."""
    kinds = {a.name: a.kind for a in overload.arguments}
    return kinds.get(name, "T")
