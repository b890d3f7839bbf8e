import LSNReferenceBackend
import LSNTensors
import Testing

@testable import LSNConformance

/// A convolution one unit in the last place off passes every tolerance; where bits must be the same it does not.
@Test func bitsFindWhatTolerancesDoNot() throws {
    let item = try #require(ConformanceCatalogue.cases(filter: "convolution/small/3x3-s1-p1-3to5-2x9x11-spike").first)
    let reference = Backend(ReferenceBackend())
    var kernels = reference.kernels
    kernels.convolution = NudgedConvolution(base: reference)
    let nudged = Backend(kernels)
    #expect(ConformanceCheck.catalogue([item], backend: nudged, against: reference).passed)
    let report = ConformanceCheck.catalogue([item], backend: nudged, against: reference, isExact: true)
    #expect(report.failures.first?.failure == "1 of the values of output.y have other bits")
    #expect(report.exactResults == (equal: 0, count: 1))
    let same = ConformanceCheck.catalogue([item], backend: reference, against: reference, isExact: true)
    #expect(same.passed && same.exactResults == (equal: 1, count: 1))
}

/// Convolutions have one order; their gradients have it only where they are to.
@Test func gradientsOfConvolutionsAreExactIfPortable() {
    for numerics in Numerics.allCases {
        #expect(ExactResults.contain("output.y", of: "convolution", numerics))
        #expect(ExactResults.contain("gradient.x", of: "logic_gate", numerics))
        for gradient in ["gradient.x", "gradient.weight"] {
            #expect(ExactResults.contain(gradient, of: "convolution", numerics) == (numerics == .portable))
        }
    }
}

/// The reference's convolutions, whose first output that is not 0 is one unit in the last place too large.
private struct NudgedConvolution: ConvolutionKernels {
    let base: Backend
    var precision: Precision { base.precision }

    func convolve(
        _ input: Activation,
        filter: Filter,
        geometry: WindowGeometry,
        output: RealTensor,
        takesMoments: Bool
    ) throws(BackendError) -> RunMoments? {
        let moments = try base.kernels.convolution.convolve(
            input,
            filter: filter,
            geometry: geometry,
            output: output,
            takesMoments: takesMoments
        )
        var words = try base.read(output.storage, count: output.shape.realWords)
        if let index = words.firstIndex(where: { $0 & 0x7fff_ffff != 0 }) { words[index] += 1 }
        try base.kernels.device.write(words, to: output.storage)
        return moments
    }

    func convolveBackwardData(
        _ gradient: RealTensor,
        filter: Filter,
        geometry: WindowGeometry,
        result: RealTensor,
        accumulates: Bool
    ) throws(BackendError) {
        try base.kernels.convolution.convolveBackwardData(
            gradient,
            filter: filter,
            geometry: geometry,
            result: result,
            accumulates: accumulates
        )
    }

    func convolveBackwardFilter(
        input: Activation,
        gradient: RealTensor,
        geometry: WindowGeometry,
        result: Filter
    ) throws(BackendError) {
        try base.kernels.convolution.convolveBackwardFilter(
            input: input,
            gradient: gradient,
            geometry: geometry,
            result: result
        )
    }
}
