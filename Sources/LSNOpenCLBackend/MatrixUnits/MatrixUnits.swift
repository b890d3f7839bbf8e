/// What multiplies spikes and weights in convolutions of the SIMT mapping. No bit of a result depends on it.
public enum MatrixUnits: String, CaseIterable, Hashable, Sendable {
    /// Lanes: implicit GEMMs that select weights.
    case off
    /// The kernels for matrix units, whose instructions are emulated: right on every device, and slow.
    case emulated
    /// The device's matrix instructions (Kernels/matrix_units/instructions.cl).
    case native
}
