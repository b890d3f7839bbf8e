public import LSNTensors

/// All that a network learns (parameters) and remembers (buffers: running statistics), in flat storages that an
/// optimizer steps over in one go; layers hold slices of them.
///
/// Gaps between entries and spare channels hold zeros in values and in gradients, always.
public final class ParameterSet: Sendable {
    /// A parameter or a buffer, and its place.
    public typealias Entry = ParameterEntry

    /// Where the values live.
    public let backend: Backend
    /// What is trained, in definition order.
    public let entries: [Entry]
    /// Running statistics, in definition order.
    public let buffers: [Entry]
    /// Values of ``entries``: ``wordCount`` words.
    public let values: any Storage
    /// ∂L/∂``values``, word by word.
    public let gradients: any Storage
    /// Values of ``buffers``: ``bufferWordCount`` words.
    public let bufferValues: any Storage
    /// Words of ``values`` and of ``gradients``.
    public let wordCount: Int
    /// Words of ``bufferValues``.
    public let bufferWordCount: Int
    /// Trained values, spare words not counted.
    public let parameterCount: Int
    /// Names of ``entries`` that training leaves as they are, see ``Network/freezing(_:)``.
    public let frozen: Set<String>

    private let entryIndex: [String: Int]
    private let bufferIndex: [String: Int]
    private let hasFixedWeights: Bool

    /// Allocates and zeroes; the values come from ``initialize(seed:)`` or ``load(state:source:)``.
    init(layout: ParameterLayout, backend: Backend) throws(BackendError) {
        self.backend = backend
        entries = layout.entries
        buffers = layout.buffers
        wordCount = layout.wordCount
        bufferWordCount = layout.bufferWordCount
        parameterCount = layout.parameterCount
        entryIndex = Self.index(layout.entries)
        bufferIndex = Self.index(layout.buffers)
        values = try backend.zeros(words: max(layout.wordCount, 1))
        gradients = try backend.zeros(words: max(layout.wordCount, 1))
        bufferValues = try backend.zeros(words: max(layout.bufferWordCount, 1))
        hasFixedWeights = false
        frozen = []
    }

    private init(
        _ other: ParameterSet,
        values: (any Storage)? = nil,
        bufferValues: (any Storage)? = nil,
        hasFixedWeights: Bool,
        frozen: Set<String>
    ) {
        backend = other.backend
        entries = other.entries
        buffers = other.buffers
        self.values = values ?? other.values
        gradients = other.gradients
        self.bufferValues = bufferValues ?? other.bufferValues
        wordCount = other.wordCount
        bufferWordCount = other.bufferWordCount
        parameterCount = other.parameterCount
        entryIndex = other.entryIndex
        bufferIndex = other.bufferIndex
        self.hasFixedWeights = hasFixedWeights
        self.frozen = frozen
    }

    /// The same parameters and buffers for layers whose weights do not change: see `Backend.withFixedWeights`.
    func withFixedWeights() -> ParameterSet { ParameterSet(self, hasFixedWeights: true, frozen: frozen) }

    /// Parameters and buffers alike, with values of their own, zero at first; the gradients are the same.
    func clone() throws(BackendError) -> ParameterSet {
        ParameterSet(
            self,
            values: try backend.zeros(words: max(wordCount, 1)),
            bufferValues: try backend.zeros(words: max(bufferWordCount, 1)),
            hasFixedWeights: hasFixedWeights,
            frozen: frozen
        )
    }

    /// The same parameters and buffers for layers that leave entries of these names as they are.
    func freezing(_ names: Set<String>) -> ParameterSet {
        ParameterSet(self, hasFixedWeights: hasFixedWeights, frozen: names)
    }

    /// The words of ``values`` that training moves, in ascending runs as long as can be: all of them where nothing is frozen.
    public var trainedWords: [Range<Int>] {
        frozen.isEmpty ? [0..<wordCount] : trainedRuns { _ in true }.map(\.words)
    }

    /// What training moves, in definition order.
    public var trainedEntries: [Entry] { entries.filter { !frozen.contains($0.name) } }

    /// The words of ``values`` that training moves, in ascending runs as long as can be whose parameters have the same key.
    package func trainedRuns<Key: Equatable>(by key: (Entry) -> Key) -> [(words: Range<Int>, key: Key)] {
        var runs: [(words: Range<Int>, key: Key)] = []
        var isRunning = false
        for entry in entries {
            guard !frozen.contains(entry.name) else {
                isRunning = false
                continue
            }
            let key = key(entry)
            let continues = isRunning && runs.last?.key == key
            let start = continues ? runs.removeLast().words.lowerBound : entry.offset
            runs.append((start..<entry.offset + entry.words, key))
            isRunning = true
        }
        return runs
    }

    /// The name of the parameter that word `word` of ``values`` belongs to.
    public func name(ofWord word: Int) -> String {
        Self.name(ofWord: word, in: entries)
    }

    /// The name of the buffer that word `word` of ``bufferValues`` belongs to.
    public func bufferName(ofWord word: Int) -> String {
        Self.name(ofWord: word, in: buffers)
    }

    /// ``values`` as one tensor, gaps included.
    package var valueTensor: RealTensor { Self.tensor(values, words: wordCount) }

    /// ``gradients`` as one tensor, gaps included.
    package var gradientTensor: RealTensor { Self.tensor(gradients, words: wordCount) }

    /// ``bufferValues`` as one tensor, gaps included; nil where nothing is remembered.
    package var bufferTensor: RealTensor? {
        bufferWordCount > 0 ? Self.tensor(bufferValues, words: bufferWordCount) : nil
    }

    /// Entries start at multiples of ``ImageShape/channelAlignment`` and fill them.
    private static func tensor(_ storage: any Storage, words: Int) -> RealTensor {
        let channels = ImageShape.channelAlignment
        let shape = ImageShape(images: words / channels, height: 1, width: 1, channels: channels)
        return RealTensor(shape: shape, storage: storage)
    }

    /// A convolution's or a fully connected layer's weights, and where their gradient goes; nil of it where they are frozen.
    func filter(_ name: String) throws(BackendError) -> (value: Filter, gradient: Filter?) {
        let entry = try entry(name, in: entries, entryIndex)
        guard case .filter(let shape) = entry.layout else {
            throw .mismatch(operation: "parameters", detail: "\(name) is a vector, not a filter")
        }
        let value = Filter(shape: shape, storage: try slice(values, entry))
        return (
            hasFixedWeights ? try backend.withFixedWeights(value) : value,
            frozen.contains(name) ? nil : Filter(shape: shape, storage: try slice(gradients, entry))
        )
    }

    /// One value a channel, and where its gradient goes. Norms and neurons find that on the way to their input's, so that it is
    /// there for frozen ones, too.
    func vector(_ name: String) throws(BackendError) -> (value: ChannelVector, gradient: ChannelVector) {
        let entry = try entry(name, in: entries, entryIndex)
        return (
            ChannelVector(channels: entry.count, storage: try slice(values, entry)),
            ChannelVector(channels: entry.count, storage: try slice(gradients, entry))
        )
    }

    /// A running statistic.
    func buffer(_ name: String) throws(BackendError) -> ChannelVector {
        let entry = try entry(name, in: buffers, bufferIndex)
        return ChannelVector(channels: entry.count, storage: try slice(bufferValues, entry))
    }

    private func slice(_ storage: any Storage, _ entry: Entry) throws(BackendError) -> any Storage {
        try backend.slice(storage, offset: entry.offset, count: entry.words)
    }

    private func entry(
        _ name: String,
        in list: [Entry],
        _ index: [String: Int]
    ) throws(BackendError) -> Entry {
        guard let position = index[name] else {
            throw .mismatch(operation: "parameters", detail: "no tensor is named \(name)")
        }
        return list[position]
    }

    private static func index(_ entries: [Entry]) -> [String: Int] {
        Dictionary(entries.enumerated().map { ($1.name, $0) }) { first, _ in first }
    }

    private static func name(ofWord word: Int, in entries: [Entry]) -> String {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].offset <= word { low = middle + 1 } else { high = middle }
        }
        return low > 0 ? entries[low - 1].name : "word \(word)"
    }
}
