import Parity
import ReferenceBackend
import Tensors
import Testing

/// Not a check of the reference, which is compared with itself here, but of the catalogue: every case runs, has a
/// tolerance for all that it computes, keeps away from the threshold, and expects something other than zeros.
@Test func everyCaseOfTheCatalogueIsSound() throws {
    let clock = ContinuousClock()
    var last = clock.now
    let report = try ParityCheck.catalogue(
        ParityCatalogue.cases(),
        backend: ReferenceBackend(),
        against: ReferenceBackend()
    ) { e, _, _ in
        let d = last.duration(to: clock.now); last = clock.now
        if d > .milliseconds(300) { print("SLOW", e.name, d) }
        if let m = e.margin, m < 1e-4 { print("MARGIN", e.name, m, d) }
    }
    expectPass(report)
}
