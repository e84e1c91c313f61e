/* Scalar types: their numbers, C types, and the union that carries one value. */
#ifndef TH_TYPES_H
#define TH_TYPES_H

#include <TH/THGeneral.h>
#include <TH/THHalf.h>

/* X(Name, C type, C type that sums of it are kept in, floating point?) */
#define TH_INTEGER_TYPES(X)                                                            \
    X(Byte, uint8_t, int64_t, 0)                                                       \
    X(Char, int8_t, int64_t, 0)                                                        \
    X(Short, int16_t, int64_t, 0)                                                      \
    X(Int, int32_t, int64_t, 0)                                                        \
    X(Long, int64_t, int64_t, 0)
#define TH_FLOATING_TYPES(X)                                                           \
    X(Float, float, double, 1)                                                         \
    X(Double, double, double, 1)
/* Types with arithmetic. */
#define TH_MATH_TYPES(X) TH_INTEGER_TYPES(X) TH_FLOATING_TYPES(X)
/* All types; Half has storage and copies only. */
#define TH_ALL_TYPES(X) TH_MATH_TYPES(X) X(Half, THHalf, float, 1)

typedef enum THType {
    TH_BYTE,
    TH_CHAR,
    TH_SHORT,
    TH_INT,
    TH_LONG,
    TH_FLOAT,
    TH_DOUBLE,
    TH_HALF,
    TH_NTYPES
} THType;

/* One value of any type: `d` for floating-point types (Half too), `i` for integer ones.
 */
typedef union THScalar {
    double d;
    int64_t i;
} THScalar;

/* Bytes of one element, indexed by THType. */
TH_API const uint8_t THType_itemSize[TH_NTYPES];
/* "Byte", "Char", ... indexed by THType. */
TH_API const char *const THType_name[TH_NTYPES];

#endif
