/* Masks: ByteTensors of zeros and ones that say which elements an operation is about.
 * Types: all with arithmetic. */
#include <TH/TH.h>

#include "THGenerate.h"
#include "THTensorTemp.h"

/* mask, expanded to the given size, as plain memory that does not belong to r's
 * storage, and the number of ones in *ones. NULL with an error; the caller frees the
 * result. */
static THTensor *new_mask(THByteTensor *mask, int n, const int64_t *size,
                          const THTensor *r, int64_t *ones) {
    THTensor *plain = NULL, *expanded = THTensor_newExpand(mask, n, size);
    if (!expanded)
        return NULL;
    if (THTensor_isContiguous(expanded) && !shares_storage(expanded, r)) {
        plain = expanded;
    } else {
        plain = THTensor_newWithSize(TH_BYTE, n, size);
        if (plain && THByteTensor_copy(plain, expanded) < 0) {
            THTensor_free(plain);
            plain = NULL;
        }
        THTensor_free(expanded);
        if (!plain)
            return NULL;
    }
    const uint8_t *m = (const uint8_t *)plain->storage->data + plain->storageOffset;
    int64_t count = 0, numel = THTensor_nElement(plain);
    uint8_t bits = 0;
    for (int64_t i = 0; i < numel; i++) {
        bits |= m[i];
        count += m[i];
    }
    if (bits > 1) {
        int64_t i = 0;
        while (m[i] <= 1)
            i++;
        THError_set(TH_ERR, "Mask tensor can take 0 and 1 values only, but got %d",
                    m[i]);
        THTensor_free(plain);
        return NULL;
    }
    *ones = count;
    return plain;
}

static const uint8_t *mask_data(const THTensor *mask) {
    return (const uint8_t *)mask->storage->data + mask->storageOffset;
}

/* Runs over the contiguous form of r and stores it; src NULL: fills with value. */
static int masked_write(THTensor *r, THByteTensor *mask, THTensor *src, real value) {
    char a[TH_SHAPE_TEXT], b[TH_SHAPE_TEXT];
    int64_t ones, n = THTensor_nElement(r), used = 0;
    if (!r->nDimension || !mask->nDimension) {
        if (r->nDimension || mask->nDimension)
            TH_FAIL(TH_ERR, "mask %s does not fit tensor %s",
                    THTensor_shapeText(a, mask), THTensor_shapeText(b, r));
        return 0;
    }
    THTensor *values = NULL, *target = NULL,
             *m = new_mask(mask, r->nDimension, r->size, r, &ones);
    if (!m)
        return THError_pending();
    int status = TH_ERR_MEMORY;
    if (src && THTensor_nElement(src) < ones) {
        status = THError_set(
            TH_ERR, "Number of elements of src (%lld) < number of ones in mask (%lld)",
            (long long)THTensor_nElement(src), (long long)ones);
        goto done;
    }
    if (!ones) {
        status = 0;
        goto done;
    }
    if (src && shares_storage(src, r)) {
        if (!(values = THTensor_newWithSize(TH_REAL_DTYPE, src->nDimension, src->size)))
            goto done;
        if ((status = THTensor_(copy)(values, src)) < 0)
            goto done;
    } else if (src && !(values = new_contiguous(src))) {
        goto done;
    }
    if (!(target = new_contiguous(r))) {
        status = TH_ERR_MEMORY;
        goto done;
    }
    real *to = TH_DATA(target);
    const uint8_t *on = mask_data(m);
    if (src) {
        const real *from = TH_DATA(values);
        for (int64_t i = 0; used < ones && i < n; i++)
            if (on[i])
                to[i] = from[used++];
    } else {
        for (int64_t i = 0; i < n; i++)
            to[i] = on[i] ? value : to[i];
    }
    status = target == r ? 0 : THTensor_(copy)(r, target);
done:
    THTensor_free(target);
    THTensor_free(values);
    THTensor_free(m);
    return status;
}

int THTensor_(maskedFill)(THTensor *r, THByteTensor *mask, real value) {
    return masked_write(r, mask, NULL, value);
}

int THTensor_(maskedCopy)(THTensor *r, THByteTensor *mask, THTensor *src) {
    return masked_write(r, mask, src, 0);
}

int THTensor_(maskedSelect)(THTensor *r, THTensor *t, THByteTensor *mask) {
    char a[TH_SHAPE_TEXT], b[TH_SHAPE_TEXT];
    int64_t size[TH_MAX_DIM], ones = 0, used = 0;
    if (!t->nDimension && !mask->nDimension)
        return THTensor_resize(r, 1, &ones, NULL);
    if (!t->nDimension || !mask->nDimension)
        TH_FAIL(TH_ERR, "mask %s does not fit tensor %s", THTensor_shapeText(a, mask),
                THTensor_shapeText(b, t));
    int n = THTensor_broadcastShape(t, mask, size), status = TH_ERR_MEMORY;
    TH_TRY(n);
    THTensor *expanded = NULL, *values = NULL, *m = new_mask(mask, n, size, r, &ones);
    if (!m)
        return THError_pending();
    if (!ones) {
        status = THTensor_resize(r, 1, &ones, NULL);
        goto done;
    }
    if (!(expanded = THTensor_newExpand(t, n, size)) ||
        !(values = new_contiguous(expanded)))
        goto done;
    THTensor *result = new_output(r, 1, &ones, shares_storage(r, t));
    if (!result)
        goto done;
    const real *from = TH_DATA(values);
    const uint8_t *on = mask_data(m);
    real *to = TH_DATA(result);
    for (int64_t i = 0; used < ones; i++)
        if (on[i])
            to[used++] = from[i];
    status = finish_output(r, result, 0);
done:
    THTensor_free(expanded);
    THTensor_free(values);
    THTensor_free(m);
    return status;
}

int THTensor_(nonzero)(THLongTensor *r, THTensor *t) {
    THTensor *values = new_contiguous(t), *out = NULL;
    if (!values)
        return THError_pending();
    int64_t n = THTensor_nElement(t), count = 0, position[TH_MAX_DIM] = {0}, none = 0;
    const real *data = n ? TH_DATA(values) : NULL;
    for (int64_t i = 0; i < n; i++)
        count += data[i] != 0;
    int status = TH_ERR_MEMORY, last = t->nDimension - 1;
    if (!count) {
        status = THTensor_resize(r, 1, &none, NULL);
        goto done;
    }
    if (!(out = THTensor_newWithSize(TH_LONG, 2, (int64_t[]){count, t->nDimension})))
        goto done;
    int64_t *to = (int64_t *)out->storage->data;
    for (int64_t row = 0; row < n; row += t->size[last]) {
        for (int64_t j = 0; j < t->size[last]; j++) {
            if (data[row + j] == 0)
                continue;
            for (int d = 0; d < last; d++)
                *to++ = position[d];
            *to++ = j;
        }
        for (int d = last - 1; d >= 0 && ++position[d] == t->size[d]; d--)
            position[d] = 0;
    }
    status = THTensor_resize(r, 2, out->size, NULL);
    if (status >= 0)
        status = THLongTensor_copy(r, out);
done:
    THTensor_free(out);
    THTensor_free(values);
    return status;
}
