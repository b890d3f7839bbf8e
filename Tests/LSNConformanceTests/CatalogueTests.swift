import LSNConformance
import LSNReferenceBackend
import LSNTensors
import Testing

/// Not a check of the reference, which is compared with itself here, but of the catalogue: every case runs, has a
/// tolerance for all that it computes, keeps away from the threshold, and expects something other than zeros.
@Test func everyCaseOfTheCatalogueIsSound() throws {
    let report = try ConformanceCheck.catalogue(
        ConformanceCatalogue.cases(),
        backend: Backend(ReferenceBackend()),
        against: Backend(ReferenceBackend())
    )
    expectPass(report)
}

@Test func theCatalogueNamesEveryCaseOnceAndHasEveryOperation() throws {
    let cases = try ConformanceCatalogue.cases()
    #expect(Set(cases.map(\.name)).count == cases.count)
    #expect(
        cases.allSatisfy { $0.name.hasPrefix("\($0.operation)/small/") || $0.name.hasPrefix("\($0.operation)/large/") }
    )
    // A schedule is computed on the host: nothing to compare between devices.
    let missing = Set(ConformanceOperations.names).subtracting(cases.map(\.operation))
    #expect(missing == ["schedule"])
    let known = try Set(
        ConformanceCatalogue.knownValues().map(\.operation) + ConformanceCatalogue.smoothCases.map(\.operation)
    )
    let notChecked = Set(ConformanceOperations.names).subtracting(known)
    #expect(
        notChecked == [
            "normalized_lif", "sum", "prepare_images", "resize_images", "prepare_frames", "find_non_finite", "storage",
            "spike_gate", "mpd_loss", "count_spikes", "count_values", "measure_norm", "normalized_convolution",
            "micro_batch_sum",
        ],
        """
        these have hand-made tests of the reference, where normalized_convolution is two operations one after the other, or, as \
        micro_batch_sum, check themselves; every other operation is checked without another device
        """
    )
}

@Test func tolerancesAreNoWiderThanTheGoldenOnes() throws {
    let golden = try GoldenFolder.load(goldenFolder)
    for item in try ConformanceCatalogue.cases() {
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
private func isLike(_ golden: ConformanceCase, _ item: ConformanceCase) throws -> Bool {
    guard golden.operation == item.operation else { return false }
    guard item.operation == "block" else { return true }
    let (theirs, ours) = (try golden.data().attributes, try item.data().attributes)
    return theirs["family"] == ours["family"] && theirs["order"] == ours["order"]
}

@Test func theSameCaseDrawsTheSameNumbers() throws {
    let item = try #require(try ConformanceCatalogue.cases(filter: "lsn-basic-s2").first)
    #expect(try item.data().tensors == item.data().tensors)
    #expect(try item.data().tensors != item.data(attempt: 1).tensors)
}
