// Embeds the OpenCL C sources, so that the binary finds its kernels wherever it is moved to. A new .cl file needs two
// lines here; a test compares this list with the folder.
#include "Kernels.h"

#define SOURCE(identifier, path) {path, identifier, sizeof identifier}

static const unsigned char common_layout[] = {
#embed "common/layout.cl"
};
static const unsigned char convolution_backward_data[] = {
#embed "convolution/backward_data.cl"
};
static const unsigned char convolution_dense_backward_filter[] = {
#embed "convolution/dense_backward_filter.cl"
};
static const unsigned char convolution_dense_forward[] = {
#embed "convolution/dense_forward.cl"
};
static const unsigned char convolution_dense_tile[] = {
#embed "convolution/dense_tile.cl"
};
static const unsigned char convolution_spike_backward_filter[] = {
#embed "convolution/spike_backward_filter.cl"
};
static const unsigned char convolution_spike_forward[] = {
#embed "convolution/spike_forward.cl"
};
static const unsigned char convolution_spike_lookup[] = {
#embed "convolution/spike_lookup.cl"
};
static const unsigned char convolution_sum_partitions[] = {
#embed "convolution/sum_partitions.cl"
};

static const LSNKernelSource sources[] = {
    SOURCE(common_layout, "common/layout.cl"),
    SOURCE(convolution_backward_data, "convolution/backward_data.cl"),
    SOURCE(convolution_dense_backward_filter, "convolution/dense_backward_filter.cl"),
    SOURCE(convolution_dense_forward, "convolution/dense_forward.cl"),
    SOURCE(convolution_dense_tile, "convolution/dense_tile.cl"),
    SOURCE(convolution_spike_backward_filter, "convolution/spike_backward_filter.cl"),
    SOURCE(convolution_spike_forward, "convolution/spike_forward.cl"),
    SOURCE(convolution_spike_lookup, "convolution/spike_lookup.cl"),
    SOURCE(convolution_sum_partitions, "convolution/sum_partitions.cl"),
};

const size_t lsn_kernel_source_count = sizeof sources / sizeof sources[0];

LSNKernelSource lsn_kernel_source(size_t index) {
    return sources[index];
}
