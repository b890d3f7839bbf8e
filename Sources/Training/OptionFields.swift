import Datasets
import Networks
import Tensors

/// A value that an option can have, as text in an option file and in messages.
protocol OptionValue: Equatable, Sendable {
    /// The value that `text` means, or nil.
    static func parse(_ text: String) -> Self?
    /// What may be written, for error messages.
    static var expectation: String { get }
    /// Every value's text, where they have names; a name that is not among them may be a misspelt one.
    static var names: [String] { get }
    /// As it is written.
    var text: String { get }
}

extension OptionValue {
    static var names: [String] { [] }
}

extension OptionValue where Self: RawRepresentable & CaseIterable, RawValue == String {
    static func parse(_ text: String) -> Self? { Self(rawValue: text) }
    static var expectation: String { "one of " + names.joined(separator: ", ") }
    static var names: [String] { allCases.map(\.rawValue) }
    var text: String { rawValue }
}

extension OptionValue where Self: LosslessStringConvertible {
    static func parse(_ text: String) -> Self? { Self(text) }
    var text: String { description }
}

extension String: OptionValue {
    static var expectation: String { "text" }
}

extension Int: OptionValue {
    static var expectation: String { "a whole number" }
}

extension UInt64: OptionValue {
    static var expectation: String { "a whole number from 0 to 2^64 - 1" }
}

extension Double: OptionValue {
    static var expectation: String { "a number" }
}

extension Float: OptionValue {
    static var expectation: String { "a number" }
}

extension Bool: OptionValue {
    static var expectation: String { "true or false" }
}

extension DatasetName: OptionValue {}
extension FramesBy: OptionValue {}
extension SplitRule: OptionValue {}
extension ImageSize: OptionValue {}
extension Recipe: OptionValue {}
extension StemChoice: OptionValue {}
extension NeuronModel: OptionValue {}
extension OptimizerKind: OptionValue {}
extension ScheduleKind: OptionValue {}
extension LossKind: OptionValue {}
extension MemoryChoice: OptionValue {}
extension Head: OptionValue {}
extension Reset: OptionValue {}
extension SEWFunction: OptionValue {}
extension ResidualOrder: OptionValue {}
extension Surrogate.Kind: OptionValue {}

/// One option, whatever its type.
struct OptionField: Sendable {
    let key: TrainingOptions.CodingKeys
    /// As it is written, or nil where it is not given.
    let text: @Sendable (TrainingOptions) -> String?
    /// Copies the value where the first options give it.
    let copy: @Sendable (TrainingOptions, inout TrainingOptions) -> Void
    /// Sets the option from text; false where the text means nothing.
    let set: @Sendable (String, inout TrainingOptions) -> Bool
    /// What may be written.
    let expectation: String
    /// The names that may be written, where it takes names.
    let names: [String]
}

extension TrainingOptions {
    /// Every option, in the order in which it is shown.
    static let fields: [OptionField] = [
        field(.model, \.model),
        field(.dataset, \.dataset),
        field(.data, \.data),
        field(.device, \.device),
        field(.recipe, \.recipe),
        field(.width, \.width),
        field(.timesteps, \.timesteps),
        field(.stem, \.stem),
        field(.head, \.head),
        field(.sew, \.sew),
        field(.residual, \.residual),
        field(.neuron, \.neuron),
        field(.leak, \.leak),
        field(.threshold, \.threshold),
        field(.reset, \.reset),
        field(.detachReset, \.detachReset),
        field(.surrogate, \.surrogate),
        field(.surrogateHeight, \.surrogateHeight),
        field(.surrogateSlope, \.surrogateSlope),
        field(.surrogateWidth, \.surrogateWidth),
        field(.surrogateTemperature, \.surrogateTemperature),
        field(.surrogateSearch, \.surrogateSearch),
        field(.branchScale, \.branchScale),
        field(.branchBias, \.branchBias),
        field(.headGain, \.headGain),
        field(.epochs, \.epochs),
        field(.batchSize, \.batchSize),
        field(.optimizer, \.optimizer),
        field(.learningRate, \.learningRate),
        field(.weightDecay, \.weightDecay),
        field(.warmupEpochs, \.warmupEpochs),
        field(.schedule, \.schedule),
        field(.loss, \.loss),
        field(.tetLambda, \.tetLambda),
        field(.tetPhi, \.tetPhi),
        field(.mpdWeight, \.mpdWeight),
        field(.labelSmoothing, \.labelSmoothing),
        field(.shift, \.shift),
        field(.flip, \.flip),
        field(.split, \.split),
        field(.imageSize, \.imageSize),
        field(.framesBy, \.framesBy),
        field(.maxBadFiles, \.maxBadFiles),
        field(.cache, \.cache),
        field(.limitTrain, \.limitTrain),
        field(.limitTest, \.limitTest),
        field(.seed, \.seed),
        field(.maxSteps, \.maxSteps),
        field(.checkpointEvery, \.checkpointEvery),
        field(.memory, \.memory),
    ]

    private static func field<Value: OptionValue>(
        _ key: CodingKeys,
        _ path: any WritableKeyPath<TrainingOptions, Value?> & Sendable
    ) -> OptionField {
        OptionField(
            key: key,
            text: { $0[keyPath: path]?.text },
            copy: { source, target in
                if let value = source[keyPath: path] {
                    target[keyPath: path] = value
                }
            },
            set: { text, target in
                guard let value = Value.parse(text) else { return false }
                target[keyPath: path] = value
                return true
            },
            expectation: Value.expectation,
            names: Value.names
        )
    }

    /// The options that are given, as name and text, in the order in which they are shown.
    public var listing: [(key: CodingKeys, text: String)] {
        Self.fields.compactMap { field in field.text(self).map { (field.key, $0) } }
    }

    /// Sets the option called `name` (hyphens and underscores are the same) from text.
    ///
    /// - Throws: ``ConfigurationError/unknownOption(name:nearest:)`` or ``ConfigurationError/badValue(option:text:expected:nearest:)``.
    public mutating func set(_ name: String, to text: String) throws(ConfigurationError) {
        let known = name.replacing("-", with: "_")
        guard let field = Self.fields.first(where: { $0.key.rawValue == known }) else {
            let nearest = NearestName.find(known, among: Self.fields.map(\.key.rawValue))
            throw .unknownOption(name: name, nearest: nearest.map { $0.replacing("_", with: "-") })
        }
        guard field.set(text, &self) else {
            throw .badValue(
                option: field.key.option,
                text: text,
                expected: field.expectation,
                nearest: NearestName.find(text, among: field.names)
            )
        }
    }
}
