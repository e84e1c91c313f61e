"""The loss during training."""

from torchlike.utils.trainer.plugins.monitor import Monitor

__all__ = ["LossMonitor"]


class LossMonitor(Monitor):
    """Follows the loss, in ``trainer.stats['loss']``; parameters as for `Monitor`."""

    stat_name = "loss"

    def _get_value(self, number, input, target, output, loss):
        return loss.view(-1)[0]
