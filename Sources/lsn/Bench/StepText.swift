import LSNBenchmarking
import LSNTraining

extension StepBenchmark {
    /// For people.
    var text: String {
        var lines = [
            "\(model) at width \(width), \(timeSteps) time steps, \(batchSize) samples a step, on \(deviceName)",
            "a step takes \(ProgressText.milliseconds(wallSeconds, digits: 2)), \(ProgressText.rate(imagesPerSecond))"
                + (idleShare.map { "; no kernel runs in \(ProgressText.percent($0, digits: 1)) of it" } ?? ""),
        ]
        if let kernels { lines += ["", Self.table(kernels)] }
        lines += ProgressText(isColoured: false).table(memory)
        if let savedActivations, let peakBytes, let heldBytes {
            lines.append(
                "measured: saved activations \(ProgressText.bytes(savedActivations)), peak \(ProgressText.bytes(peakBytes)), "
                    + "\(ProgressText.bytes(heldBytes)) with what is kept for reuse"
            )
        }
        return lines.map { $0 + "\n" }.joined()
    }

    private static func table(_ kernels: [Kernel]) -> String {
        var table = TextTable([
            ("kernel", .left), ("family", .left), ("launches", .right), ("time", .right), ("share", .right),
        ])
        for use in kernels {
            table.add([
                use.kernel, use.family, "\(use.launches)", ProgressText.milliseconds(use.seconds, digits: 2),
                ProgressText.percent(use.share, digits: 1),
            ])
        }
        return table.text
    }
}
