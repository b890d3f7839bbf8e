@testable import LSNOpenCLBackend
import LSNOpenCLRuntime
import LSNTensors
import Testing

@Suite(.enabled(if: TestDevice.isUsed))
struct StorageTests {
    @Test("What is written is read")
    func roundTrip() throws {
        let backend = try TestDevice.backend()
        let words = (0..<1000).map { UInt32($0) &* 2_654_435_761 }
        let storage = try backend.upload(words)
        #expect(storage.words == 1000)
        #expect(try backend.read(storage, count: 1000) == words)
        try backend.fill(storage, with: 7, count: 10)
        #expect(try backend.read(storage, count: 20) == [UInt32](repeating: 7, count: 10) + words[10..<20])
        try backend.synchronize()
    }

    @Test("No words are allowed, as on the reference")
    func empty() throws {
        let backend = try TestDevice.backend()
        #expect(try backend.read(backend.allocate(words: 0), count: 0) == [])
        let whole = try backend.zeros(words: backend.sliceAlignment)
        let part = try backend.slice(whole, offset: backend.sliceAlignment, count: 0)
        #expect(throws: BackendError.self) { try backend.write([1] as [UInt32], to: part) }
    }

    @Test("A storage that nothing refers to is used again, one that is in use is not")
    func reuse() throws {
        let device = try TestDevice.kernels()
        let backend = Backend(device)
        let kept = try backend.allocate(words: 5000)
        var other: (any Storage)? = try backend.allocate(words: 5000)
        let first = try buffer(of: #require(other))
        #expect(try first !== buffer(of: kept))
        let usage = device.memoryUsage
        #expect(usage.bytesInUse == 2 * first.bytes)
        #expect(usage.pooledBytes == 0)
        other = nil
        #expect(device.memoryUsage.pooledBytes == first.bytes)
        #expect(device.memoryUsage.bytesInUse == first.bytes)
        #expect(device.memoryUsage.peakBytesInUse == usage.bytesInUse)
        let again = try backend.allocate(words: 4990)
        #expect(try buffer(of: again) === first)
        #expect(again.words == 4990)
        #expect(device.memoryUsage == usage)
    }

    @Test("What is kept is given back before the limit is passed, and no sooner")
    func limit() throws {
        let device = try OpenCLBackend(queue: TestDevice.queue(), memoryLimit: 1 << 20)
        let backend = Backend(device)
        for words in [100_000, 120_000] { _ = try backend.allocate(words: words) }
        #expect(device.memoryUsage.pooledBytes > 880_000)
        _ = try backend.allocate(words: 60_000)
        #expect(device.memoryUsage.pooledBytes < 300_000)
        #expect(device.memoryUsage.peakBytesHeld <= 1 << 20)
        // What is asked for at once may be more: only what is kept is limited.
        _ = try backend.allocate(words: 1 << 19)
    }

    @Test("A dry run counts as the device does, without any memory")
    func dryRun() throws {
        let device = try TestDevice.kernels()
        let backend = Backend(device)
        let dryRun = OpenCLBackend(dryRunFor: device.queue?.device)
        #expect(dryRun.sliceAlignment == backend.sliceAlignment)
        func use(_ backend: Backend) throws {
            let whole = try backend.zeros(words: 4 * backend.sliceAlignment)
            let part = try backend.slice(whole, offset: backend.sliceAlignment, count: 5)
            try backend.write([1, 2, 3] as [UInt32], to: part)
            let shape = ImageShape(images: 2, height: 3, width: 3, channels: 5)
            let values = RealTensor(shape: shape, storage: try backend.zeros(words: shape.realWords))
            _ = try backend.sum(.real(values), .real(values))
            #expect(throws: BackendError.self) {
                try backend.accumulate(values, into: RealTensor(shape: shape.with(images: 3), storage: values.storage))
            }
        }
        try use(backend)
        try use(Backend(dryRun))
        #expect(dryRun.memoryUsage == device.memoryUsage)
        #expect(dryRun.memoryUsage.peakBytesHeld >= dryRun.memoryUsage.peakBytesInUse)
        #expect(dryRun.memoryUsage.bytesInUse == 0)
        #expect(try dryRun.read(dryRun.allocate(words: 3), count: 3) == [0, 0, 0])
        // More than any machine has.
        let huge = try dryRun.allocate(words: 1 << 50)
        #expect(dryRun.memoryUsage.largestStorageBytes == 4 * huge.words)
        #expect(dryRun.storageBytes(words: 65) == 4 * StoragePool.bucket(words: 65))
    }

    @Test("The peak can be forgotten")
    func peak() throws {
        let device = try TestDevice.kernels()
        let backend = Backend(device)
        _ = try backend.allocate(words: 1 << 16)
        #expect(device.memoryUsage.peakBytesInUse == 1 << 18)
        device.resetPeakMemoryUsage()
        #expect(device.memoryUsage.peakBytesInUse == 0)
    }

    @Test(
        "Sizes waste an eighth at most and are their own bucket",
        arguments: [
            0, 1, 64, 65, 100, 1000, 4096, 4097, 1_000_000, 123_456_789, Int.max,
        ]
    )
    func buckets(words: Int) {
        let bucket = StoragePool.bucket(words: words)
        #expect(bucket >= words)
        #expect(words < 512 || words == .max || Double(bucket) <= 1.125 * Double(words))
        #expect(StoragePool.bucket(words: bucket) == bucket)
    }

    @Test("A slice shares memory, keeps it alive, and can be cut again")
    func slices() throws {
        let backend = try TestDevice.backend()
        let alignment = backend.sliceAlignment
        #expect(alignment >= 64)
        var whole: (any Storage)? = try backend.zeros(words: 8 * alignment)
        let part = try backend.slice(try #require(whole), offset: 2 * alignment, count: 3 * alignment)
        let inner = try backend.slice(part, offset: alignment, count: 5)
        try backend.write([1, 2, 3, 4, 5] as [UInt32], to: inner)
        let words = try backend.read(try #require(whole), count: 8 * alignment)
        #expect(words.indices.filter { words[$0] != 0 } == (0..<5).map { 3 * alignment + $0 })
        whole = nil
        // The memory is still in use: what is allocated now lies elsewhere.
        let other = try backend.allocate(words: 8 * alignment)
        try backend.fill(other, with: 9, count: 8 * alignment)
        #expect(try backend.read(inner, count: 5) == [1, 2, 3, 4, 5])
    }

    @Test("Kernels work on slices")
    func operationOnSlice() throws {
        let backend = try TestDevice.backend()
        let shape = ImageShape(images: 1, height: 2, width: 2, channels: 3)
        let whole = try backend.zeros(words: 3 * backend.sliceAlignment)
        let middle = try backend.slice(whole, offset: backend.sliceAlignment, count: shape.realWords)
        let term = try backend.real([Float](repeating: 2, count: shape.count), shape)
        try backend.accumulate(term, into: RealTensor(shape: shape, storage: middle))
        let values = try backend.readFloats(whole, count: 3 * backend.sliceAlignment)
        #expect(values.reduce(0, +) == 2 * Float(shape.count))
        #expect(values[backend.sliceAlignment] == 2)
    }

    @Test("A buffer larger than the device allows is refused with the sizes")
    func tooLarge() throws {
        let device = try TestDevice.kernels()
        let backend = Backend(device)
        let limit = try #require(device.queue).device.largestAllocationBytes
        let error = #expect(throws: BackendError.self) { try backend.allocate(words: limit / 4 + 1) }
        guard case .outOfMemory(let requested, let said, let device) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(requested > limit)
        #expect(said == limit)
        #expect(device == backend.deviceName)
    }

    @Test("Beyond a limit, what is kept is given back before more is taken")
    func limited() throws {
        let device = try TestDevice.kernels()
        let backend = Backend(device)
        _ = try backend.allocate(words: 1 << 16)
        _ = try backend.allocate(words: 1 << 12)
        #expect(device.memoryUsage.pooledBytes == (1 << 18) + (1 << 14))
        device.limitMemory(to: 1 << 19)
        let kept = try backend.allocate(words: 1 << 15)
        #expect(device.memoryUsage.pooledBytes == (1 << 18) + (1 << 14))
        let more = try backend.allocate(words: 1 << 15)
        #expect(device.memoryUsage.pooledBytes == 0)
        #expect(kept.words == more.words)
    }

    @Test("Where memory is short, the pool is emptied first")
    func emptied() throws {
        let device = try TestDevice.kernels()
        let backend = Backend(device)
        _ = try backend.allocate(words: 1 << 16)
        #expect(device.memoryUsage.pooledBytes > 0)
        let limit = try #require(device.queue).device.largestAllocationBytes
        #expect(throws: BackendError.self) { try backend.allocate(words: limit / 4 + 1) }
        #expect(device.memoryUsage.pooledBytes == 0)
        #expect(try backend.allocate(words: 10).words == 10)
    }
}
