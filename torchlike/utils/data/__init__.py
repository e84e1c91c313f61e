"""Data sets, the order in which they are read, and batches of them."""

from torchlike.utils.data.dataloader import DataLoader
from torchlike.utils.data.dataset import (
    ConcatDataset,
    Dataset,
    Subset,
    TensorDataset,
    random_split,
)

__all__ = [
    "ConcatDataset",
    "DataLoader",
    "Dataset",
    "Subset",
    "TensorDataset",
    "random_split",
]
