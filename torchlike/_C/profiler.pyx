"""The recording under torchlike.autograd.profiler: ranges of time with names."""
from cpython.object cimport PyObject
from libc.stdint cimport int64_t
from libc.stdlib cimport free, realloc
from libc.string cimport memset


cdef extern from *:
    """
    #include <time.h>

    static int64_t now(void)
    {
        struct timespec t;
        clock_gettime(CLOCK_MONOTONIC, &t);
        return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
    }
    """
    int64_t now() noexcept
    void incref "Py_INCREF"(PyObject *o) noexcept
    void decref "Py_DECREF"(PyObject *o) noexcept

cdef extern from "Python.h":
    unsigned long PyThread_get_thread_ident() noexcept


cdef struct Range:
    const char *text                   # the name; NULL: it is `name`
    PyObject *name                     # owned
    unsigned long thread
    int64_t start, end                 # nanoseconds; end is 0 while the range is open

cdef struct OpenRange:
    Py_ssize_t index
    unsigned long thread
    unsigned int session               # a recording that is over has nothing to close

cdef Range *ranges = NULL
cdef Py_ssize_t n_ranges = 0, range_capacity = 0
cdef OpenRange *open_ranges = NULL     # of all threads, innermost last
cdef Py_ssize_t n_open = 0, open_capacity = 0
cdef unsigned int session = 0
cdef bint repeated = False             # the next begin_range is that of the inner call
cdef bint lost = False                 # there was no memory for a range


cdef bint push(const char *text, PyObject *name) noexcept:
    global ranges, n_ranges, range_capacity, open_ranges, n_open, open_capacity, lost
    cdef void *larger
    if n_ranges == range_capacity:
        larger = realloc(ranges, (2 * range_capacity + 1024) * sizeof(Range))
        if larger == NULL:
            lost = True
            return False
        ranges = <Range *>larger
        range_capacity = 2 * range_capacity + 1024
    if n_open == open_capacity:
        larger = realloc(open_ranges, (2 * open_capacity + 64) * sizeof(OpenRange))
        if larger == NULL:
            lost = True
            return False
        open_ranges = <OpenRange *>larger
        open_capacity = 2 * open_capacity + 64
    cdef unsigned long thread = PyThread_get_thread_ident()
    open_ranges[n_open].index = n_ranges
    open_ranges[n_open].thread = thread
    open_ranges[n_open].session = session
    n_open += 1
    cdef Range *r = &ranges[n_ranges]
    n_ranges += 1
    memset(r, 0, sizeof(Range))
    if name != NULL:
        incref(name)
    r.text = text
    r.name = name
    r.thread = thread
    r.start = now()
    return True


cdef bint begin_range(const char *name) noexcept:
    global repeated
    if repeated:
        repeated = False
        return False
    repeated = push(name, NULL)
    return repeated


cdef bint open_range(object name) noexcept:
    return push(NULL, <PyObject *>name)


cdef void end_range() noexcept:
    global n_open
    cdef int64_t end = now()
    cdef unsigned long thread = PyThread_get_thread_ident()
    cdef Py_ssize_t i = n_open - 1, j
    while i >= 0 and open_ranges[i].thread != thread:
        i -= 1
    if i < 0:                          # its range was lost
        return
    if open_ranges[i].session == session:
        ranges[open_ranges[i].index].end = end
    n_open -= 1
    for j in range(i, n_open):
        open_ranges[j] = open_ranges[j + 1]


def start():
    """Begin to record; what was recorded before is forgotten."""
    global profiling, session, lost
    clear()
    session += 1
    lost = False
    profiling = True


def stop():
    """End the recording.

    Returns
    -------
    list of (name, thread, start, end)
        The ranges in the order in which they began; times in nanoseconds of the
        monotonic clock, thread as ``threading.get_ident()``.
    """
    global profiling, session
    cdef int64_t end = now()
    cdef Range *r
    cdef Py_ssize_t i
    profiling = False
    session += 1
    if lost:
        raise MemoryError("no memory to record more than %d events" % n_ranges)
    recorded = []
    for i in range(n_ranges):
        r = &ranges[i]
        name = r.text.decode() if r.text != NULL else <object>r.name
        recorded.append((name, r.thread, r.start, r.end or end))
    clear()
    return recorded


cdef void clear() noexcept:
    global ranges, n_ranges, range_capacity
    cdef Py_ssize_t i
    for i in range(n_ranges):
        if ranges[i].name != NULL:
            decref(ranges[i].name)
    free(ranges)
    ranges = NULL
    n_ranges = 0
    range_capacity = 0
