/* Random fills: the numbers of the scalar functions in order, whatever the block
 * borders, and the known first numbers of seed 1. */
#include <TH/TH.h>

#include <math.h>
#include <stdlib.h>

#include "th_test.h"

static THGenerator *bulk, *single;

static void reseed(int64_t skip) {
    THRandom_manualSeed(bulk, 1);
    THRandom_manualSeed(single, 1);
    for (int64_t i = 0; i < skip; i++)
        CHECK(THRandom_random(bulk) == THRandom_random(single));
}

/* Both generators stand at the same place. */
static void check_in_step(void) {
    CHECK(THRandom_random(bulk) == THRandom_random(single));
}

static void fills_draw_like_single_calls(void) {
    static const int64_t lengths[] = {1, 15, 16, 623, 624, 625, 2000};
    for (size_t l = 0; l < sizeof(lengths) / sizeof(lengths[0]); l++)
        for (int64_t skip = 0; skip < 700; skip += 233) {
            int64_t n = lengths[l], wrong = 0;
            THTensor *f = THTensor_newWithSize(TH_FLOAT, 1, &n),
                     *d = THTensor_newWithSize(TH_DOUBLE, 1, &n);
            THTensor *i = THTensor_newWithSize(TH_INT, 1, &n);
            const float *fs = f->storage->data;
            const double *ds = d->storage->data;
            const int32_t *is = i->storage->data;
            reseed(skip);
            CHECK_INT(0, THFloatTensor_uniform(f, bulk, -1, 3));
            CHECK_INT(0, THDoubleTensor_uniform(d, bulk, -1, 3));
            CHECK_INT(0, THIntTensor_clampedRandom(i, bulk, -5, 1000));
            for (int64_t k = 0; k < n; k++)
                wrong += fs[k] != THRandom_uniformFloat(single, -1, 3);
            for (int64_t k = 0; k < n; k++)
                wrong += ds[k] != THRandom_uniform(single, -1, 3);
            for (int64_t k = 0; k < n; k++)
                wrong += is[k] != (int32_t)(THRandom_random(single) % 1005) - 5;
            CHECK_INT(0, THIntTensor_bernoulli(i, bulk, 0.3));
            for (int64_t k = 0; k < n; k++)
                wrong += is[k] != THRandom_bernoulli(single, 0.3);
            CHECK_INT(0, wrong);
            check_in_step();
            THTensor_free(f);
            THTensor_free(d);
            THTensor_free(i);
        }
}

/* From 16 elements on the Box-Muller transform pairs u[j] and u[j + 8] of each block of
 * 16; a rest takes 16 new numbers for the last 16 elements. */
static void normal_blocks(void) {
    THTensor *t = THTensor_newWithSize(TH_DOUBLE, SIZES(37));
    const double *data = t->storage->data;
    double u[53];
    reseed(5);
    CHECK_INT(0, THDoubleTensor_normal(t, bulk, 2, 3));
    for (int i = 0; i < 37 + 16; i++)
        u[i] = THRandom_uniform(single, 0, 1);
    /* The second block, 16 to 31, is partly overwritten by the last, 21 to 36. */
    for (int i = 0; i < 16; i++) {
        int begin = i < 8 ? 0 : 21, from = begin + (i < 8 ? i : i - 8),
            drawn = i < 8 ? i : 37 + i - 8;
        double radius = sqrt(-2 * log(1 - u[drawn])), angle = 2 * M_PI * u[drawn + 8];
        CHECK(fabs(data[from] - (2 + 3 * radius * cos(angle))) < 1e-12);
        CHECK(fabs(data[from + 8] - (2 + 3 * radius * sin(angle))) < 1e-12);
    }
    check_in_step();
    THTensor_free(t);
}

static void known_numbers(void) {
    THTensor *f = THTensor_newWithSize(TH_FLOAT, SIZES(3)),
             *d = THTensor_newWithSize(TH_DOUBLE, SIZES(4));
    THTensor *p = THTensor_new(TH_LONG);
    const float *fs = f->storage->data;
    const double *ds = d->storage->data;
    reseed(0);
    CHECK_INT(0, THFloatTensor_uniform(f, bulk, 0, 1));
    CHECK(fs[0] == 0.7576315999031067f && fs[1] == 0.2793108820915222f);
    reseed(0);
    CHECK_INT(0, THDoubleTensor_normal(d, bulk, 0, 1));
    CHECK(fabs(ds[0] - 0.6613521715704522) < 1e-12 &&
          fabs(ds[3] - 0.6213173286854216) < 1e-12);
    reseed(0);
    CHECK_INT(0, THLongTensor_randperm(p, bulk, 8));
    static const int64_t expected[] = {5, 4, 2, 6, 7, 3, 1, 0};
    CHECK(memcmp(p->storage->data, expected, sizeof(expected)) == 0);
    THTensor_free(f);
    THTensor_free(d);
    THTensor_free(p);
}

static void multinomial_follows_the_weights(void) {
    THTensor *weights = THTensor_newWithSize(TH_FLOAT, SIZES(4)),
             *r = THTensor_new(TH_LONG);
    memcpy(weights->storage->data, (float[]){1, 0, 2, 1}, 4 * sizeof(float));
    int64_t counts[4] = {0};
    reseed(0);
    CHECK_INT(0, THFloatTensor_multinomial(r, bulk, weights, 8000, 1));
    for (int i = 0; i < 8000; i++)
        counts[((int64_t *)r->storage->data)[i]]++;
    CHECK(counts[1] == 0 && llabs(counts[2] - 4000) < 300 &&
          llabs(counts[0] - 2000) < 300);
    for (int round = 0; round < 50; round++) {
        CHECK_INT(0, THFloatTensor_multinomial(r, bulk, weights, 3, 0));
        const int64_t *at = r->storage->data;
        CHECK_INT(0 + 2 + 3, at[0] + at[1] + at[2]);
        CHECK(at[0] != at[1] && at[1] != at[2] && at[0] != at[2] && at[0] != 1);
    }
    CHECK_ERROR(THFloatTensor_multinomial(r, bulk, weights, 5, 0) < 0, TH_ERR_VALUE,
                "cannot sample n_sample > prob_dist:size(1) samples without "
                "replacement: 5 of 4");
    /* Three categories can be drawn, the fourth draw finds nothing. */
    CHECK_INT(0, THFloatTensor_multinomial(r, bulk, weights, 4, 0));
    CHECK_INT(0, ((int64_t *)r->storage->data)[3]);
    THTensor_free(weights);
    THTensor_free(r);
}

static void bad_parameters(void) {
    THTensor *t = THTensor_newWithSize(TH_DOUBLE, SIZES(3));
    CHECK_ERROR(THDoubleTensor_bernoulli(t, bulk, 1.5) < 0, TH_ERR_VALUE,
                "must be >= 0 and <= 1, but got p = 1.5");
    CHECK_ERROR(THDoubleTensor_geometric(t, bulk, 1) < 0, TH_ERR_VALUE,
                "must be > 0 and < 1, but got p = 1");
    CHECK_ERROR(THDoubleTensor_normal(t, bulk, 0, -1) < 0, TH_ERR_VALUE,
                "standard deviation must be strictly positive or 0, but got -1");
    CHECK_ERROR(THDoubleTensor_clampedRandom(t, bulk, 3, 3) < 0, TH_ERR_VALUE,
                "max must be greater than min, but got: min = 3, max = 3");
    CHECK_ERROR(THDoubleTensor_cappedRandom(t, bulk, 0) < 0, TH_ERR_VALUE,
                "max must be positive, but got: max = 0");
    CHECK_ERROR(THDoubleTensor_randperm(t, bulk, 0) < 0, TH_ERR_VALUE,
                "must be strictly positive, but got 0");
    THTensor_free(t);
}

int main(void) {
    bulk = THGenerator_new();
    single = THGenerator_new();
    RUN(fills_draw_like_single_calls);
    RUN(normal_blocks);
    RUN(known_numbers);
    RUN(multinomial_follows_the_weights);
    RUN(bad_parameters);
    THGenerator_free(bulk);
    THGenerator_free(single);
    return TEST_RESULT;
}
