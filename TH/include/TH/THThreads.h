/* The thread pool under everything that runs in parallel. */
#ifndef TH_THREADS_H
#define TH_THREADS_H

#include <TH/THGeneral.h>

/* Works on the elements begin <= i < end of a range. */
typedef void (*THRangeFunction)(void *context, int64_t begin, int64_t end);

/* Runs `fn` over 0 <= i < n in pieces of at least `grain` elements, on the pool and the
 * calling thread, and returns when all is done. Runs serially when n <= grain, inside
 * another parallel region, when the pool is busy with another thread's work, or with
 * one thread. */
TH_API void THParallel_for(int64_t n, int64_t grain, THRangeFunction fn, void *context);

/* Threads that work together, the caller included. Default: what affinity and cgroup
 * quota allow, at most OMP_NUM_THREADS. */
TH_API int THParallel_getNumThreads(void);
/* Sets it; 1 or more, else TH_ERR_VALUE. */
TH_API int THParallel_setNumThreads(int n);

#endif
