import Foundation
package import LSNTensors

extension ConformanceCheck {
    /// Checks gradients of smooth operations against central differences of their own outputs, in random directions:
    /// with L = Σ cotangent·output and d of ±1,
    ///
    ///     |(L(x + h·d) − L(x − h·d)) / 2h − ⟨∂L/∂x, d⟩| / ‖∂L/∂x‖
    ///
    /// ⟨∂L/∂x, d⟩ is of the size of ‖∂L/∂x‖, so that a wrong share of the gradient shows as that share.
    package static func finiteDifferences(
        _ cases: [ConformanceCase],
        on backend: Backend,
        progress: Progress = { _, _, _ in }
    ) -> CheckReport {
        report(cases, device: backend.deviceName, against: "finite differences", progress) { item in
            guard item.isSmooth else { throw ConformanceError.badCase("the operation is not smooth in its inputs") }
            let data = try item.data()
            let outcome = try ConformanceOperations.run(item.operation, data, on: backend)
            var errors: [CheckReport.TensorError] = []
            for gradient in outcome.tensors where gradient.name.hasPrefix("gradient.") {
                let name = gradient.name.dropFirst("gradient.".count)
                guard
                    let place = data.tensors.firstIndex(where: {
                        $0.name == "input.\(name)" || $0.name == "parameter.\(name)"
                    })
                else { throw ConformanceError.badCase("no input or parameter goes with \(gradient.name)") }
                let error = try differenceError(item, data, place, gradient, on: backend)
                errors.append(
                    .init(tensor: gradient.name, error: error, tolerance: differenceTolerance, differing: nil)
                )
            }
            return .init(item, tensors: errors, problems: outcome.problems)
        }
    }

    /// Truncation is of order h² = 2⁻¹², rounding of float32 outputs of order 2⁻²⁴/h.
    private static var differenceTolerance: Double { 2e-3 }
    private static var differenceStep: Float { 1 / 64 }
    private static var directions: Int { 4 }

    private static func differenceError(
        _ item: ConformanceCase,
        _ data: CaseData,
        _ place: Int,
        _ gradient: NamedTensor,
        on backend: Backend
    ) throws -> Double? {
        let norm = gradient.values.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
        guard norm > 0, norm.isFinite else { return nil }
        var numbers = CaseNumbers(name: item.name + gradient.name, attempt: 0)
        var worst = 0.0
        for _ in 0..<directions {
            let direction = numbers.spikes(gradient.values.count, rate: 0.5).map { 2 * $0 - 1 }
            let ahead = try loss(item, moved(data, place, direction, differenceStep), on: backend)
            let behind = try loss(item, moved(data, place, direction, -differenceStep), on: backend)
            let slope = zip(gradient.values, direction).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
            worst = max(worst, abs((ahead - behind) / (2 * Double(differenceStep)) - slope) / norm)
        }
        return worst.isFinite ? worst : nil
    }

    private static func moved(_ data: CaseData, _ place: Int, _ direction: [Float], _ step: Float) -> CaseData {
        var data = data
        data.tensors[place].values = zip(data.tensors[place].values, direction).map { $0 + step * $1 }
        return data
    }

    /// Σ cotangent·output, or the loss itself.
    private static func loss(_ item: ConformanceCase, _ data: CaseData, on backend: Backend) throws -> Double {
        let outputs = try ConformanceOperations.run(item.operation, data, on: backend).tensors
        let cotangents = data.tensors.filter { $0.name.hasPrefix("cotangent.") }
        guard !cotangents.isEmpty else {
            guard let loss = outputs.first(where: { $0.name == "output.loss" })?.values.first else {
                throw ConformanceError.badCase("the case has no cotangent and no loss")
            }
            return Double(loss)
        }
        var total = 0.0
        for cotangent in cotangents {
            let name = "output." + cotangent.name.dropFirst("cotangent.".count)
            guard let output = outputs.first(where: { $0.name == name }) else {
                throw ConformanceError.badCase("\(name) was not computed")
            }
            total += zip(output.values, cotangent.values).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
        }
        return total
    }
}
