/* The BLAS under the matrix products: OpenBLAS, opened when the library is loaded.
 *
 * It is opened at run time, not linked, because only the environment keeps it from
 * starting threads of its own while it is loaded. It runs single-threaded: products are
 * split over the library's own pool. */
#ifndef TH_BLAS_H
#define TH_BLAS_H

#include <TH/THGeneral.h>

/* CBLAS's numbers for its enums. */
enum { TH_BLAS_ROW_MAJOR = 101, TH_BLAS_NO_TRANS = 111, TH_BLAS_TRANS = 112 };

typedef void (*THBlasSgemm)(int order, int transA, int transB, int m, int n, int k,
                            float alpha, const float *a, int lda, const float *b,
                            int ldb, float beta, float *c, int ldc);
typedef void (*THBlasDgemm)(int order, int transA, int transB, int m, int n, int k,
                            double alpha, const double *a, int lda, const double *b,
                            int ldb, double beta, double *c, int ldc);
typedef void (*THBlasSgemv)(int order, int trans, int m, int n, float alpha,
                            const float *a, int lda, const float *x, int incx,
                            float beta, float *y, int incy);
typedef void (*THBlasDgemv)(int order, int trans, int m, int n, double alpha,
                            const double *a, int lda, const double *x, int incx,
                            double beta, double *y, int incy);

/* The functions in use; NULL where no BLAS was found (the library's own loops serve
 * then). */
typedef struct THBlas {
    THBlasSgemm sgemm;
    THBlasDgemm dgemm;
    THBlasSgemv sgemv;
    THBlasDgemv dgemv;
} THBlas;
extern THBlas th__blas;

/* A function of the opened BLAS or LAPACK by its plain name ("spotrf_"), or NULL. */
void *th__blasSymbol(const char *name);

#endif
