import LSNDatasets
import LSNNetworks
import LSNTensors

/// Options that can only be judged once the pictures are known.
enum DataFit {
    /// Refuses options with which such pictures cannot be trained on.
    static func check(
        _ configuration: TrainingConfiguration,
        _ network: NetworkDescription,
        _ data: any TrainingData
    ) throws(ConfigurationError) {
        try checkShift(configuration.data.shift, data)
        try checkBatches(configuration.learning, network, samples: data.trainCount)
    }

    /// A picture that moves by its own extent is gone.
    private static func checkShift(_ shift: Int, _ data: any TrainingData) throws(ConfigurationError) {
        let largest = min(data.height, data.width) - 1
        guard shift > largest else { return }
        throw .outOfRange(
            option: "--shift",
            value: "\(shift)",
            allowed: "from 0 to \(largest), since the pictures are \(data.height)×\(data.width) pixels"
        )
    }

    /// A norm that sees one value a channel learns nothing.
    private static func checkBatches(
        _ learning: LearningConfiguration,
        _ network: NetworkDescription,
        samples: Int
    ) throws(ConfigurationError) {
        let (batchSize, last) = (learning.batchSize, samples % learning.batchSize)
        guard samples > 0, let block = network.blockOfSingleValues(samples: 1) else { return }
        /// Whether a picture of a batch of so many goes through the network alone.
        func isAlone(_ count: Int) -> Bool { learning.cut.places(0..<count).contains { $0.count == 1 } }
        let isCut = learning.microBatches > 1
        let options =
            "--batch-size \(batchSize)" + (isCut ? " --micro-batches \(learning.microBatches)" : "")
        let batch: String
        if samples >= batchSize, isAlone(batchSize) {
            batch = isCut ? "there are micro-batches of one picture" : "batches of one picture"
        } else if isAlone(last) {
            batch =
                isCut
                ? "\(samples) samples leave a last batch of \(last), with micro-batches of one picture"
                : "\(samples) samples leave a last batch of one picture"
        } else {
            return
        }
        let more = network.neuron.isReLU ? "--image-size" : "--image-size or --timesteps"
        throw .misplaced(
            option: options,
            problem:
                "\(batch), in which batch norms see one value a channel from \(block) on (1×1 pixels, 1 time step): "
                + "they give the same for every picture, and pass no gradient",
            advice: "Take another --batch-size\(isCut ? ", fewer --micro-batches" : ""), or a larger \(more)"
        )
    }
}
