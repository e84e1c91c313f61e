import traceback

import pytest

from torchlike.compat import _rewrite


def run(source):
    """Run old source; return its variables."""
    variables = {}
    exec(_rewrite.compile_old(source, "old.py"), variables)
    return variables


@pytest.mark.parametrize(
    "source",
    [
        "result = dict(async=1)['async']",
        "def f(async=0, *, await=1): return async * await\nresult = f(async=1)",
        "async = 1\nresult = async",
        "await = 1\nresult = (await)",
        "class A: pass\nA.async = 1\nresult = A.async",
        "class A:\n    def async(self): return self.await()\n"
        "    def await(self): return 1\nresult = A().async()",
        "def await(x): return x\nresult = await(1)",
        "result = (lambda async: async)(1)",
        "for async in [0, 1]: result = async",
        "result = [async for async in [1]][0]",
        "import math as async\nresult = async.floor(1.5)",
        "from math import floor as await\nresult = await(1.5)",
        "def f():\n    global async\n    async = 1\nf()\nresult = async",
        "async = 2\nresult = 1 if async else 0",
        "try: raise ValueError\nexcept ValueError as async: result = 1",
        "def f(**k): return k['async']\nresult = f(\n  # async\n  async = (\n  1))",
    ],
)
def test_names(source):
    with pytest.raises(SyntaxError):
        compile(source, "old.py", "exec")
    assert run(source)["result"] == 1


def test_coroutines_stay_in_a_file_that_uses_the_names_too():
    source = """
async def one():
    return 1

async def add(a, async=1):
    async with manager(): pass
    return await one() + await (one()) + a.await + async
"""
    variables = run(source)
    assert variables["add"].__code__.co_varnames[:2] == ("a", "async")
    assert variables["add"].__code__.co_flags & 0x80
    assert "await" in variables["add"].__code__.co_names


def test_strings_and_comments_stay():
    source = 'f = dict\nx = f(async="async await")  # async\ny = f"{1}async"\n'
    variables = run(source)
    assert variables["x"] == {"async": "async await"}
    assert variables["y"] == "1async"


def test_todays_source_is_not_changed():
    source = "async def f():\n    return await g()\n"
    assert _rewrite.compile_old(source, "new.py") == compile(source, "new.py", "exec")


def test_a_name_that_looks_like_a_placeholder_stays():
    assert run("_0000 = 1\nasync = 2\nresult = _0000")["result"] == 1


def test_positions_are_those_of_the_file():
    source = "x = dict(async=1)\ny = dict(async=2), None.cuda(async=True)\n"
    code = _rewrite.compile_old(source, "old.py")
    with pytest.raises(AttributeError) as error:
        exec(code, {})
    frame = traceback.extract_tb(error.value.__traceback__)[-1]
    assert (frame.filename, frame.lineno) == ("old.py", 2)
    # Python 3.10 does not know columns.
    if getattr(frame, "colno", None) is not None:
        assert source.splitlines()[1][frame.colno : frame.end_colno] == "None.cuda"


def test_positions_behind_wide_characters():
    source = "ä = 1\nx = 'äöü', dict(async=1), None.ü, async\n"
    with pytest.raises(AttributeError, match="ü"):
        run(source)


def test_another_mistake_is_reported_as_such():
    with pytest.raises(SyntaxError) as error:
        _rewrite.compile_old("f(async=1)\nprint 1, async\n", "old.py")
    assert error.value.lineno == 2
    assert error.value.text.strip() == "print 1, async"
    assert "print" in error.value.msg


@pytest.mark.parametrize(
    "source", ["f(async=1", "async = '", "async =\n  1", "\x0casync ="]
)
def test_broken_source_is_a_syntax_error(source):
    with pytest.raises(SyntaxError):
        _rewrite.compile_old(source, "old.py")


@pytest.mark.parametrize(
    ("data", "old"),
    [
        (b"f(async=1)\n", True),
        (b"# coding: latin-1\nf('\xe4', async=1)\n", True),
        (b"\xef\xbb\xbff(async=1)\r\n", True),
        (b"async def f(): pass\n", False),
        (b"x = 1\n", False),
        (b"print 1\n", False),
        (b"f('\xe4', async=1)\n", False),
        (b"# coding: no-such\nf(async=1)\n", False),
    ],
)
def test_is_old_file(data, old, tmp_path):
    path = tmp_path / "file.py"
    path.write_bytes(data)
    assert _rewrite.is_old_file(path) is old


def test_a_missing_file_is_not_old(tmp_path):
    assert not _rewrite.is_old_file(tmp_path / "nothing.py")
