/* Reading and writing through indices. An index is checked before anything is written:
 * 0 <= i < n, else TH_ERR_INDEX naming index, position's dimension and n. Types: all
 * with arithmetic. */
#ifndef TH_GENERIC_FILE
#error "included by TH/THTyped.h only"
#endif

/* One element of a tensor at element `offset` of its storage (0 <= offset < storage
 * size, unchecked). */
TH_API real THTensor_(getAt)(THTensor *t, int64_t offset);
TH_API int THTensor_(setAt)(THTensor *t, int64_t offset, real value);

/* r[..., k, ...] = t[..., index[k], ...] along dim; index is 1-D. r is resized and is
 * not t. */
TH_API int THTensor_(indexSelect)(THTensor *r, THTensor *t, int64_t dim,
                                  THLongTensor *index);
/* r[..., index[k], ...] = (+=) src[..., k, ...]. Repeated indices: the last one wins,
 * sums add up. */
TH_API int THTensor_(indexCopy)(THTensor *r, int64_t dim, THLongTensor *index,
                                THTensor *src);
TH_API int THTensor_(indexAdd)(THTensor *r, int64_t dim, THLongTensor *index,
                               THTensor *src);
TH_API int THTensor_(indexFill)(THTensor *r, int64_t dim, THLongTensor *index,
                                real value);

/* r[i][j] = t[index[i][j]][j] (dim 0); r is resized to index's shape, which may be
 * smaller than t's in the other dimensions. */
TH_API int THTensor_(gather)(THTensor *r, THTensor *t, int64_t dim,
                             THLongTensor *index);
/* r[index[i][j]][j] = (+=) src[i][j] (dim 0). */
TH_API int THTensor_(scatter)(THTensor *r, int64_t dim, THLongTensor *index,
                              THTensor *src);
TH_API int THTensor_(scatterAdd)(THTensor *r, int64_t dim, THLongTensor *index,
                                 THTensor *src);
TH_API int THTensor_(scatterFill)(THTensor *r, int64_t dim, THLongTensor *index,
                                  real value);
