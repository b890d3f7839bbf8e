import LSNTensorBoardMessages
import LSNTraining

/// What TensorBoard shows of an epoch.
enum EpochEvents {
    /// Every epoch has a value under this name.
    static let marker = "loss/train"

    /// The event of an epoch.
    ///
    /// - Parameters:
    ///   - record: its line of `metrics.jsonl`.
    ///   - blocks: its line of `blocks.jsonl`, where there is one.
    static func event(_ record: EpochRecord, blocks: BlockStatistics?) -> Event {
        var scalars = [
            (marker, record.trainLoss),
            ("loss/\(record.evaluated.rawValue)", record.evaluationLoss),
            ("accuracy/train", record.trainAccuracy),
            ("accuracy/\(record.evaluated.rawValue)", record.evaluationAccuracy),
            ("learning_rate", record.learningRate),
            ("images_per_second", record.imagesPerSecond),
        ]
        if let loss = record.unaveragedLoss { scalars.append(("loss/unaveraged", loss)) }
        if let accuracy = record.unaveragedAccuracy { scalars.append(("accuracy/unaveraged", accuracy)) }
        if let share = record.exchangeShare { scalars.append(("exchange_share", share)) }
        var histograms: [Summary.Value] = []
        if let blocks {
            for series in BlockSeries.all(of: blocks) {
                scalars += series.values.map { ("\(series.name)/\($0.block)", $0.value) }
                guard series.isRate, let histogram = HistogramProto(rates: series.values.map(\.value)) else { continue }
                var value = Summary.Value()
                value.tag = "rates_of_blocks/\(series.name)"
                value.histo = histogram
                histograms.append(value)
            }
        }
        var event = Event()
        event.step = Int64(record.step)
        event.summary.value =
            scalars.map { name, number in
                var value = Summary.Value()
                value.tag = name
                value.simpleValue = Float(number)
                return value
            } + histograms
        return event
    }
}
