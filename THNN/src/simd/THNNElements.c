/* The loops of THNNElements.h, compiled once for every CPU level (-DTH_ISA=base, v3,
 * v4). Each element has a function; the loops around them are in ElementTemplates.h,
 * for both types. */
#include "../THNNElements.h"

#include <math.h>

#include "simd/THMath.h"

#define INLINE static inline __attribute__((always_inline))

#define KERNEL(name) TH_CONCAT_3(name, _, Real)

#define Real Float
#define real float
#define exp_real th_expf
#define log_real th_logf
#define log1p_real th_log1pf
#define abs_real fabsf
#include "ElementTemplates.h"
#undef Real
#undef real
#undef exp_real
#undef log_real
#undef log1p_real
#undef abs_real

#define Real Double
#define real double
#define exp_real th_exp
#define log_real th_log
#define log1p_real th_log1p
#define abs_real fabs
#include "ElementTemplates.h"
