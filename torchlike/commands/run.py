"""``torchlike run``: run a program written for PyTorch 0.3 as Python would run it.

In that process ``import torch`` gives torchlike; see ``torchlike.compat``.
"""

import importlib.util
import os
import sys
import types
from importlib.machinery import SourceFileLoader

from torchlike import compat
from torchlike.compat import _rewrite

USAGE = """\
usage: torchlike run SCRIPT.py [arguments]
       torchlike run -m MODULE [arguments]

Run a program written for PyTorch 0.3: `import torch` gives torchlike, and what today's
Python rejects or has dropped (`async=` keywords, `collections.Iterable` ...) works.
The arguments, the exit code and everything else are as with `python`."""


def main(arguments):
    """Run the program that `arguments` name, with the arguments that follow."""
    if arguments[:1] in (["-h"], ["--help"]):
        print(USAGE)
        return 0
    if not arguments or arguments == ["-m"]:
        return _fail("expected a script, or -m and a module")
    if arguments[0].startswith("-") and arguments[0] != "-m":
        return _fail(f"no option {arguments[0]!r}; options of the script come after it")
    compat.install()
    # The program has to be `__main__` until the process ends: threads and exit handlers
    # may run after its last line.
    main_module = sys.modules["__main__"] = types.ModuleType("__main__")
    code = None
    try:
        if arguments[0] == "-m":
            code = _prepare_module(vars(main_module), *arguments[1:])
        else:
            code = _prepare_script(vars(main_module), *arguments)
        exec(code, vars(main_module))
    except _CannotStart as error:
        return _fail(error)
    except (SystemExit, KeyboardInterrupt):
        raise
    except BaseException as error:
        sys.stdout.flush()
        error.__traceback__ = _visible_part(error, code)
        sys.excepthook(type(error), error, error.__traceback__)
        return 1


class _CannotStart(Exception):
    """There is no such program."""


def _prepare_script(variables, path, *arguments):
    """Set up the process for the script `path`; return its code."""
    sys.argv[:] = [path, *arguments]
    _set_path(os.path.dirname(os.path.realpath(path)))
    path = os.path.abspath(path)
    variables.update(
        __file__=path, __cached__=None, __loader__=SourceFileLoader("__main__", path)
    )
    try:
        return _rewrite.compile_file(path)
    except OSError as error:
        raise _CannotStart(f"cannot open {path!r}: {error.strerror}") from None


def _prepare_module(variables, name, *arguments):
    """Set up the process for the module `name`, or its `__main__`; return its code."""
    # While Python looks for the module, packages see this.
    sys.argv[:] = ["-m", *arguments]
    _set_path(os.getcwd())
    spec = _find(name)
    if spec.submodule_search_locations is not None:
        spec = _find(
            f"{name}.__main__", f"; {name} is a package and cannot be run directly"
        )
    if not hasattr(spec.loader, "get_code"):
        raise _CannotStart(f"module {name!r} is no Python code")
    code = spec.loader.get_code(spec.name)
    if code is None:
        raise _CannotStart(f"module {name!r} is no Python code")
    sys.argv[0] = spec.origin
    variables.update(
        __file__=spec.origin,
        __cached__=spec.cached,
        __loader__=spec.loader,
        __package__=spec.parent,
        __spec__=spec,
    )
    return code


def _find(name, reason=""):
    """Return the spec of the module `name`; `reason` completes the error message."""
    try:
        spec = importlib.util.find_spec(name)
    except (ValueError, ModuleNotFoundError) as error:
        # Something else may be missing that a package above `name` imports.
        if isinstance(error, ModuleNotFoundError) and not f"{name}.".startswith(
            f"{error.name}."
        ):
            raise
        spec = None
    if spec is None:
        raise _CannotStart(f"no module named {name!r}{reason}")
    return spec


def _set_path(folder):
    """Make `folder` the first place for modules, unless Python was told not to."""
    if not (sys.flags.isolated or getattr(sys.flags, "safe_path", False)):
        sys.path[0] = folder


def _visible_part(error, code):
    """Return the part of the traceback that Python would show: what runs in `code`."""
    traceback = error.__traceback__
    if code is None:
        # It did not start. A package around it failed, or the program is no Python.
        return None if isinstance(error, SyntaxError) else traceback
    while traceback.tb_frame.f_code is not code:
        traceback = traceback.tb_next
    return traceback


def _fail(reason):
    print(f"torchlike run: {reason}", file=sys.stderr)
    return 2
