import Foundation
import LSNTestSupport
import Synchronization
import Testing

@testable import LSNOpenCLRuntime

@Suite(.needsDevice) struct BuildsAheadTests {
    private static let source = "kernel void put(global int *x) { x[get_global_id(0)] = VALUE; }"
    private static let specifications = (0..<7).map {
        ProgramSpecification(file: "put.cl", options: ["-DVALUE=\($0)"])
    }

    /// What progress was told.
    private final class Told: Sendable {
        private let counts = Mutex<[Int]>([])

        var sorted: [Int] { counts.withLock { $0.sorted() } }

        func add(_ done: Int, _ total: Int) {
            counts.withLock { $0.append(total == specifications.count ? done : -1) }
        }

        /// Waits until all programs were gone through.
        func wait() {
            while counts.withLock({ $0.max() ?? 0 }) < specifications.count { Thread.sleep(forTimeInterval: 0.01) }
        }
    }

    private let told = Told()
    private let work: BuildsAhead

    init() {
        work = BuildsAhead(Self.specifications, told.add)
    }

    /// Runs every kernel: the results tell that each is the one asked for.
    private func runAll(on queue: ComputeQueue) throws {
        let x = try queue.allocate(bytes: 4)
        for (value, program) in Self.specifications.enumerated() {
            let kernel = try queue.kernel("put", file: program.file, options: program.options)
            try queue.launch(kernel, [.buffer(x)], global: [1], local: nil)
            var result: [Int32] = [-1]
            try queue.read(x, into: &result)
            #expect(result == [Int32(value)])
        }
    }

    @Test func threadsBuildEachProgramOnce() throws {
        let queue = try TestDevice.queue(["put.cl": Self.source])
        queue.build(work, threads: 3)
        #expect(told.sorted == Array(1...7))
        #expect(queue.buildStatistics == BuildStatistics(compiled: 7))
        try runAll(on: queue)
        #expect(queue.buildStatistics == BuildStatistics(compiled: 7))
    }

    @Test func aProgramThatCannotBeBuiltIsLeftToWhoAsks() throws {
        let queue = try TestDevice.queue(["put.cl": "kernel void put(global int *x) { x[0] = nothing; }"])
        queue.build(work, threads: 2)
        #expect(told.sorted == Array(1...7))
        #expect(throws: OpenCLError.self) { try queue.kernel("put", file: "put.cl", options: ["-DVALUE=0"]) }
    }

    /// A builder that answers each request and builds nothing: the queue asks it, and builds itself.
    @Test func buildersAreAskedForEachProgramAndTheirWordIsNotTaken() throws {
        let folder = try TemporaryFolder()
        let requests = folder.file("requests")
        let builder = BuilderCommand(
            executable: "/bin/sh",
            arguments: ["-c", "while read -r line; do printf '%s\\n' \"$line\" >> '\(requests)'; echo; done"]
        )
        let queue = try TestDevice.queue(["put.cl": Self.source])
        queue.startBuilders(of: work, by: builder, count: 1)
        told.wait()
        #expect(told.sorted == Array(1...7))
        #expect(queue.buildStatistics == BuildStatistics())
        let lines = try String(contentsOfFile: requests, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 7)
        for (value, line) in lines.enumerated() {
            let request = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            #expect((request["source"] as? String)?.contains(Self.source) == true)
            #expect((request["options"] as? [String])?.contains("-DVALUE=\(value)") == true)
        }
        try runAll(on: queue)
        #expect(queue.buildStatistics == BuildStatistics(compiled: 7))
    }

    @Test(arguments: ["/bin/false", "/nowhere/builder"])
    func aBuilderThatIsNotThereCostsNothing(_ executable: String) throws {
        let queue = try TestDevice.queue(["put.cl": Self.source])
        queue.startBuilders(of: work, by: BuilderCommand(executable: executable, arguments: []), count: 2)
        try runAll(on: queue)
        #expect(queue.buildStatistics == BuildStatistics(compiled: 7))
    }
}
