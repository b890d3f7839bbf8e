import Glibc
import LSNFileFormats

/// What stands in a folder, hidden names left out, in natural order.
struct FolderListing {
    /// Names of folders, or of links to some.
    private(set) var folders: [String] = []
    /// Names of everything else.
    private(set) var files: [String] = []
    /// Names that are no UTF-8, as other systems or old ones wrote them: no text can hold them.
    private(set) var unreadable: [UnreadableName] = []

    /// A name that is no UTF-8.
    struct UnreadableName {
        /// Its bytes, those that are not ASCII escaped.
        let text: String
        /// Whether a folder has it.
        let isFolder: Bool
    }

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
            let bytes = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { name in
                unsafe [UInt8](name.prefix { $0 != 0 })
            }
            guard bytes.first != UInt8(ascii: ".") else { continue }
            let kind = unsafe Int(entry.pointee.d_type)
            let isFolder =
                switch kind {
                case Int(DT_DIR): true
                case Int(DT_REG): false
                // Links, and file systems that do not say.
                default: unsafe Self.isFolder(bytes, in: dirfd(handle))
                }
            guard let name = String(validating: bytes, as: UTF8.self) else {
                unreadable.append(UnreadableName(text: PrintableText.name(bytes: bytes), isFolder: isFolder))
                continue
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

    private static func isFolder(_ name: [UInt8], in folder: Int32) -> Bool {
        var status = stat()
        let text = name.map { CChar(bitPattern: $0) } + [0]
        return unsafe fstatat(folder, text, &status, 0) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private static func failure(_ path: String, _ code: Int32) -> DatasetError {
        let reason = unsafe String(cString: strerror(code))
        let advice = code == EACCES ? "check its permissions" : "check the path"
        return DatasetError("\(PrintableText.name(path)): the folder cannot be read: \(reason); \(advice)")
    }
}

/// What tells folders apart, whatever links lead to them.
struct FolderIdentity: Hashable {
    private let device: UInt64
    private let file: UInt64

    /// Of the folder at `path`; nil where none is there.
    init?(_ path: String) {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        device = UInt64(status.st_dev)
        file = UInt64(status.st_ino)
    }

    /// Of the folder at `path` and of all that it lies in.
    static func upwards(from path: String) -> Set<FolderIdentity> {
        var result: Set<FolderIdentity> = []
        var place = FolderPath.absolute(path)
        while true {
            if let identity = FolderIdentity(place) { result.insert(identity) }
            guard place != "/" else { return result }
            place = FolderPath.parent(of: place)
        }
    }
}

/// Paths of folders as text.
enum FolderPath {
    /// The path from the top, no links in it; `path` itself where nothing is there.
    static func absolute(_ path: String) -> String {
        guard let resolved = unsafe realpath(path, nil) else { return path }
        defer { unsafe free(resolved) }
        return unsafe String(cString: resolved)
    }

    /// The folder in which an absolute path lies; `/` of itself.
    static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else { return "/" }
        return String(path[..<slash])
    }

    /// What stands behind the last slash.
    static func name(of path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? path
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
