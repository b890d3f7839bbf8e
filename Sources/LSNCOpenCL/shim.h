// The OpenCL headers, with the version pinned to what the runtime calls: 1.2, which every vendor still offers.
#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>
