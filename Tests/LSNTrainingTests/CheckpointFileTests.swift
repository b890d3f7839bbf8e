import Foundation
import LSNConfiguration
import LSNFileFormats
import LSNNetworks
import LSNReferenceBackend
import LSNTensors
import LSNTestSupport
import Synchronization
import Testing

@testable import LSNTraining

/// The reference's memory, with a note of how much was copied from and to it at a time.
private final class WatchedDevice: BackendDevice {
    private let device = ReferenceBackend()
    private let largest = Mutex((read: 0, written: 0))

    /// Words of the largest copies since the last call.
    func take() -> (read: Int, written: Int) {
        largest.withLock { largest in
            defer { largest = (0, 0) }
            return largest
        }
    }

    var deviceName: String { device.deviceName }
    var sliceAlignment: Int { device.sliceAlignment }
    func owns(_ storage: any Storage) -> Bool { device.owns(storage) }
    func allocate(words: Int) throws(BackendError) -> any Storage { try device.allocate(words: words) }
    func fill(_ storage: any Storage, with value: UInt32, count: Int) throws(BackendError) {
        try device.fill(storage, with: value, count: count)
    }
    func slice(_ storage: any Storage, offset: Int, count: Int) throws(BackendError) -> any Storage {
        try device.slice(storage, offset: offset, count: count)
    }
    func write(_ words: [UInt32], to storage: any Storage) throws(BackendError) {
        largest.withLock { $0.written = max($0.written, words.count) }
        try device.write(words, to: storage)
    }
    func read(_ storage: any Storage, count: Int) throws(BackendError) -> [UInt32] {
        largest.withLock { $0.read = max($0.read, count) }
        return try device.read(storage, count: count)
    }
    func synchronize() throws(BackendError) { try device.synchronize() }
}

/// What a checkpoint takes of the host is its largest tensor, not the model.
@Suite struct CheckpointFileTests {
    private let place: TemporaryFolder
    private let device = WatchedDevice()
    private let network: Network
    private let optimizer: Optimizer

    init() throws {
        place = try TemporaryFolder()
        let configuration = try TrainingConfiguration(tinyOptions())
        var families = KernelFamilies(ReferenceBackend())
        families.device = device
        let backend = Backend(families)
        network = try Network(configuration.networkDescription(for: tinyData()), backend: backend)
        optimizer = try Optimizer(.adam, weightDecay: 0, parameters: network.parameters, backend: backend)
        try network.initialize(seed: 1)
        for (index, moment) in optimizer.moments.enumerated() {
            for tensor in network.parameters.tensors(in: moment, prefix: "") {
                try tensor.write { put in put((0..<tensor.entry.count).map { Float(index + 1) / Float($0 + 1) }) }
            }
        }
    }

    @Test func oneTensorAtATimeIsOnTheHost() throws {
        let largest = network.parameters.entries.map(\.words).max() ?? 0
        #expect(4 * largest < network.parameters.wordCount)
        _ = device.take()
        try network.initialize(seed: 2)
        #expect(device.take().written == largest)
        let path = place.file("c.safetensors")
        try CheckpointFile.write(network, to: path, metadata: ["k": "v"], optimizer: optimizer)
        #expect(device.take() == (largest, 0))
        try CheckpointFile.restore(SafetensorsFile(path), to: network, optimizer: optimizer)
        #expect(device.take() == (0, largest))
        #expect(CheckpointFile.hostBytes(of: network, optimizer: optimizer) >= 2 * 4 * largest)
    }

    /// Other programs read these files, and earlier checkpoints are read by this one.
    @Test func theFileIsWhatItWouldBeWhole() throws {
        let path = place.file("c.safetensors")
        try CheckpointFile.write(network, to: path, metadata: ["k": "v"], optimizer: optimizer)
        var whole = Safetensors()
        whole.metadata = ["k": "v"]
        for tensor in try network.parameters.exportState() {
            whole.append(tensor.name, Safetensors.Tensor(floats: tensor.values, shape: tensor.shape))
        }
        for (index, name) in optimizer.kind.momentNames.enumerated() {
            for entry in network.parameters.entries {
                let values = (0..<entry.count).map { Float(index + 1) / Float($0 + 1) }
                whole.append("optimizer.\(name).\(entry.name)", Safetensors.Tensor(floats: values, shape: entry.shape))
            }
        }
        #expect(try FileSystem.read(path) == whole.serialized())
        let state = try network.parameters.exportState()
        try network.initialize(seed: 5)
        try optimizer.reset(network.parameters)
        try CheckpointFile.restore(SafetensorsFile(path), to: network, optimizer: optimizer)
        #expect(try network.parameters.exportState() == state)
        let again = place.file("again.safetensors")
        try CheckpointFile.write(network, to: again, metadata: ["k": "v"], optimizer: optimizer)
        #expect(try FileSystem.read(again) == whole.serialized())
        try CheckpointFile.write(state, to: again, metadata: ["k": "v"])
        let model = place.file("model.safetensors")
        try CheckpointFile.write(network, to: model, metadata: ["k": "v"], optimizer: nil)
        #expect(try FileSystem.read(again) == FileSystem.read(model))
    }

    @Test func aModelWithoutMomentsIsNotContinued() throws {
        let path = place.file("model.safetensors")
        try CheckpointFile.write(network, to: path, metadata: [:], optimizer: nil)
        let before = try network.parameters.exportState()
        try network.initialize(seed: 5)
        let other = try network.parameters.exportState()
        let error = #expect(throws: NetworkError.self) {
            try CheckpointFile.restore(SafetensorsFile(path), to: network, optimizer: optimizer)
        }
        #expect(error?.description.contains("optimizer.first_moment.stem.conv.weight") == true)
        // Nothing was loaded.
        #expect(try network.parameters.exportState() == other && other != before)
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity])
    func aValueThatNoTrainingLeavesIsNamedWithItsByte(value: Float) throws {
        let path = place.file("c.safetensors")
        try CheckpointFile.write(network, to: path, metadata: [:], optimizer: optimizer)
        var bytes = try FileSystem.read(path)
        let offset = bytes.count - 4 * network.parameters.parameterCount - 40
        let bits = value.bitPattern
        for index in 0..<4 { bytes[offset + index] = UInt8(truncatingIfNeeded: bits >> UInt32(8 * index)) }
        try FileSystem.writeAtomically(bytes, to: path)
        let error = #expect(throws: FileFormatError.self) {
            try CheckpointFile.restore(SafetensorsFile(path), to: network, optimizer: optimizer)
        }
        #expect(error?.byteOffset == offset)
        #expect(error?.problem.contains("optimizer.first_moment.head.fc") == true)
        #expect(error?.problem.hasSuffix(" is \(value)") == true)
        // What is not read does not matter.
        try CheckpointFile.restore(SafetensorsFile(path), to: network, optimizer: nil)
    }
}
