import LSNOpenCLBackend
import LSNTensors
import Testing

@Suite(.enabled(if: TestDevice.isUsed))
struct MeasurementTests {
    private let shape = ImageShape(images: 2, height: 3, width: 5, channels: 40)

    @Test("A norm is not finite where a value is not", arguments: [Float.nan, .infinity, -.infinity])
    func notFinite(value: Float) throws {
        let backend = try TestDevice.backend()
        var values = [Float](repeating: 1, count: shape.count)
        values[777] = value
        let record = try backend.zeros(words: 2)
        try backend.measureNorm(of: try backend.realTensor(values, shape: shape), record: record, word: 1)
        let words = try backend.readFloats(record, count: 2)
        #expect(words[0] == 0 && !words[1].isFinite)
    }

    @Test("The norm of nothing but zeros is 0")
    func zeros() throws {
        let backend = try TestDevice.backend()
        let record = try backend.upload([UInt32](repeating: 5, count: 1))
        let tensor = try backend.realTensor([Float](repeating: 0, count: shape.count), shape: shape)
        try backend.measureNorm(of: tensor, record: record, word: 0)
        #expect(try backend.read(record, count: 1) == [0])
    }

    @Test("Denormal values and NaN count as values that are neither 0 nor 1")
    func unusualValues() throws {
        let backend = try TestDevice.backend()
        var values = [Float](repeating: 0, count: shape.count)
        values[3] = .leastNonzeroMagnitude
        values[500] = .nan
        values[1199] = 1
        let record = try backend.zeros(words: 4)
        try backend.countValues(try backend.realTensor(values, shape: shape), record: record, word: 0)
        #expect(try backend.read(record, count: 4) == [3, 0, 2, 0])
    }

    @Test("Every spike of a large tensor counts, over many runs")
    func allSpikes() throws {
        let backend = try TestDevice.backend()
        let wide = ImageShape(images: 64, height: 64, width: 64, channels: 256)
        let spikes = SpikeTensor(shape: wide, storage: try backend.allocate(words: wide.spikeWords))
        try backend.fill(spikes.storage, with: .max, count: wide.spikeWords)
        let record = try backend.zeros(words: 2)
        try backend.countSpikes(spikes, differingFrom: nil, record: record, word: 0)
        #expect(try backend.read(record, count: 2) == [UInt32(wide.count), 0])
    }
}
