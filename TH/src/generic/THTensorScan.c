/* Running sums and products. A line along the dimension is scanned by itself where it
 * is contiguous; otherwise a block of neighbouring lines advances together, so that
 * memory is read in order. Types: all with arithmetic. */
#include <TH/TH.h>

#include <string.h>

#include "THApply.h"
#include "THGenerate.h"
#include "THTensorBorrow.h"

/* Lines that advance together; elements that a thread takes at least. */
#define BLOCK 256
#define GRAIN 32768

/* Scans `width` lines of n elements: line i is at r + i, t + i * tWide. */
typedef void (*Scan)(real *r, int64_t rStride, const real *t, int64_t tWide,
                     int64_t tStride, int64_t width, int64_t n);

static void scan_sum(real *r, int64_t rStride, const real *t, int64_t tWide,
                     int64_t tStride, int64_t width, int64_t n) {
    if (width == 1) {
        accreal sum = 0;
        for (int64_t j = 0; j < n; j++)
            r[j * rStride] = (real)(sum += t[j * tStride]);
        return;
    }
    accreal acc[BLOCK] = {0};
    for (int64_t j = 0; j < n; j++)
        for (int64_t i = 0; i < width; i++) {
            acc[i] += t[i * tWide + j * tStride];
            r[i + j * rStride] = (real)acc[i];
        }
}

static void scan_prod(real *r, int64_t rStride, const real *t, int64_t tWide,
                      int64_t tStride, int64_t width, int64_t n) {
    if (width == 1) {
        accreal product = 1;
        for (int64_t j = 0; j < n; j++)
            r[j * rStride] = (real)(product *= t[j * tStride]);
        return;
    }
    accreal acc[BLOCK];
    for (int64_t i = 0; i < width; i++)
        acc[i] = 1;
    for (int64_t j = 0; j < n; j++)
        for (int64_t i = 0; i < width; i++) {
            acc[i] *= t[i * tWide + j * tStride];
            r[i + j * rStride] = (real)acc[i];
        }
}

typedef struct ScanJob {
    Scan scan;
    real *r; /* contiguous */
    const THTensor *t;
    int dim;
    int64_t
        inner;   /* lines next to each other in r: the product of the sizes after dim */
    int64_t run; /* size of the innermost dimension, along which a block lies */
} ScanJob;

/* Blocks begin <= b < end; a block lies within one run of the innermost dimension. */
static void scan_blocks(void *context, int64_t begin, int64_t end) {
    const ScanJob *job = context;
    const THTensor *t = job->t;
    int last = t->nDimension - 1;
    int64_t n = t->size[job->dim], perRun = (job->run + BLOCK - 1) / BLOCK;
    for (int64_t b = begin; b < end; b++) {
        int64_t first = b % perRun * BLOCK, rest = b / perRun;
        int64_t rAt = first, tAt = 0, rStride = 1;
        for (int d = last; d >= 0; d--) {
            if (d == last && d != job->dim) {
                tAt += first * t->stride[d];
            } else if (d != job->dim) {
                rAt += rest % t->size[d] * rStride;
                tAt += rest % t->size[d] * t->stride[d];
                rest /= t->size[d];
            }
            rStride *= t->size[d];
        }
        int64_t width = job->run - first < BLOCK ? job->run - first : BLOCK;
        job->scan(job->r + rAt, job->inner, TH_DATA(t) + tAt, t->stride[last],
                  t->stride[job->dim], width, n);
    }
}

static int scan_dim(Scan scan, THTensor *r, THTensor *t, int64_t dim) {
    int d = THTensor_wrapDim(dim, t->nDimension);
    if (d < 0)
        return d;
    int separate = !r->storage || r->storage != t->storage;
    if (separate)
        TH_TRY(THTensor_resizeAs(r, t));
    int direct =
        r == t || THTensor_isSetTo(r, t) || separate; /* reading is ahead of writing */
    THTensor *output = borrow_output(r, t->nDimension, t->size, !direct);
    if (!output)
        return THError_pending();
    ScanJob job = {scan, TH_DATA(output), t, d, 1, 1};
    for (int e = d + 1; e < t->nDimension; e++)
        job.inner *= t->size[e];
    if (d != t->nDimension - 1)
        job.run = t->size[t->nDimension - 1];
    int64_t blocks =
        th_nElement(t) / t->size[d] / job.run * ((job.run + BLOCK - 1) / BLOCK);
    int64_t perBlock = (job.run < BLOCK ? job.run : BLOCK) * t->size[d];
    THParallel_for(blocks, GRAIN / perBlock + 1, scan_blocks, &job);
    return store_output(r, output, TH_OK);
}

int THTensor_(cumsum)(THTensor *r, THTensor *t, int64_t dim) {
    return scan_dim(scan_sum, r, t, dim);
}

int THTensor_(cumprod)(THTensor *r, THTensor *t, int64_t dim) {
    return scan_dim(scan_prod, r, t, dim);
}
