#include <TH/THTypes.h>

#define TH_ITEM_SIZE(Real, real, accreal, floating) sizeof(real),
const uint8_t THType_itemSize[TH_NTYPES] = {TH_ALL_TYPES(TH_ITEM_SIZE)};

#define TH_TYPE_NAME(Real, real, accreal, floating) #Real,
const char *const THType_name[TH_NTYPES] = {TH_ALL_TYPES(TH_TYPE_NAME)};
