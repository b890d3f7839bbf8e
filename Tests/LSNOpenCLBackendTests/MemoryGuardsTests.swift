import LSNOpenCLRuntime
import LSNTensors
import Testing

@testable import LSNOpenCLBackend

/// Writes one word at `place`, wherever that is.
private let trespasser = """
    __kernel void trespass(__global uint *words, int place)
    {
        words[place] = 1u;
    }
    """

@Suite(.enabled(if: TestDevice.isUsed))
struct MemoryGuardsTests {
    private func backend() throws -> OpenCLBackend {
        let device = try #require(try OpenCL.devices().first)
        let sources = KernelSourceTree(files: ["trespass.cl": trespasser], origin: "a test")
        let queue = try ComputeQueue(device: device, sources: sources, cache: nil, profiling: false)
        return try OpenCLBackend(queue: queue, guardsMemory: true)
    }

    @Test(arguments: [(0, 0), (99, 0), (100, 1), (-1, 1), (105, 1)])
    func aWriteBesideAStorageIsFound(place: Int, damaged: Int) throws {
        let kernels = try backend()
        let backend = Backend(kernels)
        let storage = try backend.allocate(words: 100)
        let neighbour = try backend.allocate(words: 100)
        try backend.fill(neighbour, with: 5, count: 100)
        try kernels.run(
            "trespass",
            "trespass.cl",
            arguments: [.storage(storage), .int(place)],
            global: [1]
        )
        #expect(try kernels.damagedStorages().count == damaged)
        // What was looked at is forgotten, and the storages are still of use.
        #expect(try kernels.damagedStorages().isEmpty)
        #expect(try backend.read(neighbour, count: 100) == [UInt32](repeating: 5, count: 100))
    }

    @Test func aBackendWithoutGuardsFindsNothing() throws {
        let kernels = try TestDevice.kernels()
        let backend = Backend(kernels)
        _ = try backend.zeros(words: 10)
        #expect(try kernels.damagedStorages().isEmpty)
    }
}
