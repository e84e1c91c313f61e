/* The LAPACK routines of one type, looked up when the first is wanted. Included after
 * THGenerate.h.
 *
 * Matrices are stored by columns, and every argument is a pointer. The size_t at the
 * end of a list are the lengths of the strings in it, which Fortran passes out of
 * sight. */
#ifndef TH_LAPACK_H
#define TH_LAPACK_H

#include <pthread.h>

#include "THBlas.h"

#define TH_LAPACK_ROUTINES(ROUTINE)                                                    \
    ROUTINE(getrf, (const int *m, const int *n, real *a, const int *lda, int *pivots,  \
                    int *info))                                                        \
    ROUTINE(getrs, (const char *trans, const int *n, const int *nrhs, const real *a,   \
                    const int *lda, const int *pivots, real *b, const int *ldb,        \
                    int *info, size_t))                                                \
    ROUTINE(getri, (const int *n, real *a, const int *lda, const int *pivots,          \
                    real *work, const int *lwork, int *info))                          \
    ROUTINE(trtrs, (const char *uplo, const char *trans, const char *diag,             \
                    const int *n, const int *nrhs, const real *a, const int *lda,      \
                    real *b, const int *ldb, int *info, size_t, size_t, size_t))       \
    ROUTINE(gels, (const char *trans, const int *m, const int *n, const int *nrhs,     \
                   real *a, const int *lda, real *b, const int *ldb, real *work,       \
                   const int *lwork, int *info, size_t))                               \
    ROUTINE(potrf, (const char *uplo, const int *n, real *a, const int *lda,           \
                    int *info, size_t))                                                \
    ROUTINE(potrs, (const char *uplo, const int *n, const int *nrhs, const real *a,    \
                    const int *lda, real *b, const int *ldb, int *info, size_t))       \
    ROUTINE(potri, (const char *uplo, const int *n, real *a, const int *lda,           \
                    int *info, size_t))                                                \
    ROUTINE(pstrf,                                                                     \
            (const char *uplo, const int *n, real *a, const int *lda, int *pivots,     \
             int *rank, const real *tol, real *work, int *info, size_t))               \
    ROUTINE(geqrf, (const int *m, const int *n, real *a, const int *lda, real *tau,    \
                    real *work, const int *lwork, int *info))                          \
    ROUTINE(orgqr, (const int *m, const int *n, const int *k, real *a, const int *lda, \
                    const real *tau, real *work, const int *lwork, int *info))         \
    ROUTINE(ormqr,                                                                     \
            (const char *side, const char *trans, const int *m, const int *n,          \
             const int *k, const real *a, const int *lda, const real *tau, real *c,    \
             const int *ldc, real *work, const int *lwork, int *info, size_t, size_t)) \
    ROUTINE(geqr2, (const int *m, const int *n, real *a, const int *lda, real *tau,    \
                    real *work, int *info))                                            \
    ROUTINE(org2r, (const int *m, const int *n, const int *k, real *a, const int *lda, \
                    const real *tau, real *work, int *info))                           \
    ROUTINE(orm2r, (const char *side, const char *trans, const int *m, const int *n,   \
                    const int *k, const real *a, const int *lda, const real *tau,      \
                    real *c, const int *ldc, real *work, int *info, size_t, size_t))   \
    ROUTINE(geqrt, (const int *m, const int *n, const int *nb, real *a,                \
                    const int *lda, real *t, const int *ldt, real *work, int *info))   \
    ROUTINE(larfb, (const char *side, const char *trans, const char *direct,           \
                    const char *storev, const int *m, const int *n, const int *k,      \
                    const real *v, const int *ldv, const real *t, const int *ldt,      \
                    real *c, const int *ldc, real *work, const int *ldwork, size_t,    \
                    size_t, size_t, size_t))                                           \
    ROUTINE(syevd, (const char *jobz, const char *uplo, const int *n, real *a,         \
                    const int *lda, real *w, real *work, const int *lwork, int *iwork, \
                    const int *liwork, int *info, size_t, size_t))                     \
    ROUTINE(geev, (const char *jobvl, const char *jobvr, const int *n, real *a,        \
                   const int *lda, real *wr, real *wi, real *vl, const int *ldvl,      \
                   real *vr, const int *ldvr, real *work, const int *lwork, int *info, \
                   size_t, size_t))                                                    \
    ROUTINE(gesdd,                                                                     \
            (const char *jobz, const int *m, const int *n, real *a, const int *lda,    \
             real *s, real *u, const int *ldu, real *vt, const int *ldvt, real *work,  \
             const int *lwork, int *iwork, int *info, size_t))

#if defined(TH_GENERATE_Float)
#define TH_LAPACK_PREFIX "s"
#else
#define TH_LAPACK_PREFIX "d"
#endif

static struct {
#define ROUTINE(name, parameters) void(*name) parameters;
    TH_LAPACK_ROUTINES(ROUTINE)
#undef ROUTINE
    int complete; /* all were found */
} lapack;

static void find_routines(void) {
    int missing = 0;
#define ROUTINE(name, parameters)                                                      \
    lapack.name = (void(*) parameters)th__blasSymbol(TH_LAPACK_PREFIX #name "_");      \
    missing += !lapack.name;
    TH_LAPACK_ROUTINES(ROUTINE)
#undef ROUTINE
    lapack.complete = !missing;
}

/* Makes `lapack` ready; an error where no LAPACK was found. */
static int need_lapack(const char *name) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, find_routines);
    if (!lapack.complete)
        TH_FAIL(TH_ERR, "%s : Lapack library not found (not built with LAPACK)", name);
    return 0;
}

#endif
