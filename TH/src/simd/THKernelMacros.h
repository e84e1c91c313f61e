/* What the kernel sources share. */
#ifndef TH_KERNEL_MACROS_H
#define TH_KERNEL_MACROS_H

/* In front of a loop: its iterations do not depend on each other, even if the result is
 * an operand. */
#if defined(__clang__)
#define EACH _Pragma("clang loop vectorize(assume_safety)")
#elif defined(__GNUC__)
#define EACH _Pragma("GCC ivdep")
#else
#define EACH
#endif

#ifdef __GNUC__
#define UNUSED __attribute__((unused))
/* Tests for NaN and for negative numbers are constant for some of the types. */
#pragma GCC diagnostic ignored "-Wtautological-compare"
#pragma GCC diagnostic ignored "-Wtype-limits"
#else
#define UNUSED
#endif

#endif
