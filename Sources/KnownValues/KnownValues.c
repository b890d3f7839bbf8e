// Embeds a few golden cases, so that `lsn check --device reference` has something independent to check against.
#include "KnownValues.h"

static const unsigned char gate_truth_table[] = {
#embed "gate-0.safetensors"
};

const LSNKnownValues lsn_known_values[] = {
    {"gate-0", gate_truth_table, sizeof gate_truth_table},
};

const size_t lsn_known_values_count = sizeof lsn_known_values / sizeof lsn_known_values[0];
