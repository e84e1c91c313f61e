/* Macros shared by every TH header: visibility, branch hints, name pasting, limits.
 *
 * The library is compiled with -fvisibility=hidden; what carries TH_API leaves it. */
#ifndef TH_GENERAL_H
#define TH_GENERAL_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define TH_VISIBLE __attribute__((visibility("default")))
#define TH_LIKELY(x) __builtin_expect(!!(x), 1)
#define TH_UNLIKELY(x) __builtin_expect(!!(x), 0)
#define TH_PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))
#define TH_RESTRICT __restrict__
#else
#define TH_VISIBLE
#define TH_LIKELY(x) (x)
#define TH_UNLIKELY(x) (x)
#define TH_PRINTF(fmt, first)
#define TH_RESTRICT
#endif

#ifdef __cplusplus
#define TH_API extern "C" TH_VISIBLE
#else
#define TH_API extern TH_VISIBLE
#endif

#define TH_CONCAT_2(a, b) TH_CONCAT_2_(a, b)
#define TH_CONCAT_2_(a, b) a##b
#define TH_CONCAT_3(a, b, c) TH_CONCAT_3_(a, b, c)
#define TH_CONCAT_3_(a, b, c) a##b##c
#define TH_CONCAT_4(a, b, c, d) TH_CONCAT_4_(a, b, c, d)
#define TH_CONCAT_4_(a, b, c, d) a##b##c##d

/* Largest number of dimensions of a tensor. */
#define TH_MAX_DIM 64

#endif
