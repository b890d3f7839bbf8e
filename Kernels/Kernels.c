// Embeds the OpenCL C sources, so that the binary finds its kernels wherever it is moved to. A new .cl file needs two
// lines here; a test compares this list with the folder.
#include "Kernels.h"

#define SOURCE(identifier, path) {path, identifier, sizeof identifier}

static const unsigned char common_layout[] = {
#embed "common/layout.cl"
};

static const LSNKernelSource sources[] = {
    SOURCE(common_layout, "common/layout.cl"),
};

const size_t lsn_kernel_source_count = sizeof sources / sizeof sources[0];

LSNKernelSource lsn_kernel_source(size_t index) {
    return sources[index];
}
