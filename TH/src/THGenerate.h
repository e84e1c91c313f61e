/* The type that a template under src/generic/ is compiled for. The build passes
 * -DTH_GENERATE_Float and so on; a template includes this after the library's headers.
 *
 *   Real, real, accreal   Float, float, double
 *   TH_REAL_DTYPE         TH_FLOAT
 *   TH_REAL_FLOATING      1 for Float, Double and Half
 *   TH_SCALAR(v)          the THScalar that holds a real; TH_REAL(s): the reverse */
#ifndef TH_GENERATE_H
#define TH_GENERATE_H

#if defined(TH_GENERATE_Byte)
#define Real Byte
#define real uint8_t
#define TH_REAL_DTYPE TH_BYTE
#elif defined(TH_GENERATE_Char)
#define Real Char
#define real int8_t
#define TH_REAL_DTYPE TH_CHAR
#elif defined(TH_GENERATE_Short)
#define Real Short
#define real int16_t
#define TH_REAL_DTYPE TH_SHORT
#elif defined(TH_GENERATE_Int)
#define Real Int
#define real int32_t
#define TH_REAL_DTYPE TH_INT
#elif defined(TH_GENERATE_Long)
#define Real Long
#define real int64_t
#define TH_REAL_DTYPE TH_LONG
#elif defined(TH_GENERATE_Float)
#define Real Float
#define real float
#define TH_REAL_DTYPE TH_FLOAT
#define TH_REAL_FLOATING 1
#elif defined(TH_GENERATE_Double)
#define Real Double
#define real double
#define TH_REAL_DTYPE TH_DOUBLE
#define TH_REAL_FLOATING 1
#elif defined(TH_GENERATE_Half)
#define Real Half
#define real THHalf
#define TH_REAL_DTYPE TH_HALF
#define TH_REAL_FLOATING 1
#define TH_REAL_HALF 1
#else
#error "compile with -DTH_GENERATE_<Type>"
#endif

#ifndef TH_REAL_FLOATING
#define TH_REAL_FLOATING 0
#endif

#if TH_REAL_FLOATING
#define accreal double
#define TH_SCALAR(v) ((THScalar){.d = (double)(v)})
#define TH_REAL(s) ((real)(s).d)
#else
#define accreal int64_t
#define TH_SCALAR(v) ((THScalar){.i = (int64_t)(v)})
#define TH_REAL(s) ((real)(s).i)
#endif

/* The elements of a tensor of this type that has a storage. */
#define TH_DATA(t) ((real *)(t)->storage->data + (t)->storageOffset)

#endif
