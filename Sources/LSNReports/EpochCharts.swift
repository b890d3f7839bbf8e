/// Charts over the epochs of one run.
struct EpochCharts {
    let run: RunContents

    private var epochs: [EpochLine] { run.epochs }

    /// Accuracy, loss and learning rate.
    var learning: [Markup] {
        [accuracy, loss, learningRate]
    }

    /// Throughput, and what time goes to beside training.
    var speed: [Markup] {
        [throughput, shares]
    }

    private func points(_ value: (EpochLine) -> Double?) -> [(x: Double, y: Double?)] {
        epochs.map { (Double($0.epoch), value($0)) }
    }

    private func values(_ series: [LineChart.Series]) -> [Double] {
        series.flatMap { $0.points.compactMap(\.y) }.filter(\.isFinite)
    }

    private var xScale: AxisScale { .whole(epochs.map { Double($0.epoch) }) }

    /// The chart, or a sentence where none of its values is known.
    private func figure(
        _ title: String,
        unit: String,
        series: [LineChart.Series],
        scale: ([Double]) -> AxisScale,
        isPercent: Bool = false,
        mark: (x: Double, y: Double)? = nil,
        identifier: String,
        remark: String,
        absent: String
    ) -> Markup {
        let known = series.filter { line in line.points.contains { $0.y?.isFinite ?? false } }
        guard !known.isEmpty else { return Page.empty(title, absent) }
        let chart = LineChart(
            title: title,
            description: "\(title) by epoch. \(remark)",
            xLabel: "epoch",
            xScale: xScale,
            yScale: scale(values(known)),
            series: known,
            mark: mark,
            identifier: identifier,
            isPercent: isPercent
        )
        return Page.figure(title, unit: unit, chart: chart.markup, remark: remark)
    }

    private var accuracy: Markup {
        var remark = ""
        if let last = epochs.last {
            remark =
                "After epoch \(last.epoch): \(run.evaluatedSplit) \(NumberText.percent(last.evaluationAccuracy)), train "
                + "\(NumberText.percent(last.trainAccuracy))."
        }
        var mark: (Double, Double)?
        if let best = run.best, let accuracy = best.evaluationAccuracy {
            mark = (Double(best.epoch), accuracy)
            remark +=
                " The ring is the best, \(NumberText.percent(accuracy)) after epoch \(best.epoch), chosen on the \(run.evaluatedSplit) split."
        }
        return figure(
            "Accuracy",
            unit: "share of samples classified rightly",
            series: [
                .init(name: run.evaluatedSplit, points: points(\.evaluationAccuracy), colour: 0),
                .init(name: "train", points: points(\.trainAccuracy), colour: 1, stroke: .dashed),
            ],
            scale: { .linear($0, atMost: 1, isPercent: true) },
            isPercent: true,
            mark: mark,
            identifier: "accuracy",
            remark: remark,
            absent: "No epoch is finished yet."
        )
    }

    private var loss: Markup {
        let last = epochs.last
        return figure(
            "Loss",
            unit: "mean over samples; of the \(run.evaluatedSplit) split, cross-entropy",
            series: [
                .init(name: run.evaluatedSplit, points: points(\.evaluationLoss), colour: 0),
                .init(name: "train", points: points(\.trainLoss), colour: 1, stroke: .dashed),
            ],
            scale: AxisScale.fitting,
            identifier: "loss",
            remark:
                "After epoch \(last?.epoch ?? 0): \(run.evaluatedSplit) \(NumberText.loss(last?.evaluationLoss)), train "
                + "\(NumberText.loss(last?.trainLoss)).",
            absent: "No epoch is finished yet."
        )
    }

    private var learningRate: Markup {
        figure(
            "Learning rate",
            unit: "of each epoch",
            series: [.init(name: "rate", points: points(\.learningRate), colour: 2)],
            scale: { .linear($0, startsAtZero: true) },
            identifier: "learning-rate",
            remark: "Highest \(NumberText.short(epochs.compactMap(\.learningRate).max())), last "
                + "\(NumberText.short(epochs.last?.learningRate)).",
            absent: "No epoch is finished yet."
        )
    }

    private var throughput: Markup {
        figure(
            "Throughput",
            unit: "images a second, of the training steps",
            series: [.init(name: "images/s", points: points(\.imagesPerSecond), colour: 0)],
            scale: { .linear($0, startsAtZero: true) },
            identifier: "throughput",
            remark:
                "Mean \(NumberText.rate(run.meanRate)) over \(NumberText.duration(run.trainingSeconds)) of training.",
            absent: "No epoch is finished yet."
        )
    }

    private var shares: Markup {
        let evaluation = points { line in
            guard let seconds = line.seconds, let evaluation = line.evaluationSeconds, seconds + evaluation > 0 else {
                return nil
            }
            return evaluation / (seconds + evaluation)
        }
        let waiting = points { line in
            guard let seconds = line.seconds, let wait = line.dataWaitSeconds, seconds > 0 else { return nil }
            return wait / seconds
        }
        let exchange = points { line in
            guard let seconds = line.seconds, let wait = line.exchangeSeconds, seconds > 0 else { return nil }
            return wait / seconds
        }
        let isShared = exchange.contains { $0.y != nil }
        let isWaiting = waiting.contains { $0.y != nil }
        var remark = "Evaluation: share of an epoch's whole time."
        remark +=
            isWaiting
            ? " Loader: share of the steps in which the device waited for samples."
            : " All samples are in memory, so the device never waits for a loader."
        if isShared { remark += " Exchange: share of the steps in which other ranks were waited for." }
        return figure(
            "Beside training",
            unit: "shares of time",
            series: [
                .init(name: "evaluation", points: evaluation, colour: 3),
                .init(name: "loader", points: waiting, colour: 1, stroke: .dashed),
            ] + (isShared ? [.init(name: "exchange", points: exchange, colour: 2)] : []),
            scale: { .linear($0, startsAtZero: true, atMost: 1, isPercent: true) },
            isPercent: true,
            identifier: "shares",
            remark: remark,
            absent: "No epoch is finished yet."
        )
    }

    /// Every epoch in numbers.
    var table: Markup {
        guard !epochs.isEmpty else { return .none }
        let waits = epochs.contains { $0.dataWaitSeconds != nil }
        let isShared = epochs.contains { $0.exchangeSeconds != nil }
        let columns =
            [
                "epoch", "step", "learning rate", "train loss", "train accuracy", "\(run.evaluatedSplit) loss",
                "\(run.evaluatedSplit) accuracy",
                "images/s",
                "training", "evaluation",
            ] + (waits ? ["loader wait"] : []) + (isShared ? ["exchange"] : [])
        let rows = epochs.map { line in
            [
                "\(line.epoch)", NumberText.count(line.step), NumberText.short(line.learningRate),
                NumberText.loss(line.trainLoss), NumberText.percent(line.trainAccuracy),
                NumberText.loss(line.evaluationLoss), NumberText.percent(line.evaluationAccuracy),
                NumberText.short(line.imagesPerSecond), NumberText.duration(line.seconds),
                NumberText.duration(line.evaluationSeconds),
            ] + (waits ? [NumberText.duration(line.dataWaitSeconds)] : [])
                + (isShared ? [NumberText.duration(line.exchangeSeconds)] : [])
        }
        return Page.details("Every epoch in numbers", Page.table(columns, rows))
    }
}
