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
        try checkBatches(configuration.learning.batchSize, network, samples: data.trainCount)
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
        _ batchSize: Int,
        _ network: NetworkDescription,
        samples: Int
    ) throws(ConfigurationError) {
        guard samples > 0, batchSize == 1 || samples % batchSize == 1,
            let block = network.blockOfSingleValues(samples: 1)
        else { return }
        let batch = batchSize == 1 ? "batches of one picture" : "\(samples) samples leave a last batch of one picture"
        let more = network.neuron.isReLU ? "--image-size" : "--image-size or --timesteps"
        throw .misplaced(
            option: "--batch-size \(batchSize)",
            problem:
                "\(batch), in which batch norms see one value a channel from \(block) on (1×1 pixels, 1 time step): "
                + "they give the same for every picture, and pass no gradient",
            advice: "Take another --batch-size, or a larger \(more)"
        )
    }
}
