#!/usr/bin/env python3
"""Build the C tests of THNN with the objects of both libraries and run them.

Every test is compiled for each type that THNN has and runs at every CPU level of the
machine, first under AddressSanitizer and UBSan, then in the plain build.

    python THNN/tests/run.py [--plain | --sanitize]
"""

import argparse
import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "TH" / "tests")]

import run as th_tests  # noqa: E402  (found through the line above)

from tools.build import pipeline  # noqa: E402
from tools.build.jobs import BuildError, print_progress, run_jobs  # noqa: E402
from tools.build.sources import LIBRARIES, units_of  # noqa: E402

LEVELS = ("base", "v3", "v4")  # one that the machine lacks runs as the best it has


def build(settings):
    """Build both libraries' objects and the tests; return the programs."""
    pipeline.generate(settings)
    flags = [*settings.c_flags, *settings.warning_flags]
    flags += [f"-I{settings.generated / 'include'}"]
    flags += [
        f"-I{ROOT / lib.name / part}"
        for lib in LIBRARIES
        for part in ("include", "src")
    ]
    jobs, objects, programs = [], [], []
    for library in LIBRARIES:
        for unit in units_of(library, settings):
            target = settings.build / "thnn" / library.name / unit.object_name
            options = [*settings.optimize(unit.optimize), *flags, *unit.flags]
            title = f"{unit.name} {unit.variant}"
            jobs.append(
                pipeline.compile_job(settings, title, unit.source, target, options)
            )
            objects.append(target)
    for source in sorted(HERE.glob("test_*.c")):
        for real in next(lib.types for lib in LIBRARIES if lib.name == "THNN"):
            target = settings.build / "thnn" / f"{source.stem}-{real}.o"
            options = [*settings.optimize(1), *flags, f"-DTH_GENERATE_{real}"]
            jobs.append(
                pipeline.compile_job(settings, target.stem, source, target, options)
            )
            program = settings.build / "thnn" / target.stem
            jobs.append(th_tests.link_job(settings, program, [target, *objects], []))
            programs.append(program)
    run_jobs(jobs, settings.jobs, print_progress)
    return programs


def main():
    """Build and run what the command line asks for; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--plain", action="store_true", help="only without sanitizers")
    which.add_argument("--sanitize", action="store_true", help="only with sanitizers")
    arguments = parser.parse_args()
    kinds = [""] if arguments.plain else [th_tests.SANITIZERS]
    if not (arguments.plain or arguments.sanitize):
        kinds.append("")
    passed = True
    for sanitize in kinds:
        print(f"== {sanitize or 'plain build'}", flush=True)
        try:
            programs = build(th_tests.settings_for(sanitize))
        except BuildError as error:
            print(f"error: {error}", file=sys.stderr)
            return 1
        for level in LEVELS:
            os.environ["TORCHLIKE_CPU"] = level
            print(f"-- {level}", flush=True)
            for program in programs:
                passed &= th_tests.run(program)
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
