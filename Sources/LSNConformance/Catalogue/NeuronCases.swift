import LSNTensors

/// Neurons alone, and fused with the norm before them.
enum NeuronCases {
    static let all = plain + normalized + atThreshold + parametric + multiLevel + mpd

    /// What no potential may come nearer to the threshold than, nor to a jump of the surrogate: float32 arithmetic of a
    /// few steps is within 1e-6.
    private static let margin = 1e-4

    private static let plain =
        shapes.enumerated().map { index, shape in
            // Every length of time with every shape in turn.
            make("small", steps: 1 + index % 6, shape, Neuron())
        }
        + surrogates.flatMap { surrogate in
            [(Reset.hard, false), (.hard, true), (.soft, false), (.soft, true)].map { reset, detached in
                make("small", steps: 4, shapes[1], Neuron(reset: reset, detachReset: detached, surrogate: surrogate))
            }
        }
        + [
            make("small", steps: 6, shapes[4], Neuron(leak: 1)),
            make("small", steps: 5, shapes[5], Neuron(leak: 0.25, threshold: 0.6)),
            make("small", steps: 4, shapes[3], Neuron(), isStatic: true),
            make("small", steps: 6, shapes[6], Neuron(leak: 1, reset: .soft), isStatic: true),
            // Longer than what a kernel is likely to keep in registers.
            make("small", steps: 17, shapes[2], Neuron()),
            make("small", steps: 33, shapes[0], Neuron(leak: 1, reset: .soft)),
            make("small", steps: 20, shapes[3], Neuron(), isStatic: true),
            make("large", steps: 4, ImageShape(images: 10, height: 28, width: 28, channels: 8), Neuron()),
            make("large", steps: 8, ImageShape(images: 4, height: 16, width: 17, channels: 37), Neuron()),
            make("large", steps: 4, ImageShape(images: 50, height: 1, width: 1, channels: 256), Neuron()),
        ]

    private static let normalized =
        shapes.enumerated().map { index, shape in
            make("small", steps: 1 + (index + 3) % 6, shape, Neuron(), norm: .training)
        }
        + [
            make("small", steps: 4, shapes[3], Neuron(), isStatic: true, norm: .training),
            make("small", steps: 3, shapes[6], Neuron(), isStatic: true, norm: .training),
            make("small", steps: 21, shapes[4], Neuron(), norm: .training),
            make("small", steps: 18, shapes[2], Neuron(), isStatic: true, norm: .training),
            make("small", steps: 4, shapes[1], Neuron(), norm: .inference),
            make("small", steps: 4, shapes[5], Neuron(), isStatic: true, norm: .inference),
            make("small", steps: 4, shapes[2], Neuron(detachReset: true), norm: .training),
            make("small", steps: 4, shapes[4], Neuron(leak: 1, reset: .soft), norm: .training),
            make("small", steps: 4, shapes[4], Neuron(surrogate: .triangular(height: 0.7)), norm: .training),
            make("small", steps: 4, shapes[7], Neuron(leak: 1, surrogate: .arctan(slope: 2)), norm: .training),
            make("small", steps: 4, shapes[7], Neuron(surrogate: .dspike(temperature: 3)), norm: .training),
            make(
                "large",
                steps: 4,
                ImageShape(images: 10, height: 28, width: 28, channels: 8),
                Neuron(),
                norm: .training
            ),
            make(
                "large",
                steps: 4,
                ImageShape(images: 10, height: 14, width: 14, channels: 16),
                Neuron(),
                norm: .training
            ),
            make(
                "large",
                steps: 4,
                ImageShape(images: 10, height: 7, width: 7, channels: 32),
                Neuron(),
                norm: .training
            ),
            make(
                "large",
                steps: 4,
                ImageShape(images: 50, height: 28, width: 28, channels: 8),
                Neuron(),
                isStatic: true,
                norm: .training
            ),
            make(
                "large",
                steps: 2,
                ImageShape(images: 4, height: 33, width: 17, channels: 65),
                Neuron(),
                norm: .training
            ),
            make(
                "large",
                steps: 4,
                ImageShape(images: 2, height: 16, width: 16, channels: 96),
                Neuron(),
                norm: .inference
            ),
        ]

    /// w of a learned leak differs from 0, so that leak and 1 − leak do.
    private static let parametric =
        [(Reset.hard, false), (.hard, true), (.soft, false), (.soft, true)].map { reset, detached in
            make("small", steps: 4, shapes[1], Neuron(reset: reset, detachReset: detached, isLeakLearned: true))
        }
        + [
            make("small", steps: 6, shapes[4], Neuron(surrogate: .arctan(slope: 2), isLeakLearned: true)),
            make("small", steps: 20, shapes[3], Neuron(isLeakLearned: true)),
            make("small", steps: 4, shapes[6], Neuron(isLeakLearned: true), isStatic: true),
            make("small", steps: 4, shapes[7], Neuron(isLeakLearned: true), norm: .training),
            make("small", steps: 3, shapes[2], Neuron(isLeakLearned: true), isStatic: true, norm: .training),
            make("small", steps: 4, shapes[5], Neuron(isLeakLearned: true), norm: .inference),
            make("large", steps: 4, large, Neuron(isLeakLearned: true), norm: .training),
        ]

    private static let multiLevel: [ConformanceCase] = {
        var soft = levels
        soft.reset = .soft
        var detached = levels
        detached.detachReset = true
        var two = levels
        two.higherThresholds = [1.6]
        two.surrogate = .standard
        var learning = levels
        learning.isLeakLearned = true
        return shapes.enumerated().map { make("small", steps: 1 + ($0 + 3) % 6, $1, levels) }
            + [
                make("small", steps: 4, shapes[1], soft), make("small", steps: 4, shapes[4], detached),
                make("small", steps: 17, shapes[5], two), make("small", steps: 4, shapes[3], learning),
                make("small", steps: 4, shapes[7], levels, isStatic: true),
                make("small", steps: 4, shapes[9], levels, norm: .training),
                make("small", steps: 4, shapes[6], levels, isStatic: true, norm: .training),
                make("small", steps: 4, shapes[2], learning, norm: .training),
                make("small", steps: 4, shapes[5], levels, norm: .inference),
                make("large", steps: 4, large, levels, norm: .training),
            ]
    }()

    private static let levels = Neuron(
        leak: 0.25,
        threshold: 0.6,
        surrogate: .rectangle(width: 1),
        higherThresholds: [1.6, 2.6]
    )

    /// The MPD loss.
    private static let mpd =
        [1, 3, 4, 9].map { make("small", steps: 4, shapes[$0], Neuron(), hasMPDLoss: true) }
        + [
            make("small", steps: 18, shapes[2], Neuron(leak: 1, threshold: 0.8, reset: .soft), hasMPDLoss: true),
            make("small", steps: 4, shapes[5], levels, hasMPDLoss: true),
            make("small", steps: 4, shapes[6], Neuron(isLeakLearned: true), hasMPDLoss: true),
            make("small", steps: 4, shapes[7], Neuron(), isStatic: true, norm: .training, hasMPDLoss: true),
            make("small", steps: 3, shapes[1], Neuron(), norm: .training, hasMPDLoss: true),
            make("large", steps: 4, large, Neuron(), norm: .training, hasMPDLoss: true),
        ]

    private static let large = ImageShape(images: 10, height: 28, width: 28, channels: 8)

    /// Potentials that are exact in float32, many of them on the threshold itself, where a neuron fires.
    private static let atThreshold = [Reset.hard, .soft].map { reset in
        let neuron = Neuron(reset: reset)
        return ConformanceCase(name: "lif/small/at-threshold-\(reset.rawValue)", operation: "lif") { numbers in
            var attributes = neuron.attributes
            attributes["time_steps"] = .number(4)
            let extents = [4, 2, 33, 3, 3]
            let quarters = numbers.integers(extents.reduce(1, *), below: 8).map { ($0 - 1) / 4 }
            return CaseData(
                attributes: attributes,
                tensors: [
                    NamedTensor(name: "input.x", shape: extents, values: quarters),
                    numbers.tensor("cotangent.y", extents),
                ]
            )
        }
    }

    /// Of one time step.
    private static let shapes = [
        ImageShape(images: 1, height: 2, width: 1, channels: 1),
        ImageShape(images: 2, height: 5, width: 3, channels: 35),
        ImageShape(images: 1, height: 7, width: 5, channels: 3),
        ImageShape(images: 3, height: 3, width: 3, channels: 8),
        ImageShape(images: 2, height: 4, width: 5, channels: 9),
        ImageShape(images: 1, height: 6, width: 3, channels: 31),
        ImageShape(images: 2, height: 3, width: 7, channels: 32),
        ImageShape(images: 2, height: 3, width: 4, channels: 33),
        ImageShape(images: 1, height: 5, width: 2, channels: 64),
        ImageShape(images: 2, height: 2, width: 3, channels: 65),
        ImageShape(images: 1, height: 9, width: 1, channels: 5),
        ImageShape(images: 1, height: 2, width: 2, channels: 96),
    ]

    private static let surrogates: [Surrogate] = [
        .triangular(height: 0.7), .sigmoid(slope: 4), .arctan(slope: 2), .rectangle(width: 1), .dspike(temperature: 3),
    ]

    private enum Norm {
        case training
        case inference
    }

    private static func make(
        _ kind: String,
        steps: Int,
        _ shape: ImageShape,
        _ neuron: Neuron,
        isStatic: Bool = false,
        norm: Norm? = nil,
        hasMPDLoss: Bool = false
    ) -> ConformanceCase {
        let operation = name(of: neuron, norm: norm, hasMPDLoss: hasMPDLoss)
        let suffix =
            (isStatic ? "-static" : "") + (norm == .inference ? "-inference" : "")
            + (hasMPDLoss && norm != nil ? "-norm" : "")
        let time = TimeAxis(steps: steps, isStatic: isStatic)
        let picture = shape.extents
        let sequence = [steps] + picture
        return ConformanceCase(
            name: "\(operation)/\(kind)/T\(steps)-\(shape.title)-\(neuron.title)\(suffix)",
            operation: operation,
            requiredMargin: margin / 2
        ) { numbers in
            var attributes = neuron.attributes
            attributes["time_steps"] = .number(Double(steps))
            attributes["static"] = .flag(isStatic)
            if hasMPDLoss {
                attributes["mpd_weight"] = .number(1.5)
                attributes["loss_before"] = .number(0.25)
            }
            var input = numbers.tensor("input.x", isStatic ? picture : sequence, in: norm == nil ? -0.7...1.7 : -2...2)
            // The smallest layers may not fire by themselves.
            if norm == nil { input.values[0] = 1.5 }
            var others: [NamedTensor] = []
            var kept = neuron
            if neuron.isLeakLearned {
                let w = numbers.tensor("parameter.w", [1], in: 0.2...1)
                kept.leak = LearnedLeak.leak(of: w.values[0])
                others.append(w)
            }
            let potentials = Potentials(neuron: kept, time: time)
            if let norm {
                if !hasMPDLoss { attributes["inference"] = .flag(norm == .inference) }
                // Small layers fire enough with a bias towards the threshold.
                others = numbers.norm("parameter.", channels: shape.channels, bias: 0...0.6) + others
            }
            // Moving values changes the statistics a little, and with them every potential: again until all stay.
            for _ in 0..<20 {
                let (slope, offset) =
                    norm.map {
                        affine(others, input, shape, usesBatch: $0 == .training, gain: gain(neuron))
                    }
                    ?? ([Double](repeating: 1, count: shape.channels), [Double](repeating: 0, count: shape.channels))
                let moved = potentials.keepAway(
                    &input.values,
                    channels: shape.channels,
                    area: shape.area,
                    margin: margin,
                    slope: slope,
                    offset: offset
                )
                if moved == 0 { break }
            }
            var tensors = [input] + others
            if norm != .inference { tensors.append(numbers.tensor("cotangent.y", sequence)) }
            return CaseData(attributes: attributes, tensors: tensors)
        }
    }

    private static func name(of neuron: Neuron, norm: Norm?, hasMPDLoss: Bool) -> String {
        if hasMPDLoss { return "mpd_loss" }
        if norm != nil { return "normalized_lif" }
        if neuron.isMultiLevel { return "multi_level_firing" }
        return neuron.isLeakLearned ? "plif" : "lif"
    }

    /// The gain of a case's norm: it reads the attribute `threshold`, which a multi-level neuron has not.
    private static func gain(_ neuron: Neuron) -> Double {
        neuron.isMultiLevel ? 1 : Double(neuron.threshold)
    }

    /// What the norm does to a value, channel by channel: slope·x + offset.
    private static func affine(
        _ norm: [NamedTensor],
        _ input: NamedTensor,
        _ shape: ImageShape,
        usesBatch: Bool,
        gain: Double
    ) -> (slope: [Double], offset: [Double]) {
        let (weight, bias) = (norm[0].values.map(Double.init), norm[1].values.map(Double.init))
        var mean = norm[2].values.map(Double.init)
        var variance = norm[3].values.map(Double.init)
        if usesBatch {
            var sums = [Double](repeating: 0, count: shape.channels)
            var squares = sums
            for (index, value) in input.values.enumerated() {
                sums[index / shape.area % shape.channels] += Double(value)
                squares[index / shape.area % shape.channels] += Double(value) * Double(value)
            }
            let count = Double(input.values.count / shape.channels)
            mean = sums.map { $0 / count }
            variance = zip(squares, mean).map { $0 / count - $1 * $1 }
        }
        let slope = zip(weight, variance).map { $0 * gain / ($1 + 1e-5).squareRoot() }
        return (slope, (0..<shape.channels).map { bias[$0] - slope[$0] * mean[$0] })
    }
}

extension Neuron {
    /// E.g. `triangular1-hard-leak0.5-vth1.0-full`.
    var title: String {
        let leak = isLeakLearned ? "learned" : "\(leak)"
        let threshold = thresholds.map { "\($0)" }.joined(separator: "_")
        return "\(surrogate.kind.rawValue)\(surrogate.parameter)-\(reset.rawValue)-leak\(leak)-vth\(threshold)-"
            + (detachReset ? "detached" : "full")
    }

    /// As golden files name them.
    var attributes: [String: AttributeValue] {
        var attributes: [String: AttributeValue] = [
            "reset": .text(reset.rawValue), "detach_reset": .flag(detachReset),
            "surrogate": .text(surrogate.kind.rawValue),
            "surrogate_parameter": .number(Double(surrogate.parameter)),
        ]
        if !isLeakLearned { attributes["leak"] = .number(Double(leak)) }
        if isMultiLevel {
            attributes["thresholds"] = .list(thresholds.map { .number(Double($0)) })
        } else {
            attributes["threshold"] = .number(Double(threshold))
        }
        return attributes
    }
}
