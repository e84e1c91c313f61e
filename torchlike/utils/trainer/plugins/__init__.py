"""Plugins of `Trainer`: what is measured and printed during training."""

from torchlike.utils.trainer.plugins.accuracy import AccuracyMonitor
from torchlike.utils.trainer.plugins.logger import Logger
from torchlike.utils.trainer.plugins.loss import LossMonitor
from torchlike.utils.trainer.plugins.monitor import Monitor
from torchlike.utils.trainer.plugins.plugin import Plugin
from torchlike.utils.trainer.plugins.progress import ProgressMonitor
from torchlike.utils.trainer.plugins.time import TimeMonitor

__all__ = [
    "AccuracyMonitor",
    "Logger",
    "LossMonitor",
    "Monitor",
    "Plugin",
    "ProgressMonitor",
    "TimeMonitor",
]
