/* Linear algebra on matrices by LAPACK. Matrices that are results have the strides (1,
 * rows), unless the given tensor has the right size already. Results may be operands;
 * nothing changes when a function fails. `uplo` is "U" or "L": the triangle that is
 * read. Types: float and double. */
#ifndef TH_GENERIC_FILE
#error "included by TH/THTyped.h only"
#endif

#if TH_REAL_FLOATING
/* --- linear systems; b is a matrix whose columns are right-hand sides */

/* a rb = b for a square a. ra [OPTIONAL]: its LU factors. */
TH_API int THTensor_(gesv)(THTensor *rb, THTensor *ra, THTensor *b, THTensor *a);
/* a rb = b for a triangular a, "N" or its transpose "T"; diag "U": a has a unit
 * diagonal. ra [OPTIONAL]: a copy of a. */
TH_API int THTensor_(trtrs)(THTensor *rb, THTensor *ra, THTensor *b, THTensor *a,
                            const char *uplo, const char *trans, const char *diag);
/* Least squares (tall a) or least norm (wide a) solution for an a of full rank. rb has
 * max(rows, columns) of a rows; rows of a tall system below the solution hold the
 * residuals. ra: QR or LQ factors of a. */
TH_API int THTensor_(gels)(THTensor *rb, THTensor *ra, THTensor *b, THTensor *a);

/* --- positive definite matrices */

/* The Cholesky factor: "U": ra' ra = a, "L": ra ra' = a. */
TH_API int THTensor_(potrf)(THTensor *ra, THTensor *a, const char *uplo);
/* The solution rb of x rb = b where a is the Cholesky factor of x. */
TH_API int THTensor_(potrs)(THTensor *rb, THTensor *b, THTensor *a, const char *uplo);
/* The inverse of x where a is the Cholesky factor of x. */
TH_API int THTensor_(potri)(THTensor *ra, THTensor *a, const char *uplo);
/* Cholesky factor of a semidefinite a with rows and columns permuted: entry i of rpiv
 * is the row of a that became row i, counted from 0. A pivot of at most tol is an
 * error; tol < 0: n * epsilon * max(diagonal). */
TH_API int THTensor_(pstrf)(THTensor *ra, THIntTensor *rpiv, THTensor *a,
                            const char *uplo, real tol);

/* --- inverse and orthogonal factors */

TH_API int THTensor_(getri)(THTensor *ra, THTensor *a);
/* The thin factors: a = rq rr. */
TH_API int THTensor_(qr)(THTensor *rq, THTensor *rr, THTensor *a);
/* LAPACK's own form: R above, elementary reflectors below the diagonal of ra, their
 * factors in rtau. */
TH_API int THTensor_(geqrf)(THTensor *ra, THTensor *rtau, THTensor *a);
/* The columns of Q that the reflectors of geqrf stand for. */
TH_API int THTensor_(orgqr)(THTensor *ra, THTensor *a, THTensor *tau);
/* Q c (side "L") or c Q ("R"), or with Q transposed (trans "T"). */
TH_API int THTensor_(ormqr)(THTensor *ra, THTensor *a, THTensor *tau, THTensor *c,
                            const char *side, const char *trans);

/* --- eigenvalues and singular values. NaN and infinity in a are errors. */

/* Of a symmetric a, in ascending order; jobz "V": rv gets the eigenvectors as columns,
 * "N": it becomes empty. */
TH_API int THTensor_(syev)(THTensor *re, THTensor *rv, THTensor *a, const char *jobz,
                           const char *uplo);
/* Of any square a: real and imaginary parts as the columns of re. jobvr "V": rv gets
 * the eigenvectors; of a complex pair j, j + 1 columns j and j + 1 are real and
 * imaginary part of the first. "N": it becomes empty. */
TH_API int THTensor_(geev)(THTensor *re, THTensor *rv, THTensor *a, const char *jobvr);
/* a = ru diag(rs) rv'; jobu "S": the first min(rows, columns) singular vectors, "A":
 * all of them. */
TH_API int THTensor_(gesvd)(THTensor *ru, THTensor *rs, THTensor *rv, THTensor *a,
                            const char *jobu);

/* --- batches (b, n, n) */

/* LU factors and pivots (b, n), counted from 1. rinfo gets LAPACK's result for each
 * matrix, where i > 0 means that U(i,i) is 0; where it is NULL this is an error. pivot
 * 0: no rows are exchanged. */
TH_API int THTensor_(btrifact)(THTensor *ra, THIntTensor *rpivots, THIntTensor *rinfo,
                               int pivot, THTensor *a);
/* Solves with the factors from btrifact for b of (b, n) or (b, n, k). */
TH_API int THTensor_(btrisolve)(THTensor *rb, THTensor *b, THTensor *atf,
                                THIntTensor *pivots);
#endif
