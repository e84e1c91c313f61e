"""The version of the package; packaging reads it from here too.

Its first two numbers are those of the PyTorch whose names and behaviour it has, so that
programs which compare `torch.__version__` find what they look for.
"""

__version__ = "0.3.0"
