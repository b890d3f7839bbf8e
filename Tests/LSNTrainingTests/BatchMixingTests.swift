import LSNConfiguration
import LSNDatasets
import LSNNetworks
import LSNReferenceBackend
import LSNTensors
import Testing

@testable import LSNTraining

@Suite struct BatchMixingTests {
    /// α of mixup and of cutmix, and what `mixes()` of Tests/LSNConformanceTests/Golden/recipes.py prints for them.
    private static let expected: [(mixup: Double?, cutmix: Double?, draws: [(share: Double, box: [Int])])] = [
        (
            0.2, nil,
            [
                (0.005007176217170075, []), (0.5775885261278252, []), (0.8294745166454905, []),
                (0.03608136851777544, []), (0.060777350182592026, []), (0.9972846316283631, []),
            ]
        ),
        (
            nil, 1,
            [
                (0.47916666666666663, [0, 25, 8, 24]), (0.86328125, [17, 32, 17, 24]),
                (0.8138020833333334, [0, 13, 13, 24]), (0.6783854166666667, [0, 19, 0, 13]),
                (0.65625, [3, 25, 0, 12]), (0.8177083333333334, [0, 14, 14, 24]),
            ]
        ),
        (
            0.8, 1,
            [
                (0.210325276617568, []), (0.86328125, [17, 32, 17, 24]), (0.5976004556768212, []),
                (0.6783854166666667, [0, 19, 0, 13]), (0.65625, [3, 25, 0, 12]), (0.8177083333333334, [0, 14, 14, 24]),
            ]
        ),
        (
            4, nil,
            [
                (0.6565053513266235, []), (0.4863388536795083, []), (0.552094910504725, []), (0.5563536825918451, []),
                (0.4917719148141562, []), (0.5170439247978955, []),
            ]
        ),
    ]

    @Test func drawsAreThoseOfTimm() {
        for (mixup, cutmix, draws) in Self.expected {
            let mixing = BatchMixing(mixup: mixup, cutmix: cutmix, seed: 11, height: 32, width: 24)
            for (batch, draw) in draws.enumerated() {
                let found = mixing.draw(epoch: 3, batch: batch)
                #expect(abs(found.share - draw.share) < 1e-12)
                let box = found.box.map {
                    [$0.rows.lowerBound, $0.rows.upperBound, $0.columns.lowerBound, $0.columns.upperBound]
                }
                #expect(box ?? [] == draw.box)
            }
        }
    }

    /// Mean ½ and variance 1 / (4·(2α + 1)), within five standard errors or so.
    @Test(arguments: [0.01, 0.2, 1, 1.5, 4, 100])
    func sharesAreDistributedAsBeta(alpha: Double) {
        var random = Philox(seed: 1, purpose: .conformance)
        let shares = (0..<20_000).map { _ in BatchMixing.beta(alpha, &random) }
        let mean = shares.reduce(0, +) / 20_000
        let variance = shares.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 20_000
        let expected = 1 / (4 * (2 * alpha + 1))
        #expect(shares.allSatisfy { 0...1 ~= $0 })
        #expect(abs(mean - 0.5) < 5 * (expected / 20_000).squareRoot())
        #expect(abs(variance - expected) < 0.05 * expected)
    }

    private static func configuration(
        _ change: (inout OptionList) -> Void
    ) throws -> TrainingConfiguration {
        var options = tinyOptions()
        options["batch-size"] = "7"
        options["cutout"] = "3"
        change(&options)
        return try TrainingConfiguration(options)
    }

    /// Pictures and labels of a batch as the network sees them, whatever it is cut into and whoever has which part.
    @Test(arguments: [1, 2, 3, 7, 9]) func theCutChangesNoPicture(parts: Int) throws {
        let backend = Backend(ReferenceBackend())
        for (mixup, cutmix) in [("0.8", nil), (nil, "1")] as [(String?, String?)] {
            func pictures(_ parts: Int, own: Range<Int>? = nil) throws -> (values: [Float], labels: [[UInt32]]) {
                let configuration = try Self.configuration {
                    $0["micro-batches"] = "\(min(parts, 7))"
                    $0["mixup"] = mixup
                    $0["cutmix"] = cutmix
                }
                let batches = configuration.batches(of: tinyData())
                let batch = try MicroBatchCut(parts).batch(
                    epoch: 1,
                    index: 1,
                    of: batches,
                    own: own,
                    mixing: configuration.mixing(of: tinyData())
                )
                let preparer = BatchPreparer(backend: backend, data: tinyData())
                let mix = try #require(batch.mix)
                #expect(batch.partners.count == batch.parts.count)
                var values: [Float] = []
                var labels: [[UInt32]] = []
                for (part, partner) in zip(batch.parts, batch.partners) where part.count > 0 {
                    let mixed = try backend.mix(
                        preparer.prepare(part),
                        with: partner.map { try preparer.prepare($0) },
                        by: mix
                    )
                    values += try backend.values(mixed)
                    labels += zip(part.labels, (partner ?? part).labels.reversed()).map { [$0, $1] }
                }
                return (values, labels)
            }
            let whole = try pictures(1)
            let cut = try pictures(parts)
            #expect(cut.values == whole.values && cut.labels == whole.labels)
            // Of ranks with one micro-batch each.
            let shares = try (0..<parts).map { try pictures(parts, own: $0..<$0 + 1) }
            #expect(shares.flatMap(\.values) == whole.values && shares.flatMap(\.labels) == whole.labels)
            // Each sample stands beside the one that is as far from the end.
            #expect(whole.labels.map(\.[0]) == whole.labels.map(\.[1]).reversed())
            #expect(whole.labels.contains { $0[0] != $0[1] })
        }
    }

    /// A step on a mixed batch is the passes by hand, also where the stem's pictures are prepared again.
    @Test(arguments: [MemoryMode.fast, .lean], [1, 3])
    func aStepTrainsOnMixedSamples(memory: MemoryMode, parts: Int) throws {
        let backend = Backend(ReferenceBackend())
        let configuration = try Self.configuration {
            $0["micro-batches"] = "\(parts)"
            $0["mixup"] = "0.8"
            $0["label-smoothing"] = "0.1"
        }
        let data = tinyData()
        func network() throws -> Network {
            let network = try Network(configuration.networkDescription(for: data), backend: backend)
            try network.initialize(seed: 1)
            return network
        }
        let step = try TrainingStep(configuration: configuration, network: network(), data: data, memory: memory)
        try step.begin(seed: 1)
        let batch = try configuration.firstBatch(of: data)
        let outcome = try step.run(batch, rate: 0, number: 1, epoch: 1)

        let byHand = try network()
        let preparer = BatchPreparer(backend: backend, data: data)
        let record = try backend.zeros(words: StepRecord.words)
        let mix = try #require(batch.mix)
        var (losses, correct) = ([Float](), 0)
        var sums = try GradientSums(byHand.parameters, sizes: batch.sizes)
        for (part, partner) in zip(batch.parts, batch.partners) {
            try sums.begin()
            let own = try preparer.prepare(part)
            let other = try preparer.prepare(partner ?? part)
            let pass = try byHand.forward(backend.mix(own, with: other, by: mix), isStatic: true, training: true)
            let gradient = try backend.classificationLoss(
                pass.logits,
                labels: backend.upload(part.labels),
                timeSteps: 2,
                loss: .meanCrossEntropy,
                labelSmoothing: 0.1,
                mixed: MixedLabels(labels: backend.upload((partner ?? part).labels.reversed()), mix: mix),
                batchSize: 7,
                record: record
            )
            try byHand.backward(pass, logitsGradient: gradient)
            try sums.add()
            losses.append(try backend.readFloats(record, count: 1)[0])
            correct += Int(try backend.read(record, count: 2)[StepRecord.correct])
        }
        #expect(outcome.loss == TreeSum.total(losses.map { $0 }) && outcome.correct == correct)
        #expect(try step.network.parameters.exportGradients() == byHand.parameters.exportGradients())
    }
}
