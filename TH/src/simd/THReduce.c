/* The reduction kernels of all types, as one table for each CPU level. */
#include <math.h>

#include "THKernelMacros.h"
#include "THKernels.h"

#define accreal int64_t

#define Real Byte
#define real uint8_t
#define place int32_t
#include "THReduceLoops.h"
#undef Real
#undef real
#undef place

#define Real Char
#define real int8_t
#define place int32_t
#include "THReduceLoops.h"
#undef Real
#undef real
#undef place

#define Real Short
#define real int16_t
#define place int32_t
#include "THReduceLoops.h"
#undef Real
#undef real
#undef place

#define Real Int
#define real int32_t
#define place int32_t
#include "THReduceLoops.h"
#undef Real
#undef real
#undef place

#define Real Long
#define real int64_t
#define place int64_t
#include "THReduceLoops.h"
#undef Real
#undef real
#undef place
#undef accreal

#define accreal double
#define FLOATING

#define Real Float
#define real float
#define place int32_t
#include "THReduceLoops.h"
#undef Real
#undef real
#undef place

#define Real Double
#define real double
#define place int64_t
#include "THReduceLoops.h"
#undef Real
#undef real
#undef place

#define ENTRY_ROW(name) [TH_R_##name] = ROW(name),
#define ENTRY_ROWS(name) [TH_R_##name] = ROWS(name),
#define OTHERS                                                                         \
    .dot = ROW(dot), .max = ROW(max), .min = ROW(min), .maxRows = ROWS(max),           \
    .minRows = ROWS(min), .store = ROW(store)
#define TABLE                                                                          \
    {.row = {TH_REDUCTIONS(ENTRY_ROW)}, .rows = {TH_REDUCTIONS(ENTRY_ROWS)}, OTHERS}
#define TABLE_FLOATING                                                                 \
    {.row = {TH_REDUCTIONS(ENTRY_ROW) TH_REDUCTIONS_FLOATING(ENTRY_ROW)},              \
     .rows = {TH_REDUCTIONS(ENTRY_ROWS) TH_REDUCTIONS_FLOATING(ENTRY_ROWS)},           \
     OTHERS}

const THReduceKernels TH_CONCAT_2(th_reduce_, TH_ISA)[TH_HALF] = {
#define Real Byte
    [TH_BYTE] = TABLE,
#undef Real
#define Real Char
    [TH_CHAR] = TABLE,
#undef Real
#define Real Short
    [TH_SHORT] = TABLE,
#undef Real
#define Real Int
    [TH_INT] = TABLE,
#undef Real
#define Real Long
    [TH_LONG] = TABLE,
#undef Real
#define Real Float
    [TH_FLOAT] = TABLE_FLOATING,
#undef Real
#define Real Double
    [TH_DOUBLE] = TABLE_FLOATING,
#undef Real
};
