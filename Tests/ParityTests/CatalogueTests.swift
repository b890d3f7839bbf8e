import Parity
import ReferenceBackend
import Tensors
import Testing

/// Not a check of the reference, which is compared with itself here, but of the catalogue: every case runs, has a
/// tolerance for all that it computes, keeps away from the threshold, and expects something other than zeros.
@Test func everyCaseOfTheCatalogueIsSound() throws {
    let report = try ParityCheck.catalogue(
        ParityCatalogue.cases(),
        backend: Backend(ReferenceBackend()),
        against: Backend(ReferenceBackend())
    )
    expectPass(report)
}

@Test func theCatalogueNamesEveryCaseOnceAndHasEveryOperation() throws {
    let cases = try ParityCatalogue.cases()
    #expect(Set(cases.map(\.name)).count == cases.count)
    #expect(
        cases.allSatisfy { $0.name.hasPrefix("\($0.operation)/small/") || $0.name.hasPrefix("\($0.operation)/large/") }
    )
    // A schedule is computed on the host: nothing to compare between devices.
    let missing = Set(ParityOperations.names).subtracting(cases.map(\.operation))
    #expect(missing == ["schedule"])
    let known = try Set(ParityCatalogue.knownValues().map(\.operation) + ParityCatalogue.smoothCases.map(\.operation))
    let notChecked = Set(ParityOperations.names).subtracting(known)
    #expect(
        notChecked == [
            "normalized_lif", "sum", "prepare_images", "resize_images", "prepare_frames", "find_non_finite", "storage",
            "spike_gate", "mpd_loss", "count_spikes", "count_values", "measure_norm", "normalized_convolution",
        ],
        """
        these have hand-made tests of the reference, where normalized_convolution is two operations one after the other; \
        every other operation is checked without another device
        """
    )
}

@Test func tolerancesAreNoWiderThanTheGoldenOnes() throws {
    let golden = try GoldenFolder.load(goldenFolder)
    for item in try ParityCatalogue.cases() {
        for other in golden where try isLike(other, item) {
            for tensor in other.expected ?? [] {
                let limit = try #require(other.tolerance.limit(for: tensor.name))
                guard let ours = item.tolerance.limit(for: tensor.name) else { continue }
                #expect(ours <= limit, "\(item.name): \(tensor.name)")
            }
        }
        #expect(!item.tolerance.reason.isEmpty && !item.tolerance.limits.isEmpty)
    }
}

/// Whether two cases are of one operation; of blocks, of one kind, as some give spikes and others real values.
private func isLike(_ golden: ParityCase, _ item: ParityCase) throws -> Bool {
    guard golden.operation == item.operation else { return false }
    guard item.operation == "block" else { return true }
    let (theirs, ours) = (try golden.data().attributes, try item.data().attributes)
    return theirs["family"] == ours["family"] && theirs["order"] == ours["order"]
}

@Test func theSameCaseDrawsTheSameNumbers() throws {
    let item = try #require(try ParityCatalogue.cases(filter: "lsn-basic-s2").first)
    #expect(try item.data().tensors == item.data().tensors)
    #expect(try item.data().tensors != item.data(attempt: 1).tensors)
}

@Test func benchmarksRunAndCountTheirWork() throws {
    let all = try ParityCatalogue.benchmarks()
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
    #expect(throws: ParityError.self) { try ParityCatalogue.benchmarks(filter: "nothing like this") }
}
