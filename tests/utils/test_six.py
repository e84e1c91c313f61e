from torchlike import _six


def test_names_for_both_pythons():
    assert isinstance("a", _six.string_classes) and isinstance(1, _six.int_classes)
    assert list(_six.imap(abs, [-1])) == [1]


def test_with_metaclass():
    class Meta(type):
        pass

    class Thing(_six.with_metaclass(Meta, dict)):
        pass

    assert type(Thing) is Meta and Thing.__bases__ == (dict,)
