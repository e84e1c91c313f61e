"""The tensor types: each adds its table to TensorOps, and its name.

What Python shows as torch.FloatTensor is the class here.
"""
from torchlike._C.tensor_base cimport register_class
from torchlike._C.tensor_ops cimport TensorOps
from torchlike._C.th cimport TH_NTYPES

from torchlike._C import interop, methods, storage, tensor_calls
from torchlike._C.variable_class import Variable


cdef extern from *:
    """
    /* Static types show the module that their name begins with. */
    static int rename_type(PyObject *cls, const char *name) {
        ((PyTypeObject *)cls)->tp_name = name;
        PyType_Modified((PyTypeObject *)cls);
        return 0;
    }
    """
    int rename_type(object cls, const char *name) except -1


cdef class ByteTensor(TensorOps):
    def all(self, dim=None, bint keepdim=False):
        """True if no element is 0; along a dimension, a ByteTensor of 0s and 1s."""
        if dim is None:
            return self.numel() == 0 or self.min() != 0
        return self.ne(0).min(dim, keepdim)[0]

    def any(self, dim=None, bint keepdim=False):
        """True if an element is not 0; along a dimension, a ByteTensor of 0s and 1s."""
        if dim is None:
            return self.numel() != 0 and self.max() != 0
        return self.ne(0).max(dim, keepdim)[0]


cdef class CharTensor(TensorOps):
    pass


cdef class ShortTensor(TensorOps):
    pass


cdef class IntTensor(TensorOps):
    pass


cdef class LongTensor(TensorOps):
    pass


cdef class HalfTensor(TensorOps):
    pass


cdef class FloatTensor(TensorOps):
    pass


cdef class DoubleTensor(TensorOps):
    pass


# In the order of THType.
classes = [ByteTensor, CharTensor, ShortTensor, IntTensor, LongTensor, FloatTensor, DoubleTensor, HalfTensor]
names = [f"torch.{cls.__name__}".encode() for cls in classes]
storage_names = [name.replace(b"Tensor", b"Storage") for name in names]
for dtype in range(TH_NTYPES):
    register_class(dtype, classes[dtype])
    rename_type(classes[dtype], names[dtype])
    rename_type(getattr(storage, classes[dtype].__name__.replace("Tensor", "Storage")), storage_names[dtype])
rename_type(Variable, b"torch.autograd.variable.Variable")

functions = {}        # torch.add ...
nn_functions = {}     # conv2d ..., for torch.nn.functional
methods.install(TensorOps, Variable, classes, {"": functions, "nn": nn_functions})
interop.install(TensorOps)
tensor_calls.install(TensorOps)
