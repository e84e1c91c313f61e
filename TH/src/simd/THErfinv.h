/* The inverse of the error function. */
#ifndef TH_ERFINV_H
#define TH_ERFINV_H

#include <math.h>

/* p of degree 7 at x by Horner's rule; coefficients from the highest power down. */
static inline double th_horner7(const double p[8], double x) {
    double y = p[0];
    for (int i = 1; i < 8; i++)
        y = y * x + p[i];
    return y;
}

/* The normal quantile PPND16 of Wichura, "Algorithm AS 241", Applied Statistics 37
 * (1988), in terms of erf: relative error about 1e-16. Beyond [-1, 1] the result is
 * NaN. */
static inline double th_erfinv(double x) {
    static const double a[8] = {2509.0809287301226727, 33430.575583588128105,
                                67265.770927008700853, 45921.953931549871457,
                                13731.693765509461125, 1971.5909503065514427,
                                133.14166789178437745, 3.3871328727963666080};
    static const double b[8] = {5226.4952788528545610, 28729.085735721942674,
                                39307.895800092710610, 21213.794301586595867,
                                5394.1960214247511077, 687.18700749205790830,
                                42.313330701600911252, 1};
    static const double c[8] = {7.74545014278341407640e-4, 2.27238449892691845833e-2,
                                2.41780725177450611770e-1, 1.27045825245236838258,
                                3.64784832476320460504,    5.76949722146069140550,
                                4.63033784615654529590,    1.42343711074968357734};
    static const double d[8] = {1.05075007164441684324e-9, 5.47593808499534494600e-4,
                                1.51986665636164571966e-2, 1.48103976427480074590e-1,
                                6.89767334985100004550e-1, 1.67638483018380384940,
                                2.05319162663775882187,    1};
    static const double e[8] = {2.01033439929228813265e-7, 2.71155556874348757815e-5,
                                1.24266094738807843860e-3, 2.65321895265761230930e-2,
                                2.96560571828504891230e-1, 1.78482653991729133580,
                                5.46378491116411436990,    6.65790464350110377720};
    static const double f[8] = {2.04426310338993978564e-15, 1.42151175831644588870e-7,
                                1.84631831751005468180e-5,  7.86869131145613259100e-4,
                                1.48753612908506148525e-2,  1.36929880922735805310e-1,
                                5.99832206555887937690e-1,  1};
    const double half_root = 0.70710678118654752440;
    double size = fabs(x);
    if (size <= 0.85) {
        double r = 0.180625 - 0.25 * x * x;
        return half_root * 0.5 * x * th_horner7(a, r) / th_horner7(b, r);
    }
    if (!(size < 1))
        return size == 1 ? copysign(INFINITY, x) : NAN;
    double r = sqrt(-log(0.5 * (1 - size))), y;
    if (r <= 5)
        y = th_horner7(c, r - 1.6) / th_horner7(d, r - 1.6);
    else
        y = th_horner7(e, r - 5) / th_horner7(f, r - 5);
    return copysign(half_root * y, x);
}

static inline float th_erfinvf(float x) {
    return (float)th_erfinv(x);
}

#endif
