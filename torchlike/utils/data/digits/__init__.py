"""1,797 real handwritten digits that come with the package, to try things on."""

import gzip
import os

import torchlike as torch

__all__ = ["load_digits"]

_FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "digits.gz")


def load_digits():
    """Load the test set of the UCI Optical Recognition of Handwritten Digits.

    Returns
    -------
    images : FloatTensor of shape (1797, 1, 8, 8)
        0 is paper, 1 is ink
    labels : LongTensor of shape (1797,)
        the digit on each image, 0 to 9

    Notes
    -----
    `SOURCE.md` in this folder states the origin and the licence, CC BY 4.0.

    References
    ----------
    E. Alpaydin, C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine
    Learning Repository, 1998, https://doi.org/10.24432/C50P49

    Examples
    --------
    >>> from torchlike.utils.data.digits import load_digits
    >>> images, labels = load_digits()
    >>> images.size()
    torch.Size([1797, 1, 8, 8])
    """
    with gzip.open(_FILE) as file:
        rows = torch.ByteTensor(list(file.read())).view(-1, 65)
    images = rows[:, :64].contiguous().view(-1, 1, 8, 8).float() / 16
    return images, rows[:, 64].long()
