"""Benchmarks: torchlike beside PyTorch 2 (docs/design/benchmarks.md).

``__main__.py`` is the runner; ``worker.py`` runs one family in a process of its own
under either library; ``bench_<family>.py`` hold the workloads.
"""
