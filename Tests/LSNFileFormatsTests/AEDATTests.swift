import LSNFileFormats
import Testing

@Suite("AEDAT 2.0")
struct AEDATTests {
    /// A header and pairs of an address and a time, big-endian.
    private func file(_ header: String, _ pairs: [(UInt32, UInt32)]) -> [UInt8] {
        [UInt8](header.utf8)
            + pairs.flatMap { pair in
                [pair.0, pair.1].flatMap { word in [24, 16, 8, 0].map { UInt8(word >> UInt32($0) & 0xFF) } }
            }
    }

    private func problem(_ bytes: [UInt8]) -> FileFormatError? {
        #expect(throws: FileFormatError.self) { try AEDAT.parse(bytes, path: "f.aedat") }
    }

    @Test("is read with the sensor's axes mirrored")
    func read() throws {
        // x = 3, y = 5, polarity 1; x = 127, y = 0, polarity 0; an external trigger's bit 15 is not looked at.
        let bytes = file(
            "#!AER-DAT2.0\r\n# a comment\n#\r\n",
            [(5 << 8 | 3 << 1 | 1, 1_000), (127 << 1, 70_000), (0x8000 | 127 << 8, .max)]
        )
        let recording = try AEDAT.parse(bytes, path: "f.aedat")
        #expect(recording.comments == [" a comment", ""])
        #expect(recording.events.map(\.row) == [124, 0, 127])
        #expect(recording.events.map(\.column) == [122, 127, 0])
        #expect(recording.events.map(\.polarity) == [0, 1, 1])
        #expect(recording.events.map(\.time) == [1_000, 70_000, .max])
    }

    @Test("comes back as it was written")
    func roundTrip() throws {
        var events: [AEDAT.Event] = []
        for place in 0..<1_000 {
            let event = AEDAT.Event(
                row: place * 7 % 128,
                column: place * 31 % 128,
                polarity: place % 2,
                time: UInt32(place * 997)
            )
            #expect(event.row == place * 7 % 128 && event.column == place * 31 % 128 && event.polarity == place % 2)
            events.append(event)
        }
        let recording = AEDAT(comments: [" made by a test"], events: events)
        #expect(try AEDAT.parse(recording.serialized(), path: "f") == recording)
        // A line end inside a comment does not end the header.
        let odd = AEDAT(comments: ["a\nb"], events: [AEDAT.Event(address: 0x2323, time: 1)])
        #expect(try AEDAT.parse(odd.serialized(), path: "f").events.count == 1)
        #expect(try AEDAT.parse(AEDAT(comments: [], events: []).serialized(), path: "f").events.isEmpty)
    }

    @Test("is told apart from other versions, which are named", arguments: ["1.0", "3.1", "4.0", "2.1"])
    func versions(version: String) {
        let control = problem(file("#!AER-DAT\u{1B}\(version)\r\n", [(1, 2)]))
        #expect(control?.problem.contains("is of AEDAT version \\x1b\(version), only") == true)
        let error = problem(file("#!AER-DAT\(version)\r\n", [(1, 2)]))
        #expect(error?.description.contains("is of AEDAT version \(version), only 2.0 is read") == true)
    }

    @Test("that is damaged is an error that says where")
    func damaged() {
        #expect(problem([])?.problem == "is empty")
        #expect(problem([1, 2, 3])?.problem.contains("does not start with #!AER-DAT2.0") == true)
        #expect(problem(file("# no version\n", []))?.byteOffset == 0)
        let cut = problem([UInt8](file("#!AER-DAT2.0\n", [(1, 2), (3, 4)]).dropLast(3)))
        #expect(cut?.byteOffset == 21 && cut?.problem.contains("has 13 bytes of events") == true)
        let davis = problem(file("#!AER-DAT2.0\n", [(1, 2), (0x0040_0000, 4)]))
        #expect(davis?.byteOffset == 21 && davis?.problem.contains("event 1 has the address 0x400000") == true)
    }
}
