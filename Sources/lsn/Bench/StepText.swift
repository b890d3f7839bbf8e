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

extension StepLaunches {
    /// For people: by kernel.
    var text: String {
        var (names, counts, programs): ([String], [String: Int], [String: Set<[String]>]) = ([], [:], [:])
        for kernel in kernels {
            if counts[kernel.kernel] == nil { names.append(kernel.kernel) }
            counts[kernel.kernel, default: 0] += kernel.launches
            programs[kernel.kernel, default: []].insert(kernel.options)
        }
        var table = TextTable([("kernel", .left), ("launches", .right), ("programs", .right)])
        for name in names.sorted(by: { (counts[$1] ?? 0, $0) < (counts[$0] ?? 0, $1) }) {
            table.add([name, "\(counts[name] ?? 0)", "\(programs[name]?.count ?? 0)"])
        }
        return
            "\(model) at width \(width), \(timeSteps) time steps, \(batchSize) samples a step, \(mapping), matrix units "
            + "\(matrixUnits), \(computeUnits) compute units: \(launches) launches\n\n" + table.text
    }
}
