"""Comparison of computed gradients with finite differences."""

from torchlike._C.backward import run_backward
from torchlike._C.tensor_base import TensorBase

from .variable import Variable

__all__ = [
    "contiguous",
    "get_analytical_jacobian",
    "get_numerical_jacobian",
    "gradcheck",
    "gradgradcheck",
    "iter_tensors",
    "make_jacobian",
    "zero_gradients",
]


def iter_tensors(x, only_requiring_grad=False):
    """Yield the tensors in a tensor, a Variable or nested sequences of them.

    Parameters
    ----------
    x : Tensor, Variable or iterable of them
    only_requiring_grad : bool, default: False
        Leave out Variables that need no gradient.
    """
    if isinstance(x, TensorBase):
        yield x
    elif isinstance(x, Variable):
        if x.requires_grad or not only_requiring_grad:
            yield x.data
    elif isinstance(x, (tuple, list)):
        for element in x:
            yield from iter_tensors(element, only_requiring_grad)


def _iter_variables(x):
    """Yield the Variables that require a gradient in nested sequences."""
    if isinstance(x, Variable):
        if x.requires_grad:
            yield x
    elif isinstance(x, (tuple, list)):
        for element in x:
            yield from _iter_variables(element)


def contiguous(x):
    """The same tensors, Variables and sequences, all contiguous in memory."""
    if isinstance(x, (TensorBase, Variable)):
        return x.contiguous()
    if isinstance(x, (tuple, list)):
        return type(x)([contiguous(element) for element in x])
    return x


def zero_gradients(x):
    """Set the ``grad`` of a Variable, or of all in nested sequences, to zero."""
    if isinstance(x, Variable):
        if x.grad is not None:
            x.grad.detach_()
            x.grad.data.zero_()
    elif isinstance(x, (tuple, list)):
        for element in x:
            zero_gradients(element)


def make_jacobian(x, num_out):
    """Zero tensors of size (x.numel(), num_out), one for every gradient in x."""
    return [v.data.new(v.data.numel(), num_out).zero_() for v in _iter_variables(x)]


def _data(output):
    return output.data if isinstance(output, Variable) else output


def get_numerical_jacobian(fn, input, target, eps=1e-6):
    """Derivatives of fn by central differences.

    Parameters
    ----------
    fn : callable
        Gets ``input`` and returns a tensor or a Variable.
    input : Variable or sequence of Variable
    target : Variable or sequence of Variable
        Those of the input whose elements are varied, in place.
    eps : float, default: 1e-6
        Step to either side.

    Returns
    -------
    list of Tensor of shape (target.numel(), output.numel())
    """
    jacobian = make_jacobian(target, _data(fn(input)).numel())
    for variable, rows in zip(_iter_variables(target), jacobian, strict=True):
        data = variable.data
        elements = data.contiguous().view(-1)
        for i in range(elements.numel()):
            value = elements[i]
            sides = []
            for moved in (value - eps, value + eps):
                elements[i] = moved
                data.copy_(elements)
                sides.append(_data(fn(input)).clone().contiguous().view(-1))
            elements[i] = value
            data.copy_(elements)
            rows[i].copy_((sides[1] - sides[0]) / (2 * eps))
    return jacobian


def get_analytical_jacobian(input, output):
    """Derivatives by backward, one call for every element of the output.

    Returns
    -------
    jacobian : list of Tensor of shape (input.numel(), output.numel())
    reentrant : bool
        Whether a second backward gave exactly the same.
    correct_grad_sizes : bool
        Whether all gradients had the size of their input.
    """
    variables = list(_iter_variables(input))
    count = output.data.numel()
    first, second = make_jacobian(input, count), make_jacobian(input, count)
    grad_output = output.data.new(*output.size()).zero_()
    elements = grad_output.view(-1)
    correct_grad_sizes = True
    for i in range(count):
        elements[i] = 1
        for jacobian in (first, second):
            gradients = run_backward(
                (output,), (grad_output,), True, False, tuple(variables), True, True
            )
            for column, variable, gradient in zip(
                jacobian, variables, gradients, strict=True
            ):
                if gradient is None:
                    continue
                if gradient.size() != variable.size():
                    correct_grad_sizes = False
                    continue
                column.select(1, i).copy_(gradient.data.contiguous().view(-1))
        elements[i] = 0
    differences = [
        (a - b).abs().max() for a, b in zip(first, second, strict=True) if a.numel()
    ]
    return first, all(d == 0 for d in differences), correct_grad_sizes


def _close(a, b, atol, rtol):
    """Whether abs(a - b) <= atol + rtol * abs(b) everywhere; NaN is never close."""
    if a.numel() == 0:
        return True
    excess = (a - b).abs() - b.abs() * rtol - atol
    return excess.ne(excess).sum() == 0 and excess.max() <= 0


def _differentiable(outputs):
    outputs = outputs if isinstance(outputs, (tuple, list)) else (outputs,)
    return [o for o in outputs if isinstance(o, Variable) and o.requires_grad]


def _find_fault(func, inputs, eps, atol, rtol):
    """A message that says what is wrong with the gradients, or None."""
    outputs = _differentiable(func(*inputs))
    for i, output in enumerate(outputs):
        numerical = get_numerical_jacobian(
            lambda x, i=i: _differentiable(func(*x))[i], inputs, inputs, eps
        )
        analytical, reentrant, correct_grad_sizes = get_analytical_jacobian(
            inputs, output
        )
        if not correct_grad_sizes:
            return f"analytical gradient of output {i} has incorrect size"
        for j, (a, n) in enumerate(zip(analytical, numerical, strict=True)):
            if not _close(a, n, atol, rtol):
                return (
                    f"for output no. {i} and input no. {j},\n"
                    f" numerical:{n}\nanalytical:{a}\n"
                )
        if not reentrant:
            return f"backward of output {i} is not reentrant"
    variables = tuple(_iter_variables(inputs))
    for i, output in enumerate(_differentiable(func(*inputs))):
        zero = output.data.new(*output.size()).zero_()
        gradients = run_backward((output,), (zero,), True, False, variables, True, True)
        for gradient in gradients:
            if gradient is not None and gradient.data.ne(0).sum() > 0:
                return f"backward not multiplied by grad_output (output no. {i})"
    return None


def gradcheck(func, inputs, eps=1e-6, atol=1e-5, rtol=1e-3, raise_exception=True):
    """Compare the gradients of a function with finite differences.

    A gradient a is right if ``abs(a - n) <= atol + rtol * abs(n)``, where n is the
    difference quotient.

    Parameters
    ----------
    func : callable
        Gets the inputs and returns a Variable or a tuple of Variables.
    inputs : Variable or sequence
        DoubleTensor Variables, for such a small ``eps``; what needs no gradient is not
        varied.
    eps : float, default: 1e-6
        Step of the differences.
    atol, rtol : float, default: 1e-5, 1e-3
        Absolute and relative tolerance.
    raise_exception : bool, default: True
        False: return False for wrong gradients.

    Returns
    -------
    bool
        True if all gradients are right.

    Raises
    ------
    RuntimeError
        If a gradient is wrong; the message shows both.

    Examples
    --------
    >>> x = Variable(torch.randn(3).double(), requires_grad=True)
    >>> gradcheck(lambda x: x * x, [x])
    True
    """
    inputs = tuple(inputs) if isinstance(inputs, (tuple, list)) else (inputs,)
    fault = _find_fault(func, inputs, eps, atol, rtol)
    if fault is not None and raise_exception:
        raise RuntimeError(fault)
    return fault is None


def gradgradcheck(
    func,
    inputs,
    grad_outputs=None,
    eps=1e-6,
    atol=1e-5,
    rtol=1e-3,
    raise_exception=True,
):
    """Compare second derivatives with finite differences of the gradients.

    Parameters
    ----------
    func, inputs, eps, atol, rtol, raise_exception
        As in `gradcheck`.
    grad_outputs : Variable or sequence of Variable, optional
        The gradients of the outputs to start with; default: random.

    Returns
    -------
    bool
        True if all second derivatives are right.

    Raises
    ------
    RuntimeError
        If one is wrong; the message shows both.
    """
    inputs = tuple(inputs) if isinstance(inputs, (tuple, list)) else (inputs,)
    if grad_outputs is None:
        grad_outputs = tuple(
            Variable(o.data.new(*o.size()).normal_(), requires_grad=True)
            for o in _differentiable(func(*inputs))
        )
    elif not isinstance(grad_outputs, (tuple, list)):
        grad_outputs = (grad_outputs,)
    count = len(inputs)

    def gradients(*arguments):
        outputs = tuple(_differentiable(func(*arguments[:count])))
        variables = tuple(_iter_variables(arguments[:count]))
        return run_backward(
            outputs, tuple(arguments[count:]), True, True, variables, True, False
        )

    return gradcheck(
        gradients, inputs + tuple(grad_outputs), eps, atol, rtol, raise_exception
    )
