"""OpenBLAS, taken out of the scipy-openblas32 wheel, a requirement of the build.

Its one library needs nothing but the C library (the Fortran run time is linked in), so
a copy beside libTH.so is all that is needed at run time.
"""

import shutil
from importlib import metadata
from pathlib import Path

from tools.build.jobs import BuildError

DISTRIBUTION = "scipy-openblas32"


class OpenBlas:
    """The files of OpenBLAS, copied to where their names stay the same.

    An isolated build finds the wheel in another temporary folder each time, which would
    change the commands that name it.
    """

    def __init__(self, folder):
        try:
            import scipy_openblas32 as wheel  # missing: the message below
        except ImportError:
            raise BuildError(
                f"{DISTRIBUTION} is needed to build: pip install {DISTRIBUTION}"
            ) from None
        name = wheel.get_library(fullname=True)
        self.link_name = wheel.get_library()
        self.include = folder / "include"
        self.library = folder / name
        self.license = folder / "LICENSE-OpenBLAS.txt"
        folder.mkdir(parents=True, exist_ok=True)
        copy_tree(Path(wheel.get_include_dir()), self.include)
        copy_changed(Path(wheel.get_lib_dir()) / name, self.library)
        copy_changed(_license_file(), self.license)


def _license_file():
    for path in metadata.files(DISTRIBUTION) or ():
        if path.name.startswith("LICENSE"):
            return Path(path.locate())
    raise BuildError(f"{DISTRIBUTION} has no licence file")


def copy_changed(source, target):
    """Copy a file unless the target has its content; the target's time is then kept."""
    if target.exists() and target.read_bytes() == source.read_bytes():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    # A new file, not new content: a running program may have the old one mapped.
    temporary = target.with_name(target.name + ".new")
    shutil.copyfile(source, temporary)
    temporary.chmod(source.stat().st_mode & 0o777 | 0o200)
    temporary.replace(target)


def copy_tree(source, target):
    """Copy the files below a folder that differ from those below the target."""
    for path in sorted(source.rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            copy_changed(path, target / path.relative_to(source))
