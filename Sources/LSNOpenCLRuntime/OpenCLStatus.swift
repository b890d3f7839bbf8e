import LSNCOpenCL

/// The codes that OpenCL calls answer with: their names, and what usually helps.
enum OpenCLStatus {
    /// The name of a code in cl.h, or its number.
    static func name(_ code: cl_int) -> String {
        names[code] ?? "the unknown code \(code)"
    }

    /// What to do about it, as the end of a sentence; empty where nothing general can be said.
    static func advice(for codeName: String) -> String {
        advices[codeName].map { ": \($0)" } ?? ""
    }

    /// Throws what a code means, unless it means success. `detail` completes "when asked …".
    static func check(
        _ code: cl_int,
        _ call: StaticString,
        _ detail: @autoclosure () -> String
    ) throws(OpenCLError) {
        guard code == CL_SUCCESS else {
            throw .call(name: "\(call)", codeName: name(code), detail: detail())
        }
    }

    /// Whether a code says that memory ran out. Many drivers allocate when a buffer is first used, so that any enqueued
    /// command may answer so.
    static func isOutOfMemory(_ code: cl_int) -> Bool {
        code == CL_MEM_OBJECT_ALLOCATION_FAILURE || code == CL_OUT_OF_HOST_MEMORY
    }

    /// Whether an allocation that was answered so lacked memory; NVIDIA calls that a lack of resources.
    static func isShortage(_ code: cl_int) -> Bool {
        isOutOfMemory(code) || code == CL_OUT_OF_RESOURCES
    }

    private static let names: [cl_int: String] = [
        CL_SUCCESS: "CL_SUCCESS",
        CL_DEVICE_NOT_FOUND: "CL_DEVICE_NOT_FOUND",
        CL_DEVICE_NOT_AVAILABLE: "CL_DEVICE_NOT_AVAILABLE",
        CL_COMPILER_NOT_AVAILABLE: "CL_COMPILER_NOT_AVAILABLE",
        CL_MEM_OBJECT_ALLOCATION_FAILURE: "CL_MEM_OBJECT_ALLOCATION_FAILURE",
        CL_OUT_OF_RESOURCES: "CL_OUT_OF_RESOURCES",
        CL_OUT_OF_HOST_MEMORY: "CL_OUT_OF_HOST_MEMORY",
        CL_PROFILING_INFO_NOT_AVAILABLE: "CL_PROFILING_INFO_NOT_AVAILABLE",
        CL_MEM_COPY_OVERLAP: "CL_MEM_COPY_OVERLAP",
        CL_BUILD_PROGRAM_FAILURE: "CL_BUILD_PROGRAM_FAILURE",
        CL_MAP_FAILURE: "CL_MAP_FAILURE",
        CL_MISALIGNED_SUB_BUFFER_OFFSET: "CL_MISALIGNED_SUB_BUFFER_OFFSET",
        CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST: "CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST",
        CL_COMPILE_PROGRAM_FAILURE: "CL_COMPILE_PROGRAM_FAILURE",
        CL_LINKER_NOT_AVAILABLE: "CL_LINKER_NOT_AVAILABLE",
        CL_LINK_PROGRAM_FAILURE: "CL_LINK_PROGRAM_FAILURE",
        CL_DEVICE_PARTITION_FAILED: "CL_DEVICE_PARTITION_FAILED",
        CL_KERNEL_ARG_INFO_NOT_AVAILABLE: "CL_KERNEL_ARG_INFO_NOT_AVAILABLE",
        CL_INVALID_VALUE: "CL_INVALID_VALUE",
        CL_INVALID_DEVICE_TYPE: "CL_INVALID_DEVICE_TYPE",
        CL_INVALID_PLATFORM: "CL_INVALID_PLATFORM",
        CL_INVALID_DEVICE: "CL_INVALID_DEVICE",
        CL_INVALID_CONTEXT: "CL_INVALID_CONTEXT",
        CL_INVALID_QUEUE_PROPERTIES: "CL_INVALID_QUEUE_PROPERTIES",
        CL_INVALID_COMMAND_QUEUE: "CL_INVALID_COMMAND_QUEUE",
        CL_INVALID_HOST_PTR: "CL_INVALID_HOST_PTR",
        CL_INVALID_MEM_OBJECT: "CL_INVALID_MEM_OBJECT",
        CL_INVALID_BINARY: "CL_INVALID_BINARY",
        CL_INVALID_BUILD_OPTIONS: "CL_INVALID_BUILD_OPTIONS",
        CL_INVALID_PROGRAM: "CL_INVALID_PROGRAM",
        CL_INVALID_PROGRAM_EXECUTABLE: "CL_INVALID_PROGRAM_EXECUTABLE",
        CL_INVALID_KERNEL_NAME: "CL_INVALID_KERNEL_NAME",
        CL_INVALID_KERNEL_DEFINITION: "CL_INVALID_KERNEL_DEFINITION",
        CL_INVALID_KERNEL: "CL_INVALID_KERNEL",
        CL_INVALID_ARG_INDEX: "CL_INVALID_ARG_INDEX",
        CL_INVALID_ARG_VALUE: "CL_INVALID_ARG_VALUE",
        CL_INVALID_ARG_SIZE: "CL_INVALID_ARG_SIZE",
        CL_INVALID_KERNEL_ARGS: "CL_INVALID_KERNEL_ARGS",
        CL_INVALID_WORK_DIMENSION: "CL_INVALID_WORK_DIMENSION",
        CL_INVALID_WORK_GROUP_SIZE: "CL_INVALID_WORK_GROUP_SIZE",
        CL_INVALID_WORK_ITEM_SIZE: "CL_INVALID_WORK_ITEM_SIZE",
        CL_INVALID_GLOBAL_OFFSET: "CL_INVALID_GLOBAL_OFFSET",
        CL_INVALID_EVENT_WAIT_LIST: "CL_INVALID_EVENT_WAIT_LIST",
        CL_INVALID_EVENT: "CL_INVALID_EVENT",
        CL_INVALID_OPERATION: "CL_INVALID_OPERATION",
        CL_INVALID_BUFFER_SIZE: "CL_INVALID_BUFFER_SIZE",
        CL_INVALID_GLOBAL_WORK_SIZE: "CL_INVALID_GLOBAL_WORK_SIZE",
        CL_INVALID_PROPERTY: "CL_INVALID_PROPERTY",
        CL_INVALID_COMPILER_OPTIONS: "CL_INVALID_COMPILER_OPTIONS",
        CL_INVALID_LINKER_OPTIONS: "CL_INVALID_LINKER_OPTIONS",
        // The loader's own, from cl_khr_icd: no driver is registered.
        -1001: "CL_PLATFORM_NOT_FOUND_KHR",
        // NVIDIA's: a kernel read or wrote where it may not.
        -9999: "an illegal read or write by a kernel (NVIDIA's code -9999)",
    ]

    private static let advices: [String: String] = [
        "CL_OUT_OF_RESOURCES": "a kernel wanted more registers or local memory than there are, wrote out of bounds, or "
            + "memory ran out; try a smaller --batch-size, and `lsn check` on this device",
        "CL_OUT_OF_HOST_MEMORY": "the host's memory ran out; use a smaller --batch-size",
        "CL_MEM_OBJECT_ALLOCATION_FAILURE": "the device's memory ran out; use a smaller --batch-size",
        "CL_DEVICE_NOT_AVAILABLE": "another program may hold the device",
        "CL_INVALID_COMMAND_QUEUE": "an earlier command broke the queue; run again with `lsn check` on this device",
        "CL_INVALID_BUILD_OPTIONS": "the driver does not know an option; it may be older than OpenCL 1.2",
    ]
}
