/// Charts of what a step costs: time by kernel and memory by kind.
struct DeviceCharts {
    let profile: ProfileFile?
    let memory: MemoryFile?

    /// Kernels that have a bar of their own.
    private static let barLimit = 10

    /// Kernels with their times, the longest first.
    private var kernels: [(name: String, family: String, launches: Int, seconds: Double)] {
        (profile?.kernels ?? []).compactMap { kernel in
            guard let seconds = kernel.seconds, seconds.isFinite, seconds >= 0 else { return nil }
            return (kernel.kernel, kernel.family ?? "", kernel.launches ?? 0, seconds)
        }.sorted { $0.seconds > $1.seconds }
    }

    /// Time by kernel, or a sentence where `profile.json` says nothing.
    var time: Markup {
        let kernels = kernels
        guard let profile, !kernels.isEmpty else {
            return Page.empty(
                "Time by kernel",
                "This run has no profile.json: lsn train writes one on an OpenCL device, of one early step."
            )
        }
        let total = kernels.reduce(0) { $0 + $1.seconds }
        func label(_ seconds: Double) -> String {
            "\(NumberText.duration(seconds)) · \(NumberText.short(total > 0 ? 100 * seconds / total : 0, digits: 2))\u{A0}%"
        }
        var bars = kernels.prefix(Self.barLimit).map {
            BarChart.Bar(name: $0.name, value: $0.seconds, label: label($0.seconds))
        }
        let rest = kernels.dropFirst(Self.barLimit)
        if !rest.isEmpty {
            let seconds = rest.reduce(0) { $0 + $1.seconds }
            bars.append(.init(name: "\(rest.count) others", value: seconds, label: label(seconds), colour: 5))
        }
        var remark = "One step"
        if let step = profile.step { remark += ", number \(step)" }
        remark +=
            ": \(NumberText.duration(profile.wallSeconds)), of which kernels \(NumberText.duration(profile.busySeconds))"
        if let idle = profile.idleShare, idle.isFinite {
            remark += "; the device was idle for \(NumberText.percent(idle))"
        }
        let chart = BarChart(title: "Time by kernel", description: remark + ".", bars: bars, identifier: "kernels")
        return Page.figure(
            "Time by kernel",
            unit: "one step of training",
            chart: chart.markup,
            remark: remark + ".",
            isTall: true
        )
    }

    /// Memory by kind, or a sentence where `memory.json` says nothing.
    var bytes: Markup {
        guard let memory, !memory.kinds.isEmpty else {
            return Page.empty(
                "Memory by kind",
                "This run has no memory.json: lsn train writes what a step keeps in memory to it."
            )
        }
        let bars = memory.kinds.map {
            BarChart.Bar(name: $0.name, value: $0.bytes, label: NumberText.bytes($0.bytes), colour: 2)
        }
        var remark = "Together \(NumberText.bytes(memory.total ?? memory.kinds.reduce(0) { $0 + $1.bytes }))"
        if let device = memory.deviceBytes { remark += " of the device's \(NumberText.bytes(device))" }
        var unit = "of a step"
        if let batch = memory.batchSize { unit += " of \(NumberText.count(batch)) samples" }
        if let parts = memory.microBatches, parts > 1 { unit += " in \(NumberText.count(parts)) micro-batches" }
        if let mode = memory.mode { unit += ", memory mode \(mode)" }
        if let largest = memory.largestBatch { remark += "; up to \(NumberText.count(largest)) samples would fit" }
        let chart = BarChart(title: "Memory by kind", description: remark + ".", bars: bars, identifier: "memory")
        return Page.figure("Memory by kind", unit: unit, chart: chart.markup, remark: remark + ".")
    }

    /// Every kernel in numbers.
    var table: Markup {
        let kernels = kernels
        guard !kernels.isEmpty else { return .none }
        return Page.details(
            "Every kernel in numbers",
            Page.table(
                ["kernel", "family", "launches", "time"],
                kernels.map { [$0.name, $0.family, NumberText.count($0.launches), NumberText.duration($0.seconds)] }
            )
        )
    }
}
