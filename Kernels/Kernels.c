// Embeds the OpenCL C sources, so that the binary finds its kernels wherever it is moved to. A new .cl file needs two
// entries here; a test compares this list with the folder.
#include "Kernels.h"

#define SOURCE(identifier, path) {path, identifier, sizeof identifier}

static const unsigned char augmentation_erase[] = {
#embed "augmentation/erase.cl"
};
static const unsigned char augmentation_mix[] = {
#embed "augmentation/mix.cl"
};
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
static const unsigned char common_inlined[] = {
#embed "common/inlined.cl"
};
static const unsigned char common_layout[] = {
#embed "common/layout.cl"
};
static const unsigned char common_math[] = {
#embed "common/math.cl"
};
static const unsigned char common_transpose_bits[] = {
#embed "common/transpose_bits.cl"
};
static const unsigned char convolution_gradient_terms[] = {
#embed "convolution/gradient_terms.cl"
};
static const unsigned char convolution_order[] = {
#embed "convolution/order.cl"
};
static const unsigned char convolution_portable_merge_partitions[] = {
#embed "convolution/portable/merge_partitions.cl"
};
static const unsigned char convolution_portable_quantize_gradient[] = {
#embed "convolution/portable/quantize_gradient.cl"
};
static const unsigned char convolution_portable_sum_integers[] = {
#embed "convolution/portable/sum_integers.cl"
};
static const unsigned char convolution_quantized_weights[] = {
#embed "convolution/quantized_weights.cl"
};
static const unsigned char convolution_simd_count_spikes[] = {
#embed "convolution/simd/count_spikes.cl"
};
static const unsigned char convolution_simd_dense_backward_data[] = {
#embed "convolution/simd/dense_backward_data.cl"
};
static const unsigned char convolution_simd_dense_backward_filter[] = {
#embed "convolution/simd/dense_backward_filter.cl"
};
static const unsigned char convolution_simd_dense_forward[] = {
#embed "convolution/simd/dense_forward.cl"
};
static const unsigned char convolution_simd_dense_tile[] = {
#embed "convolution/simd/dense_tile.cl"
};
static const unsigned char convolution_simd_lookup_backward_filter[] = {
#embed "convolution/simd/lookup_backward_filter.cl"
};
static const unsigned char convolution_simd_lookup_forward[] = {
#embed "convolution/simd/lookup_forward.cl"
};
static const unsigned char convolution_simd_lookup_table[] = {
#embed "convolution/simd/lookup_table.cl"
};
static const unsigned char convolution_simd_rolling_lookup_forward[] = {
#embed "convolution/simd/rolling_lookup_forward.cl"
};
static const unsigned char convolution_simd_rolling_rows[] = {
#embed "convolution/simd/rolling_rows.cl"
};
static const unsigned char convolution_simd_run_moments[] = {
#embed "convolution/simd/run_moments.cl"
};
static const unsigned char convolution_simd_sparse_backward_filter[] = {
#embed "convolution/simd/sparse_backward_filter.cl"
};
static const unsigned char convolution_simd_sparse_forward[] = {
#embed "convolution/simd/sparse_forward.cl"
};
static const unsigned char convolution_simd_weight_grid[] = {
#embed "convolution/simd/weight_grid.cl"
};
static const unsigned char convolution_simd_winograd_backward_data[] = {
#embed "convolution/simd/winograd_backward_data.cl"
};
static const unsigned char convolution_simt_implicit_gemm_backward_data[] = {
#embed "convolution/simt/implicit_gemm_backward_data.cl"
};
static const unsigned char convolution_simt_implicit_gemm_backward_filter[] = {
#embed "convolution/simt/implicit_gemm_backward_filter.cl"
};
static const unsigned char convolution_simt_implicit_gemm_forward[] = {
#embed "convolution/simt/implicit_gemm_forward.cl"
};
static const unsigned char convolution_simt_implicit_gemm_tile[] = {
#embed "convolution/simt/implicit_gemm_tile.cl"
};
static const unsigned char convolution_simt_matrix_unit_backward_data[] = {
#embed "convolution/simt/matrix_unit_backward_data.cl"
};
static const unsigned char convolution_simt_matrix_unit_backward_filter[] = {
#embed "convolution/simt/matrix_unit_backward_filter.cl"
};
static const unsigned char convolution_simt_matrix_unit_forward[] = {
#embed "convolution/simt/matrix_unit_forward.cl"
};
static const unsigned char convolution_simt_pixel_phases[] = {
#embed "convolution/simt/pixel_phases.cl"
};
static const unsigned char convolution_simt_weight_grid[] = {
#embed "convolution/simt/weight_grid.cl"
};
static const unsigned char convolution_simt_window_pixels[] = {
#embed "convolution/simt/window_pixels.cl"
};
static const unsigned char convolution_sum_partitions[] = {
#embed "convolution/sum_partitions.cl"
};
static const unsigned char convolution_weight_grid_exponents[] = {
#embed "convolution/weight_grid_exponents.cl"
};
static const unsigned char elementwise_copy[] = {
#embed "elementwise/copy.cl"
};
static const unsigned char elementwise_lerp[] = {
#embed "elementwise/lerp.cl"
};
static const unsigned char elementwise_relu[] = {
#embed "elementwise/relu.cl"
};
static const unsigned char elementwise_scale[] = {
#embed "elementwise/scale.cl"
};
static const unsigned char elementwise_sum[] = {
#embed "elementwise/sum.cl"
};
static const unsigned char elementwise_time[] = {
#embed "elementwise/time.cl"
};
static const unsigned char finiteness_find_non_finite[] = {
#embed "finiteness/find_non_finite.cl"
};
static const unsigned char head_bias[] = {
#embed "head/bias.cl"
};
static const unsigned char head_loss[] = {
#embed "head/loss.cl"
};
static const unsigned char logic_gate[] = {
#embed "logic/gate.cl"
};
static const unsigned char matrix_units_instructions[] = {
#embed "matrix_units/instructions.cl"
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
static const unsigned char neuron_fire_lanes[] = {
#embed "neuron/fire_lanes.cl"
};
static const unsigned char neuron_leak_gradient[] = {
#embed "neuron/leak_gradient.cl"
};
static const unsigned char neuron_mpd_loss[] = {
#embed "neuron/mpd_loss.cl"
};
static const unsigned char normalization_affine[] = {
#embed "normalization/affine.cl"
};
static const unsigned char normalization_backward[] = {
#embed "normalization/backward.cl"
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
static const unsigned char optimizer_clip[] = {
#embed "optimizer/clip.cl"
};
static const unsigned char optimizer_sgd[] = {
#embed "optimizer/sgd.cl"
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
static const unsigned char probe_arithmetic[] = {
#embed "probe/arithmetic.cl"
};
static const unsigned char probe_matrix_units[] = {
#embed "probe/matrix_units.cl"
};
static const unsigned char reduction_merge[] = {
#embed "reduction/merge.cl"
};
static const unsigned char reduction_moments[] = {
#embed "reduction/moments.cl"
};
static const unsigned char reduction_squares[] = {
#embed "reduction/squares.cl"
};
static const unsigned char reduction_sums[] = {
#embed "reduction/sums.cl"
};

static const LSNKernelSource sources[] = {
    SOURCE(augmentation_erase, "augmentation/erase.cl"),
    SOURCE(augmentation_mix, "augmentation/mix.cl"),
    SOURCE(augmentation_prepare_frames, "augmentation/prepare_frames.cl"),
    SOURCE(augmentation_prepare_images, "augmentation/prepare_images.cl"),
    SOURCE(augmentation_resize_images, "augmentation/resize_images.cl"),
    SOURCE(ceilings_multiply_add, "ceilings/multiply_add.cl"),
    SOURCE(common_inlined, "common/inlined.cl"),
    SOURCE(common_layout, "common/layout.cl"),
    SOURCE(common_math, "common/math.cl"),
    SOURCE(common_transpose_bits, "common/transpose_bits.cl"),
    SOURCE(convolution_gradient_terms, "convolution/gradient_terms.cl"),
    SOURCE(convolution_order, "convolution/order.cl"),
    SOURCE(convolution_portable_merge_partitions, "convolution/portable/merge_partitions.cl"),
    SOURCE(convolution_portable_quantize_gradient, "convolution/portable/quantize_gradient.cl"),
    SOURCE(convolution_portable_sum_integers, "convolution/portable/sum_integers.cl"),
    SOURCE(convolution_quantized_weights, "convolution/quantized_weights.cl"),
    SOURCE(convolution_simd_count_spikes, "convolution/simd/count_spikes.cl"),
    SOURCE(convolution_simd_dense_backward_data, "convolution/simd/dense_backward_data.cl"),
    SOURCE(convolution_simd_dense_backward_filter, "convolution/simd/dense_backward_filter.cl"),
    SOURCE(convolution_simd_dense_forward, "convolution/simd/dense_forward.cl"),
    SOURCE(convolution_simd_dense_tile, "convolution/simd/dense_tile.cl"),
    SOURCE(convolution_simd_lookup_backward_filter, "convolution/simd/lookup_backward_filter.cl"),
    SOURCE(convolution_simd_lookup_forward, "convolution/simd/lookup_forward.cl"),
    SOURCE(convolution_simd_lookup_table, "convolution/simd/lookup_table.cl"),
    SOURCE(convolution_simd_rolling_lookup_forward, "convolution/simd/rolling_lookup_forward.cl"),
    SOURCE(convolution_simd_rolling_rows, "convolution/simd/rolling_rows.cl"),
    SOURCE(convolution_simd_run_moments, "convolution/simd/run_moments.cl"),
    SOURCE(convolution_simd_sparse_backward_filter, "convolution/simd/sparse_backward_filter.cl"),
    SOURCE(convolution_simd_sparse_forward, "convolution/simd/sparse_forward.cl"),
    SOURCE(convolution_simd_weight_grid, "convolution/simd/weight_grid.cl"),
    SOURCE(convolution_simd_winograd_backward_data, "convolution/simd/winograd_backward_data.cl"),
    SOURCE(convolution_simt_implicit_gemm_backward_data, "convolution/simt/implicit_gemm_backward_data.cl"),
    SOURCE(convolution_simt_implicit_gemm_backward_filter, "convolution/simt/implicit_gemm_backward_filter.cl"),
    SOURCE(convolution_simt_implicit_gemm_forward, "convolution/simt/implicit_gemm_forward.cl"),
    SOURCE(convolution_simt_implicit_gemm_tile, "convolution/simt/implicit_gemm_tile.cl"),
    SOURCE(convolution_simt_matrix_unit_backward_data, "convolution/simt/matrix_unit_backward_data.cl"),
    SOURCE(convolution_simt_matrix_unit_backward_filter, "convolution/simt/matrix_unit_backward_filter.cl"),
    SOURCE(convolution_simt_matrix_unit_forward, "convolution/simt/matrix_unit_forward.cl"),
    SOURCE(convolution_simt_pixel_phases, "convolution/simt/pixel_phases.cl"),
    SOURCE(convolution_simt_weight_grid, "convolution/simt/weight_grid.cl"),
    SOURCE(convolution_simt_window_pixels, "convolution/simt/window_pixels.cl"),
    SOURCE(convolution_sum_partitions, "convolution/sum_partitions.cl"),
    SOURCE(convolution_weight_grid_exponents, "convolution/weight_grid_exponents.cl"),
    SOURCE(elementwise_copy, "elementwise/copy.cl"),
    SOURCE(elementwise_lerp, "elementwise/lerp.cl"),
    SOURCE(elementwise_relu, "elementwise/relu.cl"),
    SOURCE(elementwise_scale, "elementwise/scale.cl"),
    SOURCE(elementwise_sum, "elementwise/sum.cl"),
    SOURCE(elementwise_time, "elementwise/time.cl"),
    SOURCE(finiteness_find_non_finite, "finiteness/find_non_finite.cl"),
    SOURCE(head_bias, "head/bias.cl"),
    SOURCE(head_loss, "head/loss.cl"),
    SOURCE(logic_gate, "logic/gate.cl"),
    SOURCE(matrix_units_instructions, "matrix_units/instructions.cl"),
    SOURCE(measurement_count, "measurement/count.cl"),
    SOURCE(measurement_norm, "measurement/norm.cl"),
    SOURCE(neuron_dynamics, "neuron/dynamics.cl"),
    SOURCE(neuron_fire, "neuron/fire.cl"),
    SOURCE(neuron_fire_backward, "neuron/fire_backward.cl"),
    SOURCE(neuron_fire_lanes, "neuron/fire_lanes.cl"),
    SOURCE(neuron_leak_gradient, "neuron/leak_gradient.cl"),
    SOURCE(neuron_mpd_loss, "neuron/mpd_loss.cl"),
    SOURCE(normalization_affine, "normalization/affine.cl"),
    SOURCE(normalization_backward, "normalization/backward.cl"),
    SOURCE(normalization_normalize, "normalization/normalize.cl"),
    SOURCE(normalization_statistics, "normalization/statistics.cl"),
    SOURCE(optimizer_adam, "optimizer/adam.cl"),
    SOURCE(optimizer_clip, "optimizer/clip.cl"),
    SOURCE(optimizer_sgd, "optimizer/sgd.cl"),
    SOURCE(pooling_average, "pooling/average.cl"),
    SOURCE(pooling_max, "pooling/max.cl"),
    SOURCE(pooling_max_real, "pooling/max_real.cl"),
    SOURCE(pooling_window, "pooling/window.cl"),
    SOURCE(probe_arithmetic, "probe/arithmetic.cl"),
    SOURCE(probe_matrix_units, "probe/matrix_units.cl"),
    SOURCE(reduction_merge, "reduction/merge.cl"),
    SOURCE(reduction_moments, "reduction/moments.cl"),
    SOURCE(reduction_squares, "reduction/squares.cl"),
    SOURCE(reduction_sums, "reduction/sums.cl"),
};

const size_t lsn_kernel_source_count = sizeof sources / sizeof sources[0];

LSNKernelSource lsn_kernel_source(size_t index) {
    return sources[index];
}
