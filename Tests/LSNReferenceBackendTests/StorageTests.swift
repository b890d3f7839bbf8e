import LSNReferenceBackend
import LSNTensors
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

@Test func noWordsAreAllowed() throws {
    let empty = try reference.allocate(words: 0)
    #expect(try reference.read(empty, count: 0) == [])
    let part = try reference.slice(try reference.zeros(words: 64), offset: 64, count: 0)
    #expect(throws: BackendError.self) { try reference.write([1] as [UInt32], to: part) }
}
