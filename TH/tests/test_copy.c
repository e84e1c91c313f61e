/* Copies among all types and layouts. */
#include "th_test.h"

/* r = src, for the types that the tensors have. */
static int copy(THTensor *r, THTensor *src) {
#define FROM(Source, source, sourceacc, floating) (CopyFunction) CURRENT(Source),
    typedef int (*CopyFunction)(THTensor *, THTensor *);
    static const CopyFunction functions[TH_NTYPES][TH_NTYPES] = {
#define CURRENT(Source) THByteTensor_copy##Source
        {TH_ALL_TYPES(FROM)},
#undef CURRENT
#define CURRENT(Source) THCharTensor_copy##Source
        {TH_ALL_TYPES(FROM)},
#undef CURRENT
#define CURRENT(Source) THShortTensor_copy##Source
        {TH_ALL_TYPES(FROM)},
#undef CURRENT
#define CURRENT(Source) THIntTensor_copy##Source
        {TH_ALL_TYPES(FROM)},
#undef CURRENT
#define CURRENT(Source) THLongTensor_copy##Source
        {TH_ALL_TYPES(FROM)},
#undef CURRENT
#define CURRENT(Source) THFloatTensor_copy##Source
        {TH_ALL_TYPES(FROM)},
#undef CURRENT
#define CURRENT(Source) THDoubleTensor_copy##Source
        {TH_ALL_TYPES(FROM)},
#undef CURRENT
#define CURRENT(Source) THHalfTensor_copy##Source
        {TH_ALL_TYPES(FROM)},
#undef CURRENT
    };
    return functions[r->dtype][src->dtype](r, src);
}

/* Element `offset` of the storage; small numbers, which all types can hold. */
static double get(const THTensor *t, int64_t offset) {
    void *data = t->storage->data;
    switch (t->dtype) {
    case TH_BYTE:
        return ((uint8_t *)data)[offset];
    case TH_CHAR:
        return ((int8_t *)data)[offset];
    case TH_SHORT:
        return ((int16_t *)data)[offset];
    case TH_INT:
        return ((int32_t *)data)[offset];
    case TH_LONG:
        return (double)((int64_t *)data)[offset];
    case TH_FLOAT:
        return ((float *)data)[offset];
    case TH_DOUBLE:
        return ((double *)data)[offset];
    default:
        return TH_half2float(((THHalf *)data)[offset]);
    }
}

/* The k-th element in logical order. */
static double element(const THTensor *t, int64_t k) {
    int64_t offset = t->storageOffset;
    for (int d = t->nDimension - 1; d >= 0; d--) {
        offset += k % t->size[d] * t->stride[d];
        k /= t->size[d];
    }
    return get(t, offset);
}

/* A contiguous tensor that holds i % 100. */
static THTensor *numbers(int type, int n, const int64_t *size) {
    THTensor *t = THTensor_newWithSize(type, n, size),
             *from = THTensor_newWithSize(TH_INT, n, size);
    for (int64_t i = 0; i < THTensor_nElement(from); i++)
        ((int *)from->storage->data)[i] = (int)(i % 100);
    CHECK_INT(0, copy(t, from));
    THTensor_free(from);
    return t;
}

static int same_elements(const THTensor *a, const THTensor *b) {
    for (int64_t k = 0; k < THTensor_nElement(a); k++)
        if (element(a, k) != element(b, k))
            return 0;
    return 1;
}

/* Layouts of 7 x 12 elements: contiguous, transposed, every second column, other shape.
 */
enum { LAYOUTS = 4 };
static THTensor *in_layout(int type, int layout) {
    THTensor *t, *view;
    switch (layout) {
    case 1:
        t = numbers(type, SIZES(12, 7));
        view = THTensor_newT(t);
        break;
    case 2:
        t = numbers(type, SIZES(7, 24));
        view = THTensor_newSlice(t, 1, 1, 12, 2);
        break;
    case 3:
        t = numbers(type, SIZES(6, 2, 14));
        view = THTensor_newNarrow(t, 2, 3, 7);
        break;
    default:
        return numbers(type, SIZES(7, 12));
    }
    THTensor_free(t);
    return view;
}

static void test_types_and_layouts(void) {
    for (int to = 0; to < TH_NTYPES; to++)
        for (int from = 0; from < TH_NTYPES; from++)
            for (int layout = 0; layout < LAYOUTS * LAYOUTS; layout++) {
                THTensor *r = in_layout(to, layout / LAYOUTS);
                THTensor *src = in_layout(from, layout % LAYOUTS);
                CHECK_INT(0, copy(r, src));
                if (!same_elements(r, src))
                    FAILED("%s from %s, layouts %d, %d", THType_name[to],
                           THType_name[from], layout / LAYOUTS, layout % LAYOUTS);
                THTensor_free(src);
                THTensor_free(r);
            }
}

static void test_large(void) {
    for (int type = 0; type < TH_NTYPES; type++) {
        THTensor *src = numbers(TH_FLOAT, SIZES(300, 1001)),
                 *turned = THTensor_newT(src);
        THTensor *r = THTensor_newWithSize(type, SIZES(300, 1001));
        CHECK_INT(0, copy(r, src));
        CHECK(same_elements(r, src));
        CHECK_INT(0, copy(r, turned)); /* other shape, not contiguous */
        CHECK(same_elements(r, turned));
        THTensor_free(r);
        THTensor_free(turned);
        THTensor_free(src);
    }
    THTensor *huge = numbers(TH_BYTE, SIZES(40 << 20)),
             *r = THTensor_newWithSize(TH_BYTE, SIZES(40 << 20));
    CHECK_INT(0, copy(r, huge)); /* past the caches */
    CHECK(memcmp(r->storage->data, huge->storage->data, 40 << 20) == 0);
    THTensor_free(r);
    THTensor_free(huge);
}

static void test_values(void) {
    static const struct {
        double from;
        int byte, small, integer;
    } cases[] = {
        {-1, 255, -1, -1}, {300, 44, 44, 300}, {2.9, 2, 2, 2}, {-2.9, 254, -2, -2}};
    for (int i = 0; i < 4; i++) {
        THTensor *src = THTensor_newWithSize(TH_DOUBLE, SIZES(20));
        for (int k = 0; k < 20; k++)
            ((double *)src->storage->data)[k] = cases[i].from;
        static const int types[] = {TH_BYTE, TH_CHAR, TH_INT, TH_LONG, TH_DOUBLE};
        const double expected[] = {cases[i].byte, cases[i].small, cases[i].integer,
                                   cases[i].integer, cases[i].from};
        for (int k = 0; k < 5; k++) {
            THTensor *r = THTensor_newWithSize(types[k], SIZES(20));
            CHECK_INT(0, copy(r, src));
            CHECK(get(r, 0) == expected[k] && get(r, 19) == expected[k]);
            THTensor_free(r);
        }
        THTensor_free(src);
    }
}

static void test_special(void) {
    THTensor *a = numbers(TH_FLOAT, SIZES(4, 4)), *turned = THTensor_newT(a);
    CHECK_INT(0, copy(a, a));
    CHECK_INT(0, copy(a, turned)); /* in place, over itself */
    for (int i = 0; i < 4; i++)
        for (int k = 0; k < 4; k++)
            CHECK(get(a, 4 * i + k) == 4 * k + i);
    THTensor_free(turned);
    THTensor_free(a);

    a = numbers(TH_INT, SIZES(10));
    THTensor *low = THTensor_newNarrow(a, 0, 0, 9),
             *high = THTensor_newNarrow(a, 0, 1, 9);
    CHECK_INT(0, copy(high, low)); /* overlapping: as if by way of a copy */
    for (int i = 0; i < 10; i++)
        CHECK(get(a, i) == (i > 0 ? i - 1 : 0));
    THTensor_free(high);
    THTensor_free(low);
    THTensor_free(a);

    THTensor *one = numbers(TH_FLOAT, SIZES(3, 1)),
             *wide = THTensor_newExpand(one, SIZES(3, 5));
    THTensor *r = THTensor_newWithSize(TH_DOUBLE, SIZES(3, 5));
    CHECK_INT(0, copy(r, wide));
    CHECK(same_elements(r, wide));
    THTensor_free(r);
    THTensor_free(wide);
    THTensor_free(one);
}

static void test_empty(void) {
    THTensor *a = THTensor_new(TH_FLOAT), *b = THTensor_new(TH_INT),
             *c = THTensor_new(TH_FLOAT);
    CHECK_INT(0, copy(a, b));
    CHECK_INT(0, copy(a, c));
    CHECK_INT(0, copy(a, a));
    THTensor_free(c);
    THTensor_free(b);
    THTensor_free(a);
}

static void test_errors(void) {
    static const int types[] = {TH_FLOAT, TH_INT};
    THTensor *r = numbers(TH_FLOAT, SIZES(2, 3));
    for (int i = 0; i < 2; i++) {
        THTensor *src = numbers(types[i], SIZES(5));
        CHECK_ERROR(
            copy(r, src) < 0, TH_ERR,
            "inconsistent tensor size, expected tensor [2 x 3] and "
            "src [5] to have the same number of elements, but got 6 and 5 elements "
            "respectively");
        THTensor_free(src);
    }
    CHECK(get(r, 5) == 5);
    THTensor_free(r);
}

int main(void) {
    RUN(test_types_and_layouts);
    RUN(test_large);
    RUN(test_values);
    RUN(test_special);
    RUN(test_empty);
    RUN(test_errors);
    return TEST_RESULT;
}
