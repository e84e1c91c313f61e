/* The layer kernels that torchlike's operator table calls:
 * THNN_FloatThreshold_updateOutput and so on, for float and double. */
#ifndef THNN_TABLE_H
#define THNN_TABLE_H

#include <TH/TH.h>

typedef void THNNState;

/* Modes of a recurrent layer. */
enum { THNN_RNN_RELU, THNN_RNN_TANH, THNN_LSTM, THNN_GRU };

/* Marks an argument that may be NULL. */
#define TH_OPTIONAL

#define THNN_(name) TH_CONCAT_3(THNN_, Real, name)

#define Real Float
#define real float
#define accreal double
#define TH_GENERIC_FILE "generic/THNN.h"
#include <THNN/generic/THNN.h>
#undef Real
#undef real

#define Real Double
#define real double
#include <THNN/generic/THNN.h>
#undef Real
#undef real
#undef accreal
#undef TH_GENERIC_FILE

#endif
