"""The build repeats a command exactly when something that it depends on has changed."""

import os
import sys

import pytest

from tools.build.jobs import BuildError, Job, read_depfile, run_jobs

COPY = "import sys; open(sys.argv[2], 'w').write(open(sys.argv[1]).read() + 'x')"


def copy_job(source, target, **options):
    """A job that copies a file and appends a letter."""
    command = [sys.executable, "-c", COPY, source, target]
    return Job(str(target), command, target, [source], **options)


@pytest.fixture
def chain(tmp_path):
    """A file and a function that makes the jobs a -> b -> c, last one first."""
    first = tmp_path / "a"
    first.write_text("0")

    def jobs(**options):
        second, third = tmp_path / "b", tmp_path / "sub" / "c"
        return [copy_job(second, third), copy_job(first, second, **options)]

    return first, jobs


def names(jobs):
    return [job.output.name for job in jobs]


def test_runs_in_order_of_dependence(chain):
    first, jobs = chain
    assert names(run_jobs(jobs(), 2)) == ["b", "c"]
    assert (first.parent / "sub" / "c").read_text() == "0xx"


def test_nothing_runs_twice(chain):
    _, jobs = chain
    run_jobs(jobs(), 2)
    assert run_jobs(jobs(), 2) == []


def test_newer_input_is_used(chain):
    first, jobs = chain
    run_jobs(jobs(), 2)
    later = (first.parent / "b").stat().st_mtime_ns + 10**9
    os.utime(first, ns=(later, later))
    assert "b" in names(run_jobs(jobs(), 2))


def test_changed_command_runs(chain):
    _, jobs = chain
    run_jobs(jobs(), 2)
    assert names(run_jobs(jobs(key="other flags"), 2)) == ["b", "c"]


def test_newer_file_of_the_depfile_is_used(chain, tmp_path):
    _, jobs = chain
    header = tmp_path / "a header"
    header.write_text("")
    os.utime(header, ns=(0, 0))
    depfile = tmp_path / "b.d"
    depfile.write_text("b: a \\\n  ../gone/include /gone/include a\\ header\n")
    assert read_depfile(depfile, tmp_path)[-1] == header

    run_jobs(jobs(depfile=depfile, cwd=tmp_path), 1)
    assert run_jobs(jobs(depfile=depfile, cwd=tmp_path), 1) == []
    later = (tmp_path / "b").stat().st_mtime_ns + 10**9
    os.utime(header, ns=(later, later))
    assert "b" in names(run_jobs(jobs(depfile=depfile, cwd=tmp_path), 1))


def test_failure_shows_command_and_output(tmp_path):
    target = tmp_path / "out"
    code = "import sys; print('the reason'); sys.exit(3)"
    job = Job("making out", [sys.executable, "-c", code], target, [])
    with pytest.raises(BuildError, match="(?s)making out failed.*the reason"):
        run_jobs([job], 1)
    assert not job.is_current()


def test_circle_is_an_error(tmp_path):
    a, b = tmp_path / "a", tmp_path / "b"
    with pytest.raises(BuildError, match="wait for each other"):
        run_jobs([copy_job(a, b), copy_job(b, a)], 1)
