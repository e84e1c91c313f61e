/* Comparisons, into bytes or into the tensor's own type. Types: all with arithmetic. */
#include <TH/TH.h>

#include <string.h>

#include "THApply.h"
#include "THGenerate.h"
#include "THReduction.h"
#include "THTensorInternal.h"

#define COMPARE_SCALAR(name)                                                           \
    int THTensor_(name)(THByteTensor * r, THTensor * t, real value) {                  \
        const THScalar s = TH_SCALAR(value);                                           \
        return th_apply1(TH_K_##name, r, t, &s);                                       \
    }                                                                                  \
    int THTensor_(name##T)(THTensor * r, THTensor * t, real value) {                   \
        const THScalar s = TH_SCALAR(value);                                           \
        return th_apply1(TH_K_##name##T, r, t, &s);                                    \
    }
/* `kernel` compares first with second, which are ta and tb. */
#define COMPARE(name, kernel, first, second)                                           \
    int THTensor_(name)(THByteTensor * r, THTensor * ta, THTensor * tb) {              \
        return th_apply2(TH_K_##kernel, r, first, second, NULL);                       \
    }                                                                                  \
    int THTensor_(name##T)(THTensor * r, THTensor * ta, THTensor * tb) {               \
        return th_apply2(TH_K_##kernel##T, r, first, second, NULL);                    \
    }

TH_KERNELS_COMPARE_SCALAR(COMPARE_SCALAR)
COMPARE(ltTensor, ltTensor, ta, tb)
COMPARE(leTensor, leTensor, ta, tb)
COMPARE(gtTensor, ltTensor, tb, ta)
COMPARE(geTensor, leTensor, tb, ta)
COMPARE(eqTensor, eqTensor, ta, tb)
COMPARE(neTensor, neTensor, ta, tb)

/* Rows of this many elements are compared at a time, so that a difference ends the work
 * early. */
#define EQUAL_PIECE 4096

static int equal_contiguous(const real *a, const real *b, int64_t n) {
    for (int64_t i = 0; i < n; i += EQUAL_PIECE) {
        int64_t end = i + EQUAL_PIECE < n ? i + EQUAL_PIECE : n;
        int differ = 0;
        for (int64_t j = i; j < end; j++)
            differ |= a[j] != b[j];
        if (differ)
            return 0;
    }
    return 1;
}

int THTensor_(equal)(THTensor *ta, THTensor *tb) {
    if (!th_isSameSizeAs(ta, tb))
        return 0;
    if (ta->nDimension == 0)
        return 1;
    if (th_isContiguous(ta) && th_isContiguous(tb))
        return equal_contiguous(TH_DATA(ta), TH_DATA(tb), th_nElement(ta));
    static const THReduction nonzero = {TH_R_nonzero, TH_FINISH_NONE, 0, 0};
    THByteTensor *differ = THTensor_new(TH_BYTE);
    if (!differ)
        return THError_pending();
    int status = THTensor_(neTensor)(differ, ta, tb);
    if (status == TH_OK)
        status = th_reduceAll(&nonzero, differ).i == 0;
    THTensor_free(differ);
    return status;
}
