"""A table of functions."""

__all__ = ["FunctionBackend"]


class FunctionBackend:
    """Functions by name, as attributes.

    Attributes
    ----------
    function_classes : dict
        What has been registered.

    Examples
    --------
    >>> from torchlike.nn.backends.backend import FunctionBackend
    >>> backend = FunctionBackend()
    >>> backend.register_function('Twice', lambda x: 2 * x)
    >>> backend.Twice(4)
    8
    """

    def __init__(self):
        self.function_classes = {}

    def __getattr__(self, name):
        if name == "function_classes":  # not there yet while an object is unpickled
            raise AttributeError(name)
        function = self.function_classes.get(name)
        if function is None:
            raise NotImplementedError(f"the backend has no function {name}")
        return function

    def register_function(self, name, function_class):
        """Add a function.

        Parameters
        ----------
        name : str
        function_class : callable

        Raises
        ------
        RuntimeError
            If there is one of that name.
        """
        if name in self.function_classes:
            raise RuntimeError(
                f"Trying to register second function under name {name} in "
                f"{type(self).__name__}"
            )
        self.function_classes[name] = function_class
