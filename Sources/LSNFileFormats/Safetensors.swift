/// A file of named tensors in the safetensors format, which PyTorch users read with `safetensors.torch.load_file`.
///
/// The file is eight bytes that give the length of a header, the header (JSON: for every name its type, its shape, and
/// where its bytes lie), and the tensors' bytes, which follow each other without gap or overlap. Source: the format's
/// page, <https://huggingface.co/docs/safetensors>.
///
/// This is a file whose content is in memory. Large ones are written by ``write(to:metadata:entries:content:)`` and read by
/// ``SafetensorsFile``, tensor by tensor.
///
/// ```swift
/// let file = try Safetensors.read("weights.safetensors")
/// let bias = try file["head.fc.bias"]?.floats(named: "head.fc.bias", path: "weights.safetensors")
/// ```
public struct Safetensors: Sendable, Equatable {
    /// The largest header that is read, as the format's own reader has it.
    public static let headerLimit = 100_000_000
    /// The header's key that is no tensor.
    static let metadataKey = "__metadata__"

    /// Free texts by name; no tensor may be called `__metadata__`.
    public var metadata: [String: String] = [:]
    /// The tensors' names in the order of the header, which is the order in which they were appended.
    public private(set) var names: [String] = []
    private var tensors: [String: Tensor] = [:]

    /// A file with nothing in it.
    public init() {}

    /// The tensor of that name, if there is one.
    public subscript(name: String) -> Tensor? { tensors[name] }

    /// Adds a tensor behind the others. Its name must be new, and not `__metadata__`.
    package mutating func append(_ name: String, _ tensor: Tensor) {
        precondition(name != Self.metadataKey, "\(name) is not a name for a tensor")
        let previous = tensors.updateValue(tensor, forKey: name)
        precondition(previous == nil, "a tensor named \(name) was appended twice")
        names.append(name)
    }

    /// The content of the file at `path`, however large it is: what was written can be read.
    ///
    /// - Throws: ``FileFormatError`` where it cannot be read or is damaged.
    public static func read(_ path: String) throws(FileFormatError) -> Safetensors {
        let file = try SafetensorsFile(path)
        var content = Safetensors()
        content.metadata = file.metadata
        for entry in file.entries {
            content.append(entry.name, Tensor(type: entry.type, shape: entry.shape, bytes: try file.bytes(of: entry)))
        }
        return content
    }

    /// Writes the file at `path`, all or nothing: see ``FileSystem/writeAtomically(_:to:)``.
    package func write(to path: String) throws {
        try Self.write(to: path, metadata: metadata, entries: entries) { index, file in
            if let tensor = tensors[names[index]] { try file.write(tensor.bytes) }
        }
    }

    /// The bytes of the file that ``write(to:)`` writes.
    package func serialized() -> [UInt8] {
        let layout = Layout(metadata: metadata, entries: entries)
        var bytes = layout.header
        bytes.reserveCapacity(layout.size)
        for index in layout.order { bytes += tensors[names[index]]?.bytes ?? [] }
        return bytes
    }

    private var entries: [Entry] {
        names.compactMap { name in tensors[name].map { Entry(name: name, type: $0.type, shape: $0.shape) } }
    }
}
