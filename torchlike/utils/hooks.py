"""Handles that take a registered hook away again."""

import weakref

__all__ = ["RemovableHandle"]


class RemovableHandle:
    """Removes a hook from an ordered dict, at `remove` or at the end of `with`.

    Parameters
    ----------
    hooks_dict : dict
        Where the hook will be stored under `handle.id`; held weakly.
    """

    next_id = 0

    def __init__(self, hooks_dict):
        self.hooks_dict_ref = weakref.ref(hooks_dict)
        self.id = RemovableHandle.next_id
        RemovableHandle.next_id += 1

    def remove(self):
        """Take the hook away; does nothing the second time."""
        hooks = self.hooks_dict_ref()
        if hooks is not None:
            hooks.pop(self.id, None)

    def __getstate__(self):
        return self.hooks_dict_ref(), self.id

    def __setstate__(self, state):
        hooks, self.id = state
        # without a dict to point at, the reference dies at once: remove() does nothing
        self.hooks_dict_ref = weakref.ref(_NoHooks() if hooks is None else hooks)
        RemovableHandle.next_id = max(RemovableHandle.next_id, self.id + 1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.remove()


class _NoHooks(dict):
    """A dict that can be referred to weakly."""
