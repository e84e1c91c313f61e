/* Filling with random numbers. Types: all with arithmetic.
 *
 * Elements are filled in logical order, with the numbers that TH 0.3 would draw for
 * each. Uniform numbers, and what is made of them, take the generator's output in
 * blocks (th__randomBlock), which changes the speed only. A strided result is filled
 * through a contiguous temporary. */
#include <TH/TH.h>

#include <math.h>
#include <string.h>

#include "THGenerate.h"
#include "THRandomBlock.h"
#include "THTensorBorrow.h"

/* Numbers that are drawn at a time. */
#define BLOCK 512

/* Draws n numbers into contiguous memory. */
typedef void (*Fill)(real *out, int64_t n, THGenerator *generator,
                     const void *parameters);

static int fill_with(THTensor *r, THGenerator *generator, Fill fill,
                     const void *parameters) {
    int64_t n = THTensor_nElement(r);
    if (!n)
        return 0;
    THTensor *out = borrow_output(r, r->nDimension, r->size, 0);
    if (!out)
        return THError_pending();
    fill(TH_DATA(out), n, generator, parameters);
    return store_output(r, out, 0);
}

/* --- integers -------------------------------------------------------------------- */

/* x = minValue + bits % range, from 32 or (wide) 64 bits. */
typedef struct IntegerRange {
    int64_t minValue;
    uint64_t range;
    int wide;
} IntegerRange;

static void fill_integers(real *out, int64_t n, THGenerator *generator,
                          const void *parameters) {
    const IntegerRange *p = parameters;
    if (p->wide) {
        for (int64_t i = 0; i < n; i++)
            out[i] = (real)(int64_t)(THRandom_random64(generator) % p->range +
                                     (uint64_t)p->minValue);
        return;
    }
    uint32_t bits[BLOCK];
    int whole = p->range >> 32 != 0; /* every number is in the range */
    int narrow = p->minValue >= 0 && p->range < (uint64_t)INT32_MAX - p->minValue;
    for (int64_t done = 0; done < n; done += BLOCK) {
        int64_t count = n - done < BLOCK ? n - done : BLOCK;
        th__randomBlock(generator, bits, count);
        int64_t vectors = (count + 15) / 16 * 16; /* nothing is left to scalar code */
        for (int64_t i = count; i < vectors; i++)
            bits[i] = 0;
        if (!whole)
            th__normal->modulo(bits, vectors, (uint32_t)p->range);
        if (narrow) /* sums of 32 bits are vector code */
            for (int64_t i = 0; i < count; i++)
                out[done + i] = (real)((int32_t)bits[i] + (int32_t)p->minValue);
        else
            for (int64_t i = 0; i < count; i++)
                out[done + i] = (real)(int64_t)(bits[i] + (uint64_t)p->minValue);
    }
}

int THTensor_(random)(THTensor *r, THGenerator *generator) {
#if defined(TH_GENERATE_Byte)
    IntegerRange p = {0, UINT8_MAX + 1, 0};
#elif defined(TH_GENERATE_Char)
    IntegerRange p = {0, INT8_MAX + 1, 0};
#elif defined(TH_GENERATE_Short)
    IntegerRange p = {0, INT16_MAX + 1, 0};
#elif defined(TH_GENERATE_Int)
    IntegerRange p = {0, INT32_MAX + 1ull, 0};
#elif defined(TH_GENERATE_Long)
    IntegerRange p = {0, INT64_MAX + 1ull, 1};
#elif defined(TH_GENERATE_Float)
    IntegerRange p = {0, (1ull << 24) + 1, 0};
#else
    IntegerRange p = {0, (1ull << 53) + 1, 1};
#endif
    return fill_with(r, generator, fill_integers, &p);
}

int THTensor_(clampedRandom)(THTensor *r, THGenerator *generator, int64_t minValue,
                             int64_t maxValue) {
    if (maxValue <= minValue)
        TH_FAIL(TH_ERR_VALUE,
                "max must be greater than min, but got: min = %lld, max = %lld",
                (long long)minValue, (long long)maxValue);
    IntegerRange p = {minValue, (uint64_t)maxValue - (uint64_t)minValue, 0};
    p.wide = p.range >> 32 != 0 && (TH_REAL_FLOATING || sizeof(real) == 8);
    return fill_with(r, generator, fill_integers, &p);
}

int THTensor_(cappedRandom)(THTensor *r, THGenerator *generator, int64_t maxValue) {
    if (maxValue <= 0)
        TH_FAIL(TH_ERR_VALUE, "max must be positive, but got: max = %lld",
                (long long)maxValue);
    return THTensor_(clampedRandom)(r, generator, 0, maxValue);
}

int THTensor_(randperm)(THTensor *r, THGenerator *generator, int64_t n) {
    if (n <= 0)
        TH_FAIL(TH_ERR_VALUE, "must be strictly positive, but got %lld", (long long)n);
    THTensor *out = borrow_output(r, 1, &n, 0);
    if (!out)
        return THError_pending();
    real *data = TH_DATA(out);
    for (int64_t i = 0; i < n; i++)
        data[i] = (real)i;
    for (int64_t i = 0; i < n - 1; i++) {
        int64_t z = (int64_t)(THRandom_random(generator) % (uint64_t)(n - i)) + i;
        real swap = data[i];
        data[i] = data[z];
        data[z] = swap;
    }
    return store_output(r, out, 0);
}

/* --- coins ----------------------------------------------------------------------- */

static void fill_geometric(real *out, int64_t n, THGenerator *generator,
                           const void *parameters) {
    double p = *(const double *)parameters, uniform[BLOCK];
    int32_t trials[BLOCK];
    for (int64_t done = 0; done < n; done += BLOCK) {
        int64_t count = n - done < BLOCK ? n - done : BLOCK;
        th__uniformBlock(generator, uniform, count);
        th__normal->geometric(trials, uniform, count, p);
        for (int64_t i = 0; i < count; i++)
            out[done + i] = (real)trials[i];
    }
}

int THTensor_(geometric)(THTensor *r, THGenerator *generator, double p) {
    if (!(p > 0 && p < 1))
        TH_FAIL(TH_ERR_VALUE, "must be > 0 and < 1, but got p = %g", p);
    return fill_with(r, generator, fill_geometric, &p);
}

static int check_probability(double p) {
    if (!(p >= 0 && p <= 1))
        TH_FAIL(TH_ERR_VALUE, "must be >= 0 and <= 1, but got p = %g", p);
    return 0;
}

static void fill_bernoulli(real *out, int64_t n, THGenerator *generator,
                           const void *parameters) {
    double p = *(const double *)parameters, uniform[BLOCK];
    for (int64_t done = 0; done < n; done += BLOCK) {
        int64_t count = n - done < BLOCK ? n - done : BLOCK;
        th__uniformBlock(generator, uniform, count);
        for (int64_t i = 0; i < count; i++)
            out[done + i] = uniform[i] <= p;
    }
}

int THTensor_(bernoulli)(THTensor *r, THGenerator *generator, double p) {
    TH_TRY(check_probability(p));
    return fill_with(r, generator, fill_bernoulli, &p);
}

/* Element i of a contiguous Float or Double tensor. */
static inline double probability_at(const THTensor *p, int64_t i) {
    i += p->storageOffset;
    return p->dtype == TH_FLOAT ? (double)((const float *)p->storage->data)[i]
                                : ((const double *)p->storage->data)[i];
}

/* out[i] = 1 with probability p[i]: float numbers with float probabilities for a float
 * tensor, double numbers else. */
static void draw_each(real *out, THGenerator *generator, const THTensor *p) {
    int64_t n = th_nElement(p);
    if (p->dtype == TH_FLOAT && TH_REAL_DTYPE == TH_FLOAT) {
        const float *limit = (const float *)p->storage->data + p->storageOffset;
        float uniform[BLOCK];
        for (int64_t done = 0; done < n; done += BLOCK) {
            int64_t count = n - done < BLOCK ? n - done : BLOCK;
            th__uniformBlockFloat(generator, uniform, count);
            for (int64_t i = 0; i < count; i++)
                out[done + i] = uniform[i] <= limit[done + i];
        }
        return;
    }
    for (int64_t done = 0; done < n; done += BLOCK) {
        double uniform[BLOCK];
        int64_t count = n - done < BLOCK ? n - done : BLOCK;
        th__uniformBlock(generator, uniform, count);
        for (int64_t i = 0; i < count; i++)
            out[done + i] = uniform[i] <= probability_at(p, done + i);
    }
}

static int bernoulli_tensor(THTensor *r, THGenerator *generator, THTensor *p) {
    char a[TH_SHAPE_TEXT], b[TH_SHAPE_TEXT];
    int64_t n = th_nElement(p);
    if (n != th_nElement(r))
        TH_FAIL(TH_ERR, "inconsistent tensor size, probabilities %s for a tensor %s",
                THTensor_shapeText(a, p), THTensor_shapeText(b, r));
    if (!n)
        return 0;
    THTensor *plain = shares_storage(r, p) ? new_plain(p) : borrow_contiguous(p);
    if (!plain)
        return THError_pending();
    int status = 0;
    for (int64_t i = 0; status >= 0 && i < n; i++)
        status = check_probability(probability_at(plain, i));
    THTensor *out = NULL;
    if (status >= 0 && !(out = borrow_output(r, r->nDimension, r->size, 0)))
        status = THError_pending();
    if (out) {
        draw_each(TH_DATA(out), generator, plain);
        status = store_output(r, out, 0);
    }
    give_back(plain, p);
    return status;
}

int THTensor_(bernoulli_FloatTensor)(THTensor *r, THGenerator *generator,
                                     THFloatTensor *p) {
    return bernoulli_tensor(r, generator, p);
}

int THTensor_(bernoulli_DoubleTensor)(THTensor *r, THGenerator *generator,
                                      THDoubleTensor *p) {
    return bernoulli_tensor(r, generator, p);
}

/* --- floating-point distributions
 * ------------------------------------------------------------------- */

#if TH_REAL_FLOATING
typedef struct Pair {
    double a, b;
} Pair;

static void fill_uniform(real *out, int64_t n, THGenerator *generator,
                         const void *parameters) {
    const Pair *p = parameters;
    real a = (real)p->a, width = (real)p->b - a;
    th__uniformBlockReal(generator, out, n);
    for (int64_t i = 0; i < n; i++)
        out[i] = out[i] * width + a;
}

int THTensor_(uniform)(THTensor *r, THGenerator *generator, double a, double b) {
    Pair p = {a, b};
    return fill_with(r, generator, fill_uniform, &p);
}

/* Blocks of 16 uniform numbers that become normal ones (simd/THNormal.c). */
typedef struct NormalBlocks {
    real *data;
    real mean, stdv;
} NormalBlocks;

static void transform_blocks(void *context, int64_t begin, int64_t end) {
    const NormalBlocks *c = context;
#if defined(TH_GENERATE_Float)
    th__normal->transformFloat(c->data + 16 * begin, end - begin, c->mean, c->stdv);
#else
    th__normal->transformDouble(c->data + 16 * begin, end - begin, c->mean, c->stdv);
#endif
}

static void fill_normal(real *out, int64_t n, THGenerator *generator,
                        const void *parameters) {
    const Pair *p = parameters;
    for (int64_t i = 0; i < n; i++)
        out[i] = (real)THRandom_normal(generator, p->a, p->b);
}

/* n >= 16 numbers, a block at a time; a rest that fills no block is made by drawing the
 * last 16 again. */
static void fill_normal_blocks(real *out, int64_t n, THGenerator *generator,
                               const void *parameters) {
    const Pair *p = parameters;
    NormalBlocks c = {out, (real)p->a, (real)p->b};
    th__uniformBlockReal(generator, out, n);
    THParallel_for(n / 16, 512, transform_blocks, &c);
    if (n % 16) {
        c.data = out + n - 16;
        th__uniformBlockReal(generator, c.data, 16);
        transform_blocks(&c, 0, 1);
    }
}

static int check_deviation(double stdv) {
    if (!(stdv >= 0))
        TH_FAIL(TH_ERR_VALUE,
                "standard deviation must be strictly positive or 0, but got %g", stdv);
    return 0;
}

int THTensor_(normal)(THTensor *r, THGenerator *generator, double mean, double stdv) {
    TH_TRY(check_deviation(stdv));
    Pair p = {mean, stdv};
    int blocks = THTensor_nElement(r) >= 16 && THTensor_isContiguous(r);
    return fill_with(r, generator, blocks ? fill_normal_blocks : fill_normal, &p);
}

static void fill_exponential(real *out, int64_t n, THGenerator *generator,
                             const void *parameters) {
    const Pair *p = parameters;
#if defined(TH_GENERATE_Float)
    double uniform[BLOCK];
    for (int64_t done = 0; done < n; done += BLOCK) {
        int64_t count = n - done < BLOCK ? n - done : BLOCK;
        th__uniformBlock(generator, uniform, count);
        th__normal->exponential(out + done, uniform, count, p->a);
    }
#else
    for (int64_t i = 0; i < n; i++)
        out[i] = THRandom_exponential(generator, p->a);
#endif
}

int THTensor_(exponential)(THTensor *r, THGenerator *generator, double lambda) {
    Pair p = {lambda, 0};
    return fill_with(r, generator, fill_exponential, &p);
}

static void fill_cauchy(real *out, int64_t n, THGenerator *generator,
                        const void *parameters) {
    const Pair *p = parameters;
#if defined(TH_GENERATE_Float)
    double uniform[BLOCK];
    for (int64_t done = 0; done < n; done += BLOCK) {
        int64_t count = n - done < BLOCK ? n - done : BLOCK;
        th__uniformBlock(generator, uniform, count);
        th__normal->cauchy(out + done, uniform, count, p->a, p->b);
    }
#else
    for (int64_t i = 0; i < n; i++)
        out[i] = THRandom_cauchy(generator, p->a, p->b);
#endif
}

int THTensor_(cauchy)(THTensor *r, THGenerator *generator, double median,
                      double sigma) {
    Pair p = {median, sigma};
    return fill_with(r, generator, fill_cauchy, &p);
}

/* The last pair is made one by one, because the generator remembers it. */
static void fill_log_normal(real *out, int64_t n, THGenerator *generator,
                            const void *parameters) {
    const Pair *p = parameters;
    int64_t i = 0;
#if defined(TH_GENERATE_Float)
    double uniform[BLOCK];
    if (generator->normal_is_valid)
        out[i++] = (real)THRandom_logNormal(generator, p->a, p->b);
    while (n - i > 2) {
        int64_t pairs = (n - i - 1) / 2;
        pairs = pairs < BLOCK / 2 ? pairs : BLOCK / 2;
        th__uniformBlock(generator, uniform, 2 * pairs);
        th__normal->logNormal(out + i, uniform, pairs, p->a, p->b);
        i += 2 * pairs;
    }
#endif
    for (; i < n; i++)
        out[i] = (real)THRandom_logNormal(generator, p->a, p->b);
}

int THTensor_(logNormal)(THTensor *r, THGenerator *generator, double mean,
                         double stdv) {
    if (!(stdv > 0))
        TH_FAIL(TH_ERR_VALUE,
                "standard deviation must be strictly positive, but got %g", stdv);
    Pair p = {mean, stdv};
    return fill_with(r, generator, fill_log_normal, &p);
}

/* --- multinomial ----------------------------------------------------------------- */

/* Checks one row of weights: finite, not negative, not all 0. */
static int check_weights(const real *weight, int64_t categories) {
    double sum = 0;
    for (int64_t k = 0; k < categories; k++) {
        if (!(weight[k] >= 0) || isinf(weight[k]))
            TH_FAIL(
                TH_ERR_VALUE,
                "invalid multinomial distribution (encountering probability entry %g)",
                (double)weight[k]);
        sum += (double)weight[k];
    }
    if (sum <= 0)
        TH_FAIL(TH_ERR_VALUE,
                "invalid multinomial distribution (sum of probabilities <= 0)");
    return 0;
}

/* The first category whose cumulative probability reaches u. */
static int64_t find_category(const double *cumulative, int64_t categories, double u) {
    int64_t left = 0, right = categories - 1;
    while (left < right) {
        int64_t middle = left + (right - left) / 2;
        if (cumulative[middle] < u)
            left = middle + 1;
        else
            right = middle;
    }
    /* Rounding may lead past the last category that can be drawn. */
    while (left > 0 && cumulative[left] == cumulative[left - 1])
        left--;
    return left;
}

/* Draws n categories by inverting the cumulative distribution; without replacement a
 * drawn category is cut out of it and the rest is scaled up to 1; once nothing is left,
 * category 0 is drawn. */
static void sample_row(const real *weight, double *cumulative, int64_t categories,
                       int64_t *out, int64_t n, int with_replacement,
                       THGenerator *generator) {
    double sum = 0;
    int64_t positive = 0;
    for (int64_t k = 0; k < categories; k++) {
        cumulative[k] = sum += (double)weight[k];
        positive += weight[k] > 0;
    }
    for (int64_t k = 0; k < categories; k++)
        cumulative[k] /= sum;
    for (int64_t i = 0; i < n; i++) {
        double u = THRandom_uniform(generator, 0, 1);
        int64_t drawn = with_replacement || i < positive
                            ? find_category(cumulative, categories, u)
                            : 0;
        out[i] = drawn;
        if (with_replacement || i >= positive - 1)
            continue;
        double below = drawn ? cumulative[drawn - 1] : 0,
               width = cumulative[drawn] - below;
        for (int64_t k = 0; k < drawn; k++)
            cumulative[k] /= 1 - width;
        for (int64_t k = drawn; k < categories; k++)
            cumulative[k] = k == drawn ? below / (1 - width)
                                       : (cumulative[k] - width) / (1 - width);
    }
}

int THTensor_(multinomial)(THLongTensor *r, THGenerator *generator, THTensor *prob,
                           int64_t n, int withReplacement) {
    char text[TH_SHAPE_TEXT];
    if (prob->nDimension != 1 && prob->nDimension != 2)
        TH_FAIL(TH_ERR, "prob_dist must be 1 or 2 dim, but got %s",
                THTensor_shapeText(text, prob));
    if (n < 1)
        TH_FAIL(TH_ERR_VALUE, "cannot sample n_sample <= 0 samples, but got %lld",
                (long long)n);
    int64_t rows = prob->nDimension == 2 ? prob->size[0] : 1;
    int64_t categories = prob->size[prob->nDimension - 1];
    if (!withReplacement && n > categories)
        TH_FAIL(TH_ERR_VALUE,
                "cannot sample n_sample > prob_dist:size(1) samples without "
                "replacement: %lld of %lld",
                (long long)n, (long long)categories);
    THTensor *weights = borrow_contiguous(prob), *cumulative = NULL, *out = NULL;
    int status = weights ? 0 : THError_pending();
    for (int64_t row = 0; status >= 0 && row < rows; row++)
        status = check_weights(TH_DATA(weights) + row * categories, categories);
    if (status < 0)
        goto done;
    cumulative = THTensor_newWithSize(TH_DOUBLE, 1, &categories);
    int64_t size[2] = {rows, n};
    out = cumulative ? THTensor_newWithSize(TH_LONG, 2, size) : NULL;
    if (!out) {
        status = THError_pending();
        goto done;
    }
    for (int64_t row = 0; row < rows; row++)
        sample_row(TH_DATA(weights) + row * categories,
                   (double *)cumulative->storage->data, categories,
                   (int64_t *)out->storage->data + row * n, n, withReplacement,
                   generator);
    status = prob->nDimension == 2 ? THTensor_resize(r, 2, size, NULL)
                                   : THTensor_resize(r, 1, &n, NULL);
    if (status >= 0)
        status = THLongTensor_copy(r, out);
done:
    THTensor_free(out);
    THTensor_free(cumulative);
    give_back(weights, prob);
    return status;
}
#endif
