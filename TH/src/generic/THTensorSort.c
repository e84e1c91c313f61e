/* Sorting. Types: all with arithmetic.
 *
 * Values become unsigned keys whose order is the wanted one (for descending order the
 * complement), each with its position in the line. Short lines are sorted by merging,
 * long ones by a radix sort that starts with the least significant digit. Both are
 * stable, so equal values keep their order and results do not depend on threads. NaN is
 * the largest value; -0 equals 0. topk keeps the best candidates while it reads the
 * line: few by insertion, many by radix selection (the k-th key is found digit by
 * digit). */
#include <TH/TH.h>

#include <string.h>

#include "THGenerate.h"
#include "THTensorBorrow.h"

/* Up to this length runs are sorted by insertion. */
#define INSERTION_MAX 16
/* Up to this length lines are sorted by merging, which needs no tables. */
#define MERGE_MAX 1024
/* Up to this k the winners are kept in order while the line is read. */
#define TOPK_INSERTION_MAX 32
#define DIGIT_BITS 11
#define DIGIT_COUNT (1 << DIGIT_BITS)
/* Lines up to this length are sorted on the stack. */
#define FEW 32
/* Elements from which lines are spread over the threads. */
#define SORT_GRAIN 4096

#if defined(TH_GENERATE_Long) || defined(TH_GENERATE_Double)
typedef uint64_t Key;
#else
typedef uint32_t Key;
#endif
#define KEY_BITS ((int)(8 * sizeof(Key)))
#define DIGITS ((KEY_BITS + DIGIT_BITS - 1) / DIGIT_BITS)

typedef struct Item {
    Key key;
    uint32_t position;
} Item;

/* The key of a value for ascending order. */
static inline Key key_of(real value) {
    const Key sign = (Key)1 << (KEY_BITS - 1);
#if TH_REAL_FLOATING
    Key bits;
    if (value != value)
        return ~(Key)0;
    value += 0; /* -0 becomes 0 */
    memcpy(&bits, &value, sizeof(bits));
    return bits & sign ? ~bits : bits | sign;
#else
    return (Key)(int64_t)value ^ sign;
#endif
}

static void make_items(Item *items, const real *line, int64_t stride, int64_t n,
                       int descending) {
    Key flip = descending ? ~(Key)0 : 0;
    for (int64_t i = 0; i < n; i++)
        items[i] = (Item){key_of(line[i * stride]) ^ flip, (uint32_t)i};
}

static void insertion_sort(Item *items, int64_t n) {
    for (int64_t i = 1; i < n; i++) {
        Item item = items[i];
        int64_t j = i;
        for (; j > 0 && items[j - 1].key > item.key; j--)
            items[j] = items[j - 1];
        items[j] = item;
    }
}

static inline unsigned digit_of(Key key, int digit) {
    return (unsigned)(key >> (digit * DIGIT_BITS)) & (DIGIT_COUNT - 1);
}

/* Sorts with scratch memory of n items; returns the sorted array, which is one of the
 * two. */
static Item *radix_sort(Item *items, Item *scratch, int64_t n) {
    uint32_t counts[DIGITS][DIGIT_COUNT];
    memset(counts, 0, sizeof(counts));
    for (int64_t i = 0; i < n; i++)
        for (int d = 0; d < DIGITS; d++)
            counts[d][digit_of(items[i].key, d)]++;
    for (int d = 0; d < DIGITS; d++) {
        if (counts[d][digit_of(items[0].key, d)] == n)
            continue; /* all have the same digit */
        uint32_t start = 0;
        for (int b = 0; b < DIGIT_COUNT; b++) {
            uint32_t count = counts[d][b];
            counts[d][b] = start;
            start += count;
        }
        for (int64_t i = 0; i < n; i++)
            scratch[counts[d][digit_of(items[i].key, d)]++] = items[i];
        Item *swap = items;
        items = scratch;
        scratch = swap;
    }
    return items;
}

/* Sorts like radix_sort, by merging sorted runs. */
static Item *merge_sort(Item *items, Item *scratch, int64_t n) {
    for (int64_t i = 0; i < n; i += INSERTION_MAX)
        insertion_sort(items + i, n - i < INSERTION_MAX ? n - i : INSERTION_MAX);
    for (int64_t run = INSERTION_MAX; run < n; run *= 2) {
        for (int64_t begin = 0; begin < n; begin += 2 * run) {
            int64_t middle = begin + run < n ? begin + run : n;
            int64_t end = middle + run < n ? middle + run : n, a = begin, b = middle;
            Item *to = scratch + begin;
            while (a < middle && b < end) {
                int second = items[b].key < items[a].key;
                *to++ = items[second ? b : a];
                b += second;
                a += !second;
            }
            memcpy(to, items + a, (size_t)(middle - a) * sizeof(Item));
            memcpy(to + (middle - a), items + b, (size_t)(end - b) * sizeof(Item));
        }
        Item *swap = items;
        items = scratch;
        scratch = swap;
    }
    return items;
}

static Item *sort_items(Item *items, Item *scratch, int64_t n) {
    return n > MERGE_MAX ? radix_sort(items, scratch, n)
                         : merge_sort(items, scratch, n);
}

/* Keeps the k items with the smallest keys of a line, sorted, in items. */
static void insert_smallest(Item *items, const real *line, int64_t stride, int64_t n,
                            int64_t k, int descending) {
    Key flip = descending ? ~(Key)0 : 0;
    make_items(items, line, stride, k, descending);
    insertion_sort(items, k);
    for (int64_t i = k; i < n; i++) {
        Key key = key_of(line[i * stride]) ^ flip;
        if (key >= items[k - 1].key)
            continue;
        int64_t j = k - 1;
        for (; j > 0 && items[j - 1].key > key; j--)
            items[j] = items[j - 1];
        items[j] = (Item){key, (uint32_t)i};
    }
}

/* Moves the k items with the smallest keys to the front, in order of position. */
static void select_smallest(Item *items, int64_t n, int64_t k) {
    Key limit = 0, mask = 0; /* the digits of the k-th key found so far */
    int64_t wanted = k;      /* its rank among the items that share those digits */
    for (int d = DIGITS - 1; d >= 0; d--) {
        uint32_t counts[DIGIT_COUNT] = {0};
        for (int64_t i = 0; i < n; i++)
            if ((items[i].key & mask) == limit)
                counts[digit_of(items[i].key, d)]++;
        unsigned b = 0;
        while (wanted > counts[b])
            wanted -= counts[b++];
        limit |= (Key)b << (d * DIGIT_BITS);
        mask |= (Key)(DIGIT_COUNT - 1) << (d * DIGIT_BITS);
        if (counts[b] == wanted)
            break; /* all that share these digits are among the k */
    }
    int64_t kept = 0;
    for (int64_t i = 0; kept < k; i++) {
        Key key = items[i].key & mask;
        if (key < limit || (key == limit && wanted-- > 0))
            items[kept++] = items[i];
    }
}

/* Puts the k items with the smallest keys of a line into items, in order of position;
 * returns k. Candidates are collected, and cut down to k whenever there are many. */
static int64_t collect_smallest(Item *items, const real *line, int64_t stride,
                                int64_t n, int64_t k, int descending) {
    Key flip = descending ? ~(Key)0 : 0, limit = ~(Key)0;
    int64_t most = 2 * k < MERGE_MAX ? MERGE_MAX : 2 * k, kept = 0;
    int limited = 0; /* limit is the largest of k keys before: only smaller ones win */
    for (int64_t i = 0; i < n; i++) {
        Key key = key_of(line[i * stride]) ^ flip;
        if (limited && key >= limit)
            continue;
        items[kept++] = (Item){key, (uint32_t)i};
        if (kept < most)
            continue;
        select_smallest(items, kept, k);
        kept = k;
        limited = 1;
        limit = 0;
        for (int64_t j = 0; j < k; j++)
            limit = items[j].key > limit ? items[j].key : limit;
    }
    if (kept > k)
        select_smallest(items, kept, k);
    return k;
}

/* Sorts or selects along one dimension of contiguous-result tensors. */
typedef struct SortJob {
    const THTensor *t;
    real *values;
    int64_t *indices;
    int dim;
    int64_t n, k, inner; /* length of a line, results of a line, lines side by side */
    int descending, sorted;
    int failed; /* no memory for the buffers */
} SortJob;

/* Where line `line` of the input begins. */
static const real *line_start(const SortJob *job, int64_t line) {
    const THTensor *t = job->t;
    const real *data = TH_DATA(t);
    for (int d = t->nDimension - 1; d >= 0; d--) {
        if (d == job->dim)
            continue;
        data += line % t->size[d] * t->stride[d];
        line /= t->size[d];
    }
    return data;
}

static void sort_lines(void *context, int64_t begin, int64_t end) {
    SortJob *job = context;
    int64_t n = job->n, k = job->k, stride = job->t->stride[job->dim];
    size_t bytes = 2 * (size_t)n * sizeof(Item);
    uint8_t size_class;
    Item few[2 * FEW], *items = n > FEW ? THAlloc_new(bytes, &size_class) : few;
    if (!items) {
        __atomic_store_n(&job->failed, 1, __ATOMIC_RELAXED);
        return;
    }
    for (int64_t line = begin; line < end; line++) {
        const real *from = line_start(job, line);
        Item *result = items;
        if (k < n && k <= TOPK_INSERTION_MAX) {
            insert_smallest(items, from, stride, n, k, job->descending);
        } else {
            int64_t kept = n;
            if (k < n && n > MERGE_MAX)
                kept = collect_smallest(items, from, stride, n, k, job->descending);
            else
                make_items(items, from, stride, n, job->descending);
            if (job->sorted || k < kept)
                result = sort_items(items, items + n, kept);
        }
        int64_t to = line / job->inner * k * job->inner + line % job->inner;
        for (int64_t i = 0; i < k; i++, to += job->inner) {
            job->values[to] = from[result[i].position * stride];
            job->indices[to] = result[i].position;
        }
    }
    if (n > FEW)
        THAlloc_free(items, bytes, size_class);
}

/* The first k of each line, sorted or not. */
static int sort_along(THTensor *values, THLongTensor *indices, THTensor *t, int dim,
                      int64_t k, int descending, int sorted) {
    int64_t size[TH_MAX_DIM];
    SortJob job = {.t = t,
                   .dim = dim,
                   .n = t->size[dim],
                   .k = k,
                   .inner = 1,
                   .descending = descending,
                   .sorted = sorted};
    if (job.n > INT32_MAX)
        TH_FAIL(TH_ERR, "dimension %d has %lld elements, too many to sort", dim,
                (long long)job.n);
    for (int d = dim + 1; d < t->nDimension; d++)
        job.inner *= t->size[d];
    memcpy(size, t->size, sizeof(int64_t) * (size_t)t->nDimension);
    size[dim] = k;
    if (shares_storage(values, indices))
        TH_FAIL(TH_ERR, "values and indices must be different tensors");
    int dims = t->nDimension;
    THTensor *order = borrow_output(indices, dims, size, shares_storage(indices, t));
    if (!order)
        return THError_pending();
    THTensor *result = borrow_output(values, dims, size, shares_storage(values, t));
    if (!result) {
        give_back(order, indices);
        return THError_pending();
    }
    job.values = TH_DATA(result);
    job.indices = (int64_t *)order->storage->data + order->storageOffset;
    int status = 0;
    THParallel_for(THTensor_nElement(t) / job.n, 1 + SORT_GRAIN / job.n, sort_lines,
                   &job);
    if (job.failed)
        status = THError_setMemory(2 * (size_t)job.n * sizeof(Item));
    status = store_output(values, result, status);
    return store_output(indices, order, status);
}

int THTensor_(sort)(THTensor *values, THLongTensor *indices, THTensor *t, int64_t dim,
                    int descending) {
    if (!t->nDimension)
        TH_FAIL(TH_ERR, "cannot sort an empty tensor");
    int d = THTensor_wrapDim(dim, t->nDimension);
    TH_TRY(d);
    return sort_along(values, indices, t, d, t->size[d], descending, 1);
}

int THTensor_(topk)(THTensor *values, THLongTensor *indices, THTensor *t, int64_t k,
                    int64_t dim, int largest, int sorted) {
    if (!t->nDimension)
        TH_FAIL(TH_ERR, "cannot select from an empty tensor");
    int d = THTensor_wrapDim(dim, t->nDimension);
    TH_TRY(d);
    if (k < 1 || k > t->size[d])
        TH_FAIL(TH_ERR,
                "selected index k out of range: k is %lld, dimension %d has size %lld",
                (long long)k, d, (long long)t->size[d]);
    return sort_along(values, indices, t, d, k, largest, sorted);
}
