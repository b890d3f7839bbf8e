import LSNTensors

extension NetworkDescription {
    /// Neurons of one time step: places where something fires, each counted once however many levels it has.
    public var neuronCount: Int {
        var shape = ImageShape(images: 1, height: imageHeight, width: imageWidth, channels: inChannels)
        var count = 0
        shape = stemUnit.output(of: shape)
        if stemUnit.activation.neuron != nil { count += shape.count }
        if stem == .imagenet { shape = WindowGeometry(stride: 2, padding: 1).output(of: shape, window: 3) }
        for block in blocks {
            let (neurons, output) = block.neurons(on: shape)
            count += neurons
            shape = output
        }
        if headActivation?.neuron != nil { count += shape.count }
        if hiddenNeurons != nil { count += Head.hiddenWidth }
        return count
    }
}

extension BlockDescription {
    /// The neurons of a block on such an input, and the shape of its output.
    fileprivate func neurons(on input: ImageShape) -> (count: Int, output: ImageShape) {
        var count = entry?.neuron == nil ? 0 : input.count
        var output = input
        for name in branchNames {
            var shape = input
            for unit in branch(name) {
                shape = unit.output(of: shape)
                if unit.activation.neuron != nil { count += shape.count }
            }
            output = shape
        }
        if shortcut?.activation.neuron != nil { count += output.count }
        if exit?.neuron != nil { count += output.count }
        return (count, output)
    }
}

extension UnitDescription {
    fileprivate func output(of shape: ImageShape) -> ImageShape {
        convolution.geometry.output(of: shape, filter: convolution.filter)
    }
}
