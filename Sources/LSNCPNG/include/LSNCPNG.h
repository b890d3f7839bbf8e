#pragma once
#include <stddef.h>
#include <stdint.h>

/// A PNG file in memory, and what was found in it. libpng leaves a function by longjmp, which Swift must not see.
struct lsn_png {
    /// The whole file.
    const uint8_t *bytes;
    /// How many there are.
    size_t count;
    /// How far it was read.
    size_t place;
    /// Columns and rows.
    uint32_t width, height;
    /// Why it could not be read; text that ends with 0.
    char reason[160];
};

/// Reads the size of the picture. 0, or -1 with a reason.
int lsn_png_read_size(struct lsn_png *file);

/// Decodes the picture to bytes [height][width][3], for which the caller has room: red, green and blue, samples of 16 bits by
/// their higher byte, transparency and the file's notes on colour left out. 0, or -1 with a reason.
int lsn_png_read_pixels(struct lsn_png *file, uint8_t *pixels);
