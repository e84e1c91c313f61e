/* What an extension sees: distinct tensor types, TH 0.3's names, generic code over
 * `real`. Compiled without TH_INTERNAL. */
#include "th_test.h"

#include <TH/THTypedViews.h>

static void test_types(void) {
    THFloatTensor *t = THFloatTensor_newWithSize2d(2, 3);
    CHECK_INT(2, THFloatTensor_nDimension(t));
    CHECK_INT(3, THFloatTensor_size(t, 1));
    CHECK_INT(3, THFloatTensor_stride(t, 0));
    CHECK_INT(6, THFloatTensor_nElement(t));
    float *data = THFloatTensor_data(t);
    for (int i = 0; i < 6; i++)
        data[i] = 0.5f * (float)i;
    CHECK(THFloatTensor_get2d(t, 1, 2) == 2.5f && t->storage->data[5] == 2.5f);
    CHECK_INT(0, THFloatTensor_set2d(t, 0, 1, 7));
    CHECK(data[1] == 7);
    CHECK_ERROR(THFloatTensor_get2d(t, 2, 0) == 0, TH_ERR_INDEX,
                "index 2 is out of range for dimension 0 with size 2");
    CHECK_ERROR(THFloatTensor_set1d(t, 2, 0) < 0, TH_ERR,
                "tensor must have 1 dimensions, got 2");
    CHECK_ERROR(
        THFloatTensor_size(t, 2) == 0, TH_ERR_INDEX,
        "dimension out of range (expected to be in range of [-2, 1], but got 2)");

    THFloatTensor *turned = THFloatTensor_newTranspose(t, 0, 1);
    CHECK(!THFloatTensor_isContiguous(turned));
    THFloatTensor *dense = THFloatTensor_newContiguous(turned);
    CHECK(THFloatTensor_get2d(dense, 1, 0) == 7 && dense->storage != t->storage);
    THFloatTensor *same = THFloatTensor_newContiguous(dense);
    CHECK(same == dense);
    THFloatTensor *clone = THFloatTensor_newClone(dense);
    CHECK(THFloatTensor_isSameSizeAs(clone, dense) &&
          !THFloatTensor_isSetTo(clone, dense));
    CHECK_INT(0, THFloatTensor_resize3d(clone, 2, 2, 2));
    CHECK_INT(0, THFloatTensor_resizeAs(clone, t));
    CHECK_INT(0, THFloatTensor_set(clone, t));
    CHECK(THFloatTensor_isSetTo(clone, t));
    THFloatTensor *row = THFloatTensor_newSelect(t, 0, 1);
    CHECK(THFloatTensor_get1d(row, 0) == 1.5f && THFloatTensor_storageOffset(row) == 3);
    THFloatTensor *part = THFloatTensor_newNarrow(row, 0, 1, 2);
    CHECK(THFloatTensor_get1d(part, 1) == 2.5f);
    THFloatTensor_retain(part);
    THFloatTensor_free(part);
    THFloatTensor_free(part);
    THFloatTensor_free(row);
    THFloatTensor_free(clone);
    THFloatTensor_free(same);
    THFloatTensor_free(dense);
    THFloatTensor_free(turned);
    THFloatTensor_free(t);

    THHalfTensor *half = THHalfTensor_newWithSize1d(3);
    CHECK_INT(0, THHalfTensor_set1d(half, 2, TH_float2half(1.5f)));
    CHECK(TH_half2float(THHalfTensor_get1d(half, 2)) == 1.5f);
    THHalfTensor_free(half);
    THByteTensor *empty = THByteTensor_new();
    CHECK(THByteTensor_data(empty) == NULL);
    THByteTensor_free(empty);
}

static void test_storages(void) {
    THLongStorage *storage = THLongStorage_newWithSize(4);
    THLongStorage_data(storage)[3] = 9;
    CHECK_INT(0, THLongStorage_resize(storage, 40));
    CHECK_INT(40, THLongStorage_size(storage));
    CHECK_INT(9, storage->data[3]);
    THLongStorage_retain(storage);
    THLongStorage_free(storage);
    THLongStorage_free(storage);
    THDoubleStorage *empty = THDoubleStorage_new();
    CHECK_INT(0, THDoubleStorage_size(empty));
    THDoubleStorage_free(empty);
}

/* An extension's generic code. */
#define real double
#define Real Double
static real sum(THTensor *t) {
    real total = 0;
    THTensor *dense = THTensor_(newContiguous)(t);
    for (ptrdiff_t i = 0; i < THTensor_(nElement)(dense); i++)
        total += THTensor_(data)(dense)[i];
    THTensor_(free)(dense);
    return total;
}

static void test_generic(void) {
    THTensor *t = THTensor_(newWithSize4d)(1, 2, 1, 2);
    for (int i = 0; i < 4; i++)
        CHECK_INT(0, THTensor_(set4d)(t, 0, i / 2, 0, i % 2, i));
    CHECK(sum(t) == 6);
    THTensor_(free)(t);
}

int main(void) {
    RUN(test_types);
    RUN(test_storages);
    RUN(test_generic);
    return TEST_RESULT;
}
