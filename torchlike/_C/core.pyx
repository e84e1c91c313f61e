"""What the C library says about itself: threads, memory, processor."""
from torchlike._C.errors cimport check
from torchlike._C.th cimport *


def get_num_threads():
    """Threads that one operation uses."""
    return THParallel_getNumThreads()


def set_num_threads(Py_ssize_t n):
    """Set the number of threads that one operation uses; 1 or more."""
    check(THParallel_setNumThreads(<int>max(-1, min(n, 1 << 30))))


def empty_cache():
    """Give cached memory back to the system."""
    THAlloc_emptyCache()


def set_cache_limit(bytes):
    """Limit the memory, in bytes, that is kept for later large tensors."""
    THAlloc_setCacheLimit(bytes)


def memory_stats():
    """Memory of tensors: bytes_in_use, bytes_cached, peak_bytes, and system_calls for more."""
    cdef THAllocStats s
    THAlloc_stats(&s)
    return {
        "bytes_in_use": s.bytesInUse, "bytes_cached": s.bytesCached, "peak_bytes": s.peakBytes,
        "system_calls": s.systemCalls,
    }


def reset_peak_memory():
    """Start peak_bytes of `memory_stats` again, from what is in use now."""
    THAlloc_resetPeak()


def fail_allocation(int64_t n):
    """For tests: the n-th allocation from now on fails; 0 for none."""
    THAlloc_failAfter(n)


def info():
    """Facts for bug reports: CPU level, threads, BLAS, cache limit in bytes."""
    return {
        "cpu_level": THCpu_levelName(THCpu_level()).decode(),
        "num_threads": THParallel_getNumThreads(),
        "openblas": THCpu_blasName().decode(),
        "cache_limit": THAlloc_cacheLimit(),
    }
