import ReferenceBackend
import Tensors
import Testing

@Test func wordsComeBackAsTheyWereWritten() throws {
    let storage = try reference.allocate(words: 5)
    try reference.fill(storage, with: 7, count: 5)
    try reference.write([1, 2, 3] as [UInt32], to: storage)
    #expect(try reference.read(storage, count: 5) == [1, 2, 3, 7, 7])
    try reference.write([0.5, -0.25] as [Float], to: storage)
    #expect(try reference.readFloats(storage, count: 2) == [0.5, -0.25])
}

@Test func slicesShareMemory() throws {
    let whole = try reference.zeros(words: 256)
    let part = try reference.slice(whole, offset: 128, count: 100)
    let inner = try reference.slice(part, offset: 64, count: 36)
    try reference.write([9] as [UInt32], to: inner)
    #expect(try reference.read(whole, count: 256)[192] == 9)
    try reference.fill(whole, with: 3, count: 256)
    #expect(try reference.read(inner, count: 36) == [UInt32](repeating: 3, count: 36))
}

@Test func freshMemoryIsNotANumber() throws {
    let storage = try reference.allocate(words: 3)
    #expect(try reference.readFloats(storage, count: 3).allSatisfy(\.isNaN))
}

@Test func whatDoesNotFitIsRefused() throws {
    let storage = try reference.allocate(words: 100)
    #expect(throws: BackendError.self) { try reference.allocate(words: -1) }
    #expect(throws: BackendError.self) { try reference.read(storage, count: 101) }
    #expect(throws: BackendError.self) { try reference.fill(storage, with: 0, count: 101) }
    #expect(throws: BackendError.self) { try reference.write([UInt32](repeating: 0, count: 101), to: storage) }
    #expect(throws: BackendError.self) { try reference.slice(storage, offset: 1, count: 1) }
    #expect(throws: BackendError.self) { try reference.slice(storage, offset: 64, count: 37) }
    #expect(throws: BackendError.self) { try reference.slice(storage, offset: 128, count: 1) }
}

@Test func noWordsAreAllowed() throws {
    let empty = try reference.allocate(words: 0)
    #expect(try reference.read(empty, count: 0) == [])
    let part = try reference.slice(try reference.zeros(words: 64), offset: 64, count: 0)
    #expect(throws: BackendError.self) { try reference.write([1] as [UInt32], to: part) }
}

@Test func otherNumbersOfValuesThanTheShapesAreRefused() throws {
    let shape = ImageShape(images: 2, height: 3, width: 1, channels: 5)
    let filter = FilterShape(outputs: 2, inputs: 3, height: 1, width: 1)
    for count in [0, 5, 31] {
        let values = [Float](repeating: 1, count: count)
        #expect(throws: BackendError.self) { try reference.realTensor(values, shape: shape) }
        #expect(throws: BackendError.self) { try reference.spikeTensor(values, shape: shape) }
        #expect(throws: BackendError.self) { try reference.filter(values, shape: filter) }
    }
    #expect(try reference.values(reference.realTensor([Float](repeating: 1, count: 30), shape: shape)).count == 30)
}
