import Foundation
import LSNHostSystem

/// The texts of OpenCL C sources by name, e.g. "neuron/lif.cl". A line `#include "common/layout.cl"` in any of them
/// stands for the text of that name.
public struct KernelSourceTree: Sendable {
    /// Texts by name.
    public let files: [String: String]
    /// What build logs put before the names, e.g. "Kernels".
    public let origin: String

    /// Sources that are in memory.
    ///
    /// - Parameters:
    ///   - files: texts by name; names use "/" and start at the root of the tree.
    ///   - origin: what build logs put before the names.
    public init(files: [String: String], origin: String) {
        self.files = files
        self.origin = origin
    }

    /// Tells trees apart: of all names and texts.
    public var fingerprint: String {
        var fingerprint = Fingerprint()
        for (name, text) in files.sorted(by: { $0.key < $1.key }) {
            fingerprint.add(name)
            fingerprint.add(text)
        }
        return fingerprint.text
    }

    /// The names of all kernels in the files whose names satisfy `condition`.
    public func kernelNames(inFilesWhere condition: (String) -> Bool) -> Set<String> {
        var names: Set<String> = []
        for (file, text) in files where condition(file) {
            for match in text.matches(of: /(?m)^__kernel\s+(?:__attribute__\(\(.*\)\)\s+)?void\s+(\w+)/) {
                names.insert(String(match.1))
            }
        }
        return names
    }

    /// Reads every file that ends in .cl below a folder.
    ///
    /// - Throws: `source` where the folder cannot be read, holds no .cl file, or a file is not UTF-8.
    public static func directory(_ path: String) throws(OpenCLError) -> KernelSourceTree {
        var isFolder: ObjCBool = false
        let exists = unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        guard exists, isFolder.boolValue else {
            throw .source(location: path, problem: "there is no such folder of kernels")
        }
        guard let names = try? FileManager.default.subpathsOfDirectory(atPath: path) else {
            throw .source(location: path, problem: "the folder of kernels cannot be read")
        }
        var files: [String: String] = [:]
        for name in names where name.hasSuffix(".cl") {
            let file = HostPath.join(path, name)
            var status = stat()
            guard unsafe stat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
                throw .source(location: file, problem: "is no regular file")
            }
            guard let bytes = FileManager.default.contents(atPath: file) else {
                throw .source(location: file, problem: "the file cannot be read")
            }
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw .source(location: file, problem: "the file is not UTF-8 text")
            }
            files[name] = text
        }
        guard !files.isEmpty else {
            throw .source(location: path, problem: "no file below this folder ends in .cl")
        }
        var origin = path
        while origin.count > 1, origin.hasSuffix("/") { origin.removeLast() }
        return KernelSourceTree(files: files, origin: origin)
    }
}
