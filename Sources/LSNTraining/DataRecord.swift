public import LSNDatasets

extension DataRecord {
    /// The numbers of the data that a run uses, limits applied.
    ///
    /// - Throws: `DatasetError` where the files cannot be listed.
    public init(_ data: any TrainingData) throws(DatasetError) {
        source = data.source
        split = data.splitName
        form = data.form.rawValue
        trainSamples = data.trainCount
        testSamples = data.testCount
        fingerprint = try data.fingerprint()
        mean = data.mean
        deviation = data.deviation
        classNames = data.classNames
    }
}
