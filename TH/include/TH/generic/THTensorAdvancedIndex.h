/* Indexing by several LongTensors at once, and by positions in the flattened tensor. An
 * index is checked before anything is written; negative ones count from the end. Types:
 * all with arithmetic. */
#ifndef TH_GENERIC_FILE
#error "included by TH/THTyped.h only"
#endif

/* Advanced indexing with one index tensor for each of the first n dimensions, all of
 * one (already broadcast) shape; negative indices count from the end. r: index shape +
 * rest of t. */
TH_API int THTensor_(indexGet)(THTensor *r, THTensor *t, THLongTensor *const *indices,
                               int64_t n);
TH_API int THTensor_(indexPut)(THTensor *t, THLongTensor *const *indices, int64_t n,
                               THTensor *src, int accumulate);

/* r = the elements of t, seen as 1-D, at the positions in index; r gets index's shape.
 */
TH_API int THTensor_(take)(THTensor *r, THTensor *t, THLongTensor *index);
/* t seen as 1-D: t[index] = (+=) src, which has as many elements as index. Repeated
 * indices: the last one wins, sums add up. */
TH_API int THTensor_(put)(THTensor *t, THLongTensor *index, THTensor *src,
                          int accumulate);
TH_API int THTensor_(putFill)(THTensor *t, THLongTensor *index, real value);
