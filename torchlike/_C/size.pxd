from torchlike._C.th cimport THTensor

cdef object size_of(const THTensor *c_tensor)               # torch.Size
