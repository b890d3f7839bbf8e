import Foundation
import LSNFileFormats
package import LSNNetworks
import LSNTraining
import Yams

/// Networks in files: YAML or JSON with the keys of docs/Networks.md, alone or under the key `network`, as `config.json` has
/// it.
package struct NetworkFile {
    /// The network.
    package let template: NetworkTemplate
    /// Multiplier of a model's widths that the network has already: a run's, or 1.
    package let width: Double

    /// The key under which a file that says more has its network.
    package static let key = "network"

    /// Whether `--model` names a file, rather than an architecture.
    package static func isNamed(by model: String) -> Bool {
        model.contains("/") || [".yaml", ".yml", ".json"].contains { model.hasSuffix($0) }
    }

    /// Reads a network. One without a name has the file's.
    ///
    /// - Throws: ``ConfigurationError/badOptions(_:)`` with file and line; `FileFormatError` where the file cannot be read.
    package init(_ path: String) throws {
        let document = try YAMLDocument(path)
        guard let root = document.root else { throw document.error(at: nil, "no network is described here") }
        let node = root.mapping?[Self.key] ?? root
        guard node.mapping != nil else {
            throw document.error(at: node, "expected a network: lines of the form `key: value` (docs/Networks.md)")
        }
        var template = try document.decode(NetworkTemplate.self, from: node)
        if template.name.isEmpty {
            let file = path.split(separator: "/").last.map(String.init) ?? path
            template.name = file.split(separator: ".").first.map(String.init) ?? file
        }
        do {
            // What cannot be is said of the file before options are laid over it.
            _ = try template.settled()
        } catch {
            throw document.error(at: node, "\(error)")
        }
        self.template = template
        let recorded = OptionFile.isRecord(root) ? root.mapping?["width"]?.scalar.flatMap { Double($0.string) } : nil
        width = recorded ?? 1
    }

    /// A network as ``init(_:)`` takes it: a line for each key, stages and small mappings on one.
    package static func text(_ template: NetworkTemplate) throws -> String {
        try Yams.serialize(node: node(template), width: 120, allowUnicode: true)
    }

    /// The node of a network in a file that says more.
    static func node(_ template: NetworkTemplate) throws -> Node {
        let json = try JSONEncoder().encode(template)
        let none = Node.mapping(Node.Mapping([]))
        return ordered(try Yams.compose(yaml: String(decoding: json, as: UTF8.self)) ?? none, depth: 0)
    }

    private static let order =
        NetworkTemplate.keys + ["kind"] + NetworkTemplate.Stage.keys + ["channels", "height"] + NeuronOptions.keys
        + ["gain", "last-gain", "head-gain"]

    /// Keys in the order of the documentation; the network's own in block style, what they hold in flow style.
    private static func ordered(_ node: Node, depth: Int) -> Node {
        switch node {
        case .mapping(let mapping):
            let pairs = mapping.map { key, value in
                (hyphenated(key.string ?? ""), ordered(value, depth: depth + 1))
            }
            let members = pairs.sorted { place($0.0) < place($1.0) }.map { (Node($0.0), $0.1) }
            return .mapping(Node.Mapping(members, Tag(.implicit), depth == 0 ? .block : .flow))
        case .sequence(let sequence):
            let items = sequence.map { ordered($0, depth: depth + 1) }
            let isList = items.allSatisfy { $0.scalar != nil }
            return .sequence(Node.Sequence(items, Tag(.implicit), isList ? .flow : .block))
        case .scalar: return plain(node)
        default: return node
        }
    }

    private static func hyphenated(_ key: String) -> String { key.replacing("_", with: "-") }

    private static func place(_ key: String) -> Int { order.firstIndex(of: key) ?? order.count }

    /// Without the quotation marks that JSON wants, where YAML needs none.
    private static func plain(_ node: Node) -> Node {
        guard let scalar = node.scalar else { return node }
        return Node(scalar.string, Tag(.implicit), .any)
    }
}

/// A file of YAML, or of JSON, which is YAML too, with the lines of what it says.
package struct YAMLDocument {
    /// The file.
    package let path: String
    /// What it holds; nil where that is nothing.
    let root: Node?

    /// Reads a file of at most 1 MiB.
    ///
    /// - Throws: ``ConfigurationError/badOptions(_:)`` where it is not YAML; `FileFormatError` where it cannot be read.
    init(_ path: String) throws {
        self.path = path
        let text = Self.text(of: try FileSystem.read(path, limit: 1 << 20, acceptsStreams: true))
        do {
            root = try Yams.compose(yaml: text)
        } catch {
            throw ConfigurationError.badOptions("\(path): not YAML: \(error)")
        }
    }

    /// The text of a file: UTF-8, or UTF-16 where a byte order mark says so, as editors on Windows write it.
    private static func text(of bytes: [UInt8]) -> String {
        switch (bytes.first, bytes.dropFirst().first) {
        case (0xFF, 0xFE): String(decoding: units(bytes.dropFirst(2)) { $0 | $1 << 8 }, as: UTF16.self)
        case (0xFE, 0xFF): String(decoding: units(bytes.dropFirst(2)) { $0 << 8 | $1 }, as: UTF16.self)
        default:
            String(decoding: bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...], as: UTF8.self)
        }
    }

    /// Pairs of bytes as the numbers that they stand for.
    private static func units(_ bytes: ArraySlice<UInt8>, _ join: (UInt16, UInt16) -> UInt16) -> [UInt16] {
        stride(from: bytes.startIndex, to: bytes.endIndex - 1, by: 2).map {
            join(UInt16(bytes[$0]), UInt16(bytes[$0 + 1]))
        }
    }

    /// An error with file and line.
    func error(at node: Node?, _ problem: String) -> ConfigurationError {
        .badOptions("\(path):\(node?.mark?.line ?? 1): \(problem)")
    }

    /// A value of the file.
    func decode<Value: Decodable>(_ type: Value.Type, from node: Node) throws -> Value {
        do {
            return try YAMLDecoder().decode(type, from: node)
        } catch let problem as DecodingError {
            throw error(at: Self.node(of: problem, in: node), Self.text(problem))
        }
    }

    /// The node that a decoder's error is about, as near as its path leads.
    private static func node(of error: DecodingError, in root: Node) -> Node {
        let context: DecodingError.Context
        switch error {
        case .dataCorrupted(let found), .keyNotFound(_, let found), .typeMismatch(_, let found),
            .valueNotFound(_, let found):
            context = found
        @unknown default: return root
        }
        var node = root
        for key in context.codingPath {
            if let index = key.intValue, let sequence = node.sequence, sequence.indices.contains(index) {
                node = sequence[index]
            } else if let pair = node.mapping?.first(where: { $0.key.string == key.stringValue }) {
                // The key has a line even where its value is a mapping that begins further down.
                node = pair.value.mapping == nil && pair.value.sequence == nil ? pair.key : pair.value
            }
        }
        return node
    }

    private static func text(_ error: DecodingError) -> String {
        if case .typeMismatch(let type, let context) = error, let key = context.codingPath.last {
            return
                "'\(key.stringValue)' is not \(type == Int.self ? "a whole number" : type == String.self ? "a text" : "what it should be")"
        }
        return DecodingProblem.text(error)
    }
}
