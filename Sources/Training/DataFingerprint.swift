public import Datasets

/// A number that tells data sets apart, so that a run is not continued on other data by mistake.
public enum DataFingerprint {
    /// FNV-1a (Fowler, Noll, Vo) of 64 bits over the labels and pixels of both splits, as 16 hexadecimal digits. Not for
    /// cryptography.
    public static func of(_ data: ImageDataset) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for split in [data.train, data.test] {
            for bytes in [split.labels, split.pixels] {
                for byte in bytes {
                    hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
                }
            }
        }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

extension DataRecord {
    /// The numbers of the data that a run uses, limits applied.
    public init(_ data: ImageDataset) {
        source = data.source
        trainSamples = data.train.count
        testSamples = data.test.count
        fingerprint = DataFingerprint.of(data)
        mean = data.mean
        deviation = data.deviation
    }
}
