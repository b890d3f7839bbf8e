import LSNReferenceBackend
import LSNTensors
import Testing

@testable import LSNConformance

/// Devices ask for other alignments of slices than the reference does (NVIDIA's and Mesa's for 128 words): what is compared
/// does not depend on them.
@Test(arguments: [32, 128, 1024])
func casesOfStorageDoNotDependOnTheAlignmentOfSlices(alignment: Int) throws {
    let reference = Backend(ReferenceBackend())
    var kernels = KernelFamilies(ReferenceBackend())
    kernels.device = AlignedDevice(sliceAlignment: alignment)
    let report = ConformanceCheck.catalogue(
        try ConformanceCatalogue.cases(filter: "storage/"),
        backend: Backend(kernels),
        against: reference,
        isExact: true
    )
    expectPass(report)
    #expect(report.exactResults.count == 12)
}

/// Between parameters there are as many words as the alignment asks for, of which none counts in a norm.
@Test(arguments: [32, 128, 1024])
func theNormOfGradientsDoesNotDependOnTheAlignmentOfSlices(alignment: Int) throws {
    var kernels = KernelFamilies(ReferenceBackend())
    kernels.device = AlignedDevice(sliceAlignment: alignment)
    let report = ConformanceCheck.catalogue(
        try ConformanceCatalogue.cases(filter: "clip_norm/small"),
        backend: Backend(kernels),
        against: Backend(ReferenceBackend()),
        isExact: true
    )
    expectPass(report)
    #expect(report.exactResults.count == 36 && report.exactResults.equal == 36)
}

/// The reference's memory, with another alignment.
private struct AlignedDevice: BackendDevice {
    let device = ReferenceBackend()
    let sliceAlignment: Int

    init(sliceAlignment: Int) {
        self.sliceAlignment = sliceAlignment
    }

    var deviceName: String { device.deviceName }
    func owns(_ storage: any Storage) -> Bool { device.owns(storage) }
    func allocate(words: Int) throws(BackendError) -> any Storage { try device.allocate(words: words) }
    func fill(_ storage: any Storage, with value: UInt32, count: Int) throws(BackendError) {
        try device.fill(storage, with: value, count: count)
    }
    func slice(_ storage: any Storage, offset: Int, count: Int) throws(BackendError) -> any Storage {
        try device.slice(storage, offset: offset, count: count)
    }
    func write(_ words: [UInt32], to storage: any Storage) throws(BackendError) {
        try device.write(words, to: storage)
    }
    func read(_ storage: any Storage, count: Int) throws(BackendError) -> [UInt32] {
        try device.read(storage, count: count)
    }
    func synchronize() throws(BackendError) { try device.synchronize() }
}
