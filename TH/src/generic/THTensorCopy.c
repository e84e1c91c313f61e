/* Copies with conversion. Types: all, Half too. */
#include <TH/TH.h>

#include "THGenerate.h"

#include "THCopy.h"
#include "THHalfInternal.h"

/* A value of another type as a real. Numbers that a small integer type cannot hold wrap
 * around, also floating-point ones, for which C alone would leave it open. */
#if defined(TH_REAL_HALF)
#define TO_REAL(value) th_float2half((float)(value))
#elif defined(TH_GENERATE_Byte) || defined(TH_GENERATE_Char) ||                        \
    defined(TH_GENERATE_Short)
#define TO_REAL(value) ((real)(int32_t)(value))
#else
#define TO_REAL(value) ((real)(value))
#endif

/* An element of the source as a number. */
#define FROM_Byte(x) (x)
#define FROM_Char(x) (x)
#define FROM_Short(x) (x)
#define FROM_Int(x) (x)
#define FROM_Long(x) (x)
#define FROM_Float(x) (x)
#define FROM_Double(x) (x)
#define FROM_Half(x) th_half2float(x)

#define COPY_FROM(Source, source, sourceacc, floating)                                 \
    static void convert##Source(void *dst_, const void *src_, const void *b,           \
                                const void *c, const THScalar *s, int64_t n) {         \
        (void)b, (void)c, (void)s;                                                     \
        real *TH_RESTRICT dst = dst_;                                                  \
        const source *TH_RESTRICT src = src_;                                          \
        for (int64_t i = 0; i < n; i++)                                                \
            dst[i] = TO_REAL(FROM_##Source(src[i]));                                   \
    }                                                                                  \
    int THTensor_(copy##Source)(THTensor * r, TH##Source##Tensor * src) {              \
        if (src->dtype == r->dtype)                                                    \
            return th_copySame(r, src);                                                \
        return th_copyConvert(r, src, convert##Source);                                \
    }
TH_ALL_TYPES(COPY_FROM)

int THTensor_(copy)(THTensor *r, THTensor *src) {
    return th_copySame(r, src);
}
