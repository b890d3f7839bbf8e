/// A file of named tensors in the safetensors format, which PyTorch users read with `safetensors.torch.load_file`.
///
/// The file is eight bytes that give the length of a header, the header (JSON: for every name its type, its shape, and
/// where its bytes lie), and the tensors' bytes, which follow each other without gap or overlap. Source: the format's
/// page, <https://huggingface.co/docs/safetensors>.
///
/// ```swift
/// var file = Safetensors()
/// file.metadata["model"] = "lsn19"
/// file.append("head.fc.bias", Safetensors.Tensor(floats: [0, 1], shape: [2]))
/// try file.write(to: "weights.safetensors")
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
    public mutating func append(_ name: String, _ tensor: Tensor) {
        precondition(name != Self.metadataKey, "\(name) is not a name for a tensor")
        let previous = tensors.updateValue(tensor, forKey: name)
        precondition(previous == nil, "a tensor named \(name) was appended twice")
        names.append(name)
    }

    /// The content of the file at `path`, however large it is: what was written can be read.
    ///
    /// - Throws: ``FileFormatError`` where it cannot be read or is damaged.
    public static func read(_ path: String) throws(FileFormatError) -> Safetensors {
        try parse(FileSystem.read(path, limit: max(FileSystem.sizeLimit, FileSystem.size(path))), path: path)
    }

    /// Writes the file at `path`, all or nothing: see ``FileSystem/writeAtomically(_:to:)``.
    public func write(to path: String) throws(FileFormatError) {
        try FileSystem.writeAtomically(serialized(), to: path)
    }

    /// The bytes of the file.
    ///
    /// The same content gives the same bytes: metadata comes first in the header, sorted, then the tensors in the order
    /// of ``names``. Their bytes start at a multiple of eight and lie by size of element, largest first, so that every
    /// tensor is aligned to its element.
    public func serialized() -> [UInt8] {
        let placed = names.compactMap { name in tensors[name].map { (name: name, tensor: $0) } }
        let laidOut = [8, 4, 2, 1].flatMap { size in placed.filter { $0.tensor.type.size == size } }
        var offsets: [String: Range<Int>] = [:]
        var end = 0
        for (name, tensor) in laidOut {
            offsets[name] = end..<end + tensor.bytes.count
            end += tensor.bytes.count
        }

        var entries: [String] = []
        if !metadata.isEmpty {
            let pairs = metadata.sorted { $0.key < $1.key }.map {
                "\(JSONText.quoted($0.key)):\(JSONText.quoted($0.value))"
            }
            entries.append("\"\(Self.metadataKey)\":{\(pairs.joined(separator: ","))}")
        }
        for (name, tensor) in placed {
            let range = offsets[name] ?? 0..<0
            let shape = tensor.shape.map(String.init).joined(separator: ",")
            entries.append(
                "\(JSONText.quoted(name)):{\"dtype\":\"\(tensor.type.rawValue)\",\"shape\":[\(shape)],"
                    + "\"data_offsets\":[\(range.lowerBound),\(range.upperBound)]}"
            )
        }
        var header = [UInt8]("{\(entries.joined(separator: ","))}".utf8)
        header += [UInt8](repeating: UInt8(ascii: " "), count: (8 - header.count % 8) % 8)

        var bytes: [UInt8] = []
        bytes.reserveCapacity(8 + header.count + end)
        bytes += LittleEndian.encode([UInt64(header.count)])
        bytes += header
        for (_, tensor) in laidOut { bytes += tensor.bytes }
        return bytes
    }
}
