/* The tensor library in one include: #include <TH/TH.h> */
#ifndef TH_TH_H
#define TH_TH_H

#include <TH/THAllocator.h>
#include <TH/THCpu.h>
#include <TH/THError.h>
#include <TH/THGeneral.h>
#include <TH/THHalf.h>
#include <TH/THRandom.h>
#include <TH/THShared.h>
#include <TH/THStorage.h>
#include <TH/THTensor.h>
#include <TH/THThreads.h>
#include <TH/THTyped.h>
#include <TH/THTypes.h>

#endif
