import LSNDatasets
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

    @Test("shrink to the means of squares", arguments: [(28, 2), (14, 1), (7, 1), (1, 1)])
    func reduction(size: Int, shift: Int) throws {
        let whole = try ImageDataset.load(.digits, directory: nil)
        var request = DataRequest(name: .digits)
        request.imageSize = .square(size)
        request.limitTrain = 50
        let reduced = try #require(try DataLoader.load(request) as? ImageDataset)
        #expect(reduced.height == size && reduced.width == size && reduced.train.count == 50)
        let factor = 28 / size
        for (image, row, column) in [(0, 0, 0), (3, size / 2, size / 3), (49, size - 1, size - 1)] {
            var sum = 0
            for y in 0..<factor {
                for x in 0..<factor {
                    sum += Int(whole.train.pixels[(image * 28 + row * factor + y) * 28 + column * factor + x])
                }
            }
            let mean = Double(sum) / Double(factor * factor)
            let pixel = Double(reduced.train.pixels[(image * size + row) * size + column])
            #expect(abs(pixel - mean) <= 0.5)
        }
        #expect(AugmentationPolicy.standard(for: .digits, imageSize: request.imageSize).shift == shift)
    }

    @Test("read no folder")
    func folder() {
        #expect(throws: DatasetError.self) { try ImageDataset.load(.digits, directory: "anywhere") }
    }
}
