# Records which operations ran when. While nothing is recorded it costs one branch:
#
#     if profiling and begin_range("add"):
#         try:
#             return v_add_T(self, other)    # the same call again: begin_range is False
#         finally:
#             end_range()
cdef bint profiling

# Opens a range named by a literal; False for the call that the range encloses.
cdef bint begin_range(const char *name) noexcept
# Opens a range, for which end_range is called if the answer is True; keeps the name.
cdef bint open_range(object name) noexcept
# Closes the innermost open range of this thread.
cdef void end_range() noexcept
