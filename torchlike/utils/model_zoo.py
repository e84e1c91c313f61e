"""Files of trained models, downloaded once."""

import hashlib
import os
import re
import sys
import tempfile
import urllib.error
import urllib.request
from urllib.parse import unquote, urlparse

import torchlike

__all__ = ["load_url"]

_HASH = re.compile(r"-([a-f0-9]{8,})\.")  # in names such as resnet18-5c106cde.pth
_CHUNK = 1 << 16  # bytes
_ATTEMPTS = 3
_TIMEOUT = 60  # seconds without a byte


def load_url(url, model_dir=None, map_location=None):
    r"""Load the file at a URL, which is downloaded unless that was done before.

    The name of the file must be ``name-<sha256>.ext`` if it is to be checked, where
    ``<sha256>`` is the first eight or more digits of the SHA256 hash of its content. A
    download that breaks is begun anew, three times at most. The file is put at its
    place once it is complete and checked.

    Parameters
    ----------
    url : str
    model_dir : str, optional
        Folder of the files; by default ``$TORCH_MODEL_ZOO``, or ``$TORCH_HOME/models``,
        where ``$TORCH_HOME`` is by default ``~/.torch``.
    map_location : callable, dict or str, optional
        As for `torch.load`.

    Returns
    -------
    object
        What `torch.load` returns; nothing in the file is run.

    Raises
    ------
    ValueError
        If the URL has no file name.
    OSError
        If the file cannot be downloaded.
    RuntimeError
        If its hash is not the one in its name.

    Examples
    --------
    >>> from pathlib import Path
    >>> torch.save(torch.ones(2), 'ones.pth')
    >>> url = Path('ones.pth').absolute().as_uri()
    >>> torch.utils.model_zoo.load_url(url, model_dir='models').sum()
    2.0
    """
    name = os.path.basename(unquote(urlparse(url).path))
    if not name or "\0" in name:
        raise ValueError(f"the URL {url!r} has no file name")
    folder = _folder() if model_dir is None else os.fspath(model_dir)
    path = os.path.join(folder, name)
    if not os.path.exists(path):
        os.makedirs(folder, exist_ok=True)
        print(f'Downloading: "{url}" to {path}', file=sys.stderr)
        found = _HASH.search(name)
        _download(url, path, found and found.group(1))
    return torchlike.load(path, map_location=map_location)


def _folder():
    """The default folder."""
    home = os.path.expanduser(os.environ.get("TORCH_HOME", "~/.torch"))
    return os.environ.get("TORCH_MODEL_ZOO", os.path.join(home, "models"))


def _download(url, path, digits):
    """Download to a path that is written at once; `digits` begin the hash or are None.

    Another process may do the same at the same time.
    """
    handle, temporary = tempfile.mkstemp(
        dir=os.path.dirname(path), prefix=os.path.basename(path) + ".", suffix=".part"
    )
    try:
        with open(handle, "wb") as file:
            found = _fetch_again(url, file)
        if digits and not found.startswith(digits):
            raise RuntimeError(
                f'invalid hash value (expected "{digits}", got "{found}") of {url}'
            )
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except BaseException:
        os.remove(temporary)
        raise


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _fetch_again(url, file):
    """Fetch a URL into a file, several times if it breaks; returns the SHA256 hash."""
    for attempt in range(1, _ATTEMPTS + 1):
        file.seek(0)
        file.truncate()
        try:
            return _fetch(url, file)
        except urllib.error.HTTPError as error:  # the server has answered
            error.close()
            raise
        except OSError:
            if attempt == _ATTEMPTS:
                raise
            print("The download broke, beginning again", file=sys.stderr)


def _fetch(url, file):
    """Fetch a URL into a file and return its SHA256 hash."""
    digest = hashlib.sha256()
    with urllib.request.urlopen(url, timeout=_TIMEOUT) as response:
        length = response.headers.get("Content-Length", "")
        total = int(length) if length.isdigit() else None
        done = 0
        with _progress_bar(total) as bar:
            while part := response.read(_CHUNK):
                file.write(part)
                digest.update(part)
                done += len(part)
                bar.update(len(part))
    if total is not None and done != total:
        raise ConnectionError(f"got {done} of {total} bytes of {url}")
    return digest.hexdigest()


def _progress_bar(total):
    """A bar of tqdm, or a plain one if that is not installed."""
    try:
        from tqdm import tqdm  # optional
    except ImportError:
        return _PlainBar(total)
    return tqdm(total=total, unit="B", unit_scale=True, disable=None)


class _PlainBar:
    """Shows on a terminal how much is done.

    Parameters
    ----------
    total : int or None, in bytes
    """

    def __init__(self, total):
        self._total = total
        self._done = 0
        self._shown = sys.stderr.isatty()
        self._text = None

    def __enter__(self):
        return self

    def __exit__(self, *error):
        if self._text:
            print(file=sys.stderr)

    def update(self, count):
        """Add a number of bytes."""
        self._done += count
        text = f"{self._done >> 20} MiB"
        if self._total:
            text = f"{100 * self._done // self._total:3d} %"
        if self._shown and text != self._text:
            self._text = text
            print(f"\r{text}", end="", file=sys.stderr, flush=True)
