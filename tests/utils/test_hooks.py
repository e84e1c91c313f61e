import pickle
from collections import OrderedDict

from torchlike.utils.hooks import RemovableHandle


def test_remove_takes_the_entry_away_once():
    hooks = OrderedDict()
    a, b = RemovableHandle(hooks), RemovableHandle(hooks)
    assert a.id != b.id
    hooks[a.id], hooks[b.id] = print, len
    a.remove()
    a.remove()
    assert list(hooks.values()) == [len]


def test_with_removes_at_the_end():
    hooks = OrderedDict()
    with RemovableHandle(hooks) as handle:
        hooks[handle.id] = print
    assert not hooks


def test_does_not_keep_the_hooks_alive():
    handle = RemovableHandle(OrderedDict())
    handle.remove()


def test_pickles_with_its_hooks():
    hooks = OrderedDict()
    handle = RemovableHandle(hooks)
    hooks[handle.id] = len
    hooks2, handle2 = pickle.loads(pickle.dumps((hooks, handle)))
    handle2.remove()
    assert not hooks2
    pickle.loads(pickle.dumps(RemovableHandle(OrderedDict()))).remove()
