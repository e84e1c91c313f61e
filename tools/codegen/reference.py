"""Writes a reference page of the operators, one section for each, in the table's order."""

from .methods import docstring, names
from .text import banner


def write_reference(out, operators):
    """``docs/operators.md`` in the output folder."""
    lines = [f"<!-- {banner('reference.py', 'tools/ops')} -->", "# Operators", ""]
    source = None
    for operator in operators.values():
        if operator.source != source:
            source = operator.source
            lines += [f"## {source.removesuffix('.toml')}", ""]
        for name in names(operator):
            text = docstring(operator, name, function=operator.function)
            lines += [f"### {name}", "", "```", text, "```", ""]
            formulas = {
                f"{overload.suffix}, {owner}" if overload.suffix else owner: formula
                for overload in operator.overloads
                for owner, formula in (overload.grad or overload.grad_v).items()
            }
            if formulas and name == operator.name:
                lines += ["| gradient of | formula |", "|---|---|"]
                lines += [f"| {owner} | `{f}` |" for owner, f in formulas.items()]
                lines.append("")
    out.write("docs/operators.md", "\n".join(lines))
