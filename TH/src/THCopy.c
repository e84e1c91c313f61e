/* Copies. Contiguous memory is moved or converted in one go; everything strided goes
 * through the drivers of THApply.h, by way of a contiguous tensor if shapes or
 * overlapping memory demand it. */
#include "THCopy.h"

#include <string.h>

#include "THApply.h"
#include "THTensorInternal.h"

/* Bytes from which a copy runs in parallel. */
#define PARALLEL_BYTES (128 << 10)

static int check_count(const THTensor *r, const THTensor *src) {
    char expected[TH_SHAPE_TEXT], got[TH_SHAPE_TEXT];
    int64_t wanted = th_nElement(r), have = th_nElement(src);
    if (TH_UNLIKELY(wanted != have))
        TH_FAIL(
            TH_ERR,
            "inconsistent tensor size, expected tensor %s and src %s to have the same "
            "number of elements, but got %lld and %lld elements respectively",
            THTensor_shapeText(expected, r), THTensor_shapeText(got, src),
            (long long)wanted, (long long)have);
    return TH_OK;
}

/* 1 if the memory from first to last element of the two tensors overlaps. */
static int overlaps(const THTensor *a, const THTensor *b) {
    if (a->storage != b->storage)
        return 0;
    int64_t last_a = a->storageOffset, last_b = b->storageOffset;
    for (int d = 0; d < a->nDimension; d++)
        last_a += (a->size[d] - 1) * a->stride[d];
    for (int d = 0; d < b->nDimension; d++)
        last_b += (b->size[d] - 1) * b->stride[d];
    return a->storageOffset <= last_b && b->storageOffset <= last_a;
}

/* A contiguous tensor of type dtype with the shape of t. */
static THTensor *new_like(int dtype, const THTensor *t) {
    THTensor *copy = THTensor_new(dtype);
    if (copy != NULL && th_initLike(copy, t) < 0) {
        THTensor_free(copy);
        return NULL;
    }
    return copy;
}

/* --- one type --- */

int th_copySame(THTensor *r, THTensor *src) {
    TH_TRY(check_count(r, src));
    if (r->nDimension == 0 || THTensor_isSetTo(r, src))
        return TH_OK;
    int overlapping = overlaps(r, src);
    if (!overlapping && th_isContiguous(r) && th_isContiguous(src)) {
        int64_t bytes = th_nElement(r) * THType_itemSize[r->dtype];
        if (bytes <= PARALLEL_BYTES)
            memcpy(th_bytes(r), th_bytes(src), (size_t)bytes);
        else
            th_convertFlat(r, src, NULL);
        return TH_OK;
    }
    if (!overlapping && th_isSameSizeAs(r, src))
        return th_copyStrided(r, src);

    /* By way of a contiguous copy of src, which then takes the shape of r. */
    THTensor *copy = new_like(src->dtype, src);
    if (copy == NULL)
        return TH_ERR_MEMORY;
    int status = th_copyStrided(copy, src);
    if (status == TH_OK)
        status = THTensor_resizeAs(copy, r);
    if (status == TH_OK)
        status = th_copyStrided(r, copy);
    THTensor_free(copy);
    return status;
}

/* --- two types --- */

int th_copyConvert(THTensor *r, THTensor *src, THKernel convert) {
    TH_TRY(check_count(r, src));
    if (r->nDimension == 0)
        return TH_OK;
    if (th_isContiguous(r) && th_isContiguous(src)) {
        th_convertFlat(r, src, convert);
        return TH_OK;
    }
    if (th_isSameSizeAs(r, src)) {
        th_convertStrided(r, src, convert);
        return TH_OK;
    }
    /* By way of a contiguous copy of src, which then takes the shape of r. */
    THTensor *copy = new_like(src->dtype, src);
    if (copy == NULL)
        return TH_ERR_MEMORY;
    int status = th_copyStrided(copy, src);
    if (status == TH_OK)
        status = THTensor_resizeAs(copy, r);
    if (status == TH_OK)
        th_convertStrided(r, copy, convert);
    THTensor_free(copy);
    return status;
}
