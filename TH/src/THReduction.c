/* The drivers of reductions, compiled once for all types.
 *
 * Over everything, the tensor is walked in the order of its memory and cut into chunks,
 * whose number depends on the size only: the result does not depend on the number of
 * threads. Over one dimension the results are computed in blocks along one other
 * dimension: row by row if the reduced dimension is contiguous, else all results of the
 * block at once while the rows are read one after the other. Neither way copies the
 * input. */
#include "THReduction.h"

#include <math.h>
#include <string.h>

#include "THApply.h"
#include "THTensorBorrow.h"

/* Elements of a chunk at least, and chunks at most. */
#define CHUNK 65536
#define MAX_CHUNKS 256
/* Elements that are gathered at a time; results of a block at most, and at least if
 * there are rows to read. */
#define GATHER 2048
#define BLOCK 1024
#define BLOCK_MIN 32

static int is_floating(const THTensor *t) {
    return t->dtype == TH_FLOAT || t->dtype == TH_DOUBLE;
}

static THScalar start_of(int op, int floating) {
    int64_t start = op == TH_R_prod;
    return floating ? (THScalar){.d = (double)start} : (THScalar){.i = start};
}

static THScalar join(int op, int floating, THScalar a, THScalar b) {
    switch (op) {
    case TH_R_prod:
        return floating ? (THScalar){.d = a.d * b.d} : (THScalar){.i = a.i * b.i};
    case TH_R_maxabs:
        return a.d > b.d || a.d != a.d ? a : b;
    default:
        return floating ? (THScalar){.d = a.d + b.d} : (THScalar){.i = a.i + b.i};
    }
}

static double finish_one(const THReduction *reduction, double acc, int64_t n) {
    switch (reduction->finish) {
    case TH_FINISH_MEAN:
        return acc / (double)n;
    case TH_FINISH_MEAN_LESS_1:
        return acc / (double)(n - 1);
    case TH_FINISH_ROOT:
        return sqrt(acc / (double)n);
    case TH_FINISH_ROOT_LESS_1:
        return sqrt(acc / (double)(n - 1));
    case TH_FINISH_SQUARE_ROOT:
        return sqrt(acc);
    case TH_FINISH_POWER:
        return pow(acc, 1 / reduction->parameter);
    default:
        return acc;
    }
}

/* ---- Everything ---- */

/* A tensor seen in the order of its memory, dimension 0 innermost, with as few
 * dimensions as possible. */
typedef struct Walk {
    const char *data;
    int item, ndim;
    int64_t size[TH_MAX_DIM], stride[TH_MAX_DIM]; /* strides in bytes */
} Walk;

static void walk_init(Walk *walk, const THTensor *t) {
    int n = 0;
    walk->data = th_bytes(t);
    walk->item = THType_itemSize[t->dtype];
    for (int d = 0; d < t->nDimension; d++) { /* sorted in, the smallest stride first */
        if (t->size[d] == 1)
            continue;
        int64_t stride = t->stride[d] * walk->item;
        int e = n++;
        for (; e > 0 && walk->stride[e - 1] > stride; e--) {
            walk->size[e] = walk->size[e - 1];
            walk->stride[e] = walk->stride[e - 1];
        }
        walk->size[e] = t->size[d];
        walk->stride[e] = stride;
    }
    if (n == 0) {
        walk->size[0] = 1;
        walk->stride[0] = walk->item;
        n = 1;
    }
    int last = 0;
    for (int d = 1; d < n; d++) {
        if (walk->stride[d] == walk->stride[last] * walk->size[last]) {
            walk->size[last] *= walk->size[d];
        } else {
            last++;
            walk->size[last] = walk->size[d];
            walk->stride[last] = walk->stride[d];
        }
    }
    walk->ndim = last + 1;
}

/* Finds element number `at` of the walk and how many elements follow it along dimension
 * 0. */
static const char *walk_find(const Walk *walk, int64_t at, int64_t *run) {
    int64_t inner = at % walk->size[0];
    const char *p = walk->data + inner * walk->stride[0];
    *run = walk->size[0] - inner;
    at /= walk->size[0];
    for (int d = 1; d < walk->ndim; d++) {
        p += at % walk->size[d] * walk->stride[d];
        at /= walk->size[d];
    }
    return p;
}

/* Up to n elements from number `at` on as contiguous memory, in the buffer if need be;
 * sets *n to how many they are. */
static const void *walk_read(const Walk *walk, int64_t at, int64_t *n,
                             char buffer[GATHER * 8]) {
    int64_t run, want = *n < GATHER ? *n : GATHER, have = 0;
    const char *p = walk_find(walk, at, &run);
    if (walk->stride[0] == walk->item && (run >= want || run >= GATHER / 8)) {
        *n = run < *n ? run : *n;
        return p;
    }
    while (have < want) {
        p = walk_find(walk, at + have, &run);
        run = run < want - have ? run : want - have;
        char *to = buffer + have * walk->item;
        int64_t step = walk->stride[0];
        switch (walk->item) {
        case 1:
            for (int64_t i = 0; i < run; i++)
                memcpy(to + i, p + i * step, 1);
            break;
        case 2:
            for (int64_t i = 0; i < run; i++)
                memcpy(to + i * 2, p + i * step, 2);
            break;
        case 4:
            for (int64_t i = 0; i < run; i++)
                memcpy(to + i * 4, p + i * step, 4);
            break;
        default:
            for (int64_t i = 0; i < run; i++)
                memcpy(to + i * 8, p + i * step, 8);
            break;
        }
        have += run;
    }
    *n = have;
    return buffer;
}

typedef struct AllJob {
    Walk walk;
    int64_t n, chunk;
    int op;
    THScalar center, start, acc[MAX_CHUNKS];
    const THReduceKernels *kernels;
    int64_t (*extreme)(void *, const void *, int64_t); /* for th_extremeAll */
    char values[MAX_CHUNKS * 8];
} AllJob;

/* Cuts the tensor into chunks; returns their number. */
static int64_t all_init(AllJob *job, THTensor *t) {
    walk_init(&job->walk, t);
    job->kernels = &th_kernels.reduce[t->dtype];
    job->n = th_nElement(t);
    job->chunk = (job->n + MAX_CHUNKS - 1) / MAX_CHUNKS;
    if (job->chunk < CHUNK)
        job->chunk = CHUNK;
    return (job->n + job->chunk - 1) / job->chunk;
}

static int64_t chunk_end(const AllJob *job, int64_t c) {
    return (c + 1) * job->chunk < job->n ? (c + 1) * job->chunk : job->n;
}

static void reduce_chunks(void *context, int64_t begin, int64_t end) {
    AllJob *job = context;
    _Alignas(64) char buffer[GATHER * 8];
    for (int64_t c = begin; c < end; c++) {
        job->acc[c] = job->start;
        for (int64_t i = c * job->chunk, n; i < chunk_end(job, c); i += n) {
            n = chunk_end(job, c) - i;
            const void *a = walk_read(&job->walk, i, &n, buffer);
            job->kernels->row[job->op](&job->acc[c], a, n, &job->center);
        }
    }
}

static THScalar reduce_all(int op, THTensor *t, double center) {
    int floating = is_floating(t);
    THScalar acc = start_of(op, floating);
    int64_t n = th_nElement(t);
    if (n <= CHUNK && th_isContiguous(t)) {
        if (n > 0)
            th_kernels.reduce[t->dtype].row[op](&acc, th_bytes(t), n, &center);
        return acc;
    }
    AllJob job;
    int64_t chunks = all_init(&job, t);
    job.op = op;
    job.center.d = center;
    job.start = acc;
    THParallel_for(chunks, 1, reduce_chunks, &job);
    for (int64_t c = 0; c < chunks; c++)
        acc = join(op, floating, acc, job.acc[c]);
    return acc;
}

THScalar th_reduceAll(const THReduction *reduction, THTensor *t) {
    double center = reduction->parameter;
    int64_t n = th_nElement(t);
    if (reduction->centered)
        center = reduce_all(TH_R_sum, t, 0).d / (double)n;
    THScalar acc = reduce_all(reduction->op, t, center);
    if (reduction->finish != TH_FINISH_NONE)
        acc.d = finish_one(reduction, acc.d, n);
    return acc;
}

static void extreme_chunks(void *context, int64_t begin, int64_t end) {
    AllJob *job = context;
    _Alignas(64) char buffer[GATHER * 8];
    for (int64_t c = begin; c < end; c++) {
        /* two values: the best of the chunk so far, and that of the next piece */
        _Alignas(8) char pair[2 * 8];
        int item = job->walk.item, pieces = 0;
        for (int64_t i = c * job->chunk, n; i < chunk_end(job, c); i += n) {
            n = chunk_end(job, c) - i;
            const void *a = walk_read(&job->walk, i, &n, buffer);
            job->extreme(pair + pieces * item, a, n);
            if (pieces)
                job->extreme(pair, pair, 2);
            pieces = 1;
        }
        memcpy(job->values + c * item, pair, (size_t)item);
    }
}

int th_extremeAll(int largest, THTensor *t, void *value) {
    if (t->nDimension == 0)
        TH_FAIL(TH_ERR,
                "cannot perform reduction function %s on tensor with no elements "
                "because the operation does not have an "
                "identity",
                largest ? "max" : "min");
    AllJob job;
    int64_t chunks = all_init(&job, t);
    job.extreme = largest ? job.kernels->max : job.kernels->min;
    THParallel_for(chunks, 1, extreme_chunks, &job);
    job.extreme(value, job.values, chunks);
    return TH_OK;
}

typedef struct DotJob {
    const char *a, *b;
    int item;
    int64_t n, chunk;
    THScalar start, acc[MAX_CHUNKS];
    void (*dot)(void *, const void *, const void *, int64_t);
} DotJob;

static void dot_chunks(void *context, int64_t begin, int64_t end) {
    DotJob *job = context;
    for (int64_t c = begin; c < end; c++) {
        int64_t from = c * job->chunk,
                n = job->n - from < job->chunk ? job->n - from : job->chunk;
        job->acc[c] = job->start;
        job->dot(&job->acc[c], job->a + from * job->item, job->b + from * job->item, n);
    }
}

int th_dot(THTensor *a, THTensor *b, THScalar *result) {
    int floating = is_floating(a);
    *result = start_of(TH_R_sum, floating);
    DotJob job; /* acc is large: not cleared */
    job.n = th_nElement(a);
    job.start = *result;
    job.item = THType_itemSize[a->dtype];
    job.dot = th_kernels.reduce[a->dtype].dot;
    if (job.n != th_nElement(b)) {
        char aText[TH_SHAPE_TEXT], bText[TH_SHAPE_TEXT];
        TH_FAIL(TH_ERR,
                "inconsistent tensor size, expected tensor %s and src %s to have the "
                "same number of elements",
                THTensor_shapeText(aText, a), THTensor_shapeText(bText, b));
    }
    if (job.n == 0)
        return TH_OK;
    if (job.n <= CHUNK && th_isContiguous(a) && th_isContiguous(b)) {
        job.dot(result, th_bytes(a), th_bytes(b), job.n);
        return TH_OK;
    }
    THTensor *x = borrow_contiguous(a), *y = borrow_contiguous(b);
    if (x && y) {
        job.a = th_bytes(x);
        job.b = th_bytes(y);
        job.chunk = (job.n + MAX_CHUNKS - 1) / MAX_CHUNKS;
        if (job.chunk < CHUNK)
            job.chunk = CHUNK;
        int64_t chunks = (job.n + job.chunk - 1) / job.chunk;
        THParallel_for(chunks, 1, dot_chunks, &job);
        for (int64_t c = 0; c < chunks; c++)
            *result = join(TH_R_sum, floating, *result, job.acc[c]);
    }
    int status = x && y ? TH_OK : THError_pending();
    give_back(x, a);
    give_back(y, b);
    return status;
}

/* ---- One dimension ---- */

typedef struct DimJob {
    const THReduction *reduction; /* NULL for th_extremeDim */
    int largest, floating;
    int item, outItem;
    const char *in;
    char *out;
    int64_t *index;               /* th_extremeDim */
    int64_t n, stride;            /* of the reduced dimension; strides in elements */
    int64_t width, wide, outWide; /* the dimension of the blocks: size, strides */
    int64_t block, blocks;        /* size and number of the blocks along it */
    int ndim;                     /* the other dimensions */
    int64_t size[TH_MAX_DIM], inStride[TH_MAX_DIM], outStride[TH_MAX_DIM];
    const THReduceKernels *kernels;
} DimJob;

/* Sorts the dimensions of t: the reduced one, that of the blocks, others. The result is
 * contiguous. */
static int64_t dim_init(DimJob *job, THTensor *t, int dim) {
    job->item = THType_itemSize[t->dtype];
    job->floating = is_floating(t);
    job->in = th_bytes(t);
    job->kernels = &th_kernels.reduce[t->dtype];
    job->n = t->size[dim];
    job->stride = job->n == 1 ? 1 : t->stride[dim];
    job->ndim = 0;
    int64_t outStride = 1;
    for (int d = t->nDimension - 1; d >= 0; d--) {
        if (d == dim || t->size[d] == 1)
            continue;
        int last = job->ndim - 1;
        if (last >= 0 && t->stride[d] == job->inStride[last] * job->size[last]) {
            job->size[last] *=
                t->size[d]; /* the result is contiguous: its strides fit */
        } else {
            job->size[job->ndim] = t->size[d];
            job->inStride[job->ndim] = t->stride[d];
            job->outStride[job->ndim++] = outStride;
        }
        outStride *= t->size[d];
    }
    int block = 0; /* a contiguous dimension if there is one, else the innermost */
    for (int d = job->ndim - 1; d >= 0; d--)
        if (job->inStride[d] == 1)
            block = d;
    if (job->ndim == 0) {
        job->size[0] = job->inStride[0] = job->outStride[0] = 1;
        job->ndim = 1;
    }
    job->width = job->size[block];
    job->wide = job->inStride[block];
    job->outWide = job->outStride[block];
    job->ndim--;
    for (int d = block; d < job->ndim; d++) {
        job->size[d] = job->size[d + 1];
        job->inStride[d] = job->inStride[d + 1];
        job->outStride[d] = job->outStride[d + 1];
    }
    int64_t least = job->stride == 1 ? 1 : BLOCK_MIN;
    job->block = CHUNK / job->n;
    job->block = job->block < least ? least : job->block > BLOCK ? BLOCK : job->block;
    job->blocks = (job->width + job->block - 1) / job->block;
    int64_t tasks = job->blocks;
    for (int d = 0; d < job->ndim; d++)
        tasks *= job->size[d];
    return tasks;
}

/* Where block number `task` begins: returns its number of results. */
static int64_t dim_find(const DimJob *job, int64_t task, const char **in,
                        int64_t *out) {
    int64_t begin = task % job->blocks * job->block;
    int64_t at = begin * job->wide;
    *out = begin * job->outWide;
    task /= job->blocks;
    for (int d = 0; d < job->ndim; d++) {
        at += task % job->size[d] * job->inStride[d];
        *out += task % job->size[d] * job->outStride[d];
        task /= job->size[d];
    }
    *in = job->in + at * job->item;
    return job->width - begin < job->block ? job->width - begin : job->block;
}

/* acc[i] = the reduction of result i of a block. */
static void reduce_block(const DimJob *job, int op, const char *in, int64_t width,
                         THScalar *acc, const THScalar *center) {
    for (int64_t i = 0; i < width; i++)
        acc[i] = start_of(op, job->floating);
    if (job->wide == 1 && job->stride != 1) {
        job->kernels->rows[op](acc, in, width, job->n, job->stride, center);
        return;
    }
    for (int64_t i = 0; i < width; i++) {
        const char *from = in + i * job->wide * job->item;
        if (job->stride == 1)
            job->kernels->row[op](acc + i, from, job->n, center + i);
        else
            job->kernels->rows[op](acc + i, from, 1, job->n, job->stride, center + i);
    }
}

static void reduce_tasks(void *context, int64_t begin, int64_t end) {
    const DimJob *job = context;
    const THReduction *reduction = job->reduction;
    _Alignas(64) THScalar acc[BLOCK], center[BLOCK];
    for (int64_t task = begin; task < end; task++) {
        const char *in;
        int64_t out, width = dim_find(job, task, &in, &out);
        for (int64_t i = 0; i < width; i++)
            center[i].d = reduction->parameter;
        if (reduction->centered) {
            reduce_block(job, TH_R_sum, in, width, acc, center);
            for (int64_t i = 0; i < width; i++)
                center[i].d = acc[i].d / (double)job->n;
        }
        reduce_block(job, reduction->op, in, width, acc, center);
        if (reduction->finish != TH_FINISH_NONE)
            for (int64_t i = 0; i < width; i++)
                acc[i].d = finish_one(reduction, acc[i].d, job->n);
        job->kernels->store(job->out + out * job->item, job->outWide, acc, width);
    }
}

static void extreme_tasks(void *context, int64_t begin, int64_t end) {
    const DimJob *job = context;
    _Alignas(64) char value[BLOCK * 8];
    int64_t index[BLOCK];
    size_t item = (size_t)job->item;
    for (int64_t task = begin; task < end; task++) {
        const char *in;
        int64_t out, width = dim_find(job, task, &in, &out);
        if (job->wide == 1 && job->stride != 1) {
            (job->largest ? job->kernels->maxRows : job->kernels->minRows)(
                value, index, in, width, job->n, job->stride);
        } else {
            for (int64_t i = 0; i < width; i++) {
                const char *from = in + i * job->wide * job->item;
                if (job->stride == 1)
                    index[i] = (job->largest ? job->kernels->max : job->kernels->min)(
                        value + i * job->item, from, job->n);
                else
                    (job->largest ? job->kernels->maxRows : job->kernels->minRows)(
                        value + i * job->item, index + i, from, 1, job->n, job->stride);
            }
        }
        for (int64_t i = 0; i < width; i++) {
            memcpy(job->out + (out + i * job->outWide) * job->item,
                   value + i * job->item, item);
            job->index[out + i * job->outWide] = index[i];
        }
    }
}

/* The shape of a reduction over `dim` into size[]; its length. */
static int reduced_shape(const THTensor *t, int dim, int keepdim, int64_t *size) {
    int n = 0;
    for (int d = 0; d < t->nDimension; d++) {
        if (d != dim)
            size[n++] = t->size[d];
        else if (keepdim || t->nDimension == 1)
            size[n++] = 1;
    }
    return n;
}

/* Blocks that a thread takes at least. */
static int64_t dim_grain(const DimJob *job) {
    int64_t width = job->width < job->block ? job->width : job->block;
    return CHUNK / 2 / (width * job->n) + 1;
}

int th_reduceDim(const THReduction *reduction, THTensor *r, THTensor *t, int64_t dim,
                 int keepdim) {
    int64_t size[TH_MAX_DIM];
    int d = THTensor_wrapDim(dim, t->nDimension);
    if (d < 0)
        return d;
    int n = reduced_shape(t, d, keepdim, size);
    THTensor *output = borrow_output(r, n, size, shares_storage(r, t));
    if (!output)
        return THError_pending();
    DimJob job;
    int64_t tasks = dim_init(&job, t, d);
    job.reduction = reduction;
    job.out = th_bytes(output);
    if (tasks == 1 && job.width == 1 && job.n > CHUNK) { /* one long row */
        THScalar acc = th_reduceAll(reduction, t);
        job.kernels->store(job.out, 1, &acc, 1);
    } else {
        THParallel_for(tasks, dim_grain(&job), reduce_tasks, &job);
    }
    return store_output(r, output, TH_OK);
}

int th_extremeDim(int largest, THTensor *values, THTensor *indices, THTensor *t,
                  int64_t dim, int keepdim) {
    int64_t size[TH_MAX_DIM];
    int d = THTensor_wrapDim(dim, t->nDimension);
    if (d < 0)
        return d;
    if (t->size[d] > INT32_MAX && t->stride[d] != 1) /* what the kernels count with */
        TH_FAIL(TH_ERR,
                "dimension %d of size %lld is too large unless it is contiguous", d,
                (long long)t->size[d]);
    int n = reduced_shape(t, d, keepdim, size);
    THTensor *output = borrow_output(values, n, size, shares_storage(values, t));
    THTensor *places = NULL;
    if (output)
        places = borrow_output(indices, n, size, shares_storage(indices, t));
    if (!places) {
        give_back(output, values);
        return THError_pending();
    }
    DimJob job;
    int64_t tasks = dim_init(&job, t, d);
    job.largest = largest;
    job.out = th_bytes(output);
    job.index = (int64_t *)th_bytes(places);
    THParallel_for(tasks, dim_grain(&job), extreme_tasks, &job);
    int status = store_output(values, output, TH_OK);
    return store_output(indices, places, status);
}

int th_sumTo(THTensor *r, THTensor *t) {
    static const THReduction sum = {TH_R_sum, TH_FINISH_NONE, 0, 0};
    int extra = t->nDimension - r->nDimension,
        fits = extra >= 0 && (r->nDimension > 0 || t->nDimension == 0);
    for (int d = 0; fits && d < r->nDimension; d++)
        fits = r->size[d] == t->size[d + extra] || r->size[d] == 1;
    if (!fits) {
        char rText[TH_SHAPE_TEXT], tText[TH_SHAPE_TEXT];
        TH_FAIL(TH_ERR, "a tensor of size %s is no broadcast of one of size %s",
                THTensor_shapeText(tText, t), THTensor_shapeText(rText, r));
    }
    if (t->nDimension == 0)
        return TH_OK;
    /* Sum over one run of neighbouring dimensions at a time, the outermost first. */
    THTensor *rest = t;
    THTensor_retain(rest);
    int status = TH_OK;
    for (int d = 0; d < t->nDimension && status >= 0; d++) {
        if (t->size[d] == 1 || (d >= extra && r->size[d - extra] != 1))
            continue;
        /* dimensions d ... last are reduced and can be walked as one */
        int last = d;
        int64_t length = rest->size[d];
        while (last + 1 < t->nDimension &&
               (last + 1 < extra || r->size[last + 1 - extra] == 1) &&
               rest->stride[last] == rest->stride[last + 1] * rest->size[last + 1])
            length *= rest->size[++last];
        int64_t size[TH_MAX_DIM], stride[TH_MAX_DIM];
        for (int e = 0; e < t->nDimension; e++) {
            size[e] = e < d || e > last ? rest->size[e] : 1;
            stride[e] = rest->stride[e];
        }
        size[last] = length;
        THTensor *view = THTensor_newViewUnchecked(rest, t->nDimension, size, stride,
                                                   rest->storageOffset);
        THTensor *next = THTensor_new(t->dtype);
        status =
            view && next ? th_reduceDim(&sum, next, view, last, 1) : THError_pending();
        THTensor_free(view);
        THTensor_free(rest);
        rest = next;
        d = last;
    }
    if (status >= 0) {
        /* the same elements without the leading dimensions */
        THTensor *view =
            THTensor_newViewUnchecked(rest, r->nDimension, rest->size + extra,
                                      rest->stride + extra, rest->storageOffset);
        status = view ? th_copyStrided(r, view) : THError_pending();
        THTensor_free(view);
    }
    THTensor_free(rest);
    return status;
}
