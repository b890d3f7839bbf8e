import Foundation
import LSNTraining

// What `results.json` keeps of a number: six significant digits, as many as a picture's data have. Reports and pictures are
// drawn from the rounded numbers, so that the file has all that they show.

extension Double {
    /// To six significant digits.
    var sixDigits: Double {
        guard isFinite, self != 0, let rounded = Double(String(format: "%.5e", self)) else { return self }
        return rounded
    }
}

extension Float {
    /// To six significant digits.
    var sixDigits: Float { Float(Double(self).sixDigits) }
}

extension EpochRecord {
    /// Every measured number to six digits.
    var sixDigits: EpochRecord {
        var record = self
        for number in [
            \EpochRecord.learningRate, \.trainLoss, \.trainAccuracy, \.evaluationLoss, \.evaluationAccuracy,
            \.imagesPerSecond,
            \.seconds, \.evaluationSeconds,
        ] {
            record[keyPath: number] = record[keyPath: number].sixDigits
        }
        record.dataWaitSeconds = dataWaitSeconds?.sixDigits
        record.exchangeSeconds = exchangeSeconds?.sixDigits
        record.surrogateTemperature = surrogateTemperature?.sixDigits
        return record
    }
}

extension BlockStatistics {
    /// Every number to six digits.
    var sixDigits: BlockStatistics { .init(epoch: epoch, step: step, blocks: blocks.map(\.sixDigits)) }
}

extension BlockStatistics.Block {
    /// Every number to six digits.
    var sixDigits: BlockStatistics.Block {
        var block = self
        for number in [
            \BlockStatistics.Block.excitatoryRate, \.inhibitoryRate, \.branchRate, \.outputRate, \.identityShare,
            \.keptShare, \.otherShare, \.gradientNorm,
        ] {
            block[keyPath: number] = block[keyPath: number]?.sixDigits
        }
        return block
    }
}

extension GradientGrowth {
    /// Every number to six digits.
    var sixDigits: GradientGrowth {
        var growth = self
        growth.first = first.sixDigits
        growth.last = last.sixDigits
        growth.ratio = ratio?.sixDigits
        growth.perBlock = perBlock?.sixDigits
        return growth
    }
}
