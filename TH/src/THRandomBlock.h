/* The generator's numbers in blocks: the same ones, in the same order, as one by one.
 */
#ifndef TH_RANDOM_BLOCK_H
#define TH_RANDOM_BLOCK_H

#include <TH/THRandom.h>

#include "simd/THNormal.h"

/* n times THRandom_random. */
void th__randomBlock(THGenerator *generator, uint32_t *out, int64_t n);
/* n times THRandom_uniform(generator, 0, 1), which take two numbers each. */
void th__uniformBlock(THGenerator *generator, double *out, int64_t n);
/* n times THRandom_uniformFloat(generator, 0, 1). */
void th__uniformBlockFloat(THGenerator *generator, float *out, int64_t n);

/* The kernels of the CPU level in use. */
const THNormalKernels *th__normalKernels(void);

#if defined(TH_GENERATE_Float)
#define th__uniformBlockReal th__uniformBlockFloat
#elif defined(TH_GENERATE_Double)
#define th__uniformBlockReal th__uniformBlock
#endif

#endif
