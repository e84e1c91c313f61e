"""Function classes under the names of 2017, for code that imports them.

All operators of Variables are compiled; ``Add.apply(a, b)`` here calls ``a.add(b)``.
"""

from . import utils

_METHODS = {
    **{
        name: name.lower()
        for name in """
            Abs Acos Add Addbmm Addcdiv Addcmul Addmm Addmv Addr Asin Atan Atan2
            Baddbmm Bernoulli Ceil Chunk Clamp Clone Cos Cosh Cross Cumprod
            Cumsum Diag Dist Div Dot Eq Exp Expand Floor Fmod Frac Gather Ge Gt
            Kthvalue Le Lerp Log Log1p Lt Max Mean Median Min Mode Mul Multinomial Ne
            Norm Permute Pow Prod Reciprocal Remainder Renorm Repeat Round Rsqrt
            Scatter Select Sigmoid Sign Sin Sinh Split Sqrt Squeeze Std Sub Sum Tan
            Tanh Topk Trace Transpose Tril Triu Trunc Type Unfold Unsqueeze Var View
        """.split()
    },
    "Index": "__getitem__",
    "IndexAdd": "index_add",
    "IndexCopy": "index_copy",
    "IndexFill": "index_fill",
    "IndexSelect": "index_select",
    "MaskedCopy": "masked_scatter",
    "MaskedFill": "masked_fill",
    "MaskedSelect": "masked_select",
    "Negate": "neg",
    "Sort": "sort",
}

__all__ = ["utils", *sorted(_METHODS)]


def _operation(name, method):
    """A class whose ``apply`` calls a method of its first argument."""

    def apply(variable, *args, **kwargs):
        return getattr(variable, method)(*args, **kwargs)

    doc = f"``{name}.apply(x, ...)`` is ``x.{method}(...)``."
    return type(name, (), {"apply": staticmethod(apply), "__doc__": doc})


globals().update({name: _operation(name, method) for name, method in _METHODS.items()})
