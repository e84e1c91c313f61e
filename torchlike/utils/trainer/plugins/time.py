"""The time that iterations take."""

import time

from torchlike.utils.trainer.plugins.monitor import Monitor

__all__ = ["TimeMonitor"]


class TimeMonitor(Monitor):
    """Follows the milliseconds between iterations, in ``trainer.stats['time']``.

    Parameters as for `Monitor`, with other defaults: precision 0, unit 'ms'.
    """

    stat_name = "time"

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("unit", "ms")
        kwargs.setdefault("precision", 0)
        super().__init__(*args, **kwargs)
        self.last_time = None

    def _get_value(self, *args):
        now = time.monotonic()
        passed = 0 if self.last_time is None else now - self.last_time
        self.last_time = now
        return 1000 * passed
