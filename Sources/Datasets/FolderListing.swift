import Glibc

/// What stands in a folder, hidden names left out, in natural order.
struct FolderListing {
    /// Names of folders, or of links to some.
    private(set) var folders: [String] = []
    /// Names of everything else.
    private(set) var files: [String] = []

    /// Reads the folder at `path`.
    ///
    /// - Throws: ``DatasetError`` with the system's reason.
    init(_ path: String) throws(DatasetError) {
        guard let handle = unsafe opendir(path) else { throw Self.failure(path, errno) }
        defer { _ = unsafe closedir(handle) }
        while true {
            errno = 0
            guard let entry = unsafe readdir(handle) else {
                if errno != 0 { throw Self.failure(path, errno) }
                break
            }
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            guard !name.hasPrefix(".") else { continue }
            let kind = unsafe Int(entry.pointee.d_type)
            let isFolder =
                switch kind {
                case Int(DT_DIR): true
                case Int(DT_REG): false
                // Links, and file systems that do not say.
                default: Self.isFolder("\(path)/\(name)")
                }
            if isFolder { folders.append(name) } else { files.append(name) }
        }
        folders.sort(by: NaturalOrder.precedes)
        files.sort(by: NaturalOrder.precedes)
    }

    /// Whether a folder stands at `path`, or a link to one.
    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private static func failure(_ path: String, _ code: Int32) -> DatasetError {
        let reason = unsafe String(cString: strerror(code))
        let advice = code == EACCES ? "check its permissions" : "check the path"
        return DatasetError("\(path): the folder cannot be read: \(reason); \(advice)")
    }
}

/// Names in the order of people: runs of digits count as numbers, so `cat_9` comes before `cat_10`; all else by its
/// bytes. Names that differ in leading zeros alone are ordered by their bytes.
enum NaturalOrder {
    static func precedes(_ a: String, _ b: String) -> Bool {
        var (left, right) = (Array(a.utf8)[...], Array(b.utf8)[...])
        while let first = left.first, let second = right.first {
            if isDigit(first), isDigit(second) {
                let (x, y) = (number(&left), number(&right))
                if x.count != y.count { return x.count < y.count }
                if !x.elementsEqual(y) { return x.lexicographicallyPrecedes(y) }
            } else {
                if first != second { return first < second }
                left = left.dropFirst()
                right = right.dropFirst()
            }
        }
        if left.isEmpty && right.isEmpty { return a.utf8.lexicographicallyPrecedes(b.utf8) }
        return left.isEmpty
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    /// Takes the digits at the start away; returns them without leading zeros.
    private static func number(_ text: inout ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let digits = text.prefix(while: isDigit)
        text = text.dropFirst(digits.count)
        return digits.drop { $0 == 0x30 }
    }
}
