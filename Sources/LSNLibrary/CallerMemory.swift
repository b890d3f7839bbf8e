import Foundation
import LSNCLibrary
import LSNDatasets
import LSNNetworks

/// A text of the caller.
///
/// - Parameters:
///   - pointer: to UTF-8 with a closing 0.
///   - name: of the argument, for messages.
/// - Throws: ``LibraryError/badArgument(_:)`` for NULL, and for what is not UTF-8.
func text(_ pointer: UnsafePointer<CChar>?, _ name: String) throws(LibraryError) -> String {
    guard let pointer = unsafe pointer else { throw .badArgument("\(name) is NULL: a text is needed") }
    guard let text = unsafe String(validatingCString: pointer) else { throw .badArgument("\(name) is not UTF-8") }
    return text
}

/// Where a result goes.
///
/// - Throws: ``LibraryError/badArgument(_:)`` for NULL.
func result<Value>(
    _ pointer: UnsafeMutablePointer<Value>?,
    _ name: String
) throws(LibraryError) -> UnsafeMutablePointer<Value> {
    guard let pointer = unsafe pointer else {
        throw .badArgument("\(name) is NULL: there is nowhere to put the result")
    }
    return unsafe pointer
}

/// Gives a text to the caller's memory.
///
/// - Throws: ``LibraryError/tooSmall(what:room:needed:)``; the length is given all the same.
func give(
    _ text: String,
    to buffer: UnsafeMutablePointer<CChar>?,
    _ capacity: Int,
    _ length: UnsafeMutablePointer<Int>?
) throws(LibraryError) {
    let bytes = text.utf8.map { CChar(bitPattern: $0) } + [0]
    unsafe length?.pointee = bytes.count - 1
    // More than there are addresses comes as a negative number.
    let room = capacity < 0 ? Int.max : capacity
    guard let buffer = unsafe buffer, room >= bytes.count else {
        throw .tooSmall(
            what: "the buffer for text, in bytes",
            room: unsafe buffer == nil ? 0 : room,
            needed: bytes.count
        )
    }
    unsafe buffer.update(from: bytes, count: bytes.count)
}

/// Gives values to the caller's memory, which has room for them, see ``requireRoom(_:for:_:)``.
func give<Value>(_ values: [Value], to memory: UnsafeMutablePointer<Value>) {
    unsafe memory.update(from: values, count: values.count)
}

/// The product of extents from 0 on, `Int.max` where that is too large.
private func product(_ extents: [Int]) -> Int {
    extents.reduce(1) { product, extent in
        let (result, overflows) = product.multipliedReportingOverflow(by: extent)
        return overflows ? .max : result
    }
}

/// Refuses memory with too little room before anything is computed.
///
/// - Throws: ``LibraryError/tooSmall(what:room:needed:)``.
func requireRoom(_ count: Int, for extents: [Int], _ what: String) throws(LibraryError) {
    let needed = product(extents)
    let room = count < 0 ? Int.max : count
    guard room >= needed else { throw .tooSmall(what: what, room: room, needed: needed) }
}

/// Samples of the caller, which are copied.
@safe struct SamplesArgument {
    let x: UnsafePointer<Float>?
    let shape: UnsafePointer<Int>?
    let rank: Int
    /// For messages: what the arguments' names begin with.
    let prefix: String

    /// The samples for a network, of no class.
    ///
    /// - Throws: ``LibraryError/badArgument(_:)`` for another rank, shape, or a value that is not finite; `DatasetError`.
    func samples(for description: NetworkDescription) throws -> MemorySamples {
        let count = try unsafe given(description).count
        return try samples(for: description, classes: [UInt32](repeating: 0, count: count))
    }

    /// The samples for a network, and the class of each.
    ///
    /// - Throws: as ``samples(for:)``.
    func samples(for description: NetworkDescription, labels: UnsafePointer<UInt32>?) throws -> MemorySamples {
        let count = try unsafe given(description).count
        guard let labels = unsafe labels else {
            throw LibraryError.badArgument("\(prefix)labels is NULL: a label is needed for each of \(count) samples")
        }
        return try samples(
            for: description,
            classes: unsafe Array(UnsafeBufferPointer(start: labels, count: count))
        )
    }

    /// The samples, N, and T of recordings or 1: looked at before memory is taken for as many as the shape says.
    private func given(
        _ description: NetworkDescription
    ) throws(LibraryError) -> (x: UnsafePointer<Float>, count: Int, timeSteps: Int) {
        let (count, timeSteps) = try checkedShape(description)
        guard let x = unsafe x else { throw .badArgument("\(prefix)x is NULL: samples are needed") }
        return unsafe (x, count, timeSteps)
    }

    private func samples(for description: NetworkDescription, classes: [UInt32]) throws -> MemorySamples {
        let (x, count, timeSteps) = try unsafe given(description)
        let size = timeSteps * count * description.inChannels * description.imageHeight * description.imageWidth
        let values = unsafe Array(UnsafeBufferPointer(start: x, count: size))
        if let place = values.firstIndex(where: { !$0.isFinite }) {
            throw LibraryError.badArgument("value \(place) of \(prefix)x is \(values[place]): all must be finite")
        }
        return try MemorySamples(
            values: values,
            labels: classes,
            timeSteps: timeSteps,
            channels: description.inChannels,
            height: description.imageHeight,
            width: description.imageWidth
        )
    }

    /// N, and T of recordings or 1.
    func checkedShape(_ description: NetworkDescription) throws(LibraryError) -> (count: Int, timeSteps: Int) {
        guard let shape = unsafe shape else { throw .badArgument("\(prefix)shape is NULL") }
        let sample = [description.inChannels, description.imageHeight, description.imageWidth]
        let pictures = sample.map { "\($0)" }.joined(separator: ", ")
        let wanted = "[N, \(pictures)], or [\(description.timeSteps), N, \(pictures)]"
        guard rank == 4 || rank == 5 else {
            throw .badArgument("\(prefix)x has rank \(rank), and the network takes \(wanted)")
        }
        let extents = unsafe Array(UnsafeBufferPointer(start: shape, count: rank))
        let (count, timeSteps) = (extents[rank - 4], rank == 5 ? extents[0] : 1)
        guard count >= 1, Array(extents.suffix(3)) == sample, rank == 4 || timeSteps == description.timeSteps,
            product([timeSteps, count] + sample) <= Self.mostValues
        else {
            let text = extents.map { "\(UInt(bitPattern: $0))" }.joined(separator: ", ")
            throw .badArgument("\(prefix)x has the shape [\(text)], and the network takes \(wanted), N from 1 on")
        }
        return (count, timeSteps)
    }

    /// More make no sense of memory.
    private static let mostValues = 1 << 40
}
