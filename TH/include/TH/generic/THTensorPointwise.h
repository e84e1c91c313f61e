/* Pointwise operations. `r` is resized to the (broadcast) shape of the inputs and may
 * be one of them; as an in-place result (r == t) it must already have that shape.
 * Types: all with arithmetic; the second part floating-point only. */
#ifndef TH_GENERIC_FILE
#error "included by TH/THTyped.h only"
#endif

TH_API int THTensor_(fill)(THTensor *r, real value);
TH_API int THTensor_(zero)(THTensor *r);

TH_API int THTensor_(add)(THTensor *r, THTensor *t, real value);
TH_API int THTensor_(sub)(THTensor *r, THTensor *t, real value);
/* r = value - t */
TH_API int THTensor_(rsub)(THTensor *r, THTensor *t, real value);
TH_API int THTensor_(mul)(THTensor *r, THTensor *t, real value);
/* Integer division truncates as in C; division of an integer by zero is an error. */
TH_API int THTensor_(div)(THTensor *r, THTensor *t, real value);
/* r = value / t */
TH_API int THTensor_(rdiv)(THTensor *r, THTensor *t, real value);
/* Sign of the dividend (C fmod and %). */
TH_API int THTensor_(fmod)(THTensor *r, THTensor *t, real value);
/* Sign of the divisor (Python %). */
TH_API int THTensor_(remainder)(THTensor *r, THTensor *t, real value);
TH_API int THTensor_(clamp)(THTensor *r, THTensor *t, real minValue, real maxValue);
TH_API int THTensor_(cmaxValue)(THTensor *r, THTensor *t, real value);
TH_API int THTensor_(cminValue)(THTensor *r, THTensor *t, real value);

/* r = t + value * src */
TH_API int THTensor_(cadd)(THTensor *r, THTensor *t, real value, THTensor *src);
/* r = t - value * src */
TH_API int THTensor_(csub)(THTensor *r, THTensor *t, real value, THTensor *src);
TH_API int THTensor_(cmul)(THTensor *r, THTensor *t, THTensor *src);
TH_API int THTensor_(cdiv)(THTensor *r, THTensor *t, THTensor *src);
TH_API int THTensor_(cpow)(THTensor *r, THTensor *t, THTensor *src);
TH_API int THTensor_(cfmod)(THTensor *r, THTensor *t, THTensor *src);
TH_API int THTensor_(cremainder)(THTensor *r, THTensor *t, THTensor *src);
TH_API int THTensor_(cmax)(THTensor *r, THTensor *t, THTensor *src);
TH_API int THTensor_(cmin)(THTensor *r, THTensor *t, THTensor *src);
/* r = t + value * src1 * src2; r = t + value * src1 / src2 */
TH_API int THTensor_(addcmul)(THTensor *r, THTensor *t, real value, THTensor *src1,
                              THTensor *src2);
TH_API int THTensor_(addcdiv)(THTensor *r, THTensor *t, real value, THTensor *src1,
                              THTensor *src2);

TH_API int THTensor_(neg)(THTensor *r, THTensor *t);
TH_API int THTensor_(abs)(THTensor *r, THTensor *t);
TH_API int THTensor_(sign)(THTensor *r, THTensor *t);
TH_API int THTensor_(pow)(THTensor *r, THTensor *t, real value);
/* r = value ^ t */
TH_API int THTensor_(tpow)(THTensor *r, real value, THTensor *t);

/* Zeros come in from either side; floating-point numbers are multiplied or divided by
 * 2^value. */
TH_API int THTensor_(lshift)(THTensor *r, THTensor *t, real value);
TH_API int THTensor_(rshift)(THTensor *r, THTensor *t, real value);
TH_API int THTensor_(clshift)(THTensor *r, THTensor *t, THTensor *src);
TH_API int THTensor_(crshift)(THTensor *r, THTensor *t, THTensor *src);

#if !TH_REAL_FLOATING
/* Operations on bits. */
TH_API int THTensor_(bitAnd)(THTensor *r, THTensor *t, real value);
TH_API int THTensor_(bitOr)(THTensor *r, THTensor *t, real value);
TH_API int THTensor_(bitXor)(THTensor *r, THTensor *t, real value);
TH_API int THTensor_(cbitAnd)(THTensor *r, THTensor *t, THTensor *src);
TH_API int THTensor_(cbitOr)(THTensor *r, THTensor *t, THTensor *src);
TH_API int THTensor_(cbitXor)(THTensor *r, THTensor *t, THTensor *src);
#endif

#if TH_REAL_FLOATING
TH_API int THTensor_(cinv)(THTensor *r, THTensor *t);
TH_API int THTensor_(exp)(THTensor *r, THTensor *t);
TH_API int THTensor_(log)(THTensor *r, THTensor *t);
TH_API int THTensor_(log1p)(THTensor *r, THTensor *t);
TH_API int THTensor_(sqrt)(THTensor *r, THTensor *t);
TH_API int THTensor_(rsqrt)(THTensor *r, THTensor *t);
TH_API int THTensor_(sigmoid)(THTensor *r, THTensor *t);
TH_API int THTensor_(tanh)(THTensor *r, THTensor *t);
TH_API int THTensor_(sin)(THTensor *r, THTensor *t);
TH_API int THTensor_(cos)(THTensor *r, THTensor *t);
TH_API int THTensor_(tan)(THTensor *r, THTensor *t);
TH_API int THTensor_(asin)(THTensor *r, THTensor *t);
TH_API int THTensor_(acos)(THTensor *r, THTensor *t);
TH_API int THTensor_(atan)(THTensor *r, THTensor *t);
TH_API int THTensor_(sinh)(THTensor *r, THTensor *t);
TH_API int THTensor_(cosh)(THTensor *r, THTensor *t);
TH_API int THTensor_(erf)(THTensor *r, THTensor *t);
TH_API int THTensor_(erfinv)(THTensor *r, THTensor *t);
TH_API int THTensor_(floor)(THTensor *r, THTensor *t);
TH_API int THTensor_(ceil)(THTensor *r, THTensor *t);
/* Halves to even. */
TH_API int THTensor_(round)(THTensor *r, THTensor *t);
TH_API int THTensor_(trunc)(THTensor *r, THTensor *t);
TH_API int THTensor_(frac)(THTensor *r, THTensor *t);
/* r = a + weight * (b - a) */
TH_API int THTensor_(lerp)(THTensor *r, THTensor *a, THTensor *b, real weight);
TH_API int THTensor_(atan2)(THTensor *r, THTensor *tx, THTensor *ty);
/* Gradients of exp-like functions through their results:
 * r = grad * output * (1 - output); r = grad * (1 - output^2) */
TH_API int THTensor_(sigmoidGrad)(THTensor *r, THTensor *grad, THTensor *output);
TH_API int THTensor_(tanhGrad)(THTensor *r, THTensor *grad, THTensor *output);
/* r = grad where t is inside [minValue, maxValue], else 0 */
TH_API int THTensor_(clampGrad)(THTensor *r, THTensor *grad, THTensor *t, real minValue,
                                real maxValue);
#endif
