"""torch.Generator: a random number generator and its state."""
from libc.string cimport memcpy
from torchlike._C.errors cimport raise_error
from torchlike._C.tensor_base cimport TensorBase, dispatch_of, type_name, wrap
from torchlike._C.th cimport *


cdef class Generator:
    """A Mersenne Twister with the state and the sequence of PyTorch 0.3."""

    def __cinit__(self):
        self.c_generator = THGenerator_new()
        if self.c_generator == NULL:
            raise_error()

    def __dealloc__(self):
        THGenerator_free(self.c_generator)

    @property
    def _cdata(self):
        return <size_t>self.c_generator

    def seed(self):
        """Seed from the system and return the seed."""
        return THRandom_seed(self.c_generator)

    def manual_seed(self, seed):
        """Set the seed; returns the generator.

        Parameters
        ----------
        seed : int
            Taken modulo 2 ** 64.
        """
        THRandom_manualSeed(self.c_generator, <uint64_t>(int(seed) & 0xFFFFFFFFFFFFFFFF))
        return self

    def initial_seed(self):
        """The seed that was last set."""
        return THRandom_initialSeed(self.c_generator)

    def get_state(self):
        """The state as a ByteTensor."""
        cdef int64_t size = sizeof(THGenerator)
        cdef TensorBase state = wrap(dispatch_of(TH_BYTE), THTensor_newWithSize(TH_BYTE, 1, &size))
        memcpy(state.c_tensor.storage.data, self.c_generator, size)
        return state

    def set_state(self, TensorBase state not None):
        """Restore a state that get_state returned."""
        cdef THGenerator copy
        if (
            state.ops.dtype != TH_BYTE
            or THTensor_nElement(state.c_tensor) != <int64_t>sizeof(THGenerator)
            or not THTensor_isContiguous(state.c_tensor)
        ):
            raise TypeError(f"RNG state must be a contiguous torch.ByteTensor with {sizeof(THGenerator)} elements, "
                            f"but got {type_name(state)} with {THTensor_nElement(state.c_tensor)}")
        memcpy(&copy, <char *>state.c_tensor.storage.data + state.c_tensor.storageOffset, sizeof(THGenerator))
        if not THGenerator_isValid(&copy):
            raise RuntimeError("invalid RNG state: the bytes are not those of a generator")
        THGenerator_copy(self.c_generator, &copy)
        return self


default_generator = Generator()
default_generator.seed()


cdef THGenerator *generator_pointer(object generator) except NULL:
    if generator is None:
        return default_generator.c_generator
    return (<Generator?>generator).c_generator


def get_default_generator():
    """The generator that functions use when none is given."""
    return default_generator
