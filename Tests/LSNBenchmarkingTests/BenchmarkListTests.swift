import LSNBenchmarking
import LSNReferenceBackend
import LSNTensors
import Testing

@Test func benchmarksRunAndCountTheirWork() throws {
    let all = try BenchmarkList.cases()
    #expect(Set(all.map(\.name)).count == all.count)
    #expect(all.allSatisfy { $0.bytes > 0 && $0.floatingPointOperations >= 0 })
    // 3×3, 8 to 8 channels: 2·9·8 operations for each of 200·28·28·8 outputs; spikes in words, real values out.
    let forward = try #require(all.first { $0.name == "lsn19-8/convolution-forward/3x3-s1-p1-8to8-200x28x28-spike" })
    let operations = 144 * 200 * 784 * 8
    #expect(forward.floatingPointOperations == Double(operations))
    let words = 200 * 784 + 9 * 8 * 8 + 200 * 784 * 8
    #expect(forward.bytes == Double(4 * words))
    // One of each operation, at the smallest size there is.
    var seen: Set<String> = []
    for benchmark in all.sorted(by: { $0.bytes < $1.bytes }) where seen.insert(benchmark.operation).inserted {
        let call = try benchmark.prepare(on: Backend(ReferenceBackend()))
        try call.reset()
        try call.run()
    }
    #expect(seen.count == 15)
    #expect(throws: BenchmarkError.self) { try BenchmarkList.cases(filter: "nothing like this") }
}
