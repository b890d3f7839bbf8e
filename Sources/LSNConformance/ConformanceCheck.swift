package import LSNTensors

/// Runs cases and reports.
package enum ConformanceCheck {
    /// Called after every case: its entry, how many are done, and how many there are.
    package typealias Progress = (_ entry: CheckReport.Entry, _ done: Int, _ total: Int) -> Void

    /// How often a case draws other numbers because potentials came too near the threshold.
    static let attempts = 100

    /// Checks a backend against values that came with the cases (golden files).
    package static func golden(
        _ cases: [ConformanceCase],
        on backend: Backend,
        source: String,
        progress: Progress = { _, _, _ in }
    ) -> CheckReport {
        report(cases, device: backend.deviceName, against: source, progress) { item in
            guard let expected = item.expected else {
                throw ConformanceError.badCase("the case brings no values with it")
            }
            let outcome = try run(item, item.data(), on: backend)
            let comparison = Comparison(outcome, expected: expected, tolerance: item.tolerance)
            return .init(item, tensors: comparison.tensors, problems: comparison.problems)
        }
    }

    /// Checks a backend against the reference, on cases of the catalogue.
    ///
    /// Where it `repeats`, each case runs twice on the backend, and must give the same bits: nothing depends on what memory
    /// held before, and every reduction has its order. Where it `isExact`, results that are the same on every device must be
    /// equal (``ExactResults``, of the numerics that both have); others may differ within their tolerance.
    package static func catalogue(
        _ cases: [ConformanceCase],
        backend: Backend,
        against reference: Backend,
        repeats: Bool = true,
        isExact: Bool = false,
        numerics: Numerics = .fast,
        progress: Progress = { _, _, _ in }
    ) -> CheckReport {
        report(cases, device: backend.deviceName, against: reference.deviceName, progress) { item in
            let (data, truth, margin) = try settle(item, on: reference)
            let outcome = try run(item, data, on: backend)
            let comparison = Comparison(outcome, expected: truth.tensors, tolerance: item.tolerance) { tensor in
                isExact && ExactResults.contain(tensor, of: item.operation, numerics)
            }
            var problems = comparison.problems
            if repeats {
                let second = try run(item, data, on: backend)
                let changed = zip(outcome.tensors, second.tensors).first { !haveSameBits($0, $1) }
                if let changed { problems.append("a second run gave other bits in \(changed.0.name)") }
            }
            // Gradients that are all zero would hide a kernel that does nothing.
            for tensor in truth.tensors where tensor.values.allSatisfy({ $0 == 0 }) {
                if tensor.name.hasPrefix("gradient.") {
                    problems.append("the case's \(tensor.name) is all zero, which shows nothing")
                }
            }
            return .init(item, tensors: comparison.tensors, problems: problems, margin: margin)
        }
    }

    /// The case's numbers, at the first attempt whose potentials keep away from the threshold, and what the reference
    /// makes of them.
    static func settle(
        _ item: ConformanceCase,
        on reference: Backend
    ) throws -> (data: CaseData, truth: CaseOutcome, margin: Double?) {
        guard let required = item.requiredMargin else {
            let data = try item.data()
            return (data, try ConformanceOperations.run(item.operation, data, on: reference), nil)
        }
        var largest = 0.0
        for attempt in 0..<attempts {
            let probed = ProbedNeurons(reference)
            let data = try item.data(attempt: attempt)
            let truth = try ConformanceOperations.run(item.operation, data, on: probed.backend)
            if probed.margin >= required { return (data, truth, probed.margin) }
            largest = max(largest, probed.margin)
        }
        throw ConformanceError.badCase(
            "in \(attempts) attempts no potential kept \(required) away from the threshold (\(largest) at best)"
        )
    }

    /// Runs a case, and asks a backend that guards its memory whether it was damaged.
    private static func run(_ item: ConformanceCase, _ data: CaseData, on backend: Backend) throws -> CaseOutcome {
        var outcome = try ConformanceOperations.run(item.operation, data, on: backend)
        if let guarding = backend.memoryGuards { outcome.problems += try guarding.damagedStorages() }
        return outcome
    }

    static func report(
        _ cases: [ConformanceCase],
        device: String,
        against source: String,
        _ progress: Progress,
        _ check: (ConformanceCase) throws -> CheckReport.Entry
    ) -> CheckReport {
        var entries: [CheckReport.Entry] = []
        for item in cases {
            let entry: CheckReport.Entry
            do { entry = try check(item) } catch { entry = .init(item, problems: ["\(error)"]) }
            entries.append(entry)
            progress(entry, entries.count, cases.count)
        }
        return CheckReport(device: device, against: source, entries: entries)
    }

    private static func haveSameBits(_ a: NamedTensor, _ b: NamedTensor) -> Bool {
        a.name == b.name && a.values.map(\.bitPattern) == b.values.map(\.bitPattern)
    }
}

extension ConformanceCheck {
    /// Checks the reference, or any backend, without another one: against the values that travel inside the program, and
    /// its gradients against finite differences.
    ///
    /// - Throws: ``ConformanceError/noCases(_:)`` where the filter matches nothing.
    package static func reference(
        _ backend: Backend,
        filter: String? = nil,
        progress: Progress = { _, _, _ in }
    ) throws -> CheckReport {
        let all = try ConformanceCatalogue.knownValues()
        let smooth = ConformanceCatalogue.smoothCases
        let selected = try GoldenFolder.select(all + smooth, filter, source: "known values and finite differences")
        let known = selected.filter { $0.expected != nil }
        let differences = selected.filter { $0.expected == nil }
        var done = 0
        func count(_ entry: CheckReport.Entry) {
            done += 1
            progress(entry, done, selected.count)
        }
        let first = golden(known, on: backend, source: "known values") { entry, _, _ in count(entry) }
        let second = finiteDifferences(differences, on: backend) { entry, _, _ in count(entry) }
        return CheckReport(
            device: backend.deviceName,
            against: "known values and finite differences",
            entries: first.entries + second.entries
        )
    }
}
