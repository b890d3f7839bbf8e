/// What multiplies in convolutions of the SIMT mapping. No bit of a convolution of spikes depends on it; with `fast` numerics
/// their two gradients do.
public enum MatrixUnits: String, CaseIterable, Hashable, Sendable {
    /// Lanes: implicit GEMMs that select weights.
    case off
    /// The kernels for matrix units, whose instructions are emulated: right on every device, and slow.
    case emulated
    /// The device's matrix instructions (Kernels/matrix_units/instructions.cl).
    case native

    /// Lanes of a warp, which hold an instruction's fragments.
    static let lanes = 32
}
