/* The loops of THNNRecurrent.h, compiled once for every CPU level (-DTH_ISA=base, v3,
 * v4); the bodies are in RecurrentTemplates.h, for both types. */
#include "../THNNRecurrent.h"

#include <math.h>

#include "simd/THKernelMacros.h"
#include "simd/THMath.h"

/* Rows of a product: as many as have their two sums in vector registers. */
#if defined(__AVX512F__)
#define VECTOR_BYTES 64
#define STEP_ROWS 12
#elif defined(__AVX2__)
#define VECTOR_BYTES 32
#define STEP_ROWS 6
#else
#define VECTOR_BYTES 16
#define STEP_ROWS 6
#endif

#define INLINE static inline __attribute__((always_inline))

#define KERNEL(name) TH_CONCAT_3(name, _, Real)

#define Real Float
#define real float
#define sigmoid_real th_sigmoidf
#define tanh_real th_tanhf
#include "RecurrentTemplates.h"
#undef Real
#undef real
#undef sigmoid_real
#undef tanh_real

#define Real Double
#define real double
#define sigmoid_real th_sigmoid
#define tanh_real th_tanh
#include "RecurrentTemplates.h"
