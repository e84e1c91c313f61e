#include <TH/THCpu.h>

#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__) && defined(__GNUC__)
#include <cpuid.h>

/* Whether the instructions of x86-64-v3 that GCC has no name for in all its versions
 * are there. */
static int has_small_extensions(void) {
    unsigned a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_MOVBE) || !(c & bit_F16C))
        return 0;
    return __get_cpuid(0x80000001, &a, &b, &c, &d) && (c & bit_LZCNT);
}

static THCpuLevel detect(void) {
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma") ||
        !__builtin_cpu_supports("bmi") || !__builtin_cpu_supports("bmi2") ||
        !has_small_extensions())
        return TH_CPU_BASE;
    if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") ||
        !__builtin_cpu_supports("avx512cd") || !__builtin_cpu_supports("avx512dq") ||
        !__builtin_cpu_supports("avx512vl"))
        return TH_CPU_V3;
    return TH_CPU_V4;
}
#else
static THCpuLevel detect(void) {
    return TH_CPU_BASE;
}
#endif

const char *THCpu_levelName(THCpuLevel level) {
    switch (level) {
    case TH_CPU_V3:
        return "v3";
    case TH_CPU_V4:
        return "v4";
    default:
        return "base";
    }
}

THCpuLevel THCpu_level(void) {
    static int cached = -1;
    int level = __atomic_load_n(&cached, __ATOMIC_RELAXED);
    if (level >= 0)
        return (THCpuLevel)level;
    level = detect();
    const char *wanted = getenv("TORCHLIKE_CPU");
    for (int lower = TH_CPU_BASE; wanted != NULL && lower < level; lower++)
        if (strcmp(wanted, THCpu_levelName((THCpuLevel)lower)) == 0)
            level = lower;
    __atomic_store_n(&cached, level, __ATOMIC_RELAXED);
    return (THCpuLevel)level;
}
