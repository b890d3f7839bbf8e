#ifndef LSN_MPI_BINDING_H
#define LSN_MPI_BINDING_H

#include <stddef.h>

/// The source of liblsn-mpi.so, which travels inside the binary.
extern const unsigned char *_Nonnull const lsn_mpi_source;
extern const size_t lsn_mpi_source_length;

/// Loads the library at `path`, once for the process. Returns whether it could; where not, `problem` has why.
int lsn_mpi_bind(const char *_Nonnull path, char *_Nonnull problem, size_t capacity);

// What the library has, see lsn-mpi.c; only to be called once it is bound.
int lsn_bound_interface(void);
int lsn_bound_start(int *_Nonnull rank, int *_Nonnull size, int *_Nonnull threads);
int lsn_bound_send(const void *_Nonnull bytes, int count, int rank, int tag, void *_Nullable *_Nonnull request);
int lsn_bound_receive(void *_Nonnull bytes, int count, int rank, int tag, void *_Nullable *_Nonnull request);
int lsn_bound_test(void *_Nonnull request, int *_Nonnull done, int *_Nonnull bytes);
int lsn_bound_take(int tag, int *_Nonnull rank);
int lsn_bound_finish(void);
int lsn_bound_abort(int code);
void lsn_bound_error_text(int code, char *_Nonnull text, int capacity);
void lsn_bound_library_text(char *_Nonnull text, int capacity);

#endif
