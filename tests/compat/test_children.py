import pytest

# Uses old syntax in the main module, which children load afresh.
PROGRAM = """
import multiprocessing
import sys
from collections import Iterable

import torch
from helper import get


def work(queue, level):
    import torchlike
    if level:
        start(queue, level - 1)
    queue.put((torch is torchlike, get(async=3), sys.argv[1:]))


def start(queue, level):
    process = context.Process(target=work, args=(queue, level))
    process.start()
    process.join()
    assert process.exitcode == 0


context = multiprocessing.get_context(sys.argv[1])
if __name__ == "__main__":
    queue = context.Queue()
    start(queue, level=1)
    print(queue.get(), queue.get())
"""


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
@pytest.mark.parametrize("how", ["script", "module"])
def test_children_and_theirs_inherit(method, how, python, write):
    write("helper.py", "def get(async): return async")
    write("package/__init__.py", "")
    write("program.py" if how == "script" else "package/program.py", PROGRAM)
    program = ["program.py"] if how == "script" else ["-m", "package.program"]
    process = python("-W", "ignore", "-m", "torchlike", "run", *program, method)
    assert process.stderr == ""
    assert process.stdout == f"{(True, 3, [method])} {(True, 3, [method])}\n"


def test_install_from_code(python, write):
    write("helper.py", "def get(async): return async")
    text = "import torchlike.compat\ntorchlike.compat.install()\n" + PROGRAM
    write("program.py", text.replace("async=3", "**{'async': 3}"))
    process = python("-W", "ignore", "program.py", "spawn")
    assert process.stderr == ""
    assert process.stdout == f"{(True, 3, ['spawn'])} {(True, 3, ['spawn'])}\n"


def test_run_path(output, write):
    write("old.py", "import sys\nx = dict(async=y), __name__, sys.argv[0], __file__")
    output(
        """
        import runpy, sys
        result = runpy.run_path("old.py", {"y": 1}, "name")
        assert result["x"] == ({"async": 1}, "name", "old.py", "old.py")
        assert sys.argv == ["program.py"] and "name" not in sys.modules
        """
    )
