// Embeds the OpenCL C sources, so that the binary finds its kernels wherever it is moved to. A new .cl file needs two
// lines here; a test compares this list with the folder.
#include "Kernels.h"

#define SOURCE(identifier, path) {path, identifier, sizeof identifier}

static const unsigned char common_layout[] = {
#embed "common/layout.cl"
};

const LSNKernelSource lsn_kernel_sources[] = {
    SOURCE(common_layout, "common/layout.cl"),
};

const size_t lsn_kernel_source_count = sizeof lsn_kernel_sources / sizeof lsn_kernel_sources[0];
