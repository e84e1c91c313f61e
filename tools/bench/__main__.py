"""``python -m tools.bench``: time torchlike beside PyTorch 2.

The interpreter that runs this has torchlike installed, the one that --opponent names
has PyTorch 2. They take turns in fresh processes; docs/design/benchmarks.md says how
to read the table.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10
    import tomli as tomllib

FOLDER = Path(__file__).resolve().parent
FAMILIES = (
    "small",
    "autograd",
    "methods",
    "operators",
    "nn",
    "optim",
    "files",
    "data",
    "convnet",
    "layers",
    "recurrent",
    "large",
    "tensors",
    "gemm",
    "footprint",
)

# Some machines set these; they choose slower kernels and blockings in OpenBLAS.
MISLEADING = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")

# The longest that a process may take, in seconds.
TIMEOUT = 600

UNITS = {
    "s": ((1.0, "s"), (1e-3, "ms"), (1e-6, "us"), (1e-9, "ns")),
    "B": ((2.0**30, "GiB"), (2.0**20, "MiB"), (2.0**10, "KiB")),
}
SIDES = ("ours", "theirs")
LINE = "{:<46} {:>10} {:>10} {:>10} {:>7} {:>7} {:>7}  {:<4} {}"


def main(arguments=None):
    options = parse(arguments)
    about = {"cpu": cpu(), "threads": options.threads}
    peak = measure_peak(options.threads)
    if peak:
        about["peak"] = f"{peak / 1e9:.0f} GFLOP/s in fused multiply-adds of floats"
    rounds = []
    for number in range(options.rounds):
        # Each library comes first as often as the other.
        sides = [*(SIDES if number % 2 == 0 else SIDES[::-1]), "numpy"]
        rounds.append({side: [] for side in sides})
        for family in options.workloads:
            for side in sides:
                print(f"round {number + 1}: {family}, {side}", file=sys.stderr)
                result = run(side, family, options)
                about[side] = f"{result['library']}, {result['python']}"
                rounds[-1][side] += result["rows"]
    with open(FOLDER / "targets.toml", "rb") as file:
        rows = compare(rounds, tomllib.load(file))
    print("\n".join(table(rows, about, options.worst, peak)))
    if options.json:
        text = json.dumps({**about, "rows": rows}, indent=1)
        Path(options.json).write_text(text + "\n")


def parse(arguments):
    """Return the options."""
    parser = argparse.ArgumentParser(prog="tools.bench", description=__doc__)
    parser.add_argument("--opponent", required=True, help="a python with PyTorch 2")
    parser.add_argument("--workloads", default=",".join(FAMILIES), help="%(default)s")
    parser.add_argument("--rounds", type=int, default=5, help="of processes")
    parser.add_argument("--threads", type=int, default=2, help="of both sides")
    parser.add_argument("--only", default="", help="items whose name contains this")
    parser.add_argument("--worst", type=int, help="rows of a workload, worst first")
    parser.add_argument("--json", help="write the table here too")
    options = parser.parse_args(arguments)
    options.workloads = options.workloads.split(",")
    for name in options.workloads:
        if name not in FAMILIES:
            parser.error(f"no workload {name!r}; there are {', '.join(FAMILIES)}")
    if options.rounds < 1:
        parser.error(f"--rounds is {options.rounds}, expected at least 1")
    return options


def run(side, family, options):
    """Measure one family in a fresh process of one side; return what it printed."""
    environment = {k: v for k, v in os.environ.items() if k not in MISLEADING}
    if side == "theirs":
        command = [options.opponent]
        environment.pop("PYTHONPATH", None)
    else:
        command = [sys.executable, "-m", "torchlike", "run"]
    command += [str(FOLDER / "worker.py"), "--only", options.only]
    if side == "numpy":
        command.append("--numpy")
        environment["OPENBLAS_NUM_THREADS"] = str(options.threads)
    command += ["--threads", str(options.threads), family]
    done = subprocess.run(
        command,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
        cwd=tempfile.gettempdir(),
        timeout=TIMEOUT,
    )
    if done.returncode:
        sys.exit(f"tools.bench: {' '.join(command)} failed ({done.returncode})")
    return json.loads(done.stdout)


def compare(rounds, targets):
    """Return one row for each item: both sides, ratios, target, and whether it is met.

    `ratio` divides the minima of all rounds: a disturbed machine can only add to a
    time. `paired` is the median over rounds of the ratio within a round. Items that one
    side does not have are left out.
    """
    rows = []
    numpy = {}
    for row in (row for one in rounds for row in one["numpy"]):
        name = row["family"], row["name"]
        numpy[name] = min(row["value"], numpy.get(name, row["value"]))
    values = [
        {
            (side, row["family"], row["name"]): row["value"]
            for side in SIDES
            for row in one[side]
        }
        for one in rounds
    ]
    for item in rounds[0]["ours"]:
        key = item["family"], item["name"]
        if not all((side, *key) in one for side in SIDES for one in values):
            continue
        ours, theirs = ([one[(side, *key)] for one in values] for side in SIDES)
        target = targets[item["target"]]
        ratio = min(ours) / min(theirs)
        rows.append(
            {
                **{key: item[key] for key in ("family", "name", "unit", "flops")},
                "ours": min(ours),
                "theirs": min(theirs),
                "numpy": numpy.get((item["family"], item["name"])),
                "ours_median": statistics.median(ours),
                "theirs_median": statistics.median(theirs),
                "ratio": ratio,
                "paired": statistics.median(a / b for a, b in zip(ours, theirs)),
                "target": target["must"],
                "met": ratio <= target["must"]
                and min(ours) <= target.get("limit", float("inf")),
            }
        )
    return rows


def table(rows, about, worst=None, peak=None):
    """Return the lines to print: all, or the `worst` of each family, worst first."""
    lines = [f"{key:<8} {value}" for key, value in about.items()]
    family, shown = None, rows
    if worst:
        shown = []
        for name in dict.fromkeys(row["family"] for row in rows):
            of_family = [row for row in rows if row["family"] == name]
            of_family.sort(key=lambda row: row["ratio"] / row["target"], reverse=True)
            shown += of_family[:worst]
    for row in shown:
        if row["family"] != family:
            family = row["family"]
            lines.append("")
            lines.append(
                LINE.format(
                    *(family, "ours", "theirs", "numpy", "ratio", "paired"),
                    *("target", "met", ""),
                )
            )
        rate = ""
        if row["flops"]:
            rates = (row["flops"] / row[side] / 1e9 for side in ("ours", "theirs"))
            rate = "{:.0f} and {:.0f} GFLOP/s".format(*rates)
            if peak:
                rate += f", {row['flops'] / row['ours'] / peak:.0%} of the peak"
        line = LINE.format(
            row["name"],
            readable(row["ours"], row["unit"]),
            readable(row["theirs"], row["unit"]),
            readable(row["numpy"], row["unit"]) if row["numpy"] else "",
            f"{row['ratio']:.3f}",
            f"{row['paired']:.3f}",
            f"{row['target']:.2f}",
            "yes" if row["met"] else "NO",
            rate,
        )
        lines.append(line.rstrip())
    met = sum(row["met"] for row in rows)
    lines += ["", f"{met} of {len(rows)} targets met"]
    return lines


def readable(value, unit):
    """Return a value with three digits and the unit that suits it."""
    units = UNITS[unit]
    scale, name = next((one for one in units if value >= one[0]), units[-1])
    return f"{value / scale:.3g} {name}"


def measure_peak(threads):
    """Return the operations a second that `peak.c` reaches, None without a compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if not compiler:
        return None
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder, "peak")
        flags = ["-O3", "-march=native", "-ffp-contract=fast", "-pthread"]
        subprocess.run([compiler, *flags, FOLDER / "peak.c", "-o", program], check=True)
        done = subprocess.run(
            [program, str(threads)], check=True, stdout=subprocess.PIPE, text=True
        )
    return float(done.stdout)


def cpu():
    """Return the name of the processor and the number of those we may use."""
    name = platform.processor() or platform.machine()
    try:
        with open("/proc/cpuinfo") as file:
            name = next(line for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    count = getattr(os, "process_cpu_count", os.cpu_count)()
    return f"{name.partition(': ')[2].strip() or name}, {count} processors"


if __name__ == "__main__":
    main()
