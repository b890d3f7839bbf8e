import Datasets
import Testing

@Suite("The bundled digits")
struct BundledDigitsTests {
    @Test("are 4,000 and 1,000 pictures of 28×28 with MNIST's first labels")
    func shapes() throws {
        let digits = try ImageDataset.load(.digits, directory: nil)
        #expect(digits.train.count == 4_000)
        #expect(digits.test.count == 1_000)
        #expect(digits.channels == 1 && digits.height == 28 && digits.width == 28 && digits.classes == 10)
        #expect(digits.train.pixels.count == 4_000 * 784)
        #expect(digits.train.labels.prefix(8) == [0, 1, 2, 6, 5, 5, 9, 7])
        #expect(digits.mean == [0.1307] && digits.deviation == [0.3081])
        for split in [digits.train, digits.test] {
            #expect(Set(split.labels) == Set(0...9))
        }
    }

    @Test("have about the mean and the deviation that they are normalised with")
    func statistics() throws {
        let digits = try ImageDataset.load(.digits, directory: nil)
        let values = digits.train.pixels.map { Double($0) / 255 }
        let mean = values.reduce(0, +) / Double(values.count)
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
        #expect(abs(mean - 0.1307) < 0.005)
        #expect(abs(variance.squareRoot() - 0.3081) < 0.005)
    }

    @Test("read no folder")
    func folder() {
        #expect(throws: DatasetError.self) { try ImageDataset.load(.digits, directory: "anywhere") }
    }
}
