/* The inner loops of THNNKernels.h, compiled once for every CPU level (-DTH_ISA=base,
 * v3, v4). The loops are plain and free of branches so that the compiler vectorises
 * them; the bodies are in KernelTemplates.h, for both types. */
#include "../THNNKernels.h"

#include <math.h>
#include <string.h>

#include "simd/THMath.h"

#if defined(__AVX512F__)
#define VECTOR_BYTES 64
#define TILE_ROWS 8
#define PLANE_CHANNELS 4
#elif defined(__AVX2__)
#define VECTOR_BYTES 32
#define TILE_ROWS 4
#define PLANE_CHANNELS 2
#else
#define VECTOR_BYTES 16
#define TILE_ROWS 4
#define PLANE_CHANNELS 2
#endif

#define INLINE static inline __attribute__((always_inline))

/* Four positions in a plane. */
typedef int64_t Positions __attribute__((vector_size(32), aligned(8), may_alias));

#define KERNEL(name) TH_CONCAT_3(name, _, Real)

#define Real Float
#define real float
#define REAL_IS_FLOAT 1
#define real_bits int32_t
#define exp_real th_expf
#define log_real th_logf
#define sqrt_real sqrtf
#include "KernelTemplates.h"
#undef Real
#undef real
#undef exp_real
#undef log_real
#undef sqrt_real
#undef REAL_IS_FLOAT
#undef real_bits

#define Real Double
#define real double
#define REAL_IS_FLOAT 0
#define real_bits int64_t
#define exp_real th_exp
#define log_real th_log
#define sqrt_real sqrt
#include "KernelTemplates.h"
