// Embeds the OpenCL C sources, so that the binary finds its kernels wherever it is moved to. A new .cl file needs two
// entries here; a test compares this list with the folder.
#include "Kernels.h"

#define SOURCE(identifier, path) {path, identifier, sizeof identifier}

static const unsigned char augmentation_prepare_frames[] = {
#embed "augmentation/prepare_frames.cl"
};
static const unsigned char augmentation_prepare_images[] = {
#embed "augmentation/prepare_images.cl"
};
static const unsigned char augmentation_resize_images[] = {
#embed "augmentation/resize_images.cl"
};
static const unsigned char ceilings_multiply_add[] = {
#embed "ceilings/multiply_add.cl"
};
static const unsigned char common_layout[] = {
#embed "common/layout.cl"
};
static const unsigned char common_transpose_bits[] = {
#embed "common/transpose_bits.cl"
};
static const unsigned char convolution_backward_data[] = {
#embed "convolution/backward_data.cl"
};
static const unsigned char convolution_count_spikes[] = {
#embed "convolution/count_spikes.cl"
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
static const unsigned char convolution_event_backward_filter[] = {
#embed "convolution/event_backward_filter.cl"
};
static const unsigned char convolution_group_backward_filter[] = {
#embed "convolution/group_backward_filter.cl"
};
static const unsigned char convolution_group_forward[] = {
#embed "convolution/group_forward.cl"
};
static const unsigned char convolution_group_tile[] = {
#embed "convolution/group_tile.cl"
};
static const unsigned char convolution_row_forward[] = {
#embed "convolution/row_forward.cl"
};
static const unsigned char convolution_run_moments[] = {
#embed "convolution/run_moments.cl"
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
static const unsigned char convolution_weight_grid[] = {
#embed "convolution/weight_grid.cl"
};
static const unsigned char convolution_weight_levels[] = {
#embed "convolution/weight_levels.cl"
};
static const unsigned char convolution_winograd_backward_data[] = {
#embed "convolution/winograd_backward_data.cl"
};
static const unsigned char elementwise_copy[] = {
#embed "elementwise/copy.cl"
};
static const unsigned char elementwise_rectify[] = {
#embed "elementwise/rectify.cl"
};
static const unsigned char elementwise_sum[] = {
#embed "elementwise/sum.cl"
};
static const unsigned char elementwise_time[] = {
#embed "elementwise/time.cl"
};
static const unsigned char head_bias[] = {
#embed "head/bias.cl"
};
static const unsigned char head_loss[] = {
#embed "head/loss.cl"
};
static const unsigned char health_find_non_finite[] = {
#embed "health/find_non_finite.cl"
};
static const unsigned char logic_gate[] = {
#embed "logic/gate.cl"
};
static const unsigned char measurement_count[] = {
#embed "measurement/count.cl"
};
static const unsigned char measurement_norm[] = {
#embed "measurement/norm.cl"
};
static const unsigned char neuron_dynamics[] = {
#embed "neuron/dynamics.cl"
};
static const unsigned char neuron_fire[] = {
#embed "neuron/fire.cl"
};
static const unsigned char neuron_fire_backward[] = {
#embed "neuron/fire_backward.cl"
};
static const unsigned char neuron_leak_gradient[] = {
#embed "neuron/leak_gradient.cl"
};
static const unsigned char neuron_potential_penalty[] = {
#embed "neuron/potential_penalty.cl"
};
static const unsigned char normalization_affine[] = {
#embed "normalization/affine.cl"
};
static const unsigned char normalization_backward[] = {
#embed "normalization/backward.cl"
};
static const unsigned char normalization_merge[] = {
#embed "normalization/merge.cl"
};
static const unsigned char normalization_normalize[] = {
#embed "normalization/normalize.cl"
};
static const unsigned char normalization_statistics[] = {
#embed "normalization/statistics.cl"
};
static const unsigned char optimizer_adam[] = {
#embed "optimizer/adam.cl"
};
static const unsigned char optimizer_momentum[] = {
#embed "optimizer/momentum.cl"
};
static const unsigned char pooling_average[] = {
#embed "pooling/average.cl"
};
static const unsigned char pooling_max[] = {
#embed "pooling/max.cl"
};
static const unsigned char pooling_max_real[] = {
#embed "pooling/max_real.cl"
};
static const unsigned char pooling_window[] = {
#embed "pooling/window.cl"
};

static const LSNKernelSource sources[] = {
    SOURCE(augmentation_prepare_frames, "augmentation/prepare_frames.cl"),
    SOURCE(augmentation_prepare_images, "augmentation/prepare_images.cl"),
    SOURCE(augmentation_resize_images, "augmentation/resize_images.cl"),
    SOURCE(ceilings_multiply_add, "ceilings/multiply_add.cl"),
    SOURCE(common_layout, "common/layout.cl"),
    SOURCE(common_transpose_bits, "common/transpose_bits.cl"),
    SOURCE(convolution_backward_data, "convolution/backward_data.cl"),
    SOURCE(convolution_count_spikes, "convolution/count_spikes.cl"),
    SOURCE(convolution_dense_backward_filter, "convolution/dense_backward_filter.cl"),
    SOURCE(convolution_dense_forward, "convolution/dense_forward.cl"),
    SOURCE(convolution_dense_tile, "convolution/dense_tile.cl"),
    SOURCE(convolution_event_backward_filter, "convolution/event_backward_filter.cl"),
    SOURCE(convolution_group_backward_filter, "convolution/group_backward_filter.cl"),
    SOURCE(convolution_group_forward, "convolution/group_forward.cl"),
    SOURCE(convolution_group_tile, "convolution/group_tile.cl"),
    SOURCE(convolution_row_forward, "convolution/row_forward.cl"),
    SOURCE(convolution_run_moments, "convolution/run_moments.cl"),
    SOURCE(convolution_spike_backward_filter, "convolution/spike_backward_filter.cl"),
    SOURCE(convolution_spike_forward, "convolution/spike_forward.cl"),
    SOURCE(convolution_spike_lookup, "convolution/spike_lookup.cl"),
    SOURCE(convolution_sum_partitions, "convolution/sum_partitions.cl"),
    SOURCE(convolution_weight_grid, "convolution/weight_grid.cl"),
    SOURCE(convolution_weight_levels, "convolution/weight_levels.cl"),
    SOURCE(convolution_winograd_backward_data, "convolution/winograd_backward_data.cl"),
    SOURCE(elementwise_copy, "elementwise/copy.cl"),
    SOURCE(elementwise_rectify, "elementwise/rectify.cl"),
    SOURCE(elementwise_sum, "elementwise/sum.cl"),
    SOURCE(elementwise_time, "elementwise/time.cl"),
    SOURCE(head_bias, "head/bias.cl"),
    SOURCE(head_loss, "head/loss.cl"),
    SOURCE(health_find_non_finite, "health/find_non_finite.cl"),
    SOURCE(logic_gate, "logic/gate.cl"),
    SOURCE(measurement_count, "measurement/count.cl"),
    SOURCE(measurement_norm, "measurement/norm.cl"),
    SOURCE(neuron_dynamics, "neuron/dynamics.cl"),
    SOURCE(neuron_fire, "neuron/fire.cl"),
    SOURCE(neuron_fire_backward, "neuron/fire_backward.cl"),
    SOURCE(neuron_leak_gradient, "neuron/leak_gradient.cl"),
    SOURCE(neuron_potential_penalty, "neuron/potential_penalty.cl"),
    SOURCE(normalization_affine, "normalization/affine.cl"),
    SOURCE(normalization_backward, "normalization/backward.cl"),
    SOURCE(normalization_merge, "normalization/merge.cl"),
    SOURCE(normalization_normalize, "normalization/normalize.cl"),
    SOURCE(normalization_statistics, "normalization/statistics.cl"),
    SOURCE(optimizer_adam, "optimizer/adam.cl"),
    SOURCE(optimizer_momentum, "optimizer/momentum.cl"),
    SOURCE(pooling_average, "pooling/average.cl"),
    SOURCE(pooling_max, "pooling/max.cl"),
    SOURCE(pooling_max_real, "pooling/max_real.cl"),
    SOURCE(pooling_window, "pooling/window.cl"),
};

const size_t lsn_kernel_source_count = sizeof sources / sizeof sources[0];

LSNKernelSource lsn_kernel_source(size_t index) {
    return sources[index];
}
