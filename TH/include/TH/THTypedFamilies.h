/* Every family of typed functions for the type that Real, real and accreal name.
 * Included by THTyped.h once for each type; has no guard. */
#define TH_GENERIC_FILE "generic/THTensorPointwise.h"
#include <TH/generic/THTensorPointwise.h>
#undef TH_GENERIC_FILE
#define TH_GENERIC_FILE "generic/THTensorCompare.h"
#include <TH/generic/THTensorCompare.h>
#undef TH_GENERIC_FILE
#define TH_GENERIC_FILE "generic/THTensorReduce.h"
#include <TH/generic/THTensorReduce.h>
#undef TH_GENERIC_FILE
#define TH_GENERIC_FILE "generic/THTensorScan.h"
#include <TH/generic/THTensorScan.h>
#undef TH_GENERIC_FILE
#define TH_GENERIC_FILE "generic/THTensorIndex.h"
#include <TH/generic/THTensorIndex.h>
#undef TH_GENERIC_FILE
#define TH_GENERIC_FILE "generic/THTensorMask.h"
#include <TH/generic/THTensorMask.h>
#undef TH_GENERIC_FILE
#define TH_GENERIC_FILE "generic/THTensorAdvancedIndex.h"
#include <TH/generic/THTensorAdvancedIndex.h>
#undef TH_GENERIC_FILE
#define TH_GENERIC_FILE "generic/THTensorSelect.h"
#include <TH/generic/THTensorSelect.h>
#undef TH_GENERIC_FILE
#define TH_GENERIC_FILE "generic/THTensorProduct.h"
#include <TH/generic/THTensorProduct.h>
#undef TH_GENERIC_FILE
#define TH_GENERIC_FILE "generic/THTensorGeometry.h"
#include <TH/generic/THTensorGeometry.h>
#undef TH_GENERIC_FILE
#define TH_GENERIC_FILE "generic/THTensorSort.h"
#include <TH/generic/THTensorSort.h>
#undef TH_GENERIC_FILE
#define TH_GENERIC_FILE "generic/THTensorBlas.h"
#include <TH/generic/THTensorBlas.h>
#undef TH_GENERIC_FILE
#define TH_GENERIC_FILE "generic/THTensorLapack.h"
#include <TH/generic/THTensorLapack.h>
#undef TH_GENERIC_FILE
#define TH_GENERIC_FILE "generic/THTensorCreate.h"
#include <TH/generic/THTensorCreate.h>
#undef TH_GENERIC_FILE
#define TH_GENERIC_FILE "generic/THTensorRandom.h"
#include <TH/generic/THTensorRandom.h>
#undef TH_GENERIC_FILE
#define TH_GENERIC_FILE "generic/THTensorCopy.h"
#include <TH/generic/THTensorCopy.h>
#undef TH_GENERIC_FILE
