"""How much of an epoch is done."""

from torchlike.utils.trainer.plugins.plugin import Plugin

__all__ = ["ProgressMonitor"]


class ProgressMonitor(Plugin):
    """Counts the batches of an epoch, in ``trainer.stats['progress']``.

    Its fields are 'samples_used' and, if the data set has a length, 'epoch_size' and
    'percent', all counted in batches.
    """

    stat_name = "progress"

    def __init__(self):
        super().__init__([(1, "iteration"), (1, "epoch")])

    def register(self, trainer):
        """Make the entry of the trainer's stats."""
        self.trainer = trainer
        stats = trainer.stats.setdefault(self.stat_name, {})
        stats["samples_used"] = 0
        stats["log_iter_fields"] = ["{samples_used}"]
        if hasattr(trainer.dataset, "__len__"):
            stats["epoch_size"] = len(trainer.dataset)
            stats["percent"] = 0.0
            stats["log_iter_fields"] = [
                "{samples_used}/{epoch_size}",
                "({percent:.2f}%)",
            ]

    def iteration(self, *args):
        """Count a batch."""
        stats = self.trainer.stats[self.stat_name]
        stats["samples_used"] += 1
        if stats.get("epoch_size"):
            stats["percent"] = 100 * stats["samples_used"] / stats["epoch_size"]

    def epoch(self, number):
        """Begin anew."""
        stats = self.trainer.stats[self.stat_name]
        stats["samples_used"] = 0
        if "percent" in stats:
            stats["percent"] = 0.0
