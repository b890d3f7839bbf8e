import Foundation
import LSNFileFormats
import LSNHostSystem
import LSNNetworks

/// How training looks in a terminal and in a log: pure functions from reports to text.
public struct ProgressText: Sendable {
    /// Whether to colour, with ANSI escapes.
    public let isColoured: Bool

    /// A style.
    public init(isColoured: Bool) {
        self.isColoured = isColoured
    }

    /// What a run is, before it starts.
    public func start(_ start: TrainingStart) -> [String] {
        let record = start.record
        let network = record.configuration.network
        let images = network.input.map { "\($0.channels)×\($0.height)×\($0.width)" } ?? ""
        let width = record.configuration.width == 1 ? "" : " at width \(record.configuration.width)"
        var lines = [
            "\(bold(network.name))\(width): \(record.size.layers) layers, "
                + "\(record.size.blocks) blocks, \(Self.count(record.size.parameters)) parameters, "
                + Self.counted(network.timeSteps ?? 0, "time step"),
            "data    \(PrintableText.name(record.dataSet.source)): \(Self.count(record.dataSet.trainSamples)) to train on, "
                + (record.dataSet.valSamples.map { "\(Self.count($0)) to validate with, " } ?? "")
                + "\(Self.count(record.dataSet.testSamples)) to test with, \(images)",
            "classes \(Self.classes(start.classNames))",
            "device  \(record.continued.last?.machine.name ?? record.machine.name)",
            "folder  \(PrintableText.name(start.folder))",
        ]
        lines += self.lines(start.weights, parameters: record.size.parameters)
        if let memory = start.memory {
            lines.append(line(memory))
        }
        if start.step > 0 {
            lines.append("continued after step \(start.step), \(Self.counted(start.epoch, "epoch")) finished")
        }
        return lines
    }

    /// Where weights come from, and which of them stay; nothing where all start anew and train.
    private func lines(_ weights: StartingWeights, parameters: Int) -> [String] {
        var lines: [String] = []
        if let source = weights.source {
            lines.append(
                "weights \(PrintableText.name(source)): \(Self.count(weights.taken)) of \(Self.counted(weights.tensors, "tensor"))"
            )
        }
        lines += weights.remarks.map { "        \($0)" }
        if !weights.frozen.isEmpty {
            lines.append(
                "frozen  \(weights.frozen.joined(separator: ", ")): \(Self.count(weights.frozenValues)) of "
                    + "\(Self.count(parameters)) parameters"
            )
        }
        return lines
    }

    /// What a step takes, in a line.
    public func line(_ plan: MemoryPlan) -> String {
        "memory  \(plan.mode.rawValue): \(Self.bytes(plan.total)) of \(Self.bytes(plan.deviceBytes)), "
            + "\(Self.bytes(plan.savedActivations)) of them kept for the backward pass"
    }

    /// What a step takes, part by part.
    public func table(_ plan: MemoryPlan) -> [String] {
        let parts = [
            ("parameters", plan.parameters), ("gradients", plan.gradients), ("optimizer", plan.optimizer),
            ("saved activations", plan.savedActivations), ("workspace", plan.workspace), ("data", plan.data),
            ("total", plan.total), ("device", plan.deviceBytes),
            ("checkpoint, on host", plan.checkpoint),
        ]
        let rows = parts.map { name, bytes in
            name.padding(toLength: 20, withPad: " ", startingAt: 0) + Self.bytes(bytes)
        }
        let largest = MicroBatchCut(plan.microBatches).largest(of: plan.batchSize)
        let sample = Self.bytes(plan.savedActivations / max(largest, 1))
        let cut = plan.microBatches > 1 ? " in \(plan.microBatches) micro-batches" : ""
        return ["a step of \(plan.batchSize) samples\(cut) with --memory \(plan.mode.rawValue)"] + rows + [
            "\(sample) a sample are kept for the backward pass; the largest batch that fits is "
                + Self.count(plan.largestBatch)
        ]
    }

    /// One line that fits `columns`: a bar, loss, accuracy, rate and time left, as many of them as there is room for.
    public func bar(_ report: StepReport, columns: Int) -> String {
        let loss = "  loss \(Self.decimal(report.loss, 4))"
        let accuracy = "  accuracy \(Self.percent(report.accuracy))"
        let rate = "  \(Self.rate(report.imagesPerSecond))"
        let left = "  \(Self.time(report.secondsLeft)) left"
        let tails = [loss + accuracy + rate + left, loss + accuracy + left, loss + accuracy, loss, ""]
        let batches = "\(report.batch)/\(report.batches)"
        return line(
            "epoch \(report.epoch)/\(report.epochs) ",
            gauge: (report.batch, report.batches),
            tails.map { " \(batches)\($0)" },
            columns: columns
        )
    }

    /// One line that fits `columns`, while the test split is evaluated.
    public func evaluation(done: Int, total: Int, columns: Int) -> String {
        line("evaluating ", gauge: (done, total), [" \(done)/\(total)"], columns: columns)
    }

    /// The head, a gauge if there is room for one, and the first tail that fits; the end of that which does not. The last
    /// column stays empty: a terminal that is written to its edge goes on in the next line, which cannot be taken back.
    private func line(_ head: String, gauge: (done: Int, total: Int), _ tails: [String], columns: Int) -> String {
        let width = max(columns - 1, 1)
        guard let tail = tails.first(where: { head.count + $0.count <= width }) else {
            return String((tails.last ?? "").drop { $0 == " " }.suffix(width))
        }
        let room = min(40, width - head.count - tail.count)
        if room >= 5 { return head + self.gauge(gauge.done, of: gauge.total, width: room) + tail }
        return head.trimmingCharacters(in: .whitespaces) + tail
    }

    /// One line for a log inside an epoch.
    public func line(_ report: StepReport) -> String {
        "epoch \(report.epoch)/\(report.epochs)  batch \(report.batch)/\(report.batches)"
            + "  loss \(Self.decimal(report.loss, 4))  accuracy \(Self.percent(report.accuracy))"
            + "  \(Self.rate(report.imagesPerSecond))  \(Self.time(report.secondsLeft)) left"
    }

    /// One line for an epoch that is evaluated.
    public func line(_ record: EpochRecord, epochs: Int, isBest: Bool) -> String {
        let test =
            "accuracy \(Self.percent(record.evaluationAccuracy))"
            + (record.evaluatedSamples.map { " of \(Self.count($0))" } ?? "")
            + (record.unaveragedAccuracy.map { " (unaveraged \(Self.percent($0)))" } ?? "")
        return "epoch \(record.epoch)/\(epochs)  train loss \(Self.decimal(record.trainLoss, 4))"
            + "  accuracy \(Self.percent(record.trainAccuracy))"
            + "  \(record.evaluated.rawValue) loss \(Self.decimal(record.evaluationLoss, 4))  \(isBest ? green(test) : test)"
            + "  \(Self.rate(record.imagesPerSecond))  \(Self.time(record.seconds))"
            + (record.exchangeShare.map { " (\(Self.percent($0)) exchange)" } ?? "") + (isBest ? "  best" : "")
    }

    /// What a run came to, and where everything is.
    ///
    /// - Parameters:
    ///   - summary: how the run ended.
    ///   - report: the page with the run's charts, where there is one.
    public func summary(_ summary: TrainingSummary, report: String? = nil) -> [String] {
        var lines: [String] = []
        let folder = PrintableText.name(summary.folder)
        let argument = ShellText.path(summary.folder)
        if let last = summary.last {
            let split = last.evaluated.rawValue
            var line = "\(split) accuracy \(bold(Self.percent(last.evaluationAccuracy))) after epoch \(last.epoch)"
            if let best = summary.best, best.epoch != last.epoch {
                line += "; the best was \(Self.percent(best.accuracy)) after epoch \(best.epoch)"
            }
            lines.append(line)
        }
        if let test = summary.test {
            lines.append(
                "test accuracy \(bold(Self.percent(test.accuracy))) of \(Self.counted(test.samples, "sample")), with the weights of "
                    + "epoch \(test.epoch)"
            )
        }
        lines.append("folder  \(folder)")
        if let best = summary.best {
            lines.append(
                "best    \(HostPath.join(folder, "checkpoint-best.safetensors")) (epoch \(best.epoch), chosen on the "
                    + "\(summary.last?.evaluated.rawValue ?? EvaluatedSplit.test.rawValue) split)"
            )
        }
        lines.append(
            "last    \(HostPath.join(folder, "checkpoint-last.safetensors")) (step \(summary.step))"
        )
        if let report {
            lines.append("report  \(PrintableText.name(report))")
        }
        switch summary.outcome {
        case .finished:
            lines.append("evaluate with lsn eval --checkpoint \(argument)")
        case .reachedMaxSteps:
            lines.append(
                "stopped after \(Self.counted(summary.step, "step")); continue with lsn train --resume \(argument)"
            )
        case .interrupted:
            lines.append(
                "interrupted, and saved after \(Self.counted(summary.step, "step")); continue with lsn train --resume "
                    + argument
            )
        }
        return lines
    }

    private func gauge(_ done: Int, of total: Int, width: Int) -> String {
        let filled = total > 0 ? min(width, done * width / total) : 0
        return green(String(repeating: "━", count: filled)) + dim(String(repeating: "─", count: width - filled))
    }

    private func bold(_ text: String) -> String { escape("1", text) }
    private func green(_ text: String) -> String { escape("32", text) }
    private func dim(_ text: String) -> String { escape("2", text) }

    /// Every escape sequence that lines hold.
    public static let styles = ["0", "1", "2", "32"].map { "\u{1B}[\($0)m" }

    private func escape(_ code: String, _ text: String) -> String {
        isColoured && !text.isEmpty ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}

extension ProgressText {
    /// A number with so many digits after the point.
    public static func decimal(_ value: Double, _ digits: Int) -> String {
        String(format: "%.\(digits)f", value)
    }

    /// A number as 1.2e-07.
    public static func scientific(_ value: Double) -> String {
        String(format: "%.1e", value)
    }

    /// A fraction as a percentage with so many digits after the point.
    public static func percent(_ fraction: Double, digits: Int = 2) -> String {
        decimal(100 * fraction, digits) + " %"
    }

    /// Seconds in thousandths, with so many digits after the point.
    public static func milliseconds(_ seconds: Double, digits: Int) -> String {
        decimal(1000 * seconds, digits) + " ms"
    }

    /// Samples a second.
    public static func rate(_ imagesPerSecond: Double) -> String {
        decimal(imagesPerSecond, imagesPerSecond < 10 ? 1 : 0) + " images/s"
    }

    /// Seconds as 0:07, 12:34 or 1:02:03.
    public static func time(_ seconds: Double) -> String {
        let whole = Int(min(max(seconds.isFinite ? seconds : 0, 0), 1e9).rounded())
        let parts = (whole / 3600, whole / 60 % 60, whole % 60)
        let tail = (parts.2 < 10 ? "0" : "") + "\(parts.2)"
        guard parts.0 > 0 else { return "\(parts.1):\(tail)" }
        return "\(parts.0):" + (parts.1 < 10 ? "0" : "") + "\(parts.1):\(tail)"
    }

    /// A size in units of a thousand.
    public static func bytes(_ count: Int) -> String {
        var (value, unit) = (Double(count), 0)
        let units = ["bytes", "kB", "MB", "GB", "TB", "PB", "EB"]
        while value >= 999.5, unit + 1 < units.count {
            value /= 1000
            unit += 1
        }
        return decimal(value, unit == 0 || value >= 99.5 ? 0 : value >= 9.95 ? 1 : 2) + " " + units[unit]
    }

    /// How many of a thing there are: 1 step, 2 steps.
    public static func counted(_ count: Int, _ noun: String) -> String {
        "\(Self.count(count)) \(noun)\(count == 1 ? "" : "s")"
    }

    /// How many classes there are, and what the first are called; all of 20 or fewer where `isLong`.
    public static func classes(_ names: [String], isLong: Bool = false) -> String {
        let shown = isLong ? (names.count > 20 ? 10 : names.count) : min(names.count, 5)
        let list = names.prefix(shown).map { PrintableText.name($0) }.joined(separator: ", ")
        let more = names.count - shown
        let rest = more == 0 ? "" : isLong ? " and \(count(more)) more; --json names all" : ", …"
        return "\(count(names.count)) (\(list)\(rest))"
    }

    /// A count with a comma before every three digits.
    public static func count(_ count: Int) -> String {
        let digits = Array(String(count.magnitude))
        let parts = stride(from: digits.count, to: 0, by: -3).map { String(digits[max($0 - 3, 0)..<$0]) }
        return (count < 0 ? "-" : "") + parts.reversed().joined(separator: ",")
    }
}
