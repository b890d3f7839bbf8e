import LSNOpenCLBackend
import LSNReferenceBackend
import LSNTensors
import Testing

struct BiasCase: OperationCase {
    var shape: ImageShape

    var size: Int { shape.realWords }
    var testDescription: String { "\(shape)" }
    /// Every sum has one order.
    var tolerance: Float { 0 }

    func run(on backend: Backend) throws -> [Output] {
        var numbers = Numbers()
        let tensor = try backend.real(numbers.normal(shape.count), shape)
        let bias = try backend.vector(numbers.normal(shape.channels))
        let result = try backend.vector([Float](repeating: 7, count: shape.channels))
        try backend.biasGradient(of: tensor, result: result)
        try backend.addBias(bias, to: tensor)
        return [Output("bias gradient", result), Output("sum", tensor)]
    }
}

struct LossCase: OperationCase {
    var steps: Int
    var batch: Int
    var classes: Int
    var loss: Loss
    var deviation: Float = 2
    /// Whether logits are so coarse that many are equal.
    var isCoarse = false
    var labelSmoothing: Float = 0

    var size: Int { steps * batch * classes }
    var testDescription: String {
        "\(loss) T \(steps) N \(batch) K \(classes) deviation \(deviation) smoothing \(labelSmoothing)"
    }
    /// Every sum has one order; exp and log are the same operations.
    var tolerance: Float { 0 }

    func run(on backend: Backend) throws -> [Output] {
        var numbers = Numbers()
        let shape = ImageShape(images: steps * batch, height: 1, width: 1, channels: classes)
        let values =
            isCoarse
            ? numbers.grid(shape.count, step: 1, range: 2) : numbers.normal(shape.count, deviation: deviation)
        let logits = try backend.real(values, shape)
        let labels = try backend.upload(numbers.words(batch, below: classes))
        let record = try backend.upload([UInt32](repeating: 9, count: StepRecord.words))
        let gradient = try backend.classificationLoss(
            logits,
            labels: labels,
            timeSteps: steps,
            loss: loss,
            labelSmoothing: labelSmoothing,
            record: record
        )
        let words = try backend.read(record, count: StepRecord.words)
        return [
            Output("gradient", gradient),
            Output("loss", floats: try backend.upload([words[StepRecord.loss]]), 1, isFresh: false),
            Output(
                "others of the record",
                words: try backend.upload(Array(words[1...])),
                StepRecord.words - 1,
                isFresh: false
            ),
        ]
    }
}

@Suite(.enabled(if: TestDevice.isUsed))
struct HeadTests {
    static let biasCases =
        shapes.map { BiasCase(shape: $0) } + [
            BiasCase(shape: ImageShape(images: 70_000, height: 1, width: 1, channels: 10))
        ]

    @Test(arguments: affordable(biasCases))
    func bias(_ operation: BiasCase) throws {
        try check(operation)
    }

    static let lossCases: [LossCase] = [Loss.meanCrossEntropy, .tet, .temporalEfficient(lambda: 0.5, phi: 0.3)]
        .flatMap { loss in
            [
                LossCase(steps: 4, batch: 50, classes: 10, loss: loss),
                LossCase(steps: 1, batch: 1, classes: 2, loss: loss),
                LossCase(steps: 6, batch: 7, classes: 100, loss: loss),
                LossCase(steps: 2, batch: 130, classes: 24, loss: loss, deviation: 60),
                LossCase(steps: 4, batch: 64, classes: 5, loss: loss, isCoarse: true),
                LossCase(steps: 2, batch: 16, classes: 1000, loss: loss),
                LossCase(steps: 4, batch: 50, classes: 10, loss: loss, labelSmoothing: 0.1),
                LossCase(steps: 2, batch: 9, classes: 1000, loss: loss, labelSmoothing: 0.5),
            ]
        }

    @Test(arguments: affordable(lossCases))
    func loss(_ operation: LossCase) throws {
        try check(operation)
    }

    @Test("So many samples that their losses are merged in three levels")
    func largeBatch() throws {
        try check(LossCase(steps: 1, batch: 5000, classes: 3, loss: .meanCrossEntropy))
    }

    @Test("A label that is no class makes the loss NaN and counts as wrong", arguments: [Loss.meanCrossEntropy, .tet])
    func wrongLabel(loss: Loss) throws {
        let backend = try TestDevice.backend()
        let shape = ImageShape(images: 6, height: 1, width: 1, channels: 3)
        let record = try backend.zeros(words: StepRecord.words)
        _ = try backend.classificationLoss(
            try backend.real([Float](repeating: 1, count: shape.count), shape),
            labels: try backend.upload([0, 3, 0] as [UInt32]),
            timeSteps: 2,
            loss: loss,
            record: record
        )
        let words = try backend.read(record, count: StepRecord.words)
        #expect(Float(bitPattern: words[StepRecord.loss]).isNaN)
        #expect(words[StepRecord.correct] == 2)
    }

    @Test("Logits that are not numbers make the loss NaN", arguments: [Loss.meanCrossEntropy, .tet])
    func undefinedLogits(loss: Loss) throws {
        let backend = try TestDevice.backend()
        let shape = ImageShape(images: 4, height: 1, width: 1, channels: 3)
        var values = [Float](repeating: 1, count: shape.count)
        values[7] = .nan
        let record = try backend.zeros(words: StepRecord.words)
        _ = try backend.classificationLoss(
            try backend.real(values, shape),
            labels: try backend.upload([0, 1] as [UInt32]),
            timeSteps: 2,
            loss: loss,
            record: record
        )
        #expect(try backend.readFloats(record, count: 1)[0].isNaN)
    }
}
