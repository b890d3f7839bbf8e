// What the programs of this folder share: a check that ends the program with its place, and arrays in .npy files.
#ifndef CHECK_H
#define CHECK_H

#include "lsn.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                                                                 \
    do {                                                                                                                 \
        if (!(condition)) {                                                                                              \
            fprintf(stderr, "%s:%d: %s does not hold; the library says: %s\n", __FILE__, __LINE__, #condition,           \
                    lsn_message());                                                                                      \
            exit(1);                                                                                                     \
        }                                                                                                                \
    } while (0)

// `count` floats of a .npy file of version 1, behind its header.
static inline float *read_array(const char *path, size_t count) {
    unsigned char head[10];
    FILE *file = fopen(path, "rb");
    CHECK(file && fread(head, 1, sizeof head, file) == sizeof head && head[6] == 1);
    CHECK(fseek(file, 10 + head[8] + 256 * head[9], SEEK_SET) == 0);
    float *values = malloc(count * sizeof *values);
    CHECK(values && fread(values, sizeof *values, count, file) == count && fgetc(file) == EOF);
    fclose(file);
    return values;
}

#endif
