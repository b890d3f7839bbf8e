/// The energy of synaptic operations, in joules an operation.
///
/// The usual figures for 32-bit floating point at 45 nm: an addition takes 0.9 pJ, a multiplication with its addition
/// 4.6 pJ. They leave out memory, neurons, norms and the gates, so they compare synapses with synapses, not chips.
package struct EnergyModel: Codable, Hashable, Sendable {
    /// Of adding a weight.
    package var accumulate: Double
    /// Of a product that is added.
    package var multiplyAccumulate: Double

    /// Figures for another technology.
    package init(accumulate: Double, multiplyAccumulate: Double) {
        self.accumulate = accumulate
        self.multiplyAccumulate = multiplyAccumulate
    }

    /// 45 nm.
    package static let standard = EnergyModel(accumulate: 0.9e-12, multiplyAccumulate: 4.6e-12)

    /// Names in JSON.
    package enum CodingKeys: String, CodingKey {
        case accumulate = "accumulate_joules"
        case multiplyAccumulate = "multiply_accumulate_joules"
    }

    /// The energy of so many operations.
    package func joules(accumulates: Double, multiplyAccumulates: Double) -> Double {
        accumulate * accumulates + multiplyAccumulate * multiplyAccumulates
    }
}
