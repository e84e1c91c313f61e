"""Builds the C libraries and the Cython modules.

One build for every purpose: ``pip install .`` and ``pip wheel .`` reach it through the
setuptools commands in :mod:`tools.build.commands`, developers through
``python -m tools.build``, which builds in place.

The steps, in :mod:`tools.build.pipeline`:

1. the generator writes its sources from the operator table,
2. every C file is compiled: templates once per type, kernels once per CPU level,
3. ``libTH.so`` and ``libTHNN.so`` are linked and OpenBLAS is put beside them,
4. every ``.pyx`` file is translated, compiled and linked against the libraries,
5. headers and stubs are put into the package.

Steps 2 to 4 are one graph of jobs that runs on all cores; a job runs only if its
command or one of the files that it read has changed (:mod:`tools.build.jobs`).
"""
