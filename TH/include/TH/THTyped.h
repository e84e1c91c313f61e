/* The typed names: THFloatTensor, THFloatTensor_cadd and so on for every type.
 *
 * Inside the libraries (TH_INTERNAL) all tensor types are one struct. Outside they are
 * distinct types with a typed `storage->data`, and THTensor, THTensor_(name), real and
 * Real can be used in an extension's own generic files as in TH 0.3. */
#ifndef TH_TYPED_H
#define TH_TYPED_H

#include <TH/THRandom.h>
#include <TH/THTensor.h>

#ifdef TH_INTERNAL
typedef struct THStorage THStorage;
typedef struct THTensor THTensor;
#define TH_TYPED(Real, real, accreal, floating)                                        \
    typedef struct THStorage TH##Real##Storage;                                        \
    typedef struct THTensor TH##Real##Tensor;
#else
#include <TH/THTypedViews.h>
#define TH_TYPED(Real, real, accreal, floating)                                        \
    typedef struct TH##Real##Storage {                                                 \
        TH_STORAGE_FIELDS(real)                                                        \
    } TH##Real##Storage;                                                               \
    typedef struct TH##Real##Tensor {                                                  \
        TH_TENSOR_FIELDS(TH##Real##Storage)                                            \
    } TH##Real##Tensor;                                                                \
    TH_TYPED_VIEWS(Real, real)
#endif
TH_ALL_TYPES(TH_TYPED)
#undef TH_TYPED

#ifndef TH_INTERNAL
#define THTensor TH_CONCAT_3(TH, Real, Tensor)
#define THStorage TH_CONCAT_3(TH, Real, Storage)
#endif

#define THTensor_(name) TH_CONCAT_4(TH, Real, Tensor_, name)
#define THStorage_(name) TH_CONCAT_4(TH, Real, Storage_, name)

#define Real Byte
#define real uint8_t
#define accreal int64_t
#define TH_REAL_FLOATING 0
#include <TH/THTypedFamilies.h>
#undef Real
#undef real

#define Real Char
#define real int8_t
#include <TH/THTypedFamilies.h>
#undef Real
#undef real

#define Real Short
#define real int16_t
#include <TH/THTypedFamilies.h>
#undef Real
#undef real

#define Real Int
#define real int32_t
#include <TH/THTypedFamilies.h>
#undef Real
#undef real

#define Real Long
#define real int64_t
#include <TH/THTypedFamilies.h>
#undef Real
#undef real
#undef accreal
#undef TH_REAL_FLOATING

#define accreal double
#define TH_REAL_FLOATING 1
#define Real Float
#define real float
#include <TH/THTypedFamilies.h>
#undef Real
#undef real

#define Real Double
#define real double
#include <TH/THTypedFamilies.h>
#undef Real
#undef real
#undef accreal

#define Real Half
#define real THHalf
#define accreal float
#define TH_GENERIC_FILE "generic/THTensorCopy.h"
#include <TH/generic/THTensorCopy.h>
#undef TH_GENERIC_FILE
#undef Real
#undef real
#undef accreal
#undef TH_REAL_FLOATING

#endif
