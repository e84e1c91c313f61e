"""A ``runpy.run_path`` for old files: how ``multiprocessing`` loads main scripts."""

import sys
import types

from torchlike.compat import _rewrite


def accept_old_files(run_path):
    """Return a `runpy.run_path` that runs old files and calls `run_path` for others."""

    def run_path_or_old(path_name, init_globals=None, run_name=None):
        if not _rewrite.is_old_file(path_name):
            return run_path(path_name, init_globals, run_name)
        name = run_name or "<run_path>"
        module = types.ModuleType(name)
        vars(module).update(init_globals or {}, __file__=path_name, __cached__=None)
        former_module, former_argument = sys.modules.get(name), sys.argv[0]
        sys.modules[name], sys.argv[0] = module, path_name
        try:
            exec(_rewrite.compile_file(path_name), vars(module))
        finally:
            sys.argv[0] = former_argument
            if former_module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = former_module
        return vars(module).copy()

    return run_path_or_old
