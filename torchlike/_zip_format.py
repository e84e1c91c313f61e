"""The zip format of PyTorch 1.6 and later.

An archive has one folder of uncompressed members: data.pkl, the pickled object, in
which a storage is ('storage', class, key, location, number of elements); data/KEY, the
raw values of each storage, aligned to 64 bytes; byteorder; and version.
"""

import io
import struct
import sys
import zipfile

_ALIGNMENT = 64
_PADDING_ID = 0x4246  # of the extra field that aligns a member
_ZIP64_FROM = 1 << 31  # bytes
_LOCAL_HEADER, _ZIP64_FIELD = 30, 20  # bytes
_NO_DATE = (1980, 1, 1, 0, 0, 0)  # equal objects give equal files


# ---- writing -----------------------------------------------------------------


def write(obj, f, pickler, protocol, writer):
    """Write an archive to a binary file.

    Parameters
    ----------
    obj : object
    f : binary file
    pickler : callable
        ``pickler(f, protocol, persistent_id)`` returns a pickler for the object.
    protocol : int
    writer : torchlike.serialization._Writer
        Collects the storages.
    """
    pickled = io.BytesIO()
    pickler(pickled, protocol, writer.storage_id).dump(obj)
    writer.reserve(f)
    with zipfile.ZipFile(f, "w") as archive:
        _add(archive, "data.pkl", pickled.getbuffer())
        _add(archive, "byteorder", sys.byteorder.encode())
        for key, storage in writer.storages.items():
            data = memoryview(storage).cast("B") if len(storage) else b""
            _add(archive, f"data/{key}", data)
        _add(archive, "version", b"3\n")
    f.flush()


def _add(archive, name, data):
    """Add a member whose data begins at a multiple of the alignment."""
    info = zipfile.ZipInfo(f"archive/{name}", _NO_DATE)
    large = len(data) >= _ZIP64_FROM
    start = archive.start_dir + _LOCAL_HEADER + len(info.filename) + 4
    padding = -(start + _ZIP64_FIELD * large) % _ALIGNMENT
    info.extra = struct.pack("<HH", _PADDING_ID, padding) + b"\0" * padding
    with archive.open(info, "w", force_zip64=large) as member:
        member.write(data)


# ---- reading -----------------------------------------------------------------


def read(file, reader):
    """The object in an archive.

    Parameters
    ----------
    file : torchlike._bounded.Bounded
    reader : torchlike._reader.Reader

    Raises
    ------
    RuntimeError, zipfile.BadZipFile
        If the archive is damaged or not of `torch.save`.
    """
    reader.step = "the directory of the archive"
    end = file.position() + file.left
    with zipfile.ZipFile(file.file) as archive:
        members = {info.filename: info for info in archive.infolist()}
        for info in members.values():
            _check_plain(info, end)
        folder = _folder(members)
        order = members.get(folder + "byteorder")
        if order is not None and archive.read(order) != b"little":
            raise RuntimeError("only little-endian files can be read")
        reader.step = "data.pkl"
        pickled = archive.read(members[folder + "data.pkl"])
        reader.step = reader.OBJECT
        result = reader.unpickle(io.BytesIO(pickled))
        for key in reader.storages:
            reader.step = f"storage {key!r:.40}"
            _fill(archive, members.get(f"{folder}data/{key}"), reader, key)
    return result


def _folder(members):
    """The name of the one folder, with its slash."""
    folders = [name[: -len("data.pkl")] for name in members if _is_object(name)]
    if len(folders) != 1:
        raise RuntimeError(f"it has {len(folders)} files data.pkl")
    if folders[0] + "constants.pkl" in members:
        raise RuntimeError("it is a TorchScript program, which cannot be loaded")
    return folders[0]


def _is_object(name):
    return name == "data.pkl" or name.count("/") == 1 and name.endswith("/data.pkl")


def _check_plain(info, end):
    """Refuse a member that is compressed or not inside the file."""
    if info.compress_type != zipfile.ZIP_STORED or info.flag_bits & 1:
        raise RuntimeError(f"{info.filename!r:.80} is compressed or encrypted")
    if info.file_size != info.compress_size:
        raise RuntimeError(f"{info.filename!r:.80} has two sizes")
    if info.header_offset < 0 or info.header_offset + info.file_size > end:
        raise EOFError(f"{info.filename!r:.80} does not lie inside the file")


def _fill(archive, info, reader, key):
    """Read the values of one storage."""
    if info is None:
        raise RuntimeError(f"the archive has no member data/{key}")
    reader.check_bytes(key, info.file_size)
    if reader.mapping and reader.map(key, _position(archive.fp, info)):
        return
    with archive.open(info) as member:
        reader.fill(key, member)


def _position(file, info):
    """Where the data of a member begins in the file."""
    file.seek(info.header_offset)
    header = file.read(_LOCAL_HEADER)
    if len(header) != _LOCAL_HEADER:
        raise EOFError("the header of the member is not there")
    return info.header_offset + len(header) + sum(struct.unpack("<2H", header[-4:]))
