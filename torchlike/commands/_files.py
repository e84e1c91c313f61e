"""Reading a file of tensors in any format, for the commands."""

import os

from torchlike import _reader, _safetensors
from torchlike._bounded import Bounded

FORMATS = {
    "stream": "stream, of PyTorch 0.2 to 1.5",
    "tar": "tar archive, of PyTorch 0.1",
    "zip": "zip archive, of PyTorch 1.6 and later",
    "safetensors": "safetensors",
}


def read(path, unsafe=False, lenient=False):
    """Read a file.

    Parameters
    ----------
    path : str
    unsafe : bool, default: False
        As for `torch.load`.
    lenient : bool, default: False
        Whether there are stand-ins for what is not loaded, in place of an error.

    Returns
    -------
    (str, object)
        the name of the format in `FORMATS`, and what is in the file

    Raises
    ------
    OSError, RuntimeError, pickle.UnpicklingError
        As for `torch.load`.
    """
    with open(path, "rb") as f:
        file = Bounded(f)
        head = file.head(512)
        if _safetensors.is_safetensors(head, os.path.getsize(path)):
            return "safetensors", _read_safetensors(file, path)
        reader = _reader.Reader(file, "cpu", unsafe, lenient)
        return _reader.format_of(head), _reader.read(file, reader, repr(path))


def _read_safetensors(file, path):
    try:
        return _safetensors.read(file)
    except (ValueError, KeyError, TypeError, EOFError, RuntimeError) as error:
        raise RuntimeError(
            f"{path!r} is a damaged safetensors file: {error}"
        ) from error
