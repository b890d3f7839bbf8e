#ifndef LSN_KNOWN_VALUES_H
#define LSN_KNOWN_VALUES_H

#include <stddef.h>

/// One golden case that travels inside the binary: a safetensors file of inputs, outputs and gradients.
typedef struct {
    const char *_Nonnull name;
    const unsigned char *_Nonnull bytes;
    size_t length;
} LSNKnownValues;

/// The embedded cases, in the order of their names.
extern const LSNKnownValues lsn_known_values[];
extern const size_t lsn_known_values_count;

#endif
