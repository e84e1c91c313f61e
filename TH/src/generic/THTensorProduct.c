/* Derivatives of products. Products of all elements but one are those before it times
 * those behind it; both come from one pass over the line. Types: floating-point. */
#include <TH/TH.h>

#include "THGenerate.h"

#if TH_REAL_FLOATING
#include "THTensorLines.h"

/* Elements that a thread takes at least. */
#define GRAIN 8192

/* One line: g and h are gradient and direction, where the function has them; work is
 * scratch memory of n elements. */
typedef void (*Line)(real *r, real *work, const real *x, const real *g, const real *h,
                     int64_t n);

typedef struct LineJob {
    Line line;
    real *r, *work;
    const real *x, *g, *h;
    int64_t n;
} LineJob;

static void run_lines(void *context, int64_t begin, int64_t end) {
    const LineJob *job = context;
    for (int64_t i = begin * job->n; i < end * job->n; i += job->n)
        job->line(job->r + i, job->work + i, job->x + i, job->g ? job->g + i : NULL,
                  job->h ? job->h + i : NULL, job->n);
}

/* r = line(t, grad, direction) for all lines; grad and direction may be NULL. */
static int for_lines(Line line, THTensor *r, THTensor *t, THTensor *grad,
                     THTensor *direction, int64_t dim, int all) {
    char a[TH_SHAPE_TEXT], b[TH_SHAPE_TEXT];
    THTensor *given[3] = {t, grad, direction}, *plain[3] = {NULL, NULL, NULL};
    THTensor *out = NULL, *work = NULL;
    for (int i = 1; i < 3; i++)
        if (given[i] && !THTensor_isSameSizeAs(given[i], t))
            TH_FAIL(TH_ERR, "the gradient's size %s differs from the input's %s",
                    THTensor_shapeText(a, given[i]), THTensor_shapeText(b, t));
    if (!t->nDimension)
        return THTensor_resizeAs(r, t);
    int d = all ? t->nDimension - 1 : THTensor_wrapDim(dim, t->nDimension), status = 0;
    TH_TRY(d);
    for (int i = 0; status >= 0 && i < 3; i++)
        if (given[i] && !(plain[i] = new_lines(given[i], d)))
            status = TH_ERR_MEMORY;
    if (status >= 0)
        work = THTensor_newWithSize(TH_REAL_DTYPE, t->nDimension, plain[0]->size);
    if (work)
        out = THTensor_newWithSize(TH_REAL_DTYPE, t->nDimension, plain[0]->size);
    if (out) {
        LineJob job = {line,
                       TH_DATA(out),
                       TH_DATA(work),
                       TH_DATA(plain[0]),
                       grad ? TH_DATA(plain[1]) : NULL,
                       direction ? TH_DATA(plain[2]) : NULL,
                       all ? THTensor_nElement(t) : t->size[d]};
        THParallel_for(THTensor_nElement(t) / job.n, 1 + GRAIN / job.n, run_lines,
                       &job);
    }
    status = finish_lines(r, out, d, status);
    THTensor_free(work);
    for (int i = 0; i < 3; i++)
        THTensor_free(plain[i]);
    return status;
}

static void others(real *r, real *work, const real *x, const real *g, const real *h,
                   int64_t n) {
    real before = 1, behind = 1;
    (void)work, (void)g, (void)h;
    for (int64_t i = 0; i < n; i++) {
        r[i] = before;
        before *= x[i];
    }
    for (int64_t i = n - 1; i >= 0; i--) {
        r[i] *= behind;
        behind *= x[i];
    }
}

/* `sum` is that of g_i times the product of the x_j with j != i, both on one side of k;
 * the other side adds its product. */
static void others_grad(real *r, real *work, const real *x, const real *g,
                        const real *h, int64_t n) {
    real product = 1, sum = 0;
    (void)h;
    for (int64_t k = 0; k < n; k++) {
        work[k] = product;
        r[k] = sum;
        sum = sum * x[k] + g[k] * product;
        product *= x[k];
    }
    product = 1;
    sum = 0;
    for (int64_t k = n - 1; k >= 0; k--) {
        r[k] = r[k] * product + work[k] * sum;
        sum = sum * x[k] + g[k] * product;
        product *= x[k];
    }
}

/* The product before k times what g gives to it from k on. */
static void running_grad(real *r, real *work, const real *x, const real *g,
                         const real *h, int64_t n) {
    real before = 1, from = 0;
    (void)work, (void)h;
    for (int64_t k = 0; k < n; k++) {
        r[k] = before;
        before *= x[k];
    }
    for (int64_t k = n - 1; k >= 0; k--) {
        from = g[k] + (k + 1 < n ? x[k + 1] * from : 0);
        r[k] *= from;
    }
}

/* The product rule: the derivative of y_i = y_(i-1) x_i along h. */
static void running_tangent(real *r, real *work, const real *x, const real *g,
                            const real *h, int64_t n) {
    real before = 1, tangent = 0;
    (void)work, (void)g;
    for (int64_t i = 0; i < n; i++) {
        tangent = tangent * x[i] + h[i] * before;
        before *= x[i];
        r[i] = tangent;
    }
}

/* Reverse differentiation of running_tangent with respect to x. */
static void running_curvature(real *r, real *work, const real *x, const real *g,
                              const real *h, int64_t n) {
    real before = 1, tangent = 0, ofTangent = 0, ofProduct = 0;
    for (int64_t i = 0; i < n; i++) {
        work[i] = before;
        r[i] = tangent; /* that of y_(i-1) */
        tangent = tangent * x[i] + h[i] * before;
        before *= x[i];
    }
    /* The gradients of tangent_i and, above, of the product before i + 1. */
    for (int64_t i = n - 1; i >= 0; i--) {
        ofTangent = g[i] + (i + 1 < n ? x[i + 1] * ofTangent : 0);
        r[i] = ofTangent * r[i] + ofProduct * work[i];
        ofProduct = ofTangent * h[i] + ofProduct * x[i];
    }
}

int THTensor_(prodOthers)(THTensor *r, THTensor *t, int64_t dim, int all) {
    return for_lines(others, r, t, NULL, NULL, dim, all);
}

int THTensor_(prodOthersGrad)(THTensor *r, THTensor *grad, THTensor *t, int64_t dim,
                              int all) {
    return for_lines(others_grad, r, t, grad, NULL, dim, all);
}

int THTensor_(cumprodGrad)(THTensor *r, THTensor *grad, THTensor *t, int64_t dim) {
    return for_lines(running_grad, r, t, grad, NULL, dim, 0);
}

int THTensor_(cumprodTangent)(THTensor *r, THTensor *direction, THTensor *t,
                              int64_t dim) {
    return for_lines(running_tangent, r, t, NULL, direction, dim, 0);
}

int THTensor_(cumprodCurvature)(THTensor *r, THTensor *direction, THTensor *grad,
                                THTensor *t, int64_t dim) {
    return for_lines(running_curvature, r, t, grad, direction, dim, 0);
}
#endif
