/// A backend that can surround its storages with words that nobody may touch, to find kernels that write beyond what
/// they were given.
public protocol MemoryGuarding: BackendDevice {
    /// What was found around storages since the last call: one line for each that something wrote before or behind.
    /// Waits for all that was enqueued.
    func damagedStorages() throws(BackendError) -> [String]
}
