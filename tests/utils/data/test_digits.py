from pathlib import Path

from torchlike.utils.data import digits


def test_images_and_labels():
    images, labels = digits.load_digits()
    assert (images.type(), labels.type()) == ("torch.FloatTensor", "torch.LongTensor")
    assert images.size() == (1797, 1, 8, 8)
    assert images.min() == 0 and images.max() == 1
    # The description of the data set gives how often each digit occurs.
    counts = [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert [(labels == digit).sum() for digit in range(10)] == counts
    # The file begins with 0, 1, 2 ... 9.
    assert labels[:10].tolist() == list(range(10))
    assert (images[0][0][0] * 16).tolist() == [0, 0, 5, 13, 9, 1, 0, 0]


def test_each_call_gives_tensors_of_its_own():
    digits.load_digits()[0].fill_(2)
    assert digits.load_digits()[0].max() == 1


def test_source_and_licence_are_beside_the_data():
    text = (Path(digits.__file__).parent / "SOURCE.md").read_text(encoding="utf-8")
    assert "UCI Machine Learning Repository" in text
    assert "CC BY 4.0" in text
