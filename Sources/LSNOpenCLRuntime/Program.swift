import LSNCOpenCL

/// A program built for one device.
final class Program: Sendable {
    let file: String
    let options: [String]
    /// The file as build logs show it.
    let location: String
    let handle: ProgramHandle

    /// Options of every program. OpenCL C 1.2 is what every vendor offers; argument information lets a launch name the
    /// argument that is wrong. There is no option that relaxes arithmetic.
    ///
    /// - Parameter warns: whether the compiler may warn. PoCL writes how many warnings there were to standard error, which
    ///   belongs to the program, and there are some wherever vectors are wider than a CPU's registers.
    static func standardOptions(for device: DeviceInfo, warns: Bool) -> [String] {
        var options = ["-cl-std=CL1.2", "-cl-kernel-arg-info"]
        if !warns { options.append("-w") }
        // IEEE division and square root; without it OpenCL allows errors of 2.5 and 3 units in the last place.
        if device.roundsDivisionCorrectly { options.append("-cl-fp32-correctly-rounded-divide-sqrt") }
        return options
    }

    /// Goes before every source: a·b + c is two rounded operations on every device, and one only where fma() says so.
    static let preamble = ["#pragma OPENCL FP_CONTRACT OFF"]

    private init(_ handle: consuming ProgramHandle, _ recipe: ProgramRecipe) {
        self.handle = handle
        file = recipe.file
        options = recipe.options
        location = recipe.location
    }

    /// Compiles a program.
    ///
    /// - Parameter warned: told what the compiler said of a program that it built, where it said anything.
    static func compile(
        _ recipe: ProgramRecipe,
        context: DeviceContext,
        warned: (@Sendable (String) -> Void)?
    ) throws(OpenCLError) -> Program {
        var code: cl_int = 0
        let created = create(recipe.source.text, context: context, &code)
        try OpenCLStatus.check(code, "clCreateProgramWithSource", "for \(recipe.location)")
        guard let handle = created else {
            throw .call(name: "clCreateProgramWithSource", codeName: "no program", detail: "for \(recipe.location)")
        }
        let built = build(handle, recipe.allOptions, context: context)
        guard built == CL_SUCCESS else {
            // A driver in need may have no log either.
            let log = (try? log(of: handle, recipe, context: context)) ?? ""
            if log.isEmpty {
                let options = recipe.allOptions.joined(separator: " ")
                try OpenCLStatus.check(built, "clBuildProgram", "for \(recipe.location) with \(options)")
            }
            throw .build(
                file: recipe.location,
                options: recipe.allOptions,
                device: context.device.name,
                log: log
            )
        }
        if let warned {
            let log = try log(of: handle, recipe, context: context)
            if !log.isEmpty { warned(log) }
        }
        return Program(handle, recipe)
    }

    /// Builds a program for the sake of what the driver keeps of it.
    static func build(_ source: String, options: [String], context: DeviceContext) {
        var code: cl_int = 0
        guard let handle = create(source, context: context, &code) else { return }
        _ = build(handle, options, context: context)
    }

    private static func create(_ source: String, context: DeviceContext, _ code: inout cl_int) -> ProgramHandle? {
        let created = unsafe source.withCString { text in
            var text: UnsafePointer<CChar>? = unsafe text
            return unsafe clCreateProgramWithSource(context.handle.pointer, 1, &text, nil, &code)
        }
        guard let pointer = unsafe created else { return nil }
        return unsafe ProgramHandle(pointer: pointer)
    }

    /// What the compiler said of a program; empty where it said nothing.
    private static func log(
        of handle: borrowing ProgramHandle,
        _ recipe: ProgramRecipe,
        context: DeviceContext
    ) throws(OpenCLError) -> String {
        let pointer = unsafe handle.pointer
        let log = try unsafe queryString("clGetProgramBuildInfo") {
            unsafe clGetProgramBuildInfo(
                pointer,
                context.device.handle.device,
                cl_program_build_info(CL_PROGRAM_BUILD_LOG),
                $0,
                $1,
                $2
            )
        }
        return BuildLog.normalized(log, places: recipe.source.places)
    }

    /// Takes a program as `binary()` gave it; `nil` where the driver does not want it.
    static func load(_ binary: [UInt8], _ recipe: ProgramRecipe, context: DeviceContext) -> Program? {
        var code: cl_int = 0
        var status: cl_int = 0
        var device: cl_device_id? = unsafe context.device.handle.device
        let created = unsafe binary.withUnsafeBufferPointer { bytes in
            var length = bytes.count
            var start = bytes.baseAddress
            return unsafe clCreateProgramWithBinary(
                context.handle.pointer,
                1,
                &device,
                &length,
                &start,
                &status,
                &code
            )
        }
        guard let pointer = unsafe created else { return nil }
        let handle = unsafe ProgramHandle(pointer: pointer)
        guard code == CL_SUCCESS, status == CL_SUCCESS, build(handle, recipe.allOptions, context: context) == CL_SUCCESS
        else {
            return nil
        }
        return Program(handle, recipe)
    }

    /// The compiled program; `nil` where the driver does not give it away.
    func binary() -> [UInt8]? {
        let length = try? unsafe queryValue(0, "clGetProgramInfo") {
            unsafe clGetProgramInfo(handle.pointer, cl_program_info(CL_PROGRAM_BINARY_SIZES), $0, $1, $2)
        }
        guard let length, length > 0 else { return nil }
        var bytes = [UInt8](repeating: 0, count: length)
        let code = unsafe bytes.withUnsafeMutableBufferPointer { bytes in
            var start = bytes.baseAddress
            let size = unsafe MemoryLayout.size(ofValue: start)
            return unsafe clGetProgramInfo(handle.pointer, cl_program_info(CL_PROGRAM_BINARIES), size, &start, nil)
        }
        return code == CL_SUCCESS ? bytes : nil
    }

    private static func build(
        _ handle: borrowing ProgramHandle,
        _ options: [String],
        context: DeviceContext
    ) -> cl_int {
        var device: cl_device_id? = unsafe context.device.handle.device
        let options = options.joined(separator: " ")
        return unsafe clBuildProgram(handle.pointer, 1, &device, options, nil, nil)
    }
}

/// What a program is built from.
struct ProgramRecipe {
    /// The text, with everything included.
    let source: ResolvedSource
    /// The file in the source tree.
    let file: String
    /// The file as build logs show it.
    let location: String
    /// The options that were asked for.
    let options: [String]
    /// Those and the runtime's own.
    let allOptions: [String]
}
