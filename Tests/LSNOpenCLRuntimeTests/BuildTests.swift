import Synchronization
import Testing

@testable import LSNOpenCLRuntime

@Suite(.needsDevice) struct BuildTests {
    private static let good = "kernel void good(global int *x) { x[get_global_id(0)] = VALUE; }"

    @Test func errorNamesFileAndLine() throws {
        let queue = try TestDevice.queue([
            "neuron/bad.cl": "// a comment\n\nkernel void bad(global int *x) {\n  x[0] = undeclared;\n}\n"
        ])
        let error = #expect(throws: OpenCLError.self) {
            try queue.kernel("bad", file: "neuron/bad.cl", options: ["-DA=1"])
        }
        let text = try #require(error).description
        #expect(text.hasPrefix("Kernels/neuron/bad.cl:4:"))
        #expect(text.contains("error: use of undeclared identifier 'undeclared'"))
        #expect(text.contains("-DA=1"))
        #expect(text.contains(queue.device.name))
        guard case .build(file: "Kernels/neuron/bad.cl", _, _, _) = error else {
            Issue.record("not a build error: \(text)")
            return
        }
    }

    @Test func errorInAnIncludedFileNamesThatFile() throws {
        let queue = try TestDevice.queue([
            "main.cl": "#include \"common/bad.cl\"\nkernel void main_kernel(global int *x) { x[0] = f(); }\n",
            "common/bad.cl": "\n\nint f() {\n  return gone;\n}\n",
        ])
        let error = #expect(throws: OpenCLError.self) { try queue.kernel("main_kernel", file: "main.cl", options: []) }
        #expect(try #require(error).description.hasPrefix("Kernels/common/bad.cl:4:"))
    }

    @Test func errorAfterAnIncludeNamesTheRightLine() throws {
        let queue = try TestDevice.queue([
            "main.cl": "#include \"x.cl\"\n\nkernel void main_kernel(global int *x) { x[0] = gone; }\n",
            "x.cl": "\n\n\n\nint f() { return 1; }\n",
        ])
        let error = #expect(throws: OpenCLError.self) { try queue.kernel("main_kernel", file: "main.cl", options: []) }
        #expect(try #require(error).description.hasPrefix("Kernels/main.cl:3:"))
    }

    @Test func failedBuildDoesNotSpoilTheNext() throws {
        let queue = try TestDevice.queue(["good.cl": Self.good])
        #expect(throws: OpenCLError.self) { try queue.kernel("good", file: "good.cl", options: []) }
        #expect(throws: OpenCLError.self) { try queue.kernel("good", file: "good.cl", options: []) }
        _ = try queue.kernel("good", file: "good.cl", options: ["-DVALUE=1"])
        #expect(queue.buildStatistics == BuildStatistics(compiled: 1))
    }

    @Test func missingKernelIsNamed() throws {
        let queue = try TestDevice.queue(["good.cl": Self.good])
        let error = #expect(throws: OpenCLError.self) {
            try queue.kernel("better", file: "good.cl", options: ["-DVALUE=1"])
        }
        #expect(error?.description == "Kernels/good.cl: the file has no kernel named better")
    }

    /// PoCL counts warnings on standard error, which is the program's; a failed build still has its whole log.
    @Test func theCompilerDoesNotWarnUnlessItIsAsked() throws {
        let files = ["warned.cl": "#warning look here\n" + Self.good]
        let queue = try TestDevice.queue(files)
        let silent = Program.standardOptions(for: queue.device, warns: false)
        #expect(silent.contains("-w"))
        _ = try queue.kernel("good", file: "warned.cl", options: ["-DVALUE=1"])
        #expect(throws: OpenCLError.self) { try queue.kernel("good", file: "warned.cl", options: []) }
        let warnings = Mutex<[String]>([])
        let asked = try ComputeQueue(
            device: queue.device,
            sources: KernelSourceTree(files: files, origin: "Kernels"),
            cache: nil,
            profiling: false,
            warned: { text in warnings.withLock { $0.append(text) } }
        )
        _ = try asked.kernel("good", file: "warned.cl", options: ["-DVALUE=2"])
        let said = warnings.withLock { $0 }
        #expect(said.count == 1)
        #expect(said.first?.hasPrefix("Kernels/warned.cl:1:") == true, "\(said)")
        #expect(said.first?.contains("look here") == true)
    }

    @Test func programsAndKernelsAreBuiltOnce() throws {
        let queue = try TestDevice.queue(["two.cl": Self.good + "kernel void other(global int *x) { x[0] = 2; }"])
        let first = try queue.kernel("good", file: "two.cl", options: ["-DVALUE=1"])
        let again = try queue.kernel("good", file: "two.cl", options: ["-DVALUE=1"])
        let other = try queue.kernel("other", file: "two.cl", options: ["-DVALUE=1"])
        #expect(first === again)
        #expect(first !== other)
        #expect(queue.buildStatistics.compiled == 1)
        let special = try queue.kernel("good", file: "two.cl", options: ["-DVALUE=2"])
        #expect(special !== first)
        #expect(queue.buildStatistics.compiled == 2)
        #expect(special.options == ["-DVALUE=2"])
        #expect(special.file == "two.cl" && special.name == "good")
    }

    @Test func tasksThatAskAtOnceShareOneBuild() async throws {
        let queue = try TestDevice.queue(["good.cl": Self.good])
        let kernels = try await withThrowingTaskGroup(of: Kernel.self) { group in
            for index in 0..<16 {
                group.addTask { try queue.kernel("good", file: "good.cl", options: ["-DVALUE=\(index % 2)"]) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(queue.buildStatistics.compiled == 2)
        #expect(Set(kernels.map { ObjectIdentifier($0) }).count == 2)
    }

    @Test func optionsReachTheCompiler() throws {
        let queue = try TestDevice.queue(["good.cl": Self.good])
        let buffer = try queue.allocate(bytes: 4)
        for value: Int32 in [7, -3] {
            let kernel = try queue.kernel("good", file: "good.cl", options: ["-DVALUE=\(value)"])
            try queue.launch(kernel, [.buffer(buffer)], global: [1], local: nil)
            var result: [Int32] = [0]
            try queue.read(buffer, into: &result)
            #expect(result == [value])
        }
    }

    /// Contraction and sloppy division would make devices differ.
    @Test func arithmeticIsIEEE() throws {
        let source = """
            kernel void compute(global const float *x, global float *y) {
                y[0] = x[0] * x[0] + x[1];
                y[1] = fma(x[0], x[0], x[1]);
                y[2] = x[2] / x[3];
                y[3] = sqrt(x[2]);
                y[4] = isnan(x[4]);
            }
            """
        let queue = try TestDevice.queue(["compute.cl": source])
        let kernel = try queue.kernel("compute", file: "compute.cl", options: [])
        let square: Float = 1 + 0x1p-12
        let input: [Float] = [square, -(1 + 0x1p-11), 5, 3, .nan]
        let x = try queue.allocate(bytes: 20)
        let y = try queue.allocate(bytes: 20)
        try queue.write(input, to: x)
        try queue.launch(kernel, [.buffer(x), .buffer(y)], global: [1], local: [1])
        var output = [Float](repeating: -1, count: 5)
        try queue.read(y, into: &output)
        // The exact square has a 25th bit, which a separate rounding drops.
        #expect(output[0] == 0)
        #expect(output[1] == 0x1p-24)
        if queue.device.roundsDivisionCorrectly {
            #expect(output[2] == Float(5) / 3)
            #expect(output[3] == Float(5).squareRoot())
        }
        #expect(output[4] == 1)
    }
}

@Suite struct BuildLogTests {
    @Test func placeComesFirstAndErrorsComeFirst() {
        let log = """
            warning: Kernels/a.cl:3:7: unused variable 'x'
            error: Kernels/a.cl:12:5: use of undeclared identifier 'y'
            1 warning generated.
            """
        #expect(
            BuildLog.normalized(log, places: []) == """
                Kernels/a.cl:12:5: error: use of undeclared identifier 'y'
                Kernels/a.cl:3:7: warning: unused variable 'x'
                1 warning generated.
                """
        )
    }

    @Test func linesOfAnErrorStayTogether() {
        let log = """
            Kernels/a.cl:1:2: warning: w
              shown
              ^
            Kernels/a.cl:5:6: error: e
              source
                 ^
            Kernels/b.cl:1:1: note: declared here
            Kernels/a.cl:7:8: warning: v
            """
        #expect(
            BuildLog.normalized(log, places: []) == """
                Kernels/a.cl:5:6: error: e
                  source
                     ^
                Kernels/b.cl:1:1: note: declared here
                Kernels/a.cl:1:2: warning: w
                  shown
                  ^
                Kernels/a.cl:7:8: warning: v
                """
        )
    }

    @Test(arguments: [
        ("", ""), ("error: no place", "error: no place"), ("error: a:b:3: x", "error: a:b:3: x"),
        (
            "error: C:/k:1/a.cl:2:3 <Spelling=<scratch space>:1:1>: m",
            "C:/k:1/a.cl:2:3: error: <Spelling=<scratch space>:1:1>: m"
        ),
        ("ptxas error   : out of registers", "ptxas error   : out of registers"),
    ])
    func otherLinesStayAsTheyAre(log: String, expected: String) {
        #expect(BuildLog.normalized(log, places: []) == expected)
    }

    /// Under a name of the compiler's own, the number is that of the whole text.
    @Test(arguments: [
        ("input.cl:3:10: error: e", "K/a.cl:7:10: error: e"), ("error: <source>:3:1: e", "K/a.cl:7:1: error: e"),
        ("1:3:1: error: e", "K/a.cl:7:1: error: e"), ("input.cl:1:10: error: e", "input.cl:1:10: error: e"),
        ("input.cl:4:10: error: e", "input.cl:4:10: error: e"), ("K/b.cl:3:1: error: e", "K/b.cl:3:1: error: e"),
        ("/usr/include/x.h:3:1: error: e", "/usr/include/x.h:3:1: error: e"), ("x.h:3:1: note: n", "x.h:3:1: note: n"),
        ("own.cl:3:1: error: e", "own.cl:3:1: error: e"),
    ])
    func linesOfTheWholeTextAreLookedUp(log: String, expected: String) {
        let places: [ResolvedSource.Place?] = [nil, .init(file: "own.cl", line: 1), .init(file: "K/a.cl", line: 7)]
        #expect(BuildLog.normalized(log, places: places) == expected)
    }
}
