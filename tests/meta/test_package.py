"""The installed package: version, files, headers, libraries."""

import re
import shutil
import subprocess
from importlib import metadata
from pathlib import Path

import pytest

import torchlike
from tools.check import symbols

PACKAGE = Path(torchlike.__file__).parent
HEADERS = [
    header
    for library in symbols.LIBRARIES
    for header in symbols.public_headers(PACKAGE / "include", library)
]
LIBRARIES = sorted((PACKAGE / "lib").glob("*.so"))
MODULES = sorted((PACKAGE / "_C").glob("*.so"))

needs_readelf = pytest.mark.skipif(not shutil.which("readelf"), reason="needs readelf")


def runpath(library):
    """Return the folders that a shared object looks for others in, and their names."""
    command = ["readelf", "-d", str(library)]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    path = re.search(r"\((?:RUNPATH|RPATH)\).*\[(.*)\]", text)
    needed = re.findall(r"\(NEEDED\).*\[(.*)\]", text)
    return path[1].split(":") if path else [], needed


def compile_with(compiler, suffix, header, folder, *flags):
    """Compile a file that includes one header; return the compiler's messages."""
    if not shutil.which(compiler):
        pytest.skip(f"needs {compiler}")
    source = folder / f"use{suffix}"
    source.write_text(f"#include <{header}>\nint use(void) {{ return 0; }}\n")
    command = [compiler, *flags, "-Wall", "-Wextra", "-Werror"]
    command += [f"-I{PACKAGE / 'include'}", "-c", str(source), "-o"]
    command += [str(folder / "use.o")]
    return subprocess.run(command, capture_output=True, text=True).stderr


def test_version_matches_metadata():
    assert torchlike.__version__ == torchlike.version.__version__
    assert metadata.version("torchlike") == torchlike.version.__version__


def test_numpy_is_the_only_requirement():
    required = metadata.requires("torchlike")
    assert [name for name in required if "extra ==" not in name] == ["numpy"]


def test_command_is_installed():
    (command,) = metadata.entry_points(group="console_scripts", name="torchlike")
    assert command.load().__name__ == "main"


@pytest.mark.parametrize(
    "name",
    [
        "py.typed",
        "include/TH/TH.h",
        "include/TH/generic/THTensorCopy.h",
        "include/THNN/THNN.h",
        "include/THNN/generic/THNN.h",
        "lib/libTH.so",
        "lib/libTHNN.so",
        "lib/LICENSE-OpenBLAS.txt",
    ],
)
def test_file_is_installed(name):
    assert (PACKAGE / name).is_file()


def test_compiled_modules_are_installed():
    assert MODULES


@needs_readelf
@pytest.mark.parametrize("path", LIBRARIES + MODULES, ids=lambda path: path.name)
def test_shared_object_needs_nothing_outside_the_package(path):
    folders, needed = runpath(path)
    assert [folder for folder in folders if not folder.startswith("$ORIGIN")] == []
    system = re.compile(r"(ld-linux.*|lib(c|m|pthread|dl|rt|asan|ubsan))\.so(\.\d+)*")
    for name in needed:
        if not system.fullmatch(name):
            places = [Path(f.replace("$ORIGIN", str(path.parent))) for f in folders]
            assert any((place / name).exists() for place in places), name


@pytest.mark.parametrize("header", ["TH/TH.h", "THNN/THNN.h"])
def test_header_compiles_as_c(header, tmp_path):
    assert compile_with("cc", ".c", header, tmp_path, "-std=c11") == ""


@pytest.mark.parametrize("header", ["TH/TH.h", "THNN/THNN.h"])
def test_header_compiles_as_cpp(header, tmp_path):
    assert compile_with("c++", ".cpp", header, tmp_path, "-std=c++11") == ""


@pytest.mark.parametrize("header", HEADERS)
def test_header_stands_alone(header, tmp_path):
    assert compile_with("cc", ".c", header, tmp_path, "-std=c11") == ""
