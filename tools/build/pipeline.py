"""The steps of the build, from the operator table to the files of the package."""

import importlib.metadata
import sys
import sysconfig
import time

from tools.build import cython_options, settings as config
from tools.build.jobs import BuildError, Job, print_progress, run_jobs
from tools.build.openblas import OpenBlas, copy_changed, copy_tree
from tools.build.sources import LIBRARIES, units_of

# The weight of a job is the size of its source; these make chains of jobs start early.
TRANSLATE_COST, LINK_COST = 40_000_000, 80_000_000


def build(settings, output, libraries_only=False):
    """Build and put the results into the package ``output/torchlike``.

    Parameters
    ----------
    settings : tools.build.settings.Settings
    output : Path
        The folder that holds the package; the repository itself for a build in place.
    libraries_only : bool
        Leave out the Cython modules.

    Raises
    ------
    BuildError
        When a requirement is missing or a command fails.
    """
    began = time.monotonic()
    generate(settings)
    openblas = OpenBlas(settings.build / "openblas")
    package = output / "torchlike"

    jobs, libraries = library_jobs(settings, openblas)
    modules = []
    if not libraries_only:
        module_list, modules = module_jobs(settings, libraries)
        jobs += module_list
    done = run_jobs(jobs, settings.jobs, print_progress)

    for path in [*libraries, openblas.library, openblas.license]:
        copy_changed(path, package / "lib" / path.name)
    for library in LIBRARIES:
        name = library.name
        copy_tree(settings.root / name / "include", package / "include")
    copy_tree(settings.generated / "include", package / "include")
    for path, relative in modules:
        copy_changed(path, output / relative)
    for path in sorted((settings.generated / "torchlike").rglob("*.pyi")):
        copy_changed(path, output / path.relative_to(settings.generated))

    seconds = time.monotonic() - began
    print(f"ran {len(done)} of {len(jobs)} jobs in {seconds:.1f} s", file=sys.stderr)


def generate(settings):
    """Write the generated sources; those that do not change keep their time."""
    from tools import codegen  # reads the operator table, which --help need not do

    written = {path.resolve() for path in codegen.generate(settings.generated)}
    for path in settings.generated.rglob("*"):
        if path.is_file() and path.resolve() not in written:
            path.unlink()


def library_jobs(settings, openblas):
    """Return the jobs that make the C libraries, and the libraries in link order."""
    includes = [settings.generated / "include"]
    includes += [settings.root / library.name / "include" for library in LIBRARIES]
    jobs, libraries = [], []
    for library in LIBRARIES:
        # Private headers: its own and those of the libraries below it.
        includes += [settings.root / library.name / "src"]
        folder = settings.build / "obj" / library.name
        flags = [*settings.c_flags, *settings.warning_flags]
        flags += [f"-I{path}" for path in includes]
        flags += [f"-isystem{openblas.include}"]
        objects = []
        for unit in units_of(library, settings):
            target = folder / unit.object_name
            options = [*settings.optimize(unit.optimize), *flags, *unit.flags]
            title = f"{library.name}/{unit.name} {unit.variant}"
            jobs.append(compile_job(settings, title, unit.source, target, options))
            objects.append(target)
        path = settings.build / "lib" / f"lib{library.name}.so"
        needed = [*libraries, openblas.library]
        options = [f"-Wl,-soname,{path.name}", "-Wl,-rpath,$ORIGIN"]
        options += ["-Wl,--no-undefined", "-lm", "-lpthread"]
        jobs.append(link_job(settings, path, objects, needed, options))
        libraries.append(path)
    return jobs, libraries


def module_jobs(settings, libraries):
    """Return the jobs that make the Cython modules, and the modules.

    The modules are pairs of a file and its place in the package.
    """
    try:
        version = importlib.metadata.version("cython")
    except importlib.metadata.PackageNotFoundError:
        raise BuildError("Cython is needed to build: pip install cython") from None
    folder = settings.build / "cython"
    suffix = sysconfig.get_config_var("EXT_SUFFIX")
    objects = settings.build / "obj" / suffix.strip(".").removesuffix(".so")
    options = [*settings.optimize(2), *settings.c_flags, "-fno-strict-aliasing"]
    options += ["-DCYTHON_CLINE_IN_TRACEBACK=0"]
    includes = [settings.generated / "include"]
    includes += [settings.root / library.name / "include" for library in LIBRARIES]
    includes += [folder / "torchlike" / "_C", config.python_include()]
    options += [f"-I{path}" for path in includes]

    jobs, modules = [], []
    for source in stage_cython(settings, folder):
        relative = source.relative_to(folder)
        c_file = source.with_suffix(".c")
        target = objects / relative.with_suffix(".o")
        jobs.append(translate_job(settings, source, c_file, folder, version))
        job = compile_job(settings, relative.with_suffix(".c"), c_file, target, options)
        job.cost = jobs[-1].cost
        jobs.append(job)
        place = relative.with_suffix(suffix)
        up = "/".join([".."] * (len(relative.parts) - 2) + ["lib"])
        module = settings.build / "modules" / place
        rpath = [f"-Wl,-rpath,$ORIGIN/{up}"]
        jobs.append(link_job(settings, module, [target], libraries, rpath))
        modules.append((module, place))
    return jobs, modules


def stage_cython(settings, folder):
    """Bring hand-written and generated Cython sources together; return the .pyx files.

    They must lie in one package for their cimports. Files that do not change keep their
    time, files whose source is gone are removed.
    """
    staged = {}
    for origin in [settings.root, settings.generated]:
        for path in sorted((origin / "torchlike" / "_C").glob("*")):
            if path.suffix not in (".pyx", ".pxd", ".h"):
                continue
            target = folder / path.relative_to(origin)
            if target in staged:
                raise BuildError(f"{path.name} is both written by hand and generated")
            staged[target] = path
    for target, path in staged.items():
        copy_changed(path, target)
    for package in ["torchlike", "torchlike/_C"]:
        marker = folder / package / "__init__.py"
        marker.parent.mkdir(parents=True, exist_ok=True)
        marker.touch(exist_ok=True)
    for path in (folder / "torchlike" / "_C").iterdir():
        if path.suffix in (".pyx", ".pxd", ".h") and path not in staged:
            path.unlink()
    return [path for path in staged if path.suffix == ".pyx"]


def translate_job(settings, source, c_file, folder, version):
    """Return the job that translates a .pyx file to C."""
    directives = cython_options.directives(settings.debug)
    options = ["--depfile", "-3"]
    for name, value in directives.items():
        options += ["-X", f"{name}={value}"]
    relative = source.relative_to(folder)
    return Job(
        title=f"cython {relative}",
        command=[sys.executable, "-m", "cython", *options, relative],
        output=c_file,
        inputs=[source],
        depfile=c_file.with_name(c_file.name + ".dep"),
        cwd=folder,
        key=f"cython {version} {' '.join(options)}",
        cost=TRANSLATE_COST + source.stat().st_size,
    )


def compile_job(settings, title, source, target, options):
    """Return the job that compiles one C file; `options` as the compiler takes them."""
    depfile = target.with_suffix(".d")
    command = [*settings.cc, *options, "-MMD", "-MF", depfile, "-c", source]
    command = [str(part) for part in [*command, "-o", target]]
    return Job(
        title=f"cc     {title}",
        command=command,
        output=target,
        inputs=[source],
        depfile=depfile,
        key=" ".join([settings.cc_version, *command]),
        cost=source.stat().st_size if source.exists() else 0,
    )


def link_job(settings, target, objects, libraries, options):
    """Return the job that links a shared library or module."""
    command = [*settings.cc, *settings.link_flags, *objects, *libraries, *options]
    return Job(
        title=f"link   {target.name}",
        command=[*command, "-o", target],
        output=target,
        inputs=[*objects, *libraries],
        cost=LINK_COST,
    )
