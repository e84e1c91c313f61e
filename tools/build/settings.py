"""What a build depends on: folders, compiler, switches of the environment.

Environment
-----------
CC, CFLAGS, LDFLAGS
    The C compiler and flags added to all compilations and links.
TORCHLIKE_JOBS
    Commands that run at the same time, default: the cores this process may use.
TORCHLIKE_DEBUG
    1: checks on in Cython modules, assertions and debug information in C.
TORCHLIKE_SANITIZE
    Sanitizers to build with, such as ``address,undefined``.
TORCHLIKE_WERROR
    1: warnings of the C compiler are errors.
"""

import os
import platform
import shlex
import shutil
import subprocess
import sysconfig
from dataclasses import dataclass
from pathlib import Path

from tools.build.jobs import BuildError

ROOT = Path(__file__).resolve().parents[2]

# Kernels are compiled once for each of these; TH picks one when it is loaded.
X86_LEVELS = {
    "base": ["-march=x86-64"],
    "v3": ["-march=x86-64-v3"],
    "v4": ["-march=x86-64-v4", "-mprefer-vector-width=512"],
}
OTHER_LEVELS = {"base": []}


@dataclass(frozen=True)
class Settings:
    """One configuration of the build."""

    build: Path
    jobs: int
    cc: tuple
    cc_version: str
    cflags: tuple
    ldflags: tuple
    debug: bool
    sanitize: str
    werror: bool
    root: Path = ROOT

    @property
    def generated(self):
        """Where the generator writes."""
        return self.build / "generated"

    @property
    def levels(self):
        """Name and flags of the CPU levels that kernels are compiled for."""
        x86 = platform.machine() in ("x86_64", "AMD64")
        return X86_LEVELS if x86 else OTHER_LEVELS

    @property
    def c_flags(self):
        """Flags of all C compilations, libraries and modules."""
        flags = ["-std=gnu11", "-fPIC", "-fvisibility=hidden", "-fwrapv"]
        flags += ["-fno-math-errno", "-fno-semantic-interposition", "-DTH_INTERNAL"]
        flags += ["-g" if self.debug or self.sanitize else "-g0"]
        flags += ["-UNDEBUG"] if self.debug else ["-DNDEBUG"]
        if self.werror:  # what newer compilers refuse, in generated code too
            refused = ("incompatible-pointer-types", "int-conversion", "implicit")
            flags += [f"-Werror={name}" for name in refused]
        if self.sanitize:
            flags += [f"-fsanitize={self.sanitize}", "-fno-omit-frame-pointer"]
            flags += ["-fno-sanitize-recover=all"]
        return [*flags, *self.cflags]

    @property
    def warning_flags(self):
        """Warnings for the sources that are written by hand."""
        return ["-Wall", "-Wextra", *(["-Werror"] if self.werror else [])]

    @property
    def link_flags(self):
        """Flags of all links."""
        flags = ["-shared", "-Wl,-z,relro,-z,now", "-Wl,-Bsymbolic-functions"]
        flags += ["-Wl,--as-needed"]
        if self.sanitize:
            flags += [f"-fsanitize={self.sanitize}"]
        elif not self.debug:
            flags += ["-Wl,--strip-debug"]
        return [*flags, *self.ldflags]

    def optimize(self, level):
        """Return the flags for -O`level`, less in builds made for debugging."""
        return ["-O1"] if self.debug or self.sanitize else [f"-O{level}"]


def from_environment(build=None, jobs=None):
    """Return the Settings that the environment asks for.

    Parameters
    ----------
    build : Path, optional
        Where everything made goes. Default: ``build``, with a folder of its own inside
        it for debug and sanitizer builds.
    jobs : int, optional
        Commands that run at the same time.
    """
    debug = os.environ.get("TORCHLIKE_DEBUG", "") not in ("", "0")
    sanitize = os.environ.get("TORCHLIKE_SANITIZE", "").replace(" ", "")
    if build is None:
        variant = "-".join(filter(None, ["debug" * debug, sanitize.replace(",", "-")]))
        build = ROOT / "build" / variant
    cc = _compiler()
    return Settings(
        build=Path(build).resolve(),
        jobs=jobs or _jobs_from_environment(),
        cc=tuple(cc),
        cc_version=_compiler_version(cc),
        cflags=tuple(shlex.split(os.environ.get("CFLAGS", ""))),
        ldflags=tuple(shlex.split(os.environ.get("LDFLAGS", ""))),
        debug=debug,
        sanitize=sanitize,
        werror=os.environ.get("TORCHLIKE_WERROR", "") not in ("", "0"),
    )


def _jobs_from_environment():
    text = os.environ.get("TORCHLIKE_JOBS")
    if not text:
        return len(os.sched_getaffinity(0))
    if not text.isdigit() or int(text) < 1:
        raise BuildError(f"TORCHLIKE_JOBS must be a positive number, got {text!r}")
    return int(text)


def _compiler():
    named = shlex.split(os.environ.get("CC", ""))
    for command in [named] if named else [["gcc"], ["clang"], ["cc"]]:
        if shutil.which(command[0]):
            return command
    raise BuildError(
        f"no C compiler found, tried {shlex.join(named) or 'gcc, clang and cc'}: "
        "install one or name it in the environment variable CC"
    )


def _compiler_version(cc):
    result = subprocess.run([*cc, "--version"], capture_output=True, text=True)
    if result.returncode != 0:
        raise BuildError(f"{shlex.join(cc)} --version failed:\n{result.stderr}")
    return result.stdout.splitlines()[0]


def python_include():
    """Return the folder of Python.h."""
    folder = Path(sysconfig.get_paths()["include"])
    if not (folder / "Python.h").exists():
        raise BuildError(
            f"{folder}/Python.h not found: install the headers of this Python, "
            "for example by apt-get install python3-dev"
        )
    return folder
