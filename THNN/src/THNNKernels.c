/* Chooses the kernels for this machine when the library is loaded. */
#include "THNNKernels.h"

THNNFloatKernels th__nnFloatKernels;
THNNDoubleKernels th__nnDoubleKernels;

__attribute__((constructor)) static void choose_kernels(void) {
    th__nnFloatKernels = th__nnFloatKernels_base;
    th__nnDoubleKernels = th__nnDoubleKernels_base;
#if defined(__x86_64__)
    if (THCpu_level() == TH_CPU_V4) {
        th__nnFloatKernels = th__nnFloatKernels_v4;
        th__nnDoubleKernels = th__nnDoubleKernels_v4;
    } else if (THCpu_level() == TH_CPU_V3) {
        th__nnFloatKernels = th__nnFloatKernels_v3;
        th__nnDoubleKernels = th__nnDoubleKernels_v3;
    }
#endif
}
