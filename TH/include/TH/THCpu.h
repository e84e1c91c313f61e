/* Which variant of the kernels this machine runs. */
#ifndef TH_CPU_H
#define TH_CPU_H

#include <TH/THGeneral.h>

typedef enum THCpuLevel {
    TH_CPU_BASE, /* the architecture's baseline (x86-64: SSE2) */
    TH_CPU_V3,   /* x86-64-v3: AVX2, FMA */
    TH_CPU_V4    /* x86-64-v4: AVX-512 */
} THCpuLevel;

/* The level in use: the best that the machine has, or TORCHLIKE_CPU (base, v3, v4) if
 * that is lower. */
TH_API THCpuLevel THCpu_level(void);
/* "base", "v3", "v4". */
TH_API const char *THCpu_levelName(THCpuLevel level);
/* What the BLAS under the matrix products says of itself; "none" without one. */
TH_API const char *THCpu_blasName(void);

#endif
