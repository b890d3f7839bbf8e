public import Datasets

extension DataRequest {
    /// What options say of data; T comes from the network.
    public init(_ options: TrainingOptions, timeSteps: Int) {
        self.init(name: options.dataset ?? .digits, directory: options.data)
        split = options.split
        imageSize = options.imageSize
        framesBy = options.framesBy
        self.timeSteps = timeSteps
        maxBadFiles = options.maxBadFiles ?? Self.standardMaxBadFiles
        cacheFolder = options.cache
        limitTrain = options.limitTrain
        limitTest = options.limitTest
    }
}
