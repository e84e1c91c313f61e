/* The layer kernels, for float and double: those that torchlike calls itself, and the
 * other functions of THNN 0.3. */
#ifndef THNN_H
#define THNN_H

#include <THNN/THNNTable.h>

#define Real Float
#define real float
#define accreal double
#define TH_GENERIC_FILE "layers/THNN.h"
#include <THNN/layers/THNN.h>
#undef Real
#undef real

#define Real Double
#define real double
#include <THNN/layers/THNN.h>
#undef Real
#undef real
#undef accreal
#undef TH_GENERIC_FILE

#endif
