"""Several modules at once, one thread each."""

import threading

__all__ = ["parallel_apply"]


def parallel_apply(modules, inputs, kwargs_tup=None, devices=None):
    """Call each module with its inputs, all at the same time.

    Parameters
    ----------
    modules : list of Module
    inputs : list
        For each module a tuple of arguments, or the only argument.
    kwargs_tup : list of dict, optional
        Named arguments of each module.
    devices : list of int, optional
        As many as modules; only the CPU, -1, is there.

    Returns
    -------
    list
        What the modules returned.

    Raises
    ------
    ValueError
        If the lists differ in length.
    Exception
        What the first module that failed raised.

    Examples
    --------
    >>> from torchlike.nn.parallel import parallel_apply
    >>> pieces = [Variable(torch.ones(2)), Variable(torch.zeros(2))]
    >>> [y.data.sum() for y in parallel_apply([torch.nn.ReLU()] * 2, pieces)]
    [2.0, 0.0]
    """
    kwargs_tup = kwargs_tup or ({},) * len(modules)
    if not len(modules) == len(inputs) == len(kwargs_tup):
        raise ValueError(
            f"expected as many inputs as modules, got {len(modules)} modules, "
            f"{len(inputs)} inputs and {len(kwargs_tup)} dicts"
        )
    if devices is not None and len(devices) != len(modules):
        raise ValueError(
            f"expected as many devices as modules, got {len(devices)} and "
            f"{len(modules)}"
        )
    results = [None] * len(modules)

    def run(number):
        given = inputs[number]
        if not isinstance(given, tuple):
            given = (given,)
        try:
            results[number] = (modules[number](*given, **kwargs_tup[number]), None)
        except BaseException as error:  # raised again by the calling thread
            results[number] = (None, error)

    threads = [
        threading.Thread(target=run, args=(number,))
        for number in range(1, len(modules))
    ]
    for thread in threads:
        thread.start()
    if modules:
        run(0)
    for thread in threads:
        thread.join()
    for _, error in results:
        if error is not None:
            raise error
    return [result for result, _ in results]
