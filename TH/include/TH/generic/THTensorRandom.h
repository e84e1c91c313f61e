/* Filling with random numbers, in memory order of the logical elements, from the
 * generator's sequence. Types: all with arithmetic; the second part floating-point
 * only. */
#ifndef TH_GENERIC_FILE
#error "included by TH/THTyped.h only"
#endif

/* Uniform over the type's integers as in TH 0.3 (24 bits for float, 53 for double). */
TH_API int THTensor_(random)(THTensor *r, THGenerator *generator);
/* minValue <= x < maxValue */
TH_API int THTensor_(clampedRandom)(THTensor *r, THGenerator *generator,
                                    int64_t minValue, int64_t maxValue);
TH_API int THTensor_(cappedRandom)(THTensor *r, THGenerator *generator,
                                   int64_t maxValue);
TH_API int THTensor_(geometric)(THTensor *r, THGenerator *generator, double p);
TH_API int THTensor_(bernoulli)(THTensor *r, THGenerator *generator, double p);
/* Probabilities elementwise; r keeps its shape, which is p's. */
TH_API int THTensor_(bernoulli_FloatTensor)(THTensor *r, THGenerator *generator,
                                            THFloatTensor *p);
TH_API int THTensor_(bernoulli_DoubleTensor)(THTensor *r, THGenerator *generator,
                                             THDoubleTensor *p);
/* A random permutation of 0 ... n - 1. */
TH_API int THTensor_(randperm)(THTensor *r, THGenerator *generator, int64_t n);

#if TH_REAL_FLOATING
TH_API int THTensor_(uniform)(THTensor *r, THGenerator *generator, double a, double b);
TH_API int THTensor_(normal)(THTensor *r, THGenerator *generator, double mean,
                             double stdv);
TH_API int THTensor_(exponential)(THTensor *r, THGenerator *generator, double lambda);
TH_API int THTensor_(cauchy)(THTensor *r, THGenerator *generator, double median,
                             double sigma);
TH_API int THTensor_(logNormal)(THTensor *r, THGenerator *generator, double mean,
                                double stdv);
/* Rows of prob (not negative, sum > 0) give weights; r: LongTensor (n) or (rows, n). */
TH_API int THTensor_(multinomial)(THLongTensor *r, THGenerator *generator,
                                  THTensor *prob, int64_t n, int withReplacement);
#endif
