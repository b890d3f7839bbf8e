// Embeds a few golden cases, one of each operation at least, so that `lsn check --device reference` has something
// independent to check against. They are those of Tests/LSNConformanceTests/Golden; of the pooled pictures the first stands for
// all four.
#include "KnownValues.h"

#define CASE(identifier, name) {name, identifier, sizeof identifier}

static const unsigned char block_lsn_bottleneck_s2_16to32[] = {
#embed "block-lsn-bottleneck-s2-16to32.safetensors"
};

static const unsigned char clip_norm_0[] = {
#embed "clip-norm-0.safetensors"
};

static const unsigned char conv_0_1x1_s2_spike[] = {
#embed "conv-0-1x1-s2-spike.safetensors"
};

static const unsigned char conv_0_3x3_s1_real[] = {
#embed "conv-0-3x3-s1-real.safetensors"
};

static const unsigned char conv_0_3x3_s2_spike[] = {
#embed "conv-0-3x3-s2-spike.safetensors"
};

static const unsigned char conv_0_7x7_s2_real[] = {
#embed "conv-0-7x7-s2-real.safetensors"
};

static const unsigned char erase_0[] = {
#embed "erase-0.safetensors"
};

static const unsigned char gate_0[] = {
#embed "gate-0.safetensors"
};

static const unsigned char lerp_0[] = {
#embed "lerp-0.safetensors"
};

static const unsigned char lif_0_alpha0_5_full[] = {
#embed "lif-0-alpha0.5-full.safetensors"
};

static const unsigned char lif_0_alpha1_0_detached[] = {
#embed "lif-0-alpha1.0-detached.safetensors"
};

static const unsigned char lif_1_alpha0_5_full[] = {
#embed "lif-1-alpha0.5-full.safetensors"
};

static const unsigned char loss_mixed_mean_ce_0_7[] = {
#embed "loss-mixed-mean_ce-0.7.safetensors"
};

static const unsigned char loss_mean_ce[] = {
#embed "loss-mean_ce.safetensors"
};

static const unsigned char loss_tet[] = {
#embed "loss-tet.safetensors"
};

static const unsigned char maxpool_spikes_gradient[] = {
#embed "maxpool-spikes-gradient.safetensors"
};

static const unsigned char mix_0[] = {
#embed "mix-0.safetensors"
};

static const unsigned char multi_level_firing[] = {
#embed "multi-level-firing.safetensors"
};

static const unsigned char network_2[] = {
#embed "network-2.safetensors"
};

static const unsigned char norm_0_k0_707[] = {
#embed "norm-0-k0.707.safetensors"
};

static const unsigned char norm_0_k1_000[] = {
#embed "norm-0-k1.000.safetensors"
};

static const unsigned char optimizer_adam[] = {
#embed "optimizer-adam.safetensors"
};

static const unsigned char optimizer_adamw[] = {
#embed "optimizer-adamw.safetensors"
};

static const unsigned char optimizer_sgd[] = {
#embed "optimizer-sgd.safetensors"
};

static const unsigned char plif[] = {
#embed "plif.safetensors"
};

static const unsigned char pool_linear[] = {
#embed "pool-linear.safetensors"
};

static const unsigned char schedule_cosine[] = {
#embed "schedule-cosine.safetensors"
};


static const LSNKnownValues cases[] = {
    CASE(block_lsn_bottleneck_s2_16to32, "block-lsn-bottleneck-s2-16to32"),
    CASE(clip_norm_0, "clip-norm-0"),
    CASE(conv_0_1x1_s2_spike, "conv-0-1x1-s2-spike"),
    CASE(conv_0_3x3_s1_real, "conv-0-3x3-s1-real"),
    CASE(conv_0_3x3_s2_spike, "conv-0-3x3-s2-spike"),
    CASE(conv_0_7x7_s2_real, "conv-0-7x7-s2-real"),
    CASE(erase_0, "erase-0"),
    CASE(gate_0, "gate-0"),
    CASE(lerp_0, "lerp-0"),
    CASE(lif_0_alpha0_5_full, "lif-0-alpha0.5-full"),
    CASE(lif_0_alpha1_0_detached, "lif-0-alpha1.0-detached"),
    CASE(lif_1_alpha0_5_full, "lif-1-alpha0.5-full"),
    CASE(loss_mixed_mean_ce_0_7, "loss-mixed-mean_ce-0.7"),
    CASE(loss_mean_ce, "loss-mean_ce"),
    CASE(loss_tet, "loss-tet"),
    CASE(maxpool_spikes_gradient, "maxpool-spikes-gradient"),
    CASE(mix_0, "mix-0"),
    CASE(multi_level_firing, "multi-level-firing"),
    CASE(network_2, "network-2"),
    CASE(norm_0_k0_707, "norm-0-k0.707"),
    CASE(norm_0_k1_000, "norm-0-k1.000"),
    CASE(optimizer_adam, "optimizer-adam"),
    CASE(optimizer_adamw, "optimizer-adamw"),
    CASE(optimizer_sgd, "optimizer-sgd"),
    CASE(plif, "plif"),
    CASE(pool_linear, "pool-linear"),
    CASE(schedule_cosine, "schedule-cosine"),
};

const size_t lsn_known_values_count = sizeof cases / sizeof cases[0];

LSNKnownValues lsn_known_value(size_t index) {
    return cases[index];
}
