import LSNFileFormats

extension NIRGraph {
    /// The version of the representation that files state.
    private static let version = "1.0"

    /// The bytes of an HDF5 file as the Python package `nir` reads it.
    ///
    /// - Parameter metadata: texts about the graph, beside `dt`, the seconds of a time step.
    package func serialized(metadata: [String: String]) -> [UInt8] {
        var notes: [(name: String, item: HDF5.Item)] = [("dt", .floats([Self.timeStep], shape: []))]
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) { notes.append((key, .text(value))) }
        return HDF5.serialize([
            ("version", .text(Self.version)),
            (
                "node",
                .group([
                    ("type", .text("NIRGraph")),
                    ("nodes", .group(nodes.map { ($0.name, $0.node.item) })),
                    ("edges", .texts(edges.flatMap { [$0.source, $0.target] }, shape: [edges.count, 2])),
                    ("metadata", .group(notes)),
                ])
            ),
        ])
    }
}

extension NIRGraph.Node {
    /// As a group of HDF5, with the fields of the Python class of that name.
    fileprivate var item: HDF5.Item {
        switch self {
        case .input(let shape):
            Self.group("Input", [("shape", Self.extents(shape))])
        case .output(let shape):
            Self.group("Output", [("shape", Self.extents(shape))])
        case .convolution(let weight, let shape, let bias, let stride, let padding, let height, let width):
            Self.convolution(
                weight: .floats(weight, shape: shape),
                bias: .floats(bias, shape: [bias.count]),
                (stride, padding, height, width)
            )
        case .channelwise(let factor, let window, let channels, let stride, let padding, let height, let width):
            Self.convolution(
                weight: .compressed(
                    Self.diagonal(factor, window: window, channels: channels),
                    shape: [channels, channels, window, window]
                ),
                bias: .constant(0, shape: [channels]),
                (stride, padding, height, width)
            )
        case .affine(let weight, let shape, let bias):
            Self.group(
                "Affine",
                [("weight", .floats(weight, shape: shape)), ("bias", .floats(bias, shape: [bias.count]))]
            )
        case .leakyNeurons(let tau, let resistance, let threshold, let shape):
            Self.group(
                "LIF",
                [
                    ("tau", .constant(tau, shape: shape)), ("r", .constant(resistance, shape: shape)),
                    ("v_leak", .constant(0, shape: shape)), ("v_reset", .constant(0, shape: shape)),
                    ("v_threshold", .constant(threshold, shape: shape)),
                ]
            )
        case .neurons(let resistance, let threshold, let shape):
            Self.group(
                "IF",
                [
                    ("r", .constant(resistance, shape: shape)), ("v_reset", .constant(0, shape: shape)),
                    ("v_threshold", .constant(threshold, shape: shape)),
                ]
            )
        case .averagePool(let height, let width):
            Self.group(
                "AvgPool2d",
                [
                    ("kernel_size", Self.extents([height, width])), ("stride", Self.extents([height, width])),
                    ("padding", Self.extents([0, 0])),
                ]
            )
        case .flatten(let shape):
            Self.group(
                "Flatten",
                [
                    // Counted from the end, since some readers count a batch, too.
                    ("start_dim", .integers([Int64(-shape.count)], shape: [])),
                    ("end_dim", .integers([-1], shape: [])),
                    ("input_type", Self.extents(shape)),
                ]
            )
        }
    }

    private static func convolution(
        weight: HDF5.Item,
        bias: HDF5.Item,
        _ geometry: (stride: Int, padding: Int, height: Int, width: Int)
    ) -> HDF5.Item {
        group(
            "Conv2d",
            [
                ("input_shape", extents([geometry.height, geometry.width])), ("weight", weight),
                ("stride", extents([geometry.stride, geometry.stride])),
                ("padding", extents([geometry.padding, geometry.padding])),
                ("dilation", extents([1, 1])), ("groups", .integers([1], shape: [])), ("bias", bias),
            ]
        )
    }

    /// Weights `[out, in, kH, kW]` that are `factor` where a channel meets itself, else 0: no reader takes groups.
    package static func diagonal(_ factor: Float, window: Int, channels: Int) -> [Float] {
        let area = window * window
        var weight = [Float](repeating: 0, count: channels * channels * area)
        for channel in 0..<channels {
            let start = channel * (channels + 1) * area
            for place in start..<start + area { weight[place] = factor }
        }
        return weight
    }

    private static func group(_ type: String, _ fields: [(name: String, item: HDF5.Item)]) -> HDF5.Item {
        .group([("type", .text(type))] + fields)
    }

    private static func extents(_ values: [Int]) -> HDF5.Item {
        .integers(values.map { Int64($0) }, shape: [values.count])
    }
}
