import Foundation
import LSNFileFormats
import LSNHostSystem
import LSNTensors

/// Golden cases: files of inputs, outputs and gradients that an independent program computed.
///
/// Each `.safetensors` file is one case. Its metadata has `operation`, `attributes` (JSON), `tolerance` (JSON: the name
/// of a tensor, or a prefix of it, to the largest error that passes); its tensors are `input.*`, `parameter.*`,
/// `cotangent.*`, `output.*` and `gradient.*`.
package enum GoldenFolder {
    /// Every case of a folder, or the case of a file, in the order of their names.
    ///
    /// - Parameters:
    ///   - path: of the folder or file.
    ///   - filter: a part of the name or the operation; nil takes all.
    /// - Throws: ``ConformanceError/noCases(_:)`` where nothing is there or the filter matches nothing, `FileFormatError`
    ///   where a file is damaged or is no golden case.
    package static func load(_ path: String, filter: String? = nil) throws -> [ConformanceCase] {
        var isFolder: ObjCBool = false
        guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw ConformanceError.noCases(
                "\(path): there is no such folder; name a folder of golden .safetensors files"
            )
        }
        let files: [String]
        if isFolder.boolValue {
            files = try FileManager.default.contentsOfDirectory(atPath: path)
                .filter { $0.hasSuffix(".safetensors") }.sorted()
                .map { HostPath.join(path, $0) }
        } else {
            files = [path]
        }
        guard !files.isEmpty else {
            throw ConformanceError.noCases("\(path): the folder has no .safetensors file, so there is nothing to check")
        }
        let cases = try files.map { try parse(Safetensors.read($0), path: $0) }
        return try select(cases, filter, source: path)
    }

    /// The case in a file.
    static func parse(_ file: Safetensors, path: String) throws(FileFormatError) -> ConformanceCase {
        func text(_ key: String) throws(FileFormatError) -> String {
            guard let text = file.metadata[key] else {
                throw FileFormatError(
                    path: path,
                    problem: "the metadata has no \"\(key)\"",
                    advice: "name a folder that holds golden cases only"
                )
            }
            return text
        }
        func json<Value: Decodable>(_ key: String, as type: Value.Type) throws(FileFormatError) -> Value {
            let text = try text(key)
            do { return try JSONDecoder().decode(type, from: Data(text.utf8)) } catch {
                throw FileFormatError(path: path, problem: "\"\(key)\" in the metadata is not as it should be: \(text)")
            }
        }
        var given: [NamedTensor] = []
        var expected: [NamedTensor] = []
        for name in file.names {
            guard let stored = file[name] else { continue }
            let tensor = NamedTensor(
                name: name,
                shape: stored.shape,
                values: try stored.floats(named: name, path: path)
            )
            if name.hasPrefix("output.") || name.hasPrefix("gradient.") {
                expected.append(tensor)
            } else {
                given.append(tensor)
            }
        }
        let fileName = path.split(separator: "/").last.map(String.init) ?? path
        return ConformanceCase(
            name: fileName.hasSuffix(".safetensors") ? String(fileName.dropLast(12)) : fileName,
            operation: try text("operation"),
            tolerance: Tolerance(try json("tolerance", as: [String: Double].self), reason: "the file's"),
            data: CaseData(attributes: try json("attributes", as: [String: AttributeValue].self), tensors: given),
            expected: expected
        )
    }

    /// The cases whose name or operation contains `filter`.
    static func select(_ cases: [ConformanceCase], _ filter: String?, source: String) throws(ConformanceError)
        -> [ConformanceCase]
    {
        guard let filter else { return cases }
        let selected = cases.filter { $0.name.contains(filter) || $0.operation.contains(filter) }
        guard !selected.isEmpty else {
            throw .noCases("\(source): no case matches the filter \"\(filter)\" (there are \(cases.count))")
        }
        return selected
    }
}
