import Foundation
import LSNTensorBoardMessages
import SwiftProtobuf
import Testing

@testable import LSNTensorBoard

/// The framing of event files, and the bytes of a file that TensorBoard's own writer made.
@Suite struct RecordTests {
    /// The values of RFC 3720, B.4, and the one that catalogues of checksums list.
    @Test func checksumsAreKnown() {
        let known: [(bytes: [UInt8], checksum: UInt32)] = [
            ([UInt8](repeating: 0, count: 32), 0x8A91_36AA),
            ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
            ([UInt8](0..<32), 0x46DD_794E),
            ([UInt8](0..<32).reversed(), 0x113F_DB5C),
            ([UInt8]("123456789".utf8), 0xE306_9283),
            ([], 0),
        ]
        for (bytes, checksum) in known {
            #expect(CRC32C.checksum(bytes) == checksum, "\(bytes)")
        }
    }

    private let payloads: [[UInt8]] = [[], [7], Array(0...255)]

    @Test func recordsReadBack() {
        #expect(Records.payloads(payloads.flatMap(Records.record)) == payloads)
        #expect(Records.payloads([]).isEmpty)
    }

    @Test func aFileThatIsCutOffGivesItsWholeRecords() {
        let bytes = payloads.flatMap(Records.record)
        let ends = [16, 33, 305]
        #expect(bytes.count == 305)
        for count in bytes.indices {
            let whole = ends.count { $0 <= count }
            #expect(Records.payloads(Array(bytes[..<count])) == Array(payloads[..<whole]), "\(count) bytes")
        }
    }

    @Test func aDamagedRecordIsTheLast() {
        let bytes = payloads.flatMap(Records.record)
        for index in bytes.indices {
            var damaged = bytes
            damaged[index] ^= 0x10
            let whole = index < 16 ? 0 : index < 33 ? 1 : 2
            #expect(Records.payloads(damaged) == Array(payloads[..<whole]), "byte \(index)")
        }
    }

    /// The file holds a version, a START at step 7 and, at step 200, two scalars and a histogram.
    @Test func bytesAreThoseOfTensorBoardsOwnWriter() throws {
        let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "golden.tfevents").path
        let events = try EventFile.events(path)
        #expect(events.count == 3)
        #expect(events.map(\.wallTime) == [1_700_000_000.25, 1_700_000_000.25, 1_700_000_000.25])
        #expect(events.map(\.step) == [0, 7, 200])
        #expect(events[0].fileVersion == "brain.Event:2")
        #expect(events[1].sessionLog.status == .start)
        let values = events[2].summary.value
        #expect(values.map(\.tag) == ["loss/train", "output_rate/stages.0.0", "rates_of_blocks/output_rate"])
        #expect(values[0].simpleValue == 1.5)
        #expect(values[1].value == .simpleValue(0))
        #expect(values[2].histo.bucketLimit == [0.25, 0.5, 1])
        #expect(values[2].histo.bucket == [2, 0, 1])
        let bytes = try EventFile.encode(events, wallTime: 1_700_000_000.25)
        #expect(FileManager.default.contents(atPath: path) == Data(bytes))
    }

    @Test func histogramsCountEveryRate() throws {
        let histogram = try #require(HistogramProto(rates: [0, 0.019, 0.02, 0.5, 1, .nan]))
        #expect(histogram.bucket.count == 50 && histogram.bucketLimit.count == 50)
        #expect(histogram.bucketLimit.last == 1)
        #expect(histogram.num == 5 && histogram.min == 0 && histogram.max == 1)
        #expect(abs(histogram.sum - 1.539) < 1e-12 && abs(histogram.sumSquares - 1.250761) < 1e-12)
        #expect(histogram.bucket[0] == 2 && histogram.bucket[1] == 1)
        #expect(histogram.bucket[25] == 1 && histogram.bucket[49] == 1)
        // Outputs of more than one spike have wider buckets.
        let wide = try #require(HistogramProto(rates: [0.1, 2.4]))
        #expect(wide.bucketLimit.first == 0.12 && wide.bucketLimit.count == 40 && wide.bucket.count == 40)
        #expect(wide.bucket.first == 1 && wide.bucket.last == 1 && wide.bucket.reduce(0, +) == 2)
        #expect(HistogramProto(rates: [.infinity, -1]) == nil)
    }
}
