/// Paths as text.
package enum HostPath {
    /// The path of what is called `name` in a folder, which may be given with a "/" at its end.
    package static func join(_ folder: String, _ name: String) -> String {
        folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
    }

    /// The folder that a path's last name is in, with the "/" at its end.
    package static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[...$0]) } ?? "./"
    }

    /// The path of what is called `name` in the folder of the file at `path`.
    package static func beside(_ path: String, _ name: String) -> String {
        path.contains("/") ? join(folder(of: path), name) : name
    }
}
