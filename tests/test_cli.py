import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import torchlike
from torchlike.commands import demo

PACKAGE = Path(torchlike.__file__).parent


@pytest.fixture
def command(tmp_path):
    """Return a function that runs `torchlike` in an empty folder."""

    def run(*arguments, **variables):
        return subprocess.run(
            [sys.executable, "-m", "torchlike", *map(str, arguments)],
            capture_output=True,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(PACKAGE.parent), **variables},
            text=True,
            timeout=300,
        )

    return run


@pytest.mark.parametrize("arguments", [[], ["-h"], ["--help"]])
def test_help(arguments, command):
    process = command(*arguments)
    assert (process.returncode, process.stderr) == (0, "")
    for name in ("convert", "demo", "info", "inspect", "run"):
        assert re.search(rf"^  {name} ", process.stdout, re.MULTILINE)


def test_version(command):
    assert command("--version").stdout == f"torchlike {torchlike.__version__}\n"


def test_unknown_command(command):
    process = command("dmeo")
    assert (process.returncode, process.stdout) == (2, "")
    assert process.stderr == (
        "torchlike: no command 'dmeo', there are convert, demo, info, inspect, run\n"
    )


@pytest.mark.parametrize("name", ["convert", "demo", "info", "inspect", "run"])
def test_help_of_a_command(name, command):
    process = command(name, "--help")
    assert (process.returncode, process.stderr) == (0, "")
    assert f"torchlike {name}" in process.stdout


def test_info(command):
    process = command("info")
    assert (process.returncode, process.stderr) == (0, "")
    facts = dict(re.split(r"\s{2,}", line) for line in process.stdout.splitlines())
    assert list(facts) == [
        "torchlike",
        "Python",
        "NumPy",
        "OpenBLAS",
        "CPU level",
        "threads",
        "cache limit",
        "CUDA",
        "libraries",
        "headers",
    ]
    assert facts["torchlike"] == torchlike.__version__
    assert facts["CPU level"] in ("base", "v3", "v4")
    assert int(facts["threads"]) >= 1
    assert facts["CUDA"] == "no"
    assert Path(facts["libraries"]) == PACKAGE / "lib"
    assert Path(facts["headers"]) == PACKAGE / "include"


@pytest.mark.parametrize("arguments", [["--what"], ["extra"]])
def test_info_takes_no_arguments(arguments, command):
    process = command("info", *arguments)
    assert (process.returncode, process.stdout) == (2, "")
    assert process.stderr == f"torchlike info: unrecognized arguments: {arguments[0]}\n"


def test_demo(command, tmp_path):
    pytest.importorskip("matplotlib")
    pytest.importorskip("tqdm")
    process = command("demo")
    assert process.returncode == 0, process.stderr
    facts = dict(re.split(r"\s{2,}", line) for line in process.stdout.splitlines())
    accuracy = float(re.match(r"(\S+)% of 360 held-out images", facts["accuracy"])[1])
    assert accuracy >= 98
    assert re.search(r"accuracy \d", process.stderr)
    folder = tmp_path / "torchlike-demo"
    assert facts["model"].startswith(f"{folder / 'digits.pth'} (reloaded")
    assert facts["picture"] == str(folder / "digits.png")
    assert (folder / "digits.png").read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    assert Path(facts["program"]).is_file()
    state = torchlike.load(str(folder / "digits.pth"))
    assert list(state) == list(demo.Net().state_dict())


def test_demo_options_and_seed(command, tmp_path):
    pytest.importorskip("matplotlib")
    pytest.importorskip("tqdm")
    options = "--epochs 1 --batch-size 100 --lr 0.01 --output".split()
    for folder, seed in (("a", 3), ("b", 3), ("c", 4)):
        process = command("demo", *options, f"new/{folder}", "--seed", seed)
        assert process.returncode == 0, process.stderr
    a, b, c = (
        torchlike.load(str(tmp_path / "new" / folder / "digits.pth"))["fc2.weight"]
        for folder in "abc"
    )
    assert a.equal(b)
    assert not a.equal(c)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--epochs 0", "argument --epochs: expected at least 1, got 0"),
        ("--epochs 1.5", "argument --epochs: expected a whole number, got '1.5'"),
        ("--batch-size -1", "argument --batch-size: expected at least 1, got -1"),
        ("--lr nan", "argument --lr: expected a number greater than 0, got 'nan'"),
        ("--lr 0", "argument --lr: expected a number greater than 0, got '0'"),
        ("--lr inf", "argument --lr: expected a number greater than 0, got 'inf'"),
        ("--lr much", "argument --lr: expected a number greater than 0, got 'much'"),
        ("--seed -1", "argument --seed: expected at least 0, got -1"),
        (
            "--seed 9223372036854775808",
            "argument --seed: expected at most 9223372036854775807, got "
            "9223372036854775808",
        ),
        ("--output file/x", "argument --output: {}/file/x: Not a directory"),
        ("--output file", "argument --output: {}/file: File exists"),
        ("--epochs", "argument --epochs: expected one argument"),
        ("--what", "unrecognized arguments: --what"),
    ],
)
def test_demo_with_bad_options(arguments, message, command, tmp_path):
    (tmp_path / "file").touch()
    process = command("demo", *arguments.split())
    assert (process.returncode, process.stdout) == (2, "")
    assert process.stderr == f"torchlike demo: {message.format(tmp_path)}\n"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_demo_stops_when_the_loss_is_not_finite(command):
    pytest.importorskip("matplotlib")
    pytest.importorskip("tqdm")
    process = command("demo", "--lr", "1e30")
    assert process.returncode == 1
    last = process.stderr.splitlines()[-1]
    assert re.fullmatch(r"torchlike demo: the loss became (nan|inf); lower --lr", last)


@pytest.mark.parametrize("name", ["matplotlib", "tqdm"])
def test_demo_names_the_extra_that_is_missing(name, command, tmp_path):
    (tmp_path / f"{name}.py").write_text(f"raise ImportError(name={name!r})")
    process = command("demo")
    assert (process.returncode, process.stdout) == (1, "")
    assert process.stderr == (
        f'torchlike demo: {name} is not installed: pip install "torchlike[demo]"\n'
    )
