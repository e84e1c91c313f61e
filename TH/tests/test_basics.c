/* Errors, types, half conversions, CPU levels. */
#include "th_test.h"

#include <math.h>
#include <pthread.h>

static void test_errors(void) {
    THError_clear();
    CHECK_INT(TH_OK, THError_pending());
    CHECK_INT(TH_ERR_INDEX, THError_set(TH_ERR_INDEX, "index %d of %s", 7, "[2 x 3]"));
    CHECK_INT(TH_ERR_INDEX, THError_pending());
    CHECK(strcmp(THError_message(), "index 7 of [2 x 3]") == 0);
    CHECK_INT(TH_ERR_MEMORY, THError_setMemory(12345));
    CHECK_INT(12345, (long long)THError_bytes());
    CHECK(strstr(THError_message(), "12345") != NULL);
    THError_clear();
    CHECK_INT(TH_OK, THError_pending());
    char text[4000];
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    THError_set(TH_ERR, "%s", text); /* is cut, not overrun */
    CHECK(strlen(THError_message()) > 100 && strlen(THError_message()) < sizeof(text));
    THError_clear();
}

static void *other_thread(void *unused) {
    (void)unused;
    CHECK_INT(TH_OK, THError_pending());
    THError_set(TH_ERR_IO, "of the other thread");
    return NULL;
}

static void test_errors_per_thread(void) {
    pthread_t thread;
    THError_set(TH_ERR_VALUE, "of this thread");
    pthread_create(&thread, NULL, other_thread, NULL);
    pthread_join(thread, NULL);
    CHECK_INT(TH_ERR_VALUE, THError_pending());
    CHECK(strcmp(THError_message(), "of this thread") == 0);
    THError_clear();
}

static void test_types(void) {
    static const int sizes[TH_NTYPES] = {1, 1, 2, 4, 8, 4, 8, 2};
    for (int type = 0; type < TH_NTYPES; type++)
        CHECK_INT(sizes[type], THType_itemSize[type]);
    CHECK(strcmp(THType_name[TH_BYTE], "Byte") == 0);
    CHECK(strcmp(THType_name[TH_HALF], "Half") == 0);
}

/* The value of a half by its definition. */
static double half_value(unsigned bits) {
    int exponent = bits >> 10 & 31, mantissa = bits & 1023;
    double value = exponent == 31 ? (mantissa ? NAN : INFINITY)
                   : exponent     ? ldexp(1024 + mantissa, exponent - 25)
                                  : ldexp(mantissa, -24);
    return bits & 0x8000 ? -value : value;
}

static void test_half_all(void) {
    for (unsigned bits = 0; bits < 0x10000; bits++) {
        float value = TH_half2float((THHalf){(uint16_t)bits});
        double expected = half_value(bits);
        THHalf back = TH_float2half(value);
        if (isnan(expected)) {
            CHECK(isnan(value) && isnan(TH_half2float(back)));
            CHECK_INT(bits & 0x8000, back.x & 0x8000);
        } else {
            CHECK(value == expected && !signbit(value) == !signbit(expected));
            CHECK_INT(bits, back.x);
        }
    }
}

static void test_half_rounding(void) {
    /* Between each pair of neighbours: the middle goes to the even one, the rest to the
     * nearer. */
    for (unsigned bits = 0; bits < 0x7bff; bits++) {
        float low = (float)half_value(bits), high = (float)half_value(bits + 1);
        float middle = (low + high) / 2;
        unsigned even = bits & 1 ? bits + 1 : bits;
        CHECK_INT(even, TH_float2half(middle).x);
        CHECK_INT(bits, TH_float2half(nextafterf(middle, low)).x);
        CHECK_INT(bits + 1, TH_float2half(nextafterf(middle, high)).x);
        CHECK_INT(0x8000 | even, TH_float2half(-middle).x);
    }
    CHECK_INT(0x7bff, TH_float2half(65519.99f).x);
    CHECK_INT(0x7c00, TH_float2half(65520.0f).x);
    CHECK_INT(0x7c00, TH_float2half(1e30f).x);
    CHECK_INT(0xfc00, TH_float2half(-INFINITY).x);
    CHECK_INT(0, TH_float2half(0x1p-25f).x);
    CHECK_INT(1, TH_float2half(0x1.8p-25f).x);
    CHECK_INT(0, TH_float2half(1e-45f).x);
}

static void test_cpu(void) {
    CHECK(THCpu_level() >= TH_CPU_BASE && THCpu_level() <= TH_CPU_V4);
    CHECK_INT(THCpu_level(), THCpu_level());
    CHECK(strcmp(THCpu_levelName(TH_CPU_BASE), "base") == 0);
    CHECK(strcmp(THCpu_levelName(TH_CPU_V3), "v3") == 0);
    CHECK(strcmp(THCpu_levelName(TH_CPU_V4), "v4") == 0);
}

int main(void) {
    RUN(test_errors);
    RUN(test_errors_per_thread);
    RUN(test_types);
    RUN(test_half_all);
    RUN(test_half_rounding);
    RUN(test_cpu);
    return TEST_RESULT;
}
