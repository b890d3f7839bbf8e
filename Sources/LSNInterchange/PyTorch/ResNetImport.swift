package import LSNFileFormats
package import LSNNetworks
import LSNTensors

/// A residual network whose weights a program in PyTorch saved, as a network of this program.
///
/// Weights decide the stem, the stages' widths and blocks, the input's channels and the classes. What they leave open is asked for:
/// the architecture, whose family says how blocks join, T, and the neurons. Norms have no factors (`NetworkTemplate.NormGains`),
/// for the other programs' have none; so the logits are theirs, up to rounding.
package struct ResNetImport: Sendable {
    /// What is asked for beside the weights.
    package struct Request: Sendable {
        /// The network's family and the number of its blocks.
        package var template: NetworkTemplate
        /// T, SEW function and neurons.
        package var overrides: NetworkOverrides
        /// Names of the tensors.
        package var keys: ResNetKeys
        /// Whether neurons divide what comes in by τ = 1 / (1 − leak), SpikingJelly's `decay_input`.
        package var decaysInput: Bool
        /// Rows and columns of the pictures; nil: 224 behind a 7×7 stem, else 32.
        package var imageSize: (height: Int, width: Int)?

        /// Gathers what belongs together.
        package init(
            template: NetworkTemplate,
            overrides: NetworkOverrides,
            keys: ResNetKeys = .auto,
            decaysInput: Bool = false,
            imageSize: (height: Int, width: Int)? = nil
        ) {
            self.template = template
            self.overrides = overrides
            self.keys = keys
            self.decaysInput = decaysInput
            self.imageSize = imageSize
        }
    }

    /// The network.
    package let description: NetworkDescription
    private let tensors: ForeignTensors
    private let layout: ResNetKeys.Layout

    /// Reads names and shapes; values are read by ``restore(to:)``.
    ///
    /// - Throws: ``InterchangeError`` where the tensors are those of no such network; `NetworkError` where no network can have what
    ///   is asked for.
    package init(_ file: SafetensorsFile, _ request: Request) throws {
        tensors = ForeignTensors(file)
        layout = try Self.layout(of: tensors, request.keys)
        let shape = try ResNetShape(tensors, layout: layout)
        let template = try Self.template(shape, request, source: file.path)
        let size = request.imageSize ?? (shape.stem == .imagenet ? (224, 224) : (32, 32))
        description = try template.described(
            input: NetworkTemplate.Input(channels: shape.inChannels, height: size.height, width: size.width),
            classes: shape.classes
        )
        try checkSize()
    }

    /// A small file can have widths whose network no memory holds, and then has little of it. (What a file lacks otherwise is named
    /// by ``restore(to:)``, tensor by tensor.)
    private func checkSize() throws(InterchangeError) {
        let stored = tensors.file.entries.reduce(0) { $0 + $1.shape.reduce(1, *) }
        guard description.parameterCount / 4 <= stored else {
            throw InterchangeError(
                "\(tensors.file.path) holds \(stored) values, and a \(description.name) of its widths has "
                    + "\(description.parameterCount) parameters: it is damaged, or holds a part of a network"
            )
        }
    }

    private static func layout(
        of tensors: ForeignTensors,
        _ keys: ResNetKeys
    ) throws(InterchangeError) -> ResNetKeys.Layout {
        let found = keys.layouts.first { layout in
            layout.names(of: "stages.0.0.branch.0.conv.weight", convolutions: 0).contains { tensors[$0] != nil }
        }
        if let found { return found }
        let shown = tensors.names.prefix(4).joined(separator: ", ")
        let wanted = keys.layouts.flatMap { $0.names(of: "stages.0.0.branch.0.conv.weight", convolutions: 0) }
        throw InterchangeError(
            "\(tensors.file.path) is no residual network under "
                + (keys == .auto ? "names that are known here" : "the names of --keys \(keys.rawValue)")
                + ": it has no \(wanted.joined(separator: " and no ")), but "
                + (shown.isEmpty ? "no tensor at all" : shown + (tensors.names.count > 4 ? ", …" : ""))
        )
    }

    /// The architecture with the weights' widths and without gains.
    private static func template(
        _ shape: ResNetShape,
        _ request: Request,
        source: String
    ) throws -> NetworkTemplate {
        var overrides = request.overrides
        (overrides.width, overrides.head, overrides.stem) = (1, .fc, shape.stem)
        if request.decaysInput { try scaleThreshold(&overrides.neuron, of: request.template) }
        var template = try request.template.settled(by: overrides)
        guard
            template.stages.map(\.blocks) == shape.stages.map(\.blocks),
            template.stages.allSatisfy({ ($0.isBottleneck ?? false) == shape.isBottleneck })
        else {
            throw InterchangeError(
                "\(source) has \(shape.title) blocks, and \(template.name) "
                    + ResNetShape.title(
                        template.stages.map(\.blocks),
                        isBottleneck: template.stages.contains { $0.isBottleneck ?? false }
                    ) + others(than: template, shape)
            )
        }
        template.stem.width = shape.stemWidth
        let threshold = try template.neuron.applied(to: template.family.standardNeuron).threshold
        let gain: Float = template.family.isThresholdDependent ? 1 / threshold : 1
        template.norm = NetworkTemplate.NormGains(gain: gain, last: gain)
        for (index, stage) in shape.stages.enumerated() {
            template.stages[index].width = stage.width
            template.stages[index].norm = template.norm
        }
        return template
    }

    /// Û = leak·U + X/τ fires at V where τ·Û = leak·τ·U + X fires at τ·V.
    private static func scaleThreshold(_ neuron: inout NeuronOptions, of template: NetworkTemplate) throws {
        let asked = try neuron.applied(to: template.neuron.applied(to: template.family.standardNeuron))
        guard NeuronModel(asked) == .leaky, asked.leak < 1 else {
            throw InterchangeError(
                "--decay-input is for neurons with a fixed leak below 1, and these are "
                    + "\(NeuronModel(asked).rawValue): leave it out, or use --neuron lif"
            )
        }
        neuron.threshold = asked.threshold / (1 - asked.leak)
    }

    /// Architectures of the same family with the blocks of the weights.
    private static func others(than template: NetworkTemplate, _ shape: ResNetShape) -> String {
        let names = Architecture.all.filter { other in
            other.family == template.family && other.template.stages.map(\.blocks) == shape.stages.map(\.blocks)
                && other.template.stages.allSatisfy { ($0.isBottleneck ?? false) == shape.isBottleneck }
        }.map(\.name)
        return names.isEmpty ? "" : ": use --model \(names.joined(separator: " or "))"
    }
}

extension ResNetImport {
    /// Puts the weights and running statistics into a network of ``description``.
    ///
    /// - Throws: ``InterchangeError`` that names every tensor that is missing, unexpected or of another shape, or one with a value
    ///   that no network has; `FileFormatError` where the file cannot be read; `BackendError`.
    package func restore(to network: Network) throws {
        var unused = Set(tensors.names.filter { !Self.isCounter($0) })
        var problems: [String] = []
        var found: [(tensor: StoredTensor, entry: Safetensors.Entry)] = []
        for tensor in network.parameters.state {
            let names = layout.names(of: tensor.name, convolutions: description.isBottleneck ? 3 : 2)
            guard let name = names.first(where: { tensors[$0] != nil }), let entry = tensors[name] else {
                problems.append("\(names.joined(separator: " or ")) is missing")
                continue
            }
            unused.remove(name)
            // A leak is a number there, and a vector of one here.
            if entry.shape != tensor.entry.shape, !(entry.shape.isEmpty && tensor.entry.shape == [1]) {
                problems.append("\(name) has the shape \(entry.shape), and \(tensor.entry.shape) is wanted")
            }
            found.append((tensor, entry))
        }
        problems += tensors.names.filter(unused.contains).map { "\($0) has no place in \(description.name)" }
        guard problems.isEmpty else {
            let shown = problems.prefix(8).joined(separator: "; ")
            let rest = problems.count > 8 ? "; and \(problems.count - 8) more" : ""
            throw InterchangeError("\(tensors.file.path) does not fit \(description.name): \(shown)\(rest)")
        }
        for (tensor, entry) in found {
            try tensor.write { put in
                try tensors.file.forEachPiece(of: entry) { piece in
                    try check(piece, of: entry.name)
                    put(piece.values)
                }
            }
        }
    }

    /// Norms in PyTorch count their batches.
    private static func isCounter(_ name: String) -> Bool { name.hasSuffix(".num_batches_tracked") }

    private func check(_ piece: SafetensorsFile.Piece, of name: String) throws(InterchangeError) {
        let isVariance = name.hasSuffix(".running_var")
        guard let index = piece.values.firstIndex(where: { !$0.isFinite || (isVariance && $0 < 0) }) else { return }
        let value = piece.values[index]
        throw InterchangeError(
            "\(tensors.file.path): value \(piece.first + index) of \(name), at byte "
                + "\(piece.byteOffset + index * piece.elementSize), is \(value)"
                + (value.isFinite ? ", and no variance is negative" : "")
        )
    }
}

extension NetworkDescription {
    /// Whether branches have three convolutions.
    fileprivate var isBottleneck: Bool { stages.contains(where: \.isBottleneck) }
}
