// Embeds the source of liblsn-mpi.so, and loads the library that was made of it.
#include "MPIBinding.h"

#include <dlfcn.h>
#include <stdio.h>

static const unsigned char source[] = {
#embed "lsn-mpi.c"
};
const unsigned char *const lsn_mpi_source = source;
const size_t lsn_mpi_source_length = sizeof source;

static struct {
    int (*interface)(void);
    int (*start)(int *, int *, int *);
    int (*send)(const void *, int, int, int, void **);
    int (*receive)(void *, int, int, int, void **);
    int (*test)(void *, int *, int *);
    int (*take)(int, int *);
    int (*finish)(void);
    int (*abort)(int);
    void (*error_text)(int, char *, int);
    void (*library_text)(char *, int);
} bound;

/// Looks a function up. A pointer to a function is written as POSIX has it for dlsym.
static int find(void *library, const char *name, void *function, char *problem, size_t capacity)
{
    void *found = dlsym(library, name);
    *(void **)function = found;
    if (!found)
        snprintf(problem, capacity, "it has no %s", name);
    return found != NULL;
}

int lsn_mpi_bind(const char *path, char *problem, size_t capacity)
{
    // Global: Open MPI's plug-ins look for its own symbols there.
    void *library = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
    if (!library) {
        const char *reason = dlerror();
        snprintf(problem, capacity, "%s", reason ? reason : "it cannot be loaded");
        return 0;
    }
    return find(library, "lsn_mpi_interface", &bound.interface, problem, capacity)
        && find(library, "lsn_mpi_start", &bound.start, problem, capacity)
        && find(library, "lsn_mpi_send", &bound.send, problem, capacity)
        && find(library, "lsn_mpi_receive", &bound.receive, problem, capacity)
        && find(library, "lsn_mpi_test", &bound.test, problem, capacity)
        && find(library, "lsn_mpi_take", &bound.take, problem, capacity)
        && find(library, "lsn_mpi_finish", &bound.finish, problem, capacity)
        && find(library, "lsn_mpi_abort", &bound.abort, problem, capacity)
        && find(library, "lsn_mpi_error_text", &bound.error_text, problem, capacity)
        && find(library, "lsn_mpi_library_text", &bound.library_text, problem, capacity);
}

int lsn_bound_interface(void) { return bound.interface(); }
int lsn_bound_start(int *rank, int *size, int *threads) { return bound.start(rank, size, threads); }
int lsn_bound_send(const void *bytes, int count, int rank, int tag, void **request)
{
    return bound.send(bytes, count, rank, tag, request);
}
int lsn_bound_receive(void *bytes, int count, int rank, int tag, void **request)
{
    return bound.receive(bytes, count, rank, tag, request);
}
int lsn_bound_test(void *request, int *done, int *bytes) { return bound.test(request, done, bytes); }
int lsn_bound_take(int tag, int *rank) { return bound.take(tag, rank); }
int lsn_bound_finish(void) { return bound.finish(); }
int lsn_bound_abort(int code) { return bound.abort(code); }
void lsn_bound_error_text(int code, char *text, int capacity) { bound.error_text(code, text, capacity); }
void lsn_bound_library_text(char *text, int capacity) { bound.library_text(text, capacity); }
