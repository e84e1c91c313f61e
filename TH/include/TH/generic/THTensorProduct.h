/* What derivatives of products are made of, without divisions, so that zeros are no
 * special case. Types: floating-point. x_i are the elements of a line along dim, or
 * with `all` those of the whole tensor (dim is not used then). Results have t's shape.
 */
#ifndef TH_GENERIC_FILE
#error "included by TH/THTyped.h only"
#endif

#if TH_REAL_FLOATING
/* r_i = product of the x_j with j != i: the derivative of the product. */
TH_API int THTensor_(prodOthers)(THTensor *r, THTensor *t, int64_t dim, int all);
/* y_i = t_i + x_i * y_(i-1), where nothing comes before y_0; with `reverse` y_i = t_i +
 * x_(i+1) * y_(i+1), the transpose of that map from t to y. factors holds x and has t's
 * size. */
TH_API int THTensor_(recurrence)(THTensor *r, THTensor *t, THTensor *factors,
                                 int64_t dim, int reverse);
#endif
