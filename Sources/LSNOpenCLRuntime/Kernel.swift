import LSNCOpenCL
import Synchronization

/// One argument of a launch, in the order of the kernel's parameters.
public enum KernelArgument: Sendable {
    /// Global memory.
    case buffer(Buffer)
    /// An `int`.
    case int32(Int32)
    /// A `uint`.
    case uint32(UInt32)
    /// A `float`.
    case float(Float)
    /// Local memory of the work-group, of that many bytes.
    case local(bytes: Int)
}

/// A kernel of a built program. It can be launched from several tasks: setting its arguments and enqueuing it happen
/// under one lock.
public final class Kernel: Sendable {
    /// The name of the function.
    public let name: String
    /// The file it is in.
    public let file: String
    /// The options it was built with, without the runtime's own.
    public let options: [String]
    /// The largest work-group this kernel can be launched with on this device.
    public let maxWorkGroupSize: Int
    /// How many arguments a launch gives.
    let argumentCount: Int

    let context: DeviceContext
    let handle: Mutex<KernelHandle>
    /// The parameters, for texts; `nil` where the driver does not tell.
    let parameters: [KernelParameter?]
    /// What each parameter takes, for checks.
    let parameterKinds: [KernelParameter.Kind?]

    init(name: String, program: Program, context: DeviceContext) throws(OpenCLError) {
        self.name = name
        file = program.file
        options = program.options
        self.context = context
        var code: cl_int = 0
        let created = unsafe clCreateKernel(program.handle.pointer, name, &code)
        guard code == CL_SUCCESS, let pointer = unsafe created else {
            if code == CL_INVALID_KERNEL_NAME {
                throw .source(location: program.location, problem: "the file has no kernel named \(name)")
            }
            throw .call(
                name: "clCreateKernel",
                codeName: OpenCLStatus.name(code),
                detail: "for \(name) of \(program.location)"
            )
        }
        let kernel = unsafe KernelHandle(pointer: pointer)
        let count = try unsafe queryValue(cl_uint(0), "clGetKernelInfo") {
            unsafe clGetKernelInfo(pointer, cl_kernel_info(CL_KERNEL_NUM_ARGS), $0, $1, $2)
        }
        argumentCount = Int(count)
        parameters = (0..<count).map { unsafe KernelParameter(of: pointer, index: $0) }
        parameterKinds = parameters.map { $0?.kind }
        let device = unsafe context.device.handle.device
        maxWorkGroupSize = try unsafe queryValue(0, "clGetKernelWorkGroupInfo") {
            unsafe clGetKernelWorkGroupInfo(
                pointer,
                device,
                cl_kernel_work_group_info(CL_KERNEL_WORK_GROUP_SIZE),
                $0,
                $1,
                $2
            )
        }
        handle = Mutex(kernel)
    }
}

/// A parameter of a kernel, as its program tells.
struct KernelParameter: Sendable {
    enum Kind: Sendable { case buffer, local, integer, float, other }

    let kind: Kind
    let type: String
    let name: String

    /// `nil` where the driver keeps no argument information, e.g. for a program loaded from a binary.
    init?(of kernel: cl_kernel, index: cl_uint) {
        func text(_ parameter: Int32) throws(OpenCLError) -> String {
            try unsafe queryString("clGetKernelArgInfo") {
                unsafe clGetKernelArgInfo(kernel, index, cl_kernel_arg_info(parameter), $0, $1, $2)
            }
        }
        let initial = cl_kernel_arg_address_qualifier(0)
        guard
            let qualifier = try? unsafe queryValue(
                initial,
                "clGetKernelArgInfo",
                {
                    unsafe clGetKernelArgInfo(
                        kernel,
                        index,
                        cl_kernel_arg_info(CL_KERNEL_ARG_ADDRESS_QUALIFIER),
                        $0,
                        $1,
                        $2
                    )
                }
            )
        else { return nil }
        type = (try? text(CL_KERNEL_ARG_TYPE_NAME)) ?? ""
        name = (try? text(CL_KERNEL_ARG_NAME)) ?? ""
        switch Int32(bitPattern: qualifier) {
        case CL_KERNEL_ARG_ADDRESS_GLOBAL, CL_KERNEL_ARG_ADDRESS_CONSTANT: kind = .buffer
        case CL_KERNEL_ARG_ADDRESS_LOCAL: kind = .local
        default:
            switch type {
            case "int", "uint", "unsigned int": kind = .integer
            case "float": kind = .float
            default: kind = .other
            }
        }
    }
}
