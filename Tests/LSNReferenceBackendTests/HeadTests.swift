import Foundation
import LSNReferenceBackend
import LSNTensors
import Testing

@Test func aBiasIsAddedToEveryPixelAndItsGradientSumsThem() throws {
    let shape = ImageShape(images: 2, height: 1, width: 2, channels: 3)
    let tensor = try reference.realTensor((0..<12).map(Float.init), shape: shape)
    let bias = try reference.channelVector([10, 20, 30])
    try reference.addBias(bias, to: tensor)
    #expect(try reference.values(tensor) == [10, 11, 22, 23, 34, 35, 16, 17, 28, 29, 40, 41])
    #expect(try sparesAreZero(tensor))
    let result = ChannelVector(channels: 3, storage: try reference.allocate(words: 8))
    try reference.biasGradient(of: tensor, result: result)
    #expect(try reference.readFloats(result.storage, count: 8) == [54, 102, 150, 0, 0, 0, 0, 0])
}

private let losses: [Loss] = [.meanCrossEntropy, .tet, .temporalEfficient(lambda: 0.5, phi: 0.25)]

private struct LossResult {
    var loss: Double
    var correct: UInt32
    var gradient: [Float]
}

private func classify(
    _ logits: [Float],
    classes: Int,
    labels: [UInt32],
    steps: Int,
    loss: Loss,
    smoothing: Float = 0,
    batchSize: Int? = nil
) throws -> LossResult {
    let shape = ImageShape(images: labels.count * steps, height: 1, width: 1, channels: classes)
    let record = try reference.zeros(words: StepRecord.words)
    let gradient = try reference.classificationLoss(
        try reference.realTensor(logits, shape: shape),
        labels: try reference.upload(labels),
        timeSteps: steps,
        loss: loss,
        labelSmoothing: smoothing,
        batchSize: batchSize,
        record: record
    )
    #expect(try sparesAreZero(gradient))
    let words = try reference.read(record, count: StepRecord.words)
    return LossResult(
        loss: Double(Float(bitPattern: words[StepRecord.loss])),
        correct: words[StepRecord.correct],
        gradient: try reference.values(gradient)
    )
}

@Test func lossesDoneByHand() throws {
    // T = 2, N = 1, K = 2; the mean over time is (1, 0): CE = log(1 + e).
    let logits: [Float] = [2, 0, 0, 0]
    let mean = try classify(logits, classes: 2, labels: [1], steps: 2, loss: .meanCrossEntropy)
    #expect(abs(mean.loss - log(1 + exp(1.0))) < 1e-6)
    #expect(mean.correct == 0)
    // Per step log(1 + e²) and log 2; squares of the logits' distance from 1: 1, 1, 1, 1.
    let tet = try classify(logits, classes: 2, labels: [1], steps: 2, loss: .temporalEfficient(lambda: 0.25, phi: 1))
    #expect(abs(tet.loss - (0.75 * (log(1 + exp(2.0)) + log(2.0)) / 2 + 0.25)) < 1e-6)
    #expect(try classify(logits, classes: 2, labels: [0], steps: 2, loss: .tet).correct == 1)
}

@Test(arguments: losses)
func lossGradientsAreThoseOfFiniteDifferences(loss: Loss) throws {
    let labels: [UInt32] = [3, 0, 9]
    let logits = randomValues(4 * 3 * 10, seed: 1).map { 3 * $0 }
    let result = try classify(logits, classes: 10, labels: labels, steps: 4, loss: loss)
    try expectGradient(result.gradient, at: logits, step: 1 / 16, tolerance: 2e-3) {
        try classify($0, classes: 10, labels: labels, steps: 4, loss: loss).loss
    }
}

/// Micro-batches add up to their batch.
@Test(arguments: losses)
func lossesOfPartsAddUp(loss: Loss) throws {
    let (classes, steps, labels) = (5, 3, [3, 0, 4, 1, 2] as [UInt32])
    let logits = randomValues(steps * labels.count * classes, seed: 2).map { 3 * $0 }
    let whole = try classify(logits, classes: classes, labels: labels, steps: steps, loss: loss)
    var (sum, correct) = (0.0, UInt32(0))
    for part in [0..<1, 1..<5] {
        func own(_ values: [Float]) -> [Float] {
            (0..<steps).flatMap { step in
                let first = step * labels.count
                return values[(first + part.lowerBound) * classes..<(first + part.upperBound) * classes]
            }
        }
        let result = try classify(
            own(logits),
            classes: classes,
            labels: Array(labels[part]),
            steps: steps,
            loss: loss,
            batchSize: labels.count
        )
        sum += result.loss
        correct += result.correct
        #expect(result.gradient == own(whole.gradient))
    }
    #expect(abs(sum - whole.loss) < 1e-6)
    #expect(correct == whole.correct)
}

@Test func smoothedLabelsDoneByHand() throws {
    // T = 1, K = 2, label 1, ε = 0.2: targets 0.1 and 0.9; −0.1·log p₀ − 0.9·log p₁ with p₀ = e/(1 + e).
    let result = try classify([1, 0], classes: 2, labels: [1], steps: 1, loss: .meanCrossEntropy, smoothing: 0.2)
    let total = log(1 + exp(1.0))
    #expect(abs(result.loss - (0.1 * (total - 1) + 0.9 * total)) < 1e-6)
    let p = exp(1) / (1 + exp(1.0))
    #expect(relativeError(result.gradient, [Float(p - 0.1), Float(1 - p - 0.9)]) < 1e-6)
}

@Test(arguments: losses)
func smoothedLossGradientsAreThoseOfFiniteDifferences(loss: Loss) throws {
    let labels: [UInt32] = [1, 4]
    let logits = randomValues(2 * 3 * 5, seed: 7).map { 2 * $0 }
    func run(_ logits: [Float]) throws -> LossResult {
        try classify(logits, classes: 5, labels: labels, steps: 3, loss: loss, smoothing: 0.3)
    }
    try expectGradient(run(logits).gradient, at: logits, step: 1 / 16, tolerance: 2e-3) { try run($0).loss }
    #expect(try run(logits).loss != classify(logits, classes: 5, labels: labels, steps: 3, loss: loss).loss)
}

@Test func theFirstOfEqualLogitsCounts() throws {
    let logits: [Float] = [1, 1, 0]
    let correct = try (0..<3).map {
        try classify(logits, classes: 3, labels: [$0], steps: 1, loss: .meanCrossEntropy).correct
    }
    #expect(correct == [1, 0, 0])
    let nan = try classify([.nan, 1, 0], classes: 3, labels: [0], steps: 1, loss: .meanCrossEntropy)
    #expect(nan.loss.isNaN && nan.correct == 0)
}

@Test func hugeLogitsDoNotOverflow() throws {
    let result = try classify([1000, -1000, 0], classes: 3, labels: [1], steps: 1, loss: .meanCrossEntropy)
    #expect(abs(result.loss - 2000) < 1e-3)
    #expect(result.gradient == [1, -1, 0])
}

@Test func aLabelThatIsNoClassIsNamed() throws {
    let error = #expect(throws: BackendError.self) {
        try classify([1, 2], classes: 2, labels: [2], steps: 1, loss: .tet)
    }
    #expect("\(error, default: "")".contains("label 2"))
}
