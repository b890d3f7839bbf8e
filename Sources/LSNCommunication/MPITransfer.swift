import LSNMPIBinding

/// A piece of a message under way, whose memory is MPI's until it is done.
///
/// It is @safe because the memory lives as long as the transfer, and whoever begins one keeps it until it is done; for ever,
/// where it never is. It is @unchecked Sendable because it is only used under the communicator's lock.
@safe final class MPITransfer: @unchecked Sendable {
    /// The other rank.
    let rank: Int
    /// Whether words come in.
    let isReceiving: Bool
    private let words: Int
    private let memory: UnsafeMutableRawPointer
    private let request: UnsafeMutableRawPointer

    /// Begins to send words.
    init(sending source: ArraySlice<UInt32>, to rank: Int, tag: CInt) throws(CommunicationError) {
        let memory = unsafe Self.memory(words: source.count)
        unsafe source.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return }
            unsafe memory.copyMemory(from: start, byteCount: bytes.count)
        }
        self.rank = rank
        isReceiving = false
        words = source.count
        unsafe self.memory = memory
        var request: UnsafeMutableRawPointer?
        let code = unsafe lsn_bound_send(memory, CInt(4 * source.count), CInt(rank), tag, &request)
        unsafe self.request = try Self.checked(code, request, "send to", rank)
    }

    /// Begins to receive so many words.
    init(receiving words: Int, from rank: Int, tag: CInt) throws(CommunicationError) {
        let memory = unsafe Self.memory(words: words)
        self.rank = rank
        isReceiving = true
        self.words = words
        unsafe self.memory = memory
        var request: UnsafeMutableRawPointer?
        let code = unsafe lsn_bound_receive(memory, CInt(4 * words), CInt(rank), tag, &request)
        unsafe self.request = try Self.checked(code, request, "receive from", rank)
    }

    deinit { unsafe memory.deallocate() }

    /// Whether the transfer is done; not to be asked again afterwards.
    ///
    /// - Throws: ``CommunicationError/failed(_:)`` where MPI has an error, or the message is shorter than was expected.
    func isDone() throws(CommunicationError) -> Bool {
        var (done, bytes): (CInt, CInt) = (0, 0)
        let code = unsafe lsn_bound_test(request, &done, &bytes)
        guard code == 0 else {
            throw .failed("MPI cannot exchange words with rank \(rank): \(MPILibrary.text(ofError: code))")
        }
        guard done != 0 else { return false }
        guard !isReceiving || Int(bytes) == 4 * words else {
            throw .failed(
                "rank \(rank) sent \(bytes) bytes where \(4 * words) were expected: it is not at the same place of the same job"
            )
        }
        return true
    }

    /// Adds what was received.
    func append(to target: inout [UInt32]) {
        unsafe target.append(
            contentsOf: UnsafeRawBufferPointer(start: memory, count: 4 * words).bindMemory(to: UInt32.self)
        )
    }

    private static func memory(words: Int) -> UnsafeMutableRawPointer {
        .allocate(byteCount: max(4 * words, 4), alignment: 64)
    }

    private static func checked(
        _ code: CInt,
        _ request: UnsafeMutableRawPointer?,
        _ action: String,
        _ rank: Int
    ) throws(CommunicationError) -> UnsafeMutableRawPointer {
        guard code == 0, let request = unsafe request else {
            throw .failed("MPI cannot \(action) rank \(rank): \(MPILibrary.text(ofError: code))")
        }
        return unsafe request
    }
}
