package import LSNTensors

/// Sizes of a convolution, as cases and benchmarks have them.
package struct ConvolutionSize: Sendable {
    package var images, height, width, inputs, outputs, window, stride, padding: Int

    package init(
        _ images: Int,
        _ height: Int,
        _ width: Int,
        _ inputs: Int,
        _ outputs: Int,
        _ window: Int,
        _ stride: Int,
        _ padding: Int
    ) {
        self.images = images
        self.height = height
        self.width = width
        self.inputs = inputs
        self.outputs = outputs
        self.window = window
        self.stride = stride
        self.padding = padding
    }

    package var input: ImageShape { ImageShape(images: images, height: height, width: width, channels: inputs) }
    package var filter: FilterShape { FilterShape(outputs: outputs, inputs: inputs, height: window, width: window) }
    package var geometry: WindowGeometry { WindowGeometry(stride: stride, padding: padding) }
    package var output: ImageShape { geometry.output(of: input, filter: filter) }

    /// E.g. `3x3-s2-p1-3to5-2x9x11`.
    package var title: String {
        "\(window)x\(window)-s\(stride)-p\(padding)-\(inputs)to\(outputs)-\(images)x\(height)x\(width)"
    }
}

/// Convolutions forward and both ways back, on real values and on spikes.
enum ConvolutionCases {
    static let all =
        small.flatMap { size in [make(size, "small", .real), make(size, "small", .spike)] }
        + accumulated.flatMap { size in
            [make(size, "small", .real, accumulates: true), make(size, "small", .spike, accumulates: true)]
        }
        + largeReal.map { make($0, "large", .real) } + largeSpike.map { make($0, "large", .spike) }
        + byRate.flatMap { size in atRates(size, "small") } + largeByRate.flatMap { size in atRates(size, "large") }

    /// Single pixels, odd extents, channels about multiples of 8 and 32, every window, stride and padding; windows
    /// wider than the picture, and borders wider than the window.
    private static let small = [
        ConvolutionSize(1, 1, 1, 1, 1, 1, 1, 0), ConvolutionSize(2, 1, 1, 33, 5, 1, 1, 0),
        ConvolutionSize(1, 1, 1, 3, 8, 3, 1, 1), ConvolutionSize(2, 9, 11, 3, 5, 3, 1, 1),
        ConvolutionSize(2, 7, 5, 8, 9, 3, 1, 1), ConvolutionSize(1, 5, 7, 31, 32, 3, 1, 1),
        ConvolutionSize(2, 6, 4, 32, 33, 3, 1, 1), ConvolutionSize(1, 4, 5, 65, 7, 3, 1, 1),
        ConvolutionSize(3, 3, 3, 64, 1, 1, 1, 0), ConvolutionSize(2, 9, 7, 9, 31, 3, 2, 1),
        ConvolutionSize(1, 8, 8, 37, 8, 3, 2, 1), ConvolutionSize(2, 5, 9, 7, 64, 1, 2, 0),
        ConvolutionSize(1, 10, 9, 1, 37, 5, 1, 2), ConvolutionSize(2, 11, 8, 5, 3, 5, 2, 2),
        ConvolutionSize(1, 17, 13, 3, 8, 7, 2, 3), ConvolutionSize(2, 7, 7, 1, 9, 7, 1, 3),
        ConvolutionSize(1, 9, 10, 8, 8, 3, 3, 1), ConvolutionSize(2, 13, 7, 7, 5, 3, 3, 0),
        ConvolutionSize(2, 6, 6, 96, 33, 1, 1, 0), ConvolutionSize(1, 4, 4, 96, 96, 3, 1, 1),
        ConvolutionSize(1, 7, 7, 3, 5, 7, 1, 0), ConvolutionSize(1, 6, 7, 5, 7, 1, 1, 2),
        ConvolutionSize(2, 4, 3, 5, 8, 3, 2, 3), ConvolutionSize(1, 2, 3, 33, 3, 5, 1, 2),
        ConvolutionSize(5, 2, 2, 16, 16, 3, 1, 1), ConvolutionSize(1, 16, 1, 24, 40, 3, 1, 1),
        ConvolutionSize(1, 1, 19, 8, 16, 3, 2, 1), ConvolutionSize(4, 8, 8, 16, 8, 1, 3, 0),
        ConvolutionSize(1, 9, 6, 33, 24, 3, 1, 0), ConvolutionSize(2, 5, 7, 24, 41, 3, 1, 2),
        ConvolutionSize(1, 1, 2, 48, 25, 3, 1, 1),
    ]

    /// ∂L/∂x added to what another branch left.
    private static let accumulated = [
        ConvolutionSize(2, 9, 7, 3, 5, 3, 1, 1), ConvolutionSize(1, 6, 5, 33, 9, 3, 2, 1),
        ConvolutionSize(2, 5, 5, 8, 32, 1, 2, 0), ConvolutionSize(1, 8, 9, 65, 3, 1, 1, 0),
        ConvolutionSize(3, 6, 7, 32, 24, 3, 1, 1),
        // So many weights that Winograd's products are made position by position.
        ConvolutionSize(17, 1, 2, 72, 408, 3, 1, 1),
        // So many pixels that the gradient of the weights has several partitions.
        ConvolutionSize(2, 23, 25, 5, 3, 3, 1, 1),
    ]

    /// Layers of LSN19 and LSN101 at small and paper widths, and odd ones: many work-groups of every kernel.
    private static let largeSpike = [
        ConvolutionSize(40, 28, 28, 8, 8, 3, 1, 1), ConvolutionSize(40, 28, 28, 8, 16, 3, 2, 1),
        ConvolutionSize(40, 28, 28, 8, 16, 1, 2, 0), ConvolutionSize(40, 14, 14, 16, 16, 3, 1, 1),
        ConvolutionSize(40, 14, 14, 16, 32, 3, 2, 1), ConvolutionSize(40, 7, 7, 32, 32, 3, 1, 1),
        ConvolutionSize(2, 32, 32, 96, 96, 3, 1, 1), ConvolutionSize(4, 16, 16, 192, 48, 1, 1, 0),
        ConvolutionSize(2, 16, 16, 96, 192, 3, 2, 1), ConvolutionSize(3, 33, 35, 65, 37, 3, 1, 1),
        ConvolutionSize(20, 9, 11, 64, 48, 3, 1, 1), ConvolutionSize(2, 8, 8, 40, 400, 3, 1, 1),
        ConvolutionSize(200, 1, 1, 256, 10, 1, 1, 0), ConvolutionSize(40, 7, 8, 192, 192, 3, 1, 1),
    ]

    /// Windows whose forward pass is sparse where spikes are few, and by look-up table where they are many.
    private static let byRate = [
        ConvolutionSize(2, 7, 5, 17, 9, 3, 1, 1), ConvolutionSize(1, 5, 7, 31, 32, 3, 1, 0),
        ConvolutionSize(2, 3, 4, 32, 33, 3, 1, 2), ConvolutionSize(1, 4, 5, 65, 7, 3, 1, 1),
        ConvolutionSize(1, 1, 1, 20, 16, 3, 1, 1), ConvolutionSize(1, 2, 37, 33, 17, 3, 1, 3),
    ]

    private static let largeByRate = [
        ConvolutionSize(3, 33, 35, 40, 48, 3, 1, 1), ConvolutionSize(2, 16, 16, 96, 96, 3, 1, 1),
        ConvolutionSize(40, 4, 4, 64, 128, 3, 1, 1), ConvolutionSize(9, 6, 6, 96, 48, 1, 1, 0),
    ]

    private static func atRates(_ size: ConvolutionSize, _ kind: String) -> [ConformanceCase] {
        [make(size, kind, .spike, rate: 0.1), make(size, kind, .spike, rate: 0.6)]
    }

    private static let largeReal = [
        ConvolutionSize(50, 28, 28, 1, 8, 3, 1, 1), ConvolutionSize(8, 32, 32, 3, 96, 3, 1, 1),
        ConvolutionSize(2, 96, 96, 3, 24, 7, 2, 3), ConvolutionSize(200, 1, 1, 32, 256, 1, 1, 0),
        ConvolutionSize(4, 17, 19, 48, 64, 3, 1, 1), ConvolutionSize(3, 33, 35, 9, 37, 3, 2, 1),
        ConvolutionSize(4, 16, 16, 192, 48, 1, 1, 0),
    ]

    private static func make(
        _ size: ConvolutionSize,
        _ kind: String,
        _ input: InputKind,
        accumulates: Bool = false,
        rate: Float? = nil
    ) -> ConformanceCase {
        ConformanceCase(
            name: "convolution/\(kind)/\(size.title)-\(input.rawValue)\(accumulates ? "-accumulated" : "")"
                + (rate.map { "-rate\($0)" } ?? ""),
            operation: "convolution",
            isSmooth: input == .real && !accumulates
        ) { numbers in
            let extents = size.input.extents
            var tensors = [
                input == .spike
                    ? numbers.spikeTensor("input.x", extents, rate: rate ?? 0.3) : numbers.tensor("input.x", extents),
                numbers.tensor("parameter.weight", [size.outputs, size.inputs, size.window, size.window]),
                numbers.tensor("cotangent.y", size.output.extents),
            ]
            if accumulates { tensors.append(numbers.tensor("input.accumulator", extents, in: -3...3)) }
            // A picture of one pixel may draw no spike at all, which would show nothing.
            if input == .spike { tensors[0].values[0] = 1 }
            return CaseData(
                attributes: [
                    "input": .text(input.rawValue), "stride": .number(Double(size.stride)),
                    "padding": .number(Double(size.padding)),
                ],
                tensors: tensors
            )
        }
    }
}
