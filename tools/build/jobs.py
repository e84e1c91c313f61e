"""A graph of commands that runs in parallel and repeats only what has changed.

A job is up to date when its output exists, the command that made the output is the same
as now (kept beside the output as ``.cmd``) and no file that it read is newer. The files
that it read are the inputs it names and those in the depfile its command wrote.
"""

import heapq
import os
import shlex
import subprocess
import sys
import time
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path

# What is shown of the output of a command that failed.
ERROR_LINES = 60


class BuildError(Exception):
    """The build cannot go on; the message says why."""


@dataclass
class Job:
    """One command that makes one file.

    Parameters
    ----------
    title : str
        What is shown while it runs.
    command : list of str
    output : Path
        The file that the command makes.
    inputs : list of Path
        Files that it reads. Those that are outputs of other jobs are made first.
    depfile : Path, optional
        Make-style list of further inputs, which the command writes.
    cwd : Path, optional
        Where it runs. Names in the depfile are then relative to it; those outside it
        are files of the command's own installation, which `key` must tell apart.
    key : str, optional
        What must be equal for the output to stay valid, default: the command.
    cost : int
        Rough weight; of the jobs that can start the heaviest does.
    """

    title: str
    command: list
    output: Path
    inputs: list
    depfile: Path = None
    cwd: Path = None
    key: str = None
    cost: int = 0
    seconds: float = field(default=0.0, init=False)

    def __post_init__(self):
        self.command = [str(part) for part in self.command]
        if self.key is None:
            self.key = shlex.join(self.command)

    @property
    def stamp(self):
        """The file that holds the key of the output."""
        return self.output.with_name(self.output.name + ".cmd")

    def is_current(self):
        """Tell whether the output need not be made again."""
        try:
            made = self.output.stat().st_mtime_ns
            if self.stamp.read_text() != self.key:
                return False
            inputs = list(self.inputs)
            if self.depfile is not None:
                inputs += read_depfile(self.depfile, self.cwd)
            return all(path.stat().st_mtime_ns <= made for path in inputs)
        except OSError:
            return False

    def run(self):
        """Make the output and return what the command printed; raise if it fails."""
        self.output.parent.mkdir(parents=True, exist_ok=True)
        self.stamp.unlink(missing_ok=True)
        began = time.time_ns()
        result = subprocess.run(
            self.command,
            cwd=self.cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.seconds = (time.time_ns() - began) / 1e9
        if result.returncode != 0:
            lines = result.stdout.splitlines()[:ERROR_LINES]
            text = "\n".join([shlex.join(self.command), *lines])
            raise BuildError(f"{self.title} failed:\n{text}")
        # The time of the start: an input saved while the command ran counts as newer.
        os.utime(self.output, ns=(began, began))
        self.stamp.write_text(self.key)
        return result.stdout


def read_depfile(path, cwd=None):
    """Return the prerequisites in a Make-style depfile as a list of Path.

    With `cwd`: only those below it.
    """
    text = path.read_text().replace("\\\n", " ")
    names = []
    for line in text.splitlines():
        _, _, prerequisites = line.partition(": ")
        names += prerequisites.replace("\\ ", "\0").split()
    paths = [Path(name.replace("\0", " ")) for name in names]
    if cwd is None:
        return paths
    outside = ("/", "..")
    return [cwd / path for path in paths if path.parts[0] not in outside]


def run_jobs(jobs, workers, report=None):
    """Run the jobs that are not up to date, `workers` at a time; return those.

    Parameters
    ----------
    jobs : list of Job
    workers : int
    report : callable, optional
        Called as ``report(job, printed)`` after each command.

    Raises
    ------
    BuildError
        With the output of the first command that failed.
    """
    makers = {job.output: job for job in jobs}
    waiting_for = {}
    users = {}
    for job in jobs:
        needed = {path for path in job.inputs if path in makers}
        waiting_for[job.output] = len(needed)
        for path in needed:
            users.setdefault(path, []).append(job)

    order = {job.output: number for number, job in enumerate(jobs)}
    ready = []

    def add_ready(job):
        heapq.heappush(ready, (-job.cost, order[job.output], job))

    for job in jobs:
        if waiting_for[job.output] == 0:
            add_ready(job)

    done, running, finished = [], {}, 0
    with ThreadPoolExecutor(workers) as pool:
        while ready or running:
            current = []
            while ready and len(running) < workers:
                job = heapq.heappop(ready)[-1]
                if job.is_current():
                    current.append(job)
                    break
                running[pool.submit(job.run)] = job
            if not current:
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    job = running.pop(future)
                    printed = future.result()
                    current.append(job)
                    done.append(job)
                    if report:
                        report(job, printed)
            finished += len(current)
            for job in current:
                for user in users.get(job.output, ()):
                    waiting_for[user.output] -= 1
                    if waiting_for[user.output] == 0:
                        add_ready(user)
    if finished != len(jobs):
        raise BuildError("the build's jobs wait for each other")
    return done


def print_progress(job, printed):
    """Report a job on standard error, with what its command printed (warnings)."""
    print(f"  {job.seconds:6.1f} s  {job.title}", file=sys.stderr)
    if printed.strip():
        print(printed, file=sys.stderr, end="")
