/* The bodies of the element-by-element loops for one type; included by THNNElements.c
 * only. */

INLINE real KERNEL(logistic)(real x) {
    return 1 / (1 + exp_real(-x));
}

/* log(1 + exp(x)) without overflow */
INLINE real KERNEL(log_one_plus_exp)(real x) {
    return (x > 0 ? x : 0) + log1p_real(exp_real(-abs_real(x)));
}

/* ---- activations: the value, and the factor of the gradient ---- */
INLINE real KERNEL(elu)(real x, real a, real b) {
    real below = a * (exp_real(x < 0 ? x : 0) - 1);
    return b * (x > 0 ? x : below);
}

/* From the output. */
INLINE real KERNEL(elu_slope)(real y, real a, real b) {
    return y > 0 ? b : y + a * b;
}

INLINE real KERNEL(hardShrink)(real x, real a, real b) {
    (void)b;
    return x > a || x < -a ? x : 0;
}

INLINE real KERNEL(hardShrink_slope)(real x, real a, real b) {
    (void)b;
    return x > a || x < -a ? 1 : 0;
}

INLINE real KERNEL(hardTanh)(real x, real a, real b) {
    real above = x < a ? a : x;
    return above > b ? b : above;
}

INLINE real KERNEL(hardTanh_slope)(real x, real a, real b) {
    return x <= a || x >= b ? 0 : 1;
}

INLINE real KERNEL(leakyReLU)(real x, real a, real b) {
    (void)b;
    return x > 0 ? x : x * a;
}

INLINE real KERNEL(leakyReLU_slope)(real x, real a, real b) {
    (void)b;
    return x > 0 ? 1 : a;
}

INLINE real KERNEL(logSigmoid)(real x, real a, real b) {
    (void)a;
    (void)b;
    return -KERNEL(log_one_plus_exp)(-x);
}

INLINE real KERNEL(logSigmoid_slope)(real x, real a, real b) {
    (void)a;
    (void)b;
    return KERNEL(logistic)(-x);
}

INLINE real KERNEL(softPlus)(real x, real a, real b) {
    real soft = KERNEL(log_one_plus_exp)(x * a) / a;
    return x * a > b ? x : soft;
}

INLINE real KERNEL(softPlus_slope)(real x, real a, real b) {
    real soft = KERNEL(logistic)(x * a);
    return x * a > b ? 1 : soft;
}

INLINE real KERNEL(softShrink)(real x, real a, real b) {
    (void)b;
    real below = x < -a ? x + a : 0;
    return x > a ? x - a : below;
}

INLINE real KERNEL(softShrink_slope)(real x, real a, real b) {
    return KERNEL(hardShrink_slope)(x, a, b);
}

#define ACTIVATION_LOOPS(name)                                                         \
    static void KERNEL(name##_forward)(int64_t n, real *r, const real *x, real a,      \
                                       real b) {                                       \
        for (int64_t i = 0; i < n; i++)                                                \
            r[i] = KERNEL(name)(x[i], a, b);                                           \
    }                                                                                  \
    static void KERNEL(name##_backward)(int64_t n, real *r, const real *grad,          \
                                        const real *x, real a, real b) {               \
        for (int64_t i = 0; i < n; i++)                                                \
            r[i] = grad[i] * KERNEL(name##_slope)(x[i], a, b);                         \
    }

THNN_ACTIVATIONS(ACTIVATION_LOOPS)
#undef ACTIVATION_LOOPS

/* ---- losses: the value, and its derivative for x ---- */
INLINE real KERNEL(absolute)(real x, real y) {
    return abs_real(x - y);
}

INLINE real KERNEL(absolute_slope)(real x, real y) {
    return (real)((x > y) - (x < y));
}

INLINE real KERNEL(smoothAbsolute)(real x, real y) {
    real z = abs_real(x - y);
    return z < 1 ? z * z / 2 : z - (real)0.5;
}

INLINE real KERNEL(smoothAbsolute_slope)(real x, real y) {
    return KERNEL(hardTanh)(x - y, -1, 1);
}

#define TINY ((real)1e-12)

INLINE real KERNEL(crossEntropy)(real x, real y) {
    return -(y * log_real(x + TINY) + (1 - y) * log_real(1 - x + TINY));
}

INLINE real KERNEL(crossEntropy_slope)(real x, real y) {
    return (x - y) / ((1 - x + TINY) * (x + TINY));
}

#undef TINY

INLINE real KERNEL(logits)(real x, real y) {
    return KERNEL(log_one_plus_exp)(x) - x * y;
}

INLINE real KERNEL(logits_slope)(real x, real y) {
    return KERNEL(logistic)(x) - y;
}

INLINE real KERNEL(divergence)(real x, real y) {
    real value = y * (log_real(y > 0 ? y : 1) - x);
    return y > 0 ? value : 0;
}

INLINE real KERNEL(divergence_slope)(real x, real y) {
    (void)x;
    return y > 0 ? -y : 0;
}

INLINE real KERNEL(softMargin)(real x, real y) {
    return KERNEL(log_one_plus_exp)(-y * x);
}

INLINE real KERNEL(softMargin_slope)(real x, real y) {
    return -y * KERNEL(logistic)(-y * x);
}

/* The sum is taken in blocks, whose values the compiler computes in vectors. */
#define SUM_BLOCK 256

#define LOSS_LOOPS(name)                                                               \
    static void KERNEL(name##_values)(int64_t n, real *r, const real *x,               \
                                      const real *y) {                                 \
        for (int64_t i = 0; i < n; i++)                                                \
            r[i] = KERNEL(name)(x[i], y[i]);                                           \
    }                                                                                  \
    static double KERNEL(name##_sum)(int64_t n, const real *x, const real *y) {        \
        real value[SUM_BLOCK];                                                         \
        double sum = 0;                                                                \
        for (int64_t i = 0; i < n; i += SUM_BLOCK) {                                   \
            int64_t count = n - i < SUM_BLOCK ? n - i : SUM_BLOCK;                     \
            KERNEL(name##_values)(count, value, x + i, y + i);                         \
            for (int64_t j = 0; j < count; j++)                                        \
                sum += value[j];                                                       \
        }                                                                              \
        return sum;                                                                    \
    }                                                                                  \
    static void KERNEL(name##_slopes)(int64_t n, real *r, const real *x,               \
                                      const real *y, const real *grad, real factor) {  \
        if (grad)                                                                      \
            for (int64_t i = 0; i < n; i++)                                            \
                r[i] = factor * grad[i] * KERNEL(name##_slope)(x[i], y[i]);            \
        else                                                                           \
            for (int64_t i = 0; i < n; i++)                                            \
                r[i] = factor * KERNEL(name##_slope)(x[i], y[i]);                      \
    }

THNN_LOSSES(LOSS_LOOPS)
#undef LOSS_LOOPS
#undef SUM_BLOCK

#define ACTIVATION_ENTRY(name)                                                         \
    .name = {KERNEL(name##_forward), KERNEL(name##_backward)},
#define LOSS_ENTRY(name)                                                               \
    .name = {KERNEL(name##_sum), KERNEL(name##_values), KERNEL(name##_slopes)},

const TH_CONCAT_3(THNN, Real, Elements) TH_CONCAT_4(th__nn, Real, Elements_, TH_ISA) = {
    THNN_ACTIVATIONS(ACTIVATION_ENTRY) THNN_LOSSES(LOSS_ENTRY)};

#undef ACTIVATION_ENTRY
#undef LOSS_ENTRY
