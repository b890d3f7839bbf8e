/// Charts over the blocks of one run.
struct BlockCharts {
    let lines: [BlocksLine]

    /// Firing rates, identity shares and gradient norms; a sentence where `blocks.jsonl` says nothing.
    var cards: [Markup] {
        guard let last = lines.last, !last.blocks.isEmpty else {
            return [
                .element(
                    "div",
                    ["class": "empty wide"],
                    text: "This run has no blocks.jsonl: lsn train writes firing rates, identity shares and gradient "
                        + "norms of each block to it after an epoch."
                )
            ]
        }
        return [rates(last), identity, gradients]
    }

    /// Place of a block on the axis: the stem stands at 0.
    private func places(_ blocks: [BlocksLine.Block]) -> [Double] {
        let first = blocks.first?.name == "stem" ? 0 : 1
        return blocks.indices.map { Double($0 + first) }
    }

    /// Stages, as far as names such as `stages.1.0` tell.
    private func bands(_ blocks: [BlocksLine.Block]) -> [LineChart.Band] {
        var bands: [LineChart.Band] = []
        for (block, place) in zip(blocks, places(blocks)) {
            let parts = block.name.split(separator: ".")
            guard parts.count == 3, parts[0] == "stages", let number = Int(parts[1]), number >= 0, number < 1000 else {
                continue
            }
            let label = "stage \(number + 1)"
            if let before = bands.last, before.label == label {
                bands[bands.count - 1] = .init(from: before.from, to: place + 0.5, label: label)
            } else {
                bands.append(.init(from: place - 0.5, to: place + 0.5, label: label))
            }
        }
        return bands
    }

    private func series(
        _ name: String,
        _ blocks: [BlocksLine.Block],
        colour: Int,
        stroke: LineChart.Stroke,
        _ value: (BlocksLine.Block) -> Double?
    ) -> LineChart.Series {
        .init(
            name: name,
            points: zip(places(blocks), blocks).map { ($0, value($1)) },
            colour: colour,
            stroke: stroke
        )
    }

    /// A line for each of the epochs that were read.
    private func byEpoch(_ value: (BlocksLine.Block) -> Double?) -> [LineChart.Series] {
        let looks: [(colour: Int, stroke: LineChart.Stroke)] = [(5, .dotted), (3, .dashed), (0, .solid)]
        return zip(lines.reversed(), looks.reversed()).reversed().map { line, look in
            series("epoch \(line.epoch)", line.blocks, colour: look.colour, stroke: look.stroke, value)
        }
    }

    private func figure(
        _ title: String,
        unit: String,
        series: [LineChart.Series],
        scale: ([Double]) -> AxisScale,
        isPercent: Bool = false,
        identifier: String,
        remark: String,
        absent: String
    ) -> Markup {
        let known = series.filter { line in line.points.contains { $0.y?.isFinite ?? false } }
        let blocks = lines.last?.blocks ?? []
        guard !known.isEmpty else { return Page.empty(title, absent) }
        let places = known.flatMap { $0.points.map(\.x) }
        let chart = LineChart(
            title: title,
            description: "\(title). \(remark)",
            xLabel: "block",
            xScale: .whole(places, zeroLabel: "stem"),
            yScale: scale(known.flatMap { $0.points.compactMap(\.y) }.filter(\.isFinite)),
            series: known,
            bands: bands(blocks),
            identifier: identifier,
            isPercent: isPercent
        )
        return Page.figure(title, unit: unit, chart: chart.markup, remark: remark)
    }

    private func rates(_ line: BlocksLine) -> Markup {
        let mean = BlockCharts.mean(line.blocks.compactMap(\.outputRate))
        return figure(
            "Firing rate by block",
            unit: "spikes a neuron and time step, epoch \(line.epoch)",
            series: [
                series("E", line.blocks, colour: 1, stroke: .dashed, \.excitatoryRate),
                series("I", line.blocks, colour: 3, stroke: .dotted, \.inhibitoryRate),
                series("branch", line.blocks, colour: 4, stroke: .mixed, \.branchRate),
                series("X′", line.blocks, colour: 0, stroke: .solid, \.outputRate),
            ],
            scale: { .linear($0, startsAtZero: true) },
            identifier: "rates",
            remark: "E excitatory and I inhibitory branch, X′ the block's output (mean \(NumberText.short(mean))).",
            absent: "blocks.jsonl has no firing rates."
        )
    }

    private var identity: Markup {
        let mean = BlockCharts.mean((lines.last?.blocks ?? []).compactMap(\.identityShare))
        return figure(
            "Identity share by block",
            unit: "share of neurons that pass their input on: E = I",
            series: byEpoch(\.identityShare),
            scale: { .linear($0, atMost: 1, isPercent: true) },
            isPercent: true,
            identifier: "identity",
            remark: "Mean over blocks of the last epoch: \(NumberText.percent(mean)).",
            absent: "Blocks of this family have no logic gate, so there is no identity share."
        )
    }

    private var gradients: Markup {
        let norms = (lines.last?.blocks ?? []).compactMap(\.gradientNorm)
        var remark = ""
        if let first = norms.first, let last = norms.last, last > 0, first.isFinite, last.isFinite {
            remark = "First over last, at the last epoch: \(NumberText.short(first / last))."
        }
        if norms.contains(where: { $0 <= 0 }) { remark += " Norms of 0 are left out." }
        return figure(
            "Gradient norm by block",
            unit: "L2 norm of ∂L/∂X′, logarithmic",
            series: byEpoch(\.gradientNorm),
            scale: AxisScale.logarithmic,
            identifier: "gradients",
            remark: remark,
            absent: "blocks.jsonl has no gradient norms."
        )
    }

    static func mean(_ values: [Double]) -> Double? {
        values.filter(\.isFinite).mean
    }

    /// Every block in numbers, at the last epoch.
    var table: Markup {
        guard let last = lines.last, !last.blocks.isEmpty else { return .none }
        let columns: [(String, (BlocksLine.Block) -> String?)] = [
            ("E rate", { $0.excitatoryRate.map { NumberText.short($0) } }),
            ("I rate", { $0.inhibitoryRate.map { NumberText.short($0) } }),
            ("branch rate", { $0.branchRate.map { NumberText.short($0) } }),
            ("X′ rate", { $0.outputRate.map { NumberText.short($0) } }),
            ("identity share", { $0.identityShare.map { NumberText.percent($0) } }),
            ("gradient norm", { $0.gradientNorm.map { NumberText.short($0) } }),
        ]
        let known = columns.filter { column in last.blocks.contains { column.1($0) != nil } }
        let rows = last.blocks.map { block in
            [block.name] + known.map { $0.1(block) ?? NumberText.unknown }
        }
        return Page.details(
            "Every block in numbers, epoch \(last.epoch)",
            Page.table(["block"] + known.map(\.0), rows)
        )
    }
}
