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

/* What the distributions make of numbers on [0, 1), x and y; logNormal makes two of a
 * pair. Kernels ask these where their own functions are not exact enough. */
double th__exponentialOf(double x, double lambda);
double th__cauchyOf(double x, double median, double sigma);
int th__geometricOf(double x, double p);
double th__logNormalOf(double x, double y, int second, double mean, double stdv);

/* The kernels of the CPU level in use. */
extern const THNormalKernels *th__normal;

#if defined(TH_GENERATE_Float)
#define th__uniformBlockReal th__uniformBlockFloat
#elif defined(TH_GENERATE_Double)
#define th__uniformBlockReal th__uniformBlock
#endif

#endif
