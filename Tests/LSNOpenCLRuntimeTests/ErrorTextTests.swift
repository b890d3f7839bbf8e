import LSNCOpenCL
import Testing

@testable import LSNOpenCLRuntime

@Suite struct ErrorTextTests {
    @Test(
        arguments: [
            (
                .noPlatform(codeName: "CL_PLATFORM_NOT_FOUND_KHR", drivers: ["a.icd names b", "c.icd names d"]),
                "no OpenCL platform found (clGetPlatformIDs: CL_PLATFORM_NOT_FOUND_KHR; a.icd names b; c.icd names d): install "
                    + "one (pocl-opencl-icd for the CPU, or the GPU vendor's driver with its .icd file in /etc/OpenCL/vendors) "
                    + "and the libraries that it needs, or use --device reference"
            ),
            (
                .noDevice(platforms: ["platform 0 (x)", "platform 1 (y)"]),
                "no OpenCL device found on platform 0 (x), platform 1 (y): check the driver (clinfo lists what it sees), "
                    + "install pocl-opencl-icd for the CPU, or use --device reference"
            ),
            (
                .noSuchDevice(asked: "opencl:3:0", known: ["opencl:0:0 (A)", "opencl:1:0 (B)"]),
                "no OpenCL device is named 'opencl:3:0'; there are opencl:0:0 (A), opencl:1:0 (B)"
            ),
            (
                .unusableDevice(device: "A", problem: "its driver has no compiler for OpenCL C"),
                "A cannot be used: its driver has no compiler for OpenCL C; choose another of `lsn devices`, or use "
                    + "--device reference"
            ),
            (
                .call(name: "clFinish", codeName: "CL_INVALID_VALUE", detail: "to wait for A"),
                "clFinish failed with CL_INVALID_VALUE when asked to wait for A"
            ),
            (
                .call(name: "clFinish", codeName: "CL_OUT_OF_RESOURCES", detail: "to wait for A"),
                "clFinish failed with CL_OUT_OF_RESOURCES when asked to wait for A: a kernel wanted more registers or local "
                    + "memory than there are, wrote out of bounds, or memory ran out; try a smaller --batch-size, and "
                    + "`lsn check` on this device"
            ),
            (
                .build(
                    file: "Kernels/a.cl",
                    options: ["-DX=1", "-DY=2"],
                    device: "A",
                    log: "Kernels/a.cl:1:2: error: e"
                ),
                "Kernels/a.cl:1:2: error: e\nbuilding Kernels/a.cl for A failed; options: -DX=1 -DY=2"
            ),
            (
                .outOfMemory(requestedBytes: 100, limitBytes: 50, device: "A"),
                "A has no room for 100 bytes (its limit is 50): use a smaller --batch-size, --width or --timesteps, or a "
                    + "device with more memory"
            ),
            (.source(location: "Kernels/a.cl:3", problem: "p"), "Kernels/a.cl:3: p"),
            (.launch(kernel: "k", problem: "p"), "kernel k was not launched: p"),
            (.range(operation: "read", problem: "p"), "read: p"),
        ] as [(OpenCLError, String)]
    )
    func text(error: OpenCLError, expected: String) {
        #expect(error.description == expected)
    }

    @Test(
        arguments: [
            (CL_SUCCESS, "CL_SUCCESS"), (CL_BUILD_PROGRAM_FAILURE, "CL_BUILD_PROGRAM_FAILURE"),
            (CL_INVALID_KERNEL_ARGS, "CL_INVALID_KERNEL_ARGS"), (-1001, "CL_PLATFORM_NOT_FOUND_KHR"),
            (-4242, "the unknown code -4242"),
        ] as [(cl_int, String)]
    )
    func codesHaveNames(code: cl_int, name: String) {
        #expect(OpenCLStatus.name(code) == name)
    }

    /// Those of images, samplers and OpenGL aside: nothing here makes any.
    @Test func everyCodeOfBuffersAndKernelsHasAName() {
        let others: [cl_int] = [-9, -10, -39, -40, -41, -60, -62, -65, -68]
        for code in Array(-19...0) + Array(-68 ... -30) as [cl_int] where !others.contains(code) {
            #expect(OpenCLStatus.name(code).hasPrefix("CL_"), "\(code)")
        }
    }
}
