import Foundation
import LSNFileFormats
import Testing

/// The built program, beside the tests.
let program = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appendingPathComponent("lsn")

/// Whether there is an OpenCL device. Without any these tests are skipped, unless LSN_REQUIRE_OPENCL is 1: then they run
/// and fail.
let hasOpenCL: Bool = {
    if ProcessInfo.processInfo.environment["LSN_REQUIRE_OPENCL"] == "1" { return true }
    guard let place = try? Workplace(), let result = try? place.lsn("devices", "--json") else { return false }
    return result.output.contains("\"opencl:")
}()

/// Where the commands of these tests keep what they compile: a folder that starts empty, so that what passes does not depend
/// on what ran before, and that is gone with the tests.
///
/// A file stands in the place of `lsn`'s own programs, so that it files none: PoCL compiles every kernel of a program once more
/// when it is asked for its binary, which takes as long as most of these commands, and PoCL's cache has the kernels for all of
/// them. (Commands with a cache folder of their own file theirs.)
let caches: Result<String, any Error> = Result {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lsn-caches-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data().write(to: URL(fileURLWithPath: folder + "/programs"))
    atexit { if let folder = try? caches.get() { try? FileManager.default.removeItem(atPath: folder) } }
    return folder
}

/// What a command did.
struct CommandResult {
    let code: Int32
    let output: String
    let errors: String

    /// Standard output as JSON.
    func json() throws -> Any {
        try JSONSerialization.jsonObject(with: Data(output.utf8), options: .fragmentsAllowed)
    }
}

/// A folder that is gone with the test; commands run in it.
final class Workplace: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("lsn-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { path + "/" + name }

    func write(_ text: String, to name: String) throws {
        try text.write(toFile: file(name), atomically: false, encoding: .utf8)
    }

    func read(_ name: String) throws -> String {
        try String(contentsOfFile: file(name), encoding: .utf8)
    }

    /// Values of a JSON file by their path in it, e.g. `network.stages[1].width`.
    func leaves(_ name: String) throws -> [String: String] {
        try JSONDecoder().decode(JSONValue.self, from: Data(read(name).utf8)).leaves
    }

    /// All tensors of a checkpoint.
    func tensors(_ name: String) throws -> [String: [UInt8]] {
        let checkpoint = try Safetensors.read(file(name))
        return Dictionary(
            uniqueKeysWithValues: checkpoint.names.compactMap { name in checkpoint[name].map { (name, $0.bytes) } }
        )
    }

    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: file(name)) }

    /// Starts a program with its output in files, which never fill up as pipes do.
    func start(_ executable: URL, _ arguments: [String], environment: [String: String] = [:]) throws -> RunningCommand {
        let name = UUID().uuidString
        let output = URL(fileURLWithPath: file("\(name).out"))
        let errors = URL(fileURLWithPath: file("\(name).err"))
        for url in [output, errors] {
            try Data().write(to: url)
        }
        let process = Process()
        process.executableURL = executable
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: path)
        let caches = try caches.get()
        let own = ["LSN_CACHE_DIR": caches, "POCL_CACHE_DIR": caches + "/pocl"]
        process.environment = ProcessInfo.processInfo.environment.merging(own) { $1 }.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: errors)
        try process.run()
        return RunningCommand(process: process, output: output, errors: errors)
    }

    /// Runs `lsn`.
    func lsn(_ arguments: String..., environment: [String: String] = [:]) throws -> CommandResult {
        try lsn(arguments, environment: environment)
    }

    /// Runs `lsn`.
    func lsn(_ arguments: [String], environment: [String: String] = [:]) throws -> CommandResult {
        try start(program, arguments, environment: environment).result()
    }
}

/// A command that has been started.
struct RunningCommand {
    let process: Process
    let output: URL
    let errors: URL

    /// Waits for its end.
    func result() throws -> CommandResult {
        process.waitUntilExit()
        return CommandResult(
            code: process.terminationStatus,
            output: try String(contentsOf: output, encoding: .utf8),
            errors: try String(contentsOf: errors, encoding: .utf8)
        )
    }

    /// Waits until `condition` holds or the process ends.
    func wait(until condition: () -> Bool) {
        while process.isRunning, !condition() {
            Thread.sleep(forTimeInterval: 0.01)
        }
    }
}

/// The smallest real training: two epochs of four steps on the reference backend.
let tinyTraining = [
    "train", "--device", "reference", "--width", "0.01", "--timesteps", "1", "--limit-train", "40", "--limit-test",
    "20", "--batch-size", "10", "--epochs", "2",
]

/// Lines of a run's metrics, times left out.
func metrics(_ path: String) throws -> [[String: Double]] {
    let text = try String(contentsOfFile: path + "/metrics.jsonl", encoding: .utf8)
    return try text.split(separator: "\n").map { line in
        let record = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Double]
        var values = try #require(record)
        for key in ["seconds", "evaluation_seconds", "images_per_second"] {
            #expect(values.removeValue(forKey: key) != nil)
        }
        return values
    }
}
