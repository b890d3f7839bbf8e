import COpenCL

/// A program built for one device.
final class Program: Sendable {
    let file: String
    let options: [String]
    /// The file as build logs show it.
    let location: String
    let handle: ProgramHandle

    /// Options of every program. OpenCL C 1.2 is what every vendor offers; argument information lets a launch name the
    /// argument that is wrong. There is no option that relaxes arithmetic.
    static func standardOptions(for device: DeviceInfo) -> [String] {
        var options = ["-cl-std=CL1.2", "-cl-kernel-arg-info"]
        // IEEE division and square root; without it OpenCL allows errors of 2.5 and 3 units in the last place.
        if device.roundsDivisionCorrectly { options.append("-cl-fp32-correctly-rounded-divide-sqrt") }
        return options
    }

    /// Goes before every source: a·b + c is two rounded operations on every device, and one only where fma() says so.
    static let preamble = "#pragma OPENCL FP_CONTRACT OFF\n"

    private init(_ handle: consuming ProgramHandle, file: String, options: [String], location: String) {
        self.handle = handle
        self.file = file
        self.options = options
        self.location = location
    }

    /// Compiles a program.
    static func compile(
        source: String,
        file: String,
        options: [String],
        location: String,
        context: DeviceContext
    ) throws(OpenCLError) -> Program {
        var code: cl_int = 0
        let created = unsafe source.withCString { text in
            var text: UnsafePointer<CChar>? = unsafe text
            return unsafe clCreateProgramWithSource(context.handle.pointer, 1, &text, nil, &code)
        }
        try OpenCLStatus.check(code, "clCreateProgramWithSource", "for \(location)")
        guard let pointer = unsafe created else {
            throw .call(name: "clCreateProgramWithSource", codeName: "no program", detail: "for \(location)")
        }
        let handle = unsafe ProgramHandle(pointer: pointer)
        let all = standardOptions(for: context.device) + options
        var device: cl_device_id? = unsafe context.device.handle.device
        let built = unsafe clBuildProgram(handle.pointer, 1, &device, all.joined(separator: " "), nil, nil)
        if built != CL_SUCCESS {
            let log = try unsafe queryString("clGetProgramBuildInfo") {
                unsafe clGetProgramBuildInfo(
                    handle.pointer,
                    device,
                    cl_program_build_info(CL_PROGRAM_BUILD_LOG),
                    $0,
                    $1,
                    $2
                )
            }
            if log.isEmpty {
                try OpenCLStatus.check(built, "clBuildProgram", "for \(location) with \(all.joined(separator: " "))")
            }
            throw .build(file: location, options: all, device: context.device.name, log: log)
        }
        return Program(handle, file: file, options: options, location: location)
    }
}
