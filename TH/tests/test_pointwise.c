/* The drivers of element-wise operations, reductions and scans against plain loops,
 * over random shapes and layouts: contiguous, permuted, sliced, expanded, overlapping.
 * Elements are small integers, so that every type gives exact results. */
#include <TH/TH.h>

#include <math.h>
#include <stdlib.h>

#include "THApply.h"
#include "th_test.h"

static uint64_t state = 88172645463325252u;

/* A number 0 <= r < n (xorshift). */
static int64_t pick(int64_t n) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (int64_t)(state % (uint64_t)n);
}

/* The types by their names, with the numbers of THType. */
#define TYPE(Name, type, accreal, floating) TYPE_##Name,
enum { TH_MATH_TYPES(TYPE) };

static double get(const THTensor *t, ptrdiff_t offset) {
    const char *p = (const char *)t->storage->data +
                    (t->storageOffset + offset) * THType_itemSize[t->dtype];
#define GET(Name, type, accreal, floating)                                             \
    case TYPE_##Name:                                                                  \
        return (double)*(const type *)p;
    switch (t->dtype) { TH_MATH_TYPES(GET) }
    return 0;
}

static void set(const THTensor *t, ptrdiff_t offset, double value) {
    char *p = (char *)t->storage->data +
              (t->storageOffset + offset) * THType_itemSize[t->dtype];
#define SET(Name, type, accreal, floating)                                             \
    case TYPE_##Name:                                                                  \
        *(type *)p = (type)value;                                                      \
        break;
    switch (t->dtype) { TH_MATH_TYPES(SET) }
}

/* The element that element number i of a tensor of shape (n, size) sees in t, which
 * broadcasts to it. */
static ptrdiff_t place(const THTensor *t, int n, const int64_t *size, int64_t i) {
    ptrdiff_t offset = 0;
    for (int d = n - 1; d >= 0; d--) {
        int from = d - (n - t->nDimension);
        if (from >= 0 && t->size[from] != 1)
            offset += i % size[d] * t->stride[from];
        i /= size[d];
    }
    return offset;
}

static int64_t count(int n, const int64_t *size) {
    int64_t product = n > 0;
    for (int d = 0; d < n; d++)
        product *= size[d];
    return product;
}

/* All elements in logical order, on the heap. */
static double *values_of(const THTensor *t) {
    int64_t n = THTensor_nElement(t);
    double *v = malloc((size_t)(n + 1) * sizeof(double));
    for (int64_t i = 0; i < n; i++)
        v[i] = get(t, place(t, t->nDimension, t->size, i));
    return v;
}

static void randomize(THTensor *t) {
    int64_t n = THTensor_nElement(t);
    for (int64_t i = 0; i < n; i++)
        set(t, place(t, t->nDimension, t->size, i), (double)(pick(7) + 1));
}

/* A tensor of the given shape in a random layout, filled with 1 ... 7. */
static THTensor *new_random(int dtype, int n, const int64_t *size) {
    int order[8];
    int64_t outer[8], stride[8], step[8];
    ptrdiff_t total = 1, offset = pick(3);
    int contiguous = pick(2) == 0;
    for (int d = 0; d < n; d++)
        order[d] = d;
    for (int d = n - 1; d > 0 && !contiguous; d--) { /* shuffle */
        int e = (int)pick(d + 1), swap = order[d];
        order[d] = order[e];
        order[e] = swap;
    }
    for (int k = n - 1; k >= 0; k--) {
        int d = order[k];
        step[d] = contiguous || pick(3) ? 1 : 2;
        outer[d] = size[d] * step[d] + (contiguous ? 0 : pick(2));
        stride[d] = total * step[d];
        total *= outer[d];
    }
    THStorage *storage = THStorage_new(dtype, total + offset);
    THTensor *t = THTensor_newWithStorage(dtype, storage, offset, n, size, stride);
    THStorage_free(storage);
    randomize(t);
    return t;
}

static int random_shape(int64_t *size) {
    int n = 1 + (int)pick(4);
    for (int d = 0; d < n; d++)
        size[d] = pick(4) == 0 ? 1 : 1 + pick(pick(6) == 0 ? 70 : 11);
    return n;
}

/* Makes a shape that broadcasts to (n, size) by dropping leading dimensions and setting
 * others to 1. */
static int shrink_shape(int n, const int64_t *size, int64_t *small) {
    int drop = pick(2) ? 0 : (int)pick(n);
    for (int d = drop; d < n; d++)
        small[d - drop] = pick(4) == 0 ? 1 : size[d];
    return n - drop;
}

/* Calls THFloatTensor_name(...) or that of the tensor's type. */
#define TYPED(dtype, name, ...)                                                        \
    ((dtype) == TH_BYTE    ? THByteTensor_##name(__VA_ARGS__)                          \
     : (dtype) == TH_CHAR  ? THCharTensor_##name(__VA_ARGS__)                          \
     : (dtype) == TH_SHORT ? THShortTensor_##name(__VA_ARGS__)                         \
     : (dtype) == TH_INT   ? THIntTensor_##name(__VA_ARGS__)                           \
     : (dtype) == TH_LONG  ? THLongTensor_##name(__VA_ARGS__)                          \
     : (dtype) == TH_FLOAT ? THFloatTensor_##name(__VA_ARGS__)                         \
                           : THDoubleTensor_##name(__VA_ARGS__))

enum { CADD, CMUL, CMAX, CDIV, LT, LT_T, ADDCMUL, ADD, NEG_SIGN, COPY, OPERATIONS };

static int call(int op, int dtype, THTensor *r, THTensor *a, THTensor *b, THTensor *c) {
    switch (op) {
    case CADD:
        return TYPED(dtype, cadd, r, a, 2, b);
    case CMUL:
        return TYPED(dtype, cmul, r, a, b);
    case CMAX:
        return TYPED(dtype, cmax, r, a, b);
    case CDIV:
        return TYPED(dtype, cdiv, r, a, b);
    case LT:
        return TYPED(dtype, ltTensor, r, a, b);
    case LT_T:
        return TYPED(dtype, ltTensorT, r, a, b);
    case ADDCMUL:
        return TYPED(dtype, addcmul, r, a, 2, b, c);
    case ADD:
        return TYPED(dtype, add, r, a, 5);
    case NEG_SIGN:
        return TYPED(dtype, sign, r, a);
    default:
        return th_copyStrided(r, a);
    }
}

static double expected(int op, int dtype, double a, double b, double c) {
    switch (op) {
    case CADD:
        return a + 2 * b;
    case CMUL:
        return a * b;
    case CMAX:
        return a > b ? a : b;
    case CDIV:
        return dtype == TH_FLOAT    ? (double)((float)a / (float)b)
               : dtype == TH_DOUBLE ? a / b
                                    : trunc(a / b);
    case LT:
    case LT_T:
        return a < b;
    case ADDCMUL:
        return a + 2 * b * c;
    case ADD:
        return a + 5;
    case NEG_SIGN:
        return a > 0;
    default:
        return a;
    }
}

/* One operation on operands of random layout, into each kind of result. */
static void test_one(void) {
    int op = (int)pick(OPERATIONS), dtype = (int)pick(7), kind = (int)pick(4);
    int64_t size[8], aSize[8], bSize[8], cSize[8];
    int n = random_shape(size), inputs = op == ADDCMUL ? 3 : op < ADDCMUL ? 2 : 1;
    if (op == COPY && kind == 0)
        kind = 1;
    int aN = n, bN = n, cN = n;
    memcpy(aSize, size, sizeof(size));
    memcpy(bSize, size, sizeof(size));
    memcpy(cSize, size, sizeof(size));
    if (inputs > 1 && pick(2))
        bN = shrink_shape(n, size, bSize);
    if (inputs > 1 && kind < 2 && pick(4) == 0) { /* a is the one to expand */
        aN = shrink_shape(n, size, aSize);
        bN = n;
        memcpy(bSize, size, sizeof(size));
    }
    if (inputs > 2 && pick(2))
        cN = shrink_shape(n, size, cSize);
    THTensor *a = new_random(dtype, aN, aSize), *b = new_random(dtype, bN, bSize),
             *c = new_random(dtype, cN, cSize);
    THTensor *r = NULL;
    int rType = op == LT ? TH_BYTE : dtype;
    if (kind == 0) {
        r = THTensor_new(rType);
    } else if (kind == 2 && rType == dtype) { /* in place */
        r = a;
        THTensor_retain(r);
    } else if (kind == 3 && rType == dtype && n > 0 &&
               size[0] > 1) { /* r is a shifted by one row */
        THTensor_free(a);
        size[0]++;
        THTensor *both = new_random(dtype, n, size);
        size[0]--;
        r = THTensor_newNarrow(both, 0, pick(2), size[0]);
        a = THTensor_newNarrow(both, 0, pick(2), size[0]);
        aN = n;
        THTensor_free(both);
    } else {
        r = new_random(rType, n, size);
    }
    double *want = malloc((size_t)(count(n, size) + 1) * sizeof(double));
    for (int64_t i = 0; i < count(n, size); i++)
        want[i] = expected(op, dtype, get(a, place(a, n, size, i)),
                           get(b, place(b, n, size, i)), get(c, place(c, n, size, i)));
    CHECK(call(op, dtype, r, a, b, c) == TH_OK);
    CHECK(r->nDimension == n &&
          memcmp(r->size, size, (size_t)n * sizeof(int64_t)) == 0);
    double *got = values_of(r);
    int same = memcmp(got, want, (size_t)count(n, size) * sizeof(double)) == 0;
    if (!same) {
        char text[TH_SHAPE_TEXT];
        fprintf(stderr, "operation %d type %d kind %d shape %s\n", op, dtype, kind,
                THTensor_shapeText(text, r));
    }
    CHECK(same);
    free(got);
    free(want);
    THTensor_free(a);
    THTensor_free(b);
    THTensor_free(c);
    THTensor_free(r);
}

/* Reductions and scans over a random dimension. */
static void test_dim(void) {
    int64_t size[8];
    int dtype = (int)pick(7), n = random_shape(size), dim = (int)pick(n),
        keep = (int)pick(2);
    THTensor *t = new_random(dtype, n, size);
    THTensor *sum = THTensor_new(dtype), *most = THTensor_new(dtype),
             *where = THTensor_new(TH_LONG);
    THTensor *scan = pick(2) ? THTensor_new(dtype) : new_random(dtype, n, size);
    CHECK(TYPED(dtype, sum, sum, t, dim, keep) == TH_OK);
    CHECK(TYPED(dtype, max, most, where, t, dim - n, keep) == TH_OK);
    CHECK(TYPED(dtype, cumsum, scan, t, dim) == TH_OK);
    CHECK(sum->nDimension == (keep || n == 1 ? n : n - 1));
    int64_t total = count(n, size), inner = 1;
    for (int d = dim + 1; d < n; d++)
        inner *= size[d];
    double *v = values_of(t), *s = values_of(sum), *m = values_of(most),
           *w = values_of(where), *c = values_of(scan);
    int64_t mask = dtype == TH_BYTE ? 255 : -1;
    int right = 1;
    double all = 0;
    for (int64_t o = 0; o < total / size[dim]; o++) {
        const double *line = v + o / inner * inner * size[dim] + o % inner;
        const double *running = c + (line - v);
        double acc = 0, best = line[0];
        int64_t index = 0;
        for (int64_t j = 0; j < size[dim]; j++) {
            acc += line[j * inner];
            if (line[j * inner] > best) {
                best = line[j * inner];
                index = j;
            }
            if (dtype != TH_CHAR)
                right &= running[j * inner] == (double)((int64_t)acc & mask);
        }
        all += acc;
        right &= m[o] == best && w[o] == (double)index;
        if (dtype != TH_CHAR)
            right &= s[o] == (double)((int64_t)acc & mask);
    }
    CHECK(right);
    CHECK((double)TYPED(dtype, sumall, t) == all);
    if (dtype == TH_FLOAT || dtype == TH_DOUBLE) {
        double square = 0, mean = all / (double)total;
        for (int64_t i = 0; i < total; i++)
            square += (v[i] - mean) * (v[i] - mean);
        double var = dtype == TH_FLOAT ? THFloatTensor_varall(t, 1)
                                       : THDoubleTensor_varall(t, 1);
        CHECK(fabs(var - square / (double)total) < 1e-9);
    }
    /* the reverse of a broadcast */
    int64_t small[8];
    int sn = shrink_shape(n, size, small);
    THTensor *back = new_random(dtype, sn, small);
    CHECK(TYPED(dtype, sumTo, back, t) == TH_OK);
    double *want = calloc((size_t)(count(sn, small) + 1), sizeof(double)),
           *got = values_of(back);
    THTensor *shape = THTensor_newWithSize(dtype, sn, small);
    for (int64_t i = 0; i < total; i++)
        want[place(shape, n, size, i)] += v[i];
    right = 1;
    for (int64_t i = 0; i < count(sn, small) && dtype > TH_CHAR && dtype != TH_SHORT;
         i++)
        right &= got[i] == want[i];
    CHECK(right);
    free(v), free(s), free(m), free(w), free(c), free(want), free(got);
    THTensor_free(t), THTensor_free(sum), THTensor_free(most), THTensor_free(where),
        THTensor_free(scan);
    THTensor_free(back), THTensor_free(shape);
}

/* Sizes that reach the threads and the stores past the caches. */
static void test_large(void) {
    const int64_t size[2] = {1 << 11, (1 << 11) + 3};
    THTensor *a = THTensor_newWithSize(TH_FLOAT, 2, size),
             *b = THTensor_newWithSize(TH_FLOAT, 2, size);
    randomize(a);
    randomize(b);
    THTensor *r = THTensor_new(TH_FLOAT), *at = THTensor_newT(a),
             *rt = THTensor_new(TH_FLOAT);
    CHECK(THFloatTensor_cmul(r, a, b) == TH_OK);
    THTensor *bt = THTensor_newT(b);
    CHECK(THFloatTensor_cmul(rt, at, bt) == TH_OK);
    int right = 1;
    double total = 0;
    for (int64_t i = 0; i < size[0]; i++)
        for (int64_t j = 0; j < size[1]; j++) {
            double product = get(a, i * size[1] + j) * get(b, i * size[1] + j);
            right &= get(r, i * size[1] + j) == product &&
                     get(rt, j * size[0] + i) == product;
            total += product;
        }
    CHECK(right);
    CHECK(THFloatTensor_sumall(r) == total &&
          THFloatTensor_sumall(bt) == THFloatTensor_sumall(b));
    CHECK(THFloatTensor_dot(a, b) == total);
    CHECK(THFloatTensor_equal(r, r) == 1 && THFloatTensor_equal(a, b) == 0);
    set(b, 1234567, 100);
    CHECK(THFloatTensor_maxall(bt) == 100);
    set(b, 1234568, NAN);
    CHECK(isnan(THFloatTensor_maxall(bt)) && isnan(THFloatTensor_minall(b)));
    CHECK(THTensor_resizeAs(rt, a) == TH_OK && THFloatTensor_cmul(rt, rt, r) == TH_OK);
    THTensor_free(a), THTensor_free(b), THTensor_free(r), THTensor_free(at),
        THTensor_free(rt), THTensor_free(bt);
}

static void test_errors(void) {
    const int64_t size[2] = {2, 3}, other[2] = {4, 5};
    THTensor *a = new_random(TH_INT, 2, size), *b = new_random(TH_INT, 2, other),
             *row = new_random(TH_INT, 1, size + 1);
    THTensor *r = THTensor_new(TH_INT), *empty = THTensor_new(TH_INT),
             *index = THTensor_new(TH_LONG);
    CHECK(THIntTensor_cadd(r, a, 1, b) == TH_ERR && r->nDimension == 0);
    CHECK(strstr(THError_message(), "must match the size of tensor b (5)") != NULL);
    CHECK(THIntTensor_cadd(row, row, 1, a) == TH_ERR && row->nDimension == 1);
    CHECK(THIntTensor_div(r, a, 0) == TH_ERR &&
          THIntTensor_remainder(r, a, 0) == TH_ERR);
    set(a, 1, 0);
    CHECK(THIntTensor_cdiv(r, a, a) == TH_ERR &&
          strcmp(THError_message(), "division by zero") == 0);
    set(a, 1, INT32_MIN);
    CHECK(THIntTensor_div(r, a, -1) == TH_OK && get(r, place(r, 2, size, 0)) <= 0);
    CHECK(THIntTensor_fmod(r, a, -1) == TH_OK && get(r, 1) == 0);
    CHECK(THIntTensor_sum(r, a, 2, 0) == TH_ERR_INDEX &&
          THIntTensor_sum(r, empty, 0, 0) < 0);
    THError_clear();
    CHECK(THIntTensor_maxall(empty) == 0 && THError_pending() == TH_ERR);
    THError_clear();
    CHECK(THIntTensor_max(r, index, empty, 0, 0) < 0);
    CHECK(THIntTensor_sumall(empty) == 0 && THIntTensor_prodall(empty) == 1);
    CHECK(THIntTensor_cadd(r, empty, 1, empty) == TH_OK && r->nDimension == 0);
    CHECK(THIntTensor_neg(r, empty) == TH_OK && r->nDimension == 0);
    CHECK(THIntTensor_fill(empty, 3) == TH_OK &&
          THIntTensor_cadd(r, a, 1, empty) == TH_ERR);
    CHECK(THIntTensor_sumTo(b, a) == TH_ERR);
    THError_clear();
    THTensor_free(a), THTensor_free(b), THTensor_free(row), THTensor_free(r),
        THTensor_free(empty), THTensor_free(index);
}

static void test_operations(void) {
    for (int i = 0; i < 4000; i++)
        test_one();
}

static void test_dims(void) {
    for (int i = 0; i < 1500; i++)
        test_dim();
}

int main(void) {
    RUN(test_operations);
    RUN(test_dims);
    RUN(test_large);
    RUN(test_errors);
    return TEST_RESULT;
}
