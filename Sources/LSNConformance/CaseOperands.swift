import LSNTensors

/// A case's attributes and tensors as an operation takes them; whatever it leaves is an error of the case: it was
/// written for a program that knows more.
struct CaseOperands {
    private let operation: String
    private let attributes: [String: AttributeValue]
    private let tensors: [String: NamedTensor]
    private let order: [String]
    private var unreadAttributes: Set<String>
    private var unreadTensors: Set<String>

    init(_ operation: String, _ data: CaseData) throws(ConformanceError) {
        self.operation = operation
        attributes = data.attributes
        order = data.tensors.map(\.name)
        tensors = Dictionary(data.tensors.map { ($0.name, $0) }) { first, _ in first }
        unreadAttributes = Set(data.attributes.keys)
        unreadTensors = Set(order)
        for tensor in data.tensors where tensor.shape.reduce(1, *) != tensor.values.count {
            throw .tensor(
                tensor.name,
                problem: "has \(tensor.values.count) values for \(tensor.shape)",
                operation: operation
            )
        }
    }

    /// Throws where something was not taken.
    func finish() throws(ConformanceError) {
        guard unreadAttributes.isEmpty else {
            throw .unknownAttributes(unreadAttributes.sorted(), operation: operation)
        }
        guard unreadTensors.isEmpty else {
            throw .unknownTensors(order.filter(unreadTensors.contains), operation: operation)
        }
    }
}

// Attributes.
extension CaseOperands {
    private mutating func attribute(_ name: String) -> AttributeValue? {
        unreadAttributes.remove(name)
        return attributes[name] == AttributeValue.none ? nil : attributes[name]
    }

    /// Whether there is an attribute of that name.
    func hasAttribute(_ name: String) -> Bool { attributes[name] != nil }

    func refuse(_ name: String, _ wanted: String) -> ConformanceError {
        let found = attributes[name].map { "is \($0)" } ?? "is missing"
        return .attribute(name, problem: "\(found); it must be \(wanted)", operation: operation)
    }

    mutating func number(_ name: String, default: Double? = nil) throws(ConformanceError) -> Double {
        switch (attribute(name), `default`) {
        case (.number(let number), _): return number
        case (nil, let value?): return value
        default: throw refuse(name, "a number")
        }
    }

    mutating func float(_ name: String, default: Float? = nil) throws(ConformanceError) -> Float {
        Float(try number(name, default: `default`.map(Double.init)))
    }

    mutating func integer(_ name: String, in range: ClosedRange<Int>, default: Int? = nil) throws(ConformanceError)
        -> Int
    {
        let value = try number(name, default: `default`.map(Double.init))
        guard let integer = Int(exactly: value), range.contains(integer) else {
            throw refuse(name, "an integer from \(range.lowerBound) to \(range.upperBound)")
        }
        return integer
    }

    mutating func flag(_ name: String, default: Bool? = nil) throws(ConformanceError) -> Bool {
        switch (attribute(name), `default`) {
        case (.flag(let flag), _): return flag
        case (nil, let value?): return value
        default: throw refuse(name, "true or false")
        }
    }

    mutating func text(_ name: String, default: String? = nil) throws(ConformanceError) -> String {
        switch (attribute(name), `default`) {
        case (.text(let text), _): return text
        case (nil, let value?): return value
        default: throw refuse(name, "a text")
        }
    }

    mutating func numbers(_ name: String) throws(ConformanceError) -> [Double] {
        guard case .list(let values)? = attribute(name) else { throw refuse(name, "a list of numbers") }
        var numbers: [Double] = []
        for value in values {
            guard case .number(let number) = value else { throw refuse(name, "a list of numbers") }
            numbers.append(number)
        }
        return numbers
    }

    mutating func integers(_ name: String) throws(ConformanceError) -> [Int] {
        let integers = try numbers(name).map { Int(exactly: $0) }
        guard !integers.contains(nil), integers.allSatisfy({ $0 ?? 0 >= 1 }) else {
            throw refuse(name, "a list of integers from 1")
        }
        return integers.compactMap(\.self)
    }

    /// A value that the program has as a constant: anything else is one that it does not know.
    mutating func constant(_ name: String, _ value: Float) throws(ConformanceError) {
        guard try float(name, default: value) == value else { throw refuse(name, "\(value)") }
    }

    /// One of an enumeration's raw values.
    mutating func choice<Choice: RawRepresentable<String>>(
        _ name: String,
        default: Choice? = nil
    ) throws(ConformanceError) -> Choice {
        let text = try text(name, default: `default`?.rawValue)
        guard let choice = Choice(rawValue: text) else { throw refuse(name, "one that this program knows") }
        return choice
    }

    /// `stride` and `padding`.
    mutating func geometry() throws(ConformanceError) -> WindowGeometry {
        WindowGeometry(stride: try integer("stride", in: 1...64), padding: try integer("padding", in: 0...64))
    }

    /// `loss`, and its constants.
    mutating func loss() throws(ConformanceError) -> Loss {
        switch try text("loss", default: "mean_ce") {
        case "mean_ce": return .meanCrossEntropy
        case "tet":
            return .temporalEfficient(lambda: try float("lambda", default: 0.05), phi: try float("phi", default: 1))
        default: throw refuse("loss", "mean_ce or tet")
        }
    }
}

// Tensors.
extension CaseOperands {
    mutating func optionalTensor(_ name: String) -> NamedTensor? {
        unreadTensors.remove(name)
        return tensors[name]
    }

    mutating func tensor(_ name: String) throws(ConformanceError) -> NamedTensor {
        guard let tensor = optionalTensor(name) else {
            throw .tensor(name, problem: "is missing", operation: operation)
        }
        return tensor
    }

    /// Every tensor's name, in order.
    var tensorNames: [String] { order }

    /// Whether there is a tensor of that name.
    func has(_ name: String) -> Bool { tensors[name] != nil }

    /// Every `parameter.*`, without that prefix, in order.
    mutating func parameters() -> [NamedTensor] {
        let prefix = "parameter."
        let names = order.filter { $0.hasPrefix(prefix) }
        return names.compactMap { name in
            optionalTensor(name).map { tensor in
                NamedTensor(name: String(name.dropFirst(prefix.count)), shape: tensor.shape, values: tensor.values)
            }
        }
    }

    func refuse(_ tensor: NamedTensor, _ problem: String) -> ConformanceError {
        .tensor(tensor.name, problem: "of shape \(tensor.shape) \(problem)", operation: operation)
    }

    /// `[…, C, H, W]`: what stands before the last three extents is folded into images.
    func imageShape(_ tensor: NamedTensor) throws(ConformanceError) -> ImageShape {
        let extents = tensor.shape
        guard extents.count == 4 || extents.count == 5, extents.allSatisfy({ $0 >= 1 }) else {
            throw refuse(tensor, "is not [N, C, H, W] or [T, N, C, H, W]")
        }
        return ImageShape(
            images: extents.dropLast(3).reduce(1, *),
            height: extents[extents.count - 2],
            width: extents[extents.count - 1],
            channels: extents[extents.count - 3]
        )
    }

    mutating func real(_ name: String, on backend: Backend) throws -> RealTensor {
        let tensor = try tensor(name)
        return try backend.realTensor(tensor.values, shape: try imageShape(tensor))
    }

    mutating func spikes(_ name: String, on backend: Backend) throws -> SpikeTensor {
        let tensor = try tensor(name)
        guard tensor.values.allSatisfy({ $0 == 0 || $0 == 1 }) else {
            throw refuse(tensor, "has values that are neither 0 nor 1")
        }
        return try backend.spikeTensor(tensor.values, shape: try imageShape(tensor))
    }

    mutating func activation(_ name: String, isSpikes: Bool, on backend: Backend) throws -> Activation {
        isSpikes ? .spikes(try spikes(name, on: backend)) : .real(try real(name, on: backend))
    }

    /// `[out, in, kH, kW]`, or `[out, in]` of a fully connected layer.
    mutating func filter(_ name: String, on backend: Backend) throws -> Filter {
        let tensor = try tensor(name)
        let extents = tensor.shape.count == 2 ? tensor.shape + [1, 1] : tensor.shape
        guard extents.count == 4, extents.allSatisfy({ $0 >= 1 }) else {
            throw refuse(tensor, "is not [out, in, kH, kW] or [out, in]")
        }
        let shape = FilterShape(outputs: extents[0], inputs: extents[1], height: extents[2], width: extents[3])
        return try backend.filter(tensor.values, shape: shape)
    }

    mutating func vector(_ name: String, on backend: Backend) throws -> ChannelVector {
        let tensor = try tensor(name)
        guard tensor.shape.count == 1, tensor.shape[0] >= 1 else { throw refuse(tensor, "is not one value a channel") }
        return try backend.channelVector(tensor.values)
    }

    /// Labels, which files hold as floats.
    mutating func labels(_ name: String) throws(ConformanceError) -> [UInt32] {
        let tensor = try tensor(name)
        let labels = tensor.values.map { UInt32(exactly: $0) }
        guard !labels.isEmpty, !labels.contains(nil) else { throw refuse(tensor, "has values that are no labels") }
        return labels.compactMap(\.self)
    }
}
