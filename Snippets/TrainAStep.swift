// The package as a library: builds a network, trains it for a few steps and reads its firing rates.
//
//     swift run -c release TrainAStep

import LSNDatasets
import LSNNetworks
import LSNReferenceBackend
import LSNTensors
import LSNTraining
import Synchronization

/// Hears what every block leaves, and keeps the share of its neurons that fired.
final class FiringRates: NetworkObserver {
    private let backend: Backend
    private let rates = Mutex<[(block: String, rate: Double)]>([])

    init(backend: Backend) {
        self.backend = backend
    }

    func didRun(_ block: BlockObservation) throws(BackendError) {
        // Spikes are bits on the device; as values they are 0 or 1.
        guard case .spikes(let spikes) = block.output else { return }
        let values = try backend.values(spikes)
        let rate = Double(values.reduce(0, +)) / Double(values.count)
        rates.withLock { $0.append((block.name, rate)) }
    }

    func willDifferentiate(_ name: String, gradient: RealTensor) {}

    var all: [(block: String, rate: Double)] { rates.withLock { $0 } }
}

/// Trains on any backend: nothing below knows which one it is.
func train(on backend: Backend, steps: Int) throws {
    // LSN19's layout at 1/32 of the width, for the digits that come with the package.
    let digits = try DataLoader.load(DataRequest(name: .digits))
    let description = try Architecture.named("lsn19").describe(
        NetworkOverrides(width: 1 / 32, timeSteps: 2),
        classes: digits.classes,
        inChannels: digits.channels,
        imageHeight: digits.height,
        imageWidth: digits.width
    )
    let network = try Network(description, backend: backend)
    try network.initialize(seed: 1)

    let batches = digits.trainingBatches(batchSize: 16, seed: 1, policy: .standard(for: .digits))
    let preparer = BatchPreparer(backend: backend, data: digits)
    let optimizer = try Optimizer(.adam, weightDecay: 0, parameters: network.parameters, backend: backend)
    let record = try backend.zeros(words: StepRecord.words)

    for step in 1...steps {
        let batch = try batches.trainingBatch(epoch: 0, index: step - 1)
        let rates = FiringRates(backend: backend)
        let pass = try network.forward(
            preparer.prepare(batch),
            isStatic: preparer.isStatic,
            training: true,
            observer: rates
        )
        let gradient = try backend.classificationLoss(
            pass.logits,
            labels: backend.upload(batch.labels),
            timeSteps: description.timeSteps,
            loss: .meanCrossEntropy,
            record: record
        )
        try network.backward(pass, logitsGradient: gradient)
        try optimizer.update(network.parameters, learningRate: 5e-3, step: step)

        let loss = try backend.readFloats(record, count: StepRecord.words)[StepRecord.loss]
        print("step \(step): loss \(loss)")
        if step == steps {
            for (block, rate) in rates.all {
                print("\(block) fires at \(rate)")
            }
        }
    }
}

// For a device: Backend(OpenCLBackend(queue: ComputeQueue(device: OpenCL.device(named: "auto"), …))), as `lsn` does.
try train(on: Backend(ReferenceBackend()), steps: 3)
