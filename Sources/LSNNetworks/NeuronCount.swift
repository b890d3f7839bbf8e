import LSNTensors

/// A layer of neurons, and how many it has of one time step.
public struct NeuronLayerShape: Hashable, Sendable {
    /// As a ``NetworkObserver`` hears it: `stages.0.1.excitatory.0.neuron`.
    public let name: String
    /// C.
    public let channels: Int
    /// H.
    public let height: Int
    /// W.
    public let width: Int

    /// C·H·W; one of several levels counts once.
    public var count: Int { channels * height * width }

    init(_ neuron: NeuronDescription, _ shape: ImageShape) {
        name = neuron.name
        (channels, height, width) = (shape.channels, shape.height, shape.width)
    }
}

extension NetworkDescription {
    /// Neurons of one time step: places where something fires, each counted once however many levels it has.
    public var neuronCount: Int { neuronLayers.reduce(0) { $0 + $1.count } }

    /// The layers of neurons, or of ReLUs, from the stem to the head.
    public var neuronLayers: [NeuronLayerShape] {
        var shape = ImageShape(images: 1, height: imageHeight, width: imageWidth, channels: inChannels)
        var layers: [NeuronLayerShape] = []
        shape = stemUnit.output(of: shape)
        if let neuron = stemUnit.activation.neuron { layers.append(NeuronLayerShape(neuron, shape)) }
        if stem == .imagenet { shape = WindowGeometry(stride: 2, padding: 1).output(of: shape, window: 3) }
        for block in blocks {
            let (own, output) = block.neuronLayers(on: shape)
            layers += own
            shape = output
        }
        if let neuron = headActivation?.neuron { layers.append(NeuronLayerShape(neuron, shape)) }
        if let neuron = hiddenNeurons?.neuron {
            layers.append(
                NeuronLayerShape(neuron, ImageShape(images: 1, height: 1, width: 1, channels: Head.hiddenWidth))
            )
        }
        return layers
    }
}

extension BlockDescription {
    /// The layers of neurons of a block on such an input, and the shape of its output.
    fileprivate func neuronLayers(on input: ImageShape) -> (layers: [NeuronLayerShape], output: ImageShape) {
        var layers: [NeuronLayerShape] = []
        func add(_ neuron: NeuronDescription?, _ shape: ImageShape) {
            if let neuron { layers.append(NeuronLayerShape(neuron, shape)) }
        }
        add(entry?.neuron, input)
        var output = input
        for name in branchNames {
            var shape = input
            for unit in branch(name) {
                shape = unit.output(of: shape)
                add(unit.activation.neuron, shape)
            }
            output = shape
        }
        add(shortcut?.activation.neuron, output)
        add(exit?.neuron, output)
        return (layers, output)
    }
}

extension UnitDescription {
    fileprivate func output(of shape: ImageShape) -> ImageShape {
        convolution.geometry.output(of: shape, filter: convolution.filter)
    }
}
