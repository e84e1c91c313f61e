"""Saving, loading and pickling."""

import os
import pickle
import tempfile

import torch
from timing import Item, data

ITEMS = [
    Item("save 200 MB", "save", "torch.save(large, path)"),
    Item("load 200 MB", "load", "torch.load(path)"),
    Item("map 200 MB", "map", "torch.load(path, mmap=True)"),
    Item("pickle 1000 small tensors", "pickle", "pickle.dumps(small, 2)"),
    Item("unpickle 1000 small tensors", "pickle", "pickle.loads(pickled)"),
    Item("save 1000 small tensors", "pickle", "torch.save(small, small_path)"),
    Item("load 1000 small tensors", "pickle", "torch.load(small_path)"),
]


def setup():
    folder = tempfile.TemporaryDirectory()
    small = [data(3, 4) for _ in range(1000)]
    values = {
        "torch": torch,
        "pickle": pickle,
        "folder": folder,  # removed with the namespace
        "path": os.path.join(folder.name, "large.pt"),
        "small_path": os.path.join(folder.name, "small.pt"),
        "large": [data(1000, 1000) for _ in range(50)],
        "small": small,
        "pickled": pickle.dumps(small, 2),
    }
    torch.save(values["large"], values["path"])
    torch.save(small, values["small_path"])
    return values
