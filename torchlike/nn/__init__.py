"""Neural-network building blocks: modules, their functional forms and initialisers."""

from torchlike.nn import backends, functional, init, parallel, utils
from torchlike.nn.modules import *  # noqa: F403
from torchlike.nn.modules import __all__ as _modules_all
from torchlike.nn.parallel import DataParallel
from torchlike.nn.parameter import Parameter

__all__ = [
    *_modules_all,
    "DataParallel",
    "Parameter",
    "backends",
    "functional",
    "init",
    "parallel",
    "utils",
]
