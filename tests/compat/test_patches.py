import sys

import pytest


def test_collections(output):
    output(
        """
        import collections.abc
        from collections import Callable, Iterable, Mapping, MutableMapping, Sequence
        assert Iterable is collections.abc.Iterable
        assert isinstance([], collections.Sequence)
        """
    )


def test_small_things(output):
    output(
        """
        import base64, fractions, os, threading, time
        assert fractions.gcd(12, 18) == 6 and fractions.gcd(12, -18) == -6
        assert fractions.gcd(0, 0) == 0 and fractions.gcd(2**70, 2**65 * 3) == 2**65
        assert os.errno.ENOENT == 2
        assert base64.decodestring(base64.encodestring(b"abc")) == b"abc"
        assert time.clock() <= time.clock()
        assert not threading.Thread().isAlive()
        import xml.etree.cElementTree as ET
        from xml.etree import cElementTree
        assert ET is cElementTree and ET.fromstring("<a/>").tag == "a"
        """
    )


@pytest.mark.skipif(sys.version_info < (3, 11), reason="Python 3.10 has it, and warns")
def test_getargspec(output):
    output(
        """
        import inspect
        spec = inspect.getargspec(lambda a, b=1, *c, **d: 0)
        assert spec == (["a", "b"], "c", "d", (1,))
        assert spec.keywords == "d"
        def f(a: int): pass
        def g(*, a): pass
        for function in f, g:
            try:
                inspect.getargspec(function)
            except ValueError:
                pass
            else:
                assert False
        """
    )


@pytest.mark.skipif(sys.version_info < (3, 12), reason="older Python has it, and warns")
def test_imp(output, write):
    write("loaded.py", "x = dict(async=1)")
    write("package/__init__.py", "y = 2")
    output(
        """
        import imp, sys
        file, path, details = imp.find_module("loaded")
        with file:
            module = imp.load_module("other", file, path, details)
        assert module.x == {"async": 1} and sys.modules["other"] is module
        assert imp.load_source("third", "loaded.py").x == {"async": 1}
        assert imp.load_module("p", *imp.find_module("package")).y == 2
        assert imp.find_module("sys")[2][2] == imp.C_BUILTIN
        assert imp.load_module("sys", *imp.find_module("sys")) is sys
        import loaded
        assert imp.reload(loaded) is loaded
        assert imp.new_module("a").__name__ == "a"
        for name in "no_such_module", "sys.x":
            try:
                imp.find_module(name)
            except ImportError as error:
                assert name in str(error)
            else:
                assert False
        """
    )


def test_numpy(output):
    pytest.importorskip("numpy")
    output(
        """
        import sys
        assert "numpy" not in sys.modules
        import numpy as np
        assert np.float is float and np.int is int and np.object is object
        assert np.zeros(1, np.bool).dtype == bool
        assert np.float_ is np.float64 and np.isnan(np.NaN) and np.Inf == np.inf
        assert np.asscalar(np.array([3])) == 3 and np.product([2, 3]) == 6
        """
    )


def test_nothing_is_imported_for_its_patches(python):
    program = (
        "import sys, torchlike; before = set(sys.modules); import torchlike.compat;"
        "torchlike.compat.install(); names = set(sys.modules) - before;"
        "assert not names & {'numpy', 'multiprocessing', 'fractions'}, names"
    )
    process = python("-c", program)
    assert (process.returncode, process.stderr) == (0, "")


def test_processes_are_forked_by_default(output):
    # as Python 3.14 is: by default it starts a server for them
    output(
        """
        import torchlike.compat
        torchlike.compat.uninstall()
        import multiprocessing
        context = multiprocessing.context
        server = context._concrete_contexts["forkserver"]
        context._default_context._default_context = server
        torchlike.compat.install()
        default = context._default_context._default_context
        assert default.get_start_method() == "fork"
        torchlike.compat.uninstall()
        assert context._default_context._default_context is server
        """
    )
