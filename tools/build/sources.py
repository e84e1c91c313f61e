"""The matrix of C compilations: {source} x {type or CPU level}.

The folder of a source says how it is compiled:

========================  ===========================================  ====
``src/*.c``               once                                         -O2
``src/generic/*.c``       once per type, with -DTH_GENERATE_<Type>     -O3
``src/simd/*.c``          once per CPU level, with -DTH_ISA=<level>    -O3
                          and -fno-trapping-math, which lets selects
                          of floating-point numbers become vector code
other folders in ``src``  once                                         -O3
========================  ===========================================  ====

Sources of the same library that the generator wrote are compiled once.
"""

from dataclasses import dataclass
from pathlib import Path

MATH_TYPES = ("Byte", "Char", "Short", "Int", "Long", "Float", "Double")


@dataclass(frozen=True)
class Library:
    """One C library: its name, its types, those of single templates that differ."""

    name: str
    types: tuple
    special_types: dict


LIBRARIES = (
    Library("TH", MATH_TYPES, {"THTensorCopy": (*MATH_TYPES, "Half")}),
    Library("THNN", ("Float", "Double"), {}),
)


@dataclass(frozen=True)
class Unit:
    """One compilation of a source: its variant (type, CPU level or '') and flags.

    `name` is the source's place below its folder, without suffix.
    """

    source: Path
    name: str
    variant: str
    flags: tuple
    optimize: int

    @property
    def object_name(self):
        """The place of the object file below the folder of the library's objects."""
        return f"{self.name}-{self.variant}.o" if self.variant else f"{self.name}.o"


def units_of(library, settings):
    """Return the list of compilations that make up a library."""
    folder = settings.root / library.name / "src"
    units = []
    for source in sorted(folder.rglob("*.c")):
        relative = source.relative_to(folder).with_suffix("")
        name, kind = relative.as_posix(), relative.parts[0]
        if kind == "generic":
            for real in library.special_types.get(source.stem, library.types):
                flags = (f"-DTH_GENERATE_{real}",)
                units.append(Unit(source, name, real, flags, 3))
        elif kind == "simd":
            for level, flags in settings.levels.items():
                flags = (f"-DTH_ISA={level}", "-fno-trapping-math", *flags)
                units.append(Unit(source, name, level, flags, 3))
        else:
            units.append(Unit(source, name, "", (), 2 if kind == name else 3))
    for source in sorted((settings.generated / "src" / library.name).glob("*.c")):
        units.append(Unit(source, source.stem, "", (), 2))
    return units
