"""Times the build and weighs the wheel.

``python -m tools.bench.packaging [--jobs N]`` builds a copy of the files git knows,
in a folder of its own and without a compiler cache: from nothing, again with nothing
changed, with one C family changed, with one entry of the operator table changed.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
C_FAMILY = "TH/src/generic/THTensorSort.c"
TABLE = "tools/ops/reduce.toml"
LIMITS = {"from nothing": 240, "one C family": 20, "one operator's entry": 20}


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    jobs = parser.parse_args(arguments).jobs
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "torchlike")
        copy_sources(copy)
        print(f"{jobs} compilations at a time, Python {sys.version.split()[0]}")
        report("from nothing", build(copy, jobs))
        report("nothing changed", build(copy, jobs))
        append(copy / C_FAMILY, "/* changed */\n")
        report("one C family", build(copy, jobs))
        change_doc(copy / TABLE)
        report("one operator's entry", build(copy, jobs))
        wheel = make_wheel(copy, Path(folder, "wheel"))
        print(f"{'wheel':<22}{wheel.stat().st_size / 2**20:8.1f} MiB")


def copy_sources(destination):
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    for name in filter(None, listing.stdout.split("\0")):
        target = destination / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target)


def environment():
    """That of this process, without what makes a compiler remember earlier runs."""
    return {**os.environ, "CC": "gcc", "CCACHE_DISABLE": "1", "PYTHONPATH": ""}


def build(copy, jobs):
    """Return the seconds that a build of the copy takes."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "tools.build", "--jobs", str(jobs)]
    subprocess.run(
        command, cwd=copy, env=environment(), check=True, capture_output=True
    )
    return time.perf_counter() - began


def append(path, text):
    path.write_text(path.read_text() + text)


def change_doc(path):
    """Change a sentence of the first entry's documentation."""
    before, key, after = path.read_text().partition('doc = "')
    path.write_text(f"{before}{key}Changed. {after}")


def make_wheel(copy, folder):
    """Return the path of the wheel of the copy, which is built already."""
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--no-build-isolation",
        "--no-deps",
    ]
    subprocess.run(
        [*command, "--wheel-dir", folder, "."],
        cwd=copy,
        env=environment(),
        check=True,
        capture_output=True,
    )
    (wheel,) = folder.glob("*.whl")
    return wheel


def report(name, seconds):
    limit = LIMITS.get(name)
    note = f"   (at most {limit} s)" if limit else ""
    print(f"{name:<22}{seconds:8.1f} s{note}", flush=True)


if __name__ == "__main__":
    main()
