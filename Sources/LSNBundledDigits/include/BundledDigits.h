#ifndef LSN_BUNDLED_DIGITS_H
#define LSN_BUNDLED_DIGITS_H

#include <stddef.h>

/// One file of the digits data set that travels inside the binary: gzip-compressed IDX, see mnist-5k/README.md.
typedef struct {
    const char *_Nonnull name;
    const unsigned char *_Nonnull bytes;
    size_t length;
} LSNDigitsFile;

extern const LSNDigitsFile lsn_digits_files[4];

#endif
