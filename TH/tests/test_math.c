/* The accuracy of the elementary functions, in units in the last place, against the C
 * library in the next wider type, over points of every magnitude; and exact agreement
 * with it on special values. */
#include <TH/TH.h>

#include <float.h>
#include <math.h>

#include "THApply.h"
#include "th_test.h"

#define POINTS 400000

typedef struct Function {
    const char *name;
    int kernel;
    double (*forFloat)(double);
    long double (*forDouble)(
        long double); /* NULL: not tested in double, where it is the C library's */
    double low,
        high; /* points lie here, or if low is 0 in -high ... high, any magnitude */
    double ulpFloat, ulpDouble; /* the bounds that THMath.h states */
} Function;

static double sigmoid(double x) {
    return 1 / (1 + exp(-x));
}

static long double sigmoid_long(long double x) {
    return 1 / (1 + expl(-x));
}

static double rsqrt(double x) {
    return 1 / sqrt(x);
}

static const Function functions[] = {
    {"exp", TH_K_exp, exp, expl, -104, 89, 1, 1},
    {"exp", TH_K_exp, exp, expl, -745, 709, 1, 1},
    {"log", TH_K_log, log, logl, 0, 1e38, 1, 1},
    {"log", TH_K_log, log, logl, 0.3, 3, 1, 1},
    {"log1p", TH_K_log1p, log1p, log1pl, 0, 1e38, 1.5, 1},
    {"log1p", TH_K_log1p, log1p, log1pl, -1, 3, 1.5, 1},
    {"tanh", TH_K_tanh, tanh, tanhl, -12, 12, 2, 2.5},
    {"tanh", TH_K_tanh, tanh, tanhl, 0, 1, 2, 2.5},
    {"sigmoid", TH_K_sigmoid, sigmoid, sigmoid_long, -105, 105, 2, 2},
    {"sigmoid", TH_K_sigmoid, sigmoid, sigmoid_long, 0, 1, 2, 2},
    {"sin", TH_K_sin, sin, sinl, -1e3, 1e3, 1, 1.5},
    {"sin", TH_K_sin, sin, sinl, 0, 1e5, 1, 1.5},
    {"cos", TH_K_cos, cos, cosl, -1e3, 1e3, 1, 1.5},
    {"cos", TH_K_cos, cos, cosl, 0, 1e5, 1, 1.5},
    {"tan", TH_K_tan, tan, NULL, -1e3, 1e3, 1, 0},
    {"tan", TH_K_tan, tan, NULL, 0, 1e5, 1, 0},
    {"sinh", TH_K_sinh, sinh, NULL, -90, 90, 1, 0},
    {"sinh", TH_K_sinh, sinh, NULL, 0, 1, 1, 0},
    {"cosh", TH_K_cosh, cosh, NULL, -90, 90, 1, 0},
    {"erf", TH_K_erf, erf, NULL, -5, 5, 1, 0},
    {"erf", TH_K_erf, erf, NULL, 0, 1, 1, 0},
    {"asin", TH_K_asin, asin, asinl, -1, 1, 1, 2},
    {"asin", TH_K_asin, asin, asinl, 0, 1, 1, 2},
    {"acos", TH_K_acos, acos, acosl, -1, 1, 1, 2},
    {"acos", TH_K_acos, acos, acosl, 0, 1, 1, 2},
    {"atan", TH_K_atan, atan, atanl, -50, 50, 1, 2},
    {"atan", TH_K_atan, atan, atanl, 0, 1e38, 1, 2},
    {"sqrt", TH_K_sqrt, sqrt, NULL, 0, 1e38, 0.51, 0},
    {"rsqrt", TH_K_rsqrt, rsqrt, NULL, 0, 1e38, 1.5, 0},
};
enum { FUNCTIONS = sizeof(functions) / sizeof(functions[0]) };

static uint64_t state = 88172645463325252u;

/* 0 <= x < 1 (xorshift) */
static double uniform(void) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (double)(state >> 11) * 0x1p-53;
}

static double point(double low, double high) {
    if (low != 0)
        return low + (high - low) * uniform();
    double x = high * exp2(-60 * uniform());
    return uniform() < 0.5 ? x : -x;
}

/* Distance from `exact` in units of the last of `digits` bits; denormals have the unit
 * of 2^least. */
static long double ulps(long double value, long double exact, int digits, int least) {
    if (isnan(exact) || isinf(exact) || isnan(value) || isinf(value)) {
        int same = (isnan(exact) && isnan(value)) || value == exact;
        return same ? 0 : INFINITY;
    }
    int exponent;
    frexpl(exact, &exponent);
    exponent = exact != 0 && exponent - digits > least ? exponent - digits : least;
    return fabsl(value - exact) / ldexpl(1, exponent);
}

static float x4[POINTS], y4[POINTS], r4[POINTS];
static double x8[POINTS], y8[POINTS], r8[POINTS];

static void test_float(const Function *f) {
    long double worst = 0;
    float at = 0;
    for (int i = 0; i < POINTS; i++)
        x4[i] = (float)point(f->low, f->high);
    th_kernels.pointwise[TH_FLOAT][f->kernel](r4, x4, NULL, NULL, NULL, POINTS);
    for (int i = 0; i < POINTS; i++) {
        double exact = f->forFloat(x4[i]);
        /* a result beyond the largest float is rounded to infinity */
        long double error =
            ulps(r4[i], fabs(exact) < 0x1.ffffffp127 ? exact : (double)(float)exact, 24,
                 -149);
        if (error > worst) {
            worst = error;
            at = x4[i];
        }
    }
    printf("%-8s float  [%g, %g]: %.2Lf ulp at %a\n", f->name, f->low, f->high, worst,
           at);
    CHECK(worst <= f->ulpFloat);
}

static void test_double(const Function *f) {
    long double worst = 0;
    double at = 0;
    for (int i = 0; i < POINTS / 4; i++)
        x8[i] = point(f->low, f->high);
    th_kernels.pointwise[TH_DOUBLE][f->kernel](r8, x8, NULL, NULL, NULL, POINTS / 4);
    for (int i = 0; i < POINTS / 4; i++) {
        long double error = ulps(r8[i], f->forDouble(x8[i]), 53, -1074);
        if (error > worst) {
            worst = error;
            at = x8[i];
        }
    }
    printf("%-8s double [%g, %g]: %.2Lf ulp at %a\n", f->name, f->low, f->high, worst,
           at);
    CHECK(worst <= f->ulpDouble);
}

/* Same value, same sign of zero, or both NaN; otherwise within the bound. */
static int agrees(double value, double exact, int digits, int least, double bound) {
    if (value == 0 && exact == 0)
        return signbit(value) == signbit(exact);
    return ulps(value, exact, digits, least) <= bound;
}

static const double specials[] = {0.0,
                                  -0.0,
                                  INFINITY,
                                  -INFINITY,
                                  NAN,
                                  1,
                                  -1,
                                  2,
                                  -2,
                                  0.5,
                                  -0.5,
                                  3,
                                  -3,
                                  1e-45,
                                  -1e-45,
                                  1e-40,
                                  -1e-40,
                                  1.2e-38,
                                  1e-20,
                                  -1e-20,
                                  88.7,
                                  88.8,
                                  89,
                                  -87.4,
                                  -100,
                                  -104,
                                  -150,
                                  709.7,
                                  710,
                                  -745,
                                  -746,
                                  1e6,
                                  -1e6,
                                  1e9,
                                  1e22,
                                  -1e30,
                                  3e38,
                                  -3e38,
                                  0.70710678118654752,
                                  1.4142135623730951,
                                  -0.99999,
                                  1.0000001,
                                  2.5,
                                  -3.5,
                                  7,
                                  1023,
                                  16777217};
enum { SPECIALS = sizeof(specials) / sizeof(specials[0]) };

static void test_specials(void) {
    for (int k = 0; k < FUNCTIONS; k++) {
        const Function *f = &functions[k];
        /* each one in the middle of ordinary numbers, so that it takes the vector code
         */
        for (int i = 0; i < SPECIALS; i++) {
            for (int j = 0; j < 64; j++)
                x4[j] = j == 21 ? (float)specials[i] : 0.25f;
            th_kernels.pointwise[TH_FLOAT][f->kernel](r4, x4, NULL, NULL, NULL, 64);
            float exact = (float)f->forFloat((float)specials[i]);
            if (!agrees(r4[21], exact, 24, -149, f->ulpFloat + 0.5))
                FAILED("float %s(%a) is %a, expected %a", f->name, (float)specials[i],
                       r4[21], exact);
            if (!f->forDouble)
                continue;
            for (int j = 0; j < 64; j++)
                x8[j] = j == 21 ? specials[i] : 0.25;
            th_kernels.pointwise[TH_DOUBLE][f->kernel](r8, x8, NULL, NULL, NULL, 64);
            double wide = (double)f->forDouble(specials[i]);
            if (!agrees(r8[21], wide, 53, -1074, f->ulpDouble + 0.5))
                FAILED("double %s(%a) is %a, expected %a", f->name, specials[i], r8[21],
                       wide);
        }
    }
}

static void test_pow(void) {
    long double worst = 0;
    for (int i = 0; i < POINTS; i++) {
        x4[i] = (float)fabs(point(0, 1e10));
        y4[i] = (float)point(-8, 8);
    }
    th_kernels.pointwise[TH_FLOAT][TH_K_cpow](r4, x4, y4, NULL, NULL, POINTS);
    for (int i = 0; i < POINTS; i++) {
        double exact = pow(x4[i], y4[i]);
        long double error =
            ulps(r4[i], fabs(exact) < 0x1.ffffffp127 ? exact : (double)(float)exact, 24,
                 -149);
        worst = error > worst ? error : worst;
    }
    printf("%-8s float: %.2Lf ulp\n", "pow", worst);
    CHECK(worst <= 1);
    for (int i = 0; i < SPECIALS; i++) {
        for (int j = 0; j < SPECIALS; j++) {
            x4[j] = (float)specials[i];
            y4[j] = (float)specials[j];
        }
        th_kernels.pointwise[TH_FLOAT][TH_K_cpow](r4, x4, y4, NULL, NULL, SPECIALS);
        for (int j = 0; j < SPECIALS; j++) {
            float exact = (float)pow(x4[j], y4[j]);
            if (!agrees(r4[j], exact, 24, -149, 1.5))
                FAILED("float pow(%a, %a) is %a, expected %a", x4[j], y4[j], r4[j],
                       exact);
        }
    }
}

/* Points (x, y) of all quadrants, of equal and of very different sizes. */
static void test_atan2(void) {
    long double worst4 = 0, worst8 = 0;
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < POINTS / 4; i++) {
            x8[i] = round ? point(0, 1e300) : point(-2, 2);
            y8[i] = round ? point(0, 1e300) : point(-2, 2);
            x4[i] = (float)(round ? x8[i] * 1e-270 : x8[i]);
            y4[i] = (float)(round ? y8[i] * 1e-270 : y8[i]);
        }
        th_kernels.pointwise[TH_FLOAT][TH_K_atan2](r4, x4, y4, NULL, NULL, POINTS / 4);
        th_kernels.pointwise[TH_DOUBLE][TH_K_atan2](r8, x8, y8, NULL, NULL, POINTS / 4);
        for (int i = 0; i < POINTS / 4; i++) {
            long double narrow = ulps(r4[i], atan2(x4[i], y4[i]), 24, -149);
            long double wide = ulps(r8[i], atan2l(x8[i], y8[i]), 53, -1074);
            worst4 = narrow > worst4 ? narrow : worst4;
            worst8 = wide > worst8 ? wide : worst8;
        }
    }
    printf("atan2    float: %.2Lf ulp, double: %.2Lf ulp\n", worst4, worst8);
    CHECK(worst4 <= 1);
    CHECK(worst8 <= 2);
}

/* The C library's remainder bit by bit: small quotients, quotients that are almost
 * whole, huge quotients. */
static void test_fmod(void) {
    for (int i = 0; i < POINTS / 4; i++) {
        double x = point(0, 1e30), y = i % 2 ? point(0, 1e30) : point(-3, 3);
        if (i % 5 == 0)
            x = y * (double)(i % 1000);
        if (i % 7 == 0)
            x = nextafter(y * (double)(i % 100000), i % 3 ? 1e300 : -1e300);
        x8[i] = x;
        y8[i] = y;
        x4[i] = (float)x;
        y4[i] = (float)y;
    }
    th_kernels.pointwise[TH_FLOAT][TH_K_cfmod](r4, x4, y4, NULL, NULL, POINTS / 4);
    th_kernels.pointwise[TH_DOUBLE][TH_K_cfmod](r8, x8, y8, NULL, NULL, POINTS / 4);
    for (int i = 0; i < POINTS / 4; i++) {
        if (!agrees(r4[i], fmodf(x4[i], y4[i]), 24, -149, 0))
            FAILED("float fmod(%a, %a) is %a", x4[i], y4[i], r4[i]);
        if (!agrees(r8[i], fmod(x8[i], y8[i]), 53, -1074, 0))
            FAILED("double fmod(%a, %a) is %a", x8[i], y8[i], r8[i]);
    }
}

/* All pairs of special values, each among ordinary ones. */
static void test_special_pairs(int kernel, const char *name,
                               double (*of)(double, double), float (*off)(float, float),
                               double bound) {
    for (int i = 0; i < SPECIALS; i++) {
        for (int j = 0; j < SPECIALS; j++) {
            x8[j] = specials[i];
            y8[j] = specials[j];
            x4[j] = (float)specials[i];
            y4[j] = (float)specials[j];
        }
        th_kernels.pointwise[TH_FLOAT][kernel](r4, x4, y4, NULL, NULL, SPECIALS);
        th_kernels.pointwise[TH_DOUBLE][kernel](r8, x8, y8, NULL, NULL, SPECIALS);
        for (int j = 0; j < SPECIALS; j++) {
            if (!agrees(r4[j], off(x4[j], y4[j]), 24, -149, bound))
                FAILED("float %s(%a, %a) is %a", name, x4[j], y4[j], r4[j]);
            if (!agrees(r8[j], of(x8[j], y8[j]), 53, -1074, bound))
                FAILED("double %s(%a, %a) is %a", name, x8[j], y8[j], r8[j]);
        }
    }
}

static void test_pairs(void) {
    test_special_pairs(TH_K_atan2, "atan2", atan2, atan2f, 2.5);
    test_special_pairs(TH_K_cfmod, "fmod", fmod, fmodf, 0);
}

static void test_accuracy(void) {
    printf("level %s\n", THCpu_levelName(THCpu_level()));
    for (int k = 0; k < FUNCTIONS; k++) {
        test_float(&functions[k]);
        if (functions[k].forDouble)
            test_double(&functions[k]);
    }
}

int main(void) {
    RUN(test_accuracy);
    RUN(test_specials);
    RUN(test_pow);
    RUN(test_atan2);
    RUN(test_fmod);
    RUN(test_pairs);
    return TEST_RESULT;
}
