"""A training loop with plugins, as 0.3 had it.

Examples
--------
>>> from torchlike.utils.trainer import Trainer
>>> from torchlike.utils.trainer.plugins import LossMonitor
>>> model = torch.nn.Linear(2, 1)
>>> batches = [(torch.ones(4, 2), torch.ones(4, 1))] * 3
>>> optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
>>> trainer = Trainer(model, torch.nn.MSELoss(), optimizer, batches)
>>> trainer.register_plugin(LossMonitor())
>>> trainer.run(epochs=2)
>>> trainer.iterations, trainer.stats['loss']['last'] < 1
(6, True)
"""

from torchlike.utils.trainer.trainer import Trainer

__all__ = ["Trainer"]
