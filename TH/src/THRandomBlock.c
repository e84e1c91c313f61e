/* Blocks of random numbers: the state words are tempered many at a time. */
#include "THRandomBlock.h"

#include <TH/THCpu.h>

#define BLOCK 512

const THNormalKernels *th__normal;

/* Chooses the kernels when the library is loaded. */
__attribute__((constructor)) static void choose_kernels(void) {
    th__normal = &th__normal_base;
#if defined(__x86_64__)
    if (THCpu_level() == TH_CPU_V4)
        th__normal = &th__normal_v4;
    else if (THCpu_level() == TH_CPU_V3)
        th__normal = &th__normal_v3;
#endif
}

void th__randomBlock(THGenerator *generator, uint32_t *out, int64_t n) {
    while (n > 0) {
        /* All but the number that renews the state. */
        int64_t ready = generator->left - 1 < n ? generator->left - 1 : n;
        const uint64_t *state = generator->state + generator->next;
        th__normal->temper(out, state, ready);
        generator->left -= (int)ready;
        generator->next += (uint64_t)ready;
        out += ready;
        n -= ready;
        if (n > 0) {
            *out++ = (uint32_t)THRandom_random(generator);
            n--;
        }
    }
}

void th__uniformBlock(THGenerator *generator, double *out, int64_t n) {
    uint32_t bits[BLOCK];
    for (int64_t done = 0; done < n; done += BLOCK / 2) {
        int64_t count = n - done < BLOCK / 2 ? n - done : BLOCK / 2;
        th__randomBlock(generator, bits, 2 * count);
        th__normal->uniformDouble(out + done, bits, count);
    }
}

void th__uniformBlockFloat(THGenerator *generator, float *out, int64_t n) {
    uint32_t bits[BLOCK];
    for (int64_t done = 0; done < n; done += BLOCK) {
        int64_t count = n - done < BLOCK ? n - done : BLOCK;
        th__randomBlock(generator, bits, count);
        th__normal->uniformFloat(out + done, bits, count);
    }
}
