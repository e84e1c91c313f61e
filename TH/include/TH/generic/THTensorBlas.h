/* Matrix and vector products: r = beta * t + alpha * product. t is expanded to the
 * result's shape; when beta is 0 it is not read (it may hold NaN). r may be t. Types:
 * all with arithmetic. */
#ifndef TH_GENERIC_FILE
#error "included by TH/THTyped.h only"
#endif

TH_API int THTensor_(addmm)(THTensor *r, real beta, THTensor *t, real alpha,
                            THTensor *mat1, THTensor *mat2);
TH_API int THTensor_(addmv)(THTensor *r, real beta, THTensor *t, real alpha,
                            THTensor *mat, THTensor *vec);
TH_API int THTensor_(addr)(THTensor *r, real beta, THTensor *t, real alpha,
                           THTensor *vec1, THTensor *vec2);
TH_API int THTensor_(baddbmm)(THTensor *r, real beta, THTensor *t, real alpha,
                              THTensor *batch1, THTensor *batch2);
/* The sum of the batch's products. */
TH_API int THTensor_(addbmm)(THTensor *r, real beta, THTensor *t, real alpha,
                             THTensor *batch1, THTensor *batch2);
/* The same without t. */
TH_API int THTensor_(mm)(THTensor *r, THTensor *mat1, THTensor *mat2);
TH_API int THTensor_(mv)(THTensor *r, THTensor *mat, THTensor *vec);
TH_API int THTensor_(ger)(THTensor *r, THTensor *vec1, THTensor *vec2);
TH_API int THTensor_(bmm)(THTensor *r, THTensor *batch1, THTensor *batch2);
