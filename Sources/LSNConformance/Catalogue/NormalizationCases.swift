package import LSNTensors

/// Batch norm where no neuron follows.
enum NormalizationCases {
    static let all =
        small.map { make($0, "small") } + large.map { make($0, "large") }
        + [
            make(small[3], "small", repeats: 4), make(small[5], "small", scale: 0.707_106_8, threshold: 1.5),
            // A mean far larger than the deviation: sums of squares lose their digits.
            make(small[4], "small", centre: 20), make(large[1], "large", centre: -20),
            // So many pixels that the items of a work-group merge two levels of runs, and so many that kernels of their own merge
            // one before.
            make(ImageShape(images: 9, height: 30, width: 34, channels: 5), "small", repeats: 2),
            make(ImageShape(images: 9, height: 90, width: 82, channels: 5), "small"),
        ]

    /// Five values of a channel at least: of two, x̂ is ±1 whatever they are, and the gradient is all cancellation.
    private static let small = [
        ImageShape(images: 5, height: 1, width: 1, channels: 1),
        ImageShape(images: 6, height: 7, width: 3, channels: 5),
        ImageShape(images: 3, height: 5, width: 5, channels: 8),
        ImageShape(images: 4, height: 3, width: 5, channels: 9),
        ImageShape(images: 2, height: 4, width: 7, channels: 31),
        ImageShape(images: 3, height: 4, width: 4, channels: 33),
        ImageShape(images: 5, height: 2, width: 3, channels: 64),
        ImageShape(images: 2, height: 3, width: 3, channels: 65),
    ]

    private static let large = [
        ImageShape(images: 100, height: 28, width: 28, channels: 8),
        ImageShape(images: 32, height: 16, width: 17, channels: 37),
        ImageShape(images: 8, height: 32, width: 32, channels: 96),
        ImageShape(images: 300, height: 1, width: 1, channels: 256),
    ]

    private static func make(
        _ shape: ImageShape,
        _ kind: String,
        repeats: Int = 1,
        scale: Double = 1,
        threshold: Double = 1,
        centre: Float = 0
    ) -> ConformanceCase {
        let suffix =
            (repeats > 1 ? "-repeats\(repeats)" : "") + (scale != 1 ? "-tdbn" : "")
            + (centre != 0 ? "-centre\(Int(centre))" : "")
        return ConformanceCase(
            name: "batch_norm/\(kind)/\(shape.title)\(suffix)",
            operation: "batch_norm",
            isSmooth: centre == 0 && repeats == 1
        ) { numbers in
            CaseData(
                attributes: [
                    "scale": .number(scale), "threshold": .number(threshold), "repeats": .number(Double(repeats)),
                    "epsilon": .number(1e-5), "momentum": .number(0.1),
                ],
                tensors: [numbers.tensor("input.x", shape.extents, in: centre - 1...centre + 1)]
                    + numbers.norm("parameter.", channels: shape.channels, runningMean: centre)
                    + [numbers.tensor("cotangent.y", shape.extents)]
            )
        }
    }
}

extension CaseNumbers {
    /// weight, bias, running_mean, running_var of a norm, none of them at its default.
    package mutating func norm(
        _ prefix: String,
        channels: Int,
        weight: ClosedRange<Float> = 0.5...1.5,
        bias: ClosedRange<Float> = -0.5...0.5,
        runningMean: Float = 0
    ) -> [NamedTensor] {
        [
            tensor(prefix + "weight", [channels], in: weight), tensor(prefix + "bias", [channels], in: bias),
            tensor(prefix + "running_mean", [channels], in: runningMean - 0.5...runningMean + 0.5),
            tensor(prefix + "running_var", [channels], in: 0.5...2),
        ]
    }
}

extension ImageShape {
    /// E.g. `2x9x11x33`: images, height, width, channels.
    package var title: String { "\(images)x\(height)x\(width)x\(channels)" }
}
