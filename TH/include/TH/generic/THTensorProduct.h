/* Derivatives of products, without divisions, so that zeros are no special case. Types:
 * floating-point. x_i are the elements of a line along dim, or with `all` those of the
 * whole tensor (dim is not used then). Results have t's shape. */
#ifndef TH_GENERIC_FILE
#error "included by TH/THTyped.h only"
#endif

#if TH_REAL_FLOATING
/* r_i = product of the x_j with j != i: the derivative of the product. */
TH_API int THTensor_(prodOthers)(THTensor *r, THTensor *t, int64_t dim, int all);
/* The same differentiated: r_k = sum over i != k of grad_i * product of the x_j with j
 * != i, k. */
TH_API int THTensor_(prodOthersGrad)(THTensor *r, THTensor *grad, THTensor *t,
                                     int64_t dim, int all);
/* With y_i = x_0 ... x_i: r_k = sum of grad_i * dy_i/dx_k. */
TH_API int THTensor_(cumprodGrad)(THTensor *r, THTensor *grad, THTensor *t,
                                  int64_t dim);
/* r_i = sum of direction_k * dy_i/dx_k. */
TH_API int THTensor_(cumprodTangent)(THTensor *r, THTensor *direction, THTensor *t,
                                     int64_t dim);
/* r_m = sum over i, k of grad_i * direction_k * d2y_i/dx_k dx_m. */
TH_API int THTensor_(cumprodCurvature)(THTensor *r, THTensor *direction, THTensor *grad,
                                       THTensor *t, int64_t dim);
#endif
