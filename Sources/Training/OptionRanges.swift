import Datasets

extension TrainingOptions {
    /// The most time steps, epochs and samples of a batch: more than any run has, and little enough that products of a few
    /// of them are integers.
    public static let largestCount = 1 << 20
}

/// The values that options may have.
enum OptionRanges {
    /// Refuses values that no run can have.
    static func check(_ options: TrainingOptions, defaultEpochs: Int) throws(ConfigurationError) {
        func check<Value>(
            _ key: TrainingOptions.CodingKeys,
            _ value: Value?,
            _ allowed: String,
            _ isAllowed: (Value) -> Bool
        ) throws(ConfigurationError) {
            if let value, !isAllowed(value) {
                throw .outOfRange(option: key.option, value: "\(value)", allowed: allowed)
            }
        }
        let factors: [(TrainingOptions.CodingKeys, Int?)] = [
            (.timesteps, options.timesteps), (.epochs, options.epochs), (.batchSize, options.batchSize),
        ]
        for (key, value) in factors {
            try check(key, value, "from 1 to \(TrainingOptions.largestCount)") {
                1...TrainingOptions.largestCount ~= $0
            }
        }
        let counts: [(TrainingOptions.CodingKeys, Int?)] = [
            (.limitTrain, options.limitTrain), (.limitTest, options.limitTest), (.maxSteps, options.maxSteps),
            (.checkpointEvery, options.checkpointEvery),
        ]
        for (key, value) in counts {
            try check(key, value, "at least 1") { $0 >= 1 }
        }
        try check(.maxBadFiles, options.maxBadFiles, "0 or more") { $0 >= 0 }
        try check(.width, options.width, "more than 0") { $0 > 0 && $0.isFinite }
        try check(.leak, options.leak, "from 0 to 1") { (0...1).contains($0) }
        let positive: [(TrainingOptions.CodingKeys, Float?)] = [
            (.threshold, options.threshold), (.surrogateHeight, options.surrogateHeight),
            (.surrogateSlope, options.surrogateSlope), (.surrogateWidth, options.surrogateWidth),
            (.surrogateTemperature, options.surrogateTemperature), (.mpdWeight, options.mpdWeight),
            (.headGain, options.headGain),
        ]
        for (key, value) in positive {
            try check(key, value, "more than 0") { $0 > 0 && $0.isFinite }
        }
        try check(.tetLambda, options.tetLambda, "from 0 to 1") { (0...1).contains($0) }
        try check(.tetPhi, options.tetPhi, "a finite number") { $0.isFinite }
        try check(.labelSmoothing, options.labelSmoothing, "from 0 to less than 1") { (0..<1).contains($0) }
        try check(.branchScale, options.branchScale, "a finite number") { $0.isFinite }
        try check(.branchBias, options.branchBias, "a finite number") { $0.isFinite }
        try check(.learningRate, options.learningRate, "more than 0") { $0 > 0 && $0.isFinite }
        try check(.weightDecay, options.weightDecay, "0 or more") { $0 >= 0 && $0.isFinite }
        try check(.shift, options.shift, "from 0 to 1024") { (0...1024).contains($0) }
        try checkShift(options)
        let epochs = options.epochs ?? defaultEpochs
        try check(.warmupEpochs, options.warmupEpochs, "from 0 to --epochs (\(epochs))") { (0...epochs).contains($0) }
    }

    /// Pictures that are resized are cut from anywhere in training; who asks for a shift beside it expects another thing.
    private static func checkShift(_ options: TrainingOptions) throws(ConfigurationError) {
        guard options.dataset == .imagenet, options.imageSize != .native, let shift = options.shift, shift > 0 else {
            return
        }
        throw .withoutEffect(
            option: TrainingOptions.CodingKeys.shift.option,
            value: "\(shift)",
            reason:
                "in training, pictures of --dataset imagenet are cut from anywhere and resized. Leave it out, or keep "
                + "pictures of one size as they are with --image-size native"
        )
    }
}
