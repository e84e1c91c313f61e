/* The element-wise kernels of all types, as one table for each CPU level. */
#include <math.h>

#include "THErfinv.h"
#include "THKernelMacros.h"
#include "THKernels.h"
#include "THMath.h"
#include "THMathInverse.h"

#define Real Byte
#define real uint8_t
#include "THPointwiseInteger.h"
#include "THPointwiseLoops.h"
#undef Real
#undef real

#define Real Char
#define real int8_t
#include "THPointwiseInteger.h"
#include "THPointwiseLoops.h"
#undef Real
#undef real

#define Real Short
#define real int16_t
#include "THPointwiseInteger.h"
#include "THPointwiseLoops.h"
#undef Real
#undef real

#define Real Int
#define real int32_t
#include "THPointwiseInteger.h"
#include "THPointwiseLoops.h"
#undef Real
#undef real

#define Real Long
#define real int64_t
#include "THPointwiseInteger.h"
#include "THPointwiseLoops.h"
#undef Real
#undef real

#define FLOATING
#define Real Float
#define real float
#define MATH(name) name##f
#include "THPointwiseFloating.h"
#include "THPointwiseLoops.h"
#undef Real
#undef real
#undef MATH

#define Real Double
#define real double
#define MATH(name) name
#include "THPointwiseFloating.h"
#include "THPointwiseLoops.h"
#undef Real
#undef real
#undef MATH

#define ENTRY(name) [TH_K_##name] = KERNEL(name),
#define ENTRY_T(name) [TH_K_##name] = KERNEL(name), [TH_K_##name##T] = KERNEL(name##T),
#define TABLE                                                                          \
    [TH_K_fill] = KERNEL(fill),                                                        \
    TH_KERNELS_UNARY(ENTRY) TH_KERNELS_SCALAR(ENTRY) TH_KERNELS_POWER(ENTRY)           \
        TH_KERNELS_MODULO(ENTRY) TH_KERNELS_SCALAR2(ENTRY) TH_KERNELS_BINARY(ENTRY)    \
            TH_KERNELS_BINARY_SCALAR(ENTRY) TH_KERNELS_TERNARY_SCALAR(ENTRY)           \
                TH_KERNELS_COMPARE_SCALAR(ENTRY_T) TH_KERNELS_COMPARE(ENTRY_T)
#define TABLE_INTEGER                                                                  \
    TABLE TH_KERNELS_SCALAR_INTEGER(ENTRY) TH_KERNELS_BINARY_INTEGER(ENTRY)
#define TABLE_FLOATING                                                                 \
    TABLE                                                                              \
    TH_KERNELS_UNARY_FLOATING(ENTRY)                                                   \
    TH_KERNELS_UNARY_PERIODIC(ENTRY)                                                   \
    TH_KERNELS_BINARY_FLOATING(ENTRY)                                                  \
    TH_KERNELS_BINARY_SCALAR_FLOATING(ENTRY)                                           \
    TH_KERNELS_BINARY_SCALAR2_FLOATING(ENTRY)

const THKernel TH_CONCAT_2(th_pointwise_, TH_ISA)[TH_HALF][TH_NKERNELS] = {
#define Real Byte
    [TH_BYTE] = {TABLE_INTEGER},
#undef Real
#define Real Char
    [TH_CHAR] = {TABLE_INTEGER},
#undef Real
#define Real Short
    [TH_SHORT] = {TABLE_INTEGER},
#undef Real
#define Real Int
    [TH_INT] = {TABLE_INTEGER},
#undef Real
#define Real Long
    [TH_LONG] = {TABLE_INTEGER},
#undef Real
#define Real Float
    [TH_FLOAT] = {TABLE_FLOATING},
#undef Real
#define Real Double
    [TH_DOUBLE] = {TABLE_FLOATING},
#undef Real
};
