"""Printing what other plugins know."""

from torchlike.utils.trainer.plugins.plugin import Plugin

__all__ = ["Logger"]


class Logger(Plugin):
    """Prints fields of ``trainer.stats``.

    Parameters
    ----------
    fields : list of str
        Names of stats, such as 'loss', for which the plugin that made the stat says
        what is printed; or of one value, such as 'loss.last'.
    interval : list of (int, str), default: [(1, 'iteration'), (1, 'epoch')]
        When; plugins that are called as often and were registered before come first.
    """

    def __init__(self, fields, interval=None):
        super().__init__(interval or [(1, "iteration"), (1, "epoch")])
        self.fields = [field.split(".") for field in fields]

    def register(self, trainer):
        """Take notice of the trainer."""
        self.trainer = trainer

    def iteration(self, *args):
        """Print the fields of an iteration in one line."""
        self._print("log_iter_fields")

    def epoch(self, number):
        """Print the fields of an epoch, one in a line."""
        self._print("log_epoch_fields", f"## EPOCH SUMMARY {number}", "\n")

    def _print(self, kind, title=None, separator="\t"):
        found = [self._text(path, kind) for path in self.fields]
        texts = [text for text in found if text]
        if texts:
            print(separator.join([title] * (title is not None) + texts))

    def _text(self, path, kind):
        """A field as text; '' if it is not printed at such a time."""
        stat = self.trainer.stats
        for name in path[:1] if len(path) > 1 else path:
            stat = stat.get(name)
        if stat is None:
            raise ValueError(
                f"there is no stat {path[0]!r}, expected one of "
                f"{sorted(self.trainer.stats)}"
            )
        names = path[1:] if len(path) > 1 else stat.get(kind, [])
        values = [self._value(stat, name) for name in names]
        if not values or not all(values):
            return ""
        return f"{stat.get('log_name', path[0])}: " + " ".join(values)

    def _value(self, stat, name):
        """One value with its unit; '' if there is none yet."""
        if "{" in name:
            return name.format(**stat)
        if name not in stat:
            return ""
        return format(stat[name], stat.get("log_format", "")) + stat.get("log_unit", "")
