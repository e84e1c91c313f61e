/* Comparisons: r is a ByteTensor of the broadcast shape, 1 where the relation holds.
 * Types: all with arithmetic. */
#ifndef TH_GENERIC_FILE
#error "included by TH/THTyped.h only"
#endif

TH_API int THTensor_(ltValue)(THByteTensor *r, THTensor *t, real value);
TH_API int THTensor_(leValue)(THByteTensor *r, THTensor *t, real value);
TH_API int THTensor_(gtValue)(THByteTensor *r, THTensor *t, real value);
TH_API int THTensor_(geValue)(THByteTensor *r, THTensor *t, real value);
TH_API int THTensor_(neValue)(THByteTensor *r, THTensor *t, real value);
TH_API int THTensor_(eqValue)(THByteTensor *r, THTensor *t, real value);

TH_API int THTensor_(ltTensor)(THByteTensor *r, THTensor *ta, THTensor *tb);
TH_API int THTensor_(leTensor)(THByteTensor *r, THTensor *ta, THTensor *tb);
TH_API int THTensor_(gtTensor)(THByteTensor *r, THTensor *ta, THTensor *tb);
TH_API int THTensor_(geTensor)(THByteTensor *r, THTensor *ta, THTensor *tb);
TH_API int THTensor_(neTensor)(THByteTensor *r, THTensor *ta, THTensor *tb);
TH_API int THTensor_(eqTensor)(THByteTensor *r, THTensor *ta, THTensor *tb);

/* The same in the tensor's own type (for r.lt_(...) in place). */
TH_API int THTensor_(ltValueT)(THTensor *r, THTensor *t, real value);
TH_API int THTensor_(leValueT)(THTensor *r, THTensor *t, real value);
TH_API int THTensor_(gtValueT)(THTensor *r, THTensor *t, real value);
TH_API int THTensor_(geValueT)(THTensor *r, THTensor *t, real value);
TH_API int THTensor_(neValueT)(THTensor *r, THTensor *t, real value);
TH_API int THTensor_(eqValueT)(THTensor *r, THTensor *t, real value);

TH_API int THTensor_(ltTensorT)(THTensor *r, THTensor *ta, THTensor *tb);
TH_API int THTensor_(leTensorT)(THTensor *r, THTensor *ta, THTensor *tb);
TH_API int THTensor_(gtTensorT)(THTensor *r, THTensor *ta, THTensor *tb);
TH_API int THTensor_(geTensorT)(THTensor *r, THTensor *ta, THTensor *tb);
TH_API int THTensor_(neTensorT)(THTensor *r, THTensor *ta, THTensor *tb);
TH_API int THTensor_(eqTensorT)(THTensor *r, THTensor *ta, THTensor *tb);

/* 1 if same shape and same elements, else 0. */
TH_API int THTensor_(equal)(THTensor *ta, THTensor *tb);
