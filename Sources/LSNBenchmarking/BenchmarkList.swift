import LSNConformance
import LSNTensors

/// Layers of LSN19 at small widths (digits: 50 pictures, four time steps) and at the paper's (CIFAR-10: 16 pictures),
/// and bottlenecks of LSN101 at the paper's.
package enum BenchmarkList {
    /// The benchmarks whose name contains `filter`, all where it is nil.
    ///
    /// - Throws: ``BenchmarkError`` where the filter matches nothing.
    package static func cases(filter: String? = nil) throws(BenchmarkError) -> [BenchmarkCase] {
        guard let filter else { return all }
        let selected = all.filter { $0.name.contains(filter) }
        guard !selected.isEmpty else {
            throw BenchmarkError("no benchmark matches the filter \"\(filter)\" (there are \(all.count))")
        }
        return selected
    }

    private static let all =
        layers("lsn19-8", images: 200, extents: [28, 14, 7], widths: [8, 16, 32])
        + layers("lsn19-96", images: 64, extents: [32, 16, 8], widths: [96, 192, 384])
        + bottlenecks + stridedBottlenecks + stems + neurons + whole

    /// The two convolutions of a block in each stage, the strided one and the shortcut between stages, neurons and gates.
    private static func layers(_ set: String, images: Int, extents: [Int], widths: [Int]) -> [BenchmarkCase] {
        var cases: [BenchmarkCase] = []
        for (stage, (extent, width)) in zip(extents, widths).enumerated() {
            cases += convolutions(set, ConvolutionSize(images, extent, extent, width, width, 3, 1, 1))
            if stage > 0 {
                let (before, narrower) = (extents[stage - 1], widths[stage - 1])
                cases += convolutions(set, ConvolutionSize(images, before, before, narrower, width, 3, 2, 1))
                cases += convolutions(set, ConvolutionSize(images, before, before, narrower, width, 1, 2, 0))
            }
            let shape = ImageShape(images: images, height: extent, width: extent, channels: width)
            cases += [
                .batchStatistics(shape), .fire(shape, steps: 4), .fireBackward(shape, steps: 4), .gate(shape),
                .gateBackward(shape), .accumulate(shape),
            ].map { BenchmarkCase(set, $0) }
        }
        return cases
    }

    private static let bottlenecks = [(32, 48), (8, 192), (4, 384)].flatMap { extent, width in
        let set = "lsn101-48"
        return convolutions(set, ConvolutionSize(64, extent, extent, 4 * width, width, 1, 1, 0))
            + convolutions(set, ConvolutionSize(64, extent, extent, width, width, 3, 1, 1))
            + convolutions(set, ConvolutionSize(64, extent, extent, width, 4 * width, 1, 1, 0))
    }

    /// The strided convolution and the shortcut of a stage's first bottleneck.
    private static let stridedBottlenecks = [(32, 96), (8, 384)].flatMap { extent, width in
        convolutions("lsn101-48", ConvolutionSize(64, extent, extent, width, width, 3, 2, 1))
            + convolutions("lsn101-48", ConvolutionSize(64, extent, extent, 2 * width, 4 * width, 1, 2, 0))
    }

    private static let stems = [
        ("lsn19-8", ConvolutionSize(50, 28, 28, 1, 8, 3, 1, 1)),
        ("lsn19-96", ConvolutionSize(16, 32, 32, 3, 96, 3, 1, 1)),
        ("imagenet", ConvolutionSize(4, 224, 224, 3, 48, 7, 2, 3)),
    ].flatMap { set, size in
        [BenchmarkWork.convolve(size, .real), .convolveBackwardFilter(size, .real)].map { BenchmarkCase(set, $0) }
    }

    /// The layers that neurons take longest in, at both widths.
    private static let neurons = [
        ("lsn19-8", ImageShape(images: 200, height: 28, width: 28, channels: 8)),
        ("lsn19-96", ImageShape(images: 64, height: 32, width: 32, channels: 96)),
    ].flatMap { set, shape in
        NeuronVariant.all.flatMap { variant in
            [BenchmarkWork.fire(shape, steps: 4, variant), .fireBackward(shape, steps: 4, variant)]
                .map { BenchmarkCase(set, $0) }
        }
    }

    private static let whole = [
        BenchmarkCase("imagenet", .maxPool(ImageShape(images: 16, height: 112, width: 112, channels: 48))),
        BenchmarkCase("imagenet", .maxPoolBackward(ImageShape(images: 16, height: 112, width: 112, channels: 48))),
        BenchmarkCase("lsn19-8", .globalAveragePool(ImageShape(images: 200, height: 7, width: 7, channels: 32))),
        BenchmarkCase("lsn19-8", .prepareImages(ImageShape(images: 50, height: 28, width: 28, channels: 1))),
        BenchmarkCase("lsn19-96", .prepareImages(ImageShape(images: 64, height: 32, width: 32, channels: 3))),
        BenchmarkCase("lsn19-8", .adam(count: 100_000)), BenchmarkCase("lsn19-96", .adam(count: 13_200_000)),
        BenchmarkCase("lsn19-96", .findNonFinite(count: 13_200_000)),
    ]

    private static func convolutions(_ set: String, _ size: ConvolutionSize) -> [BenchmarkCase] {
        [BenchmarkWork.convolve(size, .spike), .convolveBackwardData(size), .convolveBackwardFilter(size, .spike)]
            .map { BenchmarkCase(set, $0) }
    }
}
