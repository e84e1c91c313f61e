"""The base of plugins."""

__all__ = ["Plugin"]


class Plugin:
    """Base class of plugins: says when it is called.

    Parameters
    ----------
    interval : list of (int, str), optional
        How often, and the unit: 'iteration', 'batch', 'update' or 'epoch'. The plugin
        has a method with the name of each unit; see `Trainer`.
    """

    def __init__(self, interval=None):
        self.trigger_interval = [] if interval is None else list(interval)

    def register(self, trainer):
        """Take notice of the trainer; called once, before the training.

        Parameters
        ----------
        trainer : Trainer

        Raises
        ------
        NotImplementedError
            If the subclass does not override it.
        """
        raise NotImplementedError(f"{type(self).__name__} defines no register")
