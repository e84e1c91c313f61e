/* The thread pool.
 *
 * One job at a time: a range cut into pieces, which the caller and the helpers that
 * have joined take from a shared counter. The caller waits only for helpers that have
 * joined, so that a helper which the system is slow to wake costs nothing. A helper
 * joins by taking one of the `seats` of the job, in the word that also counts who is at
 * work; closing the job takes all seats away. Idle helpers spin briefly, then sleep on
 * the job counter's futex. Systems without futexes run everything serially. */
#if defined(__linux__)
#define _GNU_SOURCE
#endif
#include <TH/THThreads.h>

#include <stdlib.h>

#include <TH/THError.h>

#include "THAllocatorInternal.h"

#define MAX_THREADS 256

#if defined(__linux__)

#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Pieces per thread: more balance better, fewer cost less. */
#define PIECES_PER_THREAD 4
/* Boundaries of pieces are multiples of this many elements, so that they start on cache
 * lines. */
#define PIECE_ALIGNMENT 64
#define HELPER_SPINS 2000
#define CALLER_SPINS 2000
/* Helpers are kept off the caller's CPU only up to this many: it costs a system call
 * for each. */
#define MAX_STEERED 8

/* The bits of pool.state. */
#define WORKING 0xffffu /* helpers at work on the job */
#define SEAT 0x10000u   /* one seat; seats are in the upper half */
#define WAITING 0x8000u /* the caller sleeps until nobody works */
#define WORKERS (WORKING & ~WAITING)

static struct {
    THRangeFunction fn;
    void *context;
    int64_t n, grain, piece;
} job;

static struct {
    _Atomic int busy;       /* a job is running */
    _Atomic uint32_t state; /* seats, WAITING, helpers at work */
    _Atomic uint32_t jobs;  /* number of the job; helpers sleep on it */
    _Atomic int sleepers;
    _Atomic int64_t next; /* first element that nobody has taken */
    int helpers;          /* started; written by the caller that is busy */
    _Atomic int known;    /* helpers in `tids` */
    _Atomic int tids[MAX_STEERED];
    int steered_from; /* the CPU that helpers were last kept off, -1: none */
    int steered;      /* how many helpers that was */
} pool = {.steered_from = -1};

static _Atomic int num_threads; /* 0: not known yet */
static int available_cpus;      /* without OMP_NUM_THREADS */
static pthread_once_t setup_once = PTHREAD_ONCE_INIT;
static TH_THREAD_LOCAL int inside_region;

static inline void pause_cpu(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static void futex_wait(_Atomic uint32_t *word, uint32_t value) {
    syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
}

static void futex_wake(_Atomic uint32_t *word, int count) {
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, count, NULL, NULL, 0);
}

/* --- how many threads --- */

/* Reads the first line of a file; 0 if there is none. */
static int read_line(const char *path, char *line, int bytes) {
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return 0;
    int ok = fgets(line, bytes, file) != NULL;
    fclose(file);
    return ok;
}

/* CPUs that quota and period of a control group amount to, rounded up; INT_MAX without
 * quota. */
static int quota_cpus(long long quota, long long period) {
    if (quota <= 0 || period <= 0)
        return INT_MAX;
    long long cpus = (quota + period - 1) / period;
    return cpus < INT_MAX ? (int)cpus : INT_MAX;
}

/* The quota of the control group in folder `path`, version 2 (cpu.max) or 1. */
static int group_cpus(const char *path) {
    char name[1200], line[128];
    long long quota, period;
    snprintf(name, sizeof(name), "%s/cpu.max", path);
    if (read_line(name, line, sizeof(line)))
        return sscanf(line, "%lld %lld", &quota, &period) == 2
                   ? quota_cpus(quota, period)
                   : INT_MAX;
    snprintf(name, sizeof(name), "%s/cpu.cfs_quota_us", path);
    if (!read_line(name, line, sizeof(line)))
        return INT_MAX;
    quota = strtoll(line, NULL, 10);
    snprintf(name, sizeof(name), "%s/cpu.cfs_period_us", path);
    if (!read_line(name, line, sizeof(line)))
        return INT_MAX;
    return quota_cpus(quota, strtoll(line, NULL, 10));
}

/* The smallest quota of a group and the groups that it is in. */
static int hierarchy_cpus(const char *mount, const char *group) {
    char path[1024];
    size_t root = strlen(mount);
    int cpus = INT_MAX;
    if (snprintf(path, sizeof(path), "%s%s", mount, group) >= (int)sizeof(path))
        return cpus;
    for (;;) {
        int here = group_cpus(path);
        if (here < cpus)
            cpus = here;
        char *slash = strrchr(path, '/');
        if (strlen(path) <= root || slash == NULL)
            return cpus;
        *slash = '\0';
    }
}

/* 1 if the comma-separated list of controllers has "cpu". */
static int names_cpu(const char *controllers) {
    for (const char *at = controllers; (at = strstr(at, "cpu")) != NULL; at += 3)
        if ((at == controllers || at[-1] == ',') && (at[3] == ',' || at[3] == '\0'))
            return 1;
    return 0;
}

/* The quota of this process's control groups. */
static int cgroup_cpus(void) {
    char line[1024];
    int cpus = INT_MAX;
    FILE *file = fopen("/proc/self/cgroup", "re");
    while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
        /* number:controllers:/group */
        char *controllers = strchr(line, ':');
        char *group = controllers != NULL ? strchr(controllers + 1, ':') : NULL;
        if (group == NULL)
            continue;
        *controllers++ = *group++ = '\0';
        group[strcspn(group, "\n")] = '\0';
        int here = INT_MAX;
        if (*controllers == '\0')
            here = hierarchy_cpus("/sys/fs/cgroup", group);
        else if (names_cpu(controllers))
            here = hierarchy_cpus("/sys/fs/cgroup/cpu", group);
        if (here < cpus)
            cpus = here;
    }
    if (file != NULL)
        fclose(file);
    return cpus;
}

/* In a forked child there are no helpers and no job. */
static void reset_child(void) {
    memset(&pool, 0, sizeof(pool));
    pool.steered_from = -1;
}

static void setup(void) {
    cpu_set_t set;
    pthread_atfork(NULL, NULL, reset_child);
    available_cpus = sched_getaffinity(0, sizeof(set), &set) == 0
                         ? CPU_COUNT(&set)
                         : (int)sysconf(_SC_NPROCESSORS_ONLN);
    int quota = cgroup_cpus();
    if (quota < available_cpus)
        available_cpus = quota;
    if (available_cpus < 1)
        available_cpus = 1;
    int threads = available_cpus;
    const char *text = getenv("OMP_NUM_THREADS");
    long wanted = text != NULL ? strtol(text, NULL, 10) : 0;
    if (wanted >= 1 && wanted < threads)
        threads = (int)wanted;
    if (threads > MAX_THREADS)
        threads = MAX_THREADS;
    int unknown = 0;
    atomic_compare_exchange_strong(&num_threads, &unknown, threads);
}

int THParallel_getNumThreads(void) {
    int n = atomic_load_explicit(&num_threads, memory_order_relaxed);
    if (TH_LIKELY(n > 0))
        return n;
    pthread_once(&setup_once, setup);
    return atomic_load(&num_threads);
}

int THParallel_setNumThreads(int n) {
    if (n < 1)
        TH_FAIL(TH_ERR_VALUE, "the number of threads must be positive, got %d", n);
    pthread_once(&setup_once, setup);
    atomic_store(&num_threads, n < MAX_THREADS ? n : MAX_THREADS);
    return TH_OK;
}

/* --- work --- */

/* Takes pieces of the job until none is left. A rest smaller than the grain goes to the
 * piece before it. */
static void take_pieces(void) {
    int64_t n = job.n, piece = job.piece, last = n - job.grain;
    for (;;) {
        int64_t begin =
            atomic_fetch_add_explicit(&pool.next, piece, memory_order_relaxed);
        if (begin >= n || (begin > last && begin > 0))
            return;
        int64_t end = begin + piece > last ? n : begin + piece;
        job.fn(job.context, begin, end);
    }
}

/* Takes a seat of the running job; 0 if there is none. */
static int join_job(void) {
    uint32_t state = atomic_load(&pool.state);
    while (state >= SEAT)
        if (atomic_compare_exchange_weak(&pool.state, &state, state - SEAT + 1))
            return 1;
    return 0;
}

static void leave_job(void) {
    uint32_t state = atomic_fetch_sub(&pool.state, 1) - 1;
    if ((state & WORKING) == WAITING)
        futex_wake(&pool.state, 1);
}

/* Waits for a job other than number `seen`; returns its number. */
static uint32_t wait_for_job(uint32_t seen) {
    int spins = atomic_load(&num_threads) <= available_cpus ? HELPER_SPINS : 0;
    for (int i = 0; i < spins; i++) {
        if (atomic_load_explicit(&pool.jobs, memory_order_acquire) != seen)
            return atomic_load(&pool.jobs);
        pause_cpu();
    }
    atomic_fetch_add(&pool.sleepers, 1);
    while (atomic_load(&pool.jobs) == seen)
        futex_wait(&pool.jobs, seen);
    atomic_fetch_sub(&pool.sleepers, 1);
    return atomic_load(&pool.jobs);
}

static void *run_helper(void *first_job) {
    uint32_t seen = (uint32_t)(uintptr_t)first_job;
    int index = atomic_fetch_add(&pool.known, 1);
    if (index < MAX_STEERED)
        atomic_store(&pool.tids[index], (int)syscall(SYS_gettid));
    inside_region = 1;
    for (;;) {
        if (join_job()) {
            take_pieces();
            leave_job();
        }
        seen = wait_for_job(seen);
    }
    return NULL;
}

/* Starts helpers until there are `wanted`; fewer if the system has no more threads.
 * They block all signals, which are for the program's own threads. */
static void start_helpers(int wanted) {
    sigset_t all, before;
    pthread_attr_t attributes;
    if (pthread_attr_init(&attributes) != 0)
        return;
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    while (pool.helpers < wanted) {
        pthread_t thread;
        uintptr_t seen = atomic_load(&pool.jobs);
        if (pthread_create(&thread, &attributes, run_helper, (void *)seen) != 0)
            break;
        pool.helpers++;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
}

/* Keeps the helpers off the CPU that the caller runs on. The kernel likes to wake a
 * sleeper there, and then it waits until the caller's time slice ends, milliseconds
 * later. */
static void steer_helpers(void) {
    cpu_set_t set;
    int cpu = sched_getcpu();
    int count = atomic_load(&pool.known);
    if (count > MAX_STEERED || (cpu == pool.steered_from && count == pool.steered) ||
        cpu < 0)
        return;
    if (sched_getaffinity(0, sizeof(set), &set) != 0 || CPU_COUNT(&set) < 2)
        return;
    CPU_CLR(cpu, &set);
    for (int i = 0; i < count; i++) {
        int tid = atomic_load(&pool.tids[i]);
        if (tid != 0)
            sched_setaffinity(tid, sizeof(set), &set);
    }
    pool.steered_from = cpu;
    pool.steered = count;
}

/* Ends the job: no helper can join any more, those at work are waited for. */
static void close_job(void) {
    uint32_t state = atomic_fetch_and(&pool.state, WORKING) & WORKING;
    for (int i = 0; state != 0 && i < CALLER_SPINS; i++) {
        pause_cpu();
        state = atomic_load(&pool.state);
    }
    while (state != 0) {
        state = atomic_fetch_or(&pool.state, WAITING) | WAITING;
        if (state == WAITING)
            break;
        futex_wait(&pool.state, state);
        state = atomic_load(&pool.state) & WORKERS;
    }
    atomic_store(&pool.state, 0);
}

/* The number of elements in a piece. */
static int64_t piece_size(int64_t n, int64_t grain, int threads) {
    int64_t pieces = (int64_t)threads * PIECES_PER_THREAD;
    if (pieces > n / grain)
        pieces = n / grain;
    int64_t size = (n + pieces - 1) / pieces;
    if (size >= 16 * PIECE_ALIGNMENT)
        size = (size + PIECE_ALIGNMENT - 1) / PIECE_ALIGNMENT * PIECE_ALIGNMENT;
    return size;
}

void THParallel_for(int64_t n, int64_t grain, THRangeFunction fn, void *context) {
    if (n <= 0)
        return;
    if (grain < 1)
        grain = 1;
    int threads = THParallel_getNumThreads(), idle = 0;
    if (n <= grain || threads < 2 || inside_region ||
        !atomic_compare_exchange_strong(&pool.busy, &idle, 1)) {
        fn(context, 0, n);
        return;
    }
    if (TH_UNLIKELY(pool.helpers < threads - 1))
        start_helpers(threads - 1);
    job.fn = fn;
    job.context = context;
    job.n = n;
    job.grain = grain;
    job.piece = piece_size(n, grain, threads);
    int64_t seats = (n + job.piece - 1) / job.piece - 1;
    if (seats > threads - 1)
        seats = threads - 1;
    atomic_store_explicit(&pool.next, 0, memory_order_relaxed);
    atomic_store(&pool.state, (uint32_t)seats * SEAT);
    atomic_fetch_add(&pool.jobs, 1);
    int sleepers = atomic_load(&pool.sleepers);
    if (sleepers > 0 && seats > 0) {
        steer_helpers();
        futex_wake(&pool.jobs, seats < sleepers ? (int)seats : sleepers);
    }
    inside_region = 1;
    take_pieces();
    inside_region = 0;
    close_job();
    atomic_store(&pool.busy, 0);
}

#else

static int num_threads = 1;

int THParallel_getNumThreads(void) {
    return num_threads;
}

int THParallel_setNumThreads(int n) {
    if (n < 1)
        TH_FAIL(TH_ERR_VALUE, "the number of threads must be positive, got %d", n);
    num_threads = n < MAX_THREADS ? n : MAX_THREADS;
    return TH_OK;
}

void THParallel_for(int64_t n, int64_t grain, THRangeFunction fn, void *context) {
    (void)grain;
    if (n > 0)
        fn(context, 0, n);
}

#endif
