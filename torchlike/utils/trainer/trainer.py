"""The training loop."""

import heapq

import torchlike
from torchlike.autograd import Variable

__all__ = ["Trainer"]


class Trainer:
    """Trains a model on a data set, and calls plugins meanwhile.

    A plugin has a method for each of its units: ``batch(number, input, target)`` is
    called before a step of the optimiser, ``iteration(number, input, target, output,
    loss)`` and then ``update(number, model)`` after it, and ``epoch(number)`` at the
    end of an epoch. Numbers begin at 1.

    Parameters
    ----------
    model : callable
        Called with the input of a batch.
    criterion : callable
        Returns the loss for the model's output and the target.
    optimizer : Optimizer
    dataset : iterable of (input, target)
        The batches of one epoch, such as a DataLoader; tensors become Variables.

    Attributes
    ----------
    iterations : int
        Batches so far.
    stats : dict
        What plugins know, by their names.
    plugin_queues : dict of str -> list of (int, int, Plugin)
        For each unit, when which plugin is called next.
    """

    def __init__(self, model=None, criterion=None, optimizer=None, dataset=None):
        self.model = model
        self.criterion = criterion
        self.optimizer = optimizer
        self.dataset = dataset
        self.iterations = 0
        self.epochs = 0
        self.stats = {}
        self.plugin_queues = {"iteration": [], "epoch": [], "batch": [], "update": []}

    def register_plugin(self, plugin):
        """Add a plugin.

        Parameters
        ----------
        plugin : Plugin

        Raises
        ------
        ValueError
            If it names a unit that does not exist, or an interval that is not positive.
        """
        for interval, unit in plugin.trigger_interval:
            if unit not in self.plugin_queues:
                raise ValueError(
                    f"unknown unit {unit!r}, expected one of {list(self.plugin_queues)}"
                )
            if interval < 1:
                raise ValueError(f"an interval must be positive, got {interval}")
        plugin.register(self)
        for interval, unit in plugin.trigger_interval:
            queue = self.plugin_queues[unit]
            heapq.heappush(queue, (interval, len(queue), plugin))

    def call_plugins(self, queue_name, time, *args):
        """Call the plugins of a unit whose time has come.

        Parameters
        ----------
        queue_name : str
            The unit.
        time : int
            Its number.
        *args
            What plugins get besides.
        """
        queue = self.plugin_queues[queue_name]
        while queue and queue[0][0] <= time:
            _, order, plugin = queue[0]
            getattr(plugin, queue_name)(time, *args)
            interval = next(
                interval
                for interval, unit in plugin.trigger_interval
                if unit == queue_name
            )
            heapq.heapreplace(queue, (time + interval, order, plugin))

    def run(self, epochs=1):
        """Train for a number of epochs.

        Parameters
        ----------
        epochs : int, default: 1
        """
        for _ in range(epochs):
            self.train()
            self.epochs += 1
            self.call_plugins("epoch", self.epochs)

    def train(self):
        """Train for one epoch."""
        for batch_input, batch_target in self.dataset:
            self.iterations += 1
            self._step(self.iterations, batch_input, batch_target)

    def _step(self, number, batch_input, batch_target):
        """Train on one batch."""
        self.call_plugins("batch", number, batch_input, batch_target)
        input_variable = _variables(batch_input)
        target_variable = _variables(batch_target)
        first = []  # an optimiser may call the closure several times

        def closure():
            self.optimizer.zero_grad()
            output = self.model(input_variable)
            loss = self.criterion(output, target_variable)
            loss.backward()
            if not first:
                first.extend((output.data, loss.data))
            return loss

        self.optimizer.step(closure)
        self.call_plugins("iteration", number, batch_input, batch_target, *first)
        self.call_plugins("update", number, self.model)


def _variables(batch):
    """A batch with Variables in place of tensors."""
    if torchlike.is_tensor(batch):
        return Variable(batch)
    if isinstance(batch, (list, tuple)):
        return [_variables(part) for part in batch]
    return batch
