"""Tools of the repository: generator, build, checks and benchmarks."""
