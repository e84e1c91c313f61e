/* The vectorised loops of layers that work element by element: one table for each type,
 * compiled for every CPU level from simd/THNNElements.c and chosen once at load. All
 * memory is contiguous; a result may be one of the operands. */
#ifndef THNN_ELEMENTS_H
#define THNN_ELEMENTS_H

#include <TH/TH.h>

/* Activations with up to two parameters:
 *   elu         scale * (x > 0 ? x : alpha * (exp(x) - 1)); a = alpha, b = scale
 *   hardShrink  |x| > a ? x : 0
 *   hardTanh    x limited to [a, b]
 *   leakyReLU   x > 0 ? x : a * x
 *   logSigmoid  log(1 / (1 + exp(-x)))
 *   softPlus    log(1 + exp(a * x)) / a, and x where a * x > b
 *   softShrink  x moved by a towards 0, at most to 0 */
#define THNN_ACTIVATIONS(X)                                                            \
    X(elu)                                                                             \
    X(hardShrink)                                                                      \
    X(hardTanh)                                                                        \
    X(leakyReLU)                                                                       \
    X(logSigmoid)                                                                      \
    X(softPlus)                                                                        \
    X(softShrink)

/* Losses of an input x for a target y:
 *   absolute        |x - y|
 *   smoothAbsolute  (x - y)^2 / 2 where |x - y| < 1, else |x - y| - 1/2
 *   crossEntropy    -(y * log(x + e) + (1 - y) * log(1 - x + e)), e = 1e-12
 *   logits          the same for x = 1 / (1 + exp(-logit)), without e
 *   divergence      y * (log(y) - x), 0 where y <= 0
 *   softMargin      log(1 + exp(-y * x)) */
#define THNN_LOSSES(X)                                                                 \
    X(absolute)                                                                        \
    X(smoothAbsolute)                                                                  \
    X(crossEntropy)                                                                    \
    X(logits)                                                                          \
    X(divergence)                                                                      \
    X(softMargin)

#define THNN_ELEMENT_TABLE(Real, real)                                                 \
    typedef struct THNN##Real##Activation {                                            \
        void (*forward)(int64_t n, real *r, const real *x, real a, real b);            \
        /* r = grad * derivative; x is the input, for elu the output. */               \
        void (*backward)(int64_t n, real *r, const real *grad, const real *x, real a,  \
                         real b);                                                      \
    } THNN##Real##Activation;                                                          \
    typedef struct THNN##Real##Loss {                                                  \
        double (*sum)(int64_t n, const real *x, const real *y);                        \
        void (*values)(int64_t n, real *r, const real *x, const real *y);              \
        /* r = factor * (grad ? grad : 1) * derivative for x */                        \
        void (*slopes)(int64_t n, real *r, const real *x, const real *y,               \
                       const real *grad, real factor);                                 \
    } THNN##Real##Loss;                                                                \
    typedef struct THNN##Real##Elements {                                              \
        THNN_ACTIVATIONS(THNN_##Real##_ACTIVATION)                                     \
        THNN_LOSSES(THNN_##Real##_LOSS)                                                \
    } THNN##Real##Elements;                                                            \
    extern THNN##Real##Elements th__nn##Real##Elements;                                \
    extern const THNN##Real##Elements th__nn##Real##Elements_base;                     \
    extern const THNN##Real##Elements th__nn##Real##Elements_v3;                       \
    extern const THNN##Real##Elements th__nn##Real##Elements_v4;

#define THNN_Float_ACTIVATION(name) THNNFloatActivation name;
#define THNN_Float_LOSS(name) THNNFloatLoss name;
#define THNN_Double_ACTIVATION(name) THNNDoubleActivation name;
#define THNN_Double_LOSS(name) THNNDoubleLoss name;

THNN_ELEMENT_TABLE(Float, float)
THNN_ELEMENT_TABLE(Double, double)

/* The table of the type that is being compiled, and its kinds of entries. */
#define THNN_ELEMENTS TH_CONCAT_3(th__nn, Real, Elements)
#define THNN_ACTIVATION TH_CONCAT_3(THNN, Real, Activation)
#define THNN_LOSS TH_CONCAT_3(THNN, Real, Loss)

#endif
