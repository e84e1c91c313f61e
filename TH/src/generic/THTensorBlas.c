/* Matrix and vector products. Types: all with arithmetic.
 *
 * Everything ends in gemm or gemv on row-major memory: r = beta * r + alpha * a b.
 * Operands whose rows or columns are contiguous go there as they are, others as
 * contiguous copies. For float and double that is OpenBLAS, for integer types, which
 * wrap around on overflow, THTensorGemm.h; large products are split over the threads
 * along the rows or columns of r. Where no BLAS is found everything runs through simple
 * loops. */
#include <TH/TH.h>

#include <limits.h>
#include <string.h>

#include "THBlas.h"
#include "THGenerate.h"
#include "THTensorBorrow.h"
#include "simd/THKernels.h"

/* Multiply-adds below which a product runs on one thread. */
#define GEMM_GRAIN 200000.0
#define GEMV_GRAIN 131072
#define OUTER_GRAIN 32768
/* A transposed operand of at most so many elements is copied: OpenBLAS would pack it.
 */
#define FEW_ELEMENTS 256
/* What calling BLAS costs, in multiply-adds. */
#define CALL_COST 2000
/* Multiply-adds up to which a product is never cut into pieces, and up to which one
 * with a vector is done by the loops here. */
#define SMALL_GEMM 4096
#define SMALL_GEMV 64
/* Products with at most so many rows go piecewise over so many columns or more
 * (skinny_piece). */
#define SKINNY_ROWS 16
#define SKINNY_COLUMNS 32
/* Pieces of r begin at multiples of this many rows or columns. */
#define PIECE_ALIGN 16

/* A matrix in memory: element (i, j) is data[i * row + j * column]. */
typedef struct Matrix {
    real *data;
    int64_t rows, columns;
    int64_t row, column;
} Matrix;

static inline Matrix transposed(Matrix m) {
    return (Matrix){m.data, m.columns, m.rows, m.column, m.row};
}

/* 1 if rows are contiguous and do not overlap. */
static inline int is_row_major(const Matrix *m) {
    return (m->column == 1 || m->columns == 1) &&
           (m->row >= m->columns || m->rows == 1);
}

/* The distance of rows that BLAS is told, for a row-major matrix. */
static inline int64_t leading(const Matrix *m) {
    return m->rows == 1 ? m->columns : m->row;
}

static inline real multiply_add(real sum, real a, real b) {
#if TH_REAL_FLOATING
    return sum + a * b;
#else
    return (real)((uint64_t)sum + (uint64_t)a * (uint64_t)b);
#endif
}

/* --- matrix times matrix
 * --------------------------------------------------------------------------- */

/* c = beta * c + alpha * a b by rows; any strides. */
static void gemm_loops(real alpha, Matrix a, Matrix b, real beta, Matrix c) {
    for (int64_t i = 0; i < c.rows; i++) {
        real *out = c.data + i * c.row;
        for (int64_t j = 0; j < c.columns; j++)
            out[j * c.column] =
                beta == 0 ? 0 : multiply_add(0, beta, out[j * c.column]);
        for (int64_t k = 0; k < a.columns; k++) {
            real factor = multiply_add(0, alpha, a.data[i * a.row + k * a.column]);
            const real *in = b.data + k * b.row;
            if (b.column == 1 && c.column == 1)
                for (int64_t j = 0; j < c.columns; j++)
                    out[j] = multiply_add(out[j], factor, in[j]);
            else
                for (int64_t j = 0; j < c.columns; j++)
                    out[j * c.column] =
                        multiply_add(out[j * c.column], factor, in[j * b.column]);
        }
    }
}

#if TH_REAL_FLOATING
#if defined(TH_GENERATE_Float)
#define blas_gemm th__blas.sgemm
#define blas_gemv th__blas.sgemv
#else
#define blas_gemm th__blas.dgemm
#define blas_gemv th__blas.dgemv
#endif

/* 1 if BLAS, which counts in int, can take the sizes of a matrix. */
static inline int fits_int(const Matrix *m, int64_t step) {
    return m->rows <= INT_MAX && m->columns <= INT_MAX && step <= INT_MAX;
}

/* The distance of the rows of a matrix, or of its transpose, that is row-major. */
static inline int64_t step_of(const Matrix *m, int transposed) {
    if (!transposed)
        return leading(m);
    return m->columns == 1 ? m->rows : m->column;
}

/* 1 if m is transposed and so small that it is better copied. */
static inline int is_few(const Matrix *m) {
    return !is_row_major(m) && m->rows * m->columns <= FEW_ELEMENTS;
}

static Matrix copied(Matrix m, real *few) {
    for (int64_t i = 0; i < m.rows; i++)
        for (int64_t j = 0; j < m.columns; j++)
            few[i * m.columns + j] = m.data[i * m.row + j * m.column];
    return (Matrix){few, m.rows, m.columns, m.columns, 1};
}

static void gemm_serial(real alpha, const Matrix *a, const Matrix *b, real beta,
                        const Matrix *c);

/* gemm_serial with small operands copied. */
static void gemm_few(real alpha, const Matrix *a, const Matrix *b, real beta,
                     const Matrix *c) {
    real few_a[FEW_ELEMENTS], few_b[FEW_ELEMENTS];
    Matrix left = is_few(a) ? copied(*a, few_a) : *a;
    Matrix right = is_few(b) ? copied(*b, few_b) : *b;
    gemm_serial(alpha, &left, &right, beta, c);
}

/* a and b row-major or column-major, c row-major. */
static void gemm_serial(real alpha, const Matrix *a, const Matrix *b, real beta,
                        const Matrix *c) {
    int trans_a = !is_row_major(a), trans_b = !is_row_major(b);
    if ((trans_a && is_few(a)) || (trans_b && is_few(b))) {
        gemm_few(alpha, a, b, beta, c);
        return;
    }
    int64_t step_a = step_of(a, trans_a), step_b = step_of(b, trans_b);
    if (!blas_gemm || !fits_int(a, step_a) || !fits_int(b, step_b) ||
        !fits_int(c, leading(c))) {
        gemm_loops(alpha, *a, *b, beta, *c);
        return;
    }
    blas_gemm(TH_BLAS_ROW_MAJOR, trans_a ? TH_BLAS_TRANS : TH_BLAS_NO_TRANS,
              trans_b ? TH_BLAS_TRANS : TH_BLAS_NO_TRANS, (int)c->rows, (int)c->columns,
              (int)a->columns, alpha, a->data, (int)step_a, b->data, (int)step_b, beta,
              c->data, (int)leading(c));
}
#else
#include "THTensorGemm.h"
#endif

#if TH_REAL_FLOATING
/* OpenBLAS multiplies small matrices without repacking them first, which pays for few
 * rows also when b is large: columns of c that one such call takes, or all of them. The
 * limits are those that its kernels set themselves: a million multiply-adds, for a
 * transposed b 1200 elements of c. */
static int64_t skinny_piece(const Matrix *a, const Matrix *b, const Matrix *c) {
    double per_column = (double)c->rows * (double)a->columns;
    int64_t piece = (int64_t)(1e6 / per_column);
    if (!is_row_major(b) && piece > 1200 / c->rows)
        piece = 1200 / c->rows;
    return c->rows <= SKINNY_ROWS && piece >= SKINNY_COLUMNS
               ? piece / PIECE_ALIGN * PIECE_ALIGN
               : c->columns;
}
#else
#define skinny_piece(a, b, c) ((c)->columns)
#endif

typedef struct GemmJob {
    real alpha, beta;
    Matrix a, b, c;
    int by_columns; /* pieces of c's columns, else of its rows */
    int64_t piece;  /* rows or columns of a piece */
} GemmJob;

static void gemm_pieces(void *context, int64_t begin, int64_t end) {
    const GemmJob *job = context;
    int64_t total = job->by_columns ? job->c.columns : job->c.rows;
    for (int64_t i = begin; i < end; i++) {
        Matrix a = job->a, b = job->b, c = job->c;
        int64_t from = i * job->piece,
                n = total - from < job->piece ? total - from : job->piece;
        if (job->by_columns) {
            b.data += from * b.column;
            c.data += from * c.column;
            b.columns = c.columns = n;
        } else {
            a.data += from * a.row;
            c.data += from * c.row;
            a.rows = c.rows = n;
        }
        gemm_serial(job->alpha, &a, &b, job->beta, &c);
    }
}

/* a and b row-major or column-major, c row-major; in parallel if that pays. */
static void gemm(real alpha, Matrix a, Matrix b, real beta, Matrix c) {
    double work = (double)c.rows * (double)c.columns * (double)a.columns;
    if (work <= SMALL_GEMM) {
        gemm_serial(alpha, &a, &b, beta, &c);
        return;
    }
    int threads = work < 2 * GEMM_GRAIN ? 1 : THParallel_getNumThreads();
    GemmJob job = {alpha, beta, a, b, c, c.columns > c.rows, 0};
    int64_t total = job.by_columns ? c.columns : c.rows, most = total;
    if (job.by_columns)
        most = skinny_piece(&a, &b, &c);
    if (threads == 1 && most >= total) {
        gemm_serial(alpha, &a, &b, beta, &c);
        return;
    }
    int64_t piece = (total + threads - 1) / threads;
    piece = (piece + PIECE_ALIGN - 1) / PIECE_ALIGN * PIECE_ALIGN;
    job.piece = piece < most ? piece : most;
    THParallel_for((total + job.piece - 1) / job.piece,
                   work < 2 * GEMM_GRAIN ? INT_MAX : 1, gemm_pieces, &job);
}

/* --- matrix times vector
 * ------------------------------------------------------------------------------ */

typedef struct GemvJob {
    real alpha, beta;
    Matrix a;
    const real *x;
    int64_t x_stride;
    real *y;
    int64_t y_stride;
} GemvJob;

static void gemv_loops(const GemvJob *job, int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) {
        const real *row = job->a.data + i * job->a.row;
        real *y = job->y + i * job->y_stride, sum = 0;
        for (int64_t k = 0; k < job->a.columns; k++)
            sum = multiply_add(sum, row[k * job->a.column], job->x[k * job->x_stride]);
        *y = multiply_add(job->beta == 0 ? 0 : multiply_add(0, job->beta, *y),
                          job->alpha, sum);
    }
}

/* Rows begin <= i < end of y = beta * y + alpha * a x. */
static void gemv_rows(void *context, int64_t begin, int64_t end) {
    const GemvJob *job = context;
#if TH_REAL_FLOATING
    Matrix a = job->a;
    a.data += begin * a.row;
    a.rows = end - begin;
    int trans = !is_row_major(&a);
    Matrix as = trans ? transposed(a) : a;
    real *y = job->y + begin * job->y_stride;
    if (blas_gemv && fits_int(&as, leading(&as)) && job->x_stride <= INT_MAX &&
        job->y_stride <= INT_MAX) {
        if (job->beta == 0)
            for (int64_t i = 0; i < a.rows; i++)
                y[i * job->y_stride] = 0;
        blas_gemv(TH_BLAS_ROW_MAJOR, trans ? TH_BLAS_TRANS : TH_BLAS_NO_TRANS,
                  (int)as.rows, (int)as.columns, job->alpha, as.data, (int)leading(&as),
                  job->x, (int)job->x_stride, job->beta == 0 ? 1 : job->beta, y,
                  (int)job->y_stride);
        return;
    }
#endif
    gemv_loops(job, begin, end);
}

static void gemv(const GemvJob *job) {
    if (job->a.rows <= SMALL_GEMV && job->a.rows * job->a.columns <= SMALL_GEMV)
        gemv_loops(job, 0, job->a.rows);
    else
        THParallel_for(job->a.rows, 1 + GEMV_GRAIN / job->a.columns, gemv_rows,
                       (void *)job);
}

/* --- vector times vector
 * ------------------------------------------------------------------------------ */

typedef struct OuterJob {
    real alpha, beta;
    Matrix a, b, c; /* one column, one row with contiguous elements, row-major result */
} OuterJob;

static void outer_rows(void *context, int64_t begin, int64_t end) {
    const OuterJob *job = context;
    const real *in = job->b.data;
    int64_t n = job->c.columns;
    real beta = job->beta;
    for (int64_t i = begin; i < end; i++) {
        real factor = multiply_add(0, job->alpha, job->a.data[i * job->a.row]);
        real *out = job->c.data + i * job->c.row;
        if (beta == 0) {
            THScalar scale = TH_SCALAR(factor);
            th_kernels.pointwise[TH_REAL_DTYPE][TH_K_mul](out, in, NULL, NULL, &scale,
                                                          n);
        } else if (beta == 1)
            for (int64_t j = 0; j < n; j++)
                out[j] = multiply_add(out[j], factor, in[j]);
        else
            for (int64_t j = 0; j < n; j++)
                out[j] = multiply_add(multiply_add(0, beta, out[j]), factor, in[j]);
    }
}

static void outer(real alpha, Matrix a, Matrix b, real beta, Matrix c) {
    OuterJob job = {alpha, beta, a, b, c};
    THParallel_for(c.rows, 1 + OUTER_GRAIN / c.columns, outer_rows, &job);
}

/* --- operands -------------------------------------------------------------------- */

static Matrix matrix_of(const THTensor *t) {
    int n = t->nDimension;
    return (Matrix){TH_DATA(t), t->size[n - 2], t->size[n - 1], t->stride[n - 2],
                    t->stride[n - 1]};
}

/* 1 if t's last two dimensions suit BLAS as they are. */
static inline int is_operand(const THTensor *t) {
    Matrix m = matrix_of(t), mt = transposed(m);
    return is_row_major(&m) || is_row_major(&mt);
}

/* t as it is if its last two dimensions suit BLAS, else a contiguous copy. */
static THTensor *borrow_operand(THTensor *t) {
    return is_operand(t) ? t : new_plain(t);
}

/* The stride of a vector as BLAS wants it: at least 1. */
static inline int64_t vector_stride(const THTensor *t) {
    return t->size[0] == 1 ? 1 : t->stride[0];
}

/* Prepares r for r = beta * t + ... in the usual case: r is new, so that nothing shares
 * its memory, and t is absent, has the result's size, or is one row of it. Returns 1 if
 * r is ready, 0 if it is no such case and unchanged, negative on failure. */
static int start_fresh(THTensor *r, real beta, THTensor *t, int n,
                       const int64_t *size) {
    int64_t rows = 1, row = size[n - 1];
    if (r->storage || r->nDimension)
        return 0;
    if (t && t->nDimension == 1 && t->size[0] == row && vector_stride(t) == 1) {
        for (int d = 0; d < n - 1; d++)
            rows *= size[d];
    } else if (t) {
        if (t->nDimension != n || !THTensor_isContiguous(t))
            return 0;
        for (int d = 0; d < n; d++)
            if (t->size[d] != size[d])
                return 0;
        row = THTensor_nElement(t);
    }
    TH_TRY(THTensor_resize(r, n, size, NULL));
    for (int64_t i = 0; t && beta != 0 && i < rows; i++)
        memcpy(TH_DATA(r) + i * row, TH_DATA(t), (size_t)row * sizeof(real));
    return 1;
}

/* 1 if results of n dimensions can be computed in r: no two elements are one, and BLAS
 * can write to it. */
static inline int is_writable(const THTensor *r, int n) {
    for (int d = 0; d < r->nDimension; d++)
        if (r->size[d] > 1 && r->stride[d] == 0)
            return 0;
    return n < 2 || (r->nDimension >= 2 && is_operand(r));
}

/* The tensor to compute r = beta * t + ... in, holding t's values unless beta is 0: r
 * itself if it has the result's size or takes it, and can be written element by
 * element; else a new one. `aliased`: r's memory belongs to an operand. NULL on
 * failure; the caller stores it with store_output. */
static THTensor *borrow_accumulator(THTensor *r, real beta, THTensor *t, int n,
                                    const int64_t *size, int aliased) {
    THTensor *expanded = NULL, *out = NULL;
    int fresh = start_fresh(r, beta, t, n, size);
    if (fresh)
        return fresh < 0 ? NULL : r;
    if ((!t || t == r) && !aliased && is_writable(r, n) && th_hasSize(r, n, size))
        return r;
    if (t && !(expanded = THTensor_newExpand(t, n, size)))
        return NULL;
    int in_place = r == t;
    if (in_place && !THTensor_isSameSizeAs(r, expanded)) {
        char a[TH_SHAPE_TEXT], b[TH_SHAPE_TEXT];
        THError_set(TH_ERR,
                    "in-place result %s does not have the size of the product %s",
                    THTensor_shapeText(a, r), THTensor_shapeText(b, expanded));
        goto done;
    }
    if (t && !in_place)
        aliased |= beta != 0 && shares_storage(r, t);
    if (!aliased && !in_place && THTensor_resize(r, n, size, NULL) < 0)
        goto done;
    out = !aliased && is_writable(r, n) ? r
                                        : THTensor_newWithSize(TH_REAL_DTYPE, n, size);
    if (out && t && beta != 0 && out != t && th_copySame(out, expanded) < 0) {
        give_back(out, r);
        out = NULL;
    }
done:
    THTensor_free(expanded);
    return out;
}

/* c = beta * c + alpha * a b for one matrix of every operand, by whatever suits the
 * sizes. */
static void product(real alpha, Matrix a, Matrix b, real beta, Matrix c) {
    if (!is_row_major(&c)) {
        Matrix swap = a;
        a = transposed(b);
        b = transposed(swap);
        c = transposed(c);
    }
    int64_t depth = a.columns;
    if (depth == 1 && (b.column == 1 || b.columns == 1)) {
        outer(alpha, a, b, beta, c);
    } else if (c.columns == 1) {
        GemvJob job = {alpha,  beta,       a, b.data, depth == 1 ? 1 : b.row,
                       c.data, leading(&c)};
        gemv(&job);
    } else if (c.rows == 1) {
        GemvJob job = {alpha,  beta, transposed(b), a.data, depth == 1 ? 1 : a.column,
                       c.data, 1};
        gemv(&job);
    } else {
        gemm(alpha, a, b, beta, c);
    }
}

/* 1 if r can take the product of mat1 and mat2 without any preparation. */
static inline int is_ready(const THTensor *r, const THTensor *mat1,
                           const THTensor *mat2) {
    return r->nDimension == 2 && r->size[0] == mat1->size[0] &&
           r->size[1] == mat2->size[1] && is_operand(r) && is_operand(mat1) &&
           is_operand(mat2) && !shares_storage(r, mat1) && !shares_storage(r, mat2);
}

/* --- public functions
 * ---------------------------------------------------------------------------------- */

int THTensor_(addmm)(THTensor *r, real beta, THTensor *t, real alpha, THTensor *mat1,
                     THTensor *mat2) {
    char s1[TH_SHAPE_TEXT], s2[TH_SHAPE_TEXT];
    if (mat1->nDimension != 2 || mat2->nDimension != 2)
        TH_FAIL(TH_ERR, "matrices expected, got %dD, %dD tensors", mat1->nDimension,
                mat2->nDimension);
    if (mat1->size[1] != mat2->size[0])
        TH_FAIL(TH_ERR, "size mismatch, m1: %s, m2: %s", THTensor_shapeText(s1, mat1),
                THTensor_shapeText(s2, mat2));
    if ((!t || t == r) && is_ready(r, mat1, mat2)) {
        product(alpha, matrix_of(mat1), matrix_of(mat2), beta, matrix_of(r));
        return 0;
    }
    int64_t size[2] = {mat1->size[0], mat2->size[1]};
    if (is_operand(mat1) && is_operand(mat2)) {
        int fresh = start_fresh(r, beta, t, 2, size);
        TH_TRY(fresh);
        if (fresh) {
            product(alpha, matrix_of(mat1), matrix_of(mat2), beta, matrix_of(r));
            return 0;
        }
    }
    THTensor *a = borrow_operand(mat1), *b = borrow_operand(mat2), *c = NULL;
    if (a && b)
        c = borrow_accumulator(r, beta, t, 2, size,
                               shares_storage(r, a) || shares_storage(r, b));
    int status = c ? 0 : THError_pending();
    if (c) {
        product(alpha, matrix_of(a), matrix_of(b), beta, matrix_of(c));
        status = store_output(r, c, 0);
    }
    give_back(a, mat1);
    give_back(b, mat2);
    return status;
}

int THTensor_(mm)(THTensor *r, THTensor *mat1, THTensor *mat2) {
    return THTensor_(addmm)(r, 0, NULL, 1, mat1, mat2);
}

int THTensor_(addmv)(THTensor *r, real beta, THTensor *t, real alpha, THTensor *mat,
                     THTensor *vec) {
    char s1[TH_SHAPE_TEXT], s2[TH_SHAPE_TEXT];
    if (mat->nDimension != 2 || vec->nDimension != 1)
        TH_FAIL(TH_ERR, "matrix and vector expected, got %dD, %dD", mat->nDimension,
                vec->nDimension);
    if (mat->size[1] != vec->size[0])
        TH_FAIL(TH_ERR, "size mismatch, m: %s, v: %s", THTensor_shapeText(s1, mat),
                THTensor_shapeText(s2, vec));
    THTensor *a = borrow_operand(mat), *y = NULL;
    THTensor *x = vector_stride(vec) >= 1 ? vec : new_plain(vec);
    if (a && x)
        y = borrow_accumulator(r, beta, t, 1, mat->size,
                               shares_storage(r, a) || shares_storage(r, x));
    int status = y ? 0 : THError_pending();
    if (y) {
        GemvJob job = {alpha,
                       beta,
                       matrix_of(a),
                       TH_DATA(x),
                       vector_stride(x),
                       TH_DATA(y),
                       vector_stride(y)};
        gemv(&job);
        status = store_output(r, y, 0);
    }
    give_back(a, mat);
    give_back(x, vec);
    return status;
}

int THTensor_(mv)(THTensor *r, THTensor *mat, THTensor *vec) {
    return THTensor_(addmv)(r, 0, NULL, 1, mat, vec);
}

int THTensor_(addr)(THTensor *r, real beta, THTensor *t, real alpha, THTensor *vec1,
                    THTensor *vec2) {
    if (vec1->nDimension != 1 || vec2->nDimension != 1)
        TH_FAIL(TH_ERR, "vector and vector expected, got %dD, %dD tensors",
                vec1->nDimension, vec2->nDimension);
    int64_t size[2] = {vec1->size[0], vec2->size[0]};
    THTensor *out = borrow_accumulator(
        r, beta, t, 2, size, shares_storage(r, vec1) || shares_storage(r, vec2));
    if (!out)
        return THError_pending();
    Matrix a = {TH_DATA(vec1), size[0], 1, vec1->stride[0], 1};
    Matrix b = {TH_DATA(vec2), 1, size[1], 1, vec2->stride[0]}, c = matrix_of(out);
    Matrix row = is_row_major(&c) ? b : transposed(a);
    if (row.column != 1 && row.columns != 1)
        gemm_loops(alpha, a, b, beta, c);
    else if (is_row_major(&c))
        outer(alpha, a, b, beta, c);
    else
        outer(alpha, transposed(b), row, beta, transposed(c));
    return store_output(r, out, 0);
}

int THTensor_(ger)(THTensor *r, THTensor *vec1, THTensor *vec2) {
    return THTensor_(addr)(r, 0, NULL, 1, vec1, vec2);
}

typedef struct BatchJob {
    real alpha, beta;
    const THTensor *a, *b, *c;
} BatchJob;

static void batch_products(void *context, int64_t begin, int64_t end) {
    const BatchJob *job = context;
    for (int64_t i = begin; i < end; i++) {
        Matrix a = matrix_of(job->a), b = matrix_of(job->b), c = matrix_of(job->c);
        a.data += i * job->a->stride[0];
        b.data += i * job->b->stride[0];
        c.data += i * job->c->stride[0];
        product(job->alpha, a, b, job->beta, c);
    }
}

static int check_batches(const THTensor *batch1, const THTensor *batch2) {
    char s1[TH_SHAPE_TEXT], s2[TH_SHAPE_TEXT];
    if (batch1->nDimension != 3 || batch2->nDimension != 3)
        TH_FAIL(TH_ERR, "expected 3D tensors, got %dD, %dD", batch1->nDimension,
                batch2->nDimension);
    if (batch1->size[0] != batch2->size[0])
        TH_FAIL(TH_ERR, "equal number of batches expected, got %lld, %lld",
                (long long)batch1->size[0], (long long)batch2->size[0]);
    if (batch1->size[2] != batch2->size[1])
        TH_FAIL(TH_ERR, "wrong matrix size, batch1: %s, batch2: %s",
                THTensor_shapeText(s1, batch1), THTensor_shapeText(s2, batch2));
    return 0;
}

int THTensor_(baddbmm)(THTensor *r, real beta, THTensor *t, real alpha,
                       THTensor *batch1, THTensor *batch2) {
    TH_TRY(check_batches(batch1, batch2));
    int64_t size[3] = {batch1->size[0], batch1->size[1], batch2->size[2]};
    THTensor *a = borrow_operand(batch1), *b = borrow_operand(batch2), *c = NULL;
    if (a && b)
        c = borrow_accumulator(r, beta, t, 3, size,
                               shares_storage(r, a) || shares_storage(r, b));
    int status = c ? 0 : THError_pending();
    if (c) {
        BatchJob job = {alpha, beta, a, b, c};
        double work = (double)size[1] * (double)size[2] * (double)batch1->size[2];
        /* Few large matrices are split one by one, many over the batch. */
        if (size[0] == 1 ||
            (size[0] < THParallel_getNumThreads() && work >= GEMM_GRAIN))
            batch_products(&job, 0, size[0]);
        else
            THParallel_for(size[0], 1 + (int64_t)(GEMM_GRAIN / (work + CALL_COST)),
                           batch_products, &job);
        status = store_output(r, c, 0);
    }
    give_back(a, batch1);
    give_back(b, batch2);
    return status;
}

int THTensor_(bmm)(THTensor *r, THTensor *batch1, THTensor *batch2) {
    return THTensor_(baddbmm)(r, 0, NULL, 1, batch1, batch2);
}

/* One product: the batch becomes part of the inner dimension. */
int THTensor_(addbmm)(THTensor *r, real beta, THTensor *t, real alpha, THTensor *batch1,
                      THTensor *batch2) {
    TH_TRY(check_batches(batch1, batch2));
    int64_t b = batch1->size[0], n = batch1->size[1], m = batch1->size[2];
    int64_t left[2] = {n, b * m}, right[2] = {b * m, batch2->size[2]};
    int64_t order[3] = {1, 0, 2};
    THTensor *rows = THTensor_newPermute(batch1, 3, order), *plain = NULL;
    THTensor *other = NULL, *mat1 = NULL, *mat2 = NULL;
    int status = TH_ERR_MEMORY;
    if (rows && (plain = borrow_contiguous(rows)) &&
        (other = borrow_contiguous(batch2)) &&
        (mat1 = THTensor_newView(plain, 2, left)) &&
        (mat2 = THTensor_newView(other, 2, right)))
        status = THTensor_(addmm)(r, beta, t, alpha, mat1, mat2);
    give_back(plain, rows);
    give_back(other, batch2);
    THTensor_free(rows);
    THTensor_free(mat1);
    THTensor_free(mat2);
    return status;
}
