/* Log softmax over one dimension, for float and double: softmax's code with the other
 * kernels. */
#define SOFTMAX_LOGARITHM 1
#define SOFTMAX_(name) THNN_(LogSoftMax_##name)
#include "SoftMax.c"
