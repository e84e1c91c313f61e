/* Reading and writing through indices and masks, on contiguous and transposed tensors.
 */
#include <TH/TH.h>

#include "th_test.h"

/* 0, 1, 2, ... in logical order, as rows x columns; `transposed`: in column-major
 * memory. */
static THTensor *new_counted(int64_t rows, int64_t columns, int transposed) {
    int64_t size[2] = {rows, columns}, stride[2] = {1, rows};
    THTensor *t =
        THTensor_newWithStorage(TH_FLOAT, NULL, 0, 2, size, transposed ? stride : NULL);
    for (int64_t i = 0; i < rows * columns; i++)
        ((float *)t->storage
             ->data)[i / columns * t->stride[0] + i % columns * t->stride[1]] =
            (float)i;
    return t;
}

static THTensor *new_index(int n, const int64_t *size, const int64_t *values) {
    THTensor *t = THTensor_newWithSize(TH_LONG, n, size);
    memcpy(t->storage->data, values, (size_t)THTensor_nElement(t) * sizeof(int64_t));
    return t;
}
#define VALUES(...)                                                                    \
    (int64_t[]) {                                                                      \
        __VA_ARGS__                                                                    \
    }

static float at(const THTensor *t, int64_t i, int64_t j) {
    return ((float *)t->storage
                ->data)[t->storageOffset + i * t->stride[0] + j * t->stride[1]];
}

static void select_copy_add_fill(int transposed) {
    THTensor *t = new_counted(3, 4, transposed), *r = THTensor_new(TH_FLOAT);
    THTensor *index = new_index(SIZES(3), VALUES(2, 0, 2));
    CHECK_INT(0, THFloatTensor_indexSelect(r, t, 0, index));
    CHECK(at(r, 0, 1) == 9 && at(r, 1, 3) == 3 && at(r, 2, 0) == 8);
    CHECK_INT(0, THFloatTensor_indexSelect(r, t, -1, index));
    CHECK(r->size[0] == 3 && r->size[1] == 3 && at(r, 1, 0) == 6 && at(r, 2, 1) == 8);
    /* r holds (2, 0, 2), (6, 4, 6), (10, 8, 10) */
    CHECK_INT(0, THFloatTensor_indexAdd(t, 1, index, r));
    CHECK(at(t, 0, 2) == 2 + 2 + 2 && at(t, 1, 0) == 4 + 4 && at(t, 2, 1) == 9);
    CHECK_INT(0, THFloatTensor_indexCopy(t, 1, index, r));
    CHECK(at(t, 0, 2) == 2 && at(t, 1, 0) == 4 && at(t, 2, 2) == 10);
    CHECK_INT(0, THFloatTensor_indexFill(t, 0, index, -1));
    CHECK(at(t, 0, 3) == -1 && at(t, 2, 0) == -1 && at(t, 1, 3) == 7);
    THTensor_free(t);
    THTensor_free(r);
    THTensor_free(index);
}

static void rows_and_slices(void) {
    select_copy_add_fill(0);
    select_copy_add_fill(1);
}

static void gather_and_scatter(int transposed) {
    THTensor *t = new_counted(3, 4, transposed), *r = THTensor_new(TH_FLOAT);
    THTensor *index = new_index(SIZES(2, 3), VALUES(2, 0, 1, 0, 0, 2));
    CHECK_INT(0, THFloatTensor_gather(r, t, 0, index));
    CHECK(at(r, 0, 0) == 8 && at(r, 0, 2) == 6 && at(r, 1, 1) == 1 &&
          at(r, 1, 2) == 10);
    CHECK_INT(0, THFloatTensor_gather(r, t, 1, index));
    CHECK(at(r, 0, 0) == 2 && at(r, 0, 2) == 1 && at(r, 1, 1) == 4 && at(r, 1, 2) == 6);
    CHECK_INT(0, THFloatTensor_scatterAdd(t, 1, index, r)); /* row 1: 4 + 4 + 4 */
    CHECK(at(t, 1, 0) == 12 && at(t, 0, 2) == 4 && at(t, 2, 3) == 11);
    CHECK_INT(0, THFloatTensor_scatter(t, 0, index, r));
    CHECK(at(t, 2, 0) == 2 && at(t, 2, 2) == 6 && at(t, 0, 1) == 4);
    CHECK_INT(0, THFloatTensor_scatterFill(t, 0, index, -5));
    CHECK(at(t, 2, 0) == -5 && at(t, 1, 2) == -5 && at(t, 2, 3) == 11);
    THTensor_free(t);
    THTensor_free(r);
    THTensor_free(index);
}

static void lines(void) {
    gather_and_scatter(0);
    gather_and_scatter(1);
}

static void masks(void) {
    THTensor *t = new_counted(2, 3, 1), *r = THTensor_new(TH_FLOAT);
    THTensor *mask = THTensor_newWithSize(TH_BYTE, SIZES(3)),
             *found = THTensor_new(TH_LONG);
    memcpy(mask->storage->data, "\1\0\1", 3);
    CHECK_INT(0, THFloatTensor_maskedSelect(r, t, mask)); /* expanded over the rows */
    CHECK_INT(4, r->size[0]);
    CHECK(((float *)r->storage->data)[2] == 3 && ((float *)r->storage->data)[3] == 5);
    CHECK_INT(0, THFloatTensor_nonzero(found, t));
    CHECK(found->size[0] == 5 && found->size[1] == 2);
    CHECK_INT(2, ((int64_t *)found->storage->data)[3]);
    CHECK_INT(0, THFloatTensor_maskedFill(t, mask, 9));
    CHECK(at(t, 0, 0) == 9 && at(t, 1, 1) == 4 && at(t, 1, 2) == 9);
    CHECK_INT(0, THFloatTensor_maskedCopy(t, mask, r));
    CHECK(at(t, 0, 0) == 0 && at(t, 0, 2) == 2 && at(t, 1, 0) == 3 && at(t, 1, 1) == 4);
    CHECK_INT(0, THFloatTensor_zero(t));
    CHECK_INT(0, THFloatTensor_nonzero(found, t));
    CHECK_INT(0, found->nDimension);
    memcpy(mask->storage->data, "\1\2\0", 3);
    CHECK_ERROR(THFloatTensor_maskedFill(t, mask, 1) < 0, TH_ERR,
                "Mask tensor can take 0 and 1 values only, but got 2");
    memcpy(mask->storage->data, "\1\1\1", 3);
    CHECK_ERROR(THFloatTensor_maskedCopy(t, mask, r) < 0, TH_ERR,
                "Number of elements of src (4) < number of ones in mask (6)");
    THTensor_free(t);
    THTensor_free(r);
    THTensor_free(mask);
    THTensor_free(found);
}

static void advanced(void) {
    for (int transposed = 0; transposed < 2; transposed++) {
        THTensor *t = new_counted(3, 4, transposed), *r = THTensor_new(TH_FLOAT);
        THTensor *rows = new_index(SIZES(2), VALUES(-1, 0)),
                 *columns = new_index(SIZES(2), VALUES(1, -1));
        THTensor *both[2] = {rows, columns}, *far[1] = {rows};
        CHECK_INT(0, THFloatTensor_indexGet(r, t, both, 2));
        CHECK(((float *)r->storage->data)[0] == 9 &&
              ((float *)r->storage->data)[1] == 3);
        CHECK_INT(0, THFloatTensor_indexPut(t, both, 2, r, 1));
        CHECK(at(t, 2, 1) == 18 && at(t, 0, 3) == 6);
        CHECK_INT(0, THFloatTensor_indexGet(r, t, both, 1));
        CHECK(r->nDimension == 2 && r->size[1] == 4 && at(r, 0, 1) == 18 &&
              at(r, 1, 2) == 2);
        ((int64_t *)rows->storage->data)[1] = 3;
        CHECK_ERROR(
            THFloatTensor_indexGet(r, t, far, 1) < 0, TH_ERR_INDEX,
            "index out of range: index 3 is out of range for dimension 0 with size 3");
        THTensor_free(t);
        THTensor_free(r);
        THTensor_free(rows);
        THTensor_free(columns);
    }
}

static void bad_indices_change_nothing(void) {
    THTensor *t = new_counted(3, 4, 0), *src = new_counted(3, 4, 0),
             *r = THTensor_new(TH_FLOAT);
    THTensor *vector = new_index(SIZES(3), VALUES(0, 1, 3)),
             *line = new_index(SIZES(1, 4), VALUES(0, 1, -1, 0));
    CHECK_INT(0, THFloatTensor_fill(src, 100));
    CHECK_ERROR(
        THFloatTensor_indexCopy(t, 0, vector, src) < 0, TH_ERR_INDEX,
        "index out of range: index 3 is out of range for dimension 0 with size 3");
    CHECK_ERROR(
        THFloatTensor_indexFill(t, 0, vector, 7) < 0, TH_ERR_INDEX,
        "index out of range: index 3 is out of range for dimension 0 with size 3");
    CHECK_ERROR(
        THFloatTensor_scatter(t, 0, line, src) < 0, TH_ERR_INDEX,
        "index out of range: index -1 is out of range for dimension 0 with size 3");
    CHECK_ERROR(
        THFloatTensor_gather(r, t, 0, vector) < 0, TH_ERR,
        "Index tensor must have same dimensions as input tensor: [3] and [3 x 4]");
    CHECK_ERROR(THFloatTensor_indexSelect(r, t, 0, line) < 0, TH_ERR,
                "Index is supposed to be a vector, but got [1 x 4]");
    CHECK_ERROR(
        THFloatTensor_indexSelect(r, t, 2, vector) < 0, TH_ERR_INDEX,
        "dimension out of range (expected to be in range of [-2, 1], but got 2)");
    CHECK_ERROR(THFloatTensor_indexAdd(t, 1, vector, src) < 0, TH_ERR,
                "Number of indices should be equal to source:size(dim): 3 and 4");
    for (int64_t i = 0; i < 12; i++)
        CHECK(at(t, i / 4, i % 4) == (float)i);
    CHECK_INT(0, r->nDimension);
    THTensor_free(t);
    THTensor_free(src);
    THTensor_free(r);
    THTensor_free(vector);
    THTensor_free(line);
}

/* Whatever allocation fails, the call fails cleanly or succeeds. */
static void survives_failing_allocations(void) {
    THTensor *t = new_counted(3, 4, 1), *r = THTensor_new(TH_FLOAT);
    THTensor *index = new_index(SIZES(2), VALUES(2, 0)),
             *wide = THTensor_newExpand(index, SIZES(1, 2));
    THTensor *both[1] = {index};
    for (int n = 1; n < 12; n++)
        for (int call = 0; call < 3; call++) {
            THAlloc_failAfter(n);
            int status = call == 0   ? THFloatTensor_indexSelect(r, t, 1, index)
                         : call == 1 ? THFloatTensor_gather(r, t, 0, wide)
                                     : THFloatTensor_indexGet(r, t, both, 1);
            THAlloc_failAfter(0);
            CHECK(status == 0 || status == TH_ERR_MEMORY);
            THError_clear();
        }
    THTensor_free(t);
    THTensor_free(r);
    THTensor_free(index);
    THTensor_free(wide);
}

int main(void) {
    RUN(rows_and_slices);
    RUN(lines);
    RUN(masks);
    RUN(advanced);
    RUN(bad_indices_change_nothing);
    RUN(survives_failing_allocations);
    return TEST_RESULT;
}
