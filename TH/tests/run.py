#!/usr/bin/env python3
"""Build the C tests of TH with the library's own objects and run them.

Every test runs twice: under AddressSanitizer and UBSan, where the allocator caches
nothing, and in the plain build, with the caches. Tests may use internal functions, so
they are linked with the objects; those in PUBLIC are compiled as extensions are and
linked with the shared library. There is no OpenBLAS beside them: matrix products run
on the library's own loops.

    python TH/tests/run.py [--plain | --sanitize] [name ...]
"""

import argparse
import dataclasses
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
TH = HERE.parent
sys.path.insert(0, str(TH.parent))

from tools.build import pipeline  # noqa: E402  (found through the line above)
from tools.build.jobs import BuildError, Job, print_progress, run_jobs  # noqa: E402
from tools.build.settings import ROOT, from_environment  # noqa: E402
from tools.build.sources import LIBRARIES, units_of  # noqa: E402

LIBRARY = next(library for library in LIBRARIES if library.name == "TH")
PUBLIC = {"test_extension"}
SANITIZERS = "address,undefined"
SECONDS = 120
ENVIRONMENT = {
    # An allocation that is too large must come back as an error.
    "ASAN_OPTIONS": "allocator_may_return_null=1:detect_leaks=1",
    "UBSAN_OPTIONS": "print_stacktrace=1",
}


def settings_for(sanitize):
    """Return the settings of the build with the given sanitizers, '' for none."""
    folder = ROOT / "build" / ("th-tests-" + (sanitize.replace(",", "-") or "plain"))
    settings = from_environment(folder)
    return dataclasses.replace(settings, sanitize=sanitize, werror=True)


def build(settings, names):
    """Build the library and the tests; return the programs."""
    pipeline.generate(settings)
    flags = [*settings.c_flags, *settings.warning_flags]
    flags += [f"-I{settings.generated / 'include'}", f"-I{TH / 'include'}"]
    internal = [f"-I{TH / 'src'}"]
    jobs, objects = [], []
    for unit in units_of(LIBRARY, settings):
        target = settings.build / "obj" / unit.object_name
        options = [*settings.optimize(unit.optimize), *flags, *internal, *unit.flags]
        title = f"{unit.name} {unit.variant}"
        job = pipeline.compile_job(settings, title, unit.source, target, options)
        jobs.append(job)
        objects.append(target)
    library = settings.build / "tests" / "libTH.so"
    jobs.append(link_job(settings, library, objects, ["-shared"]))

    programs = []
    for name in names:
        public = name in PUBLIC
        source, target = HERE / f"{name}.c", settings.build / "obj" / f"{name}.o"
        options = [*settings.optimize(1), *flags]
        options += ["-UTH_INTERNAL"] if public else internal
        jobs.append(pipeline.compile_job(settings, name, source, target, options))
        needed = [target, library] if public else [target, *objects]
        program = library.with_name(name)
        jobs.append(link_job(settings, program, needed, ["-Wl,-rpath,$ORIGIN"]))
        programs.append(program)
    run_jobs(jobs, settings.jobs, print_progress)
    return programs


def link_job(settings, target, inputs, options):
    """Return the job that links a program or the library."""
    options = [*options, "-lm", "-lpthread", "-ldl", *settings.ldflags]
    if settings.sanitize:
        options.append(f"-fsanitize={settings.sanitize}")
    return Job(
        title=f"link   {target.name}",
        command=[*settings.cc, *inputs, *options, "-o", target],
        output=target,
        inputs=inputs,
        cost=pipeline.LINK_COST,
    )


def run(program):
    """Run a test; return whether it passed."""
    try:
        result = subprocess.run(
            [program],
            env={**os.environ, **ENVIRONMENT},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
        )
        status, output = result.returncode, result.stdout
    except subprocess.TimeoutExpired as error:
        status, output = f"no end after {SECONDS} s", (error.stdout or b"").decode()
    passed = status == 0
    print("ok    " if passed else "FAILED", program.name, "" if passed else status)
    if not passed:
        print(output)
    return passed


def main():
    """Build and run what the command line asks for; return the exit status."""
    known = sorted(path.stem for path in HERE.glob("test_*.c"))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--plain", action="store_true", help="only without sanitizers")
    which.add_argument("--sanitize", action="store_true", help="only with sanitizers")
    parser.add_argument("names", nargs="*", metavar="name", help="tests, default: all")
    arguments = parser.parse_args()
    names = arguments.names or known
    for name in names:
        if name not in known:
            parser.error(f"no test {name!r}, there are: {', '.join(known)}")
    kinds = [""] if arguments.plain else [SANITIZERS]
    if not (arguments.plain or arguments.sanitize):
        kinds.append("")
    passed = True
    for sanitize in kinds:
        print(f"== {sanitize or 'plain build'}", flush=True)
        try:
            programs = build(settings_for(sanitize), names)
        except BuildError as error:
            print(f"error: {error}", file=sys.stderr)
            return 1
        for program in programs:
            passed &= run(program)
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
