"""PyTorch 0.3 on today's Python: tensors, autograd, nn, optim.

``import torchlike as torch``
"""

import importlib as _importlib
import sys as _sys

from torchlike._C import create as _create, tensor as _tensor
from torchlike._C.core import empty_cache, get_num_threads, set_num_threads
from torchlike._C.create import (
    arange,
    bernoulli,
    eye,
    linspace,
    logspace,
    ones_like,
    randperm,
    range,
    zeros_like,
)
from torchlike._C.errors import (
    BadValueError,
    FileError,
    OutOfMemoryError,
    OutOfRangeError,
)
from torchlike._C.generator import Generator
from torchlike._C.interop import from_numpy
from torchlike._C.size import Size
from torchlike._C.storage import (
    ByteStorage,
    CharStorage,
    DoubleStorage,
    FloatStorage,
    HalfStorage,
    IntStorage,
    LongStorage,
    ShortStorage,
)
from torchlike._C.tensor import (
    ByteTensor,
    CharTensor,
    DoubleTensor,
    FloatTensor,
    HalfTensor,
    IntTensor,
    LongTensor,
    ShortTensor,
)
from torchlike._tensor_str import set_printoptions
from torchlike.functional import (
    btriunpack,
    cat,
    chunk,
    matmul,
    multinomial,
    normal,
    numel,
    split,
    stack,
    unbind,
)
from torchlike.random import (
    default_generator,
    get_rng_state,
    initial_seed,
    manual_seed,
    seed,
    set_rng_state,
)
from torchlike.serialization import load, save
from torchlike.tensor_types import (
    FatalError,
    _storage_classes,  # noqa: F401 (0.3 has it)
    _tensor_classes,  # noqa: F401 (0.3 has it)
    is_storage,
    is_tensor,
    set_default_tensor_type,
    typename,
)
from torchlike.version import __version__

Tensor, Storage = FloatTensor, FloatStorage  # set_default_tensor_type changes them
globals().update(_tensor.functions)
_create.install(globals())

from torchlike import _methods, _six, autograd, backends, cuda, nn, optim, utils  # noqa: E402, F401  (they need the names above)

_methods.install()

if "multiprocessing" in _sys.modules:  # which then learns to share tensors
    from torchlike import multiprocessing


_LATE = ("distributions", "multiprocessing")  # importing them takes a while
_MISSING = ("distributed", "jit", "legacy", "onnx", "sparse")  # 0.3 has them


def __getattr__(name):
    if name in _LATE:
        return _importlib.import_module(f"torchlike.{name}")
    if name in _MISSING:
        raise AttributeError(f"this version of torchlike does not have torch.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = [
    "BadValueError",
    "ByteStorage",
    "ByteTensor",
    "CharStorage",
    "CharTensor",
    "DoubleStorage",
    "DoubleTensor",
    "FatalError",
    "FileError",
    "FloatStorage",
    "FloatTensor",
    "Generator",
    "HalfStorage",
    "HalfTensor",
    "IntStorage",
    "IntTensor",
    "LongStorage",
    "LongTensor",
    "OutOfMemoryError",
    "OutOfRangeError",
    "ShortStorage",
    "ShortTensor",
    "Size",
    "Storage",
    "Tensor",
    "__version__",
    "arange",
    "autograd",
    "backends",
    "bernoulli",
    "btriunpack",
    "cat",
    "chunk",
    "cuda",
    "default_generator",
    "distributions",
    "empty_cache",
    "eye",
    "from_numpy",
    "get_num_threads",
    "get_rng_state",
    "initial_seed",
    "is_storage",
    "is_tensor",
    "linspace",
    "load",
    "logspace",
    "manual_seed",
    "matmul",
    "multinomial",
    "multiprocessing",
    "nn",
    "normal",
    "numel",
    "ones",
    "ones_like",
    "optim",
    "rand",
    "randn",
    "randperm",
    "range",
    "save",
    "seed",
    "set_default_tensor_type",
    "set_num_threads",
    "set_printoptions",
    "set_rng_state",
    "split",
    "stack",
    "typename",
    "unbind",
    "utils",
    "zeros",
    "zeros_like",
    *_tensor.functions,
]
