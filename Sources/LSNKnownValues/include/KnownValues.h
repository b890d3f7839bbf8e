#ifndef LSN_KNOWN_VALUES_H
#define LSN_KNOWN_VALUES_H

#include <stddef.h>

/// One golden case that travels inside the binary: a safetensors file of inputs, outputs and gradients.
typedef struct {
    const char *_Nonnull name;
    const unsigned char *_Nonnull bytes;
    size_t length;
} LSNKnownValues;

/// How many cases there are.
extern const size_t lsn_known_values_count;

/// The case with this index, in the order of their names.
LSNKnownValues lsn_known_value(size_t index);

#endif
