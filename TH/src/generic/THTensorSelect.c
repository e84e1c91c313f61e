/* Order statistics. The k-th element of a line is found by partitioning (Hoare's
 * quickselect); elements are ordered by value and then by position, so that results do
 * not depend on how the partitioning went. Types: all with arithmetic; the last part
 * floating-point only. */
#include <TH/TH.h>

#include <math.h>

#include "THGenerate.h"
#include "THTensorLines.h"

/* Lines up to this length are sorted on the stack. */
#define FEW 32
/* Elements that a thread takes at least. */
#define GRAIN 4096

typedef struct Element {
    real value;
    int64_t position;
} Element;

/* Whether a stands before b; NaN is the largest. */
static inline int before(Element a, Element b) {
    if (a.value < b.value || a.value > b.value)
        return a.value < b.value;
#if TH_REAL_FLOATING
    if (isnan(a.value) != isnan(b.value))
        return isnan(b.value);
#endif
    return a.position < b.position;
}

static inline void swap(Element *a, Element *b) {
    Element t = *a;
    *a = *b;
    *b = t;
}

/* Moves the element of rank k to e[k]. */
static Element select_rank(Element *e, int64_t n, int64_t k) {
    int64_t low = 0, high = n - 1;
    while (low < high) {
        int64_t middle = low + (high - low) / 2, i = low, j = high;
        if (before(e[middle], e[low]))
            swap(&e[middle], &e[low]);
        if (before(e[high], e[low]))
            swap(&e[high], &e[low]);
        if (before(e[high], e[middle]))
            swap(&e[high], &e[middle]);
        Element pivot = e[middle];
        while (i <= j) {
            while (before(e[i], pivot))
                i++;
            while (before(pivot, e[j]))
                j--;
            if (i <= j)
                swap(&e[i++], &e[j--]);
        }
        if (k <= j)
            high = j;
        else if (k >= i)
            low = i;
        else
            break;
    }
    return e[k];
}

/* Finds one element of each line. */
typedef struct SelectJob {
    const real *lines;
    const int64_t *order; /* mode: positions of the sorted elements */
    real *values;
    int64_t *indices;
    int64_t n, k;
    int failed; /* no memory for the buffer */
} SelectJob;

static void select_lines(void *context, int64_t begin, int64_t end) {
    SelectJob *job = context;
    uint8_t sizeClass;
    size_t bytes = (size_t)job->n * sizeof(Element);
    Element few[FEW], *e = job->n > FEW ? THAlloc_new(bytes, &sizeClass) : few;
    if (!e) {
        __atomic_store_n(&job->failed, 1, __ATOMIC_RELAXED);
        return;
    }
    for (int64_t line = begin; line < end; line++) {
        for (int64_t i = 0; i < job->n; i++)
            e[i] = (Element){job->lines[line * job->n + i], i};
        Element found = select_rank(e, job->n, job->k);
        job->values[line] = found.value;
        job->indices[line] = found.position;
    }
    if (job->n > FEW)
        THAlloc_free(e, bytes, sizeClass);
}

/* The longest run of equal elements of each sorted line, the first of several. */
static void mode_lines(void *context, int64_t begin, int64_t end) {
    SelectJob *job = context;
    for (int64_t line = begin; line < end; line++) {
        const real *v = job->lines + line * job->n;
        int64_t best = 0, longest = 0, start = 0;
        for (int64_t i = 0; i < job->n; i++) {
            if (i + 1 < job->n && v[i] == v[i + 1])
                continue;
            if (i + 1 - start > longest) {
                longest = i + 1 - start;
                best = i;
            }
            start = i + 1;
        }
        job->values[line] = v[best];
        job->indices[line] = job->order[line * job->n + best];
    }
}

/* Runs a job over the lines of t along d into values and indices. */
static int run_lines(SelectJob *job, THTensor *values, THLongTensor *indices,
                     const THTensor *t, int d, int keepdim,
                     void (*body)(void *, int64_t, int64_t)) {
    int64_t size[TH_MAX_DIM];
    int n = reduced_size(t, d, keepdim, size);
    job->n = t->size[d];
    THTensor *picked = borrow_output(values, n, size, shares_storage(values, t));
    if (!picked)
        return THError_pending();
    THTensor *places = borrow_output(indices, n, size, shares_storage(indices, t));
    if (!places) {
        give_back(picked, values);
        return THError_pending();
    }
    job->values = TH_DATA(picked);
    job->indices = (int64_t *)places->storage->data + places->storageOffset;
    THParallel_for(th_nElement(picked), 1 + GRAIN / job->n, body, job);
    int status = 0;
    if (job->failed)
        status = THError_setMemory((size_t)job->n * sizeof(Element));
    status = store_output(values, picked, status);
    return store_output(indices, places, status);
}

/* The checks that all share; returns dim counted from the start. */
static int check_select(const THTensor *values, const THTensor *indices,
                        const THTensor *t, int64_t dim, const char *name) {
    if (!t->nDimension)
        TH_FAIL(TH_ERR, "%s: expected a tensor with elements, but got an empty one",
                name);
    if (shares_storage(values, indices))
        TH_FAIL(TH_ERR, "%s: values and indices must be different tensors", name);
    return THTensor_wrapDim(dim, t->nDimension);
}

static int select_along(THTensor *values, THLongTensor *indices, THTensor *t, int d,
                        int64_t rank, int keepdim) {
    THTensor *lines = borrow_lines(t, d);
    if (!lines)
        return THError_pending();
    SelectJob job = {.lines = TH_DATA(lines), .k = rank};
    int status = run_lines(&job, values, indices, t, d, keepdim, select_lines);
    give_back(lines, t);
    return status;
}

int THTensor_(kthvalue)(THTensor *values, THLongTensor *indices, THTensor *t, int64_t k,
                        int64_t dim, int keepdim) {
    int d = check_select(values, indices, t, dim, "kthvalue");
    TH_TRY(d);
    if (k < 1 || k > t->size[d])
        TH_FAIL(TH_ERR,
                "selected index k out of range: k is %lld, dimension %d has size %lld",
                (long long)k, d, (long long)t->size[d]);
    return select_along(values, indices, t, d, k - 1, keepdim);
}

int THTensor_(median)(THTensor *values, THLongTensor *indices, THTensor *t, int64_t dim,
                      int keepdim) {
    int d = check_select(values, indices, t, dim, "median");
    TH_TRY(d);
    return select_along(values, indices, t, d, (t->size[d] - 1) / 2, keepdim);
}

real THTensor_(medianall)(THTensor *t) {
    real value = 0;
    int64_t index, n = THTensor_nElement(t);
    if (!n) {
        THError_set(TH_ERR, "median: expected a tensor with elements, but got an empty "
                            "one");
        return 0;
    }
    THTensor *plain = borrow_contiguous(t);
    if (!plain)
        return 0;
    SelectJob job = {TH_DATA(plain), NULL, &value, &index, n, (n - 1) / 2, 0};
    select_lines(&job, 0, 1);
    if (job.failed)
        THError_setMemory((size_t)n * sizeof(Element));
    give_back(plain, t);
    return value;
}

int THTensor_(mode)(THTensor *values, THLongTensor *indices, THTensor *t, int64_t dim,
                    int keepdim) {
    int d = check_select(values, indices, t, dim, "mode"), status = TH_ERR_MEMORY;
    TH_TRY(d);
    THTensor *lines = borrow_lines(t, d), *sorted = NULL, *order = NULL;
    if (lines && (sorted = THTensor_new(TH_REAL_DTYPE)))
        order = THTensor_new(TH_LONG);
    if (order)
        status = THTensor_(sort)(sorted, order, lines, -1, 0);
    if (status >= 0) {
        SelectJob job = {.lines = TH_DATA(sorted),
                         .order = (const int64_t *)order->storage->data};
        status = run_lines(&job, values, indices, t, d, keepdim, mode_lines);
    }
    give_back(lines, t);
    THTensor_free(sorted);
    THTensor_free(order);
    return status;
}

#if TH_REAL_FLOATING
int THTensor_(histc)(THTensor *r, THTensor *t, int64_t bins, real min, real max) {
    if (bins < 1)
        TH_FAIL(TH_ERR, "histc: bins must be positive, but got %lld", (long long)bins);
    int64_t n = THTensor_nElement(t);
    if (min == max && n) {
        min = THTensor_(minall)(t);
        max = THTensor_(maxall)(t);
    }
    if (!isfinite(min) || !isfinite(max) || min > max)
        TH_FAIL(TH_ERR, "histc: the range must be finite and rising, but is [%g, %g]",
                (double)min, (double)max);
    double low = min == max ? min - 1.0 : min, high = min == max ? max + 1.0 : max;
    THTensor *plain = borrow_contiguous(t), *out = NULL;
    int status = TH_ERR_MEMORY;
    if (!plain || !(out = THTensor_newWithSize(TH_REAL_DTYPE, 1, &bins)))
        goto done;
    real *count = TH_DATA(out);
    const real *x = n ? TH_DATA(plain) : NULL;
    for (int64_t b = 0; b < bins; b++)
        count[b] = 0;
    for (int64_t i = 0; i < n; i++) {
        if (!(x[i] >= low && x[i] <= high))
            continue;
        int64_t b = (int64_t)((x[i] - low) / (high - low) * (double)bins);
        count[b < bins ? b : bins - 1]++;
    }
    status = THTensor_resize(r, 1, &bins, NULL);
    if (status >= 0)
        status = THTensor_(copy)(r, out);
done:
    give_back(plain, t);
    THTensor_free(out);
    return status;
}
#endif
