/* Chooses the kernels for this machine when the library is loaded. */
#include "THNNKernels.h"

#include "THNNElements.h"
#include "THNNRecurrent.h"

THNNFloatKernels th__nnFloatKernels;
THNNDoubleKernels th__nnDoubleKernels;
THNNFloatElements th__nnFloatElements;
THNNDoubleElements th__nnDoubleElements;
THNNFloatRecurrent th__nnFloatRecurrent;
THNNDoubleRecurrent th__nnDoubleRecurrent;

#define CHOOSE(level)                                                                  \
    do {                                                                               \
        th__nnFloatKernels = th__nnFloatKernels_##level;                               \
        th__nnDoubleKernels = th__nnDoubleKernels_##level;                             \
        th__nnFloatElements = th__nnFloatElements_##level;                             \
        th__nnDoubleElements = th__nnDoubleElements_##level;                           \
        th__nnFloatRecurrent = th__nnFloatRecurrent_##level;                           \
        th__nnDoubleRecurrent = th__nnDoubleRecurrent_##level;                         \
    } while (0)

__attribute__((constructor)) static void choose_kernels(void) {
    CHOOSE(base);
#if defined(__x86_64__)
    if (THCpu_level() == TH_CPU_V4)
        CHOOSE(v4);
    else if (THCpu_level() == TH_CPU_V3)
        CHOOSE(v3);
#endif
}
