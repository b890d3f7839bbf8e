import Tensors

/// A convolution and the norm after it: their shapes and names, without any memory.
struct UnitDescription: Hashable, Sendable {
    /// What comes before `conv.weight` and `bn.weight`.
    var name: String
    var filter: FilterShape
    var geometry: WindowGeometry
    /// Fixed factor of the norm: 1, or k·V_th for tdBN.
    var gain: Float = 1
    /// The norm's weight at the start.
    var normWeight: Float = 1
    /// The norm's bias at the start.
    var normBias: Float = 0

    var filterName: String { "\(name).conv.weight" }
    var weightName: String { "\(name).bn.weight" }
    var biasName: String { "\(name).bn.bias" }
    var runningMeanName: String { "\(name).bn.running_mean" }
    var runningVarianceName: String { "\(name).bn.running_var" }

    func declare(in layout: inout ParameterLayout) {
        layout.declareFilter(filterName, filter, initial: .heNormal)
        layout.declareVector(weightName, filter.outputs, initial: .constant(normWeight))
        layout.declareVector(biasName, filter.outputs, initial: .constant(normBias))
        layout.declareBuffer(runningMeanName, filter.outputs, initial: .constant(0))
        layout.declareBuffer(runningVarianceName, filter.outputs, initial: .constant(1))
    }
}

/// A fully connected layer with bias: its shape and name, without any memory.
struct LinearDescription: Hashable, Sendable {
    /// What comes before `weight` and `bias`.
    var name: String
    var inputs: Int
    var outputs: Int

    var weightName: String { "\(name).weight" }
    var biasName: String { "\(name).bias" }
    var filter: FilterShape { FilterShape(outputs: outputs, inputs: inputs, height: 1, width: 1) }

    func declare(in layout: inout ParameterLayout) {
        layout.declareLinear(weightName, filter, initial: .linear(inputs: inputs))
        layout.declareVector(biasName, outputs, initial: .linear(inputs: inputs))
    }
}
