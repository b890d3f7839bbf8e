/// FNV-1a (Fowler, Noll, Vo) of 64 bits. Not for cryptography.
package struct Fingerprint: Sendable {
    /// What the bytes so far come to.
    package private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    /// Of nothing yet.
    package init() {}

    /// Takes more bytes in.
    package mutating func add(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    }

    /// Takes a word in, in one step.
    package mutating func add(_ word: UInt32) {
        value = (value ^ UInt64(word)) &* 0x0000_0100_0000_01B3
    }

    /// Takes a text in, with a mark of its end.
    package mutating func add(_ text: String) {
        add(text.utf8)
        add(CollectionOfOne(0))
    }

    /// 16 hexadecimal digits.
    package var text: String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
