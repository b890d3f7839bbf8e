/* Messages between the processes of lsn, by whatever MPI this file is compiled with:
 *
 *     mpicc -O2 -shared -fPIC -o liblsn-mpi.so lsn-mpi.c
 *
 * lsn loads the library at run time, from beside the program or from where LSN_MPI_LIBRARY says, so that the program itself is
 * bound to no MPI. Needs MPI 3.0. Every function returns 0, or MPI's error code. Calls come from several threads, one at a time.
 */
#include <mpi.h>
#include <stdlib.h>
#include <string.h>

/* Counts up with every change that an earlier or a later lsn does not understand. */
#define LSN_MPI_INTERFACE 1

int lsn_mpi_interface(void) { return LSN_MPI_INTERFACE; }

/* Starts MPI. threads: 0 single, 1 funneled, 2 serialized, 3 multiple; lsn needs 2. */
int lsn_mpi_start(int *rank, int *size, int *threads)
{
    int given = MPI_THREAD_SINGLE;
    int code = MPI_Init_thread(NULL, NULL, MPI_THREAD_SERIALIZED, &given);
    if (code != MPI_SUCCESS)
        return code;
    *threads = given >= MPI_THREAD_MULTIPLE     ? 3
               : given >= MPI_THREAD_SERIALIZED ? 2
               : given >= MPI_THREAD_FUNNELED   ? 1
                                                : 0;
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    code = MPI_Comm_rank(MPI_COMM_WORLD, rank);
    return code != MPI_SUCCESS ? code : MPI_Comm_size(MPI_COMM_WORLD, size);
}

/* Begins to send or to receive; the bytes are the library's until lsn_mpi_test says that it is done. */
int lsn_mpi_send(const void *bytes, int count, int rank, int tag, void **request)
{
    MPI_Request *made = malloc(sizeof *made);
    *request = made;
    return made ? MPI_Isend(bytes, count, MPI_BYTE, rank, tag, MPI_COMM_WORLD, made) : MPI_ERR_NO_MEM;
}

int lsn_mpi_receive(void *bytes, int count, int rank, int tag, void **request)
{
    MPI_Request *made = malloc(sizeof *made);
    *request = made;
    return made ? MPI_Irecv(bytes, count, MPI_BYTE, rank, tag, MPI_COMM_WORLD, made) : MPI_ERR_NO_MEM;
}

/* Whether a transfer is done, and how many bytes were received. What is done is forgotten. */
int lsn_mpi_test(void *request, int *done, int *bytes)
{
    MPI_Status status;
    memset(&status, 0, sizeof status);
    int code = MPI_Test(request, done, &status);
    if (code != MPI_SUCCESS || !*done)
        return code;
    code = MPI_Get_count(&status, MPI_BYTE, bytes);
    free(request);
    return code;
}

/* Takes a message of four bytes and the tag, whoever sent it; rank is -1 where none is there. */
int lsn_mpi_take(int tag, int *rank)
{
    int found = 0;
    char bytes[4];
    MPI_Status status;
    *rank = -1;
    int code = MPI_Iprobe(MPI_ANY_SOURCE, tag, MPI_COMM_WORLD, &found, &status);
    if (code != MPI_SUCCESS || !found)
        return code;
    *rank = status.MPI_SOURCE;
    return MPI_Recv(bytes, 4, MPI_BYTE, *rank, tag, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
}

int lsn_mpi_finish(void) { return MPI_Finalize(); }

/* Ends all processes. */
int lsn_mpi_abort(int code) { return MPI_Abort(MPI_COMM_WORLD, code); }

/* Texts, cut to capacity - 1 bytes and a 0: what an error code means, and which MPI this is. */
static void put(const char *text, int length, char *target, int capacity)
{
    if (length > capacity - 1)
        length = capacity - 1;
    memcpy(target, text, (size_t)length);
    target[length] = 0;
}

void lsn_mpi_error_text(int code, char *text, int capacity)
{
    char found[MPI_MAX_ERROR_STRING];
    int length = 0;
    if (MPI_Error_string(code, found, &length) != MPI_SUCCESS)
        length = 0;
    put(found, length, text, capacity);
}

void lsn_mpi_library_text(char *text, int capacity)
{
    char found[MPI_MAX_LIBRARY_VERSION_STRING];
    int length = 0;
    if (MPI_Get_library_version(found, &length) != MPI_SUCCESS)
        length = 0;
    put(found, length, text, capacity);
}
