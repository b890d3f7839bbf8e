import LSNTensors

/// Convolutions of spikes that take their output's statistics while they make it, by every kernel that does.
enum NormalizedConvolutionCases {
    static let all =
        small.flatMap { size in [make(size, "small", rate: 0.1), make(size, "small", rate: 0.6)] }
        + large.map { make($0, "large", rate: 0.3) }
        + [make(small[1], "small", rate: 0.3, repeats: 4)]

    /// Runs of one pixel, of rows and of blocks, the last one shorter; sparse and by look-up table.
    private static let small = [
        ConvolutionSize(2, 7, 5, 8, 9, 3, 1, 1), ConvolutionSize(3, 5, 7, 31, 32, 3, 1, 1),
        ConvolutionSize(5, 9, 11, 33, 17, 3, 1, 0), ConvolutionSize(2, 9, 7, 9, 31, 3, 2, 1),
        ConvolutionSize(3, 5, 5, 64, 5, 1, 1, 0), ConvolutionSize(11, 1, 1, 20, 33, 1, 1, 0),
    ]

    private static let large = [
        ConvolutionSize(40, 28, 28, 8, 8, 3, 1, 1), ConvolutionSize(2, 32, 32, 96, 96, 3, 1, 1),
        ConvolutionSize(4, 16, 16, 192, 48, 1, 1, 0), ConvolutionSize(3, 33, 35, 65, 37, 3, 1, 1),
        ConvolutionSize(2, 16, 16, 96, 192, 3, 2, 1),
    ]

    private static func make(_ size: ConvolutionSize, _ kind: String, rate: Float, repeats: Int = 1) -> ConformanceCase
    {
        ConformanceCase(
            name: "normalized_convolution/\(kind)/\(size.title)-rate\(rate)\(repeats > 1 ? "-repeats\(repeats)" : "")",
            operation: NormalizedConvolutionOperation.name
        ) { numbers in
            CaseData(
                attributes: [
                    "stride": .number(Double(size.stride)), "padding": .number(Double(size.padding)),
                    "repeats": .number(Double(repeats)), "epsilon": .number(1e-5), "momentum": .number(0.1),
                ],
                tensors: [
                    numbers.spikeTensor("input.x", size.input.extents, rate: rate),
                    numbers.tensor("parameter.filter", [size.outputs, size.inputs, size.window, size.window]),
                ] + numbers.norm("parameter.", channels: size.outputs)
            )
        }
    }
}
