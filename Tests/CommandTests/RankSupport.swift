import Foundation
import Testing

/// Whether there are mpirun and mpicc. Without them these tests are skipped, unless LSN_REQUIRE_MPI is 1: then they run and fail.
let hasMPI: Bool = {
    if ProcessInfo.processInfo.environment["LSN_REQUIRE_MPI"] == "1" { return true }
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return ["mpirun", "mpicc"].allSatisfy { name in
        folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(name)") }
    }
}()

/// The library of ranks, made once for all tests of what the program prints.
private let library: Result<String, any Error> = Result {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lsn-mpi-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    atexit { if let file = try? library.get() { try? FileManager.default.removeItem(atPath: file + "/..") } }
    let place = try Workplace()
    let source = try place.lsn("mpi", "source")
    try #require(source.code == 0, "\(source.errors)")
    let file = folder + "/liblsn-mpi.so"
    try source.output.write(toFile: folder + "/lsn-mpi.c", atomically: false, encoding: .utf8)
    let compiled = try place.start(
        URL(fileURLWithPath: "/usr/bin/env"),
        ["mpicc", "-O2", "-shared", "-fPIC", "-o", file, folder + "/lsn-mpi.c"]
    ).result()
    try #require(compiled.code == 0, "\(compiled.errors)")
    return file
}

extension Workplace {
    /// Starts ranks: `mpirun -n count lsn arguments`, or several programs with options of their own.
    func startRanks(
        _ programs: [(count: Int, arguments: [String])],
        environment: [String: String] = [:]
    ) throws -> RunningCommand {
        var arguments = ["mpirun", "--oversubscribe", "--bind-to", "none"]
        for (index, part) in programs.enumerated() {
            if index > 0 { arguments.append(":") }
            arguments += ["-n", "\(part.count)", program.path] + part.arguments
        }
        let own = [
            "LSN_MPI_LIBRARY": try library.get(), "OMPI_ALLOW_RUN_AS_ROOT": "1",
            "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",  // Seconds after which mpirun ends all: no fault hangs the tests.
            "MPIEXEC_TIMEOUT": "240",
        ]
        return try start(
            URL(fileURLWithPath: "/usr/bin/env"),
            arguments,
            environment: own.merging(environment) { $1 }
        )
    }

    /// Gives ranks the kernels that one process has compiled: each has a folder of its own, and compiling takes longer than all
    /// that these tests run.
    func shareKernels(ranks: Int) throws {
        let folder = try caches.get() + "/pocl"
        for rank in 1..<ranks {
            let own = "\(folder)/process-\(rank)"
            try FileManager.default.createDirectory(atPath: own, withIntermediateDirectories: true)
            // Files that another test is about to write may be gone again; what is lacking is compiled.
            let copy = "find . -mindepth 1 -maxdepth 1 ! -name 'process-*' -exec cp -R -n -t \"$0\" {} + ; true"
            let copied = try start(
                URL(fileURLWithPath: "/bin/bash"),
                ["-c", "cd \"$1\" && \(copy)", own, folder]
            ).result()
            #expect(copied.code == 0, "\(copied.errors)")
        }
    }

    /// Runs ranks.
    func ranks(_ count: Int, _ arguments: [String], environment: [String: String] = [:]) throws -> CommandResult {
        try startRanks([(count, arguments)], environment: environment).result()
    }
}

/// What is the same in two runs whatever the number of their ranks: both checkpoints and every line, times aside.
func expectSameRun(_ place: Workplace, _ first: String, _ second: String, _ comment: String) throws {
    func lines(_ file: String) throws -> [String] {
        try place.read(file).split(separator: "\n").map { line in
            let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            return try text(object.filter { !$0.key.contains("seconds") && $0.key != "images_per_second" })
        }
    }
    for name in ["metrics.jsonl", "blocks.jsonl"] {
        let expected = try lines("\(first)/\(name)")
        #expect(!expected.isEmpty)
        #expect(try lines("\(second)/\(name)") == expected, "\(name): \(comment)")
    }
    for name in ["checkpoint-last.safetensors", "checkpoint-best.safetensors"] {
        let expected = try place.tensors("\(first)/\(name)")
        #expect(!expected.isEmpty)
        #expect(try place.tensors("\(second)/\(name)") == expected, "\(name): \(comment)")
    }
}

/// JSON with its keys in order.
func text(_ object: Any) throws -> String {
    String(decoding: try JSONSerialization.data(withJSONObject: object, options: .sortedKeys), as: UTF8.self)
}
