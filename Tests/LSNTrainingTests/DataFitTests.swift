import LSNConfiguration
import LSNDatasets
import LSNNetworks
import Testing

@testable import LSNTraining

@Suite struct DataFitTests {
    /// On pictures of 8×8.
    private func describe(_ change: (inout OptionList) -> Void) throws -> NetworkDescription {
        var options = tinyOptions()
        change(&options)
        return try TrainingConfiguration(options).networkDescription(for: tinyData())
    }

    @Test(arguments: [8, 9, 100]) func aShiftBeyondThePictureIsRefused(shift: Int) {
        let error = #expect(throws: ConfigurationError.self) { try describe { $0["shift"] = "\(shift)" } }
        #expect(error?.description.contains("--shift \(shift): must be from 0 to 7") == true)
        #expect(error?.description.contains("8×8") == true)
    }

    @Test func aShiftWithinThePictureIsGood() throws {
        for shift in [0, 1, 7] { _ = try describe { $0["shift"] = "\(shift)" } }
    }

    /// A norm of one value gives its bias: PyTorch refuses it, too. LSN19 halves 8×8 twice only; LSN18 three times.
    @Test func normsThatSeeOneValueAreRefused() throws {
        let error = #expect(throws: ConfigurationError.self) {
            try describe { ($0["model"], $0["timesteps"], $0["batch-size"]) = ("lsn18", "1", "1") }
        }
        #expect(error?.description.contains("stages.3.0") == true)
        #expect(error?.description.contains("--batch-size 1") == true)
        // 20 samples in batches of 19 leave one.
        let last = #expect(throws: ConfigurationError.self) {
            try describe { ($0["model"], $0["timesteps"], $0["batch-size"]) = ("lsn18", "1", "19") }
        }
        #expect(last?.description.contains("last batch of one picture") == true)
        _ = try describe { ($0["model"], $0["timesteps"], $0["batch-size"]) = ("lsn18", "2", "1") }
        _ = try describe { ($0["model"], $0["timesteps"], $0["batch-size"]) = ("lsn18", "1", "2") }
        _ = try describe { ($0["model"], $0["timesteps"], $0["batch-size"]) = ("lsn19", "1", "1") }
    }

    /// A micro-batch of one picture is normalised alone.
    @Test func microBatchesOfOnePictureAreRefused() throws {
        func describe(_ batchSize: Int, _ microBatches: Int, timeSteps: Int = 1) throws {
            _ = try self.describe { options in
                (options["model"], options["timesteps"]) = ("lsn18", "\(timeSteps)")
                (options["batch-size"], options["micro-batches"]) = ("\(batchSize)", "\(microBatches)")
            }
        }
        let error = #expect(throws: ConfigurationError.self) { try describe(5, 3) }
        #expect(
            error?.description.hasPrefix("--batch-size 5 --micro-batches 3: there are micro-batches of one") == true
        )
        // 20 samples in batches of 8 leave 4.
        let last = #expect(throws: ConfigurationError.self) { try describe(8, 3) }
        #expect(last?.description.contains("20 samples leave a last batch of 4, with micro-batches of one") == true)
        #expect(last?.description.contains("fewer --micro-batches") == true)
        try describe(8, 2)
        try describe(8, 3, timeSteps: 2)
    }

    @Test(
        arguments: [(1, 8, "stages.3.0"), (1, 9, nil), (2, 8, nil), (1, 4, "stages.2.0"), (1, 1, "stages.0.0")]
            as [(Int, Int, String?)]
    )
    func theFirstBlockOfSingleValues(samples: Int, size: Int, expected: String?) throws {
        var network = try Architecture.named("lsn18").describe(for: .imagenet)
        network.stem = .cifar
        network.timeSteps = 1
        (network.imageHeight, network.imageWidth) = (size, size)
        #expect(network.blockOfSingleValues(samples: samples) == expected)
    }
}
