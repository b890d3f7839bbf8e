/// A surrogate as backends compute it: its kind and two numbers.
public struct SurrogateNumbers: Sendable {
    /// Which formula.
    public let kind: Surrogate.Kind
    /// The factor of the whole.
    public let scale: Float
    /// The factor of x = Û − V_th; of a rectangle half its width.
    public let slope: Float

    /// The numbers of a surrogate.
    public init(_ surrogate: Surrogate) {
        kind = surrogate.kind
        switch surrogate {
        case .triangular(let height): (scale, slope) = (height, 0)
        case .sigmoid(let a): (scale, slope) = (a, a)
        case .arctan(let a): (scale, slope) = (a / 2, Float(Double.pi * Double(a) / 2))
        case .rectangle(let width): (scale, slope) = (1 / width, width / 2)
        case .dspike(let b): (scale, slope) = (Float(Double(b) / (2 * PortableMath.tanh(Double(b) / 2))), b)
        }
    }
}
