/* Derivatives of products. Products of all elements but one are those before it times
 * those behind it; both come from one pass over the line. A running product is the
 * recurrence y_i = x_i y_(i-1), and the derivatives of linear recurrences are linear
 * recurrences, so that this one serves all orders. Types: floating-point. */
#include <TH/TH.h>

#include "THGenerate.h"

#if TH_REAL_FLOATING
#include "THTensorLines.h"

/* Elements that a thread takes at least. */
#define GRAIN 8192

/* One line of n elements; b is a second operand, for functions that have one. */
typedef void (*Line)(real *r, const real *a, const real *b, int64_t n);

typedef struct LineJob {
    Line line;
    real *r;
    const real *a, *b;
    int64_t n;
} LineJob;

static void run_lines(void *context, int64_t begin, int64_t end) {
    const LineJob *job = context;
    for (int64_t i = begin * job->n; i < end * job->n; i += job->n)
        job->line(job->r + i, job->a + i, job->b ? job->b + i : NULL, job->n);
}

/* r = line(a, b) for all lines; b may be NULL. */
static int for_lines(Line line, THTensor *r, THTensor *a, THTensor *b, int64_t dim,
                     int all) {
    THTensor *plainA = NULL, *plainB = NULL, *out = NULL;
    if (!a->nDimension)
        return THTensor_resizeAs(r, a);
    int d = all ? a->nDimension - 1 : THTensor_wrapDim(dim, a->nDimension), status = 0;
    TH_TRY(d);
    if (!(plainA = borrow_lines(a, d)) || (b && !(plainB = borrow_lines(b, d))))
        status = TH_ERR_MEMORY;
    if (status >= 0)
        out = THTensor_newWithSize(TH_REAL_DTYPE, a->nDimension, plainA->size);
    if (out) {
        LineJob job = {line, TH_DATA(out), TH_DATA(plainA), b ? TH_DATA(plainB) : NULL,
                       all ? THTensor_nElement(a) : a->size[d]};
        THParallel_for(THTensor_nElement(a) / job.n, 1 + GRAIN / job.n, run_lines,
                       &job);
    }
    status = finish_lines(r, out, d, status);
    give_back(plainA, a);
    give_back(plainB, b);
    return status;
}

static void others(real *r, const real *x, const real *unused, int64_t n) {
    real before = 1, behind = 1;
    (void)unused;
    for (int64_t i = 0; i < n; i++) {
        r[i] = before;
        before *= x[i];
    }
    for (int64_t i = n - 1; i >= 0; i--) {
        r[i] *= behind;
        behind *= x[i];
    }
}

static void forward(real *r, const real *t, const real *x, int64_t n) {
    real y = r[0] = t[0];
    for (int64_t i = 1; i < n; i++)
        r[i] = y = t[i] + x[i] * y;
}

static void backward(real *r, const real *t, const real *x, int64_t n) {
    real y = r[n - 1] = t[n - 1];
    for (int64_t i = n - 2; i >= 0; i--)
        r[i] = y = t[i] + x[i + 1] * y;
}

int THTensor_(prodOthers)(THTensor *r, THTensor *t, int64_t dim, int all) {
    return for_lines(others, r, t, NULL, dim, all);
}

int THTensor_(recurrence)(THTensor *r, THTensor *t, THTensor *factors, int64_t dim,
                          int reverse) {
    char a[TH_SHAPE_TEXT], b[TH_SHAPE_TEXT];
    if (!THTensor_isSameSizeAs(t, factors))
        TH_FAIL(TH_ERR, "recurrence: the factors' size %s differs from %s",
                THTensor_shapeText(a, factors), THTensor_shapeText(b, t));
    return for_lines(reverse ? backward : forward, r, t, factors, dim, 0);
}
#endif
