import LSNFileFormats

import Foundation

/// The report of one run.
struct RunPage {
    let run: RunContents

    /// The page as it is written.
    func document(written: Date) -> [UInt8] {
        let epochs = EpochCharts(run: run)
        let blocks = BlockCharts(lines: run.blocks)
        let device = DeviceCharts(profile: run.profile, memory: run.memory)
        return Page.document(
            title: "\(title) · \(run.name)",
            header: header(written),
            body: [
                Page.section("Learning", [Page.cards(epochs.learning + confusion), epochs.table]),
                Page.section("Blocks", [Page.cards(blocks.cards), blocks.table]),
                Page.section(
                    "Speed and memory",
                    [Page.cards([device.time] + epochs.speed + [device.bytes]), device.table]
                ),
                configuration,
            ],
            written: written
        )
    }

    /// What classes were taken for, where it is known.
    private var confusion: [Markup] { run.confusion.map { [ConfusionChart(confusion: $0).figure] } ?? [] }

    private var title: String {
        "\(run.model ?? "a network") on \(run.dataset ?? "unknown data")"
    }

    private func header(_ written: Date) -> [Markup] {
        let badge = run.status.badge
        var parts: [Markup] = [
            .element(
                "div",
                ["class": "head"],
                [
                    .element("h1", text: title),
                    .element("span", ["class": "status \(badge.style)"], text: "\(badge.sign) \(run.status.text)"),
                ]
            ),
            .element("p", ["class": "path"], text: run.folder),
        ]
        if run.status.state == .running {
            parts.append(
                .element(
                    "p",
                    ["class": "path"],
                    text: "As of \(Page.date(written)), step \(NumberText.count(run.status.step)). The page is written "
                        + "anew after each epoch."
                )
            )
        }
        if let message = run.status.message {
            parts.append(.element("p", ["class": "message", "role": "alert"], text: message))
        }
        return parts + [Page.notes(run.notes), facts]
    }

    private var facts: Markup {
        let last = run.epochs.last
        let network = run.size
        let split = run.evaluatedSplit
        let best = run.bestEpoch.map { best in
            "best \(NumberText.percent(best.accuracy)) after epoch \(best.epoch), chosen on the \(split) split"
        }
        let test = run.testAccuracy.map { accuracy in
            Page.fact(
                "test accuracy",
                NumberText.percent(accuracy),
                (run.test?.epoch).map { "scored once, with the weights of epoch \($0)" } ?? "scored once",
                isLead: true
            )
        }
        let total = run.status.epochs ?? run.option("epochs", in: "learning")?.integer
        let layers = network?["layers"]?.integer.map { "\($0) layers" }
        let blocks = network?["blocks"]?.integer.map { "\($0) blocks" }
        let samples = run.configuration["data_set"]?["train_samples"]?.integer
        return .element(
            "dl",
            ["class": "facts"],
            [test].compactMap(\.self) + [
                Page.fact(
                    last.map { "\(split) accuracy after epoch \($0.epoch)" } ?? "\(split) accuracy",
                    NumberText.percent(last?.evaluationAccuracy),
                    best ?? "no epoch is finished yet",
                    isLead: test == nil
                ),
                Page.fact(
                    "epochs",
                    "\(last?.epoch ?? 0)" + (total.map { " of \($0)" } ?? ""),
                    last?.step.map { "\(NumberText.count($0)) step\($0 == 1 ? "" : "s")" } ?? ""
                ),
                Page.fact(
                    "training time",
                    NumberText.duration(run.trainingSeconds),
                    run.evaluationSeconds.map { "and \(NumberText.duration($0)) evaluating" } ?? ""
                ),
                Page.fact("throughput", NumberText.short(run.meanRate), "images a second"),
                Page.fact(
                    "parameters",
                    NumberText.count(run.parameters),
                    [layers, blocks].compactMap { $0 }.joined(separator: ", ")
                ),
                Page.fact(
                    "time steps",
                    run.option("timesteps", in: "network")?.shown ?? NumberText.unknown,
                    samples.map { "\(NumberText.count($0)) training samples" } ?? ""
                ),
            ]
        )
    }

    private var configuration: Markup {
        let empty = "config.json says nothing that could be read."
        let panels = [("Made with", run.circumstances), ("Network", run.networkFacts)].filter { !$0.1.isEmpty }
            .map { title, pairs in
                Markup.element(
                    "div",
                    ["class": "panel scroll"],
                    [.element("h3", text: title), Page.pairs(pairs)]
                )
            }
        guard !panels.isEmpty || !run.options.isEmpty else {
            return Page.section("Configuration", [.element("div", ["class": "empty"], text: empty)])
        }
        return Page.section(
            "Configuration",
            [
                .element("div", ["class": "columns"], panels),
                run.options.isEmpty
                    ? .none : Page.details("Every option of lsn train", Page.pairs(run.options)),
            ]
        )
    }
}
