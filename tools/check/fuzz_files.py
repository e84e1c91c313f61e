"""Load damaged files of every format: each must give an object or one clear error.

    python -m tools.check.fuzz_files [--count 100000] [--seed 0] [--formats stream,t7]

Every mutation is loaded within a limit of time, and must take no more memory for
tensors than twice its file. A build with sanitizers finds what goes wrong unseen:

    TORCHLIKE_SANITIZE=address,undefined python -m tools.build
    LD_PRELOAD=$(gcc -print-file-name=libasan.so) ASAN_OPTIONS=detect_leaks=0 \
        python -m tools.check.fuzz_files

The file that failed is kept in the current folder.
"""

import argparse
import io
import pickle
import random
import resource
import signal
import struct
import sys
import tarfile
import tempfile
import time
import warnings
from collections import Counter, OrderedDict
from pathlib import Path

import torchlike as torch
from torchlike import _safetensors, nn
from torchlike._C.core import memory_stats, reset_peak_memory
from torchlike.commands import _files
from torchlike.utils.serialization import load_lua

FORMATS = ("stream", "zip", "tar", "safetensors", "t7", "t7-ascii")
SECONDS = 10  # for one file, under a sanitizer on a busy machine
_FACTOR = 2  # memory of tensors that a file may take, in sizes of the file
_FACTOR_ASCII = 8  # "1 " is a double
_SLACK = 1 << 16  # bytes, as small blocks are rounded up and kept for later
_NUMBERS = (0, 1, 2, 7, 8, 255, 2**15, 2**16, 2**31 - 1, 2**31, 2**32 - 1, 2**40)
_NUMBERS += (2**62, 2**63 - 1, 2**64 - 1, 2**64 - 8)


# ---- whole files -------------------------------------------------------------------


def _sample():
    model = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))
    optimizer = torch.optim.Adam(model.parameters())
    model(torch.autograd.Variable(torch.ones(2, 3))).sum().backward()
    optimizer.step()
    base = torch.FloatTensor(range(12)).view(3, 4)
    kinds = ("Byte", "Char", "Short", "Int", "Long", "Half", "Double")
    return {
        "base": base,
        "views": [base.t(), base[1], base.storage()],
        "kinds": [getattr(torch, kind + "Tensor")(3).zero_() for kind in kinds[:5]],
        "half": base.half(),
        "numbers": (1, -2.5, 2**70, True, None, "text", b"bytes", {3, 4}, 1j),
        "ordered": OrderedDict(a=1, b=[2, [3]]),
        "model": model,
        "state": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "variable": torch.autograd.Variable(base, requires_grad=True),
    }


def _saved(obj, **options):
    file = io.BytesIO()
    torch.save(obj, file, **options)
    return file.getvalue()


def _safe():
    file = io.BytesIO()
    tensors = {"a": torch.ones(3, 2), "b": torch.LongTensor([[1, 2]]).t(), "c": None}
    tensors["c"] = torch.ones(2).half()
    _safetensors.write(tensors, file)
    return file.getvalue()


def _tar():
    """An archive of PyTorch 0.1 with one storage, a view and two tensors."""

    def dump(value):
        return (
            pickle.dumps(value, 2)
            .replace(b"X\x07\x00\x00\x00Storage", b"ctorch\nFloatStorage\n")
            .replace(b"X\x06\x00\x00\x00Tensor", b"ctorch\nFloatTensor\n")
        )

    storages = dump(1) + dump((11, "cpu", "Storage"))
    storages += struct.pack("<q6f", 6, *range(6)) + dump([(13, 11, 2, 2)])
    tensors = dump(2)
    for key, storage, size in ((21, 11, 6), (22, 13, 2)):
        tensors += dump((key, storage, "Tensor"))
        tensors += struct.pack("<ii3q", 1, 0, size, 1, 0)
    named = b"\x80\x02}(X\x01\x00\x00\x00aX\x02\x00\x00\x0021QX\x01\x00\x00\x00b"
    named += b"X\x02\x00\x00\x0022Qu."
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:", format=tarfile.PAX_FORMAT) as archive:
        parts = {"pickle": named, "tensors": tensors, "storages": storages}
        for name, data in parts.items():
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(data), 1.5  # the latter needs a PAX header
            archive.addfile(info, io.BytesIO(data))
    return file.getvalue()


def _lua(ascii):
    """A table of Torch7 with a tensor, its view, a string, and an nn.Linear."""
    out = b""

    def put(code, *numbers):
        nonlocal out
        form = "%.9g" if code in "df" else "%d"
        text = " ".join(form % number for number in numbers).encode() + b"\n"
        out += text if ascii else struct.pack(f"<{len(numbers)}{code}", *numbers)

    def chars(data):
        nonlocal out
        put("i", len(data))
        out += data + b"\n" * ascii

    def tensor(index, size, storage):
        for number in (4, index):
            put("i", number)
        chars(b"V 1")
        chars(b"torch.FloatTensor")
        put("i", 1)
        for number in (size, 1, 1):
            put("q", number)
        for number in (4, storage):
            put("i", number)

    def head(*numbers):
        for number in numbers:
            put("i", number)

    head(3, 1, 4, 1)  # a table of four; the first key
    put("d", 1)
    tensor(2, 4, 3)
    chars(b"V 1")
    chars(b"torch.FloatStorage")
    put("q", 4)
    put("f", 1, -2.5, 3, 4)
    head(2)
    chars(b"view")
    tensor(4, 2, 3)
    head(1)
    put("d", 2.5)
    head(2)
    chars(b"text")
    head(5, 0)
    head(4, 5)
    chars(b"V 1")
    chars(b"nn.Linear")
    head(3, 6, 1, 2)
    chars(b"bias")
    head(3, 1)
    return out


def seeds(formats=FORMATS):
    """(format, whole file) of every format, some in several forms."""
    found = {
        "stream": [_saved(_sample()), _saved(_sample(), pickle_protocol=4)],
        "zip": [_saved(_sample(), _use_new_zipfile_serialization=True)],
        "tar": [_tar()],
        "safetensors": [_safe()],
        "t7": [_lua(ascii=False)],
        "t7-ascii": [_lua(ascii=True)],
    }
    return [(kind, data) for kind in formats for data in found[kind]]


# ---- mutations ---------------------------------------------------------------------


def mutated(data, rng):
    """A copy of a file with one to four changes."""
    data = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(data) + 1)
        span = rng.choice((1, 1, 2, 4, 8, 64))
        kind = rng.randrange(7)
        if kind == 0:
            data[at : at + span] = rng.randbytes(span)
        elif kind == 1 and data:
            data[at % len(data)] ^= 1 << rng.randrange(8)
        elif kind == 2:
            del data[at : at + span]
        elif kind == 3:
            data[at:at] = rng.randbytes(span)
        elif kind == 4:
            size = rng.choice((1, 2, 4, 8))
            number = rng.choice(_NUMBERS) % 256**size
            data[at : at + size] = number.to_bytes(size, "little")
        elif kind == 5:
            data[at:at] = data[at : at + span] * rng.choice((1, 2, 100))
        elif rng.random() < 0.2:
            del data[at:]
    return bytes(data)


def load(kind, data, path):
    """Load a file; RuntimeError and UnpicklingError are what may be raised."""
    if kind == "safetensors":
        path.write_bytes(data)
        _files.read(str(path))
    elif kind.startswith("t7"):
        load_lua(io.BytesIO(data), unknown_classes=True)
    elif len(data) % 4 == 0 and kind != "tar":  # some from a mapped file
        path.write_bytes(data)
        torch.load(path, mmap=True)
    else:
        torch.load(io.BytesIO(data))


class TooSlow(BaseException):
    """A file that takes too long; no handler of errors catches it."""


def _too_slow(signal_number, frame):
    raise TooSlow(f"more than {SECONDS} seconds")


def fuzz(count, seed, files, folder, report=lambda done: None):
    """Load mutations of files.

    Parameters
    ----------
    count : int
    seed : int
    files : list of (str, bytes)
        As `seeds` returns them.
    folder : Path
        Where files are written; one that fails stays there as ``failed.FORMAT``.
    report : callable, optional
        Called with the number of every file.

    Returns
    -------
    Counter
        How often each (format, outcome) occurred.

    Raises
    ------
    AssertionError
        If the tensors of a file took too much memory.
    BaseException
        Whatever else a file raised than an error that it should.
    """
    rng = random.Random(seed)
    outcomes = Counter()
    old = signal.signal(signal.SIGALRM, _too_slow)
    try:
        for number in range(count):
            kind, whole = files[number % len(files)]
            data = mutated(whole, rng)
            signal.alarm(SECONDS)
            reset_peak_memory()
            start = memory_stats()["peak_bytes"]
            try:
                outcomes[kind, _outcome(kind, data, folder / "file")] += 1
                _check_memory(kind, data, memory_stats()["peak_bytes"] - start)
            except BaseException:
                (folder / f"failed.{kind}").write_bytes(data)
                raise
            signal.alarm(0)
            report(number + 1)
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, old)
    return outcomes


def _outcome(kind, data, path):
    """What comes of a file: 'loaded' or the name of the error."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # changed sources
            load(kind, data, path)
    except MemoryError:
        raise
    except (RuntimeError, pickle.UnpicklingError) as error:
        return type(error).__name__
    return "loaded"


def _check_memory(kind, data, taken):
    """Compare the memory of tensors with the size of the file."""
    factor = _FACTOR_ASCII if kind == "t7-ascii" else _FACTOR
    if taken > factor * len(data) + _SLACK:
        raise AssertionError(f"{taken} bytes for a file of {len(data)}")


def main():
    """Run the mutations that the arguments ask for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--formats", default=",".join(FORMATS))
    options = parser.parse_args()
    files = seeds(options.formats.split(","))
    started = time.monotonic()

    def report(done):
        if done % 5000 == 0:
            print(f"{done}: {time.monotonic() - started:.0f} s", flush=True)

    with tempfile.TemporaryDirectory() as folder:
        try:
            outcomes = fuzz(options.count, options.seed, files, Path(folder), report)
        except BaseException:
            for path in Path(folder).glob("failed.*"):
                Path(path.name).write_bytes(path.read_bytes())
                print(f"the file is {path.name}", file=sys.stderr)
            raise
    for (kind, outcome), number in sorted(outcomes.items()):
        print(f"{kind:<12} {outcome:<18} {number:>7}")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"{memory // 1024} MiB at most in memory")


if __name__ == "__main__":
    main()
