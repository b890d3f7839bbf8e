// Fails calls of OpenCL. To be loaded by LD_PRELOAD; see drivers.py.
//
// OPENCL_LOG=FILE        a line for each function: how often it was called, and its name
// OPENCL_FAIL=FUNCTION   which fails,
// OPENCL_FAIL_AT=N       the N-th time that it is called,
// OPENCL_FAIL_CODE=E     with this code
// OPENCL_FAIL_ON=1       and so does every call of any function from then on, as of a device that is lost
#define _GNU_SOURCE
#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FUNCTIONS = 64 };
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct { const char *name; int calls; } functions[FUNCTIONS];
static const char *log_path, *failing;
static int fail_at, code, fails_on, is_lost;

__attribute__((constructor)) static void begin(void)
{
    const char *text;
    log_path = getenv("OPENCL_LOG");
    failing = getenv("OPENCL_FAIL");
    if ((text = getenv("OPENCL_FAIL_AT"))) fail_at = atoi(text);
    if ((text = getenv("OPENCL_FAIL_CODE"))) code = atoi(text);
    fails_on = getenv("OPENCL_FAIL_ON") != NULL;
    // What it starts is not disturbed.
    unsetenv("LD_PRELOAD");
}

__attribute__((destructor)) static void end(void)
{
    FILE *file = log_path ? fopen(log_path, "w") : NULL;
    if (file == NULL) return;
    for (int i = 0; i < FUNCTIONS && functions[i].name; i++) fprintf(file, "%d\t%s\n", functions[i].calls, functions[i].name);
    fclose(file);
}

static int fails(const char *name)
{
    pthread_mutex_lock(&lock);
    int i = 0;
    while (functions[i].name && strcmp(functions[i].name, name) != 0) i++;
    functions[i].name = name;
    const int call = ++functions[i].calls;
    const int is_it = failing && strcmp(failing, name) == 0 && call == fail_at;
    if (is_it && fails_on) is_lost = 1;
    const int result = is_it || is_lost;
    pthread_mutex_unlock(&lock);
    return result;
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define STATUS(name, parameters, arguments) \
    cl_int name parameters { return fails(#name) ? code : NEXT(name) arguments; }
// The last parameter is where the code goes.
#define OBJECT(type, name, parameters, arguments) \
    type name parameters \
    { \
        if (!fails(#name)) return NEXT(name) arguments; \
        if (status) *status = code; \
        return NULL; \
    }

STATUS(clGetPlatformIDs, (cl_uint n, cl_platform_id *p, cl_uint *count), (n, p, count))
STATUS(clGetPlatformInfo, (cl_platform_id p, cl_platform_info i, size_t n, void *v, size_t *s), (p, i, n, v, s))
STATUS(clGetDeviceIDs, (cl_platform_id p, cl_device_type t, cl_uint n, cl_device_id *d, cl_uint *c), (p, t, n, d, c))
STATUS(clGetDeviceInfo, (cl_device_id d, cl_device_info i, size_t n, void *v, size_t *s), (d, i, n, v, s))
STATUS(
    clBuildProgram,
    (cl_program p, cl_uint n, const cl_device_id *d, const char *o, void(CL_CALLBACK *f)(cl_program, void *), void *v),
    (p, n, d, o, f, v))
STATUS(
    clGetProgramBuildInfo, (cl_program p, cl_device_id d, cl_program_build_info i, size_t n, void *v, size_t *s),
    (p, d, i, n, v, s))
STATUS(clGetProgramInfo, (cl_program p, cl_program_info i, size_t n, void *v, size_t *s), (p, i, n, v, s))
STATUS(clGetKernelInfo, (cl_kernel k, cl_kernel_info i, size_t n, void *v, size_t *s), (k, i, n, v, s))
STATUS(
    clGetKernelArgInfo, (cl_kernel k, cl_uint a, cl_kernel_arg_info i, size_t n, void *v, size_t *s), (k, a, i, n, v, s))
STATUS(
    clGetKernelWorkGroupInfo, (cl_kernel k, cl_device_id d, cl_kernel_work_group_info i, size_t n, void *v, size_t *s),
    (k, d, i, n, v, s))
STATUS(clSetKernelArg, (cl_kernel k, cl_uint i, size_t n, const void *v), (k, i, n, v))
STATUS(
    clEnqueueNDRangeKernel,
    (cl_command_queue q, cl_kernel k, cl_uint d, const size_t *o, const size_t *g, const size_t *l, cl_uint n,
     const cl_event *w, cl_event *e),
    (q, k, d, o, g, l, n, w, e))
STATUS(
    clEnqueueReadBuffer,
    (cl_command_queue q, cl_mem m, cl_bool b, size_t o, size_t s, void *p, cl_uint n, const cl_event *w, cl_event *e),
    (q, m, b, o, s, p, n, w, e))
STATUS(
    clEnqueueWriteBuffer,
    (cl_command_queue q, cl_mem m, cl_bool b, size_t o, size_t s, const void *p, cl_uint n, const cl_event *w, cl_event *e),
    (q, m, b, o, s, p, n, w, e))
STATUS(
    clEnqueueCopyBuffer,
    (cl_command_queue q, cl_mem a, cl_mem b, size_t o, size_t t, size_t s, cl_uint n, const cl_event *w, cl_event *e),
    (q, a, b, o, t, s, n, w, e))
STATUS(
    clEnqueueFillBuffer,
    (cl_command_queue q, cl_mem m, const void *p, size_t z, size_t o, size_t s, cl_uint n, const cl_event *w, cl_event *e),
    (q, m, p, z, o, s, n, w, e))
STATUS(
    clEnqueueMigrateMemObjects,
    (cl_command_queue q, cl_uint c, const cl_mem *m, cl_mem_migration_flags f, cl_uint n, const cl_event *w, cl_event *e),
    (q, c, m, f, n, w, e))
STATUS(clFlush, (cl_command_queue q), (q))
STATUS(clFinish, (cl_command_queue q), (q))
STATUS(clGetEventProfilingInfo, (cl_event e, cl_profiling_info i, size_t n, void *v, size_t *s), (e, i, n, v, s))
OBJECT(
    cl_context, clCreateContext,
    (const cl_context_properties *p, cl_uint n, const cl_device_id *d,
     void(CL_CALLBACK *f)(const char *, const void *, size_t, void *), void *v, cl_int *status),
    (p, n, d, f, v, status))
OBJECT(
    cl_command_queue, clCreateCommandQueue,
    (cl_context c, cl_device_id d, cl_command_queue_properties p, cl_int *status), (c, d, p, status))
OBJECT(
    cl_program, clCreateProgramWithSource,
    (cl_context c, cl_uint n, const char **s, const size_t *l, cl_int *status), (c, n, s, l, status))
OBJECT(
    cl_program, clCreateProgramWithBinary,
    (cl_context c, cl_uint n, const cl_device_id *d, const size_t *l, const unsigned char **b, cl_int *s, cl_int *status),
    (c, n, d, l, b, s, status))
OBJECT(cl_kernel, clCreateKernel, (cl_program p, const char *n, cl_int *status), (p, n, status))
OBJECT(cl_mem, clCreateBuffer, (cl_context c, cl_mem_flags f, size_t s, void *p, cl_int *status), (c, f, s, p, status))
OBJECT(
    cl_mem, clCreateSubBuffer, (cl_mem m, cl_mem_flags f, cl_buffer_create_type t, const void *i, cl_int *status),
    (m, f, t, i, status))
