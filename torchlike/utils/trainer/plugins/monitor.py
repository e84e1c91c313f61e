"""The base of plugins that follow a number."""

from torchlike.utils.trainer.plugins.plugin import Plugin

__all__ = ["Monitor"]


class Monitor(Plugin):
    """Follows a number that each iteration has, in ``trainer.stats[stat_name]``.

    A subclass sets `stat_name` and defines ``_get_value(number, input, target, output,
    loss)``.

    Parameters
    ----------
    running_average : bool, default: True
        Whether an exponential average is kept, as 'running_avg'.
    epoch_average : bool, default: True
        Whether the mean of an epoch is kept, as 'epoch_mean'.
    smoothing : float, default: 0.7
        What the running average keeps of itself.
    precision : int, optional
        Digits after the point, by default 4.
    number_format : str, optional
        A format for `str.format` in place of `precision`, such as '.4f'.
    unit : str, default: ''
        Printed after a value.
    """

    def __init__(
        self,
        running_average=True,
        epoch_average=True,
        smoothing=0.7,
        precision=None,
        number_format=None,
        unit="",
    ):
        if precision is None:
            precision = 4
        if number_format is None:
            number_format = f".{precision}f"
        super().__init__([(1, "iteration"), (1, "epoch")])
        self.smoothing = smoothing
        self.with_running_average = running_average
        self.with_epoch_average = epoch_average
        self.log_format = number_format
        self.log_unit = unit
        self._sum, self._count = 0, 0

    def register(self, trainer):
        """Make the entry of the trainer's stats."""
        self.trainer = trainer
        stats = trainer.stats.setdefault(self.stat_name, {})
        stats["log_name"] = getattr(self, "log_name", self.stat_name)
        stats["log_format"] = self.log_format
        stats["log_unit"] = self.log_unit
        stats["log_iter_fields"] = ["last"]
        stats["log_epoch_fields"] = ["last"]
        if self.with_running_average:
            stats["log_iter_fields"] = ["running_avg"]
        if self.with_epoch_average:
            stats["log_epoch_fields"] = ["epoch_mean"]

    def iteration(self, *args):
        """Take the value of an iteration."""
        stats = self.trainer.stats[self.stat_name]
        value = stats["last"] = self._get_value(*args)
        if self.with_running_average:
            previous = stats.get("running_avg", 0)
            stats["running_avg"] = (
                self.smoothing * previous + (1 - self.smoothing) * value
            )
        self._sum += value
        self._count += 1

    def epoch(self, number):
        """Take the mean of an epoch."""
        if self.with_epoch_average and self._count:
            stats = self.trainer.stats[self.stat_name]
            stats["epoch_mean"] = self._sum / self._count
        self._sum, self._count = 0, 0
