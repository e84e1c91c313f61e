"""The C libraries export what their public headers declare, nothing else."""

from pathlib import Path

import pytest

import torchlike
from tools.check import symbols

PACKAGE = Path(torchlike.__file__).parent

pytestmark = pytest.mark.skipif(
    not symbols.tools_available(), reason="needs a C compiler and nm"
)


@pytest.fixture(scope="module", params=symbols.LIBRARIES)
def names(request):
    """Declared names with their counts and exported names of one library."""
    library = PACKAGE / "lib" / f"lib{request.param}.so"
    declared = symbols.declared(PACKAGE / "include", request.param)
    return declared, symbols.exported(library)


def test_headers_declare_symbols(names):
    declared, _ = names
    assert len(declared) > 10


def test_every_declared_symbol_is_exported(names):
    declared, exported = names
    assert sorted(set(declared) - exported) == []


def test_every_exported_symbol_is_declared(names):
    declared, exported = names
    assert sorted(exported - set(declared)) == []


def test_every_symbol_is_declared_once(names):
    declared, _ = names
    assert sorted(name for name, count in declared.items() if count > 1) == []
