/* Tensors: constructors, views, sizes, with their errors. */
#include "th_test.h"

/* A float tensor of these sizes that holds 0, 1, 2, ... */
static THTensor *counting(int n, const int64_t *size) {
    THTensor *t = THTensor_newWithSize(TH_FLOAT, n, size);
    for (int64_t i = 0; i < THTensor_nElement(t); i++)
        ((float *)t->storage->data)[i] = (float)i;
    return t;
}

static float at(const THTensor *t, const int64_t *index) {
    int64_t offset = t->storageOffset;
    for (int d = 0; d < t->nDimension; d++)
        offset += index[d] * t->stride[d];
    return ((float *)t->storage->data)[offset];
}
#define AT(t, ...) at(t, (int64_t[]){__VA_ARGS__})

static void check_size(int line, const THTensor *t, int n, const int64_t *size) {
    char text[TH_SHAPE_TEXT];
    int same = t != NULL && t->nDimension == n;
    for (int d = 0; same && d < n; d++)
        same = t->size[d] == size[d];
    if (!same)
        FAILED("line %d: size %s (error: %s)", line,
               t ? THTensor_shapeText(text, t) : "NULL", THError_message());
}
#define CHECK_SIZE(t, ...) check_size(__LINE__, t, SIZES(__VA_ARGS__))

static void check_stride(int line, const THTensor *t, int n, const int64_t *stride) {
    for (int d = 0; d < n; d++)
        if (t->stride[d] != stride[d])
            FAILED("line %d: stride[%d] is %lld", line, d, (long long)t->stride[d]);
}
#define CHECK_STRIDE(t, ...) check_stride(__LINE__, t, SIZES(__VA_ARGS__))

static void test_new(void) {
    for (int type = 0; type < TH_NTYPES; type++) {
        THTensor *empty = THTensor_new(type);
        CHECK(empty->dtype == type && empty->nDimension == 0 && empty->storage == NULL);
        CHECK_INT(0, THTensor_nElement(empty));
        CHECK(THTensor_isContiguous(empty));
        THTensor_free(empty);
        THTensor *t = THTensor_newWithSize(type, SIZES(2, 3));
        CHECK_SIZE(t, 2, 3);
        CHECK_STRIDE(t, 3, 1);
        CHECK_INT(6, t->storage->size);
        CHECK_INT(6, THTensor_nElement(t));
        THTensor_retain(t);
        THTensor_free(t);
        THTensor_free(t);
    }
    THTensor_free(NULL);
    CHECK_ERROR(THTensor_new(8) == NULL, TH_ERR_TYPE,
                "there is no tensor type number 8");
    CHECK_ERROR(THTensor_newWithSize(TH_FLOAT, SIZES(2, -3)) == NULL, TH_ERR,
                "sizes must not be negative, got [2 x -3]");
    CHECK_ERROR(THTensor_newWithSize(TH_FLOAT, SIZES(INT64_MAX, 2)) == NULL,
                TH_ERR_MEMORY,
                "out of memory: the sizes asked for exceed the address space");
    CHECK_ERROR(THTensor_newWithSize(TH_DOUBLE, SIZES(INT64_MAX / 4)) == NULL,
                TH_ERR_MEMORY,
                "out of memory: the sizes asked for exceed the address space");
    CHECK_ERROR(THTensor_newWithSize(TH_FLOAT, SIZES(1LL << 24, 1LL << 26)) == NULL,
                TH_ERR_MEMORY,
                "out of memory: tried to allocate 4503599627370496 bytes");
    int64_t ones[70];
    for (int d = 0; d < 70; d++)
        ones[d] = 1;
    CHECK_ERROR(THTensor_newWithSize(TH_FLOAT, 65, ones) == NULL, TH_ERR,
                "a tensor has at most 64 dimensions, got 65");
    CHECK_ERROR(THTensor_newWithSize(TH_FLOAT, -1, ones) == NULL, TH_ERR,
                "a tensor has at most 64 dimensions, got -1");
    THTensor *t = THTensor_newWithSize(TH_FLOAT, 64, ones);
    CHECK_INT(1, THTensor_nElement(t));
    CHECK_ERROR(THTensor_newUnsqueeze(t, 0) == NULL, TH_ERR,
                "a tensor has at most 64 dimensions, got 65");
    THTensor_free(t);
}

static void test_sizes_end_at_zero(void) {
    THTensor *t = THTensor_newWithSize(TH_FLOAT, SIZES(3, 0, 2));
    CHECK_SIZE(t, 3);
    CHECK_INT(0, THTensor_resize(t, SIZES(0, 4), NULL));
    CHECK_INT(0, t->nDimension);
    CHECK_INT(3, t->storage->size);
    THTensor_free(t);
}

static void test_new_with_storage(void) {
    THStorage *storage = THStorage_new(TH_FLOAT, 12);
    for (int i = 0; i < 12; i++)
        ((float *)storage->data)[i] = (float)i;
    THTensor *t =
        THTensor_newWithStorage(TH_FLOAT, storage, 1, SIZES(2, 3), (int64_t[]){5, 2});
    CHECK(AT(t, 0, 0) == 1 && AT(t, 1, 2) == 10);
    CHECK_INT(2, storage->refcount);
    CHECK(!THTensor_isContiguous(t));
    THTensor_free(t);
    t = THTensor_newWithStorage(TH_FLOAT, storage, 2, SIZES(4, 5), NULL); /* grows */
    CHECK_INT(22, storage->size);
    CHECK(AT(t, 0, 0) == 2);
    THTensor_free(t);
    t = THTensor_newWithStorage(TH_FLOAT, NULL, 0, SIZES(2), NULL);
    CHECK_SIZE(t, 2);
    THTensor_free(t);
    CHECK_ERROR(THTensor_newWithStorage(TH_INT, storage, 0, SIZES(2), NULL) == NULL,
                TH_ERR_TYPE, "expected a torch.IntTensor, got a torch.FloatTensor");
    CHECK_ERROR(THTensor_newWithStorage(TH_FLOAT, storage, -1, SIZES(2), NULL) == NULL,
                TH_ERR, "Tensor: invalid storage offset -1");
    CHECK_ERROR(THTensor_newWithStorage(TH_FLOAT, storage, 0, SIZES(2),
                                        (int64_t[]){-1}) == NULL,
                TH_ERR, "strides must not be negative, got -1 in dimension 0");
    CHECK_ERROR(
        THTensor_newWithStorage(TH_FLOAT, storage, PTRDIFF_MAX, SIZES(2), NULL) == NULL,
        TH_ERR_MEMORY, "out of memory: the sizes asked for exceed the address space");
    CHECK_ERROR(THTensor_newWithStorage(TH_FLOAT, storage, 0, SIZES(3, 3),
                                        (int64_t[]){INT64_MAX / 2, 1}) == NULL,
                TH_ERR_MEMORY,
                "out of memory: the sizes asked for exceed the address space");
    CHECK_ERROR(THTensor_newWithStorage(TH_FLOAT, storage, 0, SIZES(INT64_MAX, 3),
                                        (int64_t[]){0, 0}) == NULL,
                TH_ERR_MEMORY,
                "out of memory: the sizes asked for exceed the address space");
    CHECK_INT(1, storage->refcount);
    THStorage_free(storage);
}

static void keep(void *context, void *data, size_t bytes) {
    (void)context, (void)data, (void)bytes;
}

static void test_fixed_storage(void) {
    static const THAllocator allocator = {keep};
    float data[6] = {0, 1, 2, 3, 4, 5};
    THStorage *storage = THStorage_newWithData(TH_FLOAT, data, 6, &allocator, NULL);
    THTensor *t = THTensor_newWithStorage(TH_FLOAT, storage, 0, SIZES(2, 3), NULL);
    CHECK(AT(t, 1, 2) == 5);
    CHECK_ERROR(
        THTensor_newWithStorage(TH_FLOAT, storage, 1, SIZES(2, 3), NULL) == NULL,
        TH_ERR, "Trying to resize storage that is not resizable, from 6 to 7 elements");
    CHECK_ERROR(THTensor_resize(t, SIZES(2, 4), NULL) < 0, TH_ERR,
                "Trying to resize storage that is not resizable, from 6 to 8 elements");
    CHECK_SIZE(t, 2, 3);
    CHECK_INT(0, THTensor_resize(t, SIZES(5), NULL));
    THTensor_free(t);
    THStorage_free(storage);
}

static void test_wrap_dim(void) {
    CHECK_INT(1, THTensor_wrapDim(-1, 2));
    CHECK_INT(0, THTensor_wrapDim(-2, 2));
    CHECK_INT(1, THTensor_wrapDim(1, 2));
    CHECK_ERROR(
        THTensor_wrapDim(5, 2) < 0, TH_ERR_INDEX,
        "dimension out of range (expected to be in range of [-2, 1], but got 5)");
    CHECK_ERROR(
        THTensor_wrapDim(-3, 2) < 0, TH_ERR_INDEX,
        "dimension out of range (expected to be in range of [-2, 1], but got -3)");
    CHECK_ERROR(THTensor_wrapDim(INT64_MIN, 2) < 0, TH_ERR_INDEX,
                "dimension out of range "
                "(expected to be in range of [-2, 1], but got -9223372036854775808)");
    CHECK_ERROR(THTensor_wrapDim(0, 0) < 0, TH_ERR_INDEX,
                "dimension specified as 0 but tensor has no dimensions");
}

static void test_select(void) {
    THTensor *t = counting(SIZES(3, 4)), *v = THTensor_newSelect(t, 0, 2);
    CHECK_SIZE(v, 4);
    CHECK(AT(v, 1) == 9 && v->storage == t->storage);
    THTensor_free(v);
    v = THTensor_newSelect(t, -1, -1);
    CHECK_SIZE(v, 3);
    CHECK(AT(v, 2) == 11);
    CHECK_ERROR(THTensor_newSelect(t, 0, 5) == NULL, TH_ERR_INDEX,
                "select(): index 5 out of range for dimension 0 with size 3");
    CHECK_ERROR(THTensor_newSelect(t, 1, -5) == NULL, TH_ERR_INDEX,
                "select(): index -5 out of range for dimension 1 with size 4");
    CHECK_ERROR(
        THTensor_newSelect(t, 2, 0) == NULL, TH_ERR_INDEX,
        "dimension out of range (expected to be in range of [-2, 1], but got 2)");
    CHECK_ERROR(THTensor_newSelect(v, 0, 0) == NULL, TH_ERR,
                "select(): cannot select on a vector");
    THTensor_free(v);
    THTensor_free(t);
}

static void test_narrow(void) {
    THTensor *t = counting(SIZES(3, 4)), *v = THTensor_newNarrow(t, 1, 1, 2);
    CHECK_SIZE(v, 3, 2);
    CHECK(AT(v, 2, 1) == 10);
    THTensor_free(v);
    static const int64_t bad[][2] = {{-1, 2}, {3, 2},         {4, 1}, {0, 0},
                                     {0, 5},  {1, INT64_MAX}, {0, -1}};
    for (int i = 0; i < 7; i++) {
        char text[200];
        snprintf(text, sizeof(text),
                 "narrow(): start %lld with length %lld out of range for "
                 "dimension 1 with size 4",
                 (long long)bad[i][0], (long long)bad[i][1]);
        CHECK_ERROR(THTensor_newNarrow(t, 1, bad[i][0], bad[i][1]) == NULL, TH_ERR,
                    text);
    }
    THTensor_free(t);
}

static void test_slice(void) {
    THTensor *t = counting(SIZES(10, 2)), *v = THTensor_newSlice(t, 0, 1, 3, 4);
    CHECK_SIZE(v, 3, 2);
    CHECK(AT(v, 2, 1) == 19);
    THTensor_free(v);
    v = THTensor_newSlice(t, 0, 9, 1, INT64_MAX);
    CHECK(AT(v, 0, 0) == 18);
    THTensor_free(v);
    CHECK_ERROR(THTensor_newSlice(t, 0, 1, 4, 3) == NULL, TH_ERR,
                "slice: start 1 with length 4 and "
                "step 3 out of range for dimension 0 with size 10");
    CHECK_ERROR(THTensor_newSlice(t, 0, 1, 4, 0) == NULL, TH_ERR_VALUE,
                "slice step must be positive, got 0");
    THTensor_free(t);
}

static void test_transpose(void) {
    THTensor *t = counting(SIZES(2, 3)), *v = THTensor_newTranspose(t, 0, -1);
    CHECK_SIZE(v, 3, 2);
    CHECK(AT(v, 2, 1) == 5 && !THTensor_isContiguous(v));
    THTensor *w = THTensor_newT(v);
    CHECK(THTensor_isSetTo(w, t) && THTensor_isContiguous(w) &&
          !THTensor_isSetTo(v, t));
    THTensor_free(w);
    THTensor_free(v);
    CHECK_ERROR(
        THTensor_newTranspose(t, 0, 5) == NULL, TH_ERR_INDEX,
        "dimension out of range (expected to be in range of [-2, 1], but got 5)");
    CHECK_ERROR(
        THTensor_newTranspose(t, -3, 0) == NULL, TH_ERR_INDEX,
        "dimension out of range (expected to be in range of [-2, 1], but got -3)");
    THTensor_free(t);
    t = counting(SIZES(2, 3, 4));
    CHECK_ERROR(THTensor_newT(t) == NULL, TH_ERR,
                "t() expects a 2D tensor, but self is 3D");
    v = THTensor_newPermute(t, SIZES(2, 0, -2));
    CHECK_SIZE(v, 4, 2, 3);
    CHECK(AT(v, 3, 1, 2) == 23 && AT(v, 1, 0, 2) == 9);
    THTensor_free(v);
    CHECK_ERROR(THTensor_newPermute(t, SIZES(0, 1)) == NULL, TH_ERR,
                "number of dims don't match in permute: got 2 for a 3D tensor");
    CHECK_ERROR(THTensor_newPermute(t, SIZES(0, 1, -2)) == NULL, TH_ERR,
                "repeated dim in permute: 1");
    CHECK_ERROR(
        THTensor_newPermute(t, SIZES(0, 1, 3)) == NULL, TH_ERR_INDEX,
        "dimension out of range (expected to be in range of [-3, 2], but got 3)");
    THTensor_free(t);
}

static void test_unfold(void) {
    THTensor *t = counting(SIZES(7)), *v = THTensor_newUnfold(t, 0, 3, 2);
    CHECK_SIZE(v, 3, 3);
    CHECK(AT(v, 2, 0) == 4 && AT(v, 2, 2) == 6);
    THTensor_free(v);
    CHECK_ERROR(THTensor_newUnfold(t, 0, 8, 1) == NULL, TH_ERR,
                "unfold(): size 8 out of range for dimension 0 with size 7");
    CHECK_ERROR(THTensor_newUnfold(t, 0, 2, 0) == NULL, TH_ERR,
                "unfold(): invalid step 0, must be positive");
    THTensor_free(t);
}

static void test_squeeze(void) {
    THTensor *t = counting(SIZES(1, 3, 1, 2)), *v = THTensor_newSqueeze(t);
    CHECK_SIZE(v, 3, 2);
    CHECK(AT(v, 2, 1) == 5);
    THTensor_free(v);
    v = THTensor_newSqueezeDim(t, -2);
    CHECK_SIZE(v, 1, 3, 2);
    THTensor_free(v);
    v = THTensor_newSqueezeDim(t, 1);
    CHECK_SIZE(v, 1, 3, 1, 2);
    THTensor_free(v);
    THTensor_free(t);
    t = counting(SIZES(1, 1));
    v = THTensor_newSqueeze(t);
    CHECK_SIZE(v, 1);
    THTensor *w = THTensor_newSqueezeDim(v, 0);
    CHECK_SIZE(w, 1);
    THTensor_free(w);
    THTensor_free(v);
    THTensor_free(t);
}

static void test_unsqueeze(void) {
    THTensor *t = counting(SIZES(2, 3)), *v = THTensor_newUnsqueeze(t, 1);
    CHECK_SIZE(v, 2, 1, 3);
    CHECK(AT(v, 1, 0, 2) == 5 && THTensor_isContiguous(v));
    THTensor_free(v);
    v = THTensor_newUnsqueeze(t, -1);
    CHECK_SIZE(v, 2, 3, 1);
    THTensor_free(v);
    CHECK_ERROR(
        THTensor_newUnsqueeze(t, 3) == NULL, TH_ERR_INDEX,
        "dimension out of range (expected to be in range of [-3, 2], but got 3)");
    THTensor_free(t);
    t = THTensor_new(TH_FLOAT);
    CHECK_ERROR(THTensor_newUnsqueeze(t, 0) == NULL, TH_ERR,
                "cannot unsqueeze empty tensor");
    THTensor_free(t);
}

static void test_expand(void) {
    THTensor *t = counting(SIZES(3, 1)), *v = THTensor_newExpand(t, SIZES(2, -1, 4));
    CHECK_SIZE(v, 2, 3, 4);
    CHECK_STRIDE(v, 0, 1, 0);
    CHECK(AT(v, 1, 2, 3) == 2);
    THTensor_free(v);
    CHECK_ERROR(
        THTensor_newExpand(t, SIZES(4, 4)) == NULL, TH_ERR,
        "The expanded size of the tensor (4) must match the existing size (3) at "
        "non-singleton dimension 0");
    CHECK_ERROR(
        THTensor_newExpand(t, SIZES(3)) == NULL, TH_ERR,
        "the number of sizes provided (1) must be greater or equal to the number of "
        "dimensions in the tensor (2)");
    CHECK_ERROR(THTensor_newExpand(t, SIZES(-1, 3, 1)) == NULL, TH_ERR,
                "The expanded size of the tensor (-1) isn't allowed in dimension 0");
    CHECK_ERROR(THTensor_newExpand(t, SIZES(3, 0)) == NULL, TH_ERR,
                "The expanded size of the tensor (0) isn't allowed in dimension 1");
    THTensor_free(t);
    t = THTensor_new(TH_FLOAT);
    CHECK_ERROR(THTensor_newExpand(t, SIZES(2)) == NULL, TH_ERR,
                "can't expand an empty tensor");
    THTensor_free(t);
}

static void test_view(void) {
    THTensor *t = counting(SIZES(2, 6)), *v = THTensor_newView(t, SIZES(3, -1));
    CHECK_SIZE(v, 3, 4);
    CHECK(AT(v, 2, 3) == 11);
    THTensor_free(v);
    CHECK_ERROR(
        THTensor_newView(t, SIZES(5, 2)) == NULL, TH_ERR,
        "invalid argument 2: size '[5 x 2]' is invalid for input with 12 elements");
    CHECK_ERROR(
        THTensor_newView(t, SIZES(5, -1)) == NULL, TH_ERR,
        "invalid argument 2: size '[5 x -1]' is invalid for input with 12 elements");
    CHECK_ERROR(
        THTensor_newView(t, SIZES(0, -1)) == NULL, TH_ERR,
        "invalid argument 2: size '[0 x -1]' is invalid for input with 12 elements");
    CHECK_ERROR(THTensor_newView(t, SIZES(-1, -1)) == NULL, TH_ERR,
                "only one dimension can be inferred, got [-1 x -1]");
    CHECK_ERROR(THTensor_newView(t, SIZES(-2, 6)) == NULL, TH_ERR,
                "invalid shape dimension -2 in [-2 x 6]");
    CHECK_ERROR(THTensor_newView(t, SIZES(INT64_MAX, INT64_MAX)) == NULL, TH_ERR,
                "invalid argument 2: size '[9223372036854775807 x "
                "9223372036854775807]' is invalid "
                "for input with 12 elements");
    THTensor *left = THTensor_newNarrow(t, 1, 0, 4);
    v = THTensor_newView(left, SIZES(2, 2, 1, 2)); /* splits a dimension: allowed */
    CHECK_SIZE(v, 2, 2, 1, 2);
    CHECK(AT(v, 1, 1, 0, 1) == 9);
    THTensor_free(v);
    CHECK_ERROR(THTensor_newView(left, SIZES(8)) == NULL, TH_ERR,
                "invalid argument 1: input is not contiguous: its strides allow no "
                "view of [2 x 4] "
                "as [8], call .contiguous() before .view()");
    THTensor_free(left);
    THTensor *turned = THTensor_newT(t);
    CHECK_ERROR(THTensor_newView(turned, SIZES(12)) == NULL, TH_ERR,
                "invalid argument 1: input is not contiguous: its strides allow no "
                "view of [6 x 2] "
                "as [12], call .contiguous() before .view()");
    v = THTensor_newView(turned, SIZES(2, 3, 2));
    CHECK(AT(v, 1, 2, 1) == 11 && AT(v, 1, 0, 0) == 3);
    THTensor_free(v);
    THTensor_free(turned);
    THTensor_free(t);
    t = THTensor_new(TH_FLOAT);
    v = THTensor_newView(t, SIZES(-1));
    CHECK(v != NULL && v->nDimension == 0);
    THTensor_free(v);
    CHECK_ERROR(
        THTensor_newView(t, SIZES(2, 3)) == NULL, TH_ERR,
        "invalid argument 2: size '[2 x 3]' is invalid for input with 0 elements");
    THTensor_free(t);
}

static void test_view_of_ones(void) {
    /* strides of dimensions of size 1 do not matter */
    THTensor *t = counting(SIZES(4, 1, 2));
    t->stride[1] = 77;
    THTensor *v = THTensor_newView(t, SIZES(1, 2, 1, 4, 1));
    CHECK_SIZE(v, 1, 2, 1, 4, 1);
    CHECK(AT(v, 0, 1, 0, 3, 0) == 7);
    THTensor_free(v);
    THTensor *column = THTensor_newNarrow(t, 2, 1, 1); /* (4, 1, 1), strides 2, 77, 1 */
    v = THTensor_newView(column, SIZES(2, 2));
    CHECK_STRIDE(v, 4, 2);
    CHECK(AT(v, 1, 1) == 7);
    THTensor_free(v);
    THTensor_free(column);
    THTensor_free(t);
}

static void test_diagonal(void) {
    THTensor *t = counting(SIZES(3, 4)), *v = THTensor_newDiagonal(t);
    CHECK_SIZE(v, 3);
    CHECK(AT(v, 2) == 10);
    CHECK_ERROR(THTensor_newDiagonal(v) == NULL, TH_ERR,
                "diagonal expects a 2D tensor, but self is 1D");
    THTensor_free(v);
    THTensor_free(t);
}

static void test_many_dimensions(void) {
    THTensor *t = counting(SIZES(2, 1, 2, 1, 2, 1, 2)), *v = THTensor_newWithTensor(t);
    CHECK(THTensor_isSetTo(t, v));
    THTensor_free(v);
    v = THTensor_newTranspose(t, 0, 6);
    CHECK(AT(v, 1, 0, 0, 0, 0, 0, 0) == 1);
    THTensor *s = THTensor_newSqueeze(v);
    CHECK_SIZE(s, 2, 2, 2, 2);
    THTensor_swapSizeAndStride(s, v);
    CHECK_SIZE(v, 2, 2, 2, 2);
    CHECK_SIZE(s, 2, 1, 2, 1, 2, 1, 2);
    CHECK(AT(v, 0, 0, 0, 1) == 8 && AT(s, 0, 0, 0, 0, 0, 0, 1) == 8);
    THTensor_swapSizeAndStride(t, s);
    CHECK_SIZE(t, 2, 1, 2, 1, 2, 1, 2);
    THTensor_free(v);
    CHECK_INT(0, THTensor_resize(t, SIZES(3, 2), NULL));
    CHECK_SIZE(t, 3, 2);
    CHECK_INT(0, THTensor_resizeAs(t, s));
    CHECK(THTensor_isSameSizeAs(t, s));
    THTensor *shape = THTensor_newShape(t);
    CHECK(THTensor_isSameSizeAs(t, shape) && shape->storage == NULL);
    THTensor_free(shape);
    THTensor_free(s);
    THTensor_free(t);
}

static void test_swap(void) {
    THTensor *t = counting(SIZES(2, 3)), *v = THTensor_newT(t);
    THTensor_swapSizeAndStride(t, v);
    CHECK_SIZE(t, 3, 2);
    CHECK_SIZE(v, 2, 3);
    CHECK(AT(t, 2, 1) == 5 && AT(v, 1, 0) == 3);
    THTensor_free(v);
    THTensor_free(t);
}

static void test_resize(void) {
    THTensor *t = counting(SIZES(2, 3)), *v = THTensor_newT(t);
    CHECK_INT(
        0, THTensor_resize(v, SIZES(3, 2), NULL)); /* has this size: nothing happens */
    CHECK_STRIDE(v, 1, 3);
    CHECK_INT(0, THTensor_resize(v, SIZES(2, 2), NULL));
    CHECK_STRIDE(v, 2, 1);
    CHECK(v->storage == t->storage);
    CHECK_INT(0, THTensor_resize(v, SIZES(4, 4), NULL)); /* grows the shared storage */
    CHECK_INT(16, t->storage->size);
    CHECK(AT(t, 1, 2) == 5);
    CHECK_INT(0, THTensor_resize(v, SIZES(2, 2), (int64_t[]){1, 2}));
    CHECK_STRIDE(v, 1, 2);
    CHECK_ERROR(THTensor_resize(v, SIZES(2, -1), NULL) < 0, TH_ERR,
                "sizes must not be negative, got [2 x -1]");
    CHECK_ERROR(THTensor_resize(v, SIZES(1LL << 40, 1LL << 40), NULL) < 0,
                TH_ERR_MEMORY,
                "out of memory: the sizes asked for exceed the address space");
    CHECK_SIZE(v, 2, 2);
    CHECK_INT(0, THTensor_resizeAs(v, t));
    CHECK_SIZE(v, 2, 3);
    THTensor_free(v);
    v = THTensor_newShape(t);
    CHECK_INT(0, THTensor_resize(v, SIZES(2, 3), NULL)); /* gets its memory now */
    CHECK_INT(6, v->storage->size);
    THTensor_free(v);
    THTensor_free(t);
}

static void test_set(void) {
    THTensor *t = counting(SIZES(2, 3)), *v = THTensor_newWithSize(TH_FLOAT, SIZES(4));
    CHECK(!THTensor_isSetTo(v, t));
    CHECK_INT(0, THTensor_set(v, t));
    CHECK(THTensor_isSetTo(v, t));
    CHECK_INT(0, THTensor_set(v, v));
    CHECK_INT(0, THTensor_setStorage(v, v->storage, 1, SIZES(2), (int64_t[]){3}));
    CHECK(AT(v, 1) == 4);
    CHECK_ERROR(THTensor_setStorage(v, t->storage, -1, SIZES(2), NULL) < 0, TH_ERR,
                "Tensor: invalid storage offset -1");
    CHECK_SIZE(v, 2);
    THTensor *other = THTensor_new(TH_INT);
    CHECK_ERROR(THTensor_set(other, t) < 0, TH_ERR_TYPE,
                "expected a torch.IntTensor, got a torch.FloatTensor");
    THTensor_free(other);
    THTensor *empty = THTensor_new(TH_FLOAT);
    CHECK_INT(0, THTensor_set(v, empty));
    CHECK(v->storage == NULL && v->nDimension == 0 && !THTensor_isSetTo(v, empty));
    THTensor_free(empty);
    THTensor_free(v);
    THTensor_free(t);
}

static void test_broadcast(void) {
    int64_t size[TH_MAX_DIM];
    THTensor *a = counting(SIZES(3, 1)), *b = counting(SIZES(2, 1, 4)),
             *c = counting(SIZES(2));
    CHECK_INT(3, THTensor_broadcastShape(a, b, size));
    CHECK(size[0] == 2 && size[1] == 3 && size[2] == 4);
    CHECK_ERROR(
        THTensor_broadcastShape(c, b, size) < 0, TH_ERR,
        "The size of tensor a (2) must match the size of tensor b (4) at non-singleton "
        "dimension 2");
    THTensor *empty = THTensor_new(TH_FLOAT);
    CHECK_INT(0, THTensor_broadcastShape(empty, empty, size));
    CHECK_ERROR(THTensor_broadcastShape(a, empty, size) < 0, TH_ERR,
                "Can't expand empty tensor b");
    THTensor_free(empty);
    THTensor_free(c);
    THTensor_free(b);
    THTensor_free(a);
}

static void test_shape_text(void) {
    char text[TH_SHAPE_TEXT];
    THTensor *t = counting(SIZES(2, 3));
    CHECK(strcmp(THTensor_shapeText(text, t), "[2 x 3]") == 0);
    THTensor_free(t);
    t = THTensor_new(TH_FLOAT);
    CHECK(strcmp(THTensor_shapeText(text, t), "[]") == 0);
    CHECK_INT(0, THTensor_resize(t, SIZES(1), NULL));
    int64_t huge[64];
    for (int d = 0; d < 64; d++)
        huge[d] = 1;
    THTensor *wide = THTensor_newExpand(t, 64, huge);
    for (int d = 0; d < 64; d++)
        wide->size[d] = INT64_MAX;
    size_t length = strlen(THTensor_shapeText(text, wide));
    CHECK(length < TH_SHAPE_TEXT && strcmp(text + length - 4, "...]") == 0);
    THTensor_free(wide);
    THTensor_free(t);
}

int main(void) {
    RUN(test_new);
    RUN(test_sizes_end_at_zero);
    RUN(test_new_with_storage);
    RUN(test_fixed_storage);
    RUN(test_wrap_dim);
    RUN(test_select);
    RUN(test_narrow);
    RUN(test_slice);
    RUN(test_transpose);
    RUN(test_unfold);
    RUN(test_squeeze);
    RUN(test_unsqueeze);
    RUN(test_expand);
    RUN(test_view);
    RUN(test_view_of_ones);
    RUN(test_diagonal);
    RUN(test_many_dimensions);
    RUN(test_swap);
    RUN(test_resize);
    RUN(test_set);
    RUN(test_broadcast);
    RUN(test_shape_text);
    return TEST_RESULT;
}
