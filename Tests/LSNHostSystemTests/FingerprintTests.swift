import LSNHostSystem
import Testing

@Suite struct FingerprintTests {
    /// The authors' own examples (FNV-1a, 64 bits).
    @Test(arguments: [("", 0xcbf2_9ce4_8422_2325), ("a", 0xaf63_dc4c_8601_ec8c), ("foobar", 0x8594_4171_f739_67e8)])
    func hashesBytes(text: String, expected: UInt64) {
        var fingerprint = Fingerprint()
        fingerprint.add(text.utf8)
        #expect(fingerprint.value == expected)
    }

    @Test func textsHaveAnEnd() {
        var one = Fingerprint()
        var other = Fingerprint()
        one.add("ab")
        one.add("c")
        other.add("a")
        other.add("bc")
        #expect(one.text != other.text && one.text.count == 16)
    }
}
