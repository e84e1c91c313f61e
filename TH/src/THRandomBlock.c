/* Blocks of random numbers: the state words are tempered many at a time. */
#include "THRandomBlock.h"

#include <TH/THCpu.h>

#define BLOCK 512

/* The output function of MT19937. */
static inline uint32_t temper(uint32_t y) {
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c5680u;
    y ^= (y << 15) & 0xefc60000u;
    return y ^ (y >> 18);
}

void th__randomBlock(THGenerator *generator, uint32_t *out, int64_t n) {
    while (n > 0) {
        /* All but the number that renews the state. */
        int64_t ready = generator->left - 1 < n ? generator->left - 1 : n;
        const uint64_t *state = generator->state + generator->next;
        for (int64_t i = 0; i < ready; i++)
            out[i] = temper((uint32_t)state[i]);
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
        for (int64_t i = 0; i < count; i++) {
            uint64_t x = (uint64_t)bits[2 * i] << 32 | bits[2 * i + 1];
            out[done + i] = (double)(int64_t)(x & ((1ull << 53) - 1)) * 0x1p-53;
        }
    }
}

void th__uniformBlockFloat(THGenerator *generator, float *out, int64_t n) {
    uint32_t bits[BLOCK];
    for (int64_t done = 0; done < n; done += BLOCK) {
        int64_t count = n - done < BLOCK ? n - done : BLOCK;
        th__randomBlock(generator, bits, count);
        for (int64_t i = 0; i < count; i++)
            out[done + i] = (float)(int32_t)(bits[i] & ((1u << 24) - 1)) * 0x1p-24f;
    }
}

const THNormalKernels *th__normalKernels(void) {
#if defined(__x86_64__)
    switch (THCpu_level()) {
    case TH_CPU_V4:
        return &th__normal_v4;
    case TH_CPU_V3:
        return &th__normal_v3;
    default:
        break;
    }
#endif
    return &th__normal_base;
}
