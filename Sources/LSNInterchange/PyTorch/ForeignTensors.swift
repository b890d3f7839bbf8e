package import LSNFileFormats

/// The tensors of a file that a program in PyTorch wrote, by the names that its modules have.
package struct ForeignTensors: Sendable {
    /// The file.
    package let file: SafetensorsFile
    /// By name, less the `module.` that DataParallel puts before every one.
    let entries: [String: Safetensors.Entry]
    /// In the file's order.
    let names: [String]

    /// The tensors of a file.
    package init(_ file: SafetensorsFile) {
        self.file = file
        let wrapper = "module."
        let isWrapped = !file.entries.isEmpty && file.entries.allSatisfy { $0.name.hasPrefix(wrapper) }
        names = file.entries.map { isWrapped ? String($0.name.dropFirst(wrapper.count)) : $0.name }
        entries = Dictionary(zip(names, file.entries)) { first, _ in first }
    }

    subscript(name: String) -> Safetensors.Entry? { entries[name] }

    /// The shape of a tensor.
    func shape(_ name: String) -> [Int]? { entries[name]?.shape }
}
