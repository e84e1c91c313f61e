/* Filling new tensors, joining and cutting. Types: all with arithmetic. */
#include <TH/TH.h>

#include <math.h>
#include <string.h>

#include "THGenerate.h"
#include "THTensorBorrow.h"

/* Bytes from which a copy is worth spreading over the threads. */
#define CAT_GRAIN_BYTES (1 << 18)

int THTensor_(eye)(THTensor *r, int64_t n, int64_t m) {
    if (n <= 0 || m <= 0)
        TH_FAIL(TH_ERR_VALUE,
                "invalid argument: sizes must be positive, but got [%lld x %lld]",
                (long long)n, (long long)m);
    TH_TRY(THTensor_resize(r, 2, (int64_t[]){n, m}, NULL));
    TH_TRY(THTensor_(zero)(r));
    real *data = TH_DATA(r);
    int64_t step = r->stride[0] + r->stride[1];
    for (int64_t i = 0; i < (n < m ? n : m); i++)
        data[i * step] = 1;
    return 0;
}

/* Elements of a sequence that are made at a time, and that a thread takes at least. */
#define SEQUENCE_PIECE 256
#define SEQUENCE_GRAIN 32768

typedef struct Sequence {
    real *data;
    int64_t stride;
    accreal first, step;
} Sequence;

/* The elements begin <= i < end. Counting within a piece needs 32 bits, which become
 * floating-point numbers in vectors; sums of whole numbers are exact. */
static void fill_elements(void *context, int64_t begin, int64_t end) {
    const Sequence *c = context;
    real piece[SEQUENCE_PIECE];
    for (int64_t i = begin; i < end; i += SEQUENCE_PIECE) {
        int32_t n = end - i < SEQUENCE_PIECE ? (int32_t)(end - i) : SEQUENCE_PIECE;
        for (int32_t k = 0; k < n; k++)
#if TH_REAL_FLOATING
            piece[k] = (real)(c->first + ((double)i + (double)k) * c->step);
#else
            piece[k] = (real)((uint64_t)c->first +
                              ((uint64_t)i + (uint64_t)k) * (uint64_t)c->step);
#endif
        if (c->stride == 1)
            memcpy(c->data + i, piece, (size_t)n * sizeof(real));
        else
            for (int32_t k = 0; k < n; k++)
                c->data[(i + k) * c->stride] = piece[k];
    }
}

/* r = first, first + step, ... with `count` elements. */
static int fill_sequence(THTensor *r, accreal first, accreal step, int64_t count) {
    TH_TRY(THTensor_resize(r, 1, &count, NULL));
    Sequence sequence = {TH_DATA(r), r->stride[0], first, step};
    THParallel_for(count, SEQUENCE_GRAIN, fill_elements, &sequence);
    return 0;
}

/* The checks that range and arange share. */
static int check_range(accreal xmin, accreal xmax, accreal step) {
    if (step == 0)
        TH_FAIL(TH_ERR_VALUE, "step must be nonzero");
#if TH_REAL_FLOATING
    if (!isfinite(xmin) || !isfinite(xmax) || !isfinite(step))
        TH_FAIL(TH_ERR_VALUE, "bounds and step must be finite, but got %g, %g, step %g",
                xmin, xmax, step);
#endif
    if (step > 0 ? xmin > xmax : xmin < xmax)
        TH_FAIL(TH_ERR_VALUE,
                "upper bound and larger bound incoherent with step sign: from %g to "
                "%g, step %g",
                (double)xmin, (double)xmax, (double)step);
    return 0;
}

#if TH_REAL_FLOATING
/* A count of elements as an integer that memory could hold; -1 with an error otherwise.
 */
static int64_t checked_count(double count) {
    if (count >= 0x1p60) {
        THError_set(TH_ERR_VALUE, "%g elements are too many", count);
        return -1;
    }
    return (int64_t)count;
}

static int64_t count_steps(double xmin, double xmax, double step, int inclusive) {
    double steps = (xmax - xmin) / step;
    return checked_count(inclusive ? floor(steps) + 1 : ceil(steps));
}
#else
static int64_t count_steps(int64_t xmin, int64_t xmax, int64_t step, int inclusive) {
    uint64_t span =
        step > 0 ? (uint64_t)xmax - (uint64_t)xmin : (uint64_t)xmin - (uint64_t)xmax;
    uint64_t size = step > 0 ? (uint64_t)step : 0 - (uint64_t)step;
    uint64_t steps = span / size;
    if (steps >= (uint64_t)1 << 60) {
        THError_set(TH_ERR_VALUE, "%llu elements are too many",
                    (unsigned long long)steps);
        return -1;
    }
    return (int64_t)steps + (inclusive || span % size != 0);
}
#endif

int THTensor_(range)(THTensor *r, accreal xmin, accreal xmax, accreal step) {
    TH_TRY(check_range(xmin, xmax, step));
    int64_t count = count_steps(xmin, xmax, step, 1);
    return count < 0 ? TH_ERR_VALUE : fill_sequence(r, xmin, step, count);
}

int THTensor_(arange)(THTensor *r, accreal xmin, accreal xmax, accreal step) {
    TH_TRY(check_range(xmin, xmax, step));
    int64_t count = count_steps(xmin, xmax, step, 0);
    if (count < 0)
        return TH_ERR_VALUE;
    return count ? fill_sequence(r, xmin, step, count)
                 : THTensor_resize(r, 1, &count, NULL);
}

#if TH_REAL_FLOATING
static int check_points(int64_t n) {
    if (n < 1)
        TH_FAIL(TH_ERR_VALUE, "invalid number of points: %lld", (long long)n);
    return 0;
}

int THTensor_(linspace)(THTensor *r, real a, real b, int64_t n) {
    TH_TRY(check_points(n));
    if (n == 1 && a != b)
        TH_FAIL(TH_ERR_VALUE, "invalid number of points: 1 between %g and %g",
                (double)a, (double)b);
    TH_TRY(fill_sequence(r, a, n > 1 ? ((double)b - a) / (double)(n - 1) : 0, n));
    TH_DATA(r)[(n - 1) * r->stride[0]] = b;
    return 0;
}

int THTensor_(logspace)(THTensor *r, real a, real b, int64_t n) {
    TH_TRY(check_points(n));
    if (n == 1 && a != b)
        TH_FAIL(TH_ERR_VALUE, "invalid number of points: 1 between %g and %g",
                (double)a, (double)b);
    TH_TRY(THTensor_resize(r, 1, &n, NULL));
    real *data = TH_DATA(r);
    double step = n > 1 ? ((double)b - a) / (double)(n - 1) : 0;
    for (int64_t i = 0; i < n; i++)
        data[i * r->stride[0]] = (real)pow(10.0, a + step * (double)i);
    return 0;
}
#endif

/* Joins along dim: every input is `outer` runs of consecutive bytes. */
typedef struct CatCopy {
    char *to;
    const char *from;
    int64_t to_step, from_step; /* bytes from one run to the next */
    size_t run;                 /* bytes */
} CatCopy;

static void copy_runs(void *context, int64_t begin, int64_t end) {
    const CatCopy *c = context;
    for (int64_t i = begin; i < end; i++)
        memcpy(c->to + i * c->to_step, c->from + i * c->from_step, c->run);
}

static void copy_bytes(void *context, int64_t begin, int64_t end) {
    const CatCopy *c = context;
    memcpy(c->to + begin, c->from + begin, (size_t)(end - begin));
}

/* Copies a contiguous input into its place, `start` along dim, of the contiguous
 * result. */
static void place_contiguous(THTensor *result, const THTensor *input, int dim,
                             int64_t start) {
    int64_t outer = 1, inner = sizeof(real);
    for (int d = 0; d < dim; d++)
        outer *= result->size[d];
    for (int d = dim + 1; d < result->nDimension; d++)
        inner *= result->size[d];
    CatCopy c = {(char *)TH_DATA(result) + start * inner, (const char *)TH_DATA(input),
                 result->size[dim] * inner, input->size[dim] * inner,
                 (size_t)(input->size[dim] * inner)};
    if (outer * (int64_t)c.run <= CAT_GRAIN_BYTES)
        copy_runs(&c, 0, outer);
    else if (outer == 1)
        THParallel_for((int64_t)c.run, CAT_GRAIN_BYTES, copy_bytes, &c);
    else
        THParallel_for(outer, 1 + CAT_GRAIN_BYTES / (int64_t)c.run, copy_runs, &c);
}

/* The size of the joined tensor into size[TH_MAX_DIM]; returns its dimensions (0: all
 * inputs are empty) and dim counted from the start in *dim. */
static int cat_size(THTensor *const *inputs, int64_t n, int64_t *dim, int64_t *size) {
    const THTensor *first = NULL;
    for (int64_t i = 0; i < n; i++) {
        const THTensor *t = inputs[i];
        if (!t->nDimension)
            continue;
        if (!first) {
            first = t;
            int wrapped = THTensor_wrapDim(*dim, t->nDimension);
            TH_TRY(wrapped);
            *dim = wrapped;
            memcpy(size, t->size, sizeof(int64_t) * (size_t)t->nDimension);
            continue;
        }
        char a[TH_SHAPE_TEXT], b[TH_SHAPE_TEXT];
        int same = t->nDimension == first->nDimension;
        for (int d = 0; same && d < t->nDimension; d++)
            same = d == *dim || t->size[d] == first->size[d];
        if (!same)
            TH_FAIL(TH_ERR,
                    "inconsistent tensor sizes at dimension other than %lld: %s "
                    "(tensor 0) and %s "
                    "(tensor %lld)",
                    (long long)*dim, THTensor_shapeText(a, first),
                    THTensor_shapeText(b, t), (long long)i);
        size[*dim] += t->size[*dim];
    }
    return first ? first->nDimension : 0;
}

/* Copies input into its place, `start` along dim, of the contiguous result. */
static int place(THTensor *result, THTensor *input, int dim, int64_t start) {
    if (THTensor_isContiguous(input)) {
        place_contiguous(result, input, dim, start);
        return 0;
    }
    THTensor *part = THTensor_newNarrow(result, dim, start, input->size[dim]);
    if (!part)
        return THError_pending();
    int status = THTensor_(copy)(part, input);
    THTensor_free(part);
    return status;
}

int THTensor_(catArray)(THTensor *r, THTensor *const *inputs, int64_t numInputs,
                        int64_t dim) {
    int64_t size[TH_MAX_DIM] = {0}, start = 0;
    if (numInputs < 1)
        TH_FAIL(TH_ERR, "invalid number of inputs %lld", (long long)numInputs);
    int n = cat_size(inputs, numInputs, &dim, size), aliased = 0, status = 0;
    TH_TRY(n);
    if (!n)
        return THTensor_resize(r, 1, size, NULL);
    for (int64_t i = 0; i < numInputs; i++)
        aliased |= shares_storage(r, inputs[i]);
    THTensor *result = borrow_output(r, n, size, aliased);
    if (!result)
        return THError_pending();
    for (int64_t i = 0; status >= 0 && i < numInputs; i++) {
        if (!inputs[i]->nDimension)
            continue;
        status = place(result, inputs[i], (int)dim, start);
        start += inputs[i]->size[dim];
    }
    return store_output(r, result, status);
}

int THTensor_(diag)(THTensor *r, THTensor *t, int64_t k) {
    if (t->nDimension != 1 && t->nDimension != 2)
        TH_FAIL(TH_ERR, "matrix or a vector expected, got %dD", t->nDimension);
    int64_t down = k < 0 ? -k : 0, right = k > 0 ? k : 0, n;
    if (k == INT64_MIN)
        TH_FAIL(TH_ERR_INDEX, "diagonal %lld is out of range", (long long)k);
    if (t->nDimension == 2) {
        char text[TH_SHAPE_TEXT];
        if (down >= t->size[0] || right >= t->size[1])
            TH_FAIL(TH_ERR_INDEX, "diagonal %lld is out of range for %s", (long long)k,
                    THTensor_shapeText(text, t));
        n = t->size[0] - down < t->size[1] - right ? t->size[0] - down
                                                   : t->size[1] - right;
    } else {
        n = t->size[0];
        if (down + right > INT32_MAX)
            TH_FAIL(TH_ERR_INDEX, "diagonal %lld is out of range", (long long)k);
    }
    int64_t side = n + down + right, size[2] = {side, side};
    int matrix = t->nDimension == 1;
    THTensor *result =
        borrow_output(r, matrix ? 2 : 1, matrix ? size : &n, shares_storage(r, t));
    if (!result)
        return THError_pending();
    int status = matrix ? THTensor_(zero)(result) : 0;
    if (status >= 0) {
        real *to = TH_DATA(result) + (matrix ? down * side + right : 0);
        int64_t step = matrix ? side + 1 : 1;
        const real *from =
            TH_DATA(t) + (matrix ? 0 : down * t->stride[0] + right * t->stride[1]);
        int64_t from_step = matrix ? t->stride[0] : t->stride[0] + t->stride[1];
        for (int64_t i = 0; i < n; i++)
            to[i * step] = from[i * from_step];
    }
    return store_output(r, result, status);
}

/* r = t with zeros where j - i > k (keep_lower) or j - i < k. */
static int triangle(THTensor *r, THTensor *t, int64_t k, int keep_lower) {
    if (t->nDimension != 2)
        TH_FAIL(TH_ERR, "expected a matrix, got %dD", t->nDimension);
    if (r != t) {
        THTensor *result = borrow_output(r, 2, t->size, shares_storage(r, t));
        if (!result)
            return THError_pending();
        TH_TRY(store_output(r, result, THTensor_(copy)(result, t)));
    }
    real *data = TH_DATA(r);
    int64_t rows = r->size[0], columns = r->size[1];
    k = k < -rows ? -rows : k > columns ? columns : k;
    for (int64_t i = 0; i < rows; i++) {
        int64_t edge = i + k + keep_lower; /* first column of the upper part */
        edge = edge < 0 ? 0 : edge > columns ? columns : edge;
        for (int64_t j = keep_lower ? edge : 0; j < (keep_lower ? columns : edge); j++)
            data[i * r->stride[0] + j * r->stride[1]] = 0;
    }
    return 0;
}

int THTensor_(tril)(THTensor *r, THTensor *t, int64_t k) {
    return triangle(r, t, k, 1);
}

int THTensor_(triu)(THTensor *r, THTensor *t, int64_t k) {
    return triangle(r, t, k, 0);
}

accreal THTensor_(trace)(THTensor *t) {
    if (t->nDimension != 2) {
        THError_set(TH_ERR, "expected a matrix, got %dD", t->nDimension);
        return 0;
    }
    const real *data = TH_DATA(t);
    int64_t n = t->size[0] < t->size[1] ? t->size[0] : t->size[1];
    accreal sum = 0;
    for (int64_t i = 0; i < n; i++)
#if TH_REAL_FLOATING
        sum += data[i * (t->stride[0] + t->stride[1])];
#else
        sum = (accreal)((uint64_t)sum +
                        (uint64_t)data[i * (t->stride[0] + t->stride[1])]);
#endif
    return sum;
}
