import LSNNetworks
import LSNTensors

/// The exponential moving average of a network's parameters and running statistics (EMA), as timm's `ModelEma` and PyTorch's
/// `AveragedModel` with buffers have it: it starts where the run does, and after every step
///
///     average ← average + (1 − decay)·(value − average)
///
/// It is a network of its own, which is evaluated in the place of the one that is trained.
struct WeightAverage: Sendable {
    /// With the averages.
    let network: Network
    private let weight: Float

    /// - Parameters:
    ///   - decay: what is kept of the average in a step, more than 0 and less than 1.
    ///   - network: that is trained.
    init(_ decay: Double, of network: Network) throws(BackendError) {
        self.network = try network.clone()
        weight = Float(1 - decay)
    }

    /// Starts anew, from these values.
    func begin(from parameters: ParameterSet) throws(BackendError) {
        for (value, average) in pairs(parameters) { try network.backend.copy(value, into: average) }
    }

    /// After a step.
    func update(from parameters: ParameterSet) throws(BackendError) {
        for (value, average) in pairs(parameters) {
            try network.backend.lerp(average, toward: value, by: weight)
        }
    }

    /// Puts the averages in the place of the values.
    func copy(to parameters: ParameterSet) throws(BackendError) {
        for (value, average) in pairs(parameters) { try network.backend.copy(average, into: value) }
    }

    private func pairs(_ parameters: ParameterSet) -> [(value: RealTensor, average: RealTensor)] {
        let (own, other) = (network.parameters, parameters)
        var result = [(value: other.valueTensor, average: own.valueTensor)]
        if let statistics = other.bufferTensor, let averages = own.bufferTensor {
            result.append((statistics, averages))
        }
        return result
    }
}
