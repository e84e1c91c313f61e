import pytest

import torchlike.compat


def test_modules_are_the_same_objects(output):
    output(
        """
        import torch
        import torch.nn as nn
        import torch.nn.functional as F
        import torch.utils.data
        from torch.autograd import Variable
        import sys
        import torchlike
        import torchlike.utils.data

        assert torch is torchlike
        assert nn is torchlike.nn
        assert F is torchlike.nn.functional
        assert torch.utils.data is torchlike.utils.data
        assert Variable is torchlike.autograd.Variable
        for name, module in list(sys.modules.items()):
            if name.split(".")[0] == "torch":
                assert module is sys.modules["torchlike" + name[5:]], name
                assert module.__spec__.name == "torchlike" + name[5:]
        """
    )


@pytest.mark.parametrize("name", ["torch.no_such", "torch.nn.no_such"])
def test_missing_module(name, output):
    output(
        f"""
        import importlib.util
        try:
            import {name}
        except ModuleNotFoundError as error:
            assert str(error) == "No module named '{name}'"
            assert error.name == "{name}"
        else:
            assert False
        assert importlib.util.find_spec("{name}") is None
        """
    )


def test_missing_dependency_is_named(output, write):
    write("torchlike_plugin.py", "import no_such_dependency")
    output(
        """
        from torchlike.compat import _aliases
        _aliases.ALIASES["plugin"] = "torchlike_plugin"
        try:
            import plugin
        except ModuleNotFoundError as error:
            assert error.name == "no_such_dependency"
        else:
            assert False
        """
    )


def test_torchvision_is_never_somebody_elses(output, write):
    write("torchvision.py", "raise AssertionError")
    output(
        """
        import importlib.util
        if importlib.util.find_spec("torchlike.vision") is None:
            try:
                import torchvision
            except ModuleNotFoundError as error:
                assert "torchlike.vision" in str(error)
            else:
                assert False
        else:
            import torchvision
            assert torchvision.__name__ == "torchlike.vision"
        """
    )


def test_another_torch_nearby_is_not_imported(output, write):
    write("torch.py", "raise AssertionError")
    output("import torch, torchlike; assert torch is torchlike")


def test_another_torch_imported_before_is_an_error(python, write):
    path = write("torch.py", "")
    write(
        "program.py",
        """
        import torch
        import torchlike.compat
        for attempt in range(2):
            try:
                torchlike.compat.install()
            except RuntimeError as error:
                print(error)
        import sys
        assert sys.modules["torch"] is torch
        """,
    )
    process = python("program.py")
    assert process.stderr == ""
    assert process.stdout == 2 * (
        "compat.install() has to come before the first `import torch`: "
        f"{path} is imported already\n"
    )


def test_install_twice_and_uninstall(python, write):
    write("old.py", "x = dict(async=1)")
    write(
        "program.py",
        """
        import collections, os, sys
        finders = list(sys.meta_path)
        import torchlike.compat
        torchlike.compat.uninstall()
        torchlike.compat.install()
        torchlike.compat.install()
        import torch, torch.nn
        assert collections.Iterable and os.errno
        torchlike.compat.uninstall()
        torchlike.compat.uninstall()
        assert sys.meta_path == finders
        assert not [name for name in sys.modules if name.split(".")[0] == "torch"]
        assert not hasattr(collections, "Iterable") and not hasattr(os, "errno")
        assert torchlike.nn.Module
        try:
            import old
        except SyntaxError:
            pass
        else:
            assert False
        """,
    )
    process = python("program.py")
    assert (process.returncode, process.stderr) == (0, "")


def test_public_names():
    assert torchlike.compat.__all__ == ["install", "uninstall"]
