"""Calls of modules and look-ups of their parts, whatever a class overrides."""

import gc
import weakref

import pytest

import torchlike as torch
from torchlike import nn
from torchlike.autograd import Variable


class Add(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(2))
        self.register_buffer("seen", torch.zeros(1))
        self.inner = nn.ReLU()
        self.plain = 7

    def forward(self, x, y=1, *more, scale=1):
        return (x + y + sum(more)) * scale


def test_arguments_reach_forward():
    add = Add()
    assert add(1) == 2
    assert add(1, 2) == 3
    assert add(*range(1, 21)) == sum(range(1, 21))
    assert add(1, y=5, scale=2) == 12
    assert nn.Module.__call__(add, 1, scale=3) == 6
    with pytest.raises(TypeError):
        add()
    with pytest.raises(TypeError, match="other"):
        add(1, other=2)


def test_parts():
    add = Add()
    assert add.weight is add._parameters["weight"]
    assert add.seen is add._buffers["seen"]
    assert add.inner is add._modules["inner"]
    assert add.plain == 7
    assert nn.Module.__getattr__(add, "inner") is add.inner
    assert getattr(add, "missing", None) is None
    with pytest.raises(AttributeError, match="'Add' object has no attribute 'missing'"):
        add.missing  # noqa: B018
    with pytest.raises(AttributeError, match="'Add' object has no attribute 'missing'"):
        nn.Module.__getattr__(add, "missing")
    with pytest.raises(TypeError):
        getattr(add, 3)


def test_a_class_attribute_hides_a_part():
    class Hidden(Add):
        inner = None

    hidden = Hidden()
    assert hidden.inner is None
    assert isinstance(hidden._modules["inner"], nn.ReLU)


def test_an_attribute_error_of_a_property_leads_to_the_parts():
    class Lazy(Add):
        @property
        def inner(self):
            raise AttributeError("not yet")

        @property
        def nothing(self):
            raise AttributeError("not at all")

        @property
        def wrong(self):
            raise ValueError("something else")

    lazy = Lazy()
    assert isinstance(lazy.inner, nn.ReLU)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        lazy.nothing  # noqa: B018
    with pytest.raises(ValueError, match="something else"):
        lazy.wrong  # noqa: B018


def test_overridden_look_ups():
    class Wrapper(nn.Module):
        def __init__(self, module):
            super().__init__()
            self.module = module

        def __getattr__(self, name):
            try:
                return super().__getattr__(name)
            except AttributeError:
                return getattr(self.module, name)

    class Watched(Add):
        names = []

        def __getattribute__(self, name):
            type(self).names.append(name)
            return super().__getattribute__(name)

    wrapper = Wrapper(Add())
    assert wrapper.plain == 7
    assert wrapper.weight is wrapper.module.weight
    watched = Watched()
    Watched.names.clear()
    assert watched.plain == 7
    assert isinstance(watched.inner, nn.ReLU)
    assert Watched.names[:1] == ["plain"] and "inner" in Watched.names


def test_overridden_calls(monkeypatch):
    class Twice(Add):
        def __call__(self, *args, **kwargs):
            return 2 * super().__call__(*args, **kwargs)

    class Later(Twice):
        pass

    assert Twice()(1) == 4
    assert Later()(1, y=2) == 6
    add = Add()
    add.forward = lambda x: -x
    assert add(3) == -3
    with monkeypatch.context() as patch:
        patch.setattr(nn.Module, "__call__", lambda self, x: "patched")
        assert Add()(1) == "patched"
    assert Add()(1) == 2
    with monkeypatch.context() as patch:
        patch.setattr(Add, "forward", staticmethod(lambda x: "static"))
        assert Add()(1) == "static"
    assert Add()(1) == 2


def test_a_method_added_to_a_class_later():
    class Later(Add):
        pass

    later = Later()
    Later.__getattr__ = lambda self, name: name.upper()
    assert later.missing == "MISSING"
    del Later.__getattr__
    with pytest.raises(AttributeError):
        later.missing  # noqa: B018
    Later.__init_subclass__ = classmethod(lambda cls: None)

    class Last(Later):
        pass

    assert Last()(1) == 2
    assert Last().inner(Variable(torch.ones(1))).data[0] == 1


def test_not_initialised():
    class Forgot(nn.Module):
        def __init__(self):
            pass

        def forward(self, x):
            return x

    forgot = Forgot()
    with pytest.raises(AttributeError):
        forgot(1)
    with pytest.raises(AttributeError, match="no attribute 'part'"):
        forgot.part  # noqa: B018
    forgot.__dict__["_parameters"] = 3
    with pytest.raises(AttributeError, match="no attribute 'part'"):
        forgot.part  # noqa: B018


def test_nothing_is_kept():
    add = Add()
    gone = weakref.ref(add)
    add(1)
    add.inner  # noqa: B018
    del add
    gc.collect()
    assert gone() is None
