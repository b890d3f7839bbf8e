// libOpenCL, for liblsn.so: loaded when it is first called, so that the library can be loaded where there is none. Each function
// is passed on to the loader's of the same name; without a loader there is no platform (CL_PLATFORM_NOT_FOUND_KHR), so that nothing
// else is called.
#define CL_TARGET_OPENCL_VERSION 120
#define CL_USE_DEPRECATED_OPENCL_1_2_APIS
#include <CL/cl.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stddef.h>

static void *loader;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void) { loader = dlopen("libOpenCL.so.1", RTLD_NOW | RTLD_LOCAL); }

static void *find(const char *name) {
    pthread_once(&once, load);
    return loader ? dlsym(loader, name) : NULL;
}

static const cl_int missing = -1001;

// A function that returns a status.
#define STATUS(name, parameters, arguments)                                                                              \
    CL_API_ENTRY cl_int CL_API_CALL name parameters {                                                                    \
        __typeof__(&name) function = (__typeof__(&name))find(#name);                                                     \
        return function ? function arguments : missing;                                                                  \
    }
// A function that returns an object, and its status through its last parameter.
#define OBJECT(type, name, parameters, arguments)                                                                        \
    CL_API_ENTRY type CL_API_CALL name parameters {                                                                      \
        __typeof__(&name) function = (__typeof__(&name))find(#name);                                                     \
        if (function) return function arguments;                                                                         \
        if (status) *status = missing;                                                                                   \
        return NULL;                                                                                                     \
    }

STATUS(clGetPlatformIDs, (cl_uint entries, cl_platform_id *platforms, cl_uint *count), (entries, platforms, count))
STATUS(clGetPlatformInfo, (cl_platform_id platform, cl_platform_info name, size_t size, void *value, size_t *needed),
       (platform, name, size, value, needed))
STATUS(clGetDeviceIDs,
       (cl_platform_id platform, cl_device_type type, cl_uint entries, cl_device_id *devices, cl_uint *count),
       (platform, type, entries, devices, count))
STATUS(clGetDeviceInfo, (cl_device_id device, cl_device_info name, size_t size, void *value, size_t *needed),
       (device, name, size, value, needed))
OBJECT(cl_context, clCreateContext,
       (const cl_context_properties *properties, cl_uint count, const cl_device_id *devices,
        void(CL_CALLBACK *notify)(const char *, const void *, size_t, void *), void *data, cl_int *status),
       (properties, count, devices, notify, data, status))
STATUS(clReleaseContext, (cl_context context), (context))
OBJECT(cl_command_queue, clCreateCommandQueue,
       (cl_context context, cl_device_id device, cl_command_queue_properties properties, cl_int *status),
       (context, device, properties, status))
STATUS(clReleaseCommandQueue, (cl_command_queue queue), (queue))
OBJECT(cl_mem, clCreateBuffer, (cl_context context, cl_mem_flags flags, size_t size, void *host, cl_int *status),
       (context, flags, size, host, status))
OBJECT(cl_mem, clCreateSubBuffer,
       (cl_mem buffer, cl_mem_flags flags, cl_buffer_create_type type, const void *region, cl_int *status),
       (buffer, flags, type, region, status))
STATUS(clReleaseMemObject, (cl_mem object), (object))
OBJECT(cl_program, clCreateProgramWithSource,
       (cl_context context, cl_uint count, const char **strings, const size_t *lengths, cl_int *status),
       (context, count, strings, lengths, status))
OBJECT(cl_program, clCreateProgramWithBinary,
       (cl_context context, cl_uint count, const cl_device_id *devices, const size_t *lengths, const unsigned char **binaries,
        cl_int *loaded, cl_int *status),
       (context, count, devices, lengths, binaries, loaded, status))
STATUS(clBuildProgram,
       (cl_program program, cl_uint count, const cl_device_id *devices, const char *options,
        void(CL_CALLBACK *notify)(cl_program, void *), void *data),
       (program, count, devices, options, notify, data))
STATUS(clGetProgramInfo, (cl_program program, cl_program_info name, size_t size, void *value, size_t *needed),
       (program, name, size, value, needed))
STATUS(clGetProgramBuildInfo,
       (cl_program program, cl_device_id device, cl_program_build_info name, size_t size, void *value, size_t *needed),
       (program, device, name, size, value, needed))
STATUS(clReleaseProgram, (cl_program program), (program))
OBJECT(cl_kernel, clCreateKernel, (cl_program program, const char *name, cl_int *status), (program, name, status))
STATUS(clReleaseKernel, (cl_kernel kernel), (kernel))
STATUS(clSetKernelArg, (cl_kernel kernel, cl_uint index, size_t size, const void *value), (kernel, index, size, value))
STATUS(clGetKernelInfo, (cl_kernel kernel, cl_kernel_info name, size_t size, void *value, size_t *needed),
       (kernel, name, size, value, needed))
STATUS(clGetKernelArgInfo,
       (cl_kernel kernel, cl_uint index, cl_kernel_arg_info name, size_t size, void *value, size_t *needed),
       (kernel, index, name, size, value, needed))
STATUS(clGetKernelWorkGroupInfo,
       (cl_kernel kernel, cl_device_id device, cl_kernel_work_group_info name, size_t size, void *value, size_t *needed),
       (kernel, device, name, size, value, needed))
STATUS(clEnqueueReadBuffer,
       (cl_command_queue queue, cl_mem buffer, cl_bool waits, size_t offset, size_t size, void *host, cl_uint count,
        const cl_event *events, cl_event *event),
       (queue, buffer, waits, offset, size, host, count, events, event))
STATUS(clEnqueueWriteBuffer,
       (cl_command_queue queue, cl_mem buffer, cl_bool waits, size_t offset, size_t size, const void *host, cl_uint count,
        const cl_event *events, cl_event *event),
       (queue, buffer, waits, offset, size, host, count, events, event))
STATUS(clEnqueueCopyBuffer,
       (cl_command_queue queue, cl_mem source, cl_mem target, size_t from, size_t to, size_t size, cl_uint count,
        const cl_event *events, cl_event *event),
       (queue, source, target, from, to, size, count, events, event))
STATUS(clEnqueueFillBuffer,
       (cl_command_queue queue, cl_mem buffer, const void *pattern, size_t length, size_t offset, size_t size, cl_uint count,
        const cl_event *events, cl_event *event),
       (queue, buffer, pattern, length, offset, size, count, events, event))
STATUS(clEnqueueMigrateMemObjects,
       (cl_command_queue queue, cl_uint objects, const cl_mem *memory, cl_mem_migration_flags flags, cl_uint count,
        const cl_event *events, cl_event *event),
       (queue, objects, memory, flags, count, events, event))
STATUS(clEnqueueNDRangeKernel,
       (cl_command_queue queue, cl_kernel kernel, cl_uint dimensions, const size_t *offset, const size_t *global,
        const size_t *local, cl_uint count, const cl_event *events, cl_event *event),
       (queue, kernel, dimensions, offset, global, local, count, events, event))
STATUS(clGetEventProfilingInfo, (cl_event event, cl_profiling_info name, size_t size, void *value, size_t *needed),
       (event, name, size, value, needed))
STATUS(clReleaseEvent, (cl_event event), (event))
STATUS(clFlush, (cl_command_queue queue), (queue))
STATUS(clFinish, (cl_command_queue queue), (queue))
