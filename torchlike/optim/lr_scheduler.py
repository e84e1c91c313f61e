"""Schedules of the learning rate, stepped once at the beginning of every epoch.

The first `step` of a schedule is epoch 0 and sets the learning rate of that epoch.
"""

from bisect import bisect_right

from torchlike.optim.optimizer import Optimizer

__all__ = [
    "ExponentialLR",
    "LambdaLR",
    "MultiStepLR",
    "ReduceLROnPlateau",
    "StepLR",
]


def _check_optimizer(optimizer):
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"{type(optimizer).__name__} is not an Optimizer")


class _LRScheduler:
    """Base class: a subclass defines `get_lr`.

    Parameters
    ----------
    optimizer : Optimizer
    last_epoch : int, default: -1
        Epoch to continue after; the groups must then have an 'initial_lr'.

    Raises
    ------
    TypeError
        If `optimizer` is none.
    KeyError
        If a run is continued and a group has no 'initial_lr'.
    """

    def __init__(self, optimizer, last_epoch=-1):
        _check_optimizer(optimizer)
        self.optimizer = optimizer
        for i, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                group.setdefault("initial_lr", group["lr"])
            elif "initial_lr" not in group:
                raise KeyError(
                    "param 'initial_lr' is not specified in "
                    f"param_groups[{i}] when resuming an optimizer"
                )
        self.base_lrs = [group["initial_lr"] for group in optimizer.param_groups]
        self.step(last_epoch + 1)
        self.last_epoch = last_epoch

    def get_lr(self):
        """The learning rates of the groups in epoch `last_epoch`.

        Raises
        ------
        NotImplementedError
            If the subclass does not override it.
        """
        raise NotImplementedError(f"{type(self).__name__} defines no get_lr")

    def step(self, epoch=None):
        """Begin an epoch.

        Parameters
        ----------
        epoch : int, default: the next one
        """
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        for group, lr in zip(self.optimizer.param_groups, self.get_lr()):
            group["lr"] = lr


class LambdaLR(_LRScheduler):
    """The initial learning rate times a function of the epoch.

    Parameters
    ----------
    optimizer : Optimizer
    lr_lambda : callable, or list of callable
        ``factor = lr_lambda(epoch)``; a list has one for each group.
    last_epoch : int, default: -1
        Epoch to continue after.

    Raises
    ------
    ValueError
        If the list has not one function for each group.

    Examples
    --------
    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=1)
    >>> schedule = lambda epoch: 0.5 ** epoch
    >>> scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, schedule)
    >>> for epoch in range(3):
    ...     scheduler.step()
    >>> optimizer.param_groups[0]['lr']
    0.25
    """

    def __init__(self, optimizer, lr_lambda, last_epoch=-1):
        _check_optimizer(optimizer)
        groups = len(optimizer.param_groups)
        if isinstance(lr_lambda, (list, tuple)):
            if len(lr_lambda) != groups:
                raise ValueError(
                    f"Expected {groups} lr_lambdas, but got {len(lr_lambda)}"
                )
            self.lr_lambdas = list(lr_lambda)
        else:
            self.lr_lambdas = [lr_lambda] * groups
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        """The learning rates of the groups in epoch `last_epoch`."""
        return [
            base * function(self.last_epoch)
            for base, function in zip(self.base_lrs, self.lr_lambdas)
        ]


class StepLR(_LRScheduler):
    """The learning rate times `gamma` after every `step_size` epochs.

    Parameters
    ----------
    optimizer : Optimizer
    step_size : int
    gamma : float, default: 0.1
    last_epoch : int, default: -1
        Epoch to continue after.

    Raises
    ------
    ValueError
        If `step_size` is not positive.

    Examples
    --------
    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=1)
    >>> scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.5)
    >>> for epoch in range(4):
    ...     scheduler.step()
    >>> optimizer.param_groups[0]['lr']
    0.5
    """

    def __init__(self, optimizer, step_size, gamma=0.1, last_epoch=-1):
        if step_size <= 0:
            raise ValueError(f"step_size should be positive, got {step_size}")
        self.step_size = step_size
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        """The learning rates of the groups in epoch `last_epoch`."""
        factor = self.gamma ** (self.last_epoch // self.step_size)
        return [base * factor for base in self.base_lrs]


class MultiStepLR(_LRScheduler):
    """The learning rate times `gamma` at each of some epochs.

    Parameters
    ----------
    optimizer : Optimizer
    milestones : list of int
        The epochs, in increasing order.
    gamma : float, default: 0.1
    last_epoch : int, default: -1
        Epoch to continue after.

    Raises
    ------
    ValueError
        If `milestones` is not in increasing order.

    Examples
    --------
    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=1)
    >>> scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer, [1, 3], gamma=0.5)
    >>> for epoch in range(4):
    ...     scheduler.step()
    >>> optimizer.param_groups[0]['lr']
    0.25
    """

    def __init__(self, optimizer, milestones, gamma=0.1, last_epoch=-1):
        if list(milestones) != sorted(milestones):
            raise ValueError(
                f"Milestones should be a list of increasing integers. Got {milestones}"
            )
        self.milestones = milestones
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        """The learning rates of the groups in epoch `last_epoch`."""
        factor = self.gamma ** bisect_right(self.milestones, self.last_epoch)
        return [base * factor for base in self.base_lrs]


class ExponentialLR(_LRScheduler):
    """The learning rate times `gamma` in every epoch.

    Parameters
    ----------
    optimizer : Optimizer
    gamma : float
    last_epoch : int, default: -1
        Epoch to continue after.

    Examples
    --------
    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=1)
    >>> scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.5)
    >>> for epoch in range(3):
    ...     scheduler.step()
    >>> optimizer.param_groups[0]['lr']
    0.25
    """

    def __init__(self, optimizer, gamma, last_epoch=-1):
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        """The learning rates of the groups in epoch `last_epoch`."""
        return [base * self.gamma**self.last_epoch for base in self.base_lrs]


class ReduceLROnPlateau:
    """Lowers the learning rate when a measured quality stops improving.

    Parameters
    ----------
    optimizer : Optimizer
    mode : 'min' or 'max', default: 'min'
        Whether the quality should fall or rise.
    factor : float below 1, default: 0.1
        What the learning rate is multiplied by.
    patience : int, in epochs, default: 10
        Epochs without improvement that are accepted.
    verbose : bool, default: False
        Whether each change is printed.
    threshold : float, default: 1e-4
        Least improvement that counts.
    threshold_mode : 'rel' or 'abs', default: 'rel'
        Whether `threshold` is a fraction of the best value or a difference.
    cooldown : int, in epochs, default: 0
        Epochs after a change in which nothing is counted.
    min_lr : float, or list of float for each group, default: 0
    eps : float, default: 1e-8
        Changes of the learning rate below this are not made.

    Raises
    ------
    TypeError
        If `optimizer` is none.
    ValueError
        If `factor` is 1 or more, a mode is unknown or `min_lr` does not fit the groups.

    Examples
    --------
    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=1)
    >>> plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=1)
    >>> for loss in (3, 2, 2, 2):
    ...     plateau.step(loss)
    >>> optimizer.param_groups[0]['lr']
    0.1
    """

    def __init__(
        self,
        optimizer,
        mode="min",
        factor=0.1,
        patience=10,
        verbose=False,
        threshold=1e-4,
        threshold_mode="rel",
        cooldown=0,
        min_lr=0,
        eps=1e-8,
    ):
        if factor >= 1:
            raise ValueError(f"Factor should be < 1.0, got {factor}")
        _check_optimizer(optimizer)
        if mode not in ("min", "max"):
            raise ValueError(f"mode {mode} is unknown!")
        if threshold_mode not in ("rel", "abs"):
            raise ValueError(f"threshold mode {threshold_mode} is unknown!")
        groups = len(optimizer.param_groups)
        if isinstance(min_lr, (list, tuple)):
            if len(min_lr) != groups:
                raise ValueError(f"expected {groups} min_lrs, got {len(min_lr)}")
            self.min_lrs = list(min_lr)
        else:
            self.min_lrs = [min_lr] * groups
        self.optimizer = optimizer
        self.mode = mode
        self.factor = factor
        self.patience = patience
        self.verbose = verbose
        self.threshold = threshold
        self.threshold_mode = threshold_mode
        self.cooldown = cooldown
        self.eps = eps
        self.last_epoch = -1
        self._reset()

    def _reset(self):
        """Forget what has been measured."""
        self.best = float("inf") if self.mode == "min" else -float("inf")
        self.cooldown_counter = 0
        self.num_bad_epochs = 0

    def step(self, metrics, epoch=None):
        """End an epoch with a measured quality.

        Parameters
        ----------
        metrics : float
        epoch : int, default: the next one
        """
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        if self.is_better(metrics, self.best):
            self.best = metrics
            self.num_bad_epochs = 0
        else:
            self.num_bad_epochs += 1
        if self.in_cooldown:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            self._reduce_lr(self.last_epoch)
            self.cooldown_counter = self.cooldown
            self.num_bad_epochs = 0

    def _reduce_lr(self, epoch):
        """Lower the learning rate of every group."""
        for i, (group, least) in enumerate(
            zip(self.optimizer.param_groups, self.min_lrs)
        ):
            old = float(group["lr"])
            new = max(old * self.factor, least)
            if old - new > self.eps:
                group["lr"] = new
                if self.verbose:
                    print(
                        f"Epoch {epoch:5d}: reducing learning rate of group {i} "
                        f"to {new:.4e}."
                    )

    @property
    def in_cooldown(self):
        """Whether a change is too recent to count bad epochs."""
        return self.cooldown_counter > 0

    def is_better(self, value, best):
        """Whether a value is a sufficient improvement."""
        sign = -1 if self.mode == "min" else 1
        if self.threshold_mode == "rel":
            return sign * value > sign * best * (1 + sign * self.threshold)
        return sign * value > sign * best + self.threshold
