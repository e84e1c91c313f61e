"""The benchmark runner works; how long anything takes is not tested."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import torchlike
from tools.bench import __main__ as bench, instructions

# The second side can be torchlike as well: a program that is run as the opponent's.
OPPONENT = """#!{python}
import os, sys
os.environ["PYTHONPATH"] = {path!r}
os.execv({python!r}, [{python!r}, "-m", "torchlike", "run", *sys.argv[1:]])
"""


@pytest.fixture
def opponent(tmp_path):
    path = tmp_path / "opponent"
    package = str(Path(torchlike.__file__).parents[1])
    path.write_text(OPPONENT.format(python=sys.executable, path=package))
    path.chmod(0o755)
    return str(path)


def row(value, target="small", **more):
    return {
        "family": "f",
        "name": "n",
        "unit": "s",
        "flops": 0,
        "value": value,
        "target": target,
        **more,
    }


def rounds(*pairs, **more):
    return [
        {"ours": [row(a, **more)], "theirs": [row(b, **more)], "numpy": []}
        for a, b in pairs
    ]


def test_ratio_is_of_minima_and_paired_is_a_median():
    (result,) = bench.compare(
        rounds((1.0, 10.0), (2.0, 8.0), (3.0, 9.0)), {"small": {"must": 0.2}}
    )
    assert result["ratio"] == 1.0 / 8.0
    assert result["paired"] == 2.0 / 8.0
    assert result["met"]


@pytest.mark.parametrize("targets", [{"must": 0.05}, {"must": 0.5, "limit": 0.9}])
def test_missed_target(targets):
    (result,) = bench.compare(rounds((1.0, 10.0)), {"small": targets})
    assert not result["met"]
    assert "NO" in "\n".join(bench.table([result], {}))


@pytest.mark.parametrize(
    "value, unit, text",
    [
        (38.1e-9, "s", "38.1 ns"),
        (2e-3, "s", "2 ms"),
        (3.0 * 2**20, "B", "3 MiB"),
        (0, "s", "0 ns"),
    ],
)
def test_readable(value, unit, text):
    assert bench.readable(value, unit) == text


def test_runs_both_sides(opponent, tmp_path, capsys):
    file = tmp_path / "result.json"
    arguments = ["--opponent", opponent, "--workloads", "small", "--rounds", "2"]
    bench.main([*arguments, "--only", "a.size(", "--json", str(file)])
    rows = json.loads(file.read_text())["rows"]
    assert [one["name"] for one in rows] == ["a.size()", "a.size(0)"]
    assert all(one[side] > 0 for one in rows for side in ("ours", "theirs", "numpy"))
    assert "of 2 targets met" in capsys.readouterr().out


@pytest.mark.parametrize("wrong", [["--workloads", "nothing"], ["--rounds", "0"]])
def test_bad_option(wrong, capsys):
    with pytest.raises(SystemExit):
        bench.main(["--opponent", "python", *wrong])
    assert wrong[1] in capsys.readouterr().err


def test_instructions_need_valgrind(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SystemExit, match="valgrind"):
        instructions.main([])


def test_items_of_one_side_are_left_out():
    both = row(1.0), row(2.0)
    more = {"ours": [both[0], row(1.0) | {"name": "m"}], "theirs": [both[1]]}
    more["numpy"] = []
    (result,) = bench.compare([more], {"small": {"must": 0.6}})
    assert result["name"] == "n"


def test_worst_of_each_family():
    rows = bench.compare(
        [
            {
                side: [
                    row(value) | {"family": family, "name": f"{family}{number}"}
                    for family in "pq"
                    for number, value in enumerate(values)
                ]
                for side, values in {
                    "ours": (1.0, 3.0, 2.0),
                    "theirs": (1.0, 1.0, 1.0),
                    "numpy": (),
                }.items()
            }
        ],
        {"small": {"must": 0.5}},
    )
    lines = "\n".join(bench.table(rows, {}, 2))
    shown = [line.split()[0] for line in lines.split("\n") if " s " in line]
    assert shown == ["p1", "p2", "q1", "q2"]


@pytest.mark.parametrize("family", ["methods", "operators"])
def test_statements_of_the_table_run(family, tmp_path):
    """Those that raise are left out of the results; here none may."""
    worker = Path(bench.FOLDER, "worker.py")
    run = [sys.executable, "-m", "torchlike", "run", str(worker), "--check", family]
    environment = os.environ | {"PYTHONPATH": str(Path(torchlike.__file__).parents[1])}
    done = subprocess.run(
        run, cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0 and "left out" not in done.stderr, done.stderr
