extension Surrogate {
    /// The surrogates by name.
    public enum Kind: String, CaseIterable, Codable, Sendable {
        case triangular, sigmoid, arctan, rectangle, dspike

        /// The one number of the surrogate where none is given: height 1, slope 4, slope 2, width 1, temperature 3.
        public var standardParameter: Float {
            switch self {
            case .triangular: 1
            case .sigmoid: 4
            case .arctan: 2
            case .rectangle: 1
            case .dspike: 3
            }
        }

        /// What the number is, for people.
        public var parameterName: String {
            switch self {
            case .triangular: "height"
            case .sigmoid, .arctan: "slope"
            case .rectangle: "width"
            case .dspike: "temperature"
            }
        }
    }

    /// The surrogate of this name.
    ///
    /// - Parameters:
    ///   - kind: its name.
    ///   - parameter: height, slope, width or temperature. nil: ``Kind/standardParameter``.
    public init(_ kind: Kind, parameter: Float? = nil) {
        let number = parameter ?? kind.standardParameter
        switch kind {
        case .triangular: self = .triangular(height: number)
        case .sigmoid: self = .sigmoid(slope: number)
        case .arctan: self = .arctan(slope: number)
        case .rectangle: self = .rectangle(width: number)
        case .dspike: self = .dspike(temperature: number)
        }
    }

    /// Its name.
    public var kind: Kind {
        switch self {
        case .triangular: .triangular
        case .sigmoid: .sigmoid
        case .arctan: .arctan
        case .rectangle: .rectangle
        case .dspike: .dspike
        }
    }

    /// Its height, slope, width or temperature.
    public var parameter: Float {
        switch self {
        case .triangular(let number), .sigmoid(let number), .arctan(let number), .rectangle(let number),
            .dspike(let number):
            number
        }
    }
}
