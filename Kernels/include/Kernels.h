#ifndef LSN_KERNELS_H
#define LSN_KERNELS_H

#include <stddef.h>

/// One OpenCL C source file that travels inside the binary.
typedef struct {
    /// The path below the folder Kernels, e.g. "convolution/spike_forward.cl".
    const char *_Nonnull name;
    /// The text, not terminated by zero.
    const unsigned char *_Nonnull text;
    size_t length;
} LSNKernelSource;

/// How many kernel sources there are.
extern const size_t lsn_kernel_source_count;

/// The kernel source with this index, in the order of their names.
LSNKernelSource lsn_kernel_source(size_t index);

#endif
