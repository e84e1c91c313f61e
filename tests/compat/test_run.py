import sys

import pytest


@pytest.fixture
def run(python):
    """Return a function that runs `torchlike run` with arguments."""
    return lambda *arguments: python("-m", "torchlike", "run", *arguments)


# What a program can see of how it was started.
SHOW = """\
import os, sys
main = sys.modules["__main__"]
print(__name__, main.__dict__ is globals(), sys.argv, __file__, sys.path[0])
print(__package__, __spec__ and __spec__.name, __spec__ and __spec__.origin, __doc__)
print(type(__loader__).__name__, __cached__ and os.path.basename(__cached__))
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ["show.py"],
        ["show.py", "-x", "--help", "-m", ""],
        ["folder/show.py", "a"],
        ["link.py"],
        ["-m", "show", "a", "-b"],
        ["-m", "folder.show"],
        ["-m", "folder"],
    ],
    ids=" ".join,
)
def test_a_program_sees_what_python_shows(arguments, run, python, write, tmp_path):
    for name in ("show.py", "folder/show.py", "folder/__main__.py"):
        write(name, SHOW)
    write("folder/__init__.py", "")
    (tmp_path / "link.py").symlink_to("folder/show.py")
    expected, got = python(*arguments), run(*arguments)
    assert got.stderr == expected.stderr == ""
    assert got.stdout == expected.stdout


@pytest.mark.parametrize(
    "program",
    [
        "pass",
        "raise SystemExit",
        "raise SystemExit(3)",
        "raise SystemExit('sorry')",
        "import sys; sys.exit(4)",
        "import os; os._exit(5)",
        "raise KeyError('k')",
        "class E(BaseException): pass\nraise E",
        "import sys\nsys.excepthook = lambda t, e, tb: print(t, tb.tb_lineno)\n1/0",
        "import atexit; atexit.register(print, 'end'); 1/0",
        "try: 1/0\nexcept ZeroDivisionError: raise KeyError",
        "def f(): return g()\ndef g(): return {}['key']\nf()",
        "x = (",
        "import broken",
        "from folder import broken",
        "import threading, time\nx = 2\n"
        "def late(): time.sleep(0.2); import __main__; print(__main__.x)\n"
        "threading.Thread(target=late).start()",
    ],
)
def test_program_ends_as_with_python(program, run, python, write):
    write("broken.py", "x = 1 +")
    write("folder/broken.py", "import nothing_of_that_name")
    write("program.py", program)
    expected, got = python("program.py"), run("program.py")
    assert (got.returncode, got.stdout) == (expected.returncode, expected.stdout)
    assert got.stderr == expected.stderr


def test_interrupt_ends_as_with_python(run, python, write):
    write("program.py", "raise KeyboardInterrupt")
    expected, got = python("program.py"), run("program.py")
    assert got.returncode == expected.returncode
    assert got.stderr.endswith("raise KeyboardInterrupt\nKeyboardInterrupt\n")


def test_old_code_everywhere(run, write):
    write("site/helper.py", "def f(x, async=False):\n    return async")
    write("package/__init__.py", "from package.inner import f")
    write("package/inner.py", "from helper import f\nawait = f(0, async=1)")
    program = """
        import sys
        sys.path.append("site")
        import package
        print(package.f(0, async=2), package.inner.__dict__["await"])
        """
    write("program.py", program)
    process = run("program.py")
    assert (process.stdout, process.stderr) == ("2 1\n", "")


def test_traceback_shows_the_lines_of_the_file(run, write, tmp_path):
    write("program.py", "import helper\nhelper.f(async=dict(x=1))\n")
    write("helper.py", "def f(async):\n    return async['y']\n")
    process = run("program.py")
    lines = [line for line in process.stderr.splitlines() if set(line) - set(" ^~")]
    assert lines == [
        "Traceback (most recent call last):",
        f'  File "{tmp_path}/program.py", line 2, in <module>',
        "    helper.f(async=dict(x=1))",
        f'  File "{tmp_path}/helper.py", line 2, in f',
        "    return async['y']",
        "KeyError: 'y'",
    ]
    assert process.returncode == 1


def test_byte_code_of_old_modules_is_not_kept(run, python, write, tmp_path):
    write("helper.py", "x = dict(async=1)")
    write("program.py", "import helper")
    assert run("program.py").returncode == 0
    assert not list(tmp_path.glob("**/helper.*.pyc"))
    assert "SyntaxError" in python("program.py").stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "expected a script, or -m and a module"),
        (["-m"], "expected a script, or -m and a module"),
        (["-x"], "no option '-x'; options of the script come after it"),
        (["no.py"], "cannot open '{}/no.py': No such file or directory"),
        (["folder"], "cannot open '{}/folder': Is a directory"),
        (["-m", "no"], "no module named 'no'"),
        (["-m", "no.such"], "no module named 'no.such'"),
        (["-m", "folder.no"], "no module named 'folder.no'"),
        (
            ["-m", "folder"],
            "no module named 'folder.__main__'; folder is a package and cannot be run "
            "directly",
        ),
        (["-m", "sys"], "module 'sys' is no Python code"),
    ],
)
def test_no_program(arguments, message, run, write, tmp_path):
    write("folder/__init__.py", "")
    process = run(*arguments)
    assert (process.returncode, process.stdout) == (2, "")
    assert process.stderr == f"torchlike run: {message.format(tmp_path)}\n"


def test_help(run):
    process = run("--help")
    assert process.returncode == 0
    assert process.stdout.startswith("usage: torchlike run SCRIPT.py")


@pytest.mark.skipif(sys.version_info < (3, 11), reason="new in Python 3.11")
def test_safe_path_is_respected(python, write):
    write("program.py", "import sys; print(sys.path[0])")
    expected = python("-P", "program.py").stdout
    assert python("-P", "-m", "torchlike", "run", "program.py").stdout == expected
