"""The accuracy of a classifier during training."""

from torchlike.utils.trainer.plugins.monitor import Monitor

__all__ = ["AccuracyMonitor"]


class AccuracyMonitor(Monitor):
    """Follows the accuracy, in per cent, in ``trainer.stats['accuracy']``.

    The output has the shape (N, C), the target (N,) with classes from 0 to C - 1.
    Parameters as for `Monitor`, with other defaults: precision 2, unit '%'.
    """

    stat_name = "accuracy"

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("unit", "%")
        kwargs.setdefault("precision", 2)
        super().__init__(*args, **kwargs)

    def _get_value(self, number, input, target, output, loss):
        predictions = output.max(1)[1].type_as(target)
        correct = predictions.view(-1).eq(target.view(-1)).sum()
        return 100.0 * correct / target.numel()
