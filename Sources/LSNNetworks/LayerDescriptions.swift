import LSNTensors

/// A convolution without bias: its shape and name, without any memory.
struct ConvolutionDescription: Hashable, Sendable {
    /// What comes before `weight`.
    var name: String
    var filter: FilterShape
    var geometry: WindowGeometry

    var filterName: String { "\(name).weight" }

    func declare(in layout: inout ParameterLayout) {
        layout.declareFilter(filterName, filter, initial: .heNormal)
    }
}

/// A batch norm: its shape and name, without any memory.
struct NormDescription: Hashable, Sendable {
    /// What comes before `weight`, `bias`, `running_mean` and `running_var`.
    var name: String
    var channels: Int
    /// Fixed factor: 1, or k·V_th for tdBN.
    var gain: Float = 1
    /// The weight at the start.
    var weight: Float = 1
    /// The bias at the start.
    var bias: Float = 0

    var weightName: String { "\(name).weight" }
    var biasName: String { "\(name).bias" }
    var runningMeanName: String { "\(name).running_mean" }
    var runningVarianceName: String { "\(name).running_var" }

    func declare(in layout: inout ParameterLayout) {
        layout.declareVector(weightName, channels, initial: .constant(weight))
        layout.declareVector(biasName, channels, initial: .constant(bias))
        layout.declareBuffer(runningMeanName, channels, initial: .constant(0))
        layout.declareBuffer(runningVarianceName, channels, initial: .constant(1))
    }
}

/// A layer of neurons: its name, without any memory.
struct NeuronDescription: Hashable, Sendable {
    /// What comes before `w`, where the layer learns its leak.
    var name: String
    var neuron: Neuron

    var leakName: String { "\(name).w" }

    func declare(in layout: inout ParameterLayout) {
        guard neuron.isLeakLearned else { return }
        // leak = 1 − σ(w)
        layout.declareVector(leakName, 1, initial: .constant(LearnedLeak.weight(of: neuron.leak)))
    }
}

/// What follows a convolution, or starts and ends a block: a norm, then neurons; either may be missing.
struct ActivationDescription: Hashable, Sendable {
    var norm: NormDescription?
    var neuron: NeuronDescription?

    func declare(in layout: inout ParameterLayout) {
        norm?.declare(in: &layout)
        neuron?.declare(in: &layout)
    }
}

/// A convolution and what follows it.
struct UnitDescription: Hashable, Sendable {
    var convolution: ConvolutionDescription
    var activation: ActivationDescription

    func declare(in layout: inout ParameterLayout) {
        convolution.declare(in: &layout)
        activation.declare(in: &layout)
    }
}

/// A fully connected layer with bias: its shape and name, without any memory.
struct LinearDescription: Hashable, Sendable {
    /// What comes before `weight` and `bias`.
    var name: String
    var inputs: Int
    var outputs: Int
    /// Factor of the weights at the start.
    var gain: Float = 1

    var weightName: String { "\(name).weight" }
    var biasName: String { "\(name).bias" }
    var filter: FilterShape { FilterShape(outputs: outputs, inputs: inputs, height: 1, width: 1) }

    func declare(in layout: inout ParameterLayout) {
        layout.declareLinear(weightName, filter, initial: .linear(inputs: inputs, gain: gain))
        layout.declareVector(biasName, outputs, initial: .linear(inputs: inputs))
    }
}
