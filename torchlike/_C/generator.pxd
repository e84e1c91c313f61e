from torchlike._C.th cimport THGenerator


cdef class Generator:
    cdef THGenerator *c_generator      # owned, never NULL after construction

cdef Generator default_generator
cdef THGenerator *generator_pointer(object generator) except NULL      # None: the default one
