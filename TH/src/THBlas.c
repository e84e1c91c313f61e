/* Opening OpenBLAS. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <TH/TH.h>

#include "THBlas.h"

/* The name that the scipy-openblas32 package gives it. */
#define LIBRARY "libscipy_openblas.so"
#define PREFIX "scipy_"
#define THREADS "OPENBLAS_NUM_THREADS"

THBlas th__blas;
static void *library;

void *th__blasSymbol(const char *name) {
    char prefixed[64];
    if (!library || snprintf(prefixed, sizeof(prefixed), PREFIX "%s", name) >=
                        (int)sizeof(prefixed))
        return NULL;
    return dlsym(library, prefixed);
}

/* Opens the library that lies beside this one, else one on the system's search path. */
static void *open_library(void) {
    static const char anchor;
    char path[PATH_MAX];
    Dl_info self;
    if (dladdr(&anchor, &self) && self.dli_fname) {
        const char *slash = strrchr(self.dli_fname, '/');
        int folder = slash ? (int)(slash - self.dli_fname) : 0;
        int length =
            snprintf(path, sizeof(path), "%.*s/" LIBRARY, folder, self.dli_fname);
        void *found = NULL;
        if (slash && length < (int)sizeof(path))
            found = dlopen(path, RTLD_NOW | RTLD_LOCAL);
        if (found)
            return found;
    }
    return dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
}

/* Runs while the library is loaded, when no other thread of ours can read the
 * environment. */
__attribute__((constructor)) static void open_blas(void) {
    /* It starts its threads while it is loaded, and ours do the work. */
    int ours = !getenv(THREADS) && setenv(THREADS, "1", 1) == 0;
    library = open_library();
    if (ours)
        unsetenv(THREADS);
    void (*set_threads)(int) =
        (void (*)(int))th__blasSymbol("openblas_set_num_threads");
    if (set_threads)
        set_threads(1);
    th__blas.sgemm = (THBlasSgemm)th__blasSymbol("cblas_sgemm");
    th__blas.dgemm = (THBlasDgemm)th__blasSymbol("cblas_dgemm");
    th__blas.sgemv = (THBlasSgemv)th__blasSymbol("cblas_sgemv");
    th__blas.dgemv = (THBlasDgemv)th__blasSymbol("cblas_dgemv");
}

const char *THCpu_blasName(void) {
    char *(*config)(void) = (char *(*)(void))th__blasSymbol("openblas_get_config");
    return config ? config() : "none";
}
